//! Chat completions that are not streamed.

use serde_json::{Value, json};

use super::answer::{Answer, Dialect};

pub(super) fn body(answer: &Answer) -> Value {
    let choices: Vec<Value> = (0..answer.choices).map(|index| choice(answer, index)).collect();
    let mut body = json!({
        "id": answer.id,
        "object": "chat.completion",
        "created": answer.created,
        "model": answer.model,
        "choices": choices,
        "usage": answer.usage(),
        "cost": answer.cost(),
        "prompt_logprobs": null,
        "venice_parameters": answer.parameters,
    });
    // Undocumented fields, as each backend adds its own.
    match answer.dialect {
        Dialect::A => body["kv_transfer_params"] = Value::Null,
        Dialect::B => body["service_tier"] = "default".into(),
    }
    body
}

fn choice(answer: &Answer, index: usize) -> Value {
    let calls: Vec<Value> = answer
        .tool_calls
        .iter()
        .map(|call| json!({"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}))
        .collect();
    let text = (!answer.text.is_empty()).then(|| answer.text.concat());
    let mut message = json!({
        "role": "assistant",
        "content": text,
        "reasoning_content": (!answer.reasoning.is_empty()).then(|| answer.reasoning.concat()),
        "tool_calls": calls,
        "refusal": null,
    });
    if answer.dialect == Dialect::B && calls.is_empty() {
        message["tool_calls"] = Value::Null;
    }
    json!({
        "index": index,
        "message": message,
        "finish_reason": answer.finish_reason,
        "stop_reason": null,
        "logprobs": null,
    })
}
