//! The span of a streamed answer lasts until its end.

use opentelemetry::Value;
use opentelemetry::trace::Status;
use venice_ai::ErrorKind;
use venice_ai::stream::ChatStream;
use venice_ai::types::CreateSpeechRequest;

use super::{Attributes, Recorded, assert_has, named, texts};
use crate::support::chat::{DIALECT_A, TEXT, a_question, head, streamed};
use crate::support::{Answer, Gate, Server};

const WORD: &str =
    "data: {\"id\":\"c-1\",\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hi\"}}]}\n\n";

async fn open(recorded: &Recorded, server: &Server) -> ChatStream {
    recorded.builder(server).build().unwrap().chat().stream(a_question()).await.unwrap()
}

#[track_caller]
fn seconds(attributes: &Attributes, name: &str) -> f64 {
    match attributes.get(name) {
        Some(Value::F64(seconds)) => *seconds,
        other => panic!("{name}: {other:?}"),
    }
}

#[tokio::test]
async fn a_stream_is_one_span_until_it_was_read() {
    let gate = Gate::default();
    let (first, rest) = DIALECT_A.split_at(DIALECT_A.find("\n\n").unwrap() + 2);
    let server = Server::answering([head().send(first).until(&gate).send(rest).close()]);
    let recorded = Recorded::new();
    let mut stream = open(&recorded, &server).await;
    stream.next().await.unwrap().unwrap();
    assert!(recorded.spans().is_empty(), "it has not ended");
    gate.open();
    while let Some(chunk) = stream.next().await {
        chunk.unwrap();
    }
    let span = recorded.span();
    assert_eq!((&*span.name, &span.status), ("chat default", &Status::Unset));
    let attributes = named(&span.attributes);
    assert_has(
        &attributes,
        [
            ("gen_ai.request.stream", true.into()),
            ("gen_ai.response.id", "chatcmpl-7f3a91c2".into()),
            ("gen_ai.response.model", "gondola-9b".into()),
            ("gen_ai.response.finish_reasons", texts(&["stop"])),
            ("gen_ai.usage.input_tokens", 1411.into()),
            ("gen_ai.usage.output_tokens", 23.into()),
            ("gen_ai.usage.cache_read.input_tokens", 1024.into()),
            ("venice.cost.usd", 0.000_219_1.into()),
            ("http.response.status_code", 200.into()),
        ],
    );
    let whole = span.end_time.duration_since(span.start_time).unwrap().as_secs_f64();
    assert!(seconds(&attributes, "gen_ai.response.time_to_first_chunk") <= whole + 0.001);
    assert!(!attributes.contains_key("venice.cancelled"));
    drop(stream);
    assert_eq!(recorded.spans().len(), 1);
}

#[tokio::test]
async fn a_stream_that_breaks_off_is_a_failure() {
    let server = Server::answering([head().send(WORD).close()]);
    let recorded = Recorded::new();
    let mut stream = open(&recorded, &server).await;
    stream.next().await.unwrap().unwrap();
    assert_eq!(stream.next().await.unwrap().unwrap_err().kind(), ErrorKind::StreamInterrupted);
    let span = recorded.span();
    assert_eq!(span.status, Status::error(""));
    let attributes = named(&span.attributes);
    assert_has(
        &attributes,
        [
            ("error.type", "StreamInterrupted".into()),
            ("gen_ai.response.finish_reasons", texts(&["error"])),
            ("gen_ai.response.id", "c-1".into()),
        ],
    );
}

#[tokio::test]
async fn an_error_within_a_stream_is_a_failure() {
    let failure = "data: {\"error\": {\"message\": \"PRIVATE\"}}\n\n";
    let server = Server::answering([streamed([WORD.as_bytes(), failure.as_bytes()])]);
    let recorded = Recorded::new();
    let mut stream = open(&recorded, &server).await;
    stream.next().await.unwrap().unwrap();
    let error = stream.next().await.unwrap().unwrap_err();
    let attributes = named(&recorded.span().attributes);
    assert_has(&attributes, [("error.type", format!("{:?}", error.kind()).into())]);
    assert!(!recorded.dump().contains("PRIVATE"));
}

