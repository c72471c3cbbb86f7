//! Handler of embeddings: unit vectors, equal for equal texts, and closer for texts that share words.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::errors::error;
use super::models;
use super::parsed_request::ParsedRequest;
use super::reply::Reply;
use super::state::State;

const DEFAULT_DIMENSIONS: u64 = 1024;

pub(super) fn create(state: &mut State, request: &ParsedRequest<'_>) -> Result<Reply, Reply> {
    let body = &request.body;
    let model = models::wanted(request, "embedding", request.text("model"))?;
    let texts = texts(&body["input"])?;
    let own = model["model_spec"]["embeddingDimensions"].as_u64().unwrap_or(DEFAULT_DIMENSIONS);
    let dimensions = match &body["dimensions"] {
        Value::Null => own,
        request => request
            .as_u64()
            .filter(|dimensions| (1..=own).contains(dimensions))
            .ok_or_else(|| error(400, &format!("`dimensions` must be a whole number from 1 to {own}")))?,
    };
    let in_base64 = body["encoding_format"] == "base64";
    let mut tokens = 0;
    let data: Vec<Value> = texts
        .iter()
        .enumerate()
        .map(|(index, text)| {
            tokens += text.len().div_ceil(4) as u64;
            let vector = vector(text, dimensions);
            match in_base64 {
                true => json!({"object": "embedding", "index": index, "embedding": coded(&vector), "encoding_format": "base64"}),
                false => json!({"object": "embedding", "index": index, "embedding": vector}),
            }
        })
        .collect();
    state.balance_usd -= tokens as f64 * 1.5e-7;
    state.limits.count_tokens(tokens);
    let usage = json!({"prompt_tokens": tokens, "total_tokens": tokens});
    let id = model["id"].as_str().unwrap_or_default();
    let reply = Reply::json(200, &json!({"object": "list", "model": id, "data": data, "usage": usage}));
    Ok(reply.with("x-venice-model-id", id))
}

fn texts(input: &Value) -> Result<Vec<&str>, Reply> {
    let texts: Option<Vec<&str>> = match input {
        Value::String(text) => Some(vec![text]),
        Value::Array(items) => items.iter().map(Value::as_str).collect(),
        _ => None,
    };
    let texts = texts.ok_or_else(|| error(400, "`input` must be a text or a list of texts; tokens are not taken"))?;
    if texts.iter().any(|text| text.is_empty()) {
        return Err(error(400, "`input` must not hold empty texts"));
    }
    Ok(texts)
}

/// The sum of a direction for each word, and a little of one for the text as a whole.
fn vector(text: &str, dimensions: u64) -> Vec<f32> {
    let words: Vec<u64> = text.split_whitespace().map(|word| hash(word.to_lowercase().as_bytes())).collect();
    let whole = hash(text.as_bytes());
    let number = |seed: u64, position: u64| {
        let bits = hash(&[seed.to_le_bytes(), position.to_le_bytes()].concat()) >> 11;
        bits as f64 / (1_u64 << 52) as f64 - 1.0
    };
    let sum = |position| words.iter().map(|word| number(*word, position)).sum::<f64>() + 0.1 * number(whole, position);
    let numbers: Vec<f64> = (0..dimensions).map(sum).collect();
    let length = numbers.iter().map(|number| number * number).sum::<f64>().sqrt();
    numbers.iter().map(|number| (number / length) as f32).collect()
}

/// FNV-1a with a final mix, as its upper bits are poor for short texts.
fn hash(bytes: &[u8]) -> u64 {
    let hash = bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
    let hash = (hash ^ (hash >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    hash ^ (hash >> 32)
}

fn coded(vector: &[f32]) -> String {
    let bytes: Vec<u8> = vector.iter().flat_map(|number| number.to_le_bytes()).collect();
    STANDARD.encode(&bytes)
}
