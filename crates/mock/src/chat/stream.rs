//! Chat completions as server-sent events, in the two dialects of the API's backends.

use serde_json::{Value, json};

use super::answer::{Answer, Dialect, ToolCall};

/// The events of the stream, without the final `[DONE]`. Usage and cost are included if requested.
pub(super) fn events(answer: &Answer, with_usage: bool) -> Vec<Value> {
    let mut events = Vec::new();
    if answer.searched {
        let mut found = chunk(answer, json!([]));
        found["venice_parameters"] = answer.parameters.clone();
        events.push(found);
    }
    let deltas = match answer.dialect {
        Dialect::A => deltas_a(answer),
        Dialect::B => deltas_b(answer),
    };
    for index in 0..answer.choices {
        events.extend(deltas.iter().map(|delta| chunk(answer, json!([choice(answer, index, delta, false)]))));
        let end = match answer.dialect {
            Dialect::A => json!({"content": ""}),
            Dialect::B => json!({"content": null, "reasoning_content": null, "role": null, "tool_calls": null}),
        };
        events.push(chunk(answer, json!([choice(answer, index, &end, true)])));
    }
    if with_usage {
        if answer.dialect == Dialect::A {
            events.push(chunk(answer, json!([])));
        }
        if let Some(last) = events.last_mut() {
            last["usage"] = answer.usage();
            last["cost"] = answer.cost();
        }
    }
    events
}

fn chunk(answer: &Answer, choices: Value) -> Value {
    let mut chunk = json!({
        "id": answer.id,
        "object": "chat.completion.chunk",
        "created": answer.created,
        "model": answer.model,
        "choices": choices,
    });
    if answer.dialect == Dialect::B {
        chunk["service_tier"] = "default".into();
        chunk["usage"] = Value::Null;
    }
    chunk
}

fn choice(answer: &Answer, index: usize, delta: &Value, last: bool) -> Value {
    let mut choice = json!({"index": index, "delta": delta, "finish_reason": null, "logprobs": null});
    if last {
        choice["finish_reason"] = answer.finish_reason.into();
        if answer.dialect == Dialect::A {
            choice["stop_reason"] = Value::Null;
            choice["token_ids"] = Value::Null;
        }
    }
    choice
}

/// Fields without a value are left out. Parallel tool calls all have the index 0: only their ids differ.
fn deltas_a(answer: &Answer) -> Vec<Value> {
    let mut deltas = vec![json!({"role": "assistant", "content": ""})];
    deltas.extend(answer.reasoning.iter().map(|token| json!({"content": "", "reasoning_content": token})));
    deltas.extend(answer.text.iter().map(|token| json!({"content": token})));
    for call in &answer.tool_calls {
        let begin =
            json!({"index": 0, "id": call.id, "type": "function", "function": {"name": call.name, "arguments": ""}});
        deltas.push(json!({"tool_calls": [begin]}));
        let pieces = pieces(call);
        deltas
            .extend(pieces.iter().map(|piece| json!({"tool_calls": [{"index": 0, "function": {"arguments": piece}}]})));
    }
    deltas
}

/// Fields without a value are null, and the first chunk is sent twice.
fn deltas_b(answer: &Answer) -> Vec<Value> {
    let role = json!({"content": "", "reasoning_content": null, "role": "assistant", "tool_calls": null});
    let mut deltas = vec![role.clone(), role];
    let text = answer.text.iter();
    deltas.extend(
        text.map(|token| json!({"content": token, "reasoning_content": null, "role": null, "tool_calls": null})),
    );
    for (index, call) in answer.tool_calls.iter().enumerate() {
        let delta = |id: Option<&str>, name: Option<&str>, arguments: &str| {
            let function = json!({"name": name, "arguments": arguments});
            let call = json!({"index": index, "id": id, "type": "function", "function": function});
            json!({"content": "", "reasoning_content": null, "role": null, "tool_calls": [call]})
        };
        deltas.push(delta(Some(&call.id), Some(&call.name), ""));
        deltas.push(delta(None, None, ""));
        deltas.extend(pieces(call).iter().map(|piece| delta(None, None, piece)));
    }
    deltas
}

/// Arguments are split into pieces that are not JSON by themselves.
fn pieces(call: &ToolCall) -> Vec<String> {
    let characters: Vec<char> = call.arguments.chars().collect();
    characters.chunks(7).map(|piece| piece.iter().collect()).collect()
}
