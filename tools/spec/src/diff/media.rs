//! Media types of a body or a reply, and the schemas behind them.

use serde_json::{Map, Value, json};

use super::document::Document;
use super::form::Form;
use super::rules::{self, Rule};
use super::walk::{Node, Pair, Walk};

pub const JSON: &str = "application/json";
pub const MULTIPART: &str = "multipart/form-data";
pub const EVENTS: &str = "text/event-stream";

/// The media types of some content: without their parameters, and as they are written.
pub fn names(content: &Value) -> Vec<(&str, &str)> {
    let names = content.as_object().into_iter().flatten().map(|(name, _)| name.as_str());
    names.map(|name| (name.split(';').next().unwrap_or_default().trim(), name)).collect()
}

/// The schema of a media type.
pub fn schema<'v>(content: &'v Value, wanted: &str) -> Option<&'v Value> {
    let (_, name) = names(content).into_iter().find(|(name, _)| *name == wanted)?;
    content.get(name)?.get("schema")
}

/// Whether any part of a schema has a form.
pub fn has(document: &Document, schema: &Value, wanted: fn(Form) -> bool) -> bool {
    fn inner(document: &Document, schema: &Value, wanted: fn(Form) -> bool, depth: usize) -> bool {
        let (_, schema) = document.resolve(schema);
        let below = ["items", "additionalProperties"]
            .into_iter()
            .filter_map(|key| schema.get(key).filter(|value| value.is_object()));
        let members = schema.get("properties").and_then(Value::as_object).into_iter().flat_map(Map::values);
        let arms = schema.get("oneOf").and_then(Value::as_array).into_iter().flatten();
        let mut parts = below.chain(members).chain(arms);
        wanted(Form::of(schema, true)) || (depth < 8 && parts.any(|part| inner(document, part, wanted, depth + 1)))
    }
    inner(document, schema, wanted, 0)
}

/// A member of an object that may be missing, as an object.
pub fn part(node: Node<'_>, key: &str) -> Value {
    node.value.get(key).cloned().unwrap_or_else(|| json!({}))
}

impl Walk<'_> {
    /// Compares which media types there are; returns those that both have.
    pub fn media(
        &mut self,
        content: Pair<'_>,
        added: impl Fn(&str) -> Rule,
        removed: impl Fn(&str) -> Rule,
    ) -> Vec<String> {
        let (old, new) = (names(content.old.value), names(content.new.value));
        let mut common = Vec::new();
        for (name, written) in &old {
            match new.iter().find(|(other, _)| other == name) {
                Some((_, other)) => {
                    let place = content.new.place.key(other);
                    let node = Node { place: &place, value: &content.new.value[*other] };
                    if written != other {
                        self.changed(rules::MEDIA_PARAMETER, "media type", node, (*written).into(), (*other).into());
                    }
                    common.push((*name).to_owned());
                }
                None => {
                    let place = content.old.place.key(written);
                    let node = Node { place: &place, value: &content.old.value[*written] };
                    self.removed(removed(name), "media type", node, (*written).into());
                }
            }
        }
        for (name, written) in new.iter().filter(|(name, _)| !old.iter().any(|(other, _)| other == name)) {
            let place = content.new.place.key(written);
            let node = Node { place: &place, value: &content.new.value[*written] };
            self.added(added(name), "media type", node, (*written).into());
        }
        common
    }

    /// Compares what stands beside the schema of a media type (`rule`), then the schema.
    pub fn medium(&mut self, content: Pair<'_>, name: &str, rule: Rule, compare: impl FnOnce(&mut Self, Pair<'_>)) {
        let written = |node: Node<'_>| {
            names(node.value)
                .into_iter()
                .find(|(known, _)| *known == name)
                .map_or_else(String::new, |(_, written)| written.to_owned())
        };
        let (old_name, new_name) = (written(content.old), written(content.new));
        let (old, new) = (content.old.place.key(&old_name), content.new.place.key(&new_name));
        let media = Pair {
            old: Node { place: &old, value: &content.old.value[old_name.as_str()] },
            new: Node { place: &new, value: &content.new.value[new_name.as_str()] },
        };
        for key in super::walk::keys(media.old.value, media.new.value).filter(|key| *key != "schema") {
            self.member(rule, key, media, key);
        }
        let (old, new) = (old.key("schema"), new.key("schema"));
        let schemas = Pair {
            old: Node { place: &old, value: &media.old.value["schema"] },
            new: Node { place: &new, value: &media.new.value["schema"] },
        };
        compare(self, schemas);
    }
}
