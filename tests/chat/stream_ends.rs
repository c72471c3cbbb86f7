//! Replies that are not streams, streams that report an error, and the end of a stream.

use std::time::Duration;

use venice_ai::types::{ChatCompletion, ResponsesRequest};
use venice_ai::{Client, Error, ErrorKind};

use crate::support::chat::{DIALECT_A, DIALECT_B, TEXT, a_question, head};
use crate::support::{Answer, Server, once};

const CHUNK: &str = r#"data: {"choices":[{"delta":{"content":"Half a"},"finish_reason":null,"index":0}],"model":"m"}"#;
const LAST: &str = r#"data: {"choices":[{"delta":{"content":"."},"finish_reason":"stop","index":0}],"model":"m"}"#;
const DONE: &str = "data: [DONE]";

fn labelled(media: &str, body: impl AsRef<[u8]>) -> Client {
    let headers = [("content-type", media)];
    let headers = if media.is_empty() { &headers[..0] } else { &headers[..] };
    once(&Server::answering([Answer::new(200, headers, body)]))
}

async fn collected(venice: &Client) -> Result<ChatCompletion, Error> {
    venice.chat().stream(a_question()).await?.collect().await
}

async fn response(venice: &Client) -> Result<venice_ai::types::ResponsesReply, Error> {
    venice.responses().stream(ResponsesRequest::new("m", "x")).await?.collect().await
}

