//! Builds the OpenAPI document that progenitor reads, from the lowered document and its model.
//!
//! It has all operations with their parameters, bodies and replies, and all types: structs, enums with their values, unions as `oneOf`.
//! Left out is what would make other Rust code than the API needs. Limits would become newtypes that check when they are made, formats
//! types of other crates, constants enums with one value, and defaults would be sent. A form is no body that progenitor knows. Documentation is
//! added when the types are finished, since progenitor drops it from members that refer to a type.
//!
//! Fields and enum values go in under their Rust names. progenitor makes names of its own otherwise, and refuses two values that it would call alike.
//! The finished types have the names of the wire.
//!
//! The document is built here and not read by serde, which would compile a reader of all of OpenAPI into the build of every user.

use crate::document::operations;
use crate::error::Error;
use crate::lower::schema::type_of;
use crate::lower::{HANDWRITTEN, bodies, parameters};
use crate::model::{Field, Kind, Model, Struct};
use openapiv3::{
    AdditionalProperties, AnySchema, ArrayType, BooleanType, Components, HeaderStyle, Info, IntegerType, MediaType,
    NumberType, ObjectType, OpenAPI, Operation, Parameter, ParameterData, ParameterSchemaOrContent, PathItem,
    PathStyle, Paths, QueryStyle, ReferenceOr, RequestBody, Response, Schema, SchemaData, SchemaKind, StatusCode,
    StringFormat, StringType, Type, VariantOrUnknownOrEmpty,
};
use serde_json::{Map, Value};

/// Builds progenitor's document.
///
/// # Errors
/// When an operation has what the lowering passes should have taken away.
pub fn document(doc: &Value, model: &Model) -> Result<OpenAPI, Error> {
    let mut paths = Paths::default();
    for found in operations(doc) {
        let operation = operation(found.value).map_err(|error| error.at(found.place()))?;
        // The HTTP library has no function for these methods: our method names them.
        let path = match found.method {
            method @ ("options" | "trace") => format!("{}#{method}", found.path),
            _ => found.path.to_owned(),
        };
        let item = paths.paths.entry(path).or_insert_with(|| ReferenceOr::Item(PathItem::default()));
        if let ReferenceOr::Item(item) = item {
            let place = match found.method {
                "put" => &mut item.put,
                "post" => &mut item.post,
                "delete" => &mut item.delete,
                "head" => &mut item.head,
                "patch" => &mut item.patch,
                _ => &mut item.get,
            };
            *place = Some(operation);
        }
    }
    let mut components = Components::default();
    for name in HANDWRITTEN {
        components.schemas.insert(name.to_owned(), item(SchemaKind::Type(Type::Object(ObjectType::default()))));
    }
    for (name, found) in &model.types {
        components.schemas.insert(name.clone(), item(component(&found.kind)));
    }
    let info = Info { title: text(&doc["info"]["title"]), version: text(&doc["info"]["version"]), ..Info::default() };
    Ok(OpenAPI { openapi: text(&doc["openapi"]), info, paths, components: Some(components), ..OpenAPI::default() })
}

