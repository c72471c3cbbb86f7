//! `anyOf` and `oneOf` as Rust can tell them apart: one scalar, one open enum, one merged object, or a union of distinct arms.
//!
//! What is left as `oneOf` afterwards is a real union: its arms differ in their JSON kind, or are objects that carry a constant
//! under one name (`type`, `role`), which is written to `x-tag`.

use super::schema::{all_mut, components, constant, is_struct, ref_name, resolve, string_enum, type_of};
use serde_json::{Map, Value, json};

/// The name of the field that distinguishes the arms of a union.
pub const TAG: &str = "x-tag";
/// The extension by which the overlay names a type.
pub const NAME: &str = "x-rust-name";
/// The alternatives of a string that may take several forms, each an enum or a pattern.
pub const FORMS: &str = "x-forms";

/// Simplifies every union; returns how many.
pub fn simplify(doc: &mut Value) -> usize {
    let source = components(doc);
    let mut count = 0;
    all_mut(doc, &mut |schema| {
        if schema.get("anyOf").is_some() || schema.get("oneOf").is_some() {
            simplify_one(schema, &source);
            count += 1;
        }
    });
    count
}

fn simplify_one(schema: &mut Value, source: &Map<String, Value>) {
    let Some(object) = schema.as_object_mut() else { return };
    let mut arms = Vec::new();
    for key in ["anyOf", "oneOf"] {
        for arm in object.remove(key).as_ref().and_then(Value::as_array).into_iter().flatten() {
            flatten(arm, &mut arms);
        }
    }
    let nullable = arms.iter().any(|arm| arm.get("nullable") == Some(&Value::Bool(true)));
    if nullable {
        object.insert("nullable".into(), Value::Bool(true));
    }
    let mut arms = merge_strings(arms);
    merge_numbers(&mut arms);
    let mut tag = None;
    let objects = arms.iter().filter(|arm| is_struct(resolve(arm, source))).count();
    if objects > 1 {
        tag = find_tag(&arms, source);
        arms = match &tag {
            Some(tag) => drop_generic(arms, tag, source),
            None => merge_objects(arms, source),
        };
    }
    merge_arrays(&mut arms, source);
    match arms.as_slice() {
        [] => {}
        [only] => {
            // The outer keywords (nullable, deprecated, a default) win over those of the arm.
            if let Value::Object(arm) = only.clone() {
                for (key, value) in arm {
                    object.entry(key).or_insert(value);
                }
            }
        }
        _ => {
            object.remove("type");
            if let Some(tag) = tag {
                object.insert(TAG.into(), Value::String(tag));
            }
            object.insert("oneOf".into(), Value::Array(arms));
        }
    }
}

/// Nested unions add their arms; equal arms count once.
fn flatten(arm: &Value, arms: &mut Vec<Value>) {
    let nested = ["anyOf", "oneOf"].iter().filter_map(|key| arm.get(*key)?.as_array()).flatten();
    let mut any = false;
    for inner in nested {
        flatten(inner, arms);
        any = true;
    }
    if !any && !arms.contains(arm) {
        arms.push(arm.clone());
    }
}

/// All string arms become one: an open enum when any value is listed, else a string that takes several forms.
fn merge_strings(arms: Vec<Value>) -> Vec<Value> {
    let (strings, mut rest): (Vec<Value>, Vec<Value>) =
        arms.into_iter().partition(|arm| type_of(arm) == Some("string"));
    let mut merged = Map::new();
    match strings.as_slice() {
        [] => return rest,
        [only] => {
            rest.insert(0, only.clone());
            return rest;
        }
        several => {
            let free = several.iter().any(|arm| arm.get("enum").is_none() && arm.get("pattern").is_none());
            let patterned = several.iter().any(|arm| arm.get("pattern").is_some());
            merged.insert("type".into(), "string".into());
            if patterned && !free {
                let forms = several.iter().map(|arm| match (arm.get("enum"), arm.get("pattern")) {
                    (Some(values), _) => json!({"enum": values}),
                    (None, pattern) => json!({"pattern": pattern}),
                });
                merged.insert(FORMS.into(), forms.collect());
            } else if !patterned {
                let mut values: Vec<&Value> = Vec::new();
                for value in several.iter().filter_map(|arm| arm.get("enum")?.as_array()).flatten() {
                    if !values.contains(&value) {
                        values.push(value);
                    }
                }
                if !values.is_empty() {
                    merged.insert("enum".into(), values.into_iter().cloned().collect());
                }
            }
            if let Some(name) = several.iter().find_map(|arm| arm.get(NAME)) {
                merged.insert(NAME.into(), name.clone());
            }
        }
    }
    rest.insert(0, Value::Object(merged));
    rest
}

