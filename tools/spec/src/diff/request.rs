//! Request bodies. JSON and multipart forms of one body are one type in Rust.

use serde_json::Value;
use venice_ai_codegen::lower::schema::{is_struct, type_of};

use super::change::{Change, Class, Key};
use super::document::Document;
use super::form::Form;
use super::media::{self, JSON, MULTIPART, part};
use super::rules::{self, Rule};
use super::schema::{Cx, Position};
use super::walk::{Node, Pair, Walk, keys};

/// What becomes part of the Rust type.
const TYPED: [&str; 2] = [JSON, MULTIPART];

impl Walk<'_> {
    /// Compares the bodies of two operations.
    pub fn request(&mut self, operation: Pair<'_>, label: &str) {
        let (old_body, new_body) = (part(operation.old, "requestBody"), part(operation.new, "requestBody"));
        let (old_place, new_place) = (operation.old.place.key("requestBody"), operation.new.place.key("requestBody"));
        let (old, new) = (Node { place: &old_place, value: &old_body }, Node { place: &new_place, value: &new_body });
        let (before, after) = (part(old, "content"), part(new, "content"));
        self.reach(Pair { old, new });
        let names =
            |content: &Value| media::names(content).iter().map(|(name, _)| Value::from(*name)).collect::<Value>();
        match (has_body(self.old, &before), has_body(self.new, &after)) {
            (false, true) => return self.added(rules::BODY_ADDED, "request body", new, names(&after)),
            (true, false) => return self.removed(rules::BODY_REMOVED, "request body", old, names(&before)),
            (false, false) => return self.member(rules::NOT_GENERATED, "request body", operation, "requestBody"),
            (true, true) => {}
        }
        self.at(format!("{label} request"), |walk| {
            for key in keys(&old_body, &new_body).filter(|key| *key != "content") {
                let rule = if key == "required" { rules::BODY_ALWAYS_SENT } else { rules::NOT_GENERATED };
                walk.member(rule, key, Pair { old, new }, key);
            }
            let (old_place, new_place) = (old.place.key("content"), new.place.key("content"));
            walk.forms(Pair {
                old: Node { place: &old_place, value: &before },
                new: Node { place: &new_place, value: &after },
            });
        });
    }

    /// Compares the forms of a body.
    fn forms(&mut self, content: Pair<'_>) {
        let (old, new) = (self.old, self.new);
        let files = has_files(old, content.old.value) || has_files(new, content.new.value);
        let added = |name: &str| {
            if TYPED.contains(&name) && files { rules::REQUEST_MEDIA_TYPES } else { rules::REQUEST_MEDIA_ADDED }
        };
        let removed = |name: &str| {
            let typed = TYPED.contains(&name) && (files || loses_members(old, new, content, name));
            if typed { rules::REQUEST_MEDIA_TYPES } else { rules::REQUEST_MEDIA_REMOVED }
        };
        let common = self.media(content, added, removed);
        let both = TYPED.iter().all(|form| common.iter().any(|name| name == form));
        let mut forms: Vec<(bool, Vec<(Key, Change)>)> = Vec::new();
        for name in &common {
            let typed = TYPED.contains(&name.as_str());
            let position = if typed { Position::Request } else { Position::Untyped };
            let found = std::mem::take(&mut self.found);
            // What was compared for one form has to be found for the other one too.
            self.seen.clear();
            self.medium(content, name, rules::SERIALISATION, |walk, schemas| {
                walk.schema(schemas, Cx { multipart: name == MULTIPART, ..Cx::root(position) });
            });
            forms.push((typed, std::mem::replace(&mut self.found, found).into_entries().collect()));
        }
        for (index, (typed, changes)) in forms.iter().enumerate() {
            for (key, change) in changes {
                let others = forms.iter().enumerate().filter(|(other, (typed, _))| *other != index && *typed);
                let everywhere =
                    others.flat_map(|(_, (_, changes))| changes).any(|(other, _)| below(other) == below(key));
                let mut change = change.clone();
                // The Rust type has the members that either form has, and needs what both need.
                if both && *typed && !everywhere {
                    let limit = if change.before.is_none() { Class::Additive } else { Class::Behaviour };
                    let rule = Rule { class: change.class, why: change.why }.at_most(limit);
                    (change.class, change.why) = (rule.class, rule.why);
                }
                self.found.insert(change);
            }
        }
    }
}

/// Whether the generated method takes a body.
fn has_body(document: &Document, content: &Value) -> bool {
    let Some(schema) = media::schema(content, JSON).or_else(|| media::schema(content, MULTIPART)) else { return false };
    let (_, schema) = document.resolve(schema);
    type_of(schema) != Some("object") || is_struct(schema) || schema.get("additionalProperties").is_some()
}

/// Whether a body holds files, whose Rust type depends on the forms in which the body may go.
fn has_files(document: &Document, content: &Value) -> bool {
    let is_file = |form| form == Form::File;
    media::schema(content, MULTIPART).is_some_and(|schema| media::has(document, schema, is_file))
}

/// Whether members of a form that is gone are in no form that is left.
fn loses_members(old: &Document, new: &Document, content: Pair<'_>, gone: &str) -> bool {
    let left: Vec<&Value> = TYPED
        .iter()
        .filter_map(|name| media::schema(content.new.value, name))
        .map(|schema| new.resolve(schema).1)
        .collect();
    let members =
        media::schema(content.old.value, gone).and_then(|schema| old.resolve(schema).1.get("properties")?.as_object());
    members.into_iter().flatten().any(|(name, _)| !left.iter().any(|schema| schema["properties"].get(name).is_some()))
}

/// A change as it is in any form of the body: without the media type in its path.
fn below(key: &Key) -> Key {
    let (path, rest) = (key.0.clone(), (key.1.clone(), key.2.clone(), key.3.clone()));
    let path = match path.split_once("].schema") {
        Some((media, below)) if media.contains(".content['") => below.to_owned(),
        _ => path,
    };
    (path, rest.0, rest.1, rest.2)
}
