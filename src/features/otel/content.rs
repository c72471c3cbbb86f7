//! `Content`: messages of a call in the form of the conventions, for programs that turned it on.

use opentelemetry::KeyValue;
use serde_json::{Map, Value, json};

use crate::api::generated::types::ChatCompletionChunk;
use crate::features::collect::ChatAccumulator;
use crate::features::spans::Begun;
use crate::runtime::lenient::{leniently, utf8};
use crate::runtime::text::without_mark;

/// The content of a call, as far as it is known.
pub(super) struct Content {
    attributes: Vec<KeyValue>,
    is_tool: bool,
    /// The chunks of a streamed answer, until it exceeds the limit of memory.
    chunks: Option<ChatAccumulator>,
    /// The last reply, or the result of a tool.
    output: Option<String>,
}

impl Content {
    pub(super) fn of(begun: &Begun<'_>, is_tool: bool) -> Self {
        let text = begun.content.map(String::from_utf8_lossy).unwrap_or_default();
        let attributes = match serde_json::from_str(&text) {
            _ if is_tool => vec![KeyValue::new("gen_ai.tool.call.arguments", text.into_owned())],
            Ok(Value::Object(request)) => input(&request),
            _ => Vec::new(),
        };
        Self { attributes, is_tool, chunks: None, output: None }
    }

    pub(super) fn received(&mut self, content: &[u8]) {
        if self.is_tool {
            self.output = Some(String::from_utf8_lossy(content).into_owned());
            return;
        }
        let Ok(reply) = serde_json::from_slice::<Value>(without_mark(content)) else { return };
        let choices = reply.get("choices").and_then(Value::as_array);
        if choices.is_some_and(|choices| choices.iter().all(|choice| choice.get("message").is_none())) {
            if let Ok(chunk) = leniently::<ChatCompletionChunk>(&utf8(content), |chunk| serde_json::from_str(chunk)) {
                let _ = self.chunks.get_or_insert_default().push(chunk);
            }
            return;
        }
        // An event of the Responses API has the reply inside.
        let messages = output(reply.get("response").unwrap_or(&reply));
        if !messages.is_empty() {
            self.output = Some(Value::Array(messages).to_string());
        }
    }

    /// The attributes at the end.
    pub(super) fn finish(mut self) -> Vec<KeyValue> {
        if let Some(answer) = self.chunks.and_then(|chunks| serde_json::to_value(chunks.finish()).ok()) {
            self.output = Some(Value::Array(output(&answer)).to_string());
        }
        let name = if self.is_tool { "gen_ai.tool.call.result" } else { "gen_ai.output.messages" };
        self.attributes.extend(self.output.map(|output| KeyValue::new(name, output)));
        self.attributes
    }
}

/// The content of a request.
fn input(request: &Map<String, Value>) -> Vec<KeyValue> {
    let list = |name: &str| match request.get(name) {
        Some(Value::Array(items)) => items.as_slice(),
        Some(item) => std::slice::from_ref(item),
        None => &[],
    };
    let all = ["messages", "input", "prompt"].into_iter().flat_map(list);
    let messages: Vec<Value> = all.filter_map(message).collect();
    let instructions = request.get("instructions").map(parts).unwrap_or_default();
    let tools: Vec<Value> = list("tools").iter().map(tool).collect();
    let found = [
        ("gen_ai.input.messages", messages),
        ("gen_ai.system_instructions", instructions),
        ("gen_ai.tool.definitions", tools),
    ];
    let found = found.into_iter().filter(|(_, items)| !items.is_empty());
    found.map(|(name, items)| KeyValue::new(name, Value::Array(items).to_string())).collect()
}

/// A message of the chat endpoint, an item of the Responses API, or a text.
fn message(message: &Value) -> Option<Value> {
    if message.is_string() {
        return Some(json!({"role": "user", "parts": parts(message)}));
    }
    let message = message.as_object()?;
    let kind = message.get("type").and_then(Value::as_str);
    let role = message.get("role").and_then(Value::as_str).unwrap_or(match kind {
        Some("function_call_output") => "tool",
        _ => "assistant",
    });
    Some(json!({"role": role, "parts": parts_of(message)}))
}

/// The messages of a reply: one for each choice.
fn output(reply: &Value) -> Vec<Value> {
    let of_choice = |choice: &Value| {
        let message = choice.get("message").and_then(Value::as_object)?;
        let reason = choice.get("finish_reason").and_then(Value::as_str).unwrap_or("error");
        Some(json!({"role": "assistant", "parts": parts_of(message), "finish_reason": reason}))
    };
    if let Some(choices) = reply.get("choices").and_then(Value::as_array) {
        return choices.iter().filter_map(of_choice).collect();
    }
    let items = reply.get("output").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let parts: Vec<Value> = items.iter().filter_map(Value::as_object).flat_map(parts_of).collect();
    let reason = reply.get("status").and_then(Value::as_str).unwrap_or("error");
    if parts.is_empty() {
        return Vec::new();
    }
    vec![json!({"role": "assistant", "parts": parts, "finish_reason": reason})]
}

