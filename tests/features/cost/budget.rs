//! A budget allows the calls that fit, and no others.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use venice_ai::cost::{Budget, Currency};
use venice_ai::types::{ChatCompletionRequest, JsonRpcRequest};
use venice_ai::{Error, ErrorKind};

use super::{a_dollar, asking, calls, costing, dollars, shop, within};
use crate::support::{Answer, amount, builder};

fn assert_refused(error: &Error, limit: &str, spent: &str, estimate: Option<&str>) {
    assert_eq!(error.kind(), ErrorKind::BudgetExceeded, "{error}");
    let exceeded = error.budget_exceeded().unwrap();
    assert_eq!(exceeded.currency, Currency::Usd);
    assert_eq!((exceeded.spending.limit, Some(exceeded.spending.spent)), (amount(limit), amount(spent)));
    assert_eq!(exceeded.estimate, estimate.and_then(amount));
    let shown = error.to_string();
    assert!(shown.contains("createChatCompletion") && shown.contains("nothing was sent"), "{shown}");
    assert!(!error.is_retryable() && error.attempts() == 0);
}

#[tokio::test]
async fn a_call_for_which_there_is_not_enough_left_is_not_sent() {
    let server = shop(|_| costing("1"));
    let budget = Budget::usd("2.5");
    let venice = within(&server, &budget);
    for _ in 0..2 {
        venice.chat().create(a_dollar()).await.unwrap();
    }
    let error = venice.chat().create(a_dollar()).await.unwrap_err();
    assert_refused(&error, "2.5", "2", Some("1"));
    assert_eq!((calls(&server), dollars(&budget)), (2, ["2", "0", "0"].map(String::from)));
    // A smaller one fits.
    venice.chat().create(asking("writer").max_completion_tokens(50)).await.unwrap();
}

