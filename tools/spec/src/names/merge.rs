//! `merge`: one shape for two that have one name, when what they say can be said by one.

use serde_json::{Value, json};
use venice_ai_codegen::lower::hoist::loosen;
use venice_ai_codegen::lower::schema::{is_required, string_enum};

use super::key::key;

/// The share of fields or values that two shapes must have in common to be merged.
const COMMON: f64 = 0.5;

/// A shape for both: an enum with the values of both, if one has those of the other or they have enough in common; a struct with the
/// fields of both, if they have enough in common, what they share is of one type, and what only one of them has is optional.
pub fn merge(one: &Value, other: &Value) -> Option<Value> {
    match (string_enum(one), string_enum(other)) {
        (Some(values), Some(more)) => {
            let more: Vec<&str> = more.into_iter().filter(|value| !values.contains(value)).collect();
            let common = string_enum(other)?.len() - more.len();
            let is_part = more.is_empty() || common == values.len();
            let all: Vec<&str> = values.iter().copied().chain(more).collect();
            (is_part || common as f64 >= COMMON * all.len() as f64).then(|| {
                let mut merged = one.clone();
                merged["enum"] = json!(all);
                merged
            })
        }
        _ => structs(one, other),
    }
}

fn structs(one: &Value, other: &Value) -> Option<Value> {
    let fields = |shape: &'_ Value| shape.get("properties").and_then(Value::as_object).cloned();
    let (mut all, more) = (fields(one)?, fields(other)?);
    let common = more.keys().filter(|name| all.contains_key(*name)).count();
    let optional = |name: &String| !is_required(one, name) && !is_required(other, name);
    for (name, field) in &more {
        match all.get_mut(name) {
            Some(known) => {
                if is_required(one, name) != is_required(other, name) || key(known, false) != key(field, false) {
                    return None;
                }
                if key(known, true) != key(field, true) {
                    loosen(known, field);
                }
            }
            None if optional(name) => drop(all.insert(name.clone(), field.clone())),
            None => return None,
        }
    }
    let gone = all.keys().filter(|name| !more.contains_key(*name));
    if !gone.clone().all(optional) || (common as f64) < COMMON * all.len() as f64 {
        return None;
    }
    let mut merged = one.clone();
    merged["properties"] = Value::Object(all);
    if let Some(open) = other.get("additionalProperties") {
        merged["additionalProperties"] = open.clone();
    }
    Some(merged)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_enum_has_the_values_of_both_unless_they_are_strangers() {
        let choice = |values: &[&str]| json!({"type": "string", "enum": values});
        assert_eq!(merge(&choice(&["a", "b"]), &choice(&["b", "a", "c"])), Some(choice(&["a", "b", "c"])));
        assert_eq!(merge(&choice(&["a", "b"]), &choice(&["c", "d"])), None);
        let many = choice(&["a", "b", "c", "d", "e"]);
        assert_eq!(
            merge(&choice(&["b", "c"]), &many),
            Some(choice(&["b", "c", "a", "d", "e"])),
            "one is a part of the other"
        );
        assert_eq!(merge(&many, &choice(&["b", "c"])), Some(many));
    }

    #[test]
    fn a_struct_has_the_fields_of_both_and_only_the_limits_of_both() {
        let shape = |fields: Value| json!({"type": "object", "properties": fields, "required": ["a"]});
        let one = shape(json!({"a": {"type": "string", "maxLength": 5, "minLength": 1}, "b": {"type": "string"}}));
        let other = shape(
            json!({"a": {"type": "string", "maxLength": 9, "minLength": 1}, "c": {"type": "integer"}, "b": {"type": "string"}}),
        );
        let merged =
            shape(json!({"a": {"type": "string", "minLength": 1}, "b": {"type": "string"}, "c": {"type": "integer"}}));
        assert_eq!(merge(&one, &other), Some(merged));
    }

    #[test]
    fn structs_of_other_types_or_required_fields_stay_apart() {
        let one = json!({"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "string"}}, "required": ["a"]});
        let with = |from: &str, to: &str| serde_json::from_str::<Value>(&one.to_string().replace(from, to)).unwrap();
        assert_eq!(merge(&one, &with(r#""b":{"type":"string"}"#, r#""b":{"type":"integer"}"#)), None);
        assert_eq!(merge(&one, &with(r#"["a"]"#, r#"["a","b"]"#)), None);
        assert_eq!(merge(&one, &json!({"type": "string", "enum": ["a", "b"]})), None);
    }
}
