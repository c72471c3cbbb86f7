//! The OpenAPI document, and how to find operations and schemas in it.

use std::sync::LazyLock;

use serde_json::Value;
use venice_ai::Operation;

use crate::schema::Schemas;

static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    // It was written by a build script, and any test of an operation would find it invalid.
    serde_json::from_str(venice_ai::API_DOCUMENT).unwrap_or_default()
});

/// Its schemas.
pub(super) fn schemas() -> Schemas<'static> {
    Schemas(&DOCUMENT)
}

/// The document's entry of an operation.
pub(super) fn operation(operation: &Operation) -> &'static Value {
    &DOCUMENT["paths"][operation.path][operation.method.to_lowercase()]
}

/// The schema of a body with this media type.
pub(super) fn request_schema(of: &Operation, media: &str) -> Option<&'static Value> {
    operation(of)["requestBody"]["content"].get(media)?.get("schema")
}

/// A schema, or what it refers to.
pub(super) fn resolved(schema: &'static Value) -> &'static Value {
    schemas().resolved(schema)
}

/// The schemas that a composed schema consists of; otherwise the schema itself.
pub(super) fn alternatives(schema: &'static Value) -> Vec<&'static Value> {
    schemas().alternatives(schema)
}

/// The schema of a field of an object.
pub(super) fn property(schema: &'static Value, name: &str) -> Option<&'static Value> {
    schemas().property(schema, name)
}

/// Whether a value of this JSON type may match.
pub(super) fn may_be(schema: &'static Value, kind: &str) -> bool {
    schemas().may_be(schema, kind)
}

/// The names of the parameters in an operation's path.
pub(super) fn path_parameters(operation: &Operation) -> impl Iterator<Item = &'static str> + use<> {
    operation.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}
