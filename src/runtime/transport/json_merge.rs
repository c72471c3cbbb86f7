//! JSON merge: fields of `with_extra_body` are added to the body of a request.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Map, Value};

/// Adds a field. Two objects are merged; anything else is replaced.
pub(super) fn merge_field(object: &mut Map<String, Value>, name: String, value: Value) {
    match (object.get_mut(&name), value) {
        (Some(Value::Object(there)), Value::Object(new)) => {
            for (name, value) in new {
                merge_field(there, name, value);
            }
        }
        (_, value) => {
            object.insert(name, value);
        }
    }
}

/// Adds fields to the JSON object of a body. Other fields are kept byte for byte, as assistant messages have to be. `None` if it is not a
/// JSON object.
pub(super) fn merge_into(body: Option<&[u8]>, extra: Map<String, Value>) -> Option<serde_json::Result<Bytes>> {
    let mut fields: BTreeMap<String, Box<RawValue>> = match body {
        None => BTreeMap::new(),
        Some(body) => serde_json::from_slice(body).ok()?,
    };
    for (name, mut value) in extra {
        if let (Value::Object(new), Some(there)) = (&mut value, fields.get(&name))
            && let Ok(Value::Object(mut both)) = serde_json::from_str(there.get())
        {
            std::mem::take(new).into_iter().for_each(|(name, value)| merge_field(&mut both, name, value));
            *new = both;
        }
        match to_raw_value(&value) {
            Ok(value) => fields.insert(name, value),
            Err(error) => return Some(Err(error)),
        };
    }
    Some(serde_json::to_vec(&fields).map(Bytes::from))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn other_fields_are_kept_byte_for_byte() {
        let body = r#"{"z":[1.0,1e3,12345678901234567890123],"a":{"x":1.0},"c":"\u0041"}"#;
        let Value::Object(extra) = json!({"a": {"y": 2}, "new": null}) else { unreachable!() };
        let body = merge_into(Some(body.as_bytes()), extra).unwrap().unwrap();
        let wanted = r#"{"a":{"x":1.0,"y":2},"c":"\u0041","new":null,"z":[1.0,1e3,12345678901234567890123]}"#;
        assert_eq!(std::str::from_utf8(&body).unwrap(), wanted);
    }

    #[test]
    fn objects_are_merged_and_everything_else_is_replaced() {
        let Value::Object(mut object) = json!({"a": {"x": 1, "y": {"z": 2}}, "b": [1], "c": 3}) else { unreachable!() };
        merge_field(&mut object, "a".into(), json!({"y": {"new": true}, "x": null}));
        merge_field(&mut object, "b".into(), json!([2]));
        merge_field(&mut object, "c".into(), json!({"d": 4}));
        merge_field(&mut object, "e".into(), json!(5));
        let merged = json!({"a": {"x": null, "y": {"z": 2, "new": true}}, "b": [2], "c": {"d": 4}, "e": 5});
        assert_eq!(Value::Object(object), merged);
    }
}