/// An integer beside a number is a number.
fn merge_numbers(arms: &mut Vec<Value>) {
    if arms.iter().any(|arm| type_of(arm) == Some("number")) {
        arms.retain(|arm| type_of(arm) != Some("integer"));
    }
    let mut seen = false;
    arms.retain(|arm| {
        let number = matches!(type_of(arm), Some("number" | "integer"));
        let keep = !number || !seen;
        seen |= number;
        keep
    });
}

/// Two arms that are both arrays cannot be distinguished: they become one array whose items are a union.
fn merge_arrays(arms: &mut Vec<Value>, source: &Map<String, Value>) {
    let is_array = |arm: &Value| type_of(arm) == Some("array");
    if arms.iter().filter(|arm| is_array(arm)).count() < 2 {
        return;
    }
    let mut items: Vec<Value> = Vec::new();
    for item in arms.iter().filter(|arm| is_array(arm)).filter_map(|arm| arm.get("items")) {
        if !items.contains(item) {
            items.push(item.clone());
        }
    }
    let items = match items.as_slice() {
        [only] => only.clone(),
        several if several.iter().any(|item| kind(item, source) == "any") => json!({}),
        several => {
            let mut union = json!({"anyOf": several});
            simplify_one(&mut union, source);
            union
        }
    };
    let mut merged = json!({"type": "array", "items": items});
    for (key, widest) in [("minItems", u64::min as fn(u64, u64) -> u64), ("maxItems", u64::max)] {
        let bounds: Option<Vec<u64>> =
            arms.iter().filter(|arm| is_array(arm)).map(|arm| arm.get(key)?.as_u64()).collect();
        if let Some(bound) = bounds.and_then(|bounds| bounds.into_iter().reduce(widest)) {
            merged[key] = bound.into();
        }
    }
    arms.retain(|arm| !is_array(arm));
    arms.push(merged);
}

