//! The health check of a client.

use std::time::Duration;

use venice_ai::keys::{Health, KeyHealth};
use venice_ai::types::{ApiKeyType, ConsumptionLimits, CreateApiKeyRequest};
use venice_ai::{Client, ErrorKind};
use venice_ai_mock::MockVenice;

use super::{Answer, REJECTED, Server};
use crate::support::{amount, builder, nobody, replying};

async fn health_with(answer: Answer) -> (Health, Server) {
    let server = Server::answering([answer]);
    // With its usual retries.
    let health = builder(&server).build().unwrap().health().await.unwrap();
    (health, server)
}

#[tokio::test]
async fn a_client_that_works_says_what_is_left() {
    let mock = MockVenice::start().await.unwrap();
    let health = mock.client().health().await.unwrap();
    assert!(health.is_ok() && health.reachable && health.latency.is_some(), "{health}");
    assert_eq!((health.key, health.access_permitted), (KeyHealth::Accepted, Some(true)));
    assert_eq!((health.balances.usd, health.balances.diem), (amount("42.5"), amount("3.75")));
    assert!(health.server_version.is_some());
    let shown = health.to_string();
    assert!(shown.contains("key is accepted") && shown.contains("42.5 USD, 3.75 DIEM"), "{shown}");
    let asked: Vec<_> = mock.requests().into_iter().map(|request| request.operation).collect();
    assert_eq!(asked, [Some("getApiKeyRateLimits")], "nothing that is paid for");
}

#[tokio::test]
async fn a_key_whose_limit_is_used_up_is_accepted_and_not_permitted() {
    let mock = MockVenice::start().await.unwrap();
    let request = CreateApiKeyRequest::new(ApiKeyType::Inference, "empty");
    let request = request.consumption_limit(ConsumptionLimits::new().usd(0.0));
    let empty = mock.client().api_keys().create(request).await.unwrap();
    let health = mock.client().with_api_key(empty.api_key).health().await.unwrap();
    assert_eq!((health.key, health.access_permitted, health.is_ok()), (KeyHealth::Accepted, Some(false), false));
    assert!(health.problem.is_none() && health.to_string().contains("not permitted"), "{health}");
}

#[tokio::test]
async fn what_fails_is_a_value() {
    let disabled = r#"{"error": "API access has been disabled for this account"}"#;
    for (answer, reachable, key, permitted, kind) in [
        (Answer::json(401, REJECTED), true, KeyHealth::Rejected, None, ErrorKind::Authentication),
        (Answer::json(403, disabled), true, KeyHealth::Accepted, Some(false), ErrorKind::Permission),
        (Answer::json(503, r#"{"error": "busy"}"#), true, KeyHealth::Unknown, None, ErrorKind::Overloaded),
        (Answer::html(502, "<html>Bad gateway</html>"), false, KeyHealth::Unknown, None, ErrorKind::Server),
        (Answer::html(200, "<html>Log in</html>"), false, KeyHealth::Unknown, None, ErrorKind::Decode),
    ] {
        let (health, server) = health_with(answer).await;
        assert_eq!((health.reachable, health.key, health.access_permitted), (reachable, key, permitted), "{health}");
        let problem = health.problem.as_ref().unwrap();
        assert_eq!((problem.kind(), server.count(), health.is_ok()), (kind, 1, false), "not retried");
        assert!(health.to_string().contains(problem.message()), "{health}");
    }
}

#[tokio::test]
async fn an_api_that_is_not_there_is_a_value_too() {
    let venice = Client::builder().api_key("k").base_url(format!("http://{}", nobody())).no_proxy().build().unwrap();
    let health = venice.health().await.unwrap();
    assert_eq!((health.reachable, health.key, health.latency), (false, KeyHealth::Unknown, None));
    assert!(health.to_string().starts_with("the API does not answer: "), "{health}");

    let (_server, venice) = replying(Answer::silence());
    let health = venice.health().with_time_limit(Duration::from_millis(200)).await.unwrap();
    assert!(!health.reachable && health.problem.as_ref().unwrap().is_timeout(), "{health}");
}

#[tokio::test]
async fn a_client_without_a_key_asks_a_public_endpoint() {
    let mock = MockVenice::start().await.unwrap();
    let venice = Client::builder().base_url(mock.base_url()).no_proxy().build().unwrap();
    let health = venice.health().await.unwrap();
    assert_eq!((health.is_ok(), health.key), (true, KeyHealth::Missing), "{health}");
    assert_eq!(mock.requests()[0].operation, Some("listModelTraits"));
}
