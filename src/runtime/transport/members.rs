//! `members`: partial JSON reader for a few fields of an object.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::{Map, Value};

/// The members of a JSON object that have these names; `None` for what is no whole JSON object.
pub(crate) fn members(json: &[u8], names: &[&str]) -> Option<Map<String, Value>> {
    let mut reader = serde_json::Deserializer::from_slice(json);
    let found = Named(names).deserialize(&mut reader).ok()?;
    reader.end().ok()?;
    Some(found)
}

struct Named<'a>(&'a [&'a str]);

impl<'de> DeserializeSeed<'de> for Named<'_> {
    type Value = Map<String, Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Named<'_> {
    type Value = Map<String, Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = Map::new();
        while let Some(name) = map.next_key::<String>()? {
            if self.0.contains(&name.as_str()) {
                found.insert(name, map.next_value()?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found)
    }
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
