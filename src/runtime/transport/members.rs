//! `members`: partial JSON reader for a few fields of an object.

use std::collections::BTreeMap;

use serde_json::value::RawValue;
use serde_json::{Map, Value};

/// The members of a JSON object that have these names; `None` for what is no whole JSON object.
pub(crate) fn members(json: &[u8], names: &[&str]) -> Option<Map<String, Value>> {
    let mut all: BTreeMap<String, &RawValue> = serde_json::from_slice(json).ok()?;
    all.retain(|name, _| names.contains(&name.as_str()));
    all.into_iter().map(|(name, value)| Some((name, serde_json::from_str(value.get()).ok()?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_asked_for_is_read() {
        let json = br#"{"choices": [{"model": "no"}], "model": "a", "usage": {"total_tokens": 3}}"#;
        let found = members(json, &["model", "usage", "cost"]).unwrap();
        assert_eq!(Value::Object(found), serde_json::json!({"model": "a", "usage": {"total_tokens": 3}}));
        for no_object in [&b"[1]"[..], b"{\"model\": ", b"", b"\xff", b"{} {}"] {
            assert_eq!(members(no_object, &["model"]), None);
        }
    }
}
