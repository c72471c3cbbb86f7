//! Replies: the one that has a type, and all the others.

use serde_json::Value;

use super::document::Document;
use super::form::Form;
use super::media::{self, EVENTS, JSON, part};
use super::rules;
use super::schema::{Cx, Position};
use super::walk::{Node, Pair, Walk, keys};

/// What can be a typed reply.
const TYPED: [&str; 2] = [JSON, EVENTS];

impl Walk<'_> {
    /// Compares the replies of two operations.
    pub fn replies(&mut self, operation: Pair<'_>, label: &str) {
        let (old_place, new_place) = (operation.old.place.key("responses"), operation.new.place.key("responses"));
        let (before, after) = (&operation.old.value["responses"], &operation.new.value["responses"]);
        let chosen = (success(before), success(after));
        if let (Some(old), Some(new)) = chosen {
            let (old_place, new_place) = (old_place.key(old), new_place.key(new));
            let pair = Pair {
                old: Node { place: &old_place, value: &before[old] },
                new: Node { place: &new_place, value: &after[new] },
            };
            if old != new {
                self.changed(rules::SUCCESS_STATUS, "status", pair.new, old.into(), new.into());
            }
            self.at(format!("{label} reply {new}"), |walk| walk.reply(pair, true));
        }
        // An operation that has a success reply only before or after returns something else.
        if let (Some(status), None) = chosen {
            let (place, value) = (old_place.key(status), &before[status]);
            self.old.reach(value, &mut self.used[0]);
            let rule =
                if is_typed(self.old, &value["content"]) { rules::SUCCESS_REMOVED } else { rules::SUCCESS_STATUS };
            self.removed(rule, "success reply", Node { place: &place, value }, status.into());
        }
        if let (None, Some(status)) = chosen {
            let (place, value) = (new_place.key(status), &after[status]);
            self.new.reach(value, &mut self.used[1]);
            let rule = if is_typed(self.new, &value["content"]) { rules::RETURN_TYPE } else { rules::SUCCESS_STATUS };
            self.added(rule, "success reply", Node { place: &place, value }, status.into());
        }
        for status in keys(before, after) {
            let (old_place, new_place) = (old_place.key(status), new_place.key(status));
            let left = before.get(status).filter(|_| chosen.0 != Some(status));
            let right = after.get(status).filter(|_| chosen.1 != Some(status));
            let is_error = !status.starts_with('2');
            match (left, right) {
                (Some(left), Some(right)) => {
                    let pair = Pair {
                        old: Node { place: &old_place, value: left },
                        new: Node { place: &new_place, value: right },
                    };
                    self.at(format!("{label} reply {status}"), |walk| walk.reply(pair, false));
                }
                (Some(left), None) => {
                    self.old.reach(left, &mut self.used[0]);
                    let rule = if is_error { rules::ERROR_STATUS_REMOVED } else { rules::SUCCESS_STATUS };
                    self.removed(rule, "status", Node { place: &old_place, value: left }, status.into());
                }
                (None, Some(right)) => {
                    self.new.reach(right, &mut self.used[1]);
                    let rule = if is_error { rules::ERROR_STATUS_ADDED } else { rules::SUCCESS_STATUS };
                    self.added(rule, "status", Node { place: &new_place, value: right }, status.into());
                }
                (None, None) => {}
            }
        }
    }

    fn reply(&mut self, pair: Pair<'_>, chosen: bool) {
        for key in
            keys(pair.old.value, pair.new.value).filter(|key| !["description", "content", "headers"].contains(key))
        {
            self.member(rules::NOT_GENERATED, key, pair, key);
        }
        self.headers(pair);
        let (before, after) = (part(pair.old, "content"), part(pair.new, "content"));
        let (old_place, new_place) = (pair.old.place.key("content"), pair.new.place.key("content"));
        let content =
            Pair { old: Node { place: &old_place, value: &before }, new: Node { place: &new_place, value: &after } };
        self.reach(content);
        let (old, new) = (self.old, self.new);
        let other_type = is_typed(old, &before) != is_typed(new, &after);
        let removed = |name: &str| {
            let has_types = media::schema(&before, name).is_some_and(|schema| media::has(old, schema, Form::is_named));
            match chosen {
                false => rules::UNTYPED_MEDIA,
                true if other_type => rules::RETURN_TYPE,
                true if TYPED.contains(&name) && has_types => rules::REPLY_TYPES_GONE,
                true => rules::REPLY_MEDIA_REMOVED,
            }
        };
        let added = |_: &str| match chosen {
            false => rules::UNTYPED_ADDED,
            true if other_type => rules::RETURN_TYPE,
            true => rules::REPLY_MEDIA_ADDED,
        };
        for name in self.media(content, added, removed) {
            let typed = chosen && TYPED.contains(&name.as_str());
            let position = if typed { Position::Reply } else { Position::Untyped };
            self.medium(content, &name, rules::NOT_GENERATED, |walk, schemas| walk.schema(schemas, Cx::root(position)));
        }
    }

    fn headers(&mut self, reply: Pair<'_>) {
        let (before, after) = (part(reply.old, "headers"), part(reply.new, "headers"));
        let (old_place, new_place) = (reply.old.place.key("headers"), reply.new.place.key("headers"));
        for name in keys(&before, &after) {
            let (old_place, new_place) = (old_place.key(name), new_place.key(name));
            let accessors = (self.old.accessor(name), self.new.accessor(name));
            match (before.get(name), after.get(name)) {
                (Some(left), None) => {
                    let is_gone = accessors.0.is_some() && accessors.1.is_none();
                    let rule = if is_gone { rules::ACCESSOR_REMOVED } else { rules::HEADER_REMOVED };
                    self.removed(rule, "header", Node { place: &old_place, value: left }, name.into())
                }
                (None, Some(right)) => {
                    self.added(rules::HEADER_ADDED, "header", Node { place: &new_place, value: right }, name.into())
                }
                (Some(left), Some(right)) => {
                    let pair = Pair {
                        old: Node { place: &old_place, value: left },
                        new: Node { place: &new_place, value: right },
                    };
                    self.header(pair);
                    if let (Some(old), Some(new)) = accessors
                        && old != new
                    {
                        self.changed(rules::ACCESSOR_CHANGED, "accessor", pair.new, old.clone(), new.clone());
                    }
                }
                (None, None) => {}
            }
        }
    }

    fn header(&mut self, pair: Pair<'_>) {
        for key in keys(pair.old.value, pair.new.value).filter(|key| *key != "schema") {
            self.member(rules::HEADER_CHANGED, key, pair, key);
        }
        let (old, new) = (pair.old.place.key("schema"), pair.new.place.key("schema"));
        let schemas = Pair {
            old: Node { place: &old, value: &pair.old.value["schema"] },
            new: Node { place: &new, value: &pair.new.value["schema"] },
        };
        self.schema(schemas, Cx::root(Position::Header));
    }
}

/// Whether the method returns a type of its own and no raw reply.
fn is_typed(document: &Document, content: &Value) -> bool {
    let all = media::names(content).iter().all(|(name, _)| TYPED.contains(name));
    all && media::schema(content, JSON).is_some_and(|schema| Form::of(document.resolve(schema).1, false).is_named())
}

/// The status of the success reply: the lowest 2xx, else the default.
fn success(replies: &Value) -> Option<&str> {
    let mut codes: Vec<&str> =
        replies.as_object()?.keys().map(String::as_str).filter(|status| status.starts_with('2')).collect();
    codes.sort_unstable();
    codes.first().copied().or_else(|| replies.get("default").map(|_| "default"))
}
