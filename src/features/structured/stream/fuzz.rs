//! `structured`: the fuzz target of the JSON of structured outputs.

#![allow(missing_docs)]

use serde_json::Value;
use serde_json::value::RawValue;

use super::growing::Growing;
use super::lead::Lead;
use crate::features::splits::text_splits;
use crate::features::structured::document;

/// An answer: pieces make no difference, the value that grows is in the end that of the whole document, and the document that is found in
/// the answer is JSON.
pub fn structured(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let [whole, characters, irregular] = text_splits(text).map(|pieces| grown(&pieces));
    assert_eq!(whole, characters);
    assert_eq!(whole, irregular);
    if let Ok(value) = serde_json::from_str::<Value>(text)
        && (value.is_object() || value.is_array())
        && members(&value) == colons(text)
    {
        assert_eq!(whole.0, Some(value));
    }
    if let Ok(found) = document::find(text) {
        assert!(text.contains(found.json));
        assert!(serde_json::from_str::<&RawValue>(found.json).is_ok(), "{}", found.json);
    }
}

/// The value of the pieces, and that of the document which begins in them.
fn grown(pieces: &[&str]) -> (Option<Value>, Option<Value>) {
    let (mut all, mut lead, mut document) = (Growing::default(), Lead::default(), Growing::default());
    for piece in pieces {
        all.push(piece);
        lead.document_part(piece).into_iter().for_each(|part| _ = document.push(part));
    }
    let value = |growing: &Growing| growing.value().map(|value| Value::clone(value));
    (value(&all), value(&document))
}

/// The number of fields in a value. A document with fewer than it has colons repeats the name of one.
fn members(value: &Value) -> usize {
    match value {
        Value::Object(fields) => fields.len() + fields.values().map(members).sum::<usize>(),
        Value::Array(items) => items.iter().map(members).sum(),
        _ => 0,
    }
}

/// The number of colons outside of strings.
fn colons(json: &str) -> usize {
    let (mut count, mut in_text, mut is_escaped) = (0, false, false);
    for byte in json.bytes() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = in_text,
            b'"' => in_text = !in_text,
            b':' if !in_text => count += 1,
            _ => {}
        }
    }
    count
}
