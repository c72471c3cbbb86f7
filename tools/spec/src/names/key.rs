//! When two shapes are the same.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use venice_ai_codegen::lower::hoist::{CONST, EXCLUDES, KNOWN, NOT_BEFORE, NULLABLE, REQUIRED_WHEN};
use venice_ai_codegen::lower::schema::LIMITS;
use venice_ai_codegen::lower::unions::{FORMS, NAME};

/// The structure of a shape as text: what does not change the Rust type is left out, order does not count.
pub fn key(schema: &Value, constraints: bool) -> String {
    normal(schema, constraints, false).to_string()
}

fn normal(value: &Value, constraints: bool, names: bool) -> Value {
    const PROSE: &[&str] = &["description", "title", "default", "deprecated", "example", "nullable", NULLABLE, NAME];
    const OURS: &[&str] = &[
        "format",
        "x-not-blank",
        "x-date",
        "x-web-url",
        "x-public-address",
        "x-kinds",
        KNOWN,
        REQUIRED_WHEN,
        EXCLUDES,
        NOT_BEFORE,
        FORMS,
    ];
    let limits = |key: &str| LIMITS.contains(&key) || OURS.contains(&key);
    match value {
        Value::Object(object) => {
            let mut sorted: BTreeMap<&String, Value> = BTreeMap::new();
            for (key, value) in object {
                let skipped = !names && (PROSE.contains(&key.as_str()) || (!constraints && limits(key)));
                if !skipped {
                    sorted.insert(key, normal(value, constraints, !names && key == "properties"));
                }
            }
            sorted.into_iter().map(|(key, value)| (key.clone(), value)).collect::<Map<_, _>>().into()
        }
        Value::Array(list) => {
            let mut list: Vec<Value> = list.iter().map(|value| normal(value, constraints, false)).collect();
            list.sort_by_key(Value::to_string);
            Value::Array(list)
        }
        other => other.clone(),
    }
}

/// The shape as it looks when its constants are plain strings.
pub fn strings_for_constants(body: &Value) -> Value {
    let mut body = body.clone();
    if let Some(properties) = body.get_mut("properties").and_then(Value::as_object_mut) {
        for property in properties.values_mut().filter(|property| property.get(CONST).is_some()) {
            *property = json!({"type": "string"});
        }
    }
    body
}