#[tokio::test]
async fn what_a_call_really_cost_counts_and_not_the_estimate() {
    let server = shop(|_| costing("0.1"));
    let budget = Budget::usd(2);
    let venice = within(&server, &budget);
    let mut answered = 0;
    while venice.chat().create(a_dollar()).await.is_ok() {
        answered += 1;
    }
    // After ten of them a dollar is spent, and one more fits.
    assert_eq!((answered, calls(&server)), (11, 11));
    assert_eq!(Some(budget.in_usd().spent), amount("1.1"));
    assert_eq!(budget.in_usd().remaining(), amount("0.9"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_thousand_calls_at_once_never_exceed_it() {
    let budget = Budget::usd("50");
    let seen = budget.clone();
    let server = shop(move |request| {
        let usd = seen.in_usd();
        let all = usd.spent.checked_add(usd.reserved).and_then(|sum| sum.checked_add(usd.uncertain));
        assert!(all <= usd.limit, "{usd:?}");
        // Some cost less than the estimate, so others fit.
        let cost = if request.json()["seed"].as_i64().unwrap() % 4 == 0 { "0.5" } else { "1" };
        costing(cost)
    });
    let venice = within(&server, &budget);
    let calls_at_once = (1..=1000).map(|seed| {
        let venice = venice.clone();
        tokio::spawn(async move { venice.chat().create(a_dollar().seed(seed)).await })
    });
    let mut answered = 0;
    for call in calls_at_once.collect::<Vec<_>>() {
        match call.await.unwrap() {
            Ok(_) => answered += 1,
            Err(error) => assert_eq!(error.kind(), ErrorKind::BudgetExceeded, "{error}"),
        }
    }
    let usd = budget.in_usd();
    assert!(answered >= 50 && answered == calls(&server), "{answered}");
    assert!(usd.spent <= usd.limit.unwrap() && Some(usd.spent) > amount("25"), "{usd:?}");
    assert!(usd.reserved.is_zero() && usd.uncertain.is_zero());
    let lists = server.requests().len() - answered;
    assert_eq!(lists, 1, "one list of models serves them all");
}

#[tokio::test]
async fn a_budget_is_shared_by_clones_and_clients() {
    let (one, other) = (shop(|_| costing("1")), shop(|_| costing("1")));
    let budget = Budget::usd(2);
    let (first, second) = (within(&one, &budget), within(&other, &budget));
    first.clone().chat().create(a_dollar()).await.unwrap();
    second.chat().create(a_dollar()).await.unwrap();
    assert_refused(&first.chat().create(a_dollar()).await.unwrap_err(), "2", "2", Some("1"));
    assert_refused(&second.chat().create(a_dollar()).await.unwrap_err(), "2", "2", Some("1"));
}

#[tokio::test]
async fn a_budget_can_be_raised_lowered_and_reset() {
    let server = shop(|_| costing("1"));
    let budget = Budget::usd(1);
    let venice = within(&server, &budget);
    venice.chat().create(a_dollar()).await.unwrap();
    assert!(venice.chat().create(a_dollar()).await.is_err());
    budget.set_usd_limit("2").unwrap();
    venice.chat().create(a_dollar()).await.unwrap();
    budget.reset();
    assert_eq!(dollars(&budget), ["0", "0", "0"].map(String::from));
    venice.chat().create(a_dollar()).await.unwrap();
    budget.set_usd_limit("0.5").unwrap();
    assert_eq!(budget.in_usd().remaining(), amount("0"));
    for wrong in ["-1", "much", ""] {
        assert!(budget.set_usd_limit(wrong).is_err() && budget.set_diem_limit(wrong).is_err(), "{wrong}");
    }
    assert_eq!(budget.in_usd().limit, amount("0.5"));
}

#[tokio::test]
async fn dollars_and_diem_have_limits_of_their_own() {
    let in_diem = Answer::json(200, r#"{"choices": [{}], "cost": {"usd": 0, "diem": 1}}"#);
    let server = shop(move |_| in_diem.clone());
    let budget = Budget::diem(2).and_usd(1);
    let venice = within(&server, &budget);
    for _ in 0..2 {
        venice.chat().create(a_dollar()).await.unwrap();
    }
    let error = venice.chat().create(a_dollar()).await.unwrap_err();
    assert_eq!(error.budget_exceeded().unwrap().currency, Currency::Diem);
    assert!(error.to_string().contains("2 DIEM"), "{error}");
    assert_eq!((Some(budget.in_diem().spent), Some(budget.in_usd().spent)), (amount("2"), amount("0")));
}

#[tokio::test]
async fn free_calls_always_pass_and_fetch_nothing() {
    let server = shop(|_| Answer::json(200, r#"{"data": [], "choices": [{}]}"#));
    let budget = Budget::usd(0);
    let venice = within(&server, &budget);
    venice.api_keys().list().await.unwrap();
    venice.request::<serde_json::Value>(venice_ai::http::Method::GET, "/anything").await.unwrap();
    assert_eq!(server.count(), 2);
    // A model that costs nothing is found by its price.
    venice.chat().create(asking("free")).await.unwrap();
    assert!(venice.chat().create(a_dollar()).await.is_err());
}

#[tokio::test]
async fn a_limit_that_is_not_an_amount_is_found_when_the_client_is_built() {
    for budget in [Budget::usd("-1"), Budget::diem("five"), Budget::usd(f64::NAN), Budget::usd(1).and_diem("")] {
        let error = venice_ai::Client::builder().budget(budget).build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert!(error.to_string().contains("budget"), "{error}");
    }
}

#[tokio::test]
async fn what_is_really_sent_counts() {
    let server = shop(|_| costing("1"));
    let budget = Budget::usd("1.5");
    let venice = within(&server, &budget);
    let call = venice.chat().create(a_dollar()).with_extra_body("max_completion_tokens", 200);
    assert_refused(&call.await.unwrap_err(), "1.5", "0", Some("2"));
    let suffixed = asking("writer:enable_web_search=off").max_completion_tokens(100);
    venice.chat().create(suffixed).await.unwrap();
    // A custom request is recognised by its path.
    let by_hand = venice
        .request::<serde_json::Value>(venice_ai::http::Method::POST, "/chat/completions")
        .with_json_body(&a_dollar());
    let error = by_hand.await.unwrap_err();
    assert_eq!(error.budget_exceeded().unwrap().estimate, amount("1"));
}

#[tokio::test]
async fn an_unknown_price_is_rejected_unless_it_is_allowed() {
    let server = shop(|_| costing("0.75"));
    let budget = Budget::usd(1);
    let venice = within(&server, &budget);
    let error = venice.chat().create(asking("unpriced")).await.unwrap_err();
    assert_refused(&error, "1", "0", None);
    assert!(error.to_string().contains("allow_unknown_prices"), "{error}");
    #[cfg(feature = "crypto-rpc")]
    {
        let rpc = venice.crypto_rpc().call("ethereum-mainnet", JsonRpcRequest::new("eth_chainId"));
        assert_eq!(rpc.await.unwrap_err().kind(), ErrorKind::BudgetExceeded);
    }
    assert_eq!(calls(&server), 0);

    let budget = budget.allow_unknown_prices();
    venice.chat().create(asking("unpriced")).await.unwrap();
    assert_eq!(Some(budget.in_usd().spent), amount("0.75"), "the reply told its cost");
    venice.chat().create(asking("unpriced")).await.unwrap();
    // More than the limit is spent now, by calls with an unknown price.
    assert_refused(&venice.chat().create(asking("unpriced")).await.unwrap_err(), "1", "1.50", None);
}

#[tokio::test]
async fn without_a_list_of_models_prices_are_unknown() {
    let server = crate::support::Server::start(|_, request| {
        if super::is_list(request) { Answer::json(404, r#"{"error": "no"}"#) } else { costing("1") }
    });
    let venice = within(&server, &Budget::usd(5));
    assert_refused(&venice.chat().create(a_dollar()).await.unwrap_err(), "5", "0", None);
    let venice = within(&server, &Budget::usd(5).allow_unknown_prices());
    venice.chat().create(a_dollar()).await.unwrap();
}

#[tokio::test]
async fn a_call_that_is_retried_is_set_aside_once() {
    let refusals = std::sync::atomic::AtomicU32::new(0);
    let server = shop(move |_| match refusals.fetch_add(1, std::sync::atomic::Ordering::Relaxed) {
        0 | 1 => Answer::json(503, r#"{"error": "overloaded"}"#),
        _ => costing("0.5"),
    });
    let budget = Budget::usd(1);
    let venice = builder(&server).clock(crate::support::TestClock::without_jitter()).budget(budget.clone());
    venice.build().unwrap().chat().create(a_dollar()).await.unwrap();
    assert_eq!((calls(&server), dollars(&budget)), (3, ["0.5", "0", "0"].map(String::from)));
}

#[cfg(feature = "blocking")]
#[test]
fn blocking_calls_have_a_budget_too() {
    let server = shop(|_| costing("1"));
    let venice = within(&server, &Budget::usd(1));
    venice.chat().create(a_dollar()).send_blocking().unwrap();
    assert_refused(&venice.chat().create(a_dollar()).send_blocking().unwrap_err(), "1", "1", Some("1"));
}

#[tokio::test]
async fn neither_a_budget_nor_its_error_shows_what_was_asked() {
    let server = shop(|_| costing("1"));
    let budget = Budget::usd("0.5");
    let http = crate::support::own_http_client!().timeout(Duration::from_secs(20)).build().unwrap();
    let venice = builder(&server).http_client(http).budget(budget.clone()).build().unwrap();
    let secret = ChatCompletionRequest::new("writer", ["the word is swordfish"]);
    let error = venice.chat().create(secret).await.unwrap_err();
    for shown in [format!("{error} {error:?}"), format!("{budget:?}")] {
        assert!(!shown.contains("swordfish") && !shown.contains(crate::support::KEY), "{shown}");
    }
}

/// Notes the alerts of a budget as `currency percent spent`.
fn noting(budget: Budget, percents: &[u32]) -> (Budget, Arc<Mutex<Vec<String>>>) {
    let noted = Arc::new(Mutex::new(Vec::new()));
    let budget = percents.iter().fold(budget, |budget, percent| {
        let noted = Arc::clone(&noted);
        budget.on_share(*percent, move |alert| {
            let text = format!("{} {} {}", alert.currency, alert.percent, alert.spending.spent);
            noted.lock().unwrap().push(text);
        })
    });
    (budget, noted)
}

#[tokio::test]
async fn an_alert_is_called_once_when_its_share_is_spent() {
    let server = shop(|_| costing("1"));
    let (budget, noted) = noting(Budget::usd("4"), &[50, 100]);
    let venice = within(&server, &budget);
    let mut seen = Vec::new();
    for _ in 0..4 {
        venice.chat().create(a_dollar()).await.unwrap();
        seen.push(noted.lock().unwrap().join(", "));
    }
    assert_eq!(seen, ["", "USD 50 2", "USD 50 2", "USD 50 2, USD 100 4"]);
    // Below the share again, it can be reached again.
    budget.set_usd_limit("10").unwrap();
    venice.chat().create(a_dollar()).await.unwrap();
    assert_eq!(noted.lock().unwrap().split_off(2), ["USD 50 5"]);
    budget.reset();
    budget.set_usd_limit("1").unwrap();
    venice.chat().create(a_dollar()).await.unwrap();
    assert_eq!(noted.lock().unwrap().split_off(2), ["USD 50 1", "USD 100 1"]);
}

#[tokio::test]
async fn an_alert_may_use_the_budget_and_a_panic_in_it_fails_no_call() {
    let server = shop(|_| costing("1"));
    let raised = Budget::usd("1");
    let own = raised.clone();
    let budget = raised.on_share(100, move |alert| {
        own.set_usd_limit("2").unwrap();
        assert_eq!(alert.percent, 99, "it panics");
    });
    let venice = within(&server, &budget);
    venice.chat().create(a_dollar()).await.unwrap();
    venice.chat().create(a_dollar()).await.unwrap();
    assert_eq!((calls(&server), budget.in_usd().limit), (2, amount("2")));
}

#[tokio::test]
async fn a_call_whose_outcome_is_unknown_counts_for_alerts() {
    let server = shop(|_| Answer::nothing());
    let (budget, noted) = noting(Budget::usd("1"), &[100]);
    within(&server, &budget).chat().create(a_dollar()).await.unwrap_err();
    assert_eq!(*noted.lock().unwrap(), ["USD 100 0"]);
}

#[test]
fn an_alert_is_at_1_to_100_percent() {
    for percent in [0, 101] {
        let budget = Budget::usd("1").on_share(percent, |_| {});
        let error = venice_ai::Client::builder().api_key("k").budget(budget).build().unwrap_err();
        assert!(error.to_string().contains("1 to 100 percent"), "{error}");
    }
}
