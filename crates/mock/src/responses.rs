//! Handler of the Responses API: a text that quotes the input, or a function call if the request has functions.

use serde_json::{Value, json};

use super::errors::error;
use super::parsed_request::ParsedRequest;
use super::reply::Reply;
use super::state::State;
use super::{models, time};

pub(super) fn create(state: &mut State, request: &ParsedRequest<'_>) -> Result<Reply, Reply> {
    let body = &request.body;
    let model = models::wanted(request, "text", request.text("model"))?;
    let question = question(&body["input"]).ok_or_else(|| error(400, "`input` holds no question"))?;
    let item = match called(body) {
        Some(function) => json!({
            "type": "function_call",
            "id": format!("fc_{:016x}", state.next_id()),
            "call_id": format!("call_{:016x}", state.next_id()),
            "name": function,
            "arguments": "{}",
            "status": "completed",
        }),
        None => {
            let text = format!("You asked “{question}”.");
            json!({
                "type": "message",
                "id": format!("msg_{:016x}", state.next_id()),
                "role": "assistant",
                "status": "completed",
                "content": [{"type": "output_text", "text": text, "annotations": []}],
            })
        }
    };
    let (input, output) = (body["input"].to_string().len().div_ceil(4), item.to_string().len().div_ceil(4));
    let response = json!({
        "id": format!("resp_{:016x}", state.next_id()),
        "object": "response",
        "created_at": time::now().as_secs(),
        "model": model["id"],
        "status": "completed",
        "output": [item],
        "usage": {"input_tokens": input, "output_tokens": output, "total_tokens": input + output},
    });
    let reply = if body["stream"] == true { Reply::events(&events(&response)) } else { Reply::json(200, &response) };
    Ok(reply.with("x-venice-model-id", model["id"].as_str().unwrap_or_default()))
}

/// The last text of the input.
fn question(input: &Value) -> Option<&str> {
    if let Some(text) = input.as_str() {
        return Some(text).filter(|text| !text.is_empty());
    }
    let last = input.as_array()?.iter().rev().find(|item| item.get("content").is_some())?;
    match &last["content"] {
        Value::String(text) => Some(text),
        parts => parts.as_array()?.iter().rev().find_map(|part| part["text"].as_str()),
    }
}

/// The function to call: the first one, unless its result is there already.
fn called(body: &Value) -> Option<&str> {
    let answered = |item: &Value| item["type"] == "function_call_output";
    if body["input"].as_array().is_some_and(|items| items.iter().any(answered)) || body["tool_choice"] == "none" {
        return None;
    }
    body["tools"].as_array()?.iter().find_map(|tool| tool["function"]["name"].as_str())
}

fn events(response: &Value) -> Vec<Value> {
    let mut begun = response.clone();
    begun["status"] = "in_progress".into();
    begun["output"] = json!([]);
    let item = &response["output"][0];
    let mut events = vec![
        json!({"type": "response.created", "response": begun}),
        json!({"type": "response.output_item.added", "output_index": 0, "item": {"type": item["type"], "id": item["id"]}}),
    ];
    if let Some(text) = item["content"][0]["text"].as_str() {
        let words = text.split_inclusive(' ');
        events.extend(words.map(|word| {
            json!({"type": "response.output_text.delta", "item_id": item["id"], "output_index": 0, "content_index": 0, "delta": word})
        }));
    }
    events.push(json!({"type": "response.output_item.done", "output_index": 0, "item": item}));
    events.push(json!({"type": "response.completed", "response": response}));
    events
}
