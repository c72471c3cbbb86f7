//! Schemas: what they become in Rust, and then what is in them.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use venice_ai_codegen::document::Place;

use super::form::{Form, words};
use super::rules::{self, Rule};
use super::walk::{Node, Pair, Walk};

/// Where a schema is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Position {
    /// In what callers send.
    Request,
    /// In the success reply, which has a type.
    Reply,
    /// Where no type is generated: errors, further success replies, headers that are sent.
    Untyped,
    /// In a header of a reply.
    Header,
}

/// What decides about a schema beside the schema itself.
#[derive(Clone, Copy, Debug)]
pub struct Cx<'a> {
    pub position: Position,
    /// Whether the body goes as multipart.
    pub multipart: bool,
    /// Whether it is the whole body and not a part of it.
    pub root: bool,
    /// Whether it is a parameter: `true` and `false` as texts are a boolean there.
    pub parameter: bool,
    /// The member that holds it.
    pub member: &'a str,
    /// The field that distinguishes the forms of a union.
    pub tag: Option<&'a str>,
}

impl<'a> Cx<'a> {
    /// A whole body or value.
    pub fn root(position: Position) -> Self {
        Self { position, multipart: false, root: true, parameter: false, member: "", tag: None }
    }

    /// A part of it.
    pub fn below(self, member: &'a str) -> Self {
        Self { root: false, parameter: false, tag: None, member, ..self }
    }

    /// The rule for a request, a typed reply, what has no type, and a header.
    pub fn pick(self, request: Rule, reply: Rule, untyped: Rule) -> Rule {
        match self.position {
            Position::Request => request,
            Position::Reply => reply,
            Position::Untyped => untyped,
            Position::Header => rules::HEADER_CHANGED,
        }
    }
}

impl Walk<'_> {
    /// Compares two schemas of the same place.
    pub fn schema(&mut self, pair: Pair<'_>, cx: Cx<'_>) {
        let (old, new) = (self.old, self.new);
        let ((old_name, old_value), (new_name, new_value)) = (old.resolve(pair.old.value), new.resolve(pair.new.value));
        if let Some(name) = old_name {
            self.used[0].insert(name.to_owned());
        }
        if let Some(name) = new_name {
            self.used[1].insert(name.to_owned());
        }
        if old_name != new_name {
            let named = |name: Option<&str>| name.map_or(Value::Null, Value::from);
            self.changed(rules::COMPONENT_MOVED, "component", pair.new, named(old_name), named(new_name));
        }
        if let (Some(old), Some(new)) = (old_name, new_name)
            && !self.seen.insert((old.to_owned(), new.to_owned(), cx.position))
        {
            return;
        }
        let (root, components, schemas) = (Place::Root, "components", "schemas");
        let components = root.key(components);
        let schemas = components.key(schemas);
        let old_place = old_name.map_or(*pair.old.place, |name| schemas.key(name));
        let new_place = new_name.map_or(*pair.new.place, |name| schemas.key(name));
        let resolved = Pair {
            old: Node { place: &old_place, value: old_value },
            new: Node { place: &new_place, value: new_value },
        };
        // What stands beside a reference belongs to the place and not to the component.
        if old_name.is_some() || new_name.is_some() {
            self.beside(pair, resolved, cx);
        }
        self.shape(resolved, cx);
    }

    fn shape(&mut self, pair: Pair<'_>, cx: Cx<'_>) {
        let (old, new) = (pair.old.value, pair.new.value);
        let form = |schema: &Value| match Form::of(schema, cx.multipart) {
            Form::Enum if cx.parameter && is_textual_bool(schema) => Form::Bool,
            form => form,
        };
        let (before, after) = (form(old), form(new));
        if before != after {
            let is_whole = self.new.integers.contains(cx.member) || self.old.integers.contains(cx.member);
            let rule = type_rule(before, after, cx, is_whole);
            let words = (words(self.old, old, cx.multipart).into(), words(self.new, new, cx.multipart).into());
            self.reach(pair);
            self.changed(rule, "type", pair.new, words.0, words.1);
            return;
        }
        let known = self.found.reports;
        if old.get("type") != new.get("type") {
            self.member(rules::FORMS_DESCRIBED, "type", pair, "type");
            if cx.parameter && after == Form::Bool {
                return;
            }
        }
        self.facets(pair, cx);
        match after {
            Form::Struct => self.fields(pair, cx),
            Form::Union => self.arms(pair, cx),
            Form::List => self.inside(pair, "items", cx),
            Form::Map => self.inside(pair, "additionalProperties", cx),
            _ => {}
        }
        if self.found.reports == known {
            self.described(pair, cx);
        }
    }

    /// Compares what a list or a map holds.
    fn inside(&mut self, pair: Pair<'_>, key: &str, cx: Cx<'_>) {
        let any = Value::Object(serde_json::Map::new());
        let (old, new) = (pair.old.place.key(key), pair.new.place.key(key));
        let side = |value: &Value| value.get(key).cloned().unwrap_or_else(|| any.clone());
        let (before, after) = (side(pair.old.value), side(pair.new.value));
        let below = Pair { old: Node { place: &old, value: &before }, new: Node { place: &new, value: &after } };
        self.nullable(below, cx.pick(rules::NULL_UNSENT, rules::LENIENT, rules::LENIENT));
        self.schema(below, cx.below(cx.member));
    }

    /// `nullable` where it decides nothing about the Rust type.
    pub fn nullable(&mut self, pair: Pair<'_>, rule: Rule) {
        let set = |node: Node<'_>| super::walk::flag(node.value, "nullable");
        if set(pair.old) != set(pair.new) {
            self.changed(rule, "nullable", pair.new, set(pair.old).into(), set(pair.new).into());
        }
    }

    /// The same Rust type may be described in other words, which the plain document does not show.
    fn described(&mut self, pair: Pair<'_>, cx: Cx<'_>) {
        let written = |document: &super::document::Document, node: Node<'_>| {
            let schema = document.written(node.place)?;
            let forms = ["anyOf", "oneOf"].iter().find_map(|key| schema.get(*key))?;
            Some(bare(forms))
        };
        let (Some(old), Some(new)) = (written(self.old, pair.old), written(self.new, pair.new)) else { return };
        if old == new {
            return;
        }
        let (Value::Array(old_forms), Value::Array(new_forms)) = (&old, &new) else { return };
        let all = |forms: &[Value]| forms.iter().map(Value::to_string).collect::<BTreeSet<_>>();
        let reordered = all(old_forms) == all(new_forms);
        let taken = cx.pick(rules::FORMS_TAKEN, rules::FORMS_DESCRIBED, rules::FORMS_DESCRIBED);
        let rule = match taken {
            _ if reordered => rules::FORMS_DESCRIBED,
            rules::FORMS_TAKEN if takes_more(&old, &new) => rules::LOOSENED,
            taken => taken,
        };
        self.changed(rule, "forms", pair.new, old, new);
    }

    /// Remembers the components below two schemas that are not compared any further.
    pub fn reach(&mut self, pair: Pair<'_>) {
        let (old, new) = (self.old, self.new);
        old.reach(pair.old.value, &mut self.used[0]);
        new.reach(pair.new.value, &mut self.used[1]);
    }
}

