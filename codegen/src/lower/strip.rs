//! What progenitor is not to see: defaults (they would be sent), constraints (they would become newtypes), closed objects
//! (they would refuse new members), and our own extensions. All of it is read from the document before this pass runs.

use super::hoist::CONST;
use super::schema::{LIMITS, all_mut, operations_mut};
use serde_json::Value;

/// What else is no business of progenitor's.
const KEYWORDS: &[&str] = &[
    "default",
    "example",
    "examples",
    "deprecated",
    "title",
    "readOnly",
    "writeOnly",
    "xml",
    "externalDocs",
    "nullable",
    "discriminator",
    "description",
    "not",
];

/// Removes what must not reach progenitor.
pub fn strip(doc: &mut Value) {
    // A pass of its own: the next one takes the mark from a member before it comes to the object.
    all_mut(doc, &mut drop_constants);
    all_mut(doc, &mut |schema| {
        let Some(object) = schema.as_object_mut() else { return };
        object.retain(|key, _| {
            let key = key.as_str();
            !KEYWORDS.contains(&key) && !LIMITS.contains(&key) && !key.starts_with("x-")
        });
        if object.get("additionalProperties") == Some(&Value::Bool(false)) {
            object.remove("additionalProperties");
        }
        // A one-valued or numeric enum is a plain scalar to Rust; string enums of several values are components.
        let numeric = object.get("type").is_some_and(|kind| kind != "string");
        let single = object.get("enum").and_then(Value::as_array).is_some_and(|values| values.len() < 2);
        if numeric || single {
            object.remove("enum");
        }
    });
    operations_mut(doc, &mut |_, _, operation| {
        if let Some(operation) = operation.as_object_mut() {
            operation.retain(|key, _| {
                matches!(
                    key.as_str(),
                    "operationId" | "parameters" | "requestBody" | "responses" | "summary" | "description"
                )
            });
        }
    });
    if let Some(object) = doc.as_object_mut() {
        object.retain(|key, _| matches!(key.as_str(), "openapi" | "info" | "paths" | "components"));
        if let Some(components) = object.get_mut("components").and_then(Value::as_object_mut) {
            components.retain(|key, _| key == "schemas");
        }
    }
}

/// Members that always have one value are written by the emit pass.
fn drop_constants(schema: &mut Value) {
    let Some(object) = schema.as_object_mut() else { return };
    let Some(properties) = object.get_mut("properties").and_then(Value::as_object_mut) else { return };
    let constants: Vec<String> =
        properties.iter().filter(|(_, property)| property.get(CONST).is_some()).map(|(name, _)| name.clone()).collect();
    properties.retain(|name, _| !constants.contains(name));
    if let Some(required) = object.get_mut("required").and_then(Value::as_array_mut) {
        required.retain(|name| name.as_str().is_none_or(|name| !constants.iter().any(|constant| constant == name)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn stripped(schema: Value) -> Value {
        let mut doc = json!({"components": {"schemas": {"A": schema}}});
        strip(&mut doc);
        doc["components"]["schemas"]["A"].clone()
    }

    #[test]
    fn a_constant_is_no_member() {
        let schema = json!({"type": "object", "required": ["type", "a"], "properties": {"type": {"type": "string", "x-const": "wick"}, "a": {"type": "string"}}});
        assert_eq!(
            stripped(schema),
            json!({"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}}})
        );
    }

    #[test]
    fn defaults_limits_and_extensions_go_where_they_are_keywords() {
        let schema = json!({"type": "object", "x-rust-name": "B", "description": "d", "properties": {
            "default": {"type": "string", "default": "z", "maxLength": 3, "pattern": "^a"}, "pattern": {"type": "number", "minimum": 1, "exclusiveMinimum": true}
        }});
        assert_eq!(
            stripped(schema),
            json!({"type": "object", "properties": {"default": {"type": "string"}, "pattern": {"type": "number"}}})
        );
    }

    #[test]
    fn what_a_value_must_not_be_goes() {
        let schema = json!({"type": "string", "not": {"enum": ["one"]}});
        assert_eq!(stripped(schema), json!({"type": "string"}));
    }

    #[test]
    fn closed_objects_become_open_and_maps_stay() {
        assert_eq!(stripped(json!({"type": "object", "additionalProperties": false})), json!({"type": "object"}));
        let map = json!({"type": "object", "additionalProperties": {"type": "string"}});
        assert_eq!(stripped(map.clone()), map);
    }

    #[test]
    fn an_enum_stays_only_where_it_is_a_type() {
        assert_eq!(stripped(json!({"type": "integer", "enum": [1, 2]})), json!({"type": "integer"}));
        assert_eq!(stripped(json!({"type": "string", "enum": ["one"]})), json!({"type": "string"}));
        let choice = json!({"type": "string", "enum": ["one", "two"]});
        assert_eq!(stripped(choice.clone()), choice);
    }

    #[test]
    fn of_an_operation_and_the_document_only_what_makes_code_stays() {
        let mut doc = json!({
            "openapi": "3.0.0", "info": {}, "servers": [], "security": [], "tags": [],
            "paths": {"/a": {"get": {"operationId": "a", "tags": ["A"], "security": [], "x-retry": "safe", "responses": {}}}},
            "components": {"schemas": {}, "securitySchemes": {}},
        });
        strip(&mut doc);
        assert_eq!(
            doc,
            json!({"openapi": "3.0.0", "info": {}, "paths": {"/a": {"get": {"operationId": "a", "responses": {}}}}, "components": {"schemas": {}}})
        );
    }
}
