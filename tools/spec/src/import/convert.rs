//! `to_3_0`: what newer documents write in the words of OpenAPI 3.1, in those of 3.0, as far as its meaning allows.
//!
//! The words are looked for in every document: vendors write them into 3.0 documents too. What cannot be said in 3.0 becomes wider,
//! never narrower, and each such place is noted.

use serde_json::{Map, Value, json};

use venice_ai_codegen::document::Place;

use crate::grammar::{self, Member, Node};

/// The version that a converted document has.
const VERSION: &str = "3.0.3";

/// Converts a document in place; returns a line for each place at which something could not be kept, or is said in newer words.
pub(super) fn to_3_0(doc: &mut Value) -> Vec<String> {
    let mut notes = Vec::new();
    let version = doc.get("openapi").and_then(Value::as_str).unwrap_or_default().to_owned();
    if version == "3.1" || version.starts_with("3.1.") {
        if let Some(members) = doc.as_object_mut() {
            members.insert("openapi".to_owned(), VERSION.into());
            members.remove("jsonSchemaDialect");
            if members.remove("webhooks").is_some() {
                notes.push("$.webhooks: left out".to_owned());
            }
            members.entry("paths").or_insert_with(|| json!({}));
        }
        notes.push(format!("$.openapi: {version} is read as 3.0"));
    }
    walk(Node::Document, doc, Place::Root, &mut notes);
    notes
}

fn walk(node: Node, value: &mut Value, place: Place<'_>, notes: &mut Vec<String>) {
    match node {
        Node::Schema => schema(value, place, notes),
        Node::Response => {
            let has = |key: &str| value.get(key).is_some_and(Value::is_string);
            if value.is_object() && !has("description") && !has("$ref") {
                notes.push(format!("{place}: the response has no description"));
            }
        }
        Node::Parameter if value.get("style").is_some_and(|style| style == "deepObject") => {
            notes.push(format!("{place}: a parameter of style deepObject is not sent"));
        }
        _ => {}
    }
    let Some(members) = value.as_object_mut() else { return };
    for (key, value) in members {
        let place = place.key(key);
        match (grammar::member(node, key), value) {
            (Member::One(node), value) => walk(node, value, place, notes),
            (Member::List(node), Value::Array(items)) => {
                items.iter_mut().enumerate().for_each(|(index, item)| walk(node, item, place.index(index), notes));
            }
            (Member::Map(node), Value::Object(named)) => {
                named.iter_mut().for_each(|(name, value)| walk(node, value, place.key(name), notes));
            }
            _ => {}
        }
    }
}

fn schema(value: &mut Value, place: Place<'_>, notes: &mut Vec<String>) {
    // The schema that anything, or nothing, fits.
    let Some(object) = value.as_object_mut() else { return };
    if let Some(Value::Array(kinds)) = object.get("type").cloned() {
        types(object, kinds);
        notes.push(format!("{place}: a list of types"));
    }
    if let Some(only) = object.shift_remove("const") {
        if let (Some(kind), false) = (kind(&only), object.contains_key("type")) {
            object.insert("type".to_owned(), kind.into());
        }
        object.insert("enum".to_owned(), json!([only]));
        notes.push(format!("{place}: `const` is read as an enum of one value"));
    }
    if object.shift_remove("prefixItems").is_some() {
        object.insert("items".to_owned(), json!({}));
        notes.push(format!("{place}: the items of `prefixItems` are read as values of any kind"));
    }
    for (exclusive, limit) in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")] {
        if let Some(number) = object.get(exclusive).filter(|number| number.is_number()).cloned() {
            let (own, other) = (number.as_f64(), object.get(limit).and_then(Value::as_f64));
            // Of two limits the narrower one holds.
            let inside = match (own, other) {
                (Some(own), Some(other)) if limit == "minimum" => own >= other,
                (Some(own), Some(other)) => own <= other,
                _ => true,
            };
            if inside {
                object.insert(limit.to_owned(), number);
                object.insert(exclusive.to_owned(), true.into());
            } else {
                object.shift_remove(exclusive);
            }
            notes.push(format!("{place}: `{exclusive}` is a number"));
        }
    }
    if object.get("contentMediaType").is_some_and(|media| media == "application/octet-stream")
        && !object.contains_key("contentEncoding")
    {
        object.shift_remove("contentMediaType");
        object.insert("format".to_owned(), "binary".into());
    }
    let mut kinds: Vec<&str> =
        object.get("enum").and_then(Value::as_array).into_iter().flatten().filter_map(kind).collect();
    kinds.dedup();
    if kinds.len() > 1 && !object.contains_key("type") {
        notes.push(format!("{place}: an enum with values of several types is read as a value of any kind"));
    }
}

