//! The OpenAPI document as a tree: places in it, its operations, and what references lead to.

mod place;

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

/// What a local reference (`#/components/schemas/ApiKey`) leads to.
#[must_use]
pub fn target<'d>(doc: &'d Value, reference: &str) -> Option<&'d Value> {
    let pointer = reference.strip_prefix('#')?;
    match doc.pointer(pointer) {
        None if pointer.contains('%') => doc.pointer(&percent_decoded(pointer)?),
        found => found,
    }
}

/// A reference is a URI fragment, so its characters may be written as `%7B`.
fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => hex(rest.next()?)? * 16 + hex(rest.next()?)?,
            other => other,
        });
    }
    String::from_utf8(bytes).ok()
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}
