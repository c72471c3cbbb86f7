//! Operations: which there are, who may call them, and what they take and give.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use venice_ai_codegen::document::{self, Operation, Place};
use venice_ai_codegen::lower::names::member;
use venice_ai_codegen::model::authentication;

use super::document::Document;
use super::facets::deprecation;
use super::rules::{self, Rule};
use super::schema::{Cx, Position};
use super::walk::{Node, Pair, Walk, keys};

/// The members of an operation that are compared one by one.
const KNOWN: [&str; 9] =
    ["operationId", "deprecated", "tags", "security", "parameters", "requestBody", "responses", "servers", "callbacks"];

impl Walk<'_> {
    /// Compares everything.
    pub fn document(&mut self) {
        self.head();
        let (old, new) = (self.old, self.new);
        let (old_operations, new_operations) = (operations(old), operations(new));
        let pairs = pairs(&old_operations, &new_operations);
        for &(before, after) in &pairs {
            self.operation(before, after);
        }
        for gone in old_operations.iter().filter(|known| !pairs.iter().any(|(old, _)| std::ptr::eq(*old, *known))) {
            old.reach(gone.value, &mut self.used[0]);
            self.whole(rules::OPERATION_REMOVED, gone, false);
        }
        for came in new_operations.iter().filter(|known| !pairs.iter().any(|(_, new)| std::ptr::eq(*new, *known))) {
            new.reach(came.value, &mut self.used[1]);
            self.whole(rules::OPERATION_ADDED, came, true);
        }
        self.unused();
    }

    fn whole(&mut self, rule: Rule, operation: &Operation<'_>, added: bool) {
        at(operation, |place| {
            let node = Node { place, value: operation.value };
            if added {
                self.added(rule, "operation", node, title(operation).into());
            } else {
                self.removed(rule, "operation", node, title(operation).into());
            }
        });
    }

    fn operation(&mut self, before: &Operation<'_>, after: &Operation<'_>) {
        at(before, |old| {
            at(after, |new| {
                let pair = Pair {
                    old: Node { place: old, value: before.value },
                    new: Node { place: new, value: after.value },
                };
                if (before.method, template(before.path)) != (after.method, template(after.path)) {
                    self.changed(
                        rules::OPERATION_MOVED,
                        "endpoint",
                        pair.new,
                        title(before).into(),
                        title(after).into(),
                    );
                }
                let (old_id, new_id) = (before.id().unwrap_or_default(), after.id().unwrap_or_default());
                let rule = if member(old_id) == member(new_id) { rules::ID_RESPELT } else { rules::METHOD_RENAMED };
                self.member(rule, "operationId", pair, "operationId");
                let handle = |document: &Document, operation: &Operation<'_>| {
                    document.handle(operation.path, operation.method).unwrap_or_default()
                };
                let (old_handle, new_handle) = (handle(self.old, before), handle(self.new, after));
                // A method that is called after another id is listed as that.
                if old_handle != new_handle && member(old_id) == member(new_id) {
                    self.changed(rules::HANDLE_MOVED, "handle", pair.new, old_handle.into(), new_handle.into());
                }
                self.member(deprecation(after.value), "deprecated", pair, "deprecated");
                self.member(rules::NOT_GENERATED, "tags", pair, "tags");
                self.member(rules::NOT_GENERATED, "callbacks", pair, "callbacks");
                self.member(rules::SERVER, "servers", pair, "servers");
                for key in keys(before.value, after.value).filter(|key| !KNOWN.contains(key)) {
                    let rule = match key {
                        "x-payment-info" => rules::PRICE,
                        "x-retry" | "x-retry-once-with" => rules::RETRY,
                        _ => rules::NOT_GENERATED,
                    };
                    self.member(rule, key, pair, key);
                }
                self.security(pair);
                self.parameters(pair, (before.path, after.path), new_id);
                self.request(pair, new_id);
                self.replies(pair, new_id);
            });
        });
    }

    /// Who may call an operation: its own list, or that of the document.
    fn security(&mut self, pair: Pair<'_>) {
        let root = Place::Root;
        let old_root = Node { place: &root, value: &self.old.plain };
        let new_root = Node { place: &root, value: &self.new.plain };
        let own = |node: Node<'_>| node.value.get("security").is_some();
        let (old, new) =
            (if own(pair.old) { pair.old } else { old_root }, if own(pair.new) { pair.new } else { new_root });
        let empty = Value::Null;
        let list = |node: Node<'_>| node.value.get("security").cloned().unwrap_or_else(|| empty.clone());
        let (before, after) = (list(old), list(new));
        if alternatives(&before, None) == alternatives(&after, None) {
            return;
        }
        let schemes = |document: &Document, list: &Value| {
            alternatives(list, document.plain.pointer("/components/securitySchemes"))
        };
        let same = schemes(self.old, &before) == schemes(self.new, &after)
            && authentication(&before) == authentication(&after);
        let rule = if same { rules::SECURITY_RESPELT } else { rules::SECURITY };
        // One list for the whole document is one change with many places.
        let place = if own(pair.old) || own(pair.new) { pair.new.place } else { &root };
        let place = if own(pair.new) || !own(pair.old) { place } else { pair.new.place };
        let label = pair.new.value["operationId"].as_str().unwrap_or_default().to_owned();
        let below = place.key("security");
        self.at(label, |walk| {
            walk.changed(rule, "security", Node { place: &below, value: &after }, before.clone(), after.clone())
        });
    }

    /// Parameters, bodies, replies and headers that nothing refers to, in neither document. Those in use were compared where they are used.
    fn unreferred(&mut self) {
        let (old, new) = (self.old, self.new);
        let mut used = BTreeSet::new();
        references(&old.facts, &mut used);
        references(&new.facts, &mut used);
        let root = Place::Root;
        let components = root.key("components");
        for kind in ["parameters", "headers", "requestBodies", "responses", "links", "callbacks"] {
            let of = |document: &Document| document.facts["components"].get(kind).cloned().unwrap_or_else(|| json!({}));
            let (before, after) = (of(old), of(new));
            let place = components.key(kind);
            let pair = Pair { old: Node { place: &place, value: &before }, new: Node { place: &place, value: &after } };
            for name in keys(&before, &after).filter(|name| !used.contains(&format!("#/components/{kind}/{name}"))) {
                self.member(rules::COMPONENT_UNUSED, "component", pair, name);
            }
        }
    }

    /// Components that no operation leads to, in neither document.
    fn unused(&mut self) {
        self.unreferred();
        let (old, new) = (self.old, self.new);
        let of =
            |document: &Document| document.plain.pointer("/components/schemas").cloned().unwrap_or_else(|| json!({}));
        let (before, after) = (of(old), of(new));
        let root = Place::Root;
        let components = root.key("components");
        let schemas = components.key("schemas");
        for name in keys(&before, &after) {
            if self.used[0].contains(name) || self.used[1].contains(name) {
                continue;
            }
            let place = schemas.key(name);
            match (before.get(name), after.get(name)) {
                (Some(value), None) => {
                    self.removed(rules::COMPONENT_UNUSED, "component", Node { place: &place, value }, name.into())
                }
                (None, Some(value)) => {
                    self.added(rules::COMPONENT_UNUSED, "component", Node { place: &place, value }, name.into())
                }
                (Some(old), Some(new)) if old != new => {
                    let pair =
                        Pair { old: Node { place: &place, value: old }, new: Node { place: &place, value: new } };
                    let found = std::mem::take(&mut self.found);
                    self.at(String::new(), |walk| walk.schema(pair, Cx::root(Position::Untyped)));
                    let inner = std::mem::replace(&mut self.found, found);
                    for (_, mut change) in inner.into_entries() {
                        (change.class, change.why) = (rules::COMPONENT_UNUSED.class, rules::COMPONENT_UNUSED.why);
                        self.found.insert(change);
                    }
                }
                _ => {}
            }
        }
    }
}

