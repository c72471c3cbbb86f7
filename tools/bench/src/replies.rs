//! Replies as the API gives them: the same headers, the same members, text with line breaks, quotes and letters beyond ASCII.

use serde_json::{Value, json};

/// Of the model's answer, token by token.
const TOKENS: [&str; 12] = [
    " the",
    " lagoon",
    " was",
    " built",
    " on",
    " piles",
    ",",
    "\n\n",
    "- **Torcello**",
    " \"le acque\"",
    " città",
    ".",
];

const HEADERS: &str = "\
HTTP/1.1 200 OK\r
date: Thu, 01 Jan 2026 00:00:00 GMT\r
connection: keep-alive\r
server: cloudflare\r
cf-ray: 9b6f3c2d1e0a4b5c-FRA\r
cf-cache-status: DYNAMIC\r
x-powered-by: Express\r
access-control-allow-origin: *\r
strict-transport-security: max-age=31536000; includeSubDomains\r
x-ratelimit-limit-requests: 500\r
x-ratelimit-remaining-requests: 499\r
x-ratelimit-reset-requests: 1767225660\r
x-ratelimit-limit-tokens: 1000000\r
x-ratelimit-remaining-tokens: 998211\r
x-ratelimit-reset-tokens: 31\r
x-venice-version: 20260101.000000\r
x-venice-host-name: api-1\r
x-venice-model-id: bench-1\r
x-venice-model-name: Bench 1\r
x-venice-model-router: bench\r
x-venice-balance-usd: 12.3456\r
x-venice-balance-diem: 90.12345678\r
";

/// About so many bytes of answer.
pub fn text(bytes: usize) -> String {
    let mut text = String::with_capacity(bytes + 16);
    for token in TOKENS.iter().cycle() {
        if text.len() >= bytes {
            break;
        }
        text.push_str(token);
    }
    text
}

/// A chat completion with this answer.
pub fn completion(text: &str) -> Value {
    json!({
        "id": "chatcmpl-5d1c0f9be6a94b51a3a0c9f0c1b2d3e4",
        "object": "chat.completion",
        "created": 1_767_225_600,
        "model": "bench-1",
        "choices": [{
            "index": 0,
            "finish_reason": "stop",
            "logprobs": null,
            "stop_reason": null,
            "message": {"role": "assistant", "content": text, "reasoning_content": null, "tool_calls": []},
        }],
        "usage": {
            "prompt_tokens": 61, "completion_tokens": 187, "total_tokens": 248,
            "prompt_tokens_details": {"cached_tokens": 0},
        },
        "cost": {"usd": 0.000_581_3, "diem": 0},
        "venice_parameters": {
            "include_venice_system_prompt": true, "include_search_results_in_stream": false,
            "strip_thinking_response": false, "disable_thinking": false, "return_search_results_as_documents": false,
            "enable_web_search": "off", "enable_web_citations": false, "web_search_citations": [],
        },
        "prompt_logprobs": null,
    })
}

/// A whole reply, as it is sent.
pub fn whole(document: &Value) -> Vec<u8> {
    let body = document.to_string();
    let length = body.len();
    format!("{HEADERS}content-type: application/json; charset=utf-8\r\ncontent-length: {length}\r\n\r\n{body}").into()
}

/// The head of a reply that is a file of so many bytes.
pub fn head_of_file(bytes: usize) -> Vec<u8> {
    format!("{HEADERS}content-type: video/mp4\r\ncontent-length: {bytes}\r\n\r\n").into()
}

/// The text of a streamed reply with so many chunks.
pub fn streamed_text(chunks: usize) -> String {
    tokens(chunks).collect()
}

fn tokens(chunks: usize) -> impl Iterator<Item = &'static str> {
    TOKENS.into_iter().cycle().take(chunks.saturating_sub(3))
}

/// A streamed reply, as it is sent: write by write. It has `chunks` chunks: the role, tokens, the reason why it ended, and the usage.
///
/// Each write is a piece in HTTP's chunked encoding, as servers do it, and holds as many events as have room in so many bytes, but one
/// at least.
pub fn streamed(chunks: usize, bytes: usize) -> Vec<Vec<u8>> {
    let chunk = |choices: Value| {
        json!({
            "id": "chatcmpl-5d1c0f9be6a9", "object": "chat.completion.chunk", "created": 1_767_225_600,
            "model": "bench-1", "choices": choices,
        })
    };
    let choice = |delta: Value, finish_reason: Value| {
        chunk(json!([{"index": 0, "delta": delta, "finish_reason": finish_reason, "logprobs": null}]))
    };
    let mut usage = chunk(json!([]));
    usage["usage"] = json!({"prompt_tokens": 61, "completion_tokens": chunks, "total_tokens": chunks + 61});

    let documents = std::iter::once(choice(json!({"role": "assistant", "content": ""}), Value::Null))
        .chain(tokens(chunks).map(|token| choice(json!({"content": token}), Value::Null)))
        .chain([choice(json!({}), json!("stop")), usage]);

    let mut pieces = vec![String::new()];
    for data in documents.map(|document| document.to_string()).chain(["[DONE]".to_owned()]) {
        let event = format!("data: {data}\n\n");
        match pieces.last_mut() {
            Some(piece) if piece.is_empty() || piece.len() + event.len() <= bytes => piece.push_str(&event),
            _ => pieces.push(event),
        }
    }
    let head = format!("{HEADERS}content-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n");
    let writes = pieces.into_iter().map(|piece| format!("{:x}\r\n{piece}\r\n", piece.len()));
    std::iter::once(head).chain(writes).chain(["0\r\n\r\n".to_owned()]).map(String::into_bytes).collect()
}
