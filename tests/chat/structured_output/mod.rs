//! Structured outputs: answers as values of a type.

mod answers;
#[cfg(feature = "blocking")]
mod blocking;
mod mocked;
mod refused;
mod request;
mod stream;
mod stream_errors;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use venice_ai::types::ChatCompletionRequest;

use crate::support::Answer;

/// A place in the lagoon.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq)]
struct Island {
    /// The name that its people use.
    name: String,
    /// In hectares.
    area: Option<f64>,
    #[serde(default)]
    bridges: Vec<Bridge>,
}

#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq)]
struct Bridge {
    year: i32,
}

const MURANO: &str = r#"{"name": "Murano", "area": 117.5, "bridges": [{"year": 1866}]}"#;

fn murano() -> Island {
    Island { name: "Murano".to_owned(), area: Some(117.5), bridges: vec![Bridge { year: 1866 }] }
}

fn request() -> ChatCompletionRequest {
    ChatCompletionRequest::new("default", ["Which island makes glass?"])
}

/// A reply with these choices, and a cost.
fn reply_of(choices: Value) -> Value {
    json!({
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_755_800_000,
        "model": "gondola-9b",
        "choices": choices,
        "usage": {"prompt_tokens": 10, "completion_tokens": 20, "total_tokens": 30},
        "cost": {"usd": 0.25, "diem": 0},
    })
}

/// A reply whose only choice ended for this reason with this message.
fn reply(finish_reason: &str, message: Value) -> Answer {
    let choice = json!({"index": 0, "finish_reason": finish_reason, "message": message});
    Answer::new(
        200,
        &[("content-type", "application/json"), ("cf-ray", "8f00-VCE")],
        reply_of(json!([choice])).to_string(),
    )
}

/// A reply with this text.
fn saying(text: &str) -> Answer {
    reply("stop", json!({"role": "assistant", "content": text}))
}

/// The chunk of a stream with these fields of a message.
fn delta(delta: Value) -> String {
    chunk(json!({"index": 0, "delta": delta, "finish_reason": null}))
}

fn chunk(choice: Value) -> String {
    let chunk = json!({"id": "chatcmpl-1", "created": 1, "model": "gondola-9b", "object": "chat.completion.chunk", "choices": [choice]});
    format!("data: {chunk}\n\n")
}

/// What follows the text of a stream: the finish reason, the cost, and the end.
fn tail(finish_reason: &str) -> String {
    let mut cost = reply_of(json!([]));
    cost["object"] = "chat.completion.chunk".into();
    let last = chunk(json!({"index": 0, "delta": {"content": ""}, "finish_reason": finish_reason}));
    format!("{last}data: {cost}\n\ndata: [DONE]\n\n")
}
