use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::{Value, json};
use venice_ai::http::Method;
use venice_ai::types::ModelFilter;
use venice_ai::{API_VERSION, Client, ErrorKind};
use venice_ai_mock::{Fault, MockVenice};

use super::{get, start};
use crate::support::PATIENCE;

#[tokio::test]
async fn what_the_api_does_not_have_is_not_found() {
    let (mock, venice) = start().await;
    for path in ["/nothing", "/api_keys/a/b"] {
        let error = get(&venice, path).await.unwrap_err();
        assert_eq!((error.status().unwrap().as_u16(), error.message()), (404, "Not found"));
    }
    assert_eq!(venice.request::<Value>(Method::PUT, "/models").await.unwrap_err().kind(), ErrorKind::NotFound);
    let elsewhere = Client::builder().base_url(mock.base_url().replace("/api/v1", "/v2")).build().unwrap();
    assert_eq!(elsewhere.models().list(ModelFilter::All).await.unwrap_err().kind(), ErrorKind::NotFound);
    let asked: Vec<Option<&str>> = mock.requests().iter().map(|request| request.operation).collect();
    assert_eq!(asked, [None; 4]);
}

#[tokio::test]
async fn every_reply_has_the_headers_of_the_api() {
    let (_mock, venice) = start().await;
    let meta = venice.api_keys().list().with_meta().await.unwrap().into_parts().1;
    assert!(meta.request_id().unwrap().ends_with("-VCE"));
    assert_eq!(meta.server_version(), Some(API_VERSION));
    assert_eq!(meta.header("content-type"), Some("application/json; charset=utf-8"));
    let limits = meta.rate_limits();
    assert_eq!((limits.requests.limit, limits.requests.remaining), (Some(500), Some(499)));
    assert!(limits.tokens.limit.is_some() && limits.tokens.resets_in.is_some());
    assert!(meta.balances().usd.is_some() && meta.balances().diem.is_some());
    assert_eq!(meta.header("x-ratelimit-reset-requests").unwrap().len(), 13, "milliseconds since 1970");
    let refused = get(&venice, "/nothing").await.unwrap_err();
    assert_ne!(refused.request_id().unwrap(), meta.request_id().unwrap());
}

#[test]
fn bodies_that_are_no_json_are_rejected() {
    let mock = MockVenice::start_blocking().unwrap();
    let send = |media: &str, body: &str| {
        let head = format!("authorization: Bearer {}\r\n{media}content-length: {}", mock.api_key(), body.len());
        exchange(&mock, &format!("POST /api/v1/api_keys HTTP/1.1\r\n{head}"), body)
    };
    assert!(send("content-type: text/plain\r\n", "{}").starts_with("HTTP/1.1 415 "));
    assert!(send("content-type: application/json\r\n", "{").starts_with("HTTP/1.1 400 "));
    assert!(send("content-type: application/json; charset=utf-8\r\n", "[]").starts_with("HTTP/1.1 400 "));
    assert!(send("", "").starts_with("HTTP/1.1 415 "));
}

/// Sends raw bytes, and waits for the whole reply without a runtime.
fn exchange(mock: &MockVenice, head: &str, body: &str) -> String {
    let url = mock.base_url().replace("http://", "");
    let mut stream = TcpStream::connect(url.split('/').next().unwrap()).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    write!(stream, "{head}\r\nhost: mock\r\nconnection: close\r\n\r\n{body}").unwrap();
    let mut reply = String::new();
    stream.read_to_string(&mut reply).unwrap();
    reply
}

#[tokio::test]
async fn requests_are_kept_without_their_credentials() {
    let (mock, venice) = start().await;
    let call = venice.request::<Value>(Method::POST, "/api_keys?a=b%20c").with_json_body(&json!({"description": "x"}));
    call.with_header("sign-in-with-x", "signed").with_header("x-other", "shown").await.unwrap_err();
    let requests = mock.requests();
    let [request] = requests.as_slice() else { panic!("{requests:?}") };
    assert_eq!(
        (request.method.as_str(), request.path.as_str(), request.operation),
        ("POST", "/api_keys", Some("createApiKey"))
    );
    assert_eq!(request.query, [("a".to_owned(), "b c".to_owned())]);
    assert_eq!(request.json::<Value>().unwrap(), json!({"description": "x"}));
    assert_eq!(
        ["authorization", "sign-in-with-x", "x-other"].map(|name| request.header(name)),
        [Some("***"), Some("***"), Some("shown")]
    );
    assert!(!format!("{request:?}").contains(mock.api_key()));
}

#[tokio::test]
async fn dropping_it_stops_it() {
    let (mock, venice) = start().await;
    mock.fault(Fault::stall(3));
    let waiting = tokio::spawn({
        let venice = venice.clone();
        async move { venice.api_keys().list().await }
    });
    while mock.requests().is_empty() {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    drop(mock);
    let broken = tokio::time::timeout(PATIENCE, waiting).await.unwrap().unwrap();
    assert!(broken.is_err(), "open connections are closed");
    assert_eq!(venice.api_keys().list().await.unwrap_err().kind(), ErrorKind::Connect);
}

#[cfg(feature = "blocking")]
#[test]
fn it_serves_blocking_calls() {
    let mock = MockVenice::start_blocking().unwrap();
    assert_eq!(mock.client().api_keys().list().send_blocking().unwrap().len(), 1);
}

#[tokio::test]
async fn it_answers_while_the_runtime_of_the_test_is_held_up() {
    let mock = MockVenice::start().await.unwrap();
    let reply = exchange(&mock, "GET /api/v1/models HTTP/1.1", "");
    assert!(reply.starts_with("HTTP/1.1 200 "), "{reply}");
}
