//! `retype`: fields that the document types `number` and that only ever hold whole numbers become integers.
//!
//! Their names are listed in the overlay, at the root of the document (`x-integers`), and so are those of counts (`x-counts`), which are never
//! negative: they become `u32`.

use super::schema::{all_mut, type_of};
use serde_json::Value;
use std::collections::HashSet;

/// The names of fields that hold whole numbers.
pub const INTEGERS: &str = "x-integers";

/// The names of fields that count something.
pub const COUNTS: &str = "x-counts";

/// Retypes the fields that are listed, and lists of them; returns how many. The lists go.
pub fn retype(doc: &mut Value) -> usize {
    let (listed, counts) = (listed(doc, INTEGERS), listed(doc, COUNTS));
    if let Some(doc) = doc.as_object_mut() {
        doc.shift_remove(INTEGERS);
        doc.shift_remove(COUNTS);
    }
    let mut count = 0;
    all_mut(doc, &mut |schema| {
        let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) else { return };
        for (_, property) in properties.iter_mut().filter(|(name, _)| counts.contains(*name)) {
            count += usize::from(set_count(property));
        }
        for (_, property) in properties.iter_mut().filter(|(name, _)| listed.contains(*name)) {
            count += usize::from(set(property));
            if let Some(items) = property.get_mut("items") {
                count += usize::from(set(items));
            }
        }
    });
    count
}

/// The names that a document lists.
#[must_use]
pub fn listed(doc: &Value, list: &str) -> HashSet<String> {
    let names = doc.get(list).and_then(Value::as_array).into_iter().flatten();
    names.filter_map(Value::as_str).map(str::to_owned).collect()
}

fn set(schema: &mut Value) -> bool {
    let fractional = ["minimum", "maximum", "default"]
        .iter()
        .any(|key| schema.get(*key).is_some_and(|value| value.as_f64().is_some_and(|number| number.fract() != 0.0)));
    if type_of(schema) != Some("number") || fractional {
        return false;
    }
    if let Some(object) = schema.as_object_mut() {
        object.insert("type".into(), "integer".into());
    }
    true
}

fn set_count(schema: &mut Value) -> bool {
    let retyped = set(schema);
    if type_of(schema) != Some("integer") {
        return false;
    }
    if let Some(object) = schema.as_object_mut() {
        object.insert("format".into(), "uint32".into());
    }
    retyped
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn counts_are_never_negative() {
        let mut doc = json!({COUNTS: ["tokens", "total"], "components": {"schemas": {"A": {"type": "object", "properties": {
            "tokens": {"type": "number"}, "total": {"type": "integer"}, "usd": {"type": "number"}
        }}}}});
        assert_eq!(retype(&mut doc), 1);
        let a = &doc["components"]["schemas"]["A"]["properties"];
        let count = json!({"type": "integer", "format": "uint32"});
        assert_eq!((&a["tokens"], &a["total"], &a["usd"]), (&count, &count, &json!({"type": "number"})));
        assert!(doc.get(COUNTS).is_none());
    }

    #[test]
    fn listed_fields_become_integers_and_others_stay() {
        let mut doc = json!({INTEGERS: ["maxTokens", "bytes", "half"], "components": {"schemas": {"A": {"type": "object", "properties": {
            "maxTokens": {"type": "number"}, "usd": {"type": "number"}, "bytes": {"type": "array", "items": {"type": "number"}},
            "half": {"type": "number", "default": 0.5}
        }}}}});
        assert_eq!(retype(&mut doc), 2);
        let a = &doc["components"]["schemas"]["A"]["properties"];
        assert_eq!(a["maxTokens"]["type"], "integer");
        assert_eq!((&a["usd"]["type"], &a["half"]["type"]), (&json!("number"), &json!("number")));
        assert_eq!(a["bytes"]["items"]["type"], "integer");
        assert!(doc.get(INTEGERS).is_none());
    }
}
