//! Tests: each operation that answers JSON, with each form of an error with a success status, over a socket.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use reqwest::Request;
use serde_json::Value;

use crate::api::generated::operations;
use crate::runtime::call::Call;
use crate::runtime::client::Client;
use crate::runtime::error::{Error, ErrorKind};
use crate::runtime::operation::Operation;

/// Each form, with its message and kind.
const SHAPES: [(&str, &str, ErrorKind); 11] = [
    (r#"{"error": "Inference failed"}"#, "Inference failed", ErrorKind::Server),
    (r#"{"error": "Specified model not found: x"}"#, "Specified model not found: x", ErrorKind::NotFound),
    (
        r#"{"error": {"message": "Model is overloaded", "type": "server_error", "code": "model_overloaded"}}"#,
        "Model is overloaded",
        ErrorKind::Overloaded,
    ),
    (
        r#"{"error": {"message": "No key", "type": "authentication_error", "code": null}}"#,
        "No key",
        ErrorKind::Authentication,
    ),
    (r#"{"error_type": "upstream_error", "error_message": "worker lost"}"#, "worker lost", ErrorKind::Server),
    (r#"{"object": "error", "message": "Too long", "code": 400}"#, "Too long", ErrorKind::InvalidRequest),
    (
        r#"{"details": {"_errors": []}, "issues": [{"code": "too_small", "message": "Required", "path": ["model"]}]}"#,
        "`model`: Required",
        ErrorKind::InvalidRequest,
    ),
    (r#"{"error": "RATE_LIMIT_EXCEEDED", "message": "Slow down"}"#, "Slow down", ErrorKind::RateLimited),
    (r#"{"success": false, "error": "It is gone"}"#, "It is gone", ErrorKind::Server),
    ("\u{feff}{\"error\": \"With a mark\"}", "With a mark", ErrorKind::Server),
    (r#"{"error": "x", "choices": [{}], "data": [], "output": [], "success": true}"#, "x", ErrorKind::Server),
];

/// Operations whose replies may have an `error` and be answers. Their own modules read it.
const ERROR_INSIDE: [&str; 4] = ["retrieveVideo", "retrieveAudio", "retrieveVoiceChanger", "cryptoRpcProxy"];

/// A server that answers everything with the current text, and its URL.
fn server() -> (String, Arc<Mutex<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let body = Arc::new(Mutex::new(String::new()));
    let served = Arc::clone(&body);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (mut stream, mut request) = (stream.unwrap(), Vec::new());
            while !request.windows(4).any(|window| window == b"\r\n\r\n") {
                let mut piece = [0; 4096];
                let count = stream.read(&mut piece).unwrap();
                request.extend_from_slice(&piece[..count]);
            }
            let body = served.lock().unwrap().clone();
            let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length";
            write!(stream, "{head}: {}\r\n\r\n{body}", body.len()).unwrap();
        }
    });
    (url, body)
}

fn answering_json() -> impl Iterator<Item = &'static Operation> + Clone {
    operations::ALL.iter().copied().filter(|operation| operation.reply_media.contains(&"application/json"))
}

async fn outcome(url: &str, operation: &'static Operation) -> Result<Value, Error> {
    let client = Client::builder().api_key("k").base_url(url).no_proxy().build().unwrap();
    let url = format!("{url}{}", operation.path).parse().unwrap();
    let request = Request::new(operation.method.parse().unwrap(), url);
    let wallet = crate::runtime::secret::Secret::from("signed");
    let call =
        Call::json(&client, operation, Ok((Box::new(request), None))).with_header("sign-in-with-x", wallet.expose());
    call.with_validation(false).await
}

#[tokio::test]
async fn no_error_document_is_a_success_of_any_operation() {
    let (url, body) = server();
    let mut checked = 0;
    for operation in answering_json() {
        for (document, words, kind) in SHAPES {
            document.clone_into(&mut body.lock().unwrap());
            let outcome = outcome(&url, operation).await;
            let place = format!("{} {document}", operation.id);
            if ERROR_INSIDE.contains(&operation.id) && document.contains(r#""error":"#) {
                assert!(outcome.is_ok(), "{place}");
                continue;
            }
            let error = outcome.expect_err(&place);
            assert_eq!((error.message(), error.kind()), (words, kind), "{place}");
            assert_eq!(error.status().map(|status| status.as_u16()), Some(200), "{place}");
            assert_eq!(error.body().map(|body| &body[..]), Some(document.as_bytes()), "{place}");
            assert_eq!(error.operation(), Some(operation.id));
            checked += 1;
        }
    }
    assert!(checked > 300, "{checked}");
}

#[tokio::test]
async fn a_reply_without_a_promised_field_is_an_error() {
    let (url, body) = server();
    let promising = answering_json().filter_map(|operation| Some((operation, operation.essential.first()?)));
    assert!(promising.clone().count() >= 41, "the generator's own test lists the others");
    for (operation, needed) in promising {
        for document in ["{}".to_owned(), format!(r#"{{"{}": null, "new": 1}}"#, needed.name)] {
            document.clone_into(&mut body.lock().unwrap());
            let error = outcome(&url, operation).await.expect_err(operation.id);
            assert!(error.kind() == ErrorKind::Decode && error.message().contains(needed.name), "{error}");
            assert_eq!(error.body().map(|body| &body[..]), Some(document.as_bytes()));
        }
        let held = if needed.filled { "[{}]" } else { "{}" };
        *body.lock().unwrap() = format!(r#"{{"error": null, "{}": {held}, "message": "x"}}"#, needed.name);
        assert!(outcome(&url, operation).await.is_ok(), "{}", operation.id);
    }
}

#[tokio::test]
async fn success_false_is_an_error_unless_it_is_the_answer() {
    let (url, body) = server();
    for operation in answering_json().filter(|operation| !operation.essential.is_empty()) {
        let name = operation.essential.first().unwrap().name;
        let has_success = operation.essential.iter().any(|field| field.name == "success");
        let held = if has_success { String::new() } else { format!(r#", "{name}": [{{}}]"#) };
        *body.lock().unwrap() = format!(r#"{{"success": false{held}}}"#);
        let outcome = outcome(&url, operation).await;
        assert_eq!(outcome.is_ok(), has_success, "{}", operation.id);
    }
}
