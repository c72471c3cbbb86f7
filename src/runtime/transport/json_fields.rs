//! `fields`: partial JSON reader for a few fields of an object.

use std::collections::BTreeMap;

use serde_json::value::RawValue;
use serde_json::{Map, Value};

/// The fields of a JSON object that have these names; `None` if the text is not a complete JSON object.
pub(crate) fn fields(json: &[u8], names: &[&str]) -> Option<Map<String, Value>> {
    let mut all: BTreeMap<String, &RawValue> = serde_json::from_slice(json).ok()?;
    all.retain(|name, _| names.contains(&name.as_str()));
    all.into_iter().map(|(name, value)| Some((name, serde_json::from_str(value.get()).ok()?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_given_fields_are_read() {
        let json = br#"{"choices": [{"model": "no"}], "model": "a", "usage": {"total_tokens": 3}}"#;
        let found = fields(json, &["model", "usage", "cost"]).unwrap();
        assert_eq!(Value::Object(found), serde_json::json!({"model": "a", "usage": {"total_tokens": 3}}));
        for no_object in [&b"[1]"[..], b"{\"model\": ", b"", b"\xff", b"{} {}"] {
            assert_eq!(fields(no_object, &["model"]), None);
        }
    }
}
