//! The OpenAPI document as a tree: its grammar, its operations, and the checks that must hold before anything is generated.

mod check;
pub mod grammar;
mod place;

pub use check::{check, target};
pub use place::{Place, Step};

use serde_json::Value;

/// The methods that a path item can have, as OpenAPI 3.0 spells them.
pub const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// One operation of a document.
#[derive(Debug, Clone)]
pub struct Operation<'d> {
    /// The path as the document has it: `/api_keys/{id}`.
    pub path: &'d str,
    /// The method in lower case: `get`.
    pub method: &'d str,
    /// The operation object.
    pub value: &'d Value,
    /// Its path item, which may hold parameters for all of its operations.
    pub item: &'d Value,
}

impl Operation<'_> {
    /// The JSON path of the operation, `$.paths['/api_keys'].get`, which is also a valid target for an overlay.
    #[must_use]
    pub fn place(&self) -> String {
        let (root, paths) = (Place::Root, "paths");
        let paths = root.key(paths);
        let item = paths.key(self.path);
        item.key(self.method).to_string()
    }

    /// The `operationId`, where there is one.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.value.get("operationId").and_then(Value::as_str)
    }
}

/// All operations, in the document's order. Skips what is not an operation (`parameters`, `servers`, `x-…`) and asks nothing
/// of the document: in one that has not been checked, what is malformed is simply not found.
pub fn operations(doc: &Value) -> impl Iterator<Item = Operation<'_>> {
    let paths = doc.get("paths").and_then(Value::as_object);
    paths.into_iter().flatten().flat_map(|(path, item)| {
        let members = item.as_object().into_iter().flatten();
        members
            .filter(|(method, value)| METHODS.contains(&method.as_str()) && value.is_object())
            .map(move |(method, value)| Operation { path, method, value, item })
    })
}