#[tokio::test]
async fn a_stream_that_is_dropped_ends_its_span() {
    let server = Server::answering([head().send(WORD).hang()]);
    let recorded = Recorded::new();
    let mut stream = open(&recorded, &server).await;
    stream.next().await.unwrap().unwrap();
    assert!(recorded.spans().is_empty());
    drop(stream);
    let span = recorded.span();
    assert_eq!(span.status, Status::Unset);
    let attributes = named(&span.attributes);
    assert_has(&attributes, [("venice.cancelled", true.into()), ("gen_ai.response.finish_reasons", texts(&["error"]))]);
    assert!(!attributes.contains_key("error.type"));
}

#[tokio::test]
async fn a_whole_answer_in_place_of_a_stream_counts_as_one_chunk() {
    let server = Server::answering([Answer::from(TEXT)]);
    let recorded = Recorded::new();
    open(&recorded, &server).await.collect().await.unwrap();
    let attributes = named(&recorded.span().attributes);
    assert_has(
        &attributes,
        [("gen_ai.usage.output_tokens", 9.into()), ("gen_ai.response.finish_reasons", texts(&["stop"]))],
    );
    seconds(&attributes, "gen_ai.response.time_to_first_chunk");
}

#[tokio::test]
async fn a_file_is_one_span_until_it_was_read() {
    let gate = Gate::default();
    let head = Answer::head(200, &[("content-type", "audio/mpeg"), ("content-length", "10")]);
    let server = Server::answering([head.send("sound").until(&gate).send("waves")]);
    let recorded = Recorded::new();
    let venice = recorded.builder(&server).build().unwrap();
    let mut sound = venice.audio().speech(CreateSpeechRequest::new("speaker", "x")).await.unwrap().stream();
    sound.next().await.unwrap().unwrap();
    assert!(recorded.spans().is_empty());
    gate.open();
    while let Some(piece) = sound.next().await {
        piece.unwrap();
    }
    let attributes = named(&recorded.span().attributes);
    assert!(!attributes.contains_key("venice.cancelled"));
    drop(sound);
    assert_eq!(recorded.spans().len(), 1);
}

#[cfg(feature = "unstable")]
#[tokio::test]
async fn a_stream_of_the_responses_api_reports_its_tokens_and_status() {
    use venice_ai::types::ResponsesRequest;

    let event = |kind: &str, status: &str, rest: &str| {
        format!(
            "data: {{\"type\": \"{kind}\", \"response\": {{\"id\": \"resp_1\", \"object\": \"response\", \"model\": \"m\", \
             \"status\": \"{status}\", \"output\": []{rest}}}}}\n\n"
        )
    };
    let usage = ", \"incomplete_details\": {\"reason\": \"max_output_tokens\"}, \
                 \"usage\": {\"input_tokens\": 12, \"output_tokens\": 30, \"output_tokens_details\": {\"reasoning_tokens\": 8}}";
    let text = event("response.created", "in_progress", "")
        + &event("response.incomplete", "incomplete", usage)
        + "data: [DONE]\n\n";
    let server = Server::answering([streamed([text.as_bytes()])]);
    let recorded = Recorded::new();
    let venice = recorded.builder(&server).build().unwrap();
    let mut stream = venice.responses().stream(ResponsesRequest::new("m", "x")).await.unwrap();
    while let Some(event) = stream.next().await {
        event.unwrap();
    }
    let span = recorded.span();
    assert_eq!(span.name, "chat m");
    assert_has(
        &named(&span.attributes),
        [
            ("gen_ai.response.id", "resp_1".into()),
            ("gen_ai.response.finish_reasons", texts(&["max_output_tokens"])),
            ("gen_ai.usage.input_tokens", 12.into()),
            ("gen_ai.usage.reasoning.output_tokens", 8.into()),
        ],
    );
}
