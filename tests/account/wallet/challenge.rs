//! Challenge mode: a 402 says what to sign, and the wallet signs exactly that, once.

use std::time::{Duration, SystemTime};

use serde_json::{Value, json};
use venice_ai::{Client, ErrorKind, Timestamp};

use super::bank::chat;
use super::{COMPLETION, evm, sign_in};
use crate::support::{Answer, Server};

fn time(offset: i64) -> String {
    let now = SystemTime::now();
    let distance = Duration::from_secs(offset.unsigned_abs());
    Timestamp::from(if offset < 0 { now - distance } else { now + distance }).to_string()
}

fn challenge(domain: &str, nonce: &str) -> Value {
    json!({
        "info": {
            "domain": domain, "uri": format!("https://{domain}/api/v1/chat/completions"), "version": "1", "nonce": nonce,
            "issuedAt": time(0), "expirationTime": time(240), "statement": "Sign in to Venice AI",
        },
        "supportedChains": [{"chainId": "eip155:8453", "type": "eip191"}],
    })
}

fn discovery(challenge: &Value) -> Value {
    json!({
        "x402Version": 2, "error": "Payment required", "resource": {"url": "https://api.venice.ai/api/v1/chat/completions"},
        "accepts": [], "extensions": {"sign-in-with-x": challenge},
    })
}

/// Answers the first request with this 402, and the others with success.
fn server(body: Value) -> (Server, Client) {
    let body = body.to_string();
    let server =
        Server::start(move |n, _| if n == 0 { Answer::json(402, &body) } else { Answer::json(200, COMPLETION) });
    let venice = Client::builder().base_url(server.url("/api/v1")).wallet(&evm()).build().unwrap();
    (server, venice)
}

#[tokio::test]
async fn a_challenge_is_signed_word_for_word() {
    let asked = challenge("api.venice.ai", "serversOwnNonce1");
    let mut second = json!({"x402Version": 2, "error": "x", "accepts": []});
    second["siwxChallenge"] = asked.clone();
    for body in [discovery(&asked), second] {
        let (server, venice) = server(body);
        venice.chat().create(chat()).await.unwrap();
        let requests = server.requests();
        let [first, second] = &requests[..] else { panic!("{requests:?}") };
        assert!(!sign_in(first)["message"].as_str().unwrap().contains("serversOwnNonce1"));
        let header = sign_in(second);
        let text = |name: &str| asked["info"][name].as_str().unwrap();
        let expected = format!(
            "api.venice.ai wants you to sign in with your Ethereum account:\n{}\n\nSign in to Venice AI\n\nURI: {}\nVersion: 1\n\
             Chain ID: 8453\nNonce: serversOwnNonce1\nIssued At: {}\nExpiration Time: {}",
            evm().address(),
            text("uri"),
            text("issuedAt"),
            text("expirationTime")
        );
        assert_eq!(header["message"], expected);
        let issued = Timestamp::from(text("issuedAt")).to_system_time().unwrap();
        let millis = issued.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_millis();
        assert_eq!(header["timestamp"].as_u64().map(u128::from), Some(millis));
    }
}

#[tokio::test]
async fn a_challenge_in_the_header_is_signed_too() {
    use base64::Engine as _;
    let document = discovery(&challenge("venice.ai", "serversOwnNonce2")).to_string();
    let header = base64::engine::general_purpose::STANDARD.encode(document);
    let server = Server::start(move |n, _| match n {
        0 => {
            let headers = [("payment-required", &*header), ("content-type", "application/json")];
            Answer::new(402, &headers, r#"{"x402Version":2,"accepts":[]}"#)
        }
        _ => Answer::json(200, COMPLETION),
    });
    let venice = Client::builder().base_url(server.url("/api/v1")).wallet(&evm()).build().unwrap();
    venice.chat().create(chat()).await.unwrap();
    assert!(sign_in(&server.requests()[1])["message"].as_str().unwrap().contains("serversOwnNonce2"));
}

#[tokio::test]
async fn a_challenge_of_another_site_is_never_signed() {
    let mut broken = challenge("api.venice.ai", "serversOwnNonce3");
    broken["info"]["nonce"] = "a\nb".into();
    let mut old = challenge("api.venice.ai", "serversOwnNonce3");
    old["info"]["issuedAt"] = time(-600).into();
    let mut other_chain = challenge("api.venice.ai", "serversOwnNonce3");
    other_chain["supportedChains"] = json!([{"chainId": "eip155:1", "type": "eip191"}]);
    let mut incomplete = challenge("api.venice.ai", "serversOwnNonce3");
    incomplete["info"]["nonce"] = Value::Null;
    for asked in [challenge("evil.example", "serversOwnNonce3"), broken, old, other_chain, incomplete, Value::Null] {
        let (server, venice) = server(discovery(&asked));
        let error = venice.chat().create(chat()).await.unwrap_err();
        assert_eq!((error.kind(), server.count()), (ErrorKind::Authentication, 1), "{asked}");
    }
    let (server, _) = server(discovery(&challenge("api.venice.ai", "serversOwnNonce3")));
    let wallet = evm().with_challenges(false);
    let venice = Client::builder().base_url(server.url("/api/v1")).wallet(&wallet).build().unwrap();
    venice.chat().create(chat()).await.unwrap_err();
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn a_second_challenge_is_not_signed() {
    let body = discovery(&challenge("api.venice.ai", "serversOwnNonce4")).to_string();
    let server = Server::answering([Answer::json(402, &body)]);
    let venice = Client::builder().base_url(server.url("/api/v1")).wallet(&evm()).build().unwrap();
    let error = venice.chat().create(chat()).await.unwrap_err();
    assert_eq!((error.kind(), server.count()), (ErrorKind::Authentication, 2));
}

#[tokio::test]
async fn the_challenge_of_a_low_balance_changes_nothing_and_is_not_signed() {
    let mut body = json!({"error": "Payment required", "code": "PAYMENT_REQUIRED", "reason": "insufficient_balance"});
    body["siwxChallenge"] = challenge("api.venice.ai", "serversOwnNonce5");
    let (server, venice) = server(body);
    let error = venice.chat().create(chat()).await.unwrap_err();
    assert_eq!((error.kind(), server.count()), (ErrorKind::InsufficientBalance, 1));
}
