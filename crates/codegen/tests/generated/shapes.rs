//! The same shape is one type: recomputed from the model, without the pass that shares them.

use crate::{none, spec};
use std::collections::BTreeMap;
use venice_ai_codegen::Value;
use venice_ai_codegen::model::{Kind, Model, Type};

/// What does not make another type in Rust.
const WORDS: &[&str] =
    &["description", "title", "default", "deprecated", "example", "x-enum-descriptions", "x-rust-name"];
/// What makes another type only where it is checked, in requests.
const LIMITS: &[&str] = &[
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "minLength",
    "maxLength",
    "pattern",
    "minItems",
    "maxItems",
    "multipleOf",
    "uniqueItems",
    "minProperties",
    "maxProperties",
    "format",
    "enum",
    "x-forms",
    "x-not-blank",
    "x-date",
    "x-web-url",
    "x-public-address",
    "x-required-when",
    "x-excludes",
    "x-not-before",
    "x-kinds",
    "x-known",
];

fn plain(schema: &Value, limits: bool) -> String {
    match schema {
        Value::Object(object) => {
            let members: BTreeMap<&String, String> = object
                .iter()
                .filter(|(key, _)| !WORDS.contains(&key.as_str()) && (limits || !LIMITS.contains(&key.as_str())))
                .map(|(key, value)| (key, plain(value, limits)))
                .collect();
            format!("{members:?}")
        }
        Value::Array(list) => format!("{:?}", list.iter().map(|value| plain(value, limits)).collect::<Vec<_>>()),
        other => other.to_string(),
    }
}

fn shape(kind: &Type, limits: bool) -> String {
    match &kind.kind {
        Kind::Enum(values) => {
            let mut wires: Vec<_> = values.iter().map(|value| &value.wire).collect();
            wires.sort();
            format!("enum {wires:?}")
        }
        Kind::Struct(object) => {
            let mut members: Vec<_> = object
                .fields
                .iter()
                .map(|field| format!("{} {} {}", field.wire, field.required, plain(&field.schema, limits)))
                .collect();
            members.sort();
            format!("struct {members:?} {:?} {} {}", object.constants, object.open, object.query)
        }
        Kind::Union(union) => {
            let mut arms: Vec<_> = union
                .arms
                .iter()
                .map(|arm| format!("{} {:?} {}", arm.name, arm.tag, plain(&arm.schema, limits)))
                .collect();
            arms.sort();
            format!("union {:?} {arms:?}", union.tag)
        }
    }
}

/// Types of one shape. Two request types may differ in their limits alone.
fn doubles(model: &Model) -> Vec<String> {
    let mut found = Vec::new();
    let types: Vec<_> = model.types.iter().map(|(name, kind)| (name, kind, shape(kind, false))).collect();
    for (index, (name, kind, form)) in types.iter().enumerate() {
        for (other, second, _) in types[index + 1..].iter().filter(|(_, _, other)| other == form) {
            let limits_differ = kind.in_request && second.in_request && shape(kind, true) != shape(second, true);
            if !limits_differ {
                found.push(format!("{name} and {other} are the same"));
            }
        }
    }
    found
}

#[test]
fn the_same_shape_is_one_type() {
    let model = &spec::generated().model;
    println!("{} types compared", model.types.len());
    assert!(model.types.len() > 100, "the model was not read");
    none("shapes", &doubles(model));
}

#[test]
fn the_rule_finds_doubles() {
    let schemas = serde_json::json!({
        "One": {"type": "string", "enum": ["a", "b"]}, "Two": {"type": "string", "enum": ["b", "a"]}, "Three": {"type": "string", "enum": ["a"]},
        "Four": {"type": "object", "properties": {"x": {"type": "string", "maxLength": 3}}}, "Five": {"type": "object", "properties": {"x": {"type": "string", "default": "z"}}},
    });
    let model =
        Model::read(&serde_json::json!({"info": {"version": "1"}, "paths": {}, "components": {"schemas": schemas}}));
    assert_eq!(doubles(&model), ["Five and Four are the same", "One and Two are the same"]);
}
