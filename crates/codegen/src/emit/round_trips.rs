//! `table`: all types that can be written and read, with their schemas, for the test that does both.

use super::{ident, is_declared, structs};
use crate::lower::hoist::CONST;
use crate::model::{Kind, Model};
use quote::quote;
use serde_json::{Map, Value, json};

/// Rust source: `TYPES`, a `static` of names and `trip::<T>`, and `SCHEMAS`, the JSON schemas of all types by name.
#[must_use]
pub fn table(model: &Model) -> String {
    let both = |name: &String| {
        is_declared(model, name) && structs::serialises(name, model) && structs::is_readable(name, model)
    };
    let names: Vec<_> = model.types.keys().filter(|name| both(name)).collect();
    let types = names.iter().map(|name| ident(name));
    let schemas: Map<String, Value> =
        model.types.iter().map(|(name, kind)| (name.clone(), schema(&kind.kind))).collect();
    let schemas = Value::Object(schemas).to_string();
    let file = quote! {
        static TYPES: &[(&str, Trip)] = &[#((#names, trip::<venice_ai::types::#types>)),*];
        const SCHEMAS: &str = #schemas;
    };
    file.to_string()
}

/// The schema of a type as it is on the wire, each member under one of its names.
fn schema(kind: &Kind) -> Value {
    match kind {
        Kind::Enum(values) => {
            json!({"type": "string", "enum": values.iter().map(|value| &value.wire).collect::<Vec<_>>()})
        }
        Kind::Union(union) => json!({"oneOf": union.arms.iter().map(|arm| &arm.schema).collect::<Vec<_>>()}),
        Kind::Struct(object) => {
            let fields = object.fields.iter().map(|field| (field.wire.clone(), field.schema.clone()));
            let constants = object.constants.iter().map(|(name, value)| (name.clone(), json!({CONST: value})));
            let properties: Map<String, Value> = fields.chain(constants).collect();
            let required = object.fields.iter().filter(|field| field.required).map(|field| &field.wire);
            let required: Vec<_> = required.chain(object.constants.iter().map(|(name, _)| name)).collect();
            json!({"type": "object", "properties": properties, "required": required, "additionalProperties": object.open})
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_that_are_written_and_read_are_listed_with_the_schemas_of_all() {
        let name = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
        let model = Model::read(&json!({"info": {"version": "1"}, "paths": {}, "components": {"schemas": {
            "Lamp": {"type": "object", "required": ["a", "type"], "properties": {"a": name("Oil"), "type": {"type": "string", "x-const": "lamp"}}},
            "Oil": {"type": "string", "enum": ["o"]},
            "Photo": {"type": "object", "properties": {"file": name("Upload")}},
        }}}));
        let table = table(&model);
        assert!(
            table.contains("trip :: < venice_ai :: types :: Lamp >") && table.contains("types :: Oil >"),
            "{table}"
        );
        assert!(!table.contains("types :: Photo"), "{table}");
        let lamp = schema(&model.types["Lamp"].kind);
        assert_eq!(lamp["properties"]["type"], json!({"x-const": "lamp"}));
        assert_eq!(lamp["required"], json!(["a", "type"]));
    }
}
