//! Retries and idempotency keys.

use std::collections::HashSet;
use std::time::Duration;

use serde_json::json;
use venice_ai::ErrorKind;
use venice_ai::types::JsonRpcRequest;

use crate::support::{Answer, Server, TestClock, client, once};

const OK: &str = r#"{"id":1,"result":"0x1"}"#;

fn send() -> JsonRpcRequest {
    JsonRpcRequest::new("eth_sendRawTransaction").params(json!(["0xf86c"]))
}

fn keys(server: &Server) -> Vec<String> {
    server.requests().iter().map(|request| request.header("idempotency-key").unwrap().to_owned()).collect()
}

#[tokio::test]
async fn all_attempts_of_a_call_have_one_key_and_each_call_another() {
    for failure in [408, 429, 503] {
        let server = Server::start(move |n, _| Answer::json(if n % 2 == 0 { failure } else { 200 }, OK));
        let venice = client(&server, &TestClock::without_jitter());
        venice.crypto_rpc().call("base-mainnet", send()).await.unwrap();
        venice.crypto_rpc().call("base-mainnet", send()).await.unwrap();
        let keys = keys(&server);
        assert_eq!(keys.len(), 4, "{failure}");
        assert!(keys[0] == keys[1] && keys[2] == keys[3] && keys[0] != keys[2], "{keys:?}");
        let bodies: HashSet<Vec<u8>> = server.requests().into_iter().map(|request| request.body).collect();
        assert_eq!(bodies.len(), 1, "with one key goes one body");
    }
}

#[tokio::test]
async fn a_handle_that_is_used_twice_makes_two_keys() {
    let server = Server::answering([Answer::json(200, OK)]);
    let venice = once(&server);
    let rpc = venice.crypto_rpc();
    for _ in 0..20 {
        rpc.call("base-mainnet", "eth_chainId").await.unwrap();
        rpc.batch("base-mainnet", ["eth_chainId"]).await.unwrap();
    }
    let keys = keys(&server);
    assert_eq!(keys.iter().collect::<HashSet<_>>().len(), 40);
}

#[tokio::test]
async fn what_may_have_been_executed_is_not_sent_again() {
    for failure in [500, 502, 504, 520] {
        let server = Server::answering([Answer::json(failure, "{}"), Answer::json(200, OK)]);
        let error =
            client(&server, &TestClock::without_jitter()).crypto_rpc().call("base-mainnet", send()).await.unwrap_err();
        assert_eq!((server.count(), error.is_retryable()), (1, false), "{failure}");
    }
    let server = Server::answering([Answer::silence(), Answer::json(200, OK)]);
    let call = client(&server, &TestClock::without_jitter()).crypto_rpc().call("base-mainnet", send());
    let error = call.with_timeout(Duration::from_secs(2)).await.unwrap_err();
    assert_eq!((server.count(), error.kind()), (1, ErrorKind::Timeout));
}

#[tokio::test]
async fn a_429_says_in_seconds_when_to_come_back() {
    let headers = [
        ("content-type", "application/json"),
        ("x-ratelimit-limit", "100"),
        ("x-ratelimit-remaining", "0"),
        ("x-ratelimit-reset", "7"),
    ];
    let limited = r#"{"error":"Too many requests","customMessage":"100 requests a minute"}"#;
    let server = Server::answering([Answer::new(429, &headers, limited), Answer::json(200, OK)]);
    let clock = TestClock::without_jitter();
    client(&server, &clock).crypto_rpc().call("base-mainnet", send()).await.unwrap();
    assert_eq!(clock.pauses(), [Duration::from_secs(7)]);

    let server = Server::answering([Answer::new(429, &headers, limited)]);
    let error = once(&server).crypto_rpc().call("base-mainnet", send()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RateLimited);
    assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
    let limits = error.meta().unwrap().rate_limits().requests;
    assert_eq!((limits.limit, limits.remaining, limits.resets_in), (Some(100), Some(0), Some(Duration::from_secs(7))));
}
