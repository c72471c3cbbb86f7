//! Errors with malicious parts: for logs, and for secrets.

use serde_json::{Value, json};
use venice_ai::http::Method;
use venice_ai::types::{ChatCompletionRequest, CreateApiKeyRequest};
use venice_ai::{Error, ErrorKind, Upload};

use crate::support::{Answer, KEY, Server, builder, once, replying};

async fn failed(answer: impl Into<Answer>) -> Error {
    let (_server, venice) = replying(answer);
    venice.request::<Value>(Method::GET, "/x").await.unwrap_err()
}

/// `KEY`, each character as a JSON escape.
fn escaped_key() -> String {
    KEY.bytes().map(|byte| format!("\\u{byte:04x}")).collect()
}

/// Everything visible of an error.
fn shown(error: &Error) -> String {
    let body = String::from_utf8_lossy(error.body().map_or(&[], |body| body)).into_owned();
    let parts = (error.code(), error.request_id(), error.message(), error.field_errors(), error.did_you_mean());
    let payload = (error.payment_required(), error.consent_required(), error.content_policy());
    format!("{error} {error:?} {parts:?} {payload:?} {body}")
}

#[tokio::test]
async fn an_error_prints_as_one_short_line() {
    let forged = "A\n2026-01-01 ERROR forged=\u{1b}[31mred \u{202e}desrever\u{2066}";
    for body in [
        json!({"error": forged, "code": forged, "request_id": forged}),
        json!({"error": "x", "error_type": forged, "request_id": "y".repeat(900_000)}),
        json!({"error": {"message": "x", "code": "C".repeat(900_000)}}),
    ] {
        let error = failed(Answer::json(400, &body.to_string())).await;
        for shown in [error.to_string(), format!("{error:?}").chars().take(300).collect()] {
            let bad = shown.chars().find(|c| c.is_control() || "\u{202e}\u{2066}".contains(*c));
            assert_eq!(bad, None, "{shown:?}");
        }
        assert!(error.to_string().len() < 1000, "{}", error.to_string().len());
    }
    let stream = Answer::head(200, &[("content-type", "text/event-stream")]);
    let event = format!("event: error\ndata: {}\n\n", json!({"error": "x", "code": forged}));
    let (_server, venice) = replying(stream.send(event).close());
    let mut stream = venice.chat().stream(ChatCompletionRequest::new("default", ["Hello"])).await.unwrap();
    let error = stream.next().await.unwrap().unwrap_err();
    assert!(!error.to_string().chars().any(char::is_control), "{error:?}");
}

#[tokio::test]
async fn the_path_of_an_ad_hoc_request_prints_as_one_line() {
    let (_server, venice) = replying(Answer::json(404, "{}"));
    let path = format!("/a\nb\u{202e}{}", "c".repeat(2000));
    let error = venice.request::<Value>(Method::GET, &path).await.unwrap_err();
    let shown = error.to_string();
    assert!(shown.starts_with("GET /a b") && shown.len() < 1000, "{shown:?}");
    assert!(!shown.chars().any(|c| c.is_control() || c == '\u{202e}'), "{shown:?}");
}

