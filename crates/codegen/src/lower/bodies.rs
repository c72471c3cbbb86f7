//! One request type an operation: JSON and multipart forms of a body are merged, files become uploads.
//!
//! The media types that the document lists are kept as `x-request-media`; the generated method picks one of them by what the
//! caller put into the request.

use super::schema::{children_mut, components, is_required, is_struct, operations_mut, reference, resolve, type_of};
use super::{FILE_INPUT, UPLOAD};
use serde_json::{Map, Value};

/// The media types of a request, in the document's order.
pub const MEDIA: &str = "x-request-media";

/// The overlay's word for what is taken as a file: `{max-bytes, media, min-pixels, max-pixels, min-side}`.
pub const LIMITS: &str = "x-file";

const JSON: &str = "application/json";
const MULTIPART: &str = "multipart/form-data";

/// What became of the bodies.
#[derive(Debug, Default)]
pub struct Bodies {
    /// How many operations had more or other media types, or an empty body.
    pub count: usize,
    /// Operations whose body has no media type that can be sent; they are no longer in the document.
    pub left_out: Vec<String>,
}

/// Leaves each operation one JSON body, and takes those out whose body cannot be sent.
pub fn choose(doc: &mut Value) -> Bodies {
    let source = components(doc);
    let (mut bodies, mut gone) = (Bodies::default(), Vec::new());
    operations_mut(doc, &mut |path, method, operation| match choose_one(operation, &source) {
        Ok(changed) => bodies.count += usize::from(changed),
        Err(found) => {
            bodies.left_out.push(format!("{} {path}: {found}", method.to_ascii_uppercase()));
            gone.push((path.to_owned(), method.to_owned()));
        }
    });
    for (path, method) in gone {
        if let Some(item) = doc["paths"].get_mut(&path).and_then(Value::as_object_mut) {
            item.shift_remove(&method);
        }
    }
    bodies
}

fn choose_one(operation: &mut Value, source: &Map<String, Value>) -> Result<bool, String> {
    let Some(operation) = operation.as_object_mut() else { return Ok(false) };
    if let Some(name) = super::parameters::unsendable(operation) {
        return Err(format!("its parameter `{name}` has the style deepObject"));
    }
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
        let media: Vec<&str> = content.keys().map(String::as_str).collect();
        return Err(format!("its body is {}; JSON and multipart forms can be sent", media.join(", ")));
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

/// Whether it is the media type of a form.
pub fn is_form(media: &str) -> bool {
    media.starts_with(MULTIPART)
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
    for (name, property) in arms(json).filter_map(|arm| arm.get("properties")?.as_object()).flatten() {
        let properties = object.entry("properties").or_insert_with(|| Value::Object(Map::new()));
        if let Some(properties) = properties.as_object_mut() {
            properties.entry(name.clone()).or_insert_with(|| property.clone());
        }
    }
    // Required is what both forms require.
    if let Some(required) = object.get_mut("required").and_then(Value::as_array_mut) {
        required.retain(|name| name.as_str().is_some_and(|name| arms(json).all(|arm| is_required(arm, name))));
    }
    merged
}

/// The forms of a body that has several, or the body.
fn arms(body: &Value) -> impl Iterator<Item = &Value> {
    let forms = ["anyOf", "oneOf"].iter().find_map(|key| body.get(*key)?.as_array());
    forms.map_or(std::slice::from_ref(body), Vec::as_slice).iter()
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
            Some(target) => {
                let limits = child.get(LIMITS).cloned();
                *child = reference(target);
                if let (Some(limits), Some(object)) = (limits, child.as_object_mut()) {
                    object.insert(LIMITS.into(), limits);
                }
            }
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
        assert_eq!(choose(&mut doc).count, 1);
        assert_eq!(body(&doc)["properties"]["image"], reference(FILE_INPUT));
        assert_eq!(body(&doc)["required"], json!(["image"]));
        assert_eq!(doc["paths"]["/a"]["post"][MEDIA], json!(["application/json", "multipart/form-data"]));
    }

    #[test]
    fn a_json_body_in_two_forms_and_a_form_are_one_body() {
        let arm = |name: &str| json!({"type": "object", "required": [name], "properties": {name: {"type": "string"}}});
        let form = json!({"type": "object", "required": ["image"], "properties": {
            "image": {"type": "string", "format": "binary"}
        }});
        let json = json!({"anyOf": [arm("image"), arm("image_url")]});
        let mut doc = doc(json!({"application/json": {"schema": json}, "multipart/form-data": {"schema": form}}));
        assert_eq!(choose(&mut doc).count, 1);
        assert_eq!(body(&doc)["properties"]["image"], reference(FILE_INPUT));
        assert_eq!(body(&doc)["properties"]["image_url"], json!({"type": "string"}));
        assert_eq!(body(&doc)["required"], json!([]), "each form requires another one");
    }

    #[test]
    fn a_multipart_body_has_uploads() {
        let mut doc = doc(json!({"multipart/form-data": {"schema": {"type": "object", "properties": {
            "files": {"type": "array", "items": {"type": "string", "format": "binary"}}
        }}}}));
        assert_eq!(choose(&mut doc).count, 1);
        assert_eq!(body(&doc)["properties"]["files"]["items"], reference(UPLOAD));
    }

    #[test]
    fn the_limits_of_a_file_stay() {
        let mut doc = doc(json!({"multipart/form-data": {"schema": {"type": "object", "properties": {
            "file": {"type": "string", "format": "binary", "x-file": {"max-bytes": 9}}
        }}}}));
        choose(&mut doc);
        assert_eq!(body(&doc)["properties"]["file"][LIMITS], json!({"max-bytes": 9}));
    }

    #[test]
    fn an_empty_body_is_no_body() {
        let mut doc = doc(json!({"application/json": {"schema": {"type": "object", "properties": {}}}}));
        assert_eq!(choose(&mut doc).count, 1);
        assert!(doc["paths"]["/a"]["post"].get("requestBody").is_none());
    }

    #[test]
    fn an_operation_whose_body_cannot_be_sent_is_left_out() {
        let mut doc = doc(json!({"text/turtle": {"schema": {}}}));
        doc["paths"]["/a"]["get"] = json!({});
        doc["paths"]["/b"] = json!({"get": {"parameters": [{"in": "query", "style": "deepObject", "required": true}]}});
        let left_out = choose(&mut doc).left_out;
        assert!(left_out[0].starts_with("POST /a: ") && left_out[0].contains("text/turtle"), "{left_out:?}");
        assert!(left_out[1].starts_with("GET /b: ") && left_out[1].contains("deepObject"), "{left_out:?}");
        assert_eq!(doc["paths"], json!({"/a": {"get": {}}, "/b": {}}));
    }
}
