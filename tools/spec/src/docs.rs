//! `docs.yaml` and the document: what has no entry, and entries of what there is not.

use std::collections::BTreeSet;

use serde_json::Value;
use venice_ai_codegen::Error;
use venice_ai_codegen::docs::{Docs, OWN};
use venice_ai_codegen::document::Place;
use venice_ai_codegen::model::{Kind, Model};

/// Whether the file has its form.
///
/// # Errors
/// When it is not a map of maps of texts.
pub fn check(docs: &Docs) -> Result<(), Error> {
    let (root, doc) = (Place::Root, docs.doc());
    if doc.is_null() {
        return Ok(());
    }
    let entries = doc.as_object().ok_or_else(|| Error::new("the documentation is not a map").found(doc))?;
    for (name, texts) in entries {
        let place = root.key(name);
        let wrong = |found: &Value| {
            let error = Error::new("documentation is a map of texts").at(place).found(found);
            error.help("write `Type: {_: text, field: text}` or `operationId: {summary: text, description: text}`")
        };
        let texts = texts.as_object().ok_or_else(|| wrong(texts))?;
        if let Some(other) = texts.values().find(|text| !text.is_string()) {
            return Err(wrong(other));
        }
    }
    Ok(())
}

/// The entries whose type, field, value or operation does not exist, as `Type`, `Type.field` or an id.
pub fn stale(docs: &Docs, model: &Model) -> Vec<String> {
    let mut known: BTreeSet<(&str, &str)> = BTreeSet::new();
    for (name, kind) in &model.types {
        let members: Vec<&String> = match &kind.kind {
            Kind::Struct(object) => {
                let constants = object.constants.iter().map(|(name, _)| name);
                let fields = object.fields.iter().flat_map(|field| std::iter::once(&field.wire).chain(&field.aliases));
                fields.chain(constants).collect()
            }
            Kind::Enum(values) => values.iter().map(|value| &value.wire).collect(),
            Kind::Union(union) => union.arms.iter().map(|arm| &arm.key).collect(),
        };
        known.extend(members.into_iter().map(String::as_str).chain([OWN]).map(|member| (name.as_str(), member)));
    }
    known.extend(
        model.operations.iter().flat_map(|operation| ["summary", "description"].map(|key| (&*operation.id, key))),
    );
    known.extend(model.areas.keys().map(|area| ("areas", area.as_str())));
    known.extend(model.headers.iter().map(|header| ("headers", header.wire.as_str())));
    let entries = docs.doc().as_object().into_iter().flatten();
    let entries =
        entries.flat_map(|(name, texts)| texts.as_object().into_iter().flatten().map(move |(key, _)| (name, key)));
    let stale = entries.filter(|(name, key)| !known.contains(&(name.as_str(), key.as_str())));
    let stale: BTreeSet<String> =
        stale.map(|(name, key)| if key == OWN { name.clone() } else { format!("{name}.{key}") }).collect();
    stale.into_iter().collect()
}

/// Lists the operations, types and fields that are documented from the facts of the document alone.
pub fn missing(model: &Model) -> Vec<String> {
    let operations = model.operations.iter().filter(|operation| operation.doc().is_none());
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
    fn entries_of_what_is_gone_are_reported_and_the_others_apply() {
        let wick = json!({"type": "object", "properties": {}});
        let mut model = Model::read(&json!({"paths": {}, "components": {"schemas": {"Wick": wick}}}));
        let docs = Docs::new(json!({
            "Wick": {"_": "A wick.", "length": "In mm."}, "Lamp": {"_": "A lamp."}, "getLamp": {"summary": "Gets."}
        }));
        assert_eq!(stale(&docs, &model), ["Lamp", "Wick.length", "getLamp.summary"]);
        docs.apply(&mut model);
        assert_eq!(model.types["Wick"].doc.as_deref(), Some("A wick."));
    }

    #[test]
    fn what_is_no_map_of_texts_is_rejected_with_its_place() {
        let check = |doc| check(&Docs::new(doc));
        let error = check(json!({"Wick": {"length": 5}})).unwrap_err().to_string();
        assert!(error.contains("$.Wick") && error.contains("found: 5"), "{error}");
        assert!(check(json!(["Wick"])).is_err());
        assert!(check(json!({"Wick": "text"})).is_err());
    }

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
        let missing = missing(&Model::read(&doc));
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