fn operation(operation: &Value) -> Result<Operation, Error> {
    let mut told = Operation { operation_id: Some(text(&operation["operationId"])), ..Operation::default() };
    for found in operation["parameters"].as_array().into_iter().flatten() {
        told.parameters.push(ReferenceOr::Item(parameter(found)?));
    }
    for name in operation[parameters::HEADERS].as_array().into_iter().flatten() {
        let text = item(SchemaKind::Type(Type::String(StringType::default())));
        let parameter_data = parameter_data(self::text(name), false, None, text);
        told.parameters.push(ReferenceOr::Item(Parameter::Header { parameter_data, style: HeaderStyle::Simple }));
    }
    let form = operation[bodies::MEDIA].as_array().into_iter().flatten().filter_map(Value::as_str).any(bodies::is_form);
    if let Some(body) = operation.get("requestBody").filter(|_| !form) {
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
    let schema = match (&parameter["in"], schema(&parameter["schema"])) {
        // An open enum is any text, which our method encodes.
        (Value::String(place), ReferenceOr::Reference { .. }) if place == "path" => {
            item(SchemaKind::Type(Type::String(StringType::default())))
        }
        (_, schema) => schema,
    };
    let required = parameter["required"] == true;
    let explode = parameter["explode"].as_bool();
    let parameter_data = parameter_data(text(&parameter["name"]), required, explode, schema);
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

fn parameter_data(name: String, required: bool, explode: Option<bool>, schema: ReferenceOr<Schema>) -> ParameterData {
    ParameterData {
        name,
        description: None,
        required,
        deprecated: None,
        format: ParameterSchemaOrContent::Schema(schema),
        example: None,
        examples: Default::default(),
        explode,
        extensions: Default::default(),
    }
}

fn media_type(content: &Value) -> MediaType {
    MediaType { schema: content.get("schema").map(schema), ..MediaType::default() }
}

/// A named type.
fn component(kind: &Kind) -> SchemaKind {
    match kind {
        Kind::Struct(found) => SchemaKind::Type(Type::Object(structure(found))),
        Kind::Enum(values) => SchemaKind::Type(Type::String(StringType {
            enumeration: values.iter().map(|value| Some(value.name.clone())).collect(),
            ..StringType::default()
        })),
        Kind::Union(union) => SchemaKind::OneOf { one_of: union.arms.iter().map(|arm| schema(&arm.schema)).collect() },
    }
}

fn structure(found: &Struct) -> ObjectType {
    let mut object = ObjectType::default();
    for field in &found.fields {
        object.properties.insert(field.rust.clone(), boxed(member(field)));
    }
    object.required = found.fields.iter().filter(|field| field.required).map(|field| field.rust.clone()).collect();
    object.additional_properties = match (found.open, found.fields.is_empty()) {
        (false, false) => None,
        // Without this an object that has no fields would be a map.
        (false, true) => Some(AdditionalProperties::Any(false)),
        (true, false) => Some(AdditionalProperties::Schema(Box::new(item(SchemaKind::Any(AnySchema::default()))))),
        (true, true) => {
            object
                .properties
                .insert(EXTRA.to_owned(), boxed(item(SchemaKind::Type(Type::Object(ObjectType::default())))));
            object.required.push(EXTRA.to_owned());
            None
        }
    };
    object
}

/// The field in which progenitor collects the members that have no field of their own.
pub const EXTRA: &str = "extra";

/// A field. Of an optional list or object progenitor makes an empty one unless it may be null.
fn member(field: &Field) -> ReferenceOr<Schema> {
    let mut schema = schema(&field.schema);
    if let ReferenceOr::Item(schema) = &mut schema {
        schema.schema_data.nullable = !field.required;
    }
    schema
}

fn item(schema_kind: SchemaKind) -> ReferenceOr<Schema> {
    ReferenceOr::Item(Schema { schema_data: SchemaData::default(), schema_kind })
}

fn schema(schema: &Value) -> ReferenceOr<Schema> {
    match schema.get("$ref").and_then(Value::as_str) {
        Some(reference) => ReferenceOr::Reference { reference: reference.to_owned() },
        None => item(kind(schema)),
    }
}

fn kind(schema: &Value) -> SchemaKind {
    SchemaKind::Type(match type_of(schema) {
        Some("object") => Type::Object(map(schema)),
        Some("array") => Type::Array(ArrayType {
            items: schema.get("items").map(|items| boxed(self::schema(items))),
            min_items: None,
            max_items: None,
            unique_items: false,
        }),
        Some("string") => Type::String(StringType { format: format(schema), ..StringType::default() }),
        Some("integer") if schema["format"] == "uint32" => Type::Integer(IntegerType {
            format: VariantOrUnknownOrEmpty::Unknown("uint32".to_owned()),
            ..IntegerType::default()
        }),
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

/// An object without a name: one with fields has one.
fn map(schema: &Value) -> ObjectType {
    let additional_properties = match &schema["additionalProperties"] {
        Value::Bool(true) => Some(AdditionalProperties::Any(true)),
        values @ Value::Object(_) => Some(AdditionalProperties::Schema(Box::new(self::schema(values)))),
        _ => None,
    };
    ObjectType { additional_properties, ..ObjectType::default() }
}

fn boxed(schema: ReferenceOr<Schema>) -> ReferenceOr<Box<Schema>> {
    match schema {
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

    /// What progenitor reads of a component.
    fn fed(schema: Value) -> Value {
        let doc = json!({"info": {"version": "1"}, "paths": {}, "components": {"schemas": {"A": schema}}});
        let document = document(&doc, &Model::read(&doc)).unwrap();
        serde_json::to_value(&document.components.unwrap().schemas["A"]).unwrap()
    }

    #[test]
    fn a_constant_is_no_field() {
        let schema = json!({"type": "object", "required": ["type", "a"], "properties": {"type": {"type": "string", "x-const": "wick"}, "a": {"type": "string"}}});
        assert_eq!(fed(schema), json!({"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}}}));
    }

    #[test]
    fn defaults_limits_and_extensions_are_left_out() {
        let schema = json!({"type": "object", "x-rust-name": "B", "description": "d", "nullable": true, "properties": {
            "default": {"type": "string", "default": "z", "maxLength": 3, "pattern": "^a", "not": {"enum": ["one"]}},
            "pattern": {"type": "number", "minimum": 1, "exclusiveMinimum": true, "format": "float"},
            "items": {"type": "array", "minItems": 1, "items": {"$ref": "#/components/schemas/A", "deprecated": true}},
        }});
        assert_eq!(
            fed(schema),
            json!({"type": "object", "properties": {
                "default": {"type": "string", "nullable": true}, "pattern": {"type": "number", "nullable": true},
                "items": {"type": "array", "items": {"$ref": "#/components/schemas/A"}, "nullable": true},
            }})
        );
    }

    #[test]
    fn closed_objects_are_fed_open_and_open_ones_keep_what_they_do_not_know() {
        let text = json!({"type": "string"});
        let object = |more: Value| json!({"type": "object", "required": ["a"], "properties": {"a": text}, "additionalProperties": more});
        assert_eq!(fed(object(json!(false))), json!({"type": "object", "required": ["a"], "properties": {"a": text}}));
        for more in [json!(true), json!({}), text.clone()] {
            assert_eq!(fed(object(more)), object(json!({})));
        }
        let empty = json!({"type": "object", "additionalProperties": false});
        assert_eq!(fed(json!({"type": "object"})), empty, "without it, it would be a map");
        let extra = json!({"type": "object", "required": ["extra"], "properties": {"extra": {"type": "object"}}});
        assert_eq!(fed(json!({"type": "object", "additionalProperties": true})), extra);
    }

    #[test]
    fn maps_stay_maps() {
        for values in [json!(true), json!({"type": "string"}), json!({"$ref": "#/components/schemas/A"}), json!({})] {
            let map = json!({"type": "object", "additionalProperties": values});
            let schema = json!({"type": "object", "required": ["a"], "properties": {"a": map}});
            assert_eq!(fed(schema.clone()), schema);
        }
    }

    #[test]
    fn fields_and_values_go_by_their_rust_names() {
        let schema = json!({"type": "object", "required": ["maxSize", "type"], "properties": {"maxSize": {"type": "integer"}, "type": {"type": "string"}}});
        let named = json!({"type": "object", "required": ["max_size", "type_"], "properties": {"max_size": {"type": "integer"}, "type_": {"type": "string"}}});
        assert_eq!(fed(schema), named);
        let values = json!({"type": "string", "enum": ["720p", "auto"], "x-variants": {"720p": "P720"}});
        assert_eq!(fed(values), json!({"type": "string", "enum": ["P720", "Auto"]}));
    }

    #[test]
    fn unions_are_fed_with_their_arms_and_scalars_without_their_values() {
        let arms = |more: bool| {
            let mut text = json!({"type": "string"});
            if more {
                text["maxLength"] = 4.into();
            }
            json!({"oneOf": [text, {"type": "array", "items": {"$ref": "#/components/schemas/A"}}, {}]})
        };
        assert_eq!(fed(arms(true)), arms(false));
        for kind in ["integer", "number", "boolean"] {
            let object = |schema: Value| json!({"type": "object", "required": ["a"], "properties": {"a": schema}});
            let schema = object(json!({"type": kind, "enum": [1, "two"], "format": "date"}));
            assert_eq!(fed(schema), object(json!({"type": kind})));
        }
        let bytes =
            json!({"type": "object", "required": ["a"], "properties": {"a": {"type": "string", "format": "binary"}}});
        assert_eq!(fed(bytes.clone()), bytes);
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
                "x-header-parameters": ["X-Wick"], "requestBody": {"required": true, "content": content},
                "responses": {"200": {"description": "d", "content": content, "headers": {}}, "default": {"description": "d"}},
            }}},
            "components": {"schemas": {"A": schema}, "securitySchemes": {}},
        });
        let content = json!({"application/json": {"schema": schema}});
        let fed = serde_json::to_value(document(&doc, &Model::default()).unwrap()).unwrap();
        assert_eq!(fed["info"], json!({"title": "t", "version": "1"}));
        assert_eq!(
            fed["paths"],
            json!({"/a/{id}": {"post": {
                "operationId": "a",
                "parameters": [
                    {"in": "path", "name": "id", "required": true, "schema": schema, "style": "simple"},
                    {"in": "query", "name": "q", "schema": schema, "style": "form"},
                    {"in": "header", "name": "X-Wick", "schema": schema, "style": "simple"},
                ],
                "requestBody": {"required": true, "content": content},
                "responses": {"200": {"description": "", "content": content}, "default": {"description": ""}},
            }}})
        );
    }

    #[test]
    fn a_form_is_no_body() {
        let doc = json!({"paths": {"/a": {"post": {
            "operationId": "a", "x-request-media": ["application/json", "multipart/form-data"], "requestBody": {"required": true, "content": {"application/json": {"schema": {}}}},
        }}}});
        let fed = serde_json::to_value(document(&doc, &Model::default()).unwrap()).unwrap();
        assert_eq!(fed["paths"]["/a"]["post"]["operationId"], "a");
        assert!(fed["paths"]["/a"]["post"].get("requestBody").is_none());
    }

    #[test]
    fn what_the_lowering_leaves_behind_is_reported_with_its_place() {
        let doc = |operation: Value| json!({"paths": {"/a": {"get": operation}}});
        let header = json!({"operationId": "a", "parameters": [{"in": "header", "name": "h", "schema": {}}]});
        let status = json!({"operationId": "a", "responses": {"fine": {"description": "d"}}});
        for (operation, found) in [(header, "header"), (status, "fine")] {
            let error = document(&doc(operation), &Model::default()).unwrap_err().to_string();
            assert!(error.contains("$.paths['/a'].get") && error.contains(found), "{error}");
        }
    }
}
