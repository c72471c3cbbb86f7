//! `RequestBody`: the parsed body of a request, JSON or a multipart form.

use bytes::Bytes;
use serde_json::{Map, Value, json};
use venice_ai::Operation;

use super::document;
use super::encoding::essence_of;
use super::errors;
use super::form::{self, FilePart, Parts};
use super::reply::Reply;

const FORM: &str = "multipart/form-data";

/// The fields and the files of a body.
#[derive(Debug, Default)]
pub(super) struct RequestBody {
    /// The media type; empty without a body.
    pub(super) media: String,
    /// Null without a body.
    pub(super) body: Value,
    pub(super) files: Vec<FilePart>,
}

/// A body that cannot be parsed.
#[derive(Debug)]
pub(super) struct BodyError {
    /// The invalid header; empty for the body itself.
    pub(super) field: &'static str,
    pub(super) problem: String,
    pub(super) reply: Reply,
}

impl BodyError {
    fn media(media: &str) -> Self {
        let problem = format!("The API does not accept {media:?} here");
        Self { field: "content-type", problem, reply: errors::of_status(415) }
    }

    fn body(problem: String) -> Self {
        let reply = Reply::json(400, &json!({"error": problem}));
        Self { field: "", problem, reply }
    }
}

/// Parses the body of a request. `media` is the header `content-type`.
pub(super) fn read(operation: &Operation, media: Option<&str>, bytes: &Bytes) -> Result<RequestBody, BodyError> {
    let Some(full) = media else {
        let may_lack = document::operation(operation)["requestBody"]["required"] == false;
        let is_right = operation.request_media.is_empty() || may_lack && bytes.is_empty();
        return if is_right { Ok(RequestBody::default()) } else { Err(BodyError::media("")) };
    };
    if operation.request_media.is_empty() {
        return Ok(RequestBody::default());
    }
    let media = essence_of(full);
    let known = operation.request_media.contains(&media.as_str());
    let schema = document::request_schema(operation, &media).filter(|_| known);
    let schema = schema.ok_or_else(|| BodyError::media(&media))?;
    let mut given = match media.as_str() {
        FORM => {
            let parts = form::parts(full, bytes);
            fields(schema, parts.map_err(|problem| BodyError::body(format!("The body is not a form: {problem}")))?)
        }
        _ => RequestBody { body: json(schema, bytes)?, ..RequestBody::default() },
    };
    given.media = media;
    Ok(given)
}

fn json(schema: &'static Value, bytes: &Bytes) -> Result<Value, BodyError> {
    match serde_json::from_slice(bytes) {
        Ok(body @ Value::Object(_)) => Ok(body),
        Ok(body @ Value::Array(_)) if document::may_be(schema, "array") => Ok(body),
        Ok(_) => Err(BodyError::body("The body is not a JSON object".to_owned())),
        Err(error) => Err(BodyError::body(format!("The body is not JSON: {error}"))),
    }
}

fn fields(schema: &'static Value, parts: Parts) -> RequestBody {
    let body = typed(parts.texts.into_iter(), |name| document::property(schema, name));
    RequestBody { body: body.into(), files: parts.files, ..RequestBody::default() }
}

/// Texts, parsed as the types of the API's fields. A repeated name makes a list.
pub(super) fn typed(
    texts: impl Iterator<Item = (String, String)>,
    schema_of: impl Fn(&str) -> Option<&'static Value>,
) -> Map<String, Value> {
    let mut fields: Map<String, Value> = Map::new();
    for (name, text) in texts {
        let schema = schema_of(&name).unwrap_or(&Value::Null);
        let list = document::alternatives(schema).into_iter().find(|part| part["type"] == "array");
        let value = read_text(list.and_then(|list| list.get("items")).unwrap_or(schema), text);
        add(&mut fields, name, value, list.is_some());
    }
    fields
}

/// Adds a value to the fields. Repeated fields become a list.
pub(super) fn add(fields: &mut Map<String, Value>, name: String, value: Value, is_list: bool) {
    match fields.get_mut(&name) {
        Some(Value::Array(values)) => values.push(value),
        Some(first) => *first = json!([first.take(), value]),
        None if is_list => drop(fields.insert(name, json!([value]))),
        None => drop(fields.insert(name, value)),
    }
}

/// A text of another type stays a text: the validation reports it.
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
