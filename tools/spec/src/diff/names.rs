//! Names of Rust types. They depend on the whole document (name conflicts, equal shapes), so they are read from the lowered documents, not
//! derived from single changes.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use venice_ai_codegen::document::{Operation, Place};
use venice_ai_codegen::lower::HANDWRITTEN;
use venice_ai_codegen::lower::hoist::{CONST, PARAMS};
use venice_ai_codegen::lower::replies::{JSON_FORM, STREAM_FORM};
use venice_ai_codegen::lower::schema::{ref_name, reference, type_of};
use venice_ai_codegen::lower::unions::TAG;

use super::change::Location;
use super::operations::{operations, pairs};
use super::rules;
use super::walk::{Node, Walk};

/// Old and new name; the operation that has the type under them, and the places of its use.
type Renames = BTreeMap<(String, String), (Endpoint, BTreeSet<String>)>;
/// Path and method.
type Endpoint = (String, String);

struct Names<'d> {
    old: &'d Value,
    new: &'d Value,
    seen: BTreeSet<(String, String)>,
    endpoint: Endpoint,
    renames: Renames,
}

impl Walk<'_> {
    /// Compares what the types of the same place are called.
    pub fn type_names(&mut self) {
        let (Ok(old), Ok(new)) = (&self.old.lowered, &self.new.lowered) else { return };
        let (old_operations, new_operations) = (operations(self.old), operations(self.new));
        let mut names =
            Names { old, new, seen: BTreeSet::new(), endpoint: Endpoint::default(), renames: Renames::new() };
        for (before, after) in pairs(&old_operations, &new_operations) {
            names.endpoint = (after.path.to_owned(), after.method.to_owned());
            let of = |document: &'_ Value, operation: &Operation<'_>| {
                document["paths"][operation.path][operation.method].clone()
            };
            let (before, after) = (of(old, before), of(new, after));
            let label = after["operationId"].as_str().unwrap_or_default().to_owned();
            for (which, pointer) in [
                ("request", "/requestBody/content/application~1json/schema"),
                ("reply", "/responses/200/content/application~1json/schema"),
            ] {
                if let (Some(before), Some(after)) = (before.pointer(pointer), after.pointer(pointer)) {
                    names.compare(before, after, &format!("{label} {which}"));
                }
            }
            for (which, key) in [("parameters", PARAMS), ("reply", JSON_FORM), ("event", STREAM_FORM)] {
                if let (Some(before), Some(after)) = (before[key].as_str(), after[key].as_str()) {
                    names.compare(&reference(before), &reference(after), &format!("{label} {which}"));
                }
            }
            let parameters = |operation: &Value| operation["parameters"].as_array().cloned().unwrap_or_default();
            for before in parameters(&before) {
                let same = |after: &&Value| after["name"] == before["name"] && after["in"] == before["in"];
                if let Some(after) = parameters(&after).iter().find(same) {
                    names.compare(&before["schema"], &after["schema"], &format!("{label} parameters"));
                }
            }
        }
        for ((before, after), ((path, method), places)) in names.renames {
            let schemas = self.new.facts.pointer("/components/schemas");
            let component = [after.clone(), format!("{after}Schema")]
                .into_iter()
                .find(|name| schemas.is_some_and(|schemas| schemas.get(name).is_some()));
            let root = Place::Root;
            let (outer, inner) = (root.key("components"), root.key("paths"));
            let (outer, inner) = (outer.key("schemas"), inner.key(&path));
            // A type that is no component stands somewhere in the operation.
            let place = component.as_ref().map_or(inner.key(&method), |name| outer.key(name));
            for label in places {
                let node = Node { place: &place, value: &Value::Null };
                let names = (before.as_str().into(), after.as_str().into());
                self.at(label, |walk| {
                    let at = Location {
                        path: walk.new.path(node.place, Some(&names.1)),
                        rust: Some(format!("types::{after}")),
                    };
                    walk.found.add(rules::TYPE_RENAMED, "type name", at, (Some(names.0), Some(names.1)), &walk.place);
                });
            }
        }
    }
}

impl Names<'_> {
    fn compare(&mut self, old: &Value, new: &Value, place: &str) {
        let (Some(before), Some(after)) = (ref_name(old), ref_name(new)) else {
            for key in ["items", "additionalProperties"] {
                if let (Some(old), Some(new)) = (old.get(key), new.get(key)) {
                    self.compare(old, new, place);
                }
            }
            return;
        };
        let (Some(old), Some(new)) = (component(self.old, before), component(self.new, after)) else { return };
        // A type of another kind is a different type, reported at its own place.
        if kind(old) != kind(new) {
            return;
        }
        let ours = HANDWRITTEN.contains(&before) || HANDWRITTEN.contains(&after);
        if before != after && !ours {
            let known = self.renames.entry((before.to_owned(), after.to_owned()));
            known.or_insert_with(|| (self.endpoint.clone(), BTreeSet::new())).1.insert(place.to_owned());
        }
        if !self.seen.insert((before.to_owned(), after.to_owned())) {
            return;
        }
        for (name, old) in old.get("properties").and_then(Value::as_object).into_iter().flatten() {
            if let Some(new) = new["properties"].get(name) {
                self.compare(old, new, place);
            }
        }
        let arms = |document: &Value, union: &Value| -> Vec<(String, Value)> {
            let tag = union[TAG].as_str().unwrap_or_default();
            let arms = union.get("oneOf").and_then(Value::as_array).into_iter().flatten();
            let named = arms.map(|arm| {
                let target = ref_name(arm).and_then(|name| component(document, name)).unwrap_or(arm);
                let constant = target["properties"][tag][CONST].as_str();
                (constant.map_or_else(|| kind(target), str::to_owned), arm.clone())
            });
            named.collect()
        };
        let others = arms(self.new, new);
        for (name, old) in arms(self.old, old) {
            if let Some((_, new)) = others.iter().find(|(other, _)| *other == name) {
                self.compare(&old, new, place);
            }
        }
    }
}

fn component<'d>(document: &'d Value, name: &str) -> Option<&'d Value> {
    document.pointer("/components/schemas")?.get(name)
}

fn kind(schema: &Value) -> String {
    match type_of(schema) {
        Some(kind) => kind.to_owned(),
        None if schema.get("oneOf").is_some() => "union".to_owned(),
        None => "any".to_owned(),
    }
}
