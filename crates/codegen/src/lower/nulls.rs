//! Null stand-ins: `{nullable: true, title: "null"}` as a branch of a union, and null in an enum, become `nullable`; so does a reference to
//! a component that is.

use super::schema::{all_mut, ref_name};
use serde_json::Value;
use std::collections::BTreeSet;

/// Collapses every null stand-in; returns how many unions and enums changed.
pub fn collapse(doc: &mut Value) -> usize {
    let mut count = 0;
    all_mut(doc, &mut |schema| {
        for key in ["anyOf", "oneOf"] {
            count += usize::from(collapse_union(schema, key));
        }
        count += usize::from(collapse_enum(schema));
    });
    count
}

/// A reference to a component that may be null may be null; returns how many there are.
pub fn spread(doc: &mut Value) -> usize {
    let schemas = doc.pointer("/components/schemas").and_then(Value::as_object).into_iter().flatten();
    let may_be_null = |schema: &Value| schema.get("nullable") == Some(&Value::Bool(true));
    let names: BTreeSet<String> =
        schemas.filter(|(_, schema)| may_be_null(schema)).map(|(name, _)| name.clone()).collect();
    let mut count = 0;
    all_mut(doc, &mut |schema| {
        if ref_name(schema).is_some_and(|name| names.contains(name)) && !may_be_null(schema) {
            schema["nullable"] = true.into();
            count += 1;
        }
    });
    count
}

fn collapse_union(schema: &mut Value, key: &str) -> bool {
    let Some(object) = schema.as_object_mut() else { return false };
    let Some(members) = object.get_mut(key).and_then(Value::as_array_mut) else { return false };
    let before = members.len();
    members.retain(|member| !is_null(member));
    if members.len() == before {
        return false;
    }
    if members.is_empty() {
        // A union of nothing but nulls is a value of any kind.
        object.remove(key);
    }
    object.insert("nullable".into(), Value::Bool(true));
    true
}

/// A schema that says nothing but "null".
fn is_null(schema: &Value) -> bool {
    let Some(object) = schema.as_object() else { return false };
    if object.get("type").and_then(Value::as_str) == Some("null") {
        return true;
    }
    if object
        .get("enum")
        .and_then(Value::as_array)
        .is_some_and(|values| values.iter().all(Value::is_null) && !values.is_empty())
    {
        return true;
    }
    object.get("nullable") == Some(&Value::Bool(true))
        && object.keys().all(|key| matches!(key.as_str(), "nullable" | "title" | "description"))
}

fn collapse_enum(schema: &mut Value) -> bool {
    let Some(values) = schema.get_mut("enum").and_then(Value::as_array_mut) else { return false };
    let before = values.len();
    values.retain(|value| !value.is_null());
    let changed = values.len() != before;
    if changed && let Some(object) = schema.as_object_mut() {
        object.insert("nullable".into(), Value::Bool(true));
    }
    changed
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn doubled_null_branches_become_nullable() {
        let mut doc = json!({"components": {"schemas": {"A": {"anyOf": [
            {"type": "number"}, {"nullable": true, "title": "null"}, {"nullable": true, "title": "null"}
        ]}}}});
        assert_eq!(collapse(&mut doc), 1);
        assert_eq!(doc["components"]["schemas"]["A"], json!({"anyOf": [{"type": "number"}], "nullable": true}));
    }

    #[test]
    fn a_reference_to_what_may_be_null_may_be_null() {
        let (to_a, to_b) = (json!({"$ref": "#/components/schemas/A"}), json!({"$ref": "#/components/schemas/B"}));
        let a = json!({"type": "string", "nullable": true});
        let b = json!({"type": "object", "properties": {"a": to_a, "b": to_b}});
        let mut doc = json!({"components": {"schemas": {"A": a, "B": b}}});
        assert_eq!((spread(&mut doc), spread(&mut doc)), (1, 0));
        let fields = &doc["components"]["schemas"]["B"]["properties"];
        assert_eq!(fields["a"], json!({"$ref": "#/components/schemas/A", "nullable": true}));
        assert_eq!(fields["b"], to_b);
    }

    #[test]
    fn null_in_an_enum_becomes_nullable() {
        let mut doc = json!({"components": {"schemas": {"A": {"type": "string", "enum": ["a", null]}}}});
        assert_eq!(collapse(&mut doc), 1);
        assert_eq!(doc["components"]["schemas"]["A"], json!({"type": "string", "enum": ["a"], "nullable": true}));
    }
}
