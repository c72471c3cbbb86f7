//! `retype`: fields that the document types `number` and that only ever hold whole numbers become integers.
//!
//! Their names are listed in the overlay, at the root of the document (`x-integers`).

use super::schema::{all_mut, type_of};
use serde_json::Value;
use std::collections::HashSet;

/// The names of fields that hold whole numbers.
pub const INTEGERS: &str = "x-integers";

/// Retypes the fields that are listed, and lists of them; returns how many. The list goes.
pub fn retype(doc: &mut Value) -> usize {
    let listed = listed(doc);
    if let Some(doc) = doc.as_object_mut() {
        doc.shift_remove(INTEGERS);
    }
    let mut count = 0;
    all_mut(doc, &mut |schema| {
        let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) else { return };
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
pub fn listed(doc: &Value) -> HashSet<String> {
    let names = doc.get(INTEGERS).and_then(Value::as_array).into_iter().flatten();
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

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
