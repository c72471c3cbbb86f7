//! What counts for a budget, by the outcome of a call.

use std::time::Duration;

use venice_ai::ErrorKind;
use venice_ai::cost::Budget;
use venice_ai::http::Method;

use super::{a_dollar, asking, calls, costing, dollars, models, shop, within};
use crate::support::{Answer, PATIENCE, Server, builder, nobody};

const NOTHING: [&str; 3] = ["0", "0", "0"];
const A_DOLLAR: [&str; 3] = ["1", "0", "0"];
const PERHAPS_A_DOLLAR: [&str; 3] = ["0", "0", "1"];

#[track_caller]
fn assert_counts(budget: &Budget, expected: [&str; 3], what: &str) {
    assert_eq!(dollars(budget), expected.map(String::from), "spent, set aside, uncertain: {what}");
}

#[tokio::test]
async fn what_was_rejected_or_never_arrived_counts_as_nothing() {
    for status in [400, 401, 402, 403, 404, 408, 409, 413, 415, 422, 429, 503] {
        let server = shop(move |_| Answer::json(status, r#"{"error": "no"}"#));
        let budget = Budget::usd(1);
        assert!(within(&server, &budget).chat().create(a_dollar()).await.is_err());
        assert_counts(&budget, NOTHING, &status.to_string());
    }
    let server = shop(|_| Answer::redirect(302, "https://elsewhere.example/"));
    let budget = Budget::usd(1);
    assert!(within(&server, &budget).chat().create(a_dollar()).await.is_err());
    assert_counts(&budget, NOTHING, "a redirect to another host");
}

#[tokio::test]
async fn a_connection_that_could_not_be_made_counts_as_nothing() {
    // The list of models uses a first connection; the call itself goes to a closed port.
    let nobody = nobody();
    let server = shop(move |_| Answer::redirect(307, &format!("http://{nobody}/api/v1/chat/completions")));
    let budget = Budget::usd(1);
    assert!(within(&server, &budget).chat().create(a_dollar()).await.is_err());
    assert_counts(&budget, NOTHING, "redirected");

    let budget = Budget::usd(1).allow_unknown_prices();
    let venice = builder(&server).base_url(format!("http://{nobody}/api/v1")).budget(budget.clone()).build().unwrap();
    let error = venice.chat().create(a_dollar()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect, "{error}");
    assert_counts(&budget, NOTHING, "not connected");
}

#[tokio::test]
async fn unknown_outcomes_stay_reserved() {
    let cut = Answer::head(200, &[("content-type", "application/json"), ("content-length", "100")]).send("{").close();
    let outcomes = [
        ("an error of the server", Answer::json(500, r#"{"error": "inference failed"}"#)),
        ("a bad gateway", Answer::html(502, "<html>")),
        ("a gateway that gave up", Answer::json(504, r#"{"error": "time-out"}"#)),
        ("a connection that closed", Answer::nothing()),
        ("a reply that was cut", cut),
        ("silence", Answer::silence()),
        ("a gateway without an upstream", Answer::html(503, "<html>")),
        ("a gateway that answers with JSON", Answer::json(503, r#"{"message": "no healthy upstream"}"#)),
        ("a gateway that waited too long", Answer::html(408, "<html>")),
        ("an overloaded gateway", Answer::json(529, r#"{"error": "overloaded"}"#)),
    ];
    for (what, answer) in outcomes {
        let server = shop(move |_| answer.clone());
        let budget = Budget::usd("1.5");
        let venice = within(&server, &budget);
        let timeout = if what == "silence" { Duration::from_secs(1) } else { PATIENCE };
        assert!(venice.chat().create(a_dollar()).with_timeout(timeout).await.is_err());
        assert_counts(&budget, PERHAPS_A_DOLLAR, what);
        // It counts as spent.
        let error = venice.chat().create(a_dollar()).await.unwrap_err();
        assert_eq!(Some(error.budget_exceeded().unwrap().spending.uncertain), "1".parse().ok(), "{what}");
        assert!(error.to_string().contains("perhaps spent"), "{error}");
        assert_eq!(calls(&server), 1, "{what}");
    }
}

#[tokio::test]
async fn a_call_that_is_dropped_in_flight_stays_set_aside_for_good() {
    let server = shop(|_| Answer::silence());
    let budget = Budget::usd(5);
    let venice = within(&server, &budget);
    let call = venice.chat().create(a_dollar()).into_future();
    assert!(tokio::time::timeout(Duration::from_millis(500), call).await.is_err());
    assert_counts(&budget, PERHAPS_A_DOLLAR, "dropped");
    // A call that was never sent costs nothing.
    drop(venice.chat().create(a_dollar()));
    drop(venice.chat().create(a_dollar()).into_future());
    assert_counts(&budget, PERHAPS_A_DOLLAR, "dropped before it was sent");
}

#[tokio::test]
async fn while_a_call_is_in_flight_it_is_set_aside() {
    let server = shop(|_| Answer::default().wait(Duration::from_millis(300)).then(costing("0.25")));
    let budget = Budget::usd(5);
    let venice = within(&server, &budget);
    let call = tokio::spawn(venice.chat().create(a_dollar()).into_future());
    while calls(&server) == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_counts(&budget, ["0", "1", "0"], "on its way");
    call.await.unwrap().unwrap();
    assert_counts(&budget, ["0.25", "0", "0"], "answered");
}

#[tokio::test]
async fn a_reply_without_its_cost_counts_by_its_tokens_and_one_without_them_as_estimated() {
    let by_tokens = r#"{"choices": [{}], "usage": {"prompt_tokens": 7, "completion_tokens": 25, "total_tokens": 32}}"#;
    for (body, spent) in [(by_tokens, "0.25"), (r#"{"choices": [{}]}"#, "1"), ("[]", "1"), (r#"{"cost": null}"#, "1")] {
        let server = shop(move |_| Answer::json(200, body));
        let budget = Budget::usd(2);
        let _ = within(&server, &budget).chat().create(a_dollar()).await;
        assert_counts(&budget, [spent, "0", "0"], body);
    }
}

#[tokio::test]
async fn a_reply_that_cannot_be_read_was_paid_for() {
    let server = shop(|_| Answer::html(200, "<html>"));
    let budget = Budget::usd(2);
    assert!(within(&server, &budget).chat().create(a_dollar()).await.is_err());
    assert_counts(&budget, A_DOLLAR, "no JSON");
}

#[tokio::test]
async fn the_model_that_answered_is_the_one_that_is_paid() {
    let body = r#"{"model": "free", "choices": [{}], "usage": {"prompt_tokens": 7, "completion_tokens": 25}}"#;
    let server = shop(move |_| Answer::json(200, body));
    let budget = Budget::usd(2);
    within(&server, &budget).chat().create(a_dollar()).await.unwrap();
    assert_counts(&budget, NOTHING, "a free model took its place");
}

#[tokio::test]
async fn a_charge_below_nothing_is_nothing() {
    let server = shop(|_| costing("-5"));
    let budget = Budget::usd(2);
    within(&server, &budget).chat().create(a_dollar()).await.unwrap();
    assert_counts(&budget, NOTHING, "a refund");
}

#[tokio::test]
async fn a_request_that_is_wrong_is_not_set_aside() {
    let server = shop(|_| costing("1"));
    let budget = Budget::usd(2);
    let venice = within(&server, &budget);
    assert!(venice.chat().create(asking("")).await.is_err());
    assert!(venice.chat().create(a_dollar()).with_header("bad name", "x").await.is_err());
    assert_counts(&budget, NOTHING, "refused here");
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn an_unknown_path_has_an_unknown_price() {
    let server = Server::start(|_, request| {
        if super::is_list(request) { models() } else { Answer::json(200, r#"{"cost": {"usd": 0.125}}"#) }
    });
    let post = |budget: &Budget| {
        let venice = within(&server, budget);
        venice.request::<serde_json::Value>(Method::POST, "/brand/new").with_json_body(&serde_json::json!({}))
    };
    assert!(post(&Budget::usd(1)).await.unwrap_err().budget_exceeded().is_some());
    let budget = Budget::usd(1).allow_unknown_prices();
    post(&budget).await.unwrap();
    assert_counts(&budget, ["0.125", "0", "0"], "its reply told");
}
