//! Estimates of the memory that parts of a streamed answer take while they are collected.

use serde_json::{Map, Value};

use crate::api::generated::types::{ChatLogprobs, ReasoningDetail};

/// A choice, a tool call, or a token with its probability, without its texts.
pub(super) const ITEM: usize = 512;
/// A field that no type names, without its name and value.
const MEMBER: usize = 128;
/// An object or a list.
const CONTAINER: usize = 640;

/// Fields that no type names.
pub(super) fn of_fields(fields: &Map<String, Value>) -> usize {
    fields.iter().map(|(name, value)| MEMBER + name.len() + of_value(value)).sum()
}

fn of_value(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len(),
        Value::Array(items) => {
            CONTAINER + items.iter().map(|item| 2 * size_of::<Value>() + of_value(item)).sum::<usize>()
        }
        Value::Object(fields) => CONTAINER + of_fields(fields),
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
    }
}

pub(super) fn of_detail(detail: &ReasoningDetail) -> usize {
    let texts = [&detail.text, &detail.data, &detail.format, &detail.id];
    texts.into_iter().flatten().map(String::len).sum::<usize>() + of_fields(&detail.extra)
}

pub(super) fn of_logprobs(logprobs: &ChatLogprobs) -> usize {
    let tokens = logprobs.content.iter().flatten().map(|token| {
        let others = token.top_logprobs.as_ref().map_or(0, Vec::len);
        let bytes = token.bytes.as_ref().map_or(0, Vec::len);
        ITEM + others * (ITEM / 2) + bytes * size_of::<i64>()
    });
    tokens.sum::<usize>() + of_fields(&logprobs.extra)
}