/// Adds all references of a document, in its order.
pub fn references(value: &Value, found: &mut impl Extend<String>) {
    match value {
        Value::Object(members) => {
            found.extend(members.get("$ref").and_then(Value::as_str).map(str::to_owned));
            members.values().for_each(|member| references(member, found));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}

/// The operations of a plain document.
pub fn operations(document: &Document) -> Vec<Operation<'_>> {
    document::operations(&document.plain).collect()
}

/// The same operations of two documents: by method and path, and what is left by its id.
pub fn pairs<'a, 'o, 'n>(
    old: &'a [Operation<'o>],
    new: &'a [Operation<'n>],
) -> Vec<(&'a Operation<'o>, &'a Operation<'n>)> {
    let endpoint = |operation: &Operation<'_>| (operation.method.to_owned(), template(operation.path));
    let mut pairs: Vec<(&Operation<'_>, &Operation<'_>)> =
        old.iter().filter_map(|old| Some((old, new.iter().find(|new| endpoint(new) == endpoint(old))?))).collect();
    let moved: Vec<_> = old
        .iter()
        .filter(|old| !pairs.iter().any(|(known, _)| std::ptr::eq(*known, *old)))
        .filter_map(|old| {
            let free = |new: &&Operation<'_>| !pairs.iter().any(|(_, known)| std::ptr::eq(*known, *new));
            Some((old, new.iter().filter(free).find(|new| old.id().is_some() && new.id() == old.id())?))
        })
        .collect();
    pairs.extend(moved);
    pairs
}

/// A path without the names of its parameters.
pub fn template(path: &str) -> String {
    let parts = path.split('{').enumerate().map(|(index, part)| match part.split_once('}') {
        Some((_, rest)) if index > 0 => format!("{{}}{rest}"),
        _ => part.to_owned(),
    });
    parts.collect()
}

/// An operation in words: `POST /chat/completions (createChatCompletion)`.
fn title(operation: &Operation<'_>) -> String {
    format!("{} {} ({})", operation.method.to_ascii_uppercase(), operation.path, operation.id().unwrap_or_default())
}

fn at<T>(operation: &Operation<'_>, then: impl FnOnce(&Place<'_>) -> T) -> T {
    let (root, paths) = (Place::Root, "paths");
    let paths = root.key(paths);
    let item = paths.key(operation.path);
    then(&item.key(operation.method))
}

/// The alternatives of a security list, whatever their order; with the schemes' definitions in place of their names when these are given.
fn alternatives(list: &Value, schemes: Option<&Value>) -> Option<BTreeSet<String>> {
    let one = |entry: &Value| {
        let members = entry.as_object().into_iter().flatten();
        let named: Map<String, Value> = members
            .map(|(name, scopes)| match schemes.and_then(|schemes| schemes.get(name)) {
                Some(scheme) => (scheme.to_string(), scopes.clone()),
                None => (name.clone(), scopes.clone()),
            })
            .collect();
        let mut parts: Vec<String> = named.iter().map(|(name, scopes)| format!("{name}{scopes}")).collect();
        parts.sort();
        parts.join(" and ")
    };
    Some(list.as_array()?.iter().map(one).collect())
}