fn type_rule(before: Form, after: Form, cx: Cx<'_>, is_whole: bool) -> Rule {
    let numbers = |form| matches!(form, Form::Integer | Form::Number);
    match cx.position {
        Position::Untyped => rules::TYPE_UNTYPED,
        Position::Header => rules::HEADER_CHANGED,
        _ if numbers(before) && numbers(after) && is_whole => rules::TYPE_COUNT,
        // A reply that is no object has no type.
        Position::Reply if cx.root && !before.is_named() && !after.is_named() => rules::TYPE_UNTYPED,
        _ => rules::TYPE_CHANGED,
    }
}

fn is_textual_bool(schema: &Value) -> bool {
    let values = schema.get("enum").and_then(Value::as_array);
    values.is_some_and(|values| {
        values.len() == 2 && ["true", "false"].iter().all(|word| values.iter().any(|value| value == word))
    })
}

/// Whether a schema has all of another, and more only in its values and its fields.
fn takes_more(old: &Value, new: &Value) -> bool {
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => {
            let kept = |(key, old): (&String, &Value)| {
                new.get(key).is_some_and(|new| match (key.as_str(), old, new) {
                    ("enum", Value::Array(old), Value::Array(new)) => old.iter().all(|value| new.contains(value)),
                    ("properties", Value::Object(old), Value::Object(new)) => {
                        old.iter().all(|(name, old)| new.get(name).is_some_and(|new| takes_more(old, new)))
                    }
                    _ => takes_more(old, new),
                })
            };
            old.len() == new.len() && old.iter().all(kept)
        }
        (Value::Array(old), Value::Array(new)) => {
            old.len() == new.len() && old.iter().zip(new).all(|(old, new)| takes_more(old, new))
        }
        _ => old == new,
    }
}

/// Forms without their titles and without null.
fn bare(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let kept = members.iter().filter(|(key, value)| !(*key == "title" && value.is_string()));
            Value::Object(kept.map(|(key, value)| (key.clone(), bare(value))).collect())
        }
        Value::Array(items) => items.iter().map(bare).filter(|item| *item != json!({"nullable": true})).collect(),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_takes_more_when_it_only_gained_values_and_fields() {
        let form = |values: &[&str], limit: u64| json!([{"type": "string", "maxLength": limit}, {"enum": values}]);
        assert!(takes_more(&form(&["a"], 5), &form(&["b", "a"], 5)));
        assert!(!takes_more(&form(&["a", "b"], 5), &form(&["a", "c"], 5)));
        assert!(!takes_more(&form(&["a"], 5), &form(&["a", "b"], 4)));
        let object = |fields: Value| json!([{"type": "object", "properties": fields}]);
        let (one, two) = (object(json!({"a": {"enum": ["x"]}})), object(json!({"a": {"enum": ["x", "y"]}, "b": {}})));
        assert!(takes_more(&one, &two) && !takes_more(&two, &one));
        let required = json!([{"type": "object", "properties": {"a": {"enum": ["x"]}}, "required": ["a"]}]);
        assert!(!takes_more(&one, &required));
    }
}
