//! What the crate does not know: endpoints, fields, parameters, raw replies.

use serde_json::{Value, json};
use venice_ai::http::{Method, StatusCode};
use venice_ai::types::{ApiKeyType, CreateApiKeyRequest};
use venice_ai::{ErrorKind, Secret};

use crate::support::{Answer, KEY, Server, once};

#[tokio::test]
async fn an_unknown_endpoint_is_called_with_any_method_and_body() {
    let server = Server::answering([Answer::json(200, r#"{"n":1}"#)]);
    let client = once(&server);
    for method in [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
        let call = client.request::<Value>(method.clone(), "/brand/new?a=b%20c");
        let call = if method == Method::GET { call } else { call.with_json_body(&json!({"m": method.as_str()})) };
        assert_eq!(call.await.unwrap(), json!({"n": 1}));
        let request = server.requests().pop().unwrap();
        assert_eq!((&*request.method, &*request.target), (method.as_str(), "/api/v1/brand/new?a=b%20c"));
        if method != Method::GET {
            assert_eq!(request.json(), json!({"m": method.as_str()}));
            assert_eq!(request.header("content-type"), Some("application/json"));
        }
    }
}

#[tokio::test]
async fn a_whole_url_is_not_a_path() {
    let server = Server::answering([Answer::json(200, "{}")]);
    for path in ["https://evil.example/x", "http://evil.example"] {
        let error = once(&server).request::<Value>(Method::GET, path).await.unwrap_err();
        assert!(error.is_invalid_request() && error.status().is_none(), "{error:?}");
    }
    assert_eq!(server.count(), 0);
    // This is a path on the same host, although it looks like a URL.
    once(&server).request::<Value>(Method::GET, "//evil.example/x").await.unwrap();
    assert_eq!(server.requests()[0].target, "/api/v1/evil.example/x");
}

#[tokio::test]
async fn extra_fields_are_merged_into_the_body() {
    let server = Server::answering([Answer::json(200, "{}")]);
    let body = json!({"model": "default", "venice_parameters": {"enable_web_search": "on", "a": {"b": 1}}});
    let call = once(&server)
        .request::<Value>(Method::POST, "/chat/completions")
        .with_json_body(&body)
        .with_extra_body("venice_parameters", json!({"brand_new": true, "a": {"c": 2}}))
        .with_extra_body("venice_parameters", json!({"another": 1}))
        .with_extra_body("model", "another")
        .with_extra_body("list", vec![1, 2]);
    call.await.unwrap();
    let expected = json!({
        "model": "another",
        "venice_parameters":
            {"enable_web_search": "on", "a": {"b": 1, "c": 2}, "brand_new": true, "another": 1},
        "list": [1, 2],
    });
    let request = &server.requests()[0];
    assert_eq!(request.json(), expected);
    assert_eq!(request.header("content-length").unwrap(), request.body.len().to_string());
}

#[tokio::test]
async fn extra_fields_make_a_body_where_there_is_none() {
    let server = Server::answering([Answer::json(200, "{}")]);
    once(&server).request::<Value>(Method::POST, "/x").with_extra_body("a", 1).await.unwrap();
    let request = &server.requests()[0];
    assert_eq!(request.json(), json!({"a": 1}));
    assert_eq!(request.header("content-type"), Some("application/json"));
}

#[tokio::test]
async fn extra_fields_need_an_object() {
    let server = Server::answering([Answer::json(200, "{}")]);
    let client = once(&server);
    let list = client.request::<Value>(Method::POST, "/x").with_json_body(&[1]).with_extra_body("a", 1);
    let read = client.request::<Value>(Method::GET, "/x").with_extra_body("a", 1);
    for call in [list, read] {
        let error = call.await.unwrap_err();
        assert!(error.is_invalid_request() && error.to_string().contains("JSON object"), "{error}");
    }
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn extra_parameters_are_added_to_the_query() {
    let server = Server::answering([Answer::json(200, "{}")]);
    let call = once(&server)
        .request::<Value>(Method::GET, "/models?type=text")
        .with_extra_query("new", "a&b=ü")
        .with_extra_query("type", "image");
    call.await.unwrap();
    assert_eq!(server.requests()[0].target, "/api/v1/models?type=text&new=a%26b%3D%C3%BC&type=image");
}

#[tokio::test]
async fn a_body_that_is_not_json_value_is_rejected() {
    let server = Server::answering([Answer::json(200, "{}")]);
    let keys_that_are_no_text = std::collections::BTreeMap::from([(vec![1], 1)]);
    let call = once(&server).request::<Value>(Method::POST, "/x").with_json_body(&keys_that_are_no_text);
    assert!(call.await.unwrap_err().is_invalid_request());
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn the_first_thing_that_is_wrong_is_reported() {
    let server = Server::answering([Answer::json(200, "{}")]);
    let call = once(&server).request::<Value>(Method::GET, "/x");
    let error = call.with_header("bad name", "x").with_header("worse name", "y").await.unwrap_err();
    assert!(error.to_string().contains("bad name"), "{error}");
    assert_eq!(error.operation(), Some("GET /x"));
}

#[tokio::test]
async fn a_request_that_the_description_forbids_is_not_sent_unless_the_caller_insists() {
    let server = Server::answering([Answer::json(200, "{}")]);
    let client = once(&server);
    let call = || client.api_keys().create(CreateApiKeyRequest::new(ApiKeyType::Inference, ""));
    let error = call().await.unwrap_err();
    assert!(error.is_invalid_request() && error.status().is_none(), "{error:?}");
    assert_eq!(error.operation(), Some("createApiKey"));
    assert_eq!(error.field_errors()[0].field, "description");
    let shown = error.to_string();
    assert!(shown.contains("createApiKey") && shown.contains("`description`"), "{shown}");
    assert_eq!(server.count(), 0);
    let _ = call().with_validation(false).await;
    assert_eq!(server.count(), 1);
    let _ = call().with_validation(false).with_validation(true).await;
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn typed_calls_take_extra_fields_too() {
    let server = Server::answering([Answer::json(200, "{}")]);
    let request = CreateApiKeyRequest::new(ApiKeyType::Admin, "a test");
    let call = once(&server).api_keys().create(request).with_extra_body("brand_new", json!({"a": 1}));
    let _ = call.await;
    let sent = server.requests()[0].json();
    assert_eq!((&sent["description"], &sent["brand_new"]), (&json!("a test"), &json!({"a": 1})));
}

#[tokio::test]
async fn a_raw_reply_is_bytes_with_a_type() {
    let headers = [("content-type", "Image/PNG; charset=binary"), ("cf-ray", "1-A")];
    let server = Server::answering([Answer::new(200, &headers, b"\x89PNG")]);
    let reply = once(&server).request_raw(Method::POST, "/image").await.unwrap();
    assert_eq!(reply.status(), StatusCode::OK);
    assert_eq!(reply.content_type().as_deref(), Some("image/png"));
    assert_eq!(reply.meta().request_id(), Some("1-A"));
    assert_eq!(&reply.bytes().await.unwrap()[..], b"\x89PNG");
    let request = &server.requests()[0];
    assert_eq!(request.header("accept"), Some("*/*"));
    assert_eq!(request.header("accept-encoding"), Some("identity"));
    assert_eq!(request.header("authorization").unwrap(), format!("Bearer {KEY}"));
}

#[tokio::test]
async fn a_raw_reply_that_comes_in_pieces_is_put_together() {
    let answer = Answer::head(200, &[("transfer-encoding", "chunked")]);
    let answer = answer.chunk("one ").chunk("two ").chunk("three").send("0\r\n\r\n");
    let server = Server::answering([answer]);
    let client = once(&server);
    let call = || client.request_raw(Method::GET, "/text");
    let reply = call().await.unwrap();
    assert_eq!(reply.content_type(), None);
    assert_eq!(&reply.bytes().await.unwrap()[..], b"one two three");
    assert_eq!(call().await.unwrap().bytes_up_to(13).await.unwrap().len(), 13);
    let error = call().await.unwrap().bytes_up_to(12).await.unwrap_err();
    assert!(error.kind() == ErrorKind::Decode && error.to_string().contains("12 bytes"), "{error}");
}

#[tokio::test]
async fn a_raw_reply_may_turn_out_to_be_json() {
    let server = Server::answering([Answer::json(200, r#"{"status":"PROCESSING"}"#)]);
    let client = once(&server);
    let call = || client.request_raw(Method::POST, "/video/retrieve");
    let status: Value = call().await.unwrap().json().await.unwrap();
    assert_eq!(status, json!({"status": "PROCESSING"}));
    let reply = call().await.unwrap();
    let error = reply.json::<std::collections::BTreeMap<String, u64>>().await.unwrap_err();
    assert_eq!((error.kind(), error.json_path()), (ErrorKind::Decode, Some("status")));
    assert_eq!(error.operation(), Some("POST /video/retrieve"));
    assert_eq!(&error.body().unwrap()[..], br#"{"status":"PROCESSING"}"#);
}

#[tokio::test]
async fn a_raw_reply_that_is_cut_is_an_error_that_names_the_call() {
    let headers = [("content-length", "100"), ("cf-ray", "1-A")];
    let server = Server::answering([Answer::head(200, &headers).send("half").close()]);
    let error = once(&server).request_raw(Method::GET, "/text").await.unwrap().bytes().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport);
    let shown = error.to_string();
    assert!(shown.contains("GET /text") && shown.contains("4 bytes") && shown.contains("1-A"), "{shown}");
}

#[tokio::test]
async fn an_error_is_an_error_for_raw_calls_too() {
    let server = Server::answering([Answer::json(404, r#"{"error":"gone fishing"}"#)]);
    let error = once(&server).request_raw(Method::GET, "/x").await.unwrap_err();
    assert!(error.kind() == ErrorKind::NotFound && error.message() == "gone fishing");
}

#[tokio::test]
async fn what_a_call_gives_can_be_changed() {
    let server = Server::answering([Answer::json(200, r#"{"key":"abc"}"#)]);
    let call = once(&server).request::<Value>(Method::GET, "/x");
    let call = call.map(|reply| Secret::from(reply["key"].as_str().unwrap_or_default()));
    let (secret, meta) = call.with_meta().await.unwrap().into_parts();
    assert_eq!(secret.expose(), "abc");
    assert_eq!(meta.status(), 200);
}
