//! What progenitor is told: of the lowered document, what becomes types, paths, arguments and replies.
//!
//! Nothing else is passed on. Defaults would be sent, constraints would become types of their own, closed objects would refuse new
//! members, and one-valued members would be arguments; the emit pass sees to all of them. String enums and unions are types that are
//! only referred to. The document is put together here and not read by serde, which would compile a reader of all of OpenAPI into
//! the build of every user.

use crate::document::operations;
use crate::error::Error;
use crate::lower::hoist::CONST;
use crate::lower::schema::type_of;
use openapiv3::{
    AdditionalProperties, AnySchema, ArrayType, BooleanType, Components, Info, IntegerType, MediaType, NumberType,
    ObjectType, OpenAPI, Operation, Parameter, ParameterData, ParameterSchemaOrContent, PathItem, PathStyle, Paths,
    QueryStyle, ReferenceOr, RequestBody, Response, Schema, SchemaData, SchemaKind, StatusCode, StringFormat,
    StringType, Type, VariantOrUnknownOrEmpty,
};
use serde_json::{Map, Value};

/// Tells progenitor of a document.
///
/// # Errors
/// When an operation has what the lowering passes should have taken away.
pub fn document(doc: &Value) -> Result<OpenAPI, Error> {
    let mut paths = Paths::default();
    for found in operations(doc) {
        let operation = operation(found.value).map_err(|error| error.at(found.place()))?;
        let item = paths.paths.entry(found.path.to_owned()).or_insert_with(|| ReferenceOr::Item(PathItem::default()));
        if let ReferenceOr::Item(item) = item {
            let place = match found.method {
                "get" => &mut item.get,
                "put" => &mut item.put,
                "post" => &mut item.post,
                "delete" => &mut item.delete,
                "options" => &mut item.options,
                "head" => &mut item.head,
                "patch" => &mut item.patch,
                _ => &mut item.trace,
            };
            *place = Some(operation);
        }
    }
    let mut components = Components::default();
    for (name, found) in members(&doc["components"]["schemas"]) {
        components.schemas.insert(name.clone(), schema(found));
    }
    let info = Info { title: text(&doc["info"]["title"]), version: text(&doc["info"]["version"]), ..Info::default() };
    Ok(OpenAPI { openapi: text(&doc["openapi"]), info, paths, components: Some(components), ..OpenAPI::default() })
}

fn operation(operation: &Value) -> Result<Operation, Error> {
    let mut told = Operation { operation_id: Some(text(&operation["operationId"])), ..Operation::default() };
    for found in operation["parameters"].as_array().into_iter().flatten() {
        told.parameters.push(ReferenceOr::Item(parameter(found)?));
    }
    if let Some(body) = operation.get("requestBody") {
        let mut request = RequestBody { required: body["required"] == true, ..RequestBody::default() };
        for (media, content) in members(&body["content"]) {
            request.content.insert(media.clone(), media_type(content));
        }
        told.request_body = Some(ReferenceOr::Item(request));
    }
    for (status, reply) in members(&operation["responses"]) {
        let mut response = Response::default();
        for (media, content) in members(&reply["content"]) {
            response.content.insert(media.clone(), media_type(content));
        }
        let response = ReferenceOr::Item(response);
        match status.parse() {
            Ok(code) => drop(told.responses.responses.insert(StatusCode::Code(code), response)),
            Err(_) if status == "default" => told.responses.default = Some(response),
            Err(_) => return Err(Error::new("a reply has no status").found(status.clone())),
        }
    }
    Ok(told)
}

fn parameter(parameter: &Value) -> Result<Parameter, Error> {
    let parameter_data = ParameterData {
        name: text(&parameter["name"]),
        description: None,
        required: parameter["required"] == true,
        deprecated: None,
        format: ParameterSchemaOrContent::Schema(schema(&parameter["schema"])),
        example: None,
        examples: Default::default(),
        explode: parameter["explode"].as_bool(),
        extensions: Default::default(),
    };
    match parameter["in"].as_str() {
        Some("path") => Ok(Parameter::Path { parameter_data, style: PathStyle::Simple }),
        Some("query") => Ok(Parameter::Query {
            parameter_data,
            allow_reserved: false,
            style: QueryStyle::Form,
            allow_empty_value: None,
        }),
        place => {
            Err(Error::new("a parameter is neither in the path nor in the query").found(place.unwrap_or("nowhere")))
        }
    }
}

fn media_type(content: &Value) -> MediaType {
    MediaType { schema: content.get("schema").map(schema), ..MediaType::default() }
}

fn schema(schema: &Value) -> ReferenceOr<Schema> {
    match schema.get("$ref").and_then(Value::as_str) {
        Some(reference) => ReferenceOr::Reference { reference: reference.to_owned() },
        None => ReferenceOr::Item(Schema { schema_data: SchemaData::default(), schema_kind: kind(schema) }),
    }
}

fn kind(schema: &Value) -> SchemaKind {
    SchemaKind::Type(match type_of(schema) {
        Some("object") => Type::Object(object(schema)),
        Some("array") => Type::Array(ArrayType {
            items: schema.get("items").map(boxed),
            min_items: None,
            max_items: None,
            unique_items: false,
        }),
        Some("string") => Type::String(StringType { format: format(schema), ..StringType::default() }),
        Some("integer") => Type::Integer(IntegerType::default()),
        Some("number") => Type::Number(NumberType::default()),
        Some("boolean") => Type::Boolean(BooleanType::default()),
        _ => return SchemaKind::Any(AnySchema::default()),
    })
}

