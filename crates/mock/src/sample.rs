//! `of`: a sample value of a JSON Schema, for tool arguments and structured outputs.

use serde_json::{Map, Value, json};

/// The simplest value with every property of the schema. Constraints are ignored, except `const`, `enum` and `minimum`.
pub(super) fn of(schema: &Value) -> Value {
    if let Some(value) = schema.get("const") {
        return value.clone();
    }
    if let Some(value) = schema["enum"].get(0) {
        return value.clone();
    }
    for choice in ["anyOf", "oneOf", "allOf"] {
        if let Some(first) = schema[choice].get(0) {
            return of(first);
        }
    }
    let kind = schema["type"].as_str().or_else(|| schema["type"].get(0)?.as_str());
    match kind {
        Some("string") => "mock".into(),
        Some("integer") => schema["minimum"].as_f64().map_or(json!(1), |least| json!(least.ceil() as i64)),
        Some("number") => schema["minimum"].as_f64().map_or(json!(1.5), |least| json!(least)),
        Some("boolean") => true.into(),
        Some("array") => json!([of(&schema["items"])]),
        Some("object") => object(schema),
        None if schema["properties"].is_object() => object(schema),
        _ => Value::Null,
    }
}

fn object(schema: &Value) -> Value {
    let properties = schema["properties"].as_object().into_iter().flatten();
    properties.map(|(name, schema)| (name.clone(), of(schema))).collect::<Map<_, _>>().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_property_has_a_value_of_its_type() {
        let schema = json!({
            "type": "object",
            "properties": {
                "station": {"type": "string"},
                "unit": {"enum": ["cm", "m"]},
                "days": {"type": "integer", "minimum": 2},
                "places": {"type": "array", "items": {"properties": {"deep": {"type": ["boolean", "null"]}}}},
                "note": {"anyOf": [{"type": "number"}, {"type": "null"}]},
            },
        });
        let value = json!({"station": "mock", "unit": "cm", "days": 2, "places": [{"deep": true}], "note": 1.5});
        assert_eq!(of(&schema), value);
        assert_eq!(of(&json!({"type": "object"})), json!({}));
    }
}
