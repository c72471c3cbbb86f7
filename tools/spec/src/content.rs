//! `unclassified`: what privacy policies refuse, as the overlay does not say where it sends the content of a request.

use venice_ai_codegen::model::content::Carries;
use venice_ai_codegen::model::{Model, Operation, Struct, references};

/// Lists the operations and the fields of requests that are not classified.
pub fn unclassified(model: &Model) -> Vec<String> {
    let mut found = Vec::new();
    for operation in &model.operations {
        let body = operation.body.as_ref().and_then(|name| model.object(name));
        match (&operation.carries, body) {
            (Carries::Unclassified, _) => found.push(format!("operation {}", operation.id)),
            (Carries::Models { .. }, Some(body)) => fields(model, operation, body, "", &mut found),
            _ => {}
        }
    }
    found
}

fn fields(model: &Model, operation: &Operation, object: &Struct, parent: &str, found: &mut Vec<String>) {
    let Carries::Models { fields: models, characters, .. } = &operation.carries else { return };
    let named = || models.iter().chain(characters).chain(operation.sends_on.iter().map(|rule| &rule.field));
    for field in &object.fields {
        let path = format!("{parent}{}", field.wire);
        let (items, inside) = (format!("{path}[]."), format!("{path}."));
        if named().any(|known| *known == path || known.starts_with(&items)) {
            continue;
        }
        if named().any(|known| known.starts_with(&inside)) {
            let held = references(&field.schema);
            let objects = held.iter().filter_map(|name| model.object(name));
            objects.for_each(|object| fields(model, operation, object, &inside, found));
        } else if !model.harmless.contains(&field.wire) {
            found.push(format!("field {path} of {}", operation.id));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_nobody_has_classified_is_listed() {
        let body = json!({"$ref": "#/components/schemas/Light"});
        let post = |more: serde_json::Value| {
            let mut post =
                json!({"operationId": "light", "requestBody": {"content": {"application/json": {"schema": body}}}});
            post.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            json!({"post": post})
        };
        let of = |more: serde_json::Value| {
            let text = || json!({"type": "string"});
            let more_of = json!({"type": "object", "properties": {"search": text(), "glow": text(), "spark": text()}});
            let light = json!({"type": "object", "properties": {
                "model": text(), "wick": text(), "shade": text(), "list": text(), "more": {"$ref": "#/components/schemas/More"},
            }});
            let doc = json!({
                "info": {"version": "1"}, "x-harmless": ["wick", "glow"], "paths": {"/light": post(more)},
                "components": {"schemas": {"Light": light, "More": more_of}},
            });
            unclassified(&Model::read(&doc))
        };
        assert_eq!(of(json!({})), ["operation light"]);
        assert!(of(json!({"x-carries": "nothing"})).is_empty());
        let classified = json!({
            "x-carries": {"models": ["model"], "types": ["text"]},
            "x-sends-on": {"more.search": {"to": "a search engine"}, "list[].type": {"to": "a tool"}},
        });
        assert_eq!(of(classified), ["field shade of light", "field more.spark of light"]);
    }
}
