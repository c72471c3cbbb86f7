//! The key is sent only where it belongs, and never shown.

use serde_json::{Value, json};
use venice_ai::http::Method;
use venice_ai::types::ChatCompletionRequest;
use venice_ai::{Client, ErrorKind, Secret};

use crate::support::{Answer, KEY, Server, builder, once};

#[test]
fn a_client_and_its_parts_print_without_the_key() {
    let builder = Client::builder().api_key(KEY).base_url("http://127.0.0.1:1");
    let builder = builder.default_header("authorization", format!("Bearer {KEY}"));
    assert!(!format!("{builder:?}").contains(KEY));
    let client = builder.build().unwrap();
    let call = client.request::<Value>(Method::GET, "/x").with_api_key(KEY).with_header("x-key", KEY);
    for shown in [format!("{client:?}"), format!("{call:?}"), format!("{:?}", call.into_future())] {
        assert!(!shown.contains(KEY), "{shown}");
    }
}

#[test]
fn a_secret_is_deserialised_and_not_shown() {
    let secret: Secret = serde_json::from_value(json!(KEY)).unwrap();
    assert_eq!(secret.expose(), KEY);
    assert_eq!(format!("{secret} {secret:?}"), "*** ***");
    assert_eq!(secret, Secret::from(KEY.to_owned()));
}

#[test]
fn a_key_that_no_header_can_carry_is_rejected_without_showing_it() {
    for key in ["vk-secret\n", "vk-sec\nret", " vk-secret", "vk-secrét", "vk-secret\u{0}"] {
        let error = Client::new(key).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration);
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains("vk-") && shown.contains("API key"), "{shown}");
    }
    assert!(Client::new("  ").unwrap_err().to_string().contains("empty"));
}

#[tokio::test]
async fn a_bad_key_for_one_call_is_reported_when_it_is_sent() {
    let server = Server::answering([Answer::json(200, "{}")]);
    let call = once(&server).request::<Value>(Method::GET, "/x").with_api_key("vk-sec\nret");
    let error = call.await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert!(!format!("{error} {error:?}").contains("ret\""));
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn the_key_is_sent_as_a_bearer_token() {
    let server = Server::answering([Answer::json(200, "{}")]);
    once(&server).request::<Value>(Method::GET, "/x").await.unwrap();
    let other = once(&server).request::<Value>(Method::GET, "/x").with_api_key("another");
    other.await.unwrap();
    let own = once(&server).request::<Value>(Method::GET, "/x").with_header("Authorization", "Basic abc");
    own.await.unwrap();
    let sent: Vec<_> = server.requests().iter().map(|r| r.header("authorization").unwrap().to_owned()).collect();
    assert_eq!(sent, [&*format!("Bearer {KEY}"), "Bearer another", "Basic abc"]);
}

#[tokio::test]
async fn a_client_without_a_key_sends_none() {
    let server = Server::answering([Answer::json(200, "{}")]);
    let client = Client::builder().base_url(server.url("")).build().unwrap();
    client.request::<Value>(Method::GET, "/x").await.unwrap();
    assert_eq!(server.requests()[0].header("authorization"), None);
}

#[tokio::test]
async fn a_call_that_needs_a_key_is_not_sent_without_one() {
    let server = Server::answering([Answer::json(200, crate::support::chat::ANSWER)]);
    let client = Client::builder().base_url(server.url("")).build().unwrap();
    let chat = || client.chat().create(ChatCompletionRequest::new("default", ["Hello"]));
    for error in [client.api_keys().list().await.unwrap_err(), chat().await.unwrap_err()] {
        assert_eq!(error.kind(), ErrorKind::MissingApiKey);
        assert!(error.is_authentication());
        assert!(error.to_string().contains("VENICE_API_KEY"), "{error}");
    }
    assert_eq!(server.count(), 0);
    chat().with_api_key("own key").await.unwrap();
    chat().with_header("authorization", "Bearer own").await.unwrap();
    assert_eq!(server.count(), 2);
}

#[tokio::test]
async fn a_wallet_that_signs_is_not_joined_by_the_key() {
    let server = Server::answering([Answer::json(200, "{}")]);
    let client = once(&server);
    for header in ["SIGN-IN-WITH-X", "x-sign-in-with-x"] {
        let call = client.chat().create(ChatCompletionRequest::new("default", ["Hello"]));
        let _ = call.with_header(header, "signed").await;
        let request = server.requests().pop().unwrap();
        assert_eq!(request.header(header), Some("signed"));
        assert_eq!(request.header("authorization"), None, "who pays must be clear");
    }
    let _ = client.api_keys().list().with_header("sign-in-with-x", "signed").await;
    let request = server.requests().pop().unwrap();
    assert!(request.header("authorization").is_some(), "this operation takes no wallet");
}

#[tokio::test]
async fn the_key_stays_at_home_where_only_a_wallet_counts() {
    let server = Server::answering([Answer::json(200, "{}")]);
    let wallet = format!("0x{}", "a".repeat(40));
    let _ = once(&server).raw().get_x402_balance(&wallet, Some("signed")).await;
    assert_eq!(server.requests()[0].header("authorization"), None);
}

#[tokio::test]
async fn a_key_that_the_server_echoes_does_not_get_into_the_error() {
    let echo = json!({"error": format!("Invalid API key {KEY}"), "issues": [{"path": [KEY], "message": KEY}]});
    let headers = [("content-type", "application/json"), ("x-echo", KEY)];
    for status in [401, 402, 409, 422, 500] {
        let server = Server::answering([Answer::new(status, &headers, echo.to_string())]);
        let error = once(&server).request::<Value>(Method::GET, "/x").await.unwrap_err();
        let shown = format!("{error} {error:?} {} {:?}", error.message(), error.field_errors());
        assert!(!shown.contains(KEY), "{shown}");
        assert!(error.message().contains("***"), "{shown}");
        assert!(!String::from_utf8_lossy(error.body().unwrap()).contains(KEY));
    }
}

#[tokio::test]
async fn a_key_that_the_server_echoes_does_not_get_into_a_decode_error() {
    for body in [json!({ "n": KEY }).to_string(), format!("<html><title>{KEY}</title>"), format!("plain {KEY}")] {
        let server = Server::answering([Answer::json(200, &body)]);
        let call = once(&server).request::<std::collections::BTreeMap<String, u64>>(Method::GET, "/x");
        let error = call.await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode);
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains(KEY), "{shown}");
        assert!(!String::from_utf8_lossy(error.body().unwrap()).contains(KEY));
    }
}

