//! `Docs`: the documentation of the generated code, by type and field name and by operation id.
//!
//! `spec/docs.yaml` is a map: `Type: {_: text, field: text}`, where the fields of an enum are its values on the wire, and those
//! of a union the keys of its variants (tag, type or kind of JSON, as in `names.yaml`); `operationId: {summary: text,
//! description: text}`; `areas: {area: text}` has those of the handles, and `headers: {header: text}` those of reply headers.
//! What is not in it is documented from the facts of the document.

use crate::model::{Kind, Model};
use serde_json::Value;

/// The key of a type's own text.
pub const OWN: &str = "_";

/// The texts of `spec/docs.yaml`.
#[derive(Debug, Clone, Default)]
pub struct Docs {
    doc: Value,
}

impl Docs {
    /// Takes the map.
    #[must_use]
    pub fn new(doc: Value) -> Self {
        Self { doc }
    }

    /// The file.
    #[must_use]
    pub fn doc(&self) -> &Value {
        &self.doc
    }

    /// Documents a model.
    pub fn apply(&self, model: &mut Model) {
        for (name, kind) in &mut model.types {
            self.set(&mut kind.doc, name, OWN);
            match &mut kind.kind {
                Kind::Struct(object) => {
                    let fields = object.fields.iter_mut().filter(|field| field.wire != OWN);
                    fields.for_each(|field| self.set(&mut field.doc, name, &field.wire));
                }
                Kind::Enum(values) => values.iter_mut().for_each(|value| self.set(&mut value.doc, name, &value.wire)),
                Kind::Union(union) => union.arms.iter_mut().for_each(|arm| self.set(&mut arm.doc, name, &arm.key)),
            }
        }
        for operation in &mut model.operations {
            self.set(&mut operation.summary, &operation.id, "summary");
            self.set(&mut operation.description, &operation.id, "description");
        }
        model.areas.iter_mut().for_each(|(name, area)| self.set(&mut area.doc, "areas", name));
        model.headers.iter_mut().for_each(|header| self.set(&mut header.doc, "headers", &header.wire));
    }

    fn set(&self, doc: &mut Option<String>, name: &str, key: &str) {
        if let Some(text) = self.doc[name][key].as_str() {
            *doc = Some(text.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn texts_reach_operations_areas_headers_types_fields_enum_values_and_variants() {
        let lowered = json!({
            "x-areas": {"wicks": {}}, "x-headers": {"x-wick": {"name": "wick", "type": "string"}},
            "paths": {"/a": {"get": {"operationId": "listWicks"}}},
            "components": {"schemas": {
                "Wick": {"type": "object", "properties": {"length": {"type": "number"}, "_": {"type": "string"}}},
                "Kind": {"type": "string", "enum": ["long", "short"]},
                "Size": {"oneOf": [{"type": "string"}, {"$ref": "#/components/schemas/Wick"}]},
            }},
        });
        let mut model = Model::read(&lowered);
        let docs = json!({
            "listWicks": {"summary": "Lists.", "description": "All of them."},
            "areas": {"wicks": "Wicks."}, "headers": {"x-wick": "The wick."},
            "Wick": {"_": "A wick.", "length": "In mm."},
            "Kind": {"_": "Kinds.", "long": "Long."},
            "Size": {"_": "Sizes.", "string": "A name.", "Wick": "That of a wick."},
        });
        Docs::new(docs).apply(&mut model);
        assert_eq!(model.operations[0].doc().as_deref(), Some("Lists.\n\nAll of them."));
        assert_eq!(model.areas["wicks"].doc.as_deref(), Some("Wicks."));
        assert_eq!(model.headers[0].doc.as_deref(), Some("The wick."));
        let docs = |name: &str| {
            let docs: Vec<&Option<String>> = match &model.types[name].kind {
                Kind::Struct(object) => object.fields.iter().map(|field| &field.doc).collect(),
                Kind::Enum(values) => values.iter().map(|value| &value.doc).collect(),
                Kind::Union(union) => union.arms.iter().map(|arm| &arm.doc).collect(),
            };
            docs.into_iter().chain([&model.types[name].doc]).map(|doc| doc.as_deref().unwrap_or("")).collect::<Vec<_>>()
        };
        assert_eq!(docs("Wick"), ["In mm.", "", "A wick."]);
        assert_eq!(docs("Kind"), ["Long.", "", "Kinds."]);
        assert_eq!(docs("Size"), ["A name.", "That of a wick.", "Sizes."]);
    }
}