#[tokio::test]
async fn every_shape_of_an_error_ends_a_stream_also_before_done() {
    for (event, message, kind) in [
        (
            r#"{"object":"error","message":"No room","type":"BadRequestError","code":400}"#,
            "No room",
            ErrorKind::InvalidRequest,
        ),
        (r#"{"object": "error", "message": "No room", "code": 503}"#, "No room", ErrorKind::Overloaded),
        (r#"{"type":"error","message":"No room"}"#, "No room", ErrorKind::Server),
        (
            r#"{"type":"error","error":{"type":"overloaded_error","message":"No room"}}"#,
            "No room",
            ErrorKind::Overloaded,
        ),
        (
            r#"{"details":{"_errors":[]},"issues":[{"message":"No room","path":[]}]}"#,
            "No room",
            ErrorKind::InvalidRequest,
        ),
        (r#"{"details":{"prompt":{"_errors":["No room"]}}}"#, "`prompt`: No room", ErrorKind::InvalidRequest),
        (r#"{"message":"No room"}"#, "No room", ErrorKind::Server),
        (r#"{"error":{"message":"No room","code":"upstream_error"}}"#, "No room", ErrorKind::Server),
        (
            r#"{"error":{"message":"No room","code":"content_blocked_by_provider"}}"#,
            "No room",
            ErrorKind::ContentPolicy,
        ),
        (r#"{"error":"Rate limit exceeded"}"#, "Rate limit exceeded", ErrorKind::RateLimited),
    ] {
        for before in ["", CHUNK] {
            for behind in ["", DONE] {
                let body = format!("{before}\n\ndata: {event}\n\n{behind}\n\n");
                let venice = labelled("text/event-stream", &body);
                let error = collected(&venice).await.expect_err(&body);
                assert_eq!((error.message(), error.kind()), (message, kind), "{body}");
                assert_eq!(error.body().unwrap(), event.as_bytes());
            }
        }
        let venice = labelled("text/event-stream", format!("data: {event}\n\n{DONE}\n\n"));
        let error = response(&venice).await.expect_err(event);
        assert_eq!((error.message(), error.kind()), (message, kind), "{event}");
    }
}

#[tokio::test]
async fn a_code_means_the_same_in_a_stream_in_a_reply_and_with_a_status() {
    for (code, status) in [
        ("INVALID_REQUEST", 400),
        ("context_length_exceeded", 400),
        ("AUTHENTICATION_FAILED", 401),
        ("PRO_ONLY_MODEL", 401),
        ("X402_SIGN_IN_EXPIRED", 401),
        ("INSUFFICIENT_BALANCE", 402),
        ("API_KEY_USD_SPEND_LIMIT_EXCEEDED", 402),
        ("API_ACCESS_DISABLED", 403),
        ("MODEL_PRIVACY_RESTRICTED", 403),
        ("MODEL_NOT_FOUND", 404),
        ("needs_consent", 409),
        ("PAYLOAD_TOO_LARGE", 413),
        ("CONTENT_POLICY_VIOLATION", 422),
        ("provider_content_policy", 422),
        ("RATE_LIMIT_EXCEEDED", 429),
        ("rate_limit_exceeded", 429),
        ("MODEL_OVERLOADED", 429),
        ("model_overloaded", 429),
        ("X402_CONCURRENCY_LIMIT", 429),
        ("INFERENCE_FAILED", 500),
        ("server_error", 500),
        ("upstream_error", 502),
        ("MODEL_OFFLINE", 503),
        ("MODEL_AT_CAPACITY", 503),
        ("REQUEST_TIMEOUT", 504),
    ] {
        let body = format!(r#"{{"error":{{"message":"x","type":"api_error","code":"{code}","param":null}}}}"#);
        let server = Server::answering([Answer::json(status, &body)]);
        let expected = once(&server).chat().create(a_question()).await.unwrap_err();
        let in_band = [
            collected(&labelled("text/event-stream", format!("data: {body}\n\n{DONE}\n\n"))).await.unwrap_err(),
            collected(&labelled("application/json", &body)).await.unwrap_err(),
            labelled("application/json", &body).chat().create(a_question()).await.unwrap_err(),
        ];
        for error in in_band {
            let told = (error.kind(), error.is_transient(), error.code());
            assert_eq!(told, (expected.kind(), expected.is_transient(), Some(code)), "{code}");
        }
    }
}

#[tokio::test]
async fn how_long_to_wait_is_read_from_the_error() {
    let body = r#"{"error":{"message":"busy","type":"server_error","code":"model_overloaded","retry_after":7}}"#;
    let error = collected(&labelled("text/event-stream", format!("data: {body}\n\n"))).await.unwrap_err();
    assert_eq!((error.retry_after().unwrap().as_secs(), error.kind()), (7, ErrorKind::Overloaded));
}

#[tokio::test]
async fn events_are_read_whatever_they_are_labelled() {
    for media in ["application/json", "text/plain", "application/octet-stream", "text/event-stream", ""] {
        for begin in ["", "\u{feff}", "\r\n\r\n", ": hello\n\n", "id: 1\n", "retry: 10\n\n", "event: message\n"] {
            let reply = collected(&labelled(media, format!("{begin}{DIALECT_A}"))).await.unwrap();
            assert!(reply.usage.is_some() && !reply.choices.is_empty(), "{media} {begin:?}");
        }
        let (begin, rest) = DIALECT_B.split_at(2);
        let cut = Answer::head(200, &[("content-type", media)]).send(begin).wait(Duration::from_millis(30)).send(rest);
        let server = Server::answering([cut.close()]);
        assert!(collected(&once(&server)).await.is_ok(), "cut inside of the first word, {media}");
    }
}

#[tokio::test]
async fn an_answer_that_is_not_streamed_is_read_whatever_it_is_labelled() {
    for media in ["application/json; charset=utf-8", "text/plain", "text/event-stream", ""] {
        for body in [TEXT.to_owned(), format!("\u{feff}\n{TEXT}")] {
            let mut stream = labelled(media, body).chat().stream(a_question()).await.unwrap();
            assert!(!stream.ended_cleanly());
            let chunk = stream.next().await.unwrap().unwrap();
            assert_eq!(chunk.choices[0].delta.content.as_deref(), Some("High water is at 14:20."), "{media}");
            assert!(stream.cost().is_some());
            assert!(stream.next().await.is_none() && stream.ended_cleanly());
        }
    }
}

#[tokio::test]
async fn a_page_or_a_text_in_place_of_a_stream_is_kept() {
    let page = "<!DOCTYPE html>\n<html><title>Sign in to the gateway</title><p>data: x\n\ndata: y</html>";
    for (media, body, words) in [
        ("text/html", page, "Sign in to the gateway"),
        ("text/event-stream", page, "Sign in to the gateway"),
        ("", page, "Sign in to the gateway"),
        ("text/plain", "upstream connect error", "22 bytes of text"),
        ("application/json", "{\"choices\": [", "13 bytes of text"),
    ] {
        let venice = labelled(media, body);
        for error in [collected(&venice).await.unwrap_err(), response(&venice).await.unwrap_err()] {
            assert!(error.kind() == ErrorKind::Decode && error.message().contains(words), "{media}: {error}");
            assert_eq!(error.body().unwrap(), body.as_bytes(), "{media}");
        }
    }
    let error = collected(&labelled("text/event-stream", "")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::StreamInterrupted);
}

#[tokio::test]
async fn a_stream_reports_whether_all_of_it_came() {
    for (events, is_error, cleanly) in [
        (vec![CHUNK, LAST, DONE], false, true),
        (vec![CHUNK, LAST], false, false),
        (vec![CHUNK, DONE], false, false),
        (vec![DONE], false, false),
        (vec![CHUNK], true, false),
    ] {
        let body: String = events.iter().map(|event| format!("{event}\n\n")).collect();
        let open = || async {
            let server = Server::answering([head().send(&body).close()]);
            once(&server).chat().stream(a_question()).await.unwrap()
        };
        let mut stream = open().await;
        let mut failed = false;
        while let Some(chunk) = stream.next().await {
            assert!(!stream.ended_cleanly() || chunk.is_err());
            failed |= chunk.is_err();
        }
        assert_eq!((failed, stream.ended_cleanly()), (is_error, cleanly), "{events:?}");
        let mut text = open().await.text();
        while text.next().await.is_some() {}
        assert_eq!(text.ended_cleanly(), cleanly, "{events:?}");
        let mut pieces = open().await.pieces();
        while pieces.next().await.is_some() {}
        assert_eq!(pieces.ended_cleanly(), cleanly, "{events:?}");
    }
}

#[tokio::test]
async fn a_stream_of_the_responses_api_reports_it_too() {
    let completed = r#"data: {"type":"response.completed","response":{"id":"r","status":"completed","output":[]}}"#;
    for (body, cleanly) in [(format!("{completed}\n\n{DONE}\n\n"), true), (format!("{completed}\n\n"), false)] {
        let venice = labelled("text/event-stream", &body);
        let mut stream = venice.responses().stream(ResponsesRequest::new("m", "x")).await.unwrap();
        while let Some(event) = stream.next().await {
            event.unwrap();
        }
        assert_eq!(stream.ended_cleanly(), cleanly, "{body}");
    }
}

#[cfg(feature = "structured")]
#[tokio::test]
async fn a_streamed_value_reports_it_too() {
    for (end, cleanly) in [(DONE, true), ("", false)] {
        let value = CHUNK.replace("Half a", "[1]");
        let venice = labelled("text/event-stream", format!("{value}\n\n{}\n\n{end}\n\n", LAST.replace('.', " ")));
        let mut stream = venice.chat().parse_stream::<Vec<u8>>(a_question()).await.unwrap();
        while let Some(event) = stream.next().await {
            event.unwrap();
        }
        assert_eq!(stream.ended_cleanly(), cleanly);
    }
}
