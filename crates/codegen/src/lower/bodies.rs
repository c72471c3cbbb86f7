//! One request type an operation: JSON and multipart forms of a body are merged, files become uploads.
//!
//! The media types that the document lists are kept as `x-request-media`; the generated method picks one of them by what the
//! caller put into the request.

use super::schema::{children_mut, components, is_required, is_struct, operations_mut, reference, resolve, type_of};
use super::{FILE_INPUT, HANDWRITTEN, UPLOAD};
use crate::error::Error;
use serde_json::{Map, Value};

/// The media types of a request, in the document's order.
pub const MEDIA: &str = "x-request-media";

const JSON: &str = "application/json";
const MULTIPART: &str = "multipart/form-data";

/// Leaves each operation one JSON body; returns how many operations had more or other media types, or an empty body.
///
/// # Errors
/// When a body has a media type that the run-time cannot send, or a component is called like one of ours.
pub fn choose(doc: &mut Value) -> Result<usize, Error> {
    let source = components(doc);
    for name in HANDWRITTEN {
        if source.contains_key(name) {
            return Err(Error::new("a component has the name of a hand-written type")
                .at(format!("$.components.schemas.{name}"))
                .found(name));
        }
    }
    let mut count = 0;
    let mut failure = None;
    operations_mut(doc, &mut |path, method, operation| {
        match choose_one(operation, &source) {
            Ok(changed) => count += usize::from(changed),
            Err(found) => {
                let error = Error::new("a request body has a media type that cannot be sent");
                let error = error.at(format!("$.paths['{path}'].{method}.requestBody.content")).found(found);
                failure = Some(error.help(
                    "JSON and multipart forms are sent: a pass in crates/codegen/src/lower has to make one of them of it, or spec/overlay.yaml \
                     removes the operation until then (`Client::request_raw` reaches it all the same)",
                ));
            }
        };
    });
    if let Some(failure) = failure {
        return Err(failure);
    }
    Ok(count)
}

fn choose_one(operation: &mut Value, source: &Map<String, Value>) -> Result<bool, String> {
    let Some(operation) = operation.as_object_mut() else { return Ok(false) };
    let Some(content) =
        operation.get("requestBody").and_then(|body| body.get("content")).and_then(Value::as_object).cloned()
    else {
        operation.remove("requestBody");
        return Ok(false);
    };
    let media: Vec<Value> = content.keys().map(|name| Value::String(name.clone())).collect();
    let json = schema_of(&content, JSON);
    let form = schema_of(&content, MULTIPART);
    if json.is_none() && form.is_none() {
        return Err(content.keys().cloned().collect::<Vec<_>>().join(", "));
    }
    let schema = match (json, form) {
        (Some(json), None) => json.clone(),
        (None, Some(form)) => files_only(resolve(form, source).clone()),
        (Some(json), Some(form)) => both(resolve(json, source), resolve(form, source)),
        (None, None) => return Ok(false),
    };
    let resolved = resolve(&schema, source);
    let empty =
        type_of(resolved) == Some("object") && !is_struct(resolved) && resolved.get("additionalProperties").is_none();
    operation.insert(MEDIA.into(), Value::Array(media.clone()));
    if empty {
        operation.remove("requestBody");
        return Ok(true);
    }
    let named = json.or(form).and_then(|schema| super::schema::ref_name(schema)).map(str::to_owned);
    let mut schema = schema;
    if let (Some(name), Some(object)) = (named, schema.as_object_mut())
        && !object.contains_key("$ref")
    {
        object.insert("x-component".into(), Value::String(name));
    }
    operation
        .insert("requestBody".into(), serde_json::json!({"required": true, "content": {JSON: {"schema": schema}}}));
    Ok(media.len() > 1 || form.is_some())
}

fn schema_of<'a>(content: &'a Map<String, Value>, media: &str) -> Option<&'a Value> {
    content.iter().find(|(name, _)| name.split(';').next().is_some_and(|name| name.trim() == media))?.1.get("schema")
}

