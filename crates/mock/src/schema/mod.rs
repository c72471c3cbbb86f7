//! `Schemas`: the schemas of an OpenAPI document, and JSON values compared with them.
//!
//! The mock checks requests with it, and `venice-contract` checks replies. It is not part of the public API of this crate.

mod compare;

use serde_json::Value;

pub use compare::{Difference, Judge, Others, Step};

/// References that lead to references; more than that is a circle.
const LONGEST_CHAIN: usize = 8;

/// The keywords whose schemas are alternatives.
const UNIONS: [&str; 2] = ["anyOf", "oneOf"];

/// The schemas of a document.
#[derive(Clone, Copy, Debug)]
pub struct Schemas<'a>(pub &'a Value);

impl<'a> Schemas<'a> {
    /// A schema, or what it refers to; so with parameters and replies.
    #[must_use]
    pub fn resolved(self, mut schema: &'a Value) -> &'a Value {
        for _ in 0..LONGEST_CHAIN {
            let Some(reference) = schema["$ref"].as_str() else { break };
            let Some(target) = self.0.pointer(reference.trim_start_matches('#')) else { break };
            schema = target;
        }
        schema
    }

    /// The schemas that a value may or has to fit, where a schema is made of others; else the schema itself.
    #[must_use]
    pub fn alternatives(self, schema: &'a Value) -> Vec<&'a Value> {
        let schema = self.resolved(schema);
        let parts = ["anyOf", "oneOf", "allOf"].into_iter().flat_map(|keyword| items(schema, keyword));
        let mut found: Vec<_> = parts.flat_map(|part| self.alternatives(part)).collect();
        if found.is_empty() || schema.get("properties").is_some() {
            found.push(schema);
        }
        found
    }

    /// The schema of a field of an object.
    #[must_use]
    pub fn property(self, schema: &'a Value, name: &str) -> Option<&'a Value> {
        self.alternatives(schema).into_iter().find_map(|part| part["properties"].get(name))
    }

    /// Whether a value of this JSON type may fit.
    #[must_use]
    pub fn may_be(self, schema: &'a Value, kind: &str) -> bool {
        self.alternatives(schema).iter().any(|part| part["type"] == kind)
    }

    /// Whether null fits. `nullable` beside `allOf` counts as it does for the generated types, though its parts may not be nullable.
    #[must_use]
    pub fn may_be_null(self, schema: &'a Value) -> bool {
        let schema = self.resolved(schema);
        let says_something = ["type", "enum", "anyOf", "oneOf", "allOf", "properties"];
        let mut parts = items(schema, "allOf").peekable();
        schema["nullable"] == true
            || !says_something.iter().any(|keyword| schema.get(keyword).is_some())
            || items(schema, "enum").any(Value::is_null)
            || UNIONS.iter().any(|keyword| items(schema, keyword).any(|part| self.may_be_null(part)))
            || (schema.get("type").is_none() && parts.peek().is_some() && parts.all(|part| self.may_be_null(part)))
    }

    /// The JSON types that a schema takes, in its order.
    #[must_use]
    pub fn kinds(self, schema: &'a Value) -> Vec<&'a str> {
        let schema = self.resolved(schema);
        let parts = ["anyOf", "oneOf", "allOf"].into_iter().flat_map(|keyword| items(schema, keyword));
        let mut kinds: Vec<&str> = kind_of_schema(schema).into_iter().collect();
        for kind in parts.flat_map(|part| self.kinds(part)) {
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
        kinds
    }
}

fn items<'a>(schema: &'a Value, keyword: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
    schema[keyword].as_array().into_iter().flatten()
}

/// What a schema says by itself of the type; a list of values says it too.
fn kind_of_schema(schema: &Value) -> Option<&str> {
    let listed = || schema["enum"].as_array()?.iter().find(|value| !value.is_null()).map(kind_of);
    schema["type"].as_str().or_else(|| schema.get("properties").map(|_| "object")).or_else(listed)
}

/// The JSON type of a value.
#[must_use]
pub fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// How OpenAPI 3.0 writes "or null" beside other schemas.
fn is_null_stand_in(schema: &Value) -> bool {
    let other = |key: &String| !["nullable", "title"].contains(&key.as_str());
    schema["nullable"] == true && schema.as_object().is_some_and(|members| !members.keys().any(other))
}
