//! Prompts and answers are recorded only on request.

use opentelemetry::Value as Recording;
use serde_json::{Value, json};
use venice_ai::types::{ChatCompletionRequest, CreateEmbeddingRequest, GenerateImageRequest};
use venice_ai::{Client, RetryPolicy};

use super::{Attributes, Recorded, named};
use crate::support::chat::{a_question, streamed};
use crate::support::{Answer, Server, builder};

const REPLY: &str = r#"{"id": "c-1", "model": "m", "choices": [{"index": 0, "finish_reason": "tool_calls", "message": {
    "role": "assistant", "content": "PRIVATE answer", "reasoning_content": "PRIVATE thought",
    "tool_calls": [{"id": "call-1", "type": "function", "function": {"name": "tide", "arguments": "{\"at\": \"PRIVATE\"}"}}]
}}]}"#;

fn stream() -> Answer {
    let chunk = |delta: &str, reason: &str| {
        format!(
            "data: {{\"id\": \"c-1\", \"model\": \"m\", \"choices\": [{{\"index\": 0, \"delta\": {delta}, \"finish_reason\": {reason}}}]}}\n\n"
        )
    };
    let text = chunk(r#"{"role": "assistant", "content": "PRIVATE "}"#, "null")
        + &chunk(r#"{"content": "answer"}"#, "null")
        + &chunk("{}", "\"stop\"")
        + "data: [DONE]\n\n";
    streamed([text.as_bytes()])
}

fn request() -> ChatCompletionRequest {
    serde_json::from_value(json!({
        "model": "m",
        "messages": [
            {"role": "system", "content": "PRIVATE rule"},
            {"role": "user", "content": [
                {"type": "text", "text": "PRIVATE question"},
                {"type": "image_url", "image_url": {"url": "https://images.example/a.png"}},
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,QUJD"}},
                {"type": "input_audio", "input_audio": {"data": "QUJD", "format": "wav"}},
            ]},
            {"role": "assistant", "content": null, "tool_calls": [
                {"id": "call-0", "type": "function", "function": {"name": "wind", "arguments": "{\"at\": 1}"}},
            ]},
            {"role": "tool", "tool_call_id": "call-0", "content": "PRIVATE wind"},
        ],
        "tools": [{"type": "function", "function": {"name": "tide", "description": "PRIVATE tide", "parameters": {"type": "object"}}}],
    }))
    .unwrap()
}

/// A client that records content, too.
fn capturing(recorded: &Recorded, server: &Server) -> Client {
    let telemetry = recorded.telemetry().with_content(true);
    builder(server).retry(RetryPolicy::disabled()).opentelemetry(telemetry).build().unwrap()
}

#[track_caller]
fn json_of(attributes: &Attributes, name: &str) -> Value {
    match attributes.get(name) {
        Some(Recording::String(text)) => serde_json::from_str(text.as_str()).unwrap(),
        other => panic!("{name}: {other:?}"),
    }
}

#[tokio::test]
async fn no_content_is_recorded_unless_it_is_turned_on() {
    let server = Server::start(|n, request| match request.target.trim_start_matches("/api/v1") {
        "/embeddings" => Answer::from(r#"{"model": "m", "data": [{"index": 0, "embedding": [1.0]}]}"#),
        "/image/generate" => Answer::from(r#"{"id": "1", "images": ["PRIVATE"]}"#),
        _ if n == 0 => Answer::json(500, r#"{"error": "PRIVATE"}"#),
        _ if request.json()["stream"] == true => stream(),
        _ => Answer::from(REPLY),
    });
    let recorded = Recorded::new();
    let venice = recorded.builder(&server).build().unwrap();
    let _ = venice.chat().create(request()).await;
    venice.chat().create(request()).await.unwrap();
    venice.chat().stream(request()).await.unwrap().collect().await.unwrap();
    venice.embeddings().create(CreateEmbeddingRequest::new("m", "PRIVATE")).await.unwrap();
    venice.images().generate(GenerateImageRequest::new("m", "PRIVATE")).await.unwrap();
    assert_eq!(recorded.spans().len(), 5);
    let dump = recorded.dump();
    assert!(!dump.contains("PRIVATE") && !dump.contains("images.example"), "{dump}");
}

#[tokio::test]
async fn messages_have_the_form_of_the_conventions() {
    let server = Server::answering([Answer::from(REPLY)]);
    let recorded = Recorded::new();
    capturing(&recorded, &server).chat().create(request()).await.unwrap();
    let attributes = named(&recorded.span().attributes);
    assert_eq!(
        json_of(&attributes, "gen_ai.input.messages"),
        json!([
            {"role": "system", "parts": [{"type": "text", "content": "PRIVATE rule"}]},
            {"role": "user", "parts": [
                {"type": "text", "content": "PRIVATE question"},
                {"type": "uri", "modality": "image", "uri": "https://images.example/a.png"},
                {"type": "omitted", "modality": "image", "mime_type": "image/png", "encoded_bytes": 21},
                {"type": "omitted", "modality": "audio", "mime_type": "audio/wav", "encoded_bytes": 4},
            ]},
            {"role": "assistant", "parts": [
                {"type": "tool_call", "id": "call-0", "name": "wind", "arguments": {"at": 1}},
            ]},
            {"role": "tool", "parts": [{"type": "tool_call_response", "id": "call-0", "response": "PRIVATE wind"}]},
        ])
    );
    assert_eq!(
        json_of(&attributes, "gen_ai.output.messages"),
        json!([{"role": "assistant", "finish_reason": "tool_calls", "parts": [
            {"type": "reasoning", "content": "PRIVATE thought"},
            {"type": "text", "content": "PRIVATE answer"},
            {"type": "tool_call", "id": "call-1", "name": "tide", "arguments": {"at": "PRIVATE"}},
        ]}])
    );
    assert_eq!(
        json_of(&attributes, "gen_ai.tool.definitions"),
        json!([{"type": "function", "name": "tide", "description": "PRIVATE tide", "parameters": {"type": "object"}}])
    );
    assert!(!format!("{:?}", recorded.measured()).contains("PRIVATE"));
}

#[tokio::test]
async fn a_streamed_answer_is_recorded_as_far_as_it_arrived() {
    let server = Server::answering([stream()]);
    let recorded = Recorded::new();
    let venice = capturing(&recorded, &server);
    let mut whole = venice.chat().stream(a_question()).await.unwrap();
    while let Some(chunk) = whole.next().await {
        chunk.unwrap();
    }
    let mut part = venice.chat().stream(a_question()).await.unwrap();
    part.next().await.unwrap().unwrap();
    drop(part);
    let spans = recorded.spans();
    let outputs = [&spans[0], &spans[1]].map(|span| json_of(&named(&span.attributes), "gen_ai.output.messages"));
    let said = |text: &str, reason: &str| json!([{"role": "assistant", "finish_reason": reason, "parts": [{"type": "text", "content": text}]}]);
    assert_eq!(outputs, [said("PRIVATE answer", "stop"), said("PRIVATE ", "error")]);
}

#[tokio::test]
async fn texts_of_other_requests_are_messages_of_the_user() {
    let server = Server::answering([Answer::from(r#"{"id": "1", "images": ["AAAA"]}"#)]);
    let recorded = Recorded::new();
    capturing(&recorded, &server).images().generate(GenerateImageRequest::new("m", "A bridge")).await.unwrap();
    let attributes = named(&recorded.span().attributes);
    assert_eq!(
        json_of(&attributes, "gen_ai.input.messages"),
        json!([{"role": "user", "parts": [{"type": "text", "content": "A bridge"}]}])
    );
    assert!(!attributes.contains_key("gen_ai.output.messages"));
}

#[cfg(feature = "unstable")]
#[tokio::test]
async fn the_responses_api_has_instructions_and_items() {
    use venice_ai::types::ResponsesRequest;

    let reply = json!({"id": "resp_1", "object": "response", "model": "m", "status": "completed", "output": [
        {"type": "reasoning", "id": "r", "summary": [{"type": "summary_text", "text": "thought"}]},
        {"type": "message", "id": "m", "role": "assistant", "status": "completed",
         "content": [{"type": "output_text", "text": "At ten.", "annotations": []}]},
        {"type": "function_call", "id": "f", "call_id": "call-1", "name": "tide", "arguments": "{}", "status": "completed"},
    ]});
    let server = Server::answering([Answer::from(&reply)]);
    let recorded = Recorded::new();
    let call = capturing(&recorded, &server).responses().create(ResponsesRequest::new("m", "When?"));
    call.with_extra_body("instructions", "Be brief.").await.unwrap();
    let attributes = named(&recorded.span().attributes);
    assert_eq!(json_of(&attributes, "gen_ai.system_instructions"), json!([{"type": "text", "content": "Be brief."}]));
    assert_eq!(
        json_of(&attributes, "gen_ai.input.messages"),
        json!([{"role": "user", "parts": [{"type": "text", "content": "When?"}]}])
    );
    assert_eq!(
        json_of(&attributes, "gen_ai.output.messages"),
        json!([{"role": "assistant", "finish_reason": "completed", "parts": [
            {"type": "reasoning", "content": "thought"},
            {"type": "text", "content": "At ten."},
            {"type": "tool_call", "id": "call-1", "name": "tide", "arguments": {}},
        ]}])
    );
}