/// The member that is a different constant in every object arm but at most one.
fn find_tag(arms: &[Value], source: &Map<String, Value>) -> Option<String> {
    let objects: Vec<&Value> = arms.iter().map(|arm| resolve(arm, source)).filter(|arm| is_struct(arm)).collect();
    let candidates = objects.iter().filter_map(|arm| arm.get("properties")?.as_object()).flat_map(Map::keys);
    let mut names: Vec<&String> = Vec::new();
    for name in candidates {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names.into_iter().find_map(|name| {
        let mut values: Vec<&str> = objects.iter().filter_map(|arm| constant(arm, name)).collect();
        let tagged = values.len();
        values.sort_unstable();
        values.dedup();
        (values.len() == tagged && tagged > 1 && tagged + 1 >= objects.len()).then(|| name.clone())
    })
}

/// An arm that is nothing but the tag as a free string is what the arm for unknown members is for.
fn drop_generic(arms: Vec<Value>, tag: &str, source: &Map<String, Value>) -> Vec<Value> {
    let generic = |arm: &Value| {
        let arm = resolve(arm, source);
        let properties = arm.get("properties").and_then(Value::as_object);
        properties.is_some_and(|properties| properties.len() == 1 && properties.contains_key(tag))
            && constant(arm, tag).is_none()
    };
    arms.into_iter().filter(|arm| !generic(arm)).collect()
}

/// Objects without a tag become one object that holds the members of all, each optional unless all require it.
///
/// Members that the arms type differently are merged in turn: as a union, or as free JSON where that says nothing.
fn merge_objects(arms: Vec<Value>, source: &Map<String, Value>) -> Vec<Value> {
    let (objects, mut rest): (Vec<Value>, Vec<Value>) =
        arms.into_iter().partition(|arm| is_struct(resolve(arm, source)));
    let objects: Vec<&Value> = objects.iter().map(|arm| resolve(arm, source)).collect();
    let mut properties: Map<String, Value> = Map::new();
    for (name, property) in objects.iter().filter_map(|arm| arm.get("properties")?.as_object()).flatten() {
        match properties.get_mut(name) {
            Some(known) if bare(known) != bare(property) => {
                let mut both = json!({"anyOf": [known.clone(), property.clone()]});
                simplify_one(&mut both, source);
                *known = both;
            }
            Some(_) => {}
            None => {
                properties.insert(name.clone(), property.clone());
            }
        }
    }
    let required: Vec<Value> = properties
        .keys()
        .filter(|name| objects.iter().all(|arm| super::schema::is_required(arm, name)))
        .map(|name| Value::String(name.clone()))
        .collect();
    let mut merged = json!({"type": "object", "properties": properties});
    if let Some(merged) = merged.as_object_mut()
        && !required.is_empty()
    {
        merged.insert("required".into(), Value::Array(required));
    }
    rest.insert(0, merged);
    rest
}

/// The schema without what does not change its type in Rust.
pub fn bare(schema: &Value) -> Value {
    let mut schema = schema.clone();
    if let Some(object) = schema.as_object_mut() {
        for key in [
            "description",
            "title",
            "default",
            "deprecated",
            "nullable",
            "minimum",
            "maximum",
            "minLength",
            "maxLength",
            "pattern",
        ] {
            object.remove(key);
        }
    }
    schema
}

/// The kind of JSON that a schema describes, by which arms of a union are distinguished.
pub fn kind<'a>(arm: &'a Value, source: &'a Map<String, Value>) -> &'static str {
    let arm = resolve(arm, source);
    match type_of(arm) {
        Some("string") => "string",
        Some("integer") => "integer",
        Some("number") => "number",
        Some("boolean") => "boolean",
        Some("array") => "array",
        _ if string_enum(arm).is_some() => "string",
        _ if ref_name(arm).is_some()
            || arm.get("properties").is_some()
            || arm.get("additionalProperties").is_some() =>
        {
            "object"
        }
        Some("object") => "object",
        _ => "any",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(schema: Value) -> Value {
        let mut doc = json!({"components": {"schemas": {"A": schema}}});
        assert!(simplify(&mut doc) > 0);
        doc["components"]["schemas"]["A"].clone()
    }

    #[test]
    fn enums_and_free_strings_become_one_open_enum() {
        let merged = run(
            json!({"anyOf": [{"type": "string", "enum": ["a", "b"]}, {"type": "string", "enum": ["b", "c"]}, {"type": "string"}]}),
        );
        assert_eq!(merged, json!({"type": "string", "enum": ["a", "b", "c"]}));
    }

    #[test]
    fn a_string_in_several_forms_keeps_its_forms() {
        let merged = run(json!({"anyOf": [{"type": "string", "enum": [""]}, {"type": "string", "pattern": "^a$"}]}));
        assert_eq!(merged, json!({"type": "string", "x-forms": [{"enum": [""]}, {"pattern": "^a$"}]}));
    }

    #[test]
    fn objects_with_a_constant_are_a_tagged_union() {
        let arm = |value: &str| json!({"type": "object", "required": ["type"], "properties": {"type": {"type": "string", "enum": [value]}, "x": {}}});
        let generic = json!({"type": "object", "required": ["type"], "properties": {"type": {"type": "string"}}});
        let merged = run(json!({"anyOf": [arm("a"), arm("b"), generic]}));
        assert_eq!(merged["x-tag"], "type");
        assert_eq!(merged["oneOf"].as_array().unwrap().len(), 2);
    }

    #[test]
    fn objects_without_a_constant_become_one_object() {
        let merged = run(json!({"anyOf": [
            {"type": "object", "required": ["a", "b"], "properties": {"a": {"type": "string"}, "b": {"type": "string"}}},
            {"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}, "c": {"type": "string"}}}
        ]}));
        assert_eq!(merged["required"], json!(["a"]));
        assert_eq!(merged["properties"].as_object().unwrap().len(), 3);
    }

    #[test]
    fn lists_of_different_items_become_one_list_of_a_union() {
        let list =
            |kind: &str, most: u64| json!({"type": "array", "items": {"type": kind}, "minItems": 1, "maxItems": most});
        let merged = run(json!({"oneOf": [{"type": "string"}, list("string", 4), list("integer", 8)]}));
        let items = json!({"oneOf": [{"type": "string"}, {"type": "integer"}]});
        assert_eq!(
            merged,
            json!({"oneOf": [{"type": "string"}, {"type": "array", "items": items, "minItems": 1, "maxItems": 8}]})
        );
    }

    #[test]
    fn a_list_of_anything_takes_any_list() {
        let merged =
            run(json!({"anyOf": [{"type": "array", "items": {"type": "string"}}, {"type": "array", "items": {}}]}));
        assert_eq!(merged, json!({"type": "array", "items": {}}));
    }

    #[test]
    fn an_integer_beside_a_number_is_a_number() {
        assert_eq!(run(json!({"anyOf": [{"type": "integer"}, {"type": "number"}]})), json!({"type": "number"}));
    }

    #[test]
    fn unions_in_unions_are_one() {
        let inner = json!({"oneOf": [{"type": "string"}, {"type": "boolean"}]});
        let merged = run(json!({"anyOf": [inner, {"type": "boolean"}, {"type": "number"}]}));
        assert_eq!(merged, json!({"oneOf": [{"type": "string"}, {"type": "boolean"}, {"type": "number"}]}));
    }

    #[test]
    fn members_that_the_arms_type_differently_are_unions_in_turn() {
        let arm = |kind: &str| json!({"type": "object", "required": ["a"], "properties": {"a": {"type": kind}}});
        let merged = run(json!({"anyOf": [arm("string"), arm("number")]}));
        assert_eq!(merged["properties"]["a"], json!({"oneOf": [{"type": "string"}, {"type": "number"}]}));
        assert_eq!(merged["required"], json!(["a"]));
    }

    #[test]
    fn an_outer_nullable_survives_a_single_arm() {
        assert_eq!(
            run(json!({"anyOf": [{"type": "number"}], "nullable": true})),
            json!({"nullable": true, "type": "number"})
        );
    }
}