/// `[string, "null"]` is a nullable string, `[string, integer]` a union.
fn types(object: &mut Map<String, Value>, mut kinds: Vec<Value>) {
    let all = kinds.len();
    kinds.retain(|kind| kind != "null");
    if kinds.len() < all {
        object.insert("nullable".to_owned(), true.into());
    }
    match kinds.as_slice() {
        [only] => drop(object.insert("type".to_owned(), only.clone())),
        [] => drop(object.shift_remove("type")),
        several => {
            let arms: Vec<Value> = several.iter().map(|kind| json!({"type": kind})).collect();
            object.shift_remove("type");
            // Beside other alternatives it would be one more condition, which no reader of 3.0 documents expects.
            if !object.contains_key("anyOf") && !object.contains_key("oneOf") {
                let mut arms = arms;
                for arm in &mut arms {
                    let own: &[&str] = match arm["type"].as_str() {
                        Some("array") => &["items", "minItems", "maxItems", "uniqueItems"],
                        Some("object") => &["properties", "required", "additionalProperties"],
                        Some("string") => &["minLength", "maxLength", "pattern", "format"],
                        _ => &[],
                    };
                    for key in own {
                        if let Some(value) = object.shift_remove(*key) {
                            arm[*key] = value;
                        }
                    }
                }
                object.insert("anyOf".to_owned(), arms.into());
            }
        }
    }
}

fn kind(value: &Value) -> Option<&'static str> {
    match value {
        Value::Null => None,
        Value::Bool(_) => Some("boolean"),
        Value::Number(number) => Some(if number.is_f64() { "number" } else { "integer" }),
        Value::String(_) => Some("string"),
        Value::Array(_) => Some("array"),
        Value::Object(_) => Some("object"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn converted(schema: Value) -> (Value, Vec<String>) {
        let mut doc = json!({"openapi": "3.0.0", "components": {"schemas": {"A": schema}}});
        let notes = to_3_0(&mut doc);
        (doc["components"]["schemas"]["A"].clone(), notes)
    }

    #[test]
    fn words_of_3_1_become_words_of_3_0() {
        for (newer, older) in [
            (json!({"type": ["string", "null"]}), json!({"type": "string", "nullable": true})),
            (
                json!({"type": ["string", "integer"], "maxLength": 3}),
                json!({"anyOf": [{"type": "string", "maxLength": 3}, {"type": "integer"}]}),
            ),
            (json!({"const": "a"}), json!({"type": "string", "enum": ["a"]})),
            (json!({"type": "integer", "const": 5}), json!({"type": "integer", "enum": [5]})),
            (json!({"type": "array", "prefixItems": [{"type": "string"}]}), json!({"type": "array", "items": {}})),
            (json!({"exclusiveMinimum": 2}), json!({"exclusiveMinimum": true, "minimum": 2})),
            (json!({"exclusiveMaximum": 9, "maximum": 5}), json!({"maximum": 5})),
            (json!({"exclusiveMaximum": 5, "maximum": 5}), json!({"exclusiveMaximum": true, "maximum": 5})),
        ] {
            let (found, notes) = converted(newer.clone());
            assert_eq!((&found, notes.len()), (&older, 1), "{newer}");
            assert!(notes[0].starts_with("$.components.schemas.A: "), "{notes:?}");
            assert_eq!(converted(older.clone()), (older, Vec::new()), "nothing is left to convert");
        }
    }

    #[test]
    fn a_binary_string_is_a_file() {
        let newer = json!({"type": "string", "contentMediaType": "application/octet-stream"});
        assert_eq!(converted(newer).0, json!({"type": "string", "format": "binary"}));
    }

    #[test]
    fn what_keeps_its_form_and_loses_meaning_is_noted() {
        let (same, notes) = converted(json!({"enum": ["a", 1]}));
        assert_eq!(same, json!({"enum": ["a", 1]}));
        assert!(notes[0].contains("several types"), "{notes:?}");
        let mut doc = json!({"openapi": "3.1.0", "webhooks": {}, "paths": {"/a": {"get": {
            "parameters": [{"in": "query", "name": "filter", "style": "deepObject"}], "responses": {"200": {}}
        }}}});
        let notes = to_3_0(&mut doc).join("\n");
        for expected in
            ["$.webhooks", "3.1.0 is read as 3.0", "deepObject", "responses['200']: the response has no description"]
        {
            assert!(notes.contains(expected), "{expected}: {notes}");
        }
        assert_eq!(doc["openapi"], VERSION);
    }

    #[test]
    fn a_field_that_is_called_like_a_keyword_is_left_alone() {
        let schema = json!({"type": "object", "properties": {"const": {"type": "string"}, "type": {"type": "string"}}});
        assert_eq!(converted(schema.clone()), (schema, Vec::new()));
    }
}
