//! The Responses API: streamed answers.

use std::time::Duration;

use serde_json::json;
use venice_ai::ErrorKind;
use venice_ai::stream::{ResponseEvent, ResponseStream};
use venice_ai::types::{ResponseItem, ResponsesStatus};

use super::{WHOLE, request};
use crate::support::{Answer, KEY, PATIENCE, Server, TestClock, builder, client, once};

const EVENTS: &str = include_str!("../../fixtures/sse/response.sse");
const DELTA: &str = "data: {\"type\":\"response.output_text.delta\",\"delta\":\"Half\"}\n\n";

fn head() -> Answer {
    Answer::head(200, &[("content-type", "text/event-stream; charset=utf-8"), ("cf-ray", "8f00-VCE")])
}

fn closing(text: impl AsRef<[u8]>) -> Server {
    Server::answering([head().send(text).close()])
}

async fn open(server: &Server) -> ResponseStream {
    once(server).responses().stream(request()).await.unwrap()
}

/// The kind of each event, or of the error.
async fn seen(text: impl AsRef<[u8]>) -> Vec<Result<String, ErrorKind>> {
    let mut stream = open(&closing(text)).await;
    let mut seen = Vec::new();
    while let Some(item) = stream.next().await {
        seen.push(item.map(|event| event.kind).map_err(|error| error.kind()));
    }
    assert!(stream.next().await.is_none(), "it goes on behind its end");
    seen
}

fn kind(kind: &str) -> Result<String, ErrorKind> {
    Ok(kind.to_owned())
}

#[tokio::test]
async fn a_stream_is_asked_for() {
    let server = closing(EVENTS);
    let stream = open(&server).await;
    assert_eq!(stream.meta().request_id(), Some("8f00-VCE"));
    let sent = &server.requests()[0];
    assert_eq!((&*sent.method, &*sent.target), ("POST", "/api/v1/responses"));
    assert_eq!(sent.header("accept"), Some("text/event-stream"));
    let body = json!({"model": "default", "input": "How high is the water?", "stream": true});
    assert_eq!(sent.json(), body);
}

#[tokio::test]
async fn every_event_is_handed_out_known_or_not() {
    let wanted = [
        "response.created",
        "response.output_item.added",
        "response.output_text.delta",
        "response.output_text.delta",
        "response.hologram.beam",
        "response.function_call_arguments.delta",
        "response.output_item.done",
        "response.completed",
    ];
    for end in ["", "data: [DONE]\n\n", "data: [DONE]", "event: done\ndata: [DONE]\n\n"] {
        assert_eq!(seen(format!("{EVENTS}{end}")).await, wanted.map(kind), "{end:?}");
    }
    // The same in pieces of one byte.
    let bytes = EVENTS.bytes();
    let head = Answer::head(200, &[("content-type", "text/event-stream"), ("transfer-encoding", "chunked")]);
    let answer = bytes.fold(head, |answer, byte| answer.chunk([byte])).send("0\r\n\r\n");
    let server = Server::answering([answer]);
    let mut stream = open(&server).await;
    let mut count = 0;
    while let Some(event) = stream.next().await {
        assert_eq!(event.unwrap().kind, wanted[count]);
        count += 1;
    }
    assert_eq!(count, wanted.len());
}

#[tokio::test]
async fn events_can_be_read_as_types() {
    let server = closing(EVENTS);
    let mut stream = open(&server).await;
    let mut events: Vec<ResponseEvent> = Vec::new();
    while let Some(event) = stream.next().await {
        events.push(event.unwrap());
    }
    let texts: String = events.iter().filter_map(ResponseEvent::text_delta).collect();
    assert_eq!(texts, "At 10:40.", "the deltas of arguments are no text");
    assert_eq!(events[4].data["angle"], 7);
    assert!(matches!(events[6].item(), Some(ResponseItem::FunctionCall(call)) if call.name == "tide"));
    assert_eq!(events[0].response().unwrap().status, ResponsesStatus::InProgress);
    assert_eq!(events[7].response().unwrap().usage.unwrap().total_tokens, 3);
    let terminal: Vec<bool> = events.iter().map(ResponseEvent::is_terminal).collect();
    assert_eq!(terminal, [false, false, false, false, false, false, false, true]);
}

