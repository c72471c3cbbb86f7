//! Tool calling.

mod answered;
mod bad_calls;
#[cfg(feature = "blocking")]
mod blocking;
mod cancelled;
mod echo;
mod ends;
mod errors;
mod events;
mod hidden;
mod parallel;
mod refused;
#[cfg(feature = "spans")]
mod spans;
mod streams;
#[cfg(feature = "structured")]
mod typed;

use serde_json::{Value, json};
use venice_ai::tools::{FinishedRun, RunEvent, ToolBox, ToolRun};
use venice_ai::types::{ChatCompletionRequest, Tool};
use venice_ai::{Client, Error};

use crate::support::server::Request;
use crate::support::{Answer, Server, once};

pub fn request() -> ChatCompletionRequest {
    ChatCompletionRequest::new("m", ["When can I sail?"])
}

/// A tool with one text argument.
pub fn tool(name: &str) -> Tool {
    let schema = json!({"type": "object", "properties": {"at": {"type": "string"}}, "required": ["at"]});
    Tool::function(name, format!("The {name} at a place"), schema)
}

/// Two tools that return their argument.
pub fn tide_and_wind() -> ToolBox {
    ToolBox::new()
        .implement(tool("tide"), |at: Value| async move { json!({"tide": at["at"]}) })
        .implement(tool("wind"), |at: Value| async move { format!("wind of {}", at["at"]) })
}

/// A whole reply with this message.
pub fn reply(message: Value, finish_reason: &str) -> String {
    let choice = json!({"index": 0, "message": message, "finish_reason": finish_reason, "logprobs": null});
    let usage = json!({
        "prompt_tokens": 10, "completion_tokens": 2, "total_tokens": 12,
        "prompt_tokens_details": {"cached_tokens": 4}, "completion_tokens_details": null,
    });
    let cost = json!({"usd": 0.25, "diem": 0.5});
    json!({"id": "x", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice], "usage": usage, "cost": cost})
        .to_string()
}

/// A reply with these calls: id, tool, arguments.
pub fn calling(calls: &[(&str, &str, &str)]) -> Answer {
    let calls: Vec<Value> = calls.iter().map(|(id, name, arguments)| call(id, name, arguments)).collect();
    reply(json!({"role": "assistant", "content": null, "tool_calls": calls}), "tool_calls").into()
}

pub fn call(id: &str, name: &str, arguments: &str) -> Value {
    json!({"id": id, "type": "function", "function": {"name": name, "arguments": arguments}})
}

/// A reply with the answer.
pub fn saying(text: &str) -> Answer {
    reply(json!({"role": "assistant", "content": text}), "stop").into()
}

/// A server with these replies, and a client without retries.
pub fn serving(answers: impl IntoIterator<Item = Answer>) -> (Server, Client) {
    let server = Server::answering(answers);
    let venice = once(&server);
    (server, venice)
}

/// The results in a request: the id of the call and the tool's output.
pub fn results(request: &Request) -> Vec<(String, String)> {
    let body = request.posted("/chat/completions");
    let of_tools = body["messages"].as_array().unwrap().iter().filter(|message| message["role"] == "tool");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    of_tools.map(|message| (text(&message["tool_call_id"]), text(&message["content"]))).collect()
}

/// The only result in the second request.
pub fn result(server: &Server) -> String {
    let [(_, result)] = results(&server.requests()[1]).try_into().unwrap();
    result
}

/// The outcome of a run of one call with these arguments.
pub async fn run_of(tools: &ToolBox, name: &str, arguments: &str) -> (Server, FinishedRun) {
    let (server, venice) = serving([calling(&[("a", name, arguments)]), saying("At ten.")]);
    let finished = venice.chat().run(request(), tools).await.unwrap();
    (server, finished)
}

/// All events of a run, abbreviated, and the error that ends it.
pub async fn happenings(run: &mut ToolRun) -> (Vec<String>, Option<Error>) {
    let mut seen = Vec::new();
    while let Some(event) = run.next().await {
        let told = match event {
            Ok(RunEvent::Chunk(_)) => continue,
            Ok(RunEvent::Reply(reply)) => format!("reply {}", reply.round),
            Ok(RunEvent::CallStarted(call)) => format!("{} started", call.id),
            Ok(RunEvent::CallFinished(call)) => format!("{} {:?}", call.call.id, call.status),
            Ok(RunEvent::AnswerNeeded(call)) => format!("{} for you", call.id),
            Ok(other) => format!("{other:?}"),
            Err(error) => {
                assert!(run.next().await.is_none(), "it goes on behind an error");
                return (seen, Some(error));
            }
        };
        seen.push(told);
    }
    assert!(run.next().await.is_none(), "it goes on behind its end");
    (seen, None)
}
