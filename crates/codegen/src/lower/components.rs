//! `rename`: components that are called like a hand-written type get another name.

use super::HANDWRITTEN;
use super::schema::{components, ref_name, reference};
use serde_json::Value;

/// Renames them, and whatever refers to them; returns how many there are.
pub fn rename(doc: &mut Value) -> usize {
    let schemas = components(doc);
    let clashing: Vec<&str> = HANDWRITTEN.into_iter().filter(|name| schemas.contains_key(*name)).collect();
    for name in &clashing {
        let mut free = format!("Api{name}");
        while schemas.contains_key(&free) {
            free.push_str("Value");
        }
        references(doc, name, &free);
        if let Some(schemas) = doc.pointer_mut("/components/schemas").and_then(Value::as_object_mut)
            && let Some(schema) = schemas.shift_remove(*name)
        {
            schemas.insert(free, schema);
        }
    }
    clashing.len()
}

fn references(value: &mut Value, from: &str, to: &str) {
    let name = ref_name(value).map(str::to_owned);
    match (name, value) {
        (Some(name), value @ Value::Object(_)) if name == from || name.starts_with(&format!("{from}/")) => {
            value["$ref"] = reference(&format!("{to}{}", &name[from.len()..]))["$ref"].take();
        }
        (_, Value::Object(members)) => members.values_mut().for_each(|value| references(value, from, to)),
        (_, Value::Array(items)) => items.iter_mut().for_each(|item| references(item, from, to)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_component_called_like_a_type_of_ours_is_renamed_with_its_references() {
        let mut doc = json!({
            "paths": {"/a": {"get": {"x": [{"$ref": "#/components/schemas/Upload"}, {"$ref": "#/components/schemas/Upload/properties/a"}]}}},
            "components": {"schemas": {"Upload": {"type": "object"}, "ApiUpload": {}, "Uploads": {"$ref": "#/components/schemas/Uploads"}}},
        });
        assert_eq!(rename(&mut doc), 1);
        assert_eq!(doc["paths"]["/a"]["get"]["x"][0], reference("ApiUploadValue"));
        assert_eq!(doc["paths"]["/a"]["get"]["x"][1]["$ref"], "#/components/schemas/ApiUploadValue/properties/a");
        assert_eq!(doc["components"]["schemas"]["Uploads"], reference("Uploads"));
        assert_eq!(doc["components"]["schemas"]["ApiUploadValue"], json!({"type": "object"}));
        assert_eq!(rename(&mut doc), 0);
    }
}
