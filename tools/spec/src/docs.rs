//! `missing`: what `docs.yaml` has no entry for.

use venice_ai_codegen::model::{Kind, Model};

/// Lists the operations, types and fields that are documented from the facts of the document alone.
pub fn missing(model: &Model) -> Vec<String> {
    let operations = model.operations.iter().filter(|operation| operation.doc.is_none());
    let mut missing: Vec<String> = operations
        .map(|operation| format!("operation {} ({} {})", operation.id, operation.method, operation.path))
        .collect();
    for (name, kind) in &model.types {
        // A form of a union that has nothing but its tag is a variant, and no type.
        if model.is_unit(name) {
            continue;
        }
        if kind.doc.is_none() {
            missing.push(format!("type {name}"));
        }
        if let Kind::Struct(object) = &kind.kind {
            let fields = object.fields.iter().filter(|field| field.doc.is_none());
            missing.extend(fields.map(|field| format!("field {name}.{}", field.wire)));
        }
    }
    missing
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_undocumented_is_listed() {
        let media =
            |name: &str| json!({"application/json": {"schema": {"$ref": format!("#/components/schemas/{name}")}}});
        let operation =
            |id: &str, reply: &str| json!({"operationId": id, "responses": {"200": {"content": media(reply)}}});
        let mut documented = operation("listModels", "ModelList");
        documented["summary"] = "Lists the models.".into();
        let doc = json!({
            "info": {"version": "1"},
            "paths": {"/models": {"get": documented}, "/wicks": {"get": operation("listWicks", "WickList")}},
            "components": {"schemas": {
                "ModelList": {"type": "object", "description": "d", "properties": {"data": {"type": "array", "items": {"$ref": "#/components/schemas/Model"}}}},
                "Model": {"type": "object", "properties": {"id": {"type": "string", "description": "d"}}},
                "WickList": {"type": "object", "properties": {"data": {"type": "string"}}},
            }},
        });
        let missing = missing(&Model::read(&doc).unwrap_or_default());
        assert_eq!(
            missing,
            [
                "operation listWicks (GET /wicks)",
                "type Model",
                "field ModelList.data",
                "type WickList",
                "field WickList.data"
            ]
        );
    }
}
