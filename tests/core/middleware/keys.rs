//! Providers of keys, and clients that share everything but their key.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::Barrier;
use venice_ai::http::Method;
use venice_ai::{Client, ClientBuilder, Delivery, ErrorKind, RetryPolicy, Secret};

use crate::support::chat::{ANSWER, a_question};
use crate::support::{Answer, KEY, PATIENCE, Server, TestClock, once};

fn builder(server: &Server) -> ClientBuilder {
    Client::builder().base_url(server.url("/api/v1")).no_proxy().clock(TestClock::without_jitter())
}

/// A provider that returns another key each time.
fn rotating() -> impl Fn() -> std::future::Ready<Result<Secret, std::io::Error>> + Send + Sync {
    let count = AtomicUsize::new(0);
    move || std::future::ready(Ok(format!("vk-rotated-{}", count.fetch_add(1, Ordering::SeqCst)).into()))
}

fn keys(server: &Server) -> Vec<String> {
    server.requests().iter().map(|request| request.header("authorization").unwrap_or("none").to_owned()).collect()
}

#[tokio::test]
async fn each_attempt_asks_the_provider_for_the_key() {
    let server = Server::answering([Answer::json(503, r#"{"error": "busy"}"#), ANSWER.into(), ANSWER.into()]);
    let venice = builder(&server).api_key_provider(rotating()).build().unwrap();
    for _ in 0..2 {
        venice.chat().create(a_question()).await.unwrap();
    }
    assert_eq!(keys(&server), ["Bearer vk-rotated-0", "Bearer vk-rotated-1", "Bearer vk-rotated-2"]);
}

#[tokio::test]
async fn concurrent_calls_do_not_wait_for_each_other_at_the_provider() {
    let server = Server::start(|_, _| ANSWER.into());
    let both = Arc::new(Barrier::new(2));
    let provider = move || {
        let both = Arc::clone(&both);
        async move {
            both.wait().await;
            Ok::<_, std::io::Error>(Secret::from("vk-of-both"))
        }
    };
    let venice = builder(&server).api_key_provider(provider).build().unwrap();
    let calls = async { tokio::join!(venice.chat().create(a_question()), venice.chat().create(a_question())) };
    let (one, other) = tokio::time::timeout(PATIENCE, calls).await.expect("they wait for each other");
    one.and(other).unwrap();
}

#[tokio::test]
async fn a_provider_that_fails_panics_or_hangs_is_an_error_and_nothing_is_sent() {
    let server = Server::answering([ANSWER.into()]);
    let failing = builder(&server).api_key_provider(|| async { Err::<Secret, _>("the vault is sealed") });
    let panicking = builder(&server).api_key_provider(|| async {
        if true {
            panic!("the vault is gone");
        }
        Ok::<_, std::io::Error>(Secret::from(KEY))
    });
    let invalid = builder(&server).api_key_provider(|| async { Ok::<_, std::io::Error>(Secret::from("vk-\nsecret")) });
    for (builder, text) in [(failing, "the vault is sealed"), (panicking, "the vault is gone"), (invalid, "line break")]
    {
        let error = builder.build().unwrap().chat().create(a_question()).await.unwrap_err();
        assert_eq!((error.kind(), error.delivery()), (ErrorKind::MissingApiKey, Delivery::NotSent), "{error}");
        assert!(error.to_string().contains(text) && !error.to_string().contains("vk-"), "{error}");
        assert_eq!(error.operation(), Some("createChatCompletion"));
    }
    let hanging = builder(&server).api_key_provider(std::future::pending::<Result<Secret, std::io::Error>>);
    let call = hanging.build().unwrap().chat().create(a_question());
    let error = call.with_timeout(Duration::from_millis(20)).await.unwrap_err();
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::Timeout, Delivery::NotSent));
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn a_provider_that_fails_at_a_retry_leaves_open_whether_the_request_was_executed() {
    let server = Server::start(|_, _| Answer::nothing());
    let count = AtomicUsize::new(0);
    let provider = move || {
        let outcome = match count.fetch_add(1, Ordering::SeqCst) {
            0 => Ok(Secret::from(KEY)),
            _ => Err("the vault is sealed"),
        };
        std::future::ready(outcome)
    };
    let venice = builder(&server).api_key_provider(provider).build().unwrap();
    let error = venice.api_keys().list().await.unwrap_err();
    assert_eq!((error.kind(), error.delivery(), error.attempts()), (ErrorKind::MissingApiKey, Delivery::Unknown, 1));
}

#[tokio::test]
async fn the_keys_of_a_provider_are_kept_out_of_errors() {
    let echo = |keys: &str| Answer::json(503, &json!({"error": format!("keys {keys}")}).to_string());
    let server = Server::start(move |_, _| echo("vk-rotated-0 vk-rotated-1"));
    let retry = RetryPolicy::default().with_max_retries(1);
    let venice = builder(&server).retry(retry).api_key_provider(rotating()).build().unwrap();
    let error = venice.chat().create(a_question()).await.unwrap_err();
    assert_eq!(error.attempts(), 2);
    assert!(error.to_string().contains("keys *** ***"), "{error}");
    assert!(!format!("{error:?} {:?}", error.body()).contains("rotated"), "{error:?}");
}

#[tokio::test]
async fn a_key_of_the_call_or_of_the_client_comes_before_the_provider() {
    let server = Server::start(|_, _| Answer::json(200, "{}"));
    let venice = builder(&server).api_key(KEY).api_key_provider(rotating()).build().unwrap();
    let call = |venice: &Client| venice.request::<Value>(Method::GET, "/x");
    call(&venice).with_api_key("vk-own").await.unwrap();
    call(&venice.with_api_key("vk-tenant")).await.unwrap();
    call(&venice).with_header("authorization", "Basic abc").await.unwrap();
    call(&venice).await.unwrap();
    let of_key = builder(&server).api_key_provider(rotating()).api_key(KEY).build().unwrap();
    call(&of_key).await.unwrap();
    let expected = ["Bearer vk-own", "Bearer vk-tenant", "Basic abc", "Bearer vk-rotated-0", &format!("Bearer {KEY}")];
    assert_eq!(keys(&server), expected, "of the setters the last one wins");
}

#[cfg(feature = "blocking")]
#[test]
fn blocking_calls_ask_the_provider() {
    let server = Server::answering([ANSWER.into()]);
    let venice = builder(&server).api_key_provider(rotating()).build().unwrap();
    venice.chat().create(a_question()).send_blocking().unwrap();
    assert_eq!(keys(&server), ["Bearer vk-rotated-0"]);
}

#[tokio::test]
async fn a_client_with_another_key_shares_the_connections() {
    let server = Server::start(|_, _| ANSWER.into());
    let venice = once(&server);
    let tenant = venice.with_api_key("vk-tenant");
    venice.chat().create(a_question()).await.unwrap();
    tenant.chat().create(a_question()).await.unwrap();
    venice.chat().create(a_question()).await.unwrap();
    assert_eq!(keys(&server), [&format!("Bearer {KEY}"), "Bearer vk-tenant", &format!("Bearer {KEY}")]);
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn an_invalid_key_of_a_client_is_reported_when_a_call_is_sent() {
    let server = Server::answering([ANSWER.into()]);
    let error = once(&server).with_api_key("vk-\nsecret").chat().create(a_question()).await.unwrap_err();
    assert_eq!((error.kind(), server.count()), (ErrorKind::Configuration, 0));
    assert!(!format!("{error:?}").contains("secret"), "{error:?}");
}

#[tokio::test]
async fn failures_are_counted_by_key() {
    let server = Server::start(|number, _| match number {
        ..40 => Answer::json(404, r#"{"error": "no such key"}"#),
        _ => Answer::json(408, r#"{"error": "slow"}"#),
    });
    let venice = builder(&server).api_key(KEY).build().unwrap();
    let attempts = |venice: Client| async move { venice.api_keys().list().await.unwrap_err().attempts() };
    for _ in 0..40 {
        assert_eq!(attempts(venice.clone()).await, 1);
    }
    assert_eq!(attempts(venice.with_api_key("vk-tenant")).await, 3, "it has failures left");
    assert_eq!(attempts(venice.clone()).await, 1, "its failures are used up");
    assert_eq!(attempts(venice.with_api_key(KEY)).await, 1, "the same key, the same count");
}

#[cfg(feature = "budget")]
#[tokio::test]
async fn a_client_with_another_key_shares_the_budget() {
    use venice_ai::cost::Budget;

    let answer = json!({"choices": [{"message": {"content": "At noon."}}], "cost": {"usd": 3, "diem": 0}}).to_string();
    let models = include_str!("../../fixtures/replies/models.json");
    let server = Server::start(move |_, request| match request.target.contains("/models") {
        true => models.into(),
        false => (&answer).into(),
    });
    let budget = Budget::usd("5").allow_unknown_prices();
    let venice = builder(&server).api_key(KEY).budget(budget.clone()).build().unwrap();
    venice.with_api_key("vk-tenant").chat().create(a_question()).await.unwrap();
    assert_eq!(budget.in_usd().spent, "3".parse().unwrap());
}

#[cfg(feature = "catalogue")]
#[tokio::test]
async fn the_catalogue_is_cached_for_each_key_as_the_api_filters_it_by_key() {
    let model =
        |id: &str| json!({"data": [{"id": id, "object": "model", "type": "text", "model_spec": {}}]}).to_string();
    let server = Server::start(move |_, request| match request.header("authorization") {
        Some("Bearer vk-tenant") => model("private-model").into(),
        _ => model("public-model").into(),
    });
    let venice = once(&server);
    let tenant = venice.with_api_key("vk-tenant");
    for _ in 0..2 {
        assert!(venice.models().catalogue().await.unwrap().find("public-model").is_some());
        assert!(tenant.models().catalogue().await.unwrap().find("private-model").is_some());
        assert!(venice.with_api_key("vk-tenant").models().catalogue().await.unwrap().find("private-model").is_some());
    }
    assert_eq!(server.count(), 2, "one list a key, shared by its clients");
}