/// A multipart body: its binary members are uploads.
fn files_only(mut form: Value) -> Value {
    mark_files(&mut form, UPLOAD);
    form
}

/// A body that goes as JSON or multipart: its files may also be text (a URL or base64).
fn both(json: &Value, form: &Value) -> Value {
    let mut merged = form.clone();
    mark_files(&mut merged, FILE_INPUT);
    let Some(object) = merged.as_object_mut() else { return json.clone() };
    for (name, property) in json.get("properties").and_then(Value::as_object).into_iter().flatten() {
        let properties = object.entry("properties").or_insert_with(|| Value::Object(Map::new()));
        if let Some(properties) = properties.as_object_mut() {
            properties.entry(name.clone()).or_insert_with(|| property.clone());
        }
    }
    // Required is what both forms require.
    if let Some(required) = object.get_mut("required").and_then(Value::as_array_mut) {
        required.retain(|name| name.as_str().is_some_and(|name| is_required(json, name)));
    }
    merged
}

/// Replaces the file members of `schema`: binary strings, schemas that allow anything, and unions with one of these.
fn mark_files(schema: &mut Value, name: &str) {
    children_mut(schema, &mut |child| {
        let union = ["anyOf", "oneOf"].iter().find_map(|key| child.get(*key)).and_then(Value::as_array);
        let target = match union {
            Some(members) if members.iter().any(is_file) => Some(if members.len() == 1 { name } else { FILE_INPUT }),
            None if is_file(child) => Some(name),
            _ => None,
        };
        match target {
            Some(target) => *child = reference(target),
            None => mark_files(child, name),
        }
    });
}

fn is_file(schema: &Value) -> bool {
    schema.get("format").and_then(Value::as_str) == Some("binary")
        || schema
            .as_object()
            .is_some_and(|object| object.keys().all(|key| matches!(key.as_str(), "title" | "description" | "nullable")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn doc(content: Value) -> Value {
        json!({"components": {"schemas": {}}, "paths": {"/a": {"post": {"requestBody": {"content": content}}}}})
    }

    fn body(doc: &Value) -> &Value {
        &doc["paths"]["/a"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    }

    #[test]
    fn json_and_multipart_become_one_body_with_file_inputs() {
        let schema = json!({"type": "object", "required": ["image"], "properties": {
            "image": {"anyOf": [{}, {"type": "string"}]}, "scale": {"type": "number"}
        }});
        let mut doc = doc(json!({"application/json": {"schema": schema}, "multipart/form-data": {"schema": schema}}));
        assert_eq!(choose(&mut doc).unwrap(), 1);
        assert_eq!(body(&doc)["properties"]["image"], reference(FILE_INPUT));
        assert_eq!(body(&doc)["required"], json!(["image"]));
        assert_eq!(doc["paths"]["/a"]["post"][MEDIA], json!(["application/json", "multipart/form-data"]));
    }

    #[test]
    fn a_multipart_body_has_uploads() {
        let mut doc = doc(json!({"multipart/form-data": {"schema": {"type": "object", "properties": {
            "files": {"type": "array", "items": {"type": "string", "format": "binary"}}
        }}}}));
        assert_eq!(choose(&mut doc).unwrap(), 1);
        assert_eq!(body(&doc)["properties"]["files"]["items"], reference(UPLOAD));
    }

    #[test]
    fn an_empty_body_is_no_body() {
        let mut doc = doc(json!({"application/json": {"schema": {"type": "object", "properties": {}}}}));
        assert_eq!(choose(&mut doc).unwrap(), 1);
        assert!(doc["paths"]["/a"]["post"].get("requestBody").is_none());
    }

    #[test]
    fn an_unknown_media_type_is_refused_with_its_path() {
        let error = choose(&mut doc(json!({"text/turtle": {"schema": {}}}))).unwrap_err().to_string();
        assert!(error.contains("$.paths['/a'].post.requestBody.content") && error.contains("text/turtle"), "{error}");
    }
}
