//! What is not documented: operations anywhere, types and members in the areas that are wrapped.

use std::collections::BTreeSet;

use serde_json::Value;
use venice_ai_codegen::model::{Kind, Model};

/// The paths of the areas whose types and members are all documented.
const CORE: [&str; 3] = ["/api_keys", "/models", "/chat"];

/// Lists what has no words in `docs.yaml` and must have some.
pub fn missing(model: &Model) -> Vec<String> {
    let types = core_types(model);
    wordless(model, |name| types.contains(name))
}

/// Lists everything that has no words in `docs.yaml`, in all areas.
pub fn all_missing(model: &Model) -> Vec<String> {
    wordless(model, |_| true)
}

fn wordless(model: &Model, concerned: impl Fn(&str) -> bool) -> Vec<String> {
    let operations = model.operations.iter().filter(|operation| operation.doc.is_none());
    let mut missing: Vec<String> = operations
        .map(|operation| format!("operation {} ({} {})", operation.id, operation.method, operation.path))
        .collect();
    for (name, kind) in model.types.iter().filter(|(name, _)| concerned(name)) {
        // A form of a union that has nothing but its tag is a variant, and no type.
        if model.is_unit(name) {
            continue;
        }
        if kind.doc.is_none() {
            missing.push(format!("type {name}"));
        }
        if let Kind::Struct(object) = &kind.kind {
            missing.extend(
                object
                    .fields
                    .iter()
                    .filter(|field| field.doc.is_none())
                    .map(|field| format!("member {name}.{}", field.wire)),
            );
        }
    }
    missing
}

fn is_core(path: &str) -> bool {
    CORE.iter().any(|core| path == *core || path.strip_prefix(core).is_some_and(|rest| rest.starts_with('/')))
}

/// The types that requests and replies of the core areas lead to.
fn core_types(model: &Model) -> BTreeSet<String> {
    let mut open: Vec<String> = Vec::new();
    for operation in model.operations.iter().filter(|operation| is_core(&operation.path)) {
        open.extend(
            [&operation.body, &operation.params, &operation.reply, &operation.event].into_iter().flatten().cloned(),
        );
        operation.parameters.iter().for_each(|parameter| references(&parameter.schema, &mut open));
    }
    let mut found = BTreeSet::new();
    while let Some(name) = open.pop() {
        let Some(kind) = model.types.get(&name) else { continue };
        if !found.insert(name) {
            continue;
        }
        match &kind.kind {
            Kind::Struct(object) => object.fields.iter().for_each(|field| references(&field.schema, &mut open)),
            Kind::Union(union) => union.arms.iter().for_each(|arm| references(&arm.schema, &mut open)),
            Kind::Enum(_) => {}
        }
    }
    found
}

fn references(schema: &Value, names: &mut Vec<String>) {
    match schema {
        Value::Object(members) => {
            let reference = members
                .get("$ref")
                .and_then(Value::as_str)
                .and_then(|reference| reference.strip_prefix("#/components/schemas/"));
            names.extend(reference.map(str::to_owned));
            members.values().for_each(|value| references(value, names));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, names)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_has_no_words_is_named() {
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
        assert_eq!(missing, ["operation listWicks (GET /wicks)", "type Model", "member ModelList.data"]);
    }
}
