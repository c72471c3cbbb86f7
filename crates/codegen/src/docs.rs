//! `Docs`: the documentation of the generated code, by type and field name and by operation id.
//!
//! `spec/docs.yaml` is a map: `Type: {_: text, field: text}`, where the fields of an enum are its values on the wire, and those
//! of a union the keys of its variants (tag, type or kind of JSON, as in `names.yaml`); `operationId: {summary: text,
//! description: text}`; `areas: {area: text}` has those of the handles, and `headers: {header: text}` those of reply headers.
//! What is not in it is documented from the facts of the document; an entry of something that the document does not have is
//! reported, and stops nothing.

use crate::document::Place;
use crate::error::Error;
use crate::lower::handles::AREAS;
use crate::lower::headers::HEADERS;
use crate::lower::schema::{components, operations_mut, string_enum};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// The key of a type's own text.
pub const OWN: &str = "_";
/// The texts of an enum's values or a union's variants, on the lowered schema.
pub const VALUES: &str = "x-enum-descriptions";
/// The entries of what belongs to the whole document, and where it is in a lowered one.
const OF_DOCUMENT: [(&str, &str); 2] = [("areas", AREAS), ("headers", HEADERS)];
/// What an operation's entry may have.
const OF_OPERATION: [&str; 2] = ["summary", "description"];

/// The texts of `spec/docs.yaml`.
#[derive(Debug, Clone, Default)]
pub struct Docs {
    entries: Map<String, Value>,
}

impl Docs {
    /// Reads the map.
    ///
    /// # Errors
    /// When it is not a map of maps of texts.
    pub fn parse(doc: &Value) -> Result<Self, Error> {
        let root = Place::Root;
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
        Ok(Self { entries: entries.clone() })
    }

    /// Writes the texts into a lowered document; returns the entries of what it does not have, as `Type`, `Type.field` or an id.
    pub fn apply(&self, lowered: &mut Value) -> Vec<String> {
        let mut unused: BTreeSet<String> = BTreeSet::new();
        for (name, texts) in &self.entries {
            unused.extend(texts.as_object().into_iter().flatten().map(|(key, _)| path(name, key)));
        }
        operations_mut(lowered, &mut |_, _, operation| {
            let Some(id) = operation.get("operationId").and_then(Value::as_str).map(str::to_owned) else { return };
            let Some(operation) = operation.as_object_mut() else { return };
            for key in OF_OPERATION {
                if let Some(text) = self.text(&id, key) {
                    operation.insert(key.to_owned(), text.clone());
                    unused.remove(&path(&id, key));
                }
            }
        });
        for (entry, holder) in OF_DOCUMENT {
            for (name, facts) in lowered.get_mut(holder).and_then(Value::as_object_mut).into_iter().flatten() {
                if let Some((text, facts)) = self.text(entry, name).zip(facts.as_object_mut()) {
                    facts.insert("description".to_owned(), text.clone());
                    unused.remove(&path(entry, name));
                }
            }
        }
        let variants = variants(lowered);
        let schemas = lowered.pointer_mut("/components/schemas").and_then(Value::as_object_mut);
        for (name, schema) in schemas.into_iter().flatten() {
            if let Some(texts) = self.entries.get(name).and_then(Value::as_object) {
                let written = describe(schema, texts, variants.get(name).map_or(&[][..], Vec::as_slice));
                unused.retain(|entry| !written.iter().any(|key| *entry == path(name, key)));
            }
        }
        unused.into_iter().collect()
    }

    fn text(&self, name: &str, key: &str) -> Option<&Value> {
        self.entries.get(name)?.get(key)
    }
}

fn path(name: &str, key: &str) -> String {
    if key == OWN { name.to_owned() } else { format!("{name}.{key}") }
}

/// The keys of the variants of each union.
fn variants(lowered: &Value) -> BTreeMap<String, Vec<String>> {
    let schemas = components(lowered);
    let unions = schemas.iter().filter(|(_, schema)| schema.get("oneOf").is_some());
    unions.map(|(name, schema)| (name.clone(), crate::model::variant_keys(schema, &schemas))).collect()
}

