//! What the generator makes of a schema.

use serde_json::Value;
use venice_ai_codegen::lower::schema::{is_struct, string_enum, type_of};

use super::document::Document;

/// The kind of Rust type that a plain schema becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A struct.
    Struct,
    /// An enum over the forms of a union.
    Union,
    /// An open enum over the values of a string.
    Enum,
    /// `String`.
    Text,
    /// `i64`.
    Integer,
    /// `f64`.
    Number,
    /// `bool`.
    Bool,
    /// `Vec`.
    List,
    /// `BTreeMap`.
    Map,
    /// A JSON object.
    Object,
    /// `Upload` or `FileInput`.
    File,
    /// `Secret`.
    Secret,
    /// `Amount`.
    Amount,
    /// Any JSON.
    Any,
}

impl Form {
    /// The form of a schema that is no reference.
    pub fn of(schema: &Value, multipart: bool) -> Self {
        if schema.get("x-secret") == Some(&Value::Bool(true)) {
            return Self::Secret;
        }
        if schema.get("x-amount") == Some(&Value::Bool(true)) {
            return Self::Amount;
        }
        if is_struct(schema) {
            return Self::Struct;
        }
        if schema.get("oneOf").is_some() {
            return Self::Union;
        }
        if multipart && is_file(schema) {
            return Self::File;
        }
        match type_of(schema) {
            Some("string") if string_enum(schema).is_some_and(|values| values.len() > 1) => Self::Enum,
            Some("string") => Self::Text,
            Some("integer") => Self::Integer,
            Some("number") => Self::Number,
            Some("boolean") => Self::Bool,
            Some("array") => Self::List,
            None if schema.get("items").is_some() => Self::List,
            _ if schema.get("additionalProperties").is_some_and(Value::is_object) => Self::Map,
            Some("object") => Self::Object,
            _ => Self::Any,
        }
    }

    /// Whether it is a type with a name of its own.
    pub fn is_named(self) -> bool {
        matches!(self, Self::Struct | Self::Union | Self::Enum)
    }
}

/// In a multipart body a file is binary, or may be anything.
fn is_file(schema: &Value) -> bool {
    let bare = |key: &String| matches!(key.as_str(), "title" | "description" | "nullable");
    schema.get("format").is_some_and(|format| format == "binary")
        || schema.as_object().is_some_and(|schema| schema.keys().all(bare))
}

/// A schema in a few words: `list of string`.
pub fn words(document: &Document, schema: &Value, multipart: bool) -> String {
    fn inner(document: &Document, schema: &Value, multipart: bool, depth: usize) -> String {
        let (_, schema) = document.resolve(schema);
        let of = |key: &str| {
            schema
                .get(key)
                .filter(|_| depth < 4)
                .map_or_else(|| "any".to_owned(), |schema| inner(document, schema, multipart, depth + 1))
        };
        match Form::of(schema, multipart) {
            Form::Struct => "object with members".to_owned(),
            Form::Union => {
                let arms = schema.get("oneOf").and_then(Value::as_array).into_iter().flatten();
                let mut arms: Vec<String> = arms.map(|arm| inner(document, arm, multipart, depth + 4)).collect();
                arms.dedup();
                match arms.as_slice() {
                    [only] => format!("one of several: {only}"),
                    several => several.join(" or "),
                }
            }
            Form::Enum => "string with known values".to_owned(),
            Form::Text => "string".to_owned(),
            Form::Integer => "integer".to_owned(),
            Form::Number => "number".to_owned(),
            Form::Bool => "boolean".to_owned(),
            Form::List => format!("list of {}", of("items")),
            Form::Map => format!("map of {}", of("additionalProperties")),
            Form::Object => "object".to_owned(),
            Form::File => "file".to_owned(),
            Form::Secret => "secret".to_owned(),
            Form::Amount => "amount".to_owned(),
            Form::Any => "any".to_owned(),
        }
    }
    inner(document, schema, multipart, 0)
}