#[tokio::test]
async fn the_text_alone_and_the_whole_answer() {
    let mut text = open(&closing(EVENTS)).await.text();
    let mut pieces = Vec::new();
    while let Some(piece) = text.next().await {
        pieces.push(piece.unwrap());
    }
    assert_eq!(pieces, ["At ", "10:40."], "the last event repeats it, the text does not");
    let reply = open(&closing(EVENTS)).await.collect().await.unwrap();
    assert_eq!((&*reply.id, &*reply.output_text()), ("resp_1", "At 10:40."));
}

#[tokio::test]
async fn a_text_that_only_the_last_event_has_is_not_lost() {
    let last = EVENTS.split("event: response.completed").nth(1).unwrap();
    let mut text = open(&closing(format!("event: response.completed{last}"))).await.text();
    assert_eq!(text.next().await.unwrap().unwrap(), "At 10:40.");
    assert!(text.next().await.is_none());
}

#[tokio::test]
async fn an_end_before_the_last_event_is_an_error() {
    let half = kind("response.output_text.delta");
    assert_eq!(seen(DELTA).await, [half.clone(), Err(ErrorKind::StreamInterrupted)]);
    assert_eq!(
        seen(format!("{DELTA}data: {{\"type\":\"resp")).await,
        [half.clone(), Err(ErrorKind::StreamInterrupted)]
    );
    assert_eq!(seen("").await, [Err(ErrorKind::StreamInterrupted)]);
    assert_eq!(seen(format!("{DELTA}data: [DONE]\n\n")).await, [half], "the server says that this was all");

    let error = open(&closing(DELTA)).await.collect().await.unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::StreamInterrupted, Some("createResponse")));
    assert!(error.message().contains("after 1 events"), "{error}");
    // Reported as complete, but without an answer.
    let error = open(&closing("data: [DONE]\n\n")).await.collect().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
}

#[tokio::test]
async fn a_connection_that_breaks_is_an_end_too() {
    let cut = || Answer::head(200, &[("content-type", "text/event-stream"), ("content-length", "100000")]);
    let server = Server::answering([cut().send(DELTA).close()]);
    let mut stream = open(&server).await;
    assert!(stream.next().await.unwrap().is_ok());
    assert_eq!(stream.next().await.unwrap().unwrap_err().kind(), ErrorKind::StreamInterrupted);
    let server = Server::answering([cut().send(EVENTS).close()]);
    assert!(open(&server).await.collect().await.is_ok(), "all of the answer was there");
}