/// Writes the texts of one type; returns the keys of those that had a place.
fn describe(schema: &mut Value, texts: &Map<String, Value>, variants: &[String]) -> Vec<String> {
    let values = string_enum(schema).unwrap_or_default().into_iter().map(str::to_owned);
    let values: Vec<String> = values.chain(variants.iter().cloned()).collect();
    let Some(object) = schema.as_object_mut() else { return Vec::new() };
    let mut written = Vec::new();
    let mut of_values = Map::new();
    for (key, text) in texts {
        let field = object.get_mut("properties").and_then(|fields| fields.get_mut(key)).and_then(Value::as_object_mut);
        match field {
            _ if key == OWN => drop(object.insert("description".to_owned(), text.clone())),
            Some(field) => drop(field.insert("description".to_owned(), text.clone())),
            None if values.contains(key) => drop(of_values.insert(key.clone(), text.clone())),
            None => continue,
        }
        written.push(key.clone());
    }
    if !of_values.is_empty() {
        object.insert(VALUES.to_owned(), Value::Object(of_values));
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn docs(doc: Value) -> Docs {
        Docs::parse(&doc).unwrap()
    }

    #[test]
    fn texts_reach_operations_areas_types_fields_enum_values_and_variants() {
        let mut lowered = json!({
            "x-areas": {"wicks": {}},
            "paths": {"/a": {"get": {"operationId": "listWicks"}}},
            "components": {"schemas": {
                "Wick": {"type": "object", "properties": {"length": {"type": "number"}, "_": {"type": "string"}}},
                "Kind": {"type": "string", "enum": ["long", "short"]},
                "Size": {"oneOf": [{"type": "string"}, {"$ref": "#/components/schemas/Wick"}]},
            }},
        });
        let docs = docs(json!({
            "listWicks": {"summary": "Lists.", "description": "All of them."},
            "areas": {"wicks": "Wicks."},
            "Wick": {"_": "A wick.", "length": "In mm."},
            "Kind": {"_": "Kinds.", "long": "Long."},
            "Size": {"_": "Sizes.", "string": "A name.", "Wick": "That of a wick."},
        }));
        assert!(docs.apply(&mut lowered).is_empty());
        assert_eq!(lowered["paths"]["/a"]["get"]["summary"], "Lists.");
        assert_eq!(lowered["paths"]["/a"]["get"]["description"], "All of them.");
        assert_eq!(lowered["x-areas"]["wicks"]["description"], "Wicks.");
        let schemas = &lowered["components"]["schemas"];
        assert_eq!(schemas["Wick"]["description"], "A wick.");
        assert_eq!(schemas["Wick"]["properties"]["length"]["description"], "In mm.");
        assert_eq!(schemas["Kind"][VALUES], json!({"long": "Long."}));
        assert_eq!(schemas["Size"]["description"], "Sizes.");
        assert_eq!(schemas["Size"][VALUES], json!({"string": "A name.", "Wick": "That of a wick."}));
    }

    #[test]
    fn entries_of_what_is_gone_are_reported_and_the_others_apply() {
        let mut lowered =
            json!({"paths": {}, "components": {"schemas": {"Wick": {"type": "object", "properties": {}}}}});
        let docs = docs(json!({
            "Wick": {"_": "A wick.", "length": "In mm."}, "Lamp": {"_": "A lamp."}, "getLamp": {"summary": "Gets."}
        }));
        assert_eq!(docs.apply(&mut lowered), ["Lamp", "Wick.length", "getLamp.summary"]);
        assert_eq!(
            lowered["components"]["schemas"]["Wick"],
            json!({"type": "object", "properties": {}, "description": "A wick."})
        );
    }

    #[test]
    fn what_is_no_map_of_texts_is_rejected_with_its_place() {
        let error = Docs::parse(&json!({"Wick": {"length": 5}})).unwrap_err().to_string();
        assert!(error.contains("$.Wick") && error.contains("found: 5"), "{error}");
        assert!(Docs::parse(&json!(["Wick"])).is_err());
        assert!(Docs::parse(&json!({"Wick": "text"})).is_err());
    }
}
