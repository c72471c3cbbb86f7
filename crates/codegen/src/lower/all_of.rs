//! `allOf` becomes one object that holds the members of all its parts.

use super::schema::{all_mut, components, ref_name};
use crate::error::Error;
use serde_json::{Map, Value};

/// Merges every `allOf`; returns how many.
///
/// # Errors
/// When a part names a schema that does not exist, or itself.
pub fn merge(doc: &mut Value) -> Result<usize, Error> {
    let source = components(doc);
    let mut count = 0;
    let mut failure = None;
    all_mut(doc, &mut |schema| {
        if schema.get("allOf").is_some() {
            match flatten(schema, &source, 0) {
                Ok(merged) => *schema = merged,
                Err(error) => failure = Some(error),
            }
            count += 1;
        }
    });
    failure.map_or(Ok(count), Err)
}

/// How deep parts may be in parts. One that leads back to itself has no end.
const DEPTH: usize = 64;

fn flatten(schema: &Value, source: &Map<String, Value>, depth: usize) -> Result<Value, Error> {
    if let Some(name) = ref_name(schema) {
        let target = source
            .get(name)
            .filter(|_| depth < DEPTH)
            .ok_or_else(|| Error::new("a part of an allOf cannot be resolved").found(name))?;
        return flatten(target, source, depth + 1);
    }
    let Some(object) = schema.as_object() else { return Ok(schema.clone()) };
    let mut merged = Map::new();
    for part in object.get("allOf").and_then(Value::as_array).into_iter().flatten() {
        absorb(&mut merged, flatten(part, source, depth + 1)?);
    }
    let mut own = object.clone();
    own.remove("allOf");
    absorb(&mut merged, Value::Object(own));
    Ok(Value::Object(merged))
}

/// Later parts refine earlier ones: members are merged, `required` adds up, anything else is replaced.
fn absorb(into: &mut Map<String, Value>, part: Value) {
    let Value::Object(part) = part else { return };
    for (key, value) in part {
        match (into.get_mut(&key), value) {
            (Some(Value::Object(old)), Value::Object(new)) => absorb(old, Value::Object(new)),
            (Some(Value::Array(old)), Value::Array(new)) if key == "required" => {
                for value in new {
                    if !old.contains(&value) {
                        old.push(value);
                    }
                }
            }
            (_, value) => {
                into.insert(key, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn parts_are_merged_and_later_ones_refine() {
        let mut doc = json!({"components": {"schemas": {
            "Base": {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]},
            "Both": {"allOf": [{"$ref": "#/components/schemas/Base"}, {"type": "object", "properties": {"a": {"maxLength": 3}, "b": {"type": "integer"}}, "required": ["b"]}]}
        }}});
        assert_eq!(merge(&mut doc).unwrap(), 1);
        assert_eq!(
            doc["components"]["schemas"]["Both"],
            json!({"type": "object", "properties": {"a": {"type": "string", "maxLength": 3}, "b": {"type": "integer"}}, "required": ["a", "b"]})
        );
    }
}