/// Only bytes are no text: of a date and the like the server is the judge.
fn format(schema: &Value) -> VariantOrUnknownOrEmpty<StringFormat> {
    if schema["format"] == "binary" {
        VariantOrUnknownOrEmpty::Item(StringFormat::Binary)
    } else {
        VariantOrUnknownOrEmpty::Empty
    }
}

fn object(schema: &Value) -> ObjectType {
    let mut object = ObjectType::default();
    let properties = &schema["properties"];
    for (name, property) in members(properties).filter(|(_, property)| property.get(CONST).is_none()) {
        object.properties.insert(name.clone(), boxed(property));
    }
    let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
    object.required = required.filter(|name| properties[*name].get(CONST).is_none()).map(str::to_owned).collect();
    object.additional_properties = match &schema["additionalProperties"] {
        Value::Bool(true) => Some(AdditionalProperties::Any(true)),
        values @ Value::Object(_) => Some(AdditionalProperties::Schema(Box::new(self::schema(values)))),
        _ => None,
    };
    object
}

fn boxed(schema: &Value) -> ReferenceOr<Box<Schema>> {
    match self::schema(schema) {
        ReferenceOr::Reference { reference } => ReferenceOr::Reference { reference },
        ReferenceOr::Item(schema) => ReferenceOr::Item(Box::new(schema)),
    }
}

fn members(object: &Value) -> impl Iterator<Item = (&String, &Value)> {
    object.as_object().into_iter().flat_map(Map::iter)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn told(schema: Value) -> Value {
        serde_json::to_value(self::schema(&schema)).unwrap()
    }

    #[test]
    fn a_constant_is_no_member() {
        let schema = json!({"type": "object", "required": ["type", "a"], "properties": {"type": {"type": "string", "x-const": "wick"}, "a": {"type": "string"}}});
        assert_eq!(told(schema), json!({"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}}}));
    }

    #[test]
    fn defaults_limits_and_extensions_are_not_passed_on() {
        let schema = json!({"type": "object", "x-rust-name": "B", "description": "d", "nullable": true, "properties": {
            "default": {"type": "string", "default": "z", "maxLength": 3, "pattern": "^a", "not": {"enum": ["one"]}},
            "pattern": {"type": "number", "minimum": 1, "exclusiveMinimum": true, "format": "float"},
            "items": {"type": "array", "minItems": 1, "items": {"$ref": "#/components/schemas/A", "deprecated": true}},
        }});
        assert_eq!(
            told(schema),
            json!({"type": "object", "properties": {
                "default": {"type": "string"}, "pattern": {"type": "number"},
                "items": {"type": "array", "items": {"$ref": "#/components/schemas/A"}},
            }})
        );
    }

    #[test]
    fn closed_objects_become_open_and_maps_stay() {
        assert_eq!(told(json!({"type": "object", "additionalProperties": false})), json!({"type": "object"}));
        for values in [json!(true), json!({"type": "string"}), json!({"$ref": "#/components/schemas/A"}), json!({})] {
            let map = json!({"type": "object", "additionalProperties": values});
            assert_eq!(told(map.clone()), map);
        }
    }

    #[test]
    fn values_and_arms_are_not_passed_on() {
        for kind in ["string", "integer", "number", "boolean"] {
            assert_eq!(told(json!({"type": kind, "enum": [1, "two"], "format": "date"})), json!({"type": kind}));
        }
        assert_eq!(told(json!({"oneOf": [{"type": "string"}, {"type": "integer"}]})), json!({}));
        let bytes = json!({"type": "string", "format": "binary"});
        assert_eq!(told(bytes.clone()), bytes);
    }

    #[test]
    fn of_an_operation_only_what_makes_code_stays() {
        let schema = json!({"type": "string"});
        let content = json!({"application/json": {"schema": schema, "example": "a"}});
        let doc = json!({
            "openapi": "3.0.0", "info": {"title": "t", "version": "1", "description": "d"}, "servers": [{"url": "/"}], "tags": [],
            "paths": {"/a/{id}": {"summary": "s", "post": {
                "operationId": "a", "tags": ["A"], "security": [], "x-retry": "safe", "summary": "s",
                "parameters": [{"in": "path", "name": "id", "required": true, "schema": schema, "description": "d"}, {"in": "query", "name": "q", "schema": schema}],
                "requestBody": {"required": true, "content": content},
                "responses": {"200": {"description": "d", "content": content, "headers": {}}, "default": {"description": "d"}},
            }}},
            "components": {"schemas": {"A": schema}, "securitySchemes": {}},
        });
        let content = json!({"application/json": {"schema": schema}});
        assert_eq!(
            serde_json::to_value(document(&doc).unwrap()).unwrap(),
            json!({
                "openapi": "3.0.0", "info": {"title": "t", "version": "1"},
                "paths": {"/a/{id}": {"post": {
                    "operationId": "a",
                    "parameters": [
                        {"in": "path", "name": "id", "required": true, "schema": schema, "style": "simple"},
                        {"in": "query", "name": "q", "schema": schema, "style": "form"},
                    ],
                    "requestBody": {"required": true, "content": content},
                    "responses": {"200": {"description": "", "content": content}, "default": {"description": ""}},
                }}},
                "components": {"schemas": {"A": schema}},
            })
        );
    }

    #[test]
    fn what_the_lowering_leaves_behind_is_told_with_its_place() {
        let doc = |operation: Value| json!({"paths": {"/a": {"get": operation}}});
        let header = json!({"operationId": "a", "parameters": [{"in": "header", "name": "h", "schema": {}}]});
        let status = json!({"operationId": "a", "responses": {"fine": {"description": "d"}}});
        for (operation, found) in [(header, "header"), (status, "fine")] {
            let error = document(&doc(operation)).unwrap_err().to_string();
            assert!(error.contains("$.paths['/a'].get") && error.contains(found), "{error}");
        }
    }
}