/// The parts of a message: reasoning, text and media, calls of tools and their results.
fn parts_of(message: &Map<String, Value>) -> Vec<Value> {
    let field = |name: &str| message.get(name).filter(|value| !value.is_null());
    let call = |id: Option<&Value>, function: &Map<String, Value>| {
        let arguments = function.get("arguments").cloned().unwrap_or_default();
        let parsed = arguments.as_str().and_then(|text| serde_json::from_str(text).ok());
        let arguments: Value = parsed.unwrap_or(arguments);
        json!({"type": "tool_call", "id": id, "name": function.get("name"), "arguments": arguments})
    };
    let result = |id: Option<&Value>, output: Option<&Value>| json!({"type": "tool_call_response", "id": id, "response": output});
    match field("type").and_then(Value::as_str) {
        Some("function_call") => return vec![call(field("call_id"), message)],
        Some("function_call_output") => return vec![result(field("call_id"), field("output"))],
        Some("reasoning") => {
            let all = field("summary").map(parts).unwrap_or_default();
            return all.into_iter().map(|part| json!({"type": "reasoning", "content": part.get("content")})).collect();
        }
        _ => {}
    }
    if field("role").is_some_and(|role| role == "tool") {
        return vec![result(field("tool_call_id"), field("content"))];
    }
    let reasoning = field("reasoning_content").and_then(Value::as_str).filter(|text| !text.is_empty());
    let mut all: Vec<Value> = Vec::from_iter(reasoning.map(|text| json!({"type": "reasoning", "content": text})));
    all.extend(field("content").map(parts).unwrap_or_default());
    let calls = field("tool_calls").and_then(Value::as_array);
    all.extend(
        calls.into_iter().flatten().filter_map(|one| Some(call(one.get("id"), one.get("function")?.as_object()?))),
    );
    all
}

/// The parts of a text, or of a list of parts.
fn parts(content: &Value) -> Vec<Value> {
    match content {
        Value::String(text) if text.is_empty() => Vec::new(),
        Value::String(text) => vec![json!({"type": "text", "content": text})],
        Value::Array(all) => all.iter().map(part).collect(),
        _ => Vec::new(),
    }
}

fn part(part: &Value) -> Value {
    let kind = part.get("type").and_then(Value::as_str).unwrap_or("text");
    // An image is a URL or an object with one.
    let media = |modality: &str, url: Option<&Value>| {
        let url = url.and_then(|url| url.get("url").unwrap_or(url).as_str()).unwrap_or_default();
        match url.strip_prefix("data:") {
            Some(data) => {
                let mime_type = data.split([';', ',']).next().unwrap_or_default();
                omitted(modality, mime_type, data.len())
            }
            None => json!({"type": "uri", "modality": modality, "uri": url}),
        }
    };
    match kind {
        "image_url" | "input_image" => media("image", part.get("image_url")),
        "video_url" => media("video", part.get("video_url")),
        "input_audio" => {
            let data = part.pointer("/input_audio/data").and_then(Value::as_str).map_or(0, str::len);
            let format = part.pointer("/input_audio/format").and_then(Value::as_str).unwrap_or_default();
            omitted("audio", &format!("audio/{format}"), data)
        }
        "file" | "input_file" => {
            let data = part.pointer("/file/file_data").or_else(|| part.get("file_data"));
            let url = part.pointer("/file/file_url").or_else(|| part.get("file_url"));
            media("document", data.or(url))
        }
        _ => match part.get("text").or_else(|| part.get("refusal")) {
            Some(text) => json!({"type": "text", "content": text}),
            None => json!({"type": kind}),
        },
    }
}

/// Media within a request, of which only the size is recorded.
fn omitted(modality: &str, mime_type: &str, length: usize) -> Value {
    json!({"type": "omitted", "modality": modality, "mime_type": mime_type, "encoded_bytes": length})
}

/// The definition of a tool.
fn tool(tool: &Value) -> Value {
    let mut definition =
        tool.get("function").and_then(Value::as_object).or(tool.as_object()).cloned().unwrap_or_default();
    definition.insert("type".to_owned(), tool.get("type").cloned().unwrap_or_else(|| "function".into()));
    Value::Object(definition)
}
