//! Walking schemas by position, so that a property called `type` or `items` is never taken for a keyword.

use serde_json::{Map, Value};

pub use crate::document::METHODS;

/// The keywords of JSON Schema that limit a value and leave its Rust type as it is.
pub const LIMITS: [&str; 13] = [
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "minLength",
    "maxLength",
    "pattern",
    "minItems",
    "maxItems",
    "multipleOf",
    "uniqueItems",
    "minProperties",
    "maxProperties",
];

/// Calls `visit` on `schema` and every schema below it, children first.
pub fn walk_mut(schema: &mut Value, visit: &mut dyn FnMut(&mut Value)) {
    children_mut(schema, &mut |child| walk_mut(child, visit));
    visit(schema);
}

/// Calls `visit` on each direct child schema.
pub fn children_mut(schema: &mut Value, visit: &mut dyn FnMut(&mut Value)) {
    let Some(object) = schema.as_object_mut() else { return };
    if object.contains_key("$ref") {
        return;
    }
    for (key, value) in object.iter_mut() {
        match key.as_str() {
            "properties" => {
                if let Some(properties) = value.as_object_mut() {
                    properties.values_mut().for_each(&mut *visit);
                }
            }
            "items" | "not" => visit(value),
            "additionalProperties" if value.is_object() => visit(value),
            "anyOf" | "oneOf" | "allOf" => {
                if let Some(members) = value.as_array_mut() {
                    members.iter_mut().for_each(&mut *visit);
                }
            }
            _ => {}
        }
    }
}

/// Calls `visit` with every root schema of the document: components, parameters, bodies and replies.
pub fn roots_mut(doc: &mut Value, visit: &mut dyn FnMut(&mut Value)) {
    if let Some(components) = doc.pointer_mut("/components/schemas").and_then(Value::as_object_mut) {
        components.values_mut().for_each(&mut *visit);
    }
    operations_mut(doc, &mut |_, _, operation| {
        if let Some(parameters) = operation.get_mut("parameters").and_then(Value::as_array_mut) {
            for parameter in parameters {
                if let Some(schema) = parameter.get_mut("schema") {
                    visit(schema);
                }
            }
        }
        if let Some(content) = operation.pointer_mut("/requestBody/content") {
            media_schemas_mut(content, visit);
        }
        if let Some(responses) = operation.get_mut("responses").and_then(Value::as_object_mut) {
            for response in responses.values_mut() {
                if let Some(content) = response.get_mut("content") {
                    media_schemas_mut(content, visit);
                }
            }
        }
    });
}

fn media_schemas_mut(content: &mut Value, visit: &mut dyn FnMut(&mut Value)) {
    if let Some(content) = content.as_object_mut() {
        for media in content.values_mut() {
            if let Some(schema) = media.get_mut("schema") {
                visit(schema);
            }
        }
    }
}

/// Calls `visit(path, method, operation)` for every operation, in document order.
pub fn operations_mut(doc: &mut Value, visit: &mut dyn FnMut(&str, &str, &mut Value)) {
    let Some(paths) = doc.get_mut("paths").and_then(Value::as_object_mut) else { return };
    for (path, item) in paths {
        let Some(item) = item.as_object_mut() else { continue };
        for (method, operation) in item {
            if METHODS.contains(&method.as_str()) {
                visit(path, method, operation);
            }
        }
    }
}

/// Calls `visit` on every schema of the document, children first.
pub fn all_mut(doc: &mut Value, visit: &mut dyn FnMut(&mut Value)) {
    roots_mut(doc, &mut |root| walk_mut(root, visit));
}

/// The name behind a reference to a component schema.
pub fn ref_name(schema: &Value) -> Option<&str> {
    schema.get("$ref")?.as_str()?.strip_prefix("#/components/schemas/")
}

/// A reference to the component schema `name`.
pub fn reference(name: &str) -> Value {
    let mut object = Map::new();
    object.insert("$ref".into(), Value::String(format!("#/components/schemas/{name}")));
    Value::Object(object)
}

/// The component schema that `schema` names, or `schema` itself.
pub fn resolve<'a>(schema: &'a Value, components: &'a Map<String, Value>) -> &'a Value {
    let mut current = schema;
    for _ in 0..16 {
        match ref_name(current).and_then(|name| components.get(name)) {
            Some(next) => current = next,
            None => break,
        }
    }
    current
}

/// A copy of the component schemas.
pub fn components(doc: &Value) -> Map<String, Value> {
    doc.pointer("/components/schemas").and_then(Value::as_object).cloned().unwrap_or_default()
}

/// The schema's `type`, when it has one.
pub fn type_of(schema: &Value) -> Option<&str> {
    schema.get("type").and_then(Value::as_str)
}

/// Whether this is an object with named members.
pub fn is_struct(schema: &Value) -> bool {
    schema.get("properties").and_then(Value::as_object).is_some_and(|properties| !properties.is_empty())
}

/// The values of a string enum, without null.
pub fn string_enum(schema: &Value) -> Option<Vec<&str>> {
    if type_of(schema) != Some("string") {
        return None;
    }
    let values = schema.get("enum")?.as_array()?;
    let values: Vec<&str> = values.iter().filter_map(Value::as_str).collect();
    (!values.is_empty()).then_some(values)
}

/// Whether `name` is in the schema's `required` list.
pub fn is_required(schema: &Value, name: &str) -> bool {
    schema
        .get("required")
        .and_then(Value::as_array)
        .is_some_and(|required| required.iter().any(|value| value.as_str() == Some(name)))
}

/// The constant that a required property is held to, such as the `type` of a content part.
pub fn constant<'a>(schema: &'a Value, name: &str) -> Option<&'a str> {
    if !is_required(schema, name) {
        return None;
    }
    match string_enum(schema.get("properties")?.get(name)?)?.as_slice() {
        [value] => Some(value),
        _ => None,
    }
}
