//! Redirects.

use serde_json::{Value, json};
use venice_ai::http::Method;
use venice_ai::{Client, Error, ErrorKind};

use crate::support::{Answer, KEY, Server, builder, once};

async fn read(client: &Client) -> Result<Value, Error> {
    client.request(Method::GET, "/thing").await
}

async fn write(client: &Client) -> Result<Value, Error> {
    client.request(Method::POST, "/thing").with_json_body(&json!({"prompt": "private"})).await
}

#[tokio::test]
async fn another_host_never_sees_the_key_or_the_request() {
    let elsewhere = Server::answering([Answer::json(200, "{}")]);
    // `localhost` is another host than `127.0.0.1`, and the other port is another server.
    let names = [elsewhere.url("/api/v1/thing?token=t0p"), format!("//localhost:{}/x", elsewhere.address().port())];
    for target in names {
        for status in [301, 302, 303, 307, 308] {
            let server = Server::answering([Answer::redirect(status, &target)]);
            for outcome in [read(&once(&server)).await, write(&once(&server)).await] {
                let error = outcome.unwrap_err();
                assert_eq!(error.kind(), ErrorKind::Redirect, "{error:?}");
                let host = target.split('/').nth(2).unwrap();
                assert!(error.to_string().contains(host), "{error}");
                assert!(error.to_string().contains("base URL"), "{error}");
                assert!(!format!("{error} {error:?}").contains("t0p"), "{error:?}");
                assert!(!error.is_retryable());
            }
        }
    }
    assert_eq!(elsewhere.connections(), 0);
}

#[tokio::test]
async fn another_scheme_is_another_place() {
    let server = Server::start(|_, request| {
        let host = request.header("host").unwrap().to_owned();
        Answer::redirect(301, &format!("https://{host}/api/v1/thing"))
    });
    let error = read(&once(&server)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Redirect);
    assert!(error.to_string().contains("https://127.0.0.1"), "{error}");
}

#[tokio::test]
async fn a_read_is_followed_on_the_same_host_with_its_key() {
    for status in [301, 302, 303, 307, 308] {
        let server = Server::answering([Answer::redirect(status, "/v2/thing?x=1"), Answer::json(200, "[1]")]);
        assert_eq!(read(&once(&server)).await.unwrap(), json!([1]));
        let requests = server.requests();
        assert_eq!((&*requests[1].method, &*requests[1].target), ("GET", "/v2/thing?x=1"));
        assert_eq!(requests[1].header("authorization").unwrap(), format!("Bearer {KEY}"));
    }
}

#[tokio::test]
async fn a_write_is_followed_with_its_body_where_the_method_stays() {
    for status in [307, 308] {
        let server = Server::answering([Answer::redirect(status, "other"), Answer::json(200, "{}")]);
        write(&once(&server)).await.unwrap();
        let requests = server.requests();
        assert_eq!((&*requests[1].method, &*requests[1].target), ("POST", "/api/v1/other"));
        assert_eq!(requests[1].json(), json!({"prompt": "private"}));
        assert_eq!(requests[1].header("content-type"), Some("application/json"));
    }
}

#[tokio::test]
async fn a_write_does_not_turn_into_a_read() {
    for status in [301, 302, 303] {
        let server = Server::answering([Answer::redirect(status, "/other")]);
        let error = write(&once(&server)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Redirect);
        assert!(error.to_string().contains("base URL"), "{error}");
        assert_eq!(server.count(), 1);
    }
}

#[tokio::test]
async fn circles_end() {
    let server = Server::answering([Answer::redirect(307, "/api/v1/thing")]);
    let error = read(&once(&server)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Redirect);
    assert_eq!(server.count(), 6, "the request and five redirects");
}

#[tokio::test]
async fn a_redirect_to_nowhere_is_an_error() {
    for answer in [Answer::new(302, &[], ""), Answer::redirect(302, "http://[")] {
        let error = read(&once(&Server::answering([answer]))).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Redirect, "{error:?}");
    }
    let not_modified = read(&once(&Server::answering([Answer::head(304, &[])]))).await.unwrap_err();
    assert_eq!(not_modified.kind(), ErrorKind::UnexpectedStatus);
}

#[tokio::test]
async fn a_client_of_the_callers_that_strays_to_another_host_is_found_out() {
    let elsewhere = Server::answering([Answer::json(200, "{}")]);
    let server = Server::answering([Answer::redirect(302, &elsewhere.url("/x"))]);
    let straying = crate::support::own_http_client!().build().unwrap();
    let client = builder(&server).http_client(straying).build().unwrap();
    let error = read(&client).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Redirect);
    assert!(error.to_string().contains("Policy::none()"), "{error}");
    assert_eq!(elsewhere.requests()[0].header("authorization"), None);
}