#[tokio::test]
async fn a_key_echoed_with_json_escapes_is_in_no_part_of_an_error() {
    let key = escaped_key();
    let bodies = [
        (400, format!(r#"{{"error":"bad {key}","code":"{key}","request_id":"{key}"}}"#)),
        (400, format!(r#"{{"error":"bad","issues":[{{"path":["{key}"],"message":"{key}","code":"{key}"}}]}}"#)),
        (400, format!(r#"{{"error":"bad","details":{{"{key}":{{"_errors":["{key}"]}}}}}}"#)),
        (404, format!(r#"{{"error":"Specified model not found: x. Did you mean: {key}?"}}"#)),
        (422, format!(r#"{{"error":"policy","suggested_prompt":"{key}","recommended_model":"{key}"}}"#)),
        (402, format!(r#"{{"x402Version":1,"error":"pay","accepts":[{{"payTo":"{key}","{key}":1}}]}}"#)),
        (409, format!(r#"{{"error":"agree","consent_flow":"{key}","consent":{{"policy_text":"{key}"}}}}"#)),
        (500, format!(r#""{key}""#)),
    ];
    for (status, body) in bodies {
        let error = failed(Answer::json(status, &body)).await;
        let shown = shown(&error);
        assert!(!shown.contains(KEY) && !shown.contains(&key[..24]), "{body}: {shown}");
        assert!(shown.contains("***"), "{body}: {shown}");
    }
}

#[tokio::test]
async fn a_key_with_slashes_that_are_escaped_is_in_no_part_of_an_error() {
    const SIGNED: &str = "c2ln/bmVk/LWJ5LWE=";
    let body = format!(r#"{{"error":"{0}","code":"{0}","request_id":"{0}"}}"#, SIGNED.replace('/', "\\/"));
    let (_server, venice) = replying(Answer::json(400, &body));
    let call = venice.request::<Value>(Method::GET, "/x").with_header("x-sign-in-with-x", SIGNED);
    let shown = shown(&call.await.unwrap_err());
    assert!(!shown.contains(SIGNED) && !shown.contains("c2ln"), "{shown}");
}

#[tokio::test]
async fn a_key_escaped_in_an_event_is_in_no_part_of_the_error() {
    let key = escaped_key();
    let event = format!("data: {{\"error\":{{\"message\":\"{key}\",\"code\":\"{key}\"}}}}\n\n");
    let (_server, venice) = replying(Answer::head(200, &[("content-type", "text/event-stream")]).send(event).close());
    let mut stream = venice.chat().stream(ChatCompletionRequest::new("default", ["Hello"])).await.unwrap();
    let error = stream.next().await.unwrap().unwrap_err();
    assert!(!shown(&error).contains(KEY), "{error:?}");
}

#[tokio::test]
async fn a_request_id_that_repeats_the_key_is_not_shown() {
    for name in ["cf-ray", "x-request-id"] {
        let error = failed(Answer::new(500, &[(name, KEY)], r#"{"error":"x"}"#)).await;
        assert_eq!(error.request_id(), None);
        assert!(!shown(&error).contains(KEY), "{error}");
    }
    let error = failed(Answer::new(500, &[("cf-ray", KEY), ("x-request-id", "4711")], r#"{"error":"x"}"#)).await;
    assert_eq!(error.request_id(), Some("4711"));
}

#[tokio::test]
async fn a_secret_in_a_broken_success_is_in_the_body_alone() {
    const NEW: &str = "vk-NEWSECRET-0123456789";
    let whole = json!({"success": true, "data": {"apiKey": NEW, "id": "k"}}).to_string();
    for body in [format!("{whole}<!-- proxy -->"), whole[..whole.len() - 1].to_owned()] {
        let (_server, venice) = replying(Answer::json(200, &body));
        let error = venice.api_keys().create(CreateApiKeyRequest::new("INFERENCE", "a key")).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode);
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains("NEWSECRET") && shown.contains("line 1 column"), "{shown}");
        assert!(shown.contains(&format!("{} bytes", body.len())), "{shown}");
        assert!(String::from_utf8_lossy(error.body().unwrap()).contains(NEW), "it may be all that is left of the key");
    }
}

#[tokio::test]
async fn text_in_place_of_a_file_is_not_shown() {
    let (_server, venice) =
        replying(Answer::new(200, &[("content-type", "text/plain")], "https://a.example/?sig=4711"));
    let image = Upload::bytes("a.png", &b"no image"[..]);
    let error = venice.images().remove_background(image).with_validation(false).await.unwrap_err();
    assert!(error.to_string().contains("bytes of text"), "{error}");
    assert!(!format!("{error} {error:?}").contains("sig=4711"), "{error}");
}

#[tokio::test]
async fn values_of_default_headers_are_kept_out_of_errors() {
    const ID: &str = "88bf3b6d86161464.access";
    let echo = json!({"error": format!("{ID} may not search"), "details": {"field": {"_errors": [ID]}}}).to_string();
    let server = Server::answering([Answer::new(403, &[("x-echo", ID)], echo)]);
    for name in ["cf-access-client-id", "x-session-id", "x-gateway"] {
        let venice = builder(&server).default_header(name, ID).default_header("x-team", "search").build().unwrap();
        let error = venice.request::<Value>(Method::GET, "/x").await.unwrap_err();
        let shown = shown(&error);
        assert!(!shown.contains(ID), "{name}: {shown}");
        assert!(error.message().ends_with("may not search"), "words stay: {error}");
        let request = server.requests().pop().unwrap();
        assert_eq!(request.header(name), Some(ID));
    }
    let _ = once(&server);
}
