//! Errors of streamed values. Each ends the stream, and has what arrived.

use serde_json::{Value, json};
use venice_ai::stream::{ParseEvent, ParsedStream};
use venice_ai::{Error, ErrorKind};

use super::{Island, MURANO, delta, request, tail};
use crate::support::chat::head;
use crate::support::{Answer, Server, amount, once, replying};

async fn open(server: &Server) -> ParsedStream<Island> {
    once(server).chat().parse_stream(request()).await.unwrap()
}

/// The number of items, and the error after them.
async fn failed(body: String) -> (usize, Error) {
    let server = Server::answering([head().send(body).close()]);
    let mut stream = open(&server).await;
    let mut parts = 0;
    let error = loop {
        match stream.next().await.unwrap() {
            Ok(ParseEvent::Partial(_)) => parts += 1,
            Ok(event) => panic!("{event:?}"),
            Err(error) => break error,
        }
    };
    assert!(stream.next().await.is_none(), "it goes on behind its error");
    assert_eq!(server.count(), 1);
    assert_eq!((error.operation(), error.request_id()), (Some("createChatCompletion"), Some("8f00-VCE")));
    (parts, error)
}

fn text(text: &str) -> String {
    delta(json!({"content": text}))
}

#[tokio::test]
async fn an_answer_that_is_none_is_the_error_that_it_is_without_streaming() {
    let half = &MURANO[..30];
    let calls =
        json!([{"index": 0, "id": "call_1", "type": "function", "function": {"name": "tide", "arguments": "{}"}}]);
    for (message, reason, kind, said) in [
        (json!({"content": half}), "length", ErrorKind::Truncated, half),
        (json!({"reasoning_content": "Hm"}), "length", ErrorKind::Truncated, ""),
        (json!({"refusal": "I will not."}), "stop", ErrorKind::Refusal, "I will not."),
        (json!({"content": "{"}), "content_filter", ErrorKind::Refusal, "{"),
        (json!({"content": half}), "stop", ErrorKind::InvalidJson, half),
        (json!({"content": "Hello."}), "stop", ErrorKind::InvalidJson, "Hello."),
        (json!({"content": "{\"name\": 1}"}), "stop", ErrorKind::SchemaMismatch, "{\"name\": 1}"),
        (json!({"tool_calls": calls}), "tool_calls", ErrorKind::ToolCalls, ""),
        (json!({"content": ""}), "stop", ErrorKind::NoAnswer, ""),
    ] {
        let (_, error) = failed(delta(message) + &tail(reason)).await;
        assert_eq!((error.kind(), error.answer_text()), (kind, Some(said)), "{error}");
        let reply = error.completion().unwrap();
        assert_eq!(
            (reply.usage.as_ref().unwrap().total_tokens, reply.cost.as_ref().unwrap().usd),
            (30, amount("0.25")),
            "{error}"
        );
        assert_eq!(error.status().unwrap(), 200);
    }
    let (_, error) = failed("data: [DONE]\n\n".to_owned()).await;
    assert_eq!(error.kind(), ErrorKind::NoAnswer, "{error}");
}

#[tokio::test]
async fn a_stream_that_is_cut_is_not_a_value_even_if_the_document_is_whole() {
    let (parts, error) = failed(text(&MURANO[..20])).await;
    assert_eq!((parts, error.kind()), (1, ErrorKind::StreamInterrupted), "{error}");
    assert_eq!(error.answer_text(), Some(&MURANO[..20]));
    let (_, error) = failed(text(MURANO)).await;
    assert_eq!(error.kind(), ErrorKind::StreamInterrupted, "{error}");
    assert_eq!(error.completion().unwrap().text(), MURANO);
}

#[tokio::test]
async fn an_error_in_the_stream_ends_it_and_keeps_what_came() {
    let broken = "data: {\"error\":{\"message\":\"Model is overloaded\",\"code\":\"MODEL_OVERLOADED\"}}\n\n";
    let (parts, error) = failed(format!("{}{broken}{}", text(&MURANO[..20]), text(&MURANO[20..]))).await;
    assert_eq!((parts, error.kind(), error.is_retryable()), (1, ErrorKind::Overloaded, false), "{error}");
    assert_eq!(error.completion().unwrap().text(), &MURANO[..20]);
}

#[tokio::test]
async fn an_event_that_cannot_be_read_may_have_had_a_piece_of_the_value() {
    for broken in ["data: {\"choices\":[{\"delta\":\n\n", "data: Internal Server Error\n\n"] {
        let body = format!("{}{broken}{}{}", text(&MURANO[..20]), text(&MURANO[20..]), tail("stop"));
        let (parts, error) = failed(body).await;
        assert_eq!((parts, error.kind()), (1, ErrorKind::Decode), "{error}");
    }
}

#[tokio::test]
async fn an_error_before_the_first_byte_is_that_of_the_call() {
    let (_server, venice) = replying(Answer::json(404, r#"{"error": "Specified model not found: x"}"#));
    assert_eq!(venice.chat().parse_stream::<Island>(request()).await.unwrap_err().kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn a_collected_stream_has_the_same_errors() {
    let server = Server::answering([head().send(text("Hello.") + &tail("stop")).close()]);
    let error = open(&server).await.collect().await.unwrap_err();
    assert!(error.kind() == ErrorKind::InvalidJson && error.answer_text() == Some("Hello."), "{error}");
    let server = Server::answering([head().send(text(MURANO) + &tail("stop")).close()]);
    let mut stream = open(&server).await;
    while stream.next().await.is_some() {}
    assert_eq!(stream.collect().await.unwrap_err().kind(), ErrorKind::NoAnswer);
}

#[tokio::test]
async fn no_part_is_taken_back_by_a_document_that_is_none() {
    let server = Server::answering([head().send(text("{\"name\": \"x\", ") + &text("oops}") + &tail("stop")).close()]);
    let mut stream = open(&server).await;
    let mut last = Value::Null;
    while let Some(Ok(ParseEvent::Partial(partial))) = stream.next().await {
        last = partial.value().clone();
    }
    assert_eq!(last, json!({"name": "x"}));
}