#[tokio::test]
async fn every_shape_of_a_failure_ends_the_stream() {
    let failed = r#"{"type":"response.failed","response":{"status":"failed","error":{"code":"MODEL_OVERLOADED","message":"Too busy"}}}"#;
    for (event, kind, message) in [
        (format!("data: {failed}"), ErrorKind::Overloaded, "Too busy"),
        (format!("event: response.failed\ndata: {failed}"), ErrorKind::Overloaded, "Too busy"),
        (
            r#"data: {"type":"error","code":"MODEL_OVERLOADED","message":"Too busy"}"#.to_owned(),
            ErrorKind::Overloaded,
            "Too busy",
        ),
        (r#"data: {"error":{"message":"no luck"}}"#.to_owned(), ErrorKind::Server, "no luck"),
        ("event: error\ndata: went away".to_owned(), ErrorKind::Server, "went away"),
    ] {
        let server = closing(format!("{DELTA}{event}\n\n{EVENTS}"));
        let mut stream = open(&server).await;
        assert!(stream.next().await.unwrap().is_ok());
        let error = stream.next().await.unwrap().unwrap_err();
        assert_eq!((error.kind(), error.message()), (kind, message), "{event}");
        assert_eq!((error.operation(), error.request_id()), (Some("createResponse"), Some("8f00-VCE")));
        assert!(!error.is_retryable() && error.body().is_some());
        assert!(stream.next().await.is_none(), "{event}");
    }
}

#[tokio::test]
async fn an_event_that_cannot_be_read_does_not_end_the_stream() {
    let broken = format!("{DELTA}data: {{broken\n\n{EVENTS}");
    let items = seen(broken).await;
    assert_eq!(items[1], Err(ErrorKind::Decode));
    assert_eq!(items.last().unwrap(), &kind("response.completed"));
}

#[tokio::test]
async fn a_whole_document_where_a_stream_was_asked_for_is_read() {
    let whole = |body: &str| Server::answering([Answer::json(200, body)]);
    let mut stream = open(&whole(WHOLE)).await;
    let event = stream.next().await.unwrap().unwrap();
    assert_eq!((&*event.kind, &*event.response().unwrap().id), ("response.completed", "resp_1"));
    assert!(stream.next().await.is_none());
    let text = open(&whole(WHOLE)).await.text().next().await.unwrap().unwrap();
    assert!(text.starts_with("At 10:40"));

    let failed = r#"{"status":"failed","error":{"code":"MODEL_OVERLOADED","message":"Too busy"}}"#;
    let error = open(&whole(failed)).await.next().await.unwrap().unwrap_err();
    assert_eq!((error.kind(), error.message()), (ErrorKind::Overloaded, "Too busy"));
    let error = open(&whole("nothing")).await.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
}

#[tokio::test]
async fn a_failure_before_the_first_byte_is_an_ordinary_error_and_retried_by_the_rules() {
    let server = Server::answering([Answer::json(503, "{}"), head().send(EVENTS).close()]);
    let venice = client(&server, &TestClock::without_jitter());
    assert!(venice.responses().stream(request()).await.unwrap().collect().await.is_ok());
    assert_eq!(server.count(), 2);
    let server = closing(DELTA);
    let venice = client(&server, &TestClock::without_jitter());
    assert!(venice.responses().stream(request()).await.unwrap().collect().await.is_err());
    assert_eq!(server.count(), 1, "a stream that has begun is not asked for again");
}

#[tokio::test]
async fn silence_in_the_middle_is_a_time_out() {
    let server = Server::answering([head().send(DELTA).hang()]);
    let venice = builder(&server).stream_idle_timeout(Duration::from_millis(50)).build().unwrap();
    let mut stream = venice.responses().stream(request()).await.unwrap();
    assert!(stream.next().await.unwrap().is_ok());
    let late = tokio::time::timeout(PATIENCE, stream.next()).await.unwrap();
    assert_eq!(late.unwrap().unwrap_err().kind(), ErrorKind::Timeout);
}

#[tokio::test]
async fn dropping_it_closes_the_connection() {
    let server = Server::answering([head().send(DELTA).hang()]);
    let mut stream = open(&server).await;
    assert!(stream.next().await.unwrap().is_ok());
    drop(stream);
    assert!(server.closed_by_client_within(PATIENCE).await);
}

#[tokio::test]
async fn a_key_that_the_server_echoes_is_not_in_the_error() {
    let server = closing(format!("data: {{\"type\":\"error\",\"message\":\"key {KEY} is blocked\"}}\n\n"));
    let error = open(&server).await.next().await.unwrap().unwrap_err();
    assert!(error.message().contains("is blocked"));
    assert!(!format!("{error} {error:?} {:?}", error.body()).contains(KEY));
}

#[cfg(feature = "blocking")]
#[test]
fn it_works_without_async() {
    use venice_ai::blocking;

    let open = |server: &Server| once(server).responses().stream(request()).send_blocking().unwrap();
    let kinds: Vec<String> = blocking::iter(open(&closing(EVENTS))).map(|event| event.unwrap().kind).collect();
    assert_eq!(kinds.len(), 8);
    let text: String = blocking::iter(open(&closing(EVENTS)).text()).map(Result::unwrap).collect();
    assert_eq!(text, "At 10:40.");
    assert_eq!(blocking::wait(open(&closing(EVENTS)).collect()).unwrap().output_text(), "At 10:40.");
}
