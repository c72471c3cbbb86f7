//! Walking two documents side by side.

use std::collections::BTreeSet;

use serde_json::Value;
use venice_ai_codegen::document::Place;

use super::change::Found;
use super::document::Document;
use super::rules::Rule;
use super::schema::Position;

/// A value of a plain document, and where it stands there.
#[derive(Clone, Copy)]
pub struct Node<'a> {
    pub place: &'a Place<'a>,
    pub value: &'a Value,
}

/// The same thing in both documents.
#[derive(Clone, Copy)]
pub struct Pair<'a> {
    pub old: Node<'a>,
    pub new: Node<'a>,
}

/// What has been compared and what was found.
pub struct Walk<'d> {
    pub old: &'d Document,
    pub new: &'d Document,
    pub found: Found,
    /// The request or reply that is being compared.
    pub place: String,
    /// The components that were compared there.
    pub seen: BTreeSet<(String, String, Position)>,
    /// The components of either document that any operation leads to.
    pub used: [BTreeSet<String>; 2],
}

impl<'d> Walk<'d> {
    pub fn new(old: &'d Document, new: &'d Document) -> Self {
        Self {
            old,
            new,
            found: Found::default(),
            place: String::new(),
            seen: BTreeSet::new(),
            used: Default::default(),
        }
    }

    /// Compares one request or reply.
    pub fn at<T>(&mut self, place: String, compare: impl FnOnce(&mut Self) -> T) -> T {
        let before = (std::mem::replace(&mut self.place, place), std::mem::take(&mut self.seen));
        let result = compare(self);
        (self.place, self.seen) = before;
        result
    }

    /// Something is new.
    pub fn added(&mut self, rule: Rule, what: &str, node: Node<'_>, value: Value) {
        let at = self.new.at(node.place, &value);
        self.found.add(rule, what, at, (None, Some(value)), &self.place);
    }

    /// Something is gone.
    pub fn removed(&mut self, rule: Rule, what: &str, node: Node<'_>, value: Value) {
        let at = self.old.at(node.place, &value);
        self.found.add(rule, what, at, (Some(value), None), &self.place);
    }

    /// Something has another value.
    pub fn changed(&mut self, rule: Rule, what: &str, node: Node<'_>, before: Value, after: Value) {
        let at = self.new.at(node.place, &after);
        self.found.add(rule, what, at, (Some(before), Some(after)), &self.place);
    }

    /// A member of an object is new, gone or another.
    pub fn member(&mut self, rule: Rule, what: &str, pair: Pair<'_>, key: &str) {
        let (old, new) = (pair.old.value.get(key), pair.new.value.get(key));
        self.sides(rule, what, (pair.old.place.key(key), old), (pair.new.place.key(key), new));
    }

    /// As [`member`](Self::member), of two values that may be missing.
    pub fn sides(
        &mut self,
        rule: Rule,
        what: &str,
        old: (Place<'_>, Option<&Value>),
        new: (Place<'_>, Option<&Value>),
    ) {
        match (old.1, new.1) {
            (Some(before), Some(after)) if before != after => {
                self.changed(rule, what, Node { place: &new.0, value: after }, before.clone(), after.clone());
            }
            (None, Some(after)) => self.added(rule, what, Node { place: &new.0, value: after }, after.clone()),
            (Some(before), None) => self.removed(rule, what, Node { place: &old.0, value: before }, before.clone()),
            _ => {}
        }
    }
}

/// The keys of two objects: those of the old one, then those that only the new one has.
pub fn keys<'a>(old: &'a Value, new: &'a Value) -> impl Iterator<Item = &'a str> {
    let of = |value: &'a Value| value.as_object().into_iter().flatten().map(|(key, _)| key.as_str());
    of(old).chain(of(new).filter(|key| old.get(*key).is_none()))
}

/// Whether a flag is set.
pub fn flag(value: &Value, key: &str) -> bool {
    value.get(key) == Some(&Value::Bool(true))
}
