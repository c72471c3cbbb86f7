//! References to parameters, bodies, replies and headers are written out where they stand; only schemas stay shared.

use super::schema::{METHODS, all_mut};
use crate::document::target;
use crate::error::Error;
use serde_json::Value;

/// Writes out every reference that does not name a schema; returns how many.
///
/// # Errors
/// When a reference leads nowhere.
pub fn inline(doc: &mut Value) -> Result<usize, Error> {
    let source = doc.clone();
    let mut count = 0;
    let Some(paths) = doc.get_mut("paths").and_then(Value::as_object_mut) else { return Ok(0) };
    for (path, item) in paths {
        let here = format!("$.paths['{path}']");
        let Some(item) = item.as_object_mut() else { continue };
        let shared: Vec<Value> =
            item.remove("parameters").and_then(|list| list.as_array().cloned()).unwrap_or_default();
        for (method, operation) in item.iter_mut().filter(|(method, _)| METHODS.contains(&method.as_str())) {
            let here = format!("{here}.{method}");
            let Some(operation) = operation.as_object_mut() else { continue };
            if !shared.is_empty() {
                let own = operation.entry("parameters").or_insert_with(|| Value::Array(Vec::new()));
                count += add_shared(own, &shared);
            }
            if let Some(parameters) = operation.get_mut("parameters").and_then(Value::as_array_mut) {
                for parameter in parameters {
                    count += follow(parameter, &source, &here)?;
                }
            }
            if let Some(body) = operation.get_mut("requestBody") {
                count += follow(body, &source, &here)?;
            }
            if let Some(responses) = operation.get_mut("responses").and_then(Value::as_object_mut) {
                for response in responses.values_mut() {
                    count += follow(response, &source, &here)?;
                    if let Some(headers) = response.get_mut("headers").and_then(Value::as_object_mut) {
                        for header in headers.values_mut() {
                            count += follow(header, &source, &here)?;
                        }
                    }
                }
            }
        }
    }
    Ok(count + schemas(doc, &source, 0)?)
}

/// How deep copies may hold references to what is to be copied. One that leads back to itself has no end.
const DEPTH: usize = 12;

/// A schema may refer to any place of the document; one that is no component of its own is copied.
fn schemas(doc: &mut Value, source: &Value, depth: usize) -> Result<usize, Error> {
    let mut count = 0;
    let mut failure = None;
    all_mut(doc, &mut |schema| {
        for _ in 0..16 {
            let Some(reference) = schema.get("$ref").and_then(Value::as_str) else { return };
            if reference.strip_prefix("#/components/schemas/").is_some_and(|name| !name.contains('/')) {
                return;
            }
            let Some(mut target) = target(source, reference).cloned() else {
                failure = Some(Error::new("a reference leads nowhere").found(reference));
                return;
            };
            if depth == DEPTH {
                let error = Error::new("a reference leads back to itself").found(reference);
                failure = Some(error.help("make what it names a component of its own (spec/overlay.yaml)"));
                return;
            }
            if let (Some(target), Some(siblings)) = (target.as_object_mut(), schema.as_object()) {
                target.extend(
                    siblings.iter().filter(|(key, _)| *key != "$ref").map(|(key, value)| (key.clone(), value.clone())),
                );
            }
            *schema = target;
            count += 1;
        }
    });
    // A copy can hold references itself.
    match failure {
        Some(failure) => Err(failure),
        None if count > 0 => Ok(count + schemas(doc, source, depth + 1)?),
        None => Ok(0),
    }
}

/// Parameters of the path item apply to each operation that does not override them.
fn add_shared(own: &mut Value, shared: &[Value]) -> usize {
    let Some(own) = own.as_array_mut() else { return 0 };
    let mut count = 0;
    for parameter in shared {
        let same = |other: &Value| other["name"] == parameter["name"] && other["in"] == parameter["in"];
        if parameter.get("$ref").is_some() || !own.iter().any(same) {
            own.push(parameter.clone());
            count += 1;
        }
    }
    count
}

fn follow(value: &mut Value, source: &Value, here: &str) -> Result<usize, Error> {
    let mut count = 0;
    while let Some(reference) = value.get("$ref").and_then(Value::as_str).map(str::to_owned) {
        match target(source, &reference) {
            Some(target) if count < 16 => *value = target.clone(),
            Some(_) => return Err(Error::new("a reference leads back to itself").at(here).found(reference)),
            None => return Err(Error::new("a reference leads nowhere").at(here).found(reference)),
        }
        count += 1;
    }
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn shared_parameters_and_referenced_replies_are_written_out() {
        let mut doc = json!({
            "paths": {"/a/{id}": {
                "parameters": [{"name": "id", "in": "path"}],
                "get": {"responses": {"200": {"$ref": "#/components/responses/Ok"}}}
            }},
            "components": {"responses": {"Ok": {"description": "OK"}}}
        });
        assert_eq!(inline(&mut doc).unwrap(), 2);
        let get = &doc["paths"]["/a/{id}"]["get"];
        assert_eq!(get["parameters"][0]["name"], "id");
        assert_eq!(get["responses"]["200"]["description"], "OK");
    }

    fn components(schemas: Value) -> Value {
        json!({"paths": {}, "components": {"schemas": schemas}})
    }

    #[test]
    fn a_schema_may_refer_into_another_and_keeps_what_stands_beside() {
        let mut doc = components(json!({
            "A": {"type": "object", "properties": {"x": {"type": "string"}}},
            "B": {"type": "object", "properties": {
                "copied": {"$ref": "#/components/schemas/A/properties/x", "nullable": true}, "kept": {"$ref": "#/components/schemas/A"}
            }}
        }));
        assert_eq!(inline(&mut doc).unwrap(), 1);
        let properties = &doc["components"]["schemas"]["B"]["properties"];
        assert_eq!(properties["copied"], json!({"type": "string", "nullable": true}));
        assert_eq!(properties["kept"], json!({"$ref": "#/components/schemas/A"}));
    }

    #[test]
    fn a_copy_may_hold_references_and_a_path_may_be_percent_encoded() {
        let mut doc =
            components(json!({"A": {"$ref": "#/paths/~1a~1%7Bid%7D/get/responses/200/content/json/schema/items"}}));
        doc["paths"] = json!({"/a/{id}": {"get": {"responses": {"200": {"content": {"json": {"schema": {
            "items": {"type": "array", "items": {"$ref": "#/components/schemas/B/properties/y"}}
        }}}}}}}});
        doc["components"]["schemas"]["B"] = json!({"properties": {"y": {"type": "boolean"}}});
        inline(&mut doc).unwrap();
        assert_eq!(doc["components"]["schemas"]["A"], json!({"type": "array", "items": {"type": "boolean"}}));
    }

    #[test]
    fn what_leads_nowhere_or_back_to_itself_is_refused() {
        let error = |schemas| inline(&mut components(schemas)).unwrap_err().to_string();
        assert!(error(json!({"A": {"$ref": "#/components/schemas/B/items"}})).contains("leads nowhere"));
        let circular = error(
            json!({"A": {"type": "object", "properties": {"a": {"$ref": "#/components/schemas/A/properties/b"}, "b": {
                "type": "object", "properties": {"again": {"$ref": "#/components/schemas/A/properties/b"}}
            }}}}),
        );
        assert!(circular.contains("back to itself") && circular.contains("A/properties/b"), "{circular}");
    }
}
