//! What came in a body.

use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::document;
use super::errors;
use super::form::{self, FilePart, Parts};
use super::reply::Reply;
use crate::Operation;

const JSON: &str = "application/json";
const FORM: &str = "multipart/form-data";

/// The members and the files of a body.
#[derive(Debug, Default)]
pub(super) struct Given {
    /// Null where there is no body.
    pub(super) body: Value,
    pub(super) files: Vec<FilePart>,
}

/// Reads the body of a request. `media` is the header `content-type`.
pub(super) fn read(operation: &Operation, media: Option<&str>, bytes: &Bytes) -> Result<Given, Reply> {
    if operation.request_media.is_empty() {
        return Ok(Given::default());
    }
    let Some(full) = media else {
        let may_lack = document::operation(operation)["requestBody"]["required"] == false;
        return if may_lack && bytes.is_empty() { Ok(Given::default()) } else { Err(errors::of_status(415)) };
    };
    let media = essence(full);
    if !operation.request_media.contains(&media.as_str()) {
        return Err(errors::of_status(415));
    }
    let schema = document::request_schema(operation, &media).unwrap_or(&Value::Null);
    match media.as_str() {
        JSON => Ok(Given { body: json(schema, bytes)?, files: Vec::new() }),
        FORM => {
            let parts = form::parts(full, bytes)
                .map_err(|problem| Reply::json(400, &json!({"error": format!("The body is no form: {problem}")})))?;
            Ok(members(schema, parts))
        }
        _ => Ok(Given::default()),
    }
}

/// A media type without its parameters.
pub(super) fn essence(media: &str) -> String {
    media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn json(schema: &'static Value, bytes: &Bytes) -> Result<Value, Reply> {
    match serde_json::from_slice(bytes) {
        Ok(body @ Value::Object(_)) => Ok(body),
        Ok(body @ Value::Array(_)) if document::may_be(schema, "array") => Ok(body),
        Ok(_) => Err(errors::error(400, "The body is no JSON object")),
        Err(error) => Err(Reply::json(400, &json!({"error": format!("The body is no JSON: {error}")}))),
    }
}

/// The texts of a form, read as the types that the API has for them. A name that is repeated makes a list.
fn members(schema: &'static Value, parts: Parts) -> Given {
    let mut body: Map<String, Value> = Map::new();
    for (name, text) in parts.texts {
        let property = document::property(schema, &name).unwrap_or(&Value::Null);
        let lists = document::alternatives(property).into_iter().find(|part| part["type"] == "array");
        let value = match lists {
            Some(list) => read_text(list.get("items").unwrap_or(&Value::Null), text),
            None => read_text(property, text),
        };
        match body.get_mut(&name) {
            Some(Value::Array(values)) => values.push(value),
            Some(first) => *first = json!([first.take(), value]),
            None if lists.is_some() => drop(body.insert(name, json!([value]))),
            None => drop(body.insert(name, value)),
        }
    }
    Given { body: body.into(), files: parts.files }
}

/// A text that is not of the type stays a text: what is wrong with it is for the checks to say.
fn read_text(schema: &'static Value, text: String) -> Value {
    let may_be = |kind| document::may_be(schema, kind);
    if may_be("string") {
        return text.into();
    }
    let read = serde_json::from_str(&text).unwrap_or_default();
    let fits = match &read {
        Value::Number(_) => may_be("number") || may_be("integer"),
        Value::Bool(_) => may_be("boolean"),
        Value::Object(_) => may_be("object"),
        Value::Array(_) => may_be("array"),
        Value::String(_) | Value::Null => false,
    };
    if fits { read } else { text.into() }
}
