//! Headers of the connection, which callers cannot set.

use serde_json::Value;
use venice_ai::http::Method;
use venice_ai::types::ListCharactersParams;
use venice_ai::{Client, ErrorKind};

use crate::support::{Answer, Server, builder, once};

const REFUSED: [&str; 12] = [
    "Host",
    "Content-Length",
    "transfer-encoding",
    "Connection",
    "keep-alive",
    "proxy-connection",
    "proxy-authenticate",
    "Proxy-Authorization",
    "te",
    "trailer",
    "upgrade",
    "http2-settings",
];

#[tokio::test]
async fn a_header_of_the_connection_is_rejected_before_anything_is_sent() {
    let server = Server::answering([Answer::json(200, "{}")]);
    let client = once(&server);
    for name in REFUSED {
        let error = client.request::<Value>(Method::GET, "/x").with_header(name, "secret-4711").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{name}");
        let shown = format!("{error} {error:?}");
        assert!(shown.contains(&name.to_lowercase()) && shown.contains("cannot be set"), "{shown}");
        assert!(!shown.contains("4711"), "{shown}");
        let error = client
            .characters()
            .list(ListCharactersParams::new())
            .with_header(name, "1")
            .next()
            .await
            .unwrap()
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{name}");
    }
    assert_eq!(server.connections(), 0);
    client.request::<Value>(Method::GET, "/x").with_header("x-host", "a").await.unwrap();
    assert_eq!(server.only().header("x-host"), Some("a"));
}

#[test]
fn a_default_header_of_the_connection_is_rejected() {
    for name in REFUSED {
        let error = Client::builder().default_header(name, "1").build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration, "{name}");
        assert!(error.to_string().contains("cannot be set"), "{error}");
    }
}

#[tokio::test]
async fn http_to_another_machine_has_to_be_allowed() {
    let error = Client::builder().base_url("http://venice.invalid/api/v1").build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert!(error.to_string().contains("ClientBuilder::allow_insecure_http(true)"), "{error}");
    let gateway = Server::answering([Answer::json(200, "{}")]);
    let builder = builder(&gateway).base_url("http://venice.invalid/api/v1").proxy(gateway.url(""));
    builder.allow_insecure_http(true).build().unwrap().request::<Value>(Method::GET, "/x").await.unwrap();
    assert_eq!(gateway.only().target, "http://venice.invalid/api/v1/x");
}