#[tokio::test]
async fn the_url_of_a_request_does_not_get_into_an_error() {
    let server = Server::answering([Answer::nothing()]);
    let call = once(&server).request::<Value>(Method::GET, "/x?secret=1a2b3c").with_extra_query("other", "4d5e6f");
    let error = call.await.unwrap_err();
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains("1a2b3c") && !shown.contains("4d5e6f"), "{shown}");
    assert_eq!(error.operation(), Some("GET /x"));
}

#[tokio::test]
async fn a_header_that_cannot_be_sent_is_named_without_its_value() {
    let server = Server::answering([Answer::json(200, "{}")]);
    let client = once(&server);
    let error = client.request::<Value>(Method::GET, "/x").with_header("x-mine", "vk-a\nb").await.unwrap_err();
    assert!(error.is_invalid_request() && error.status().is_none());
    let shown = format!("{error} {error:?}");
    assert!(shown.contains("x-mine") && !shown.contains("vk-a"), "{shown}");
    let error = client.request::<Value>(Method::GET, "/x").with_header("x mine", "a").await.unwrap_err();
    assert!(error.to_string().contains("x mine"), "{error}");
    assert_eq!(server.count(), 0);
    let error = builder(&server).default_header("x-mine", "vk-a\nb").build().unwrap_err();
    assert!(error.to_string().contains("x-mine") && !error.to_string().contains("vk-a"));
}

#[test]
fn the_password_of_a_proxy_is_not_shown() {
    let error = Client::builder().proxy("http://me:hunter22@[").build().unwrap_err();
    let shown = format!("{error} {error:?}");
    assert!(shown.contains("proxy") && !shown.contains("hunter22"), "{shown}");
}

#[tokio::test]
async fn what_identifies_the_caller_is_shown_by_no_error_however_it_was_sent() {
    const SIGNED: &str = "c2lnbmVkLWJ5LWEtd2FsbGV0";
    let echo = format!(r#"{{"error":"{SIGNED} is not good","details":{{"field":{{"_errors":["{SIGNED}"]}}}}}}"#);
    let server = Server::answering([Answer::new(400, &[("x-echo", SIGNED)], echo)]);
    let client = once(&server);
    let call = || client.request::<Value>(Method::GET, "/x");
    let errors = [
        client.raw().top_up_x402_balance(Some(SIGNED)).await.unwrap_err(),
        call().with_header("PAYMENT-SIGNATURE", SIGNED).await.unwrap_err(),
        call().with_header("x-sign-in-with-x", SIGNED).await.unwrap_err(),
        call().with_header("authorization", format!("Bearer {SIGNED}")).await.unwrap_err(),
        call().with_header("cookie", SIGNED).await.unwrap_err(),
        call().with_api_key(SIGNED).await.unwrap_err(),
    ];
    for error in errors {
        let body = String::from_utf8_lossy(error.body().unwrap());
        let shown = format!("{error} {error:?} {body} {:?}", error.field_errors());
        assert!(shown.contains("is not good") && !shown.contains(SIGNED), "{shown}");
    }
}
