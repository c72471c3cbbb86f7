//! The OpenAPI document, and how to find operations and schemas in it.

use std::sync::LazyLock;

use serde_json::Value;
use venice_ai::Operation;

static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    // A build script wrote it, and each test of an operation would find that it cannot be read.
    serde_json::from_str(venice_ai::API_DOCUMENT).unwrap_or_default()
});

/// References that lead to references; more than that is a circle.
const LONGEST_CHAIN: usize = 8;

/// The description of an operation.
pub(super) fn operation(operation: &Operation) -> &'static Value {
    &DOCUMENT["paths"][operation.path][operation.method.to_lowercase()]
}

/// The schema of a body that has this media type.
pub(super) fn request_schema(of: &Operation, media: &str) -> Option<&'static Value> {
    operation(of)["requestBody"]["content"].get(media)?.get("schema")
}

/// A schema, or what it refers to.
pub(super) fn resolved(mut schema: &'static Value) -> &'static Value {
    for _ in 0..LONGEST_CHAIN {
        let Some(reference) = schema["$ref"].as_str() else { break };
        let Some(target) = DOCUMENT.pointer(reference.trim_start_matches('#')) else { break };
        schema = target;
    }
    schema
}

/// The schemas that a value may or has to fit, where a schema is made of others; else the schema itself.
pub(super) fn alternatives(schema: &'static Value) -> Vec<&'static Value> {
    let schema = resolved(schema);
    let mut found = Vec::new();
    for keyword in ["anyOf", "oneOf", "allOf"] {
        for part in schema[keyword].as_array().into_iter().flatten() {
            found.extend(alternatives(part));
        }
    }
    if found.is_empty() || schema.get("properties").is_some() {
        found.push(schema);
    }
    found
}

/// The schema of a field of an object.
pub(super) fn property(schema: &'static Value, name: &str) -> Option<&'static Value> {
    alternatives(schema).into_iter().find_map(|part| part["properties"].get(name))
}

/// Whether a value of this JSON type may fit.
pub(super) fn may_be(schema: &'static Value, kind: &str) -> bool {
    alternatives(schema).iter().any(|part| part["type"] == kind)
}
