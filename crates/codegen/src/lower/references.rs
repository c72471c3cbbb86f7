//! References are written out where they stand; only those to component schemas stay.

use super::schema::METHODS;
use crate::document::{Place, target};
use crate::error::Error;
use serde_json::{Value, json};

/// How deep copies may hold references to what is to be copied. One that leads back to itself has no end.
const DEPTH: usize = 12;

/// Writes out every reference that does not name a component schema; returns how many.
///
/// # Errors
/// When a reference leads nowhere, or back to itself.
pub fn inline(doc: &mut Value) -> Result<usize, Error> {
    let source = doc.clone();
    let mut count = 0;
    for item in doc.get_mut("paths").and_then(Value::as_object_mut).into_iter().flat_map(|paths| paths.values_mut()) {
        let Some(item) = item.as_object_mut() else { continue };
        let Some(Value::Array(shared)) = item.remove("parameters") else { continue };
        for (_, operation) in item.iter_mut().filter(|(method, _)| METHODS.contains(&method.as_str())) {
            if let Some(operation) = operation.as_object_mut() {
                count += add_shared(operation.entry("parameters").or_insert_with(|| json!([])), &shared);
            }
        }
    }
    let (root, paths, components) = (Place::Root, "paths", "components");
    if let Some(value) = doc.get_mut(paths) {
        count += write_out(value, &source, root.key(paths), 0)?;
    }
    let holder = root.key(components);
    if let Some(value) = doc.pointer_mut("/components/schemas") {
        count += write_out(value, &source, holder.key("schemas"), 0)?;
    }
    Ok(count)
}

/// Replaces a reference by a copy of what it leads to, with what stands beside it, and the references below.
fn write_out(value: &mut Value, source: &Value, place: Place<'_>, mut depth: usize) -> Result<usize, Error> {
    let mut count = 0;
    while let Some(reference) = value.get("$ref").and_then(Value::as_str).map(str::to_owned) {
        if reference.strip_prefix("#/components/schemas/").is_some_and(|name| !name.contains('/')) {
            return Ok(count);
        }
        let wrong = |problem: &str| Error::new(problem).at(place).found(&reference);
        let mut copy = target(source, &reference).cloned().ok_or_else(|| wrong("a reference leads nowhere"))?;
        if depth == DEPTH {
            let error = wrong("a reference leads back to itself");
            return Err(error.help("make what it names a component of its own (spec/overlay.yaml)"));
        }
        if let (Some(copy), Some(beside)) = (copy.as_object_mut(), value.as_object()) {
            let beside = beside.iter().filter(|(key, _)| *key != "$ref");
            copy.extend(beside.map(|(key, value)| (key.clone(), value.clone())));
        }
        *value = copy;
        (count, depth) = (count + 1, depth + 1);
    }
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                count += write_out(member, source, place.key(key), depth)?;
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                count += write_out(item, source, place.index(index), depth)?;
            }
        }
        _ => {}
    }
    Ok(count)
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
