//! Unions: which forms there are, and what is in each.

use serde_json::Value;
use venice_ai_codegen::lower::schema::{constant, is_struct};
use venice_ai_codegen::lower::unions::TAG;

use super::document::Document;
use super::form::{Form, words};
use super::rules;
use super::schema::Cx;
use super::walk::{Node, Pair, Walk};
use crate::names::variant;

/// A form of a union, under the name of its variant.
struct Arm<'d> {
    name: String,
    index: usize,
    value: &'d Value,
}

fn arms<'d>(document: &'d Document, union: &'d Value, tag: Option<&str>) -> Vec<Arm<'d>> {
    let mut arms: Vec<Arm<'d>> = Vec::new();
    for (index, value) in union.get("oneOf").and_then(Value::as_array).into_iter().flatten().enumerate() {
        let (_, resolved) = document.resolve(value);
        let constant = tag.and_then(|tag| constant(resolved, tag)).map(variant);
        let mut name = constant.unwrap_or_else(|| format!("{:?}", Form::of(resolved, false)));
        while arms.iter().any(|known| known.name == name) {
            name.push_str("Other");
        }
        arms.push(Arm { name, index, value });
    }
    arms
}

impl Walk<'_> {
    /// Compares the forms of two unions.
    pub fn arms(&mut self, pair: Pair<'_>, cx: Cx<'_>) {
        let tag = |node: Node<'_>| node.value.get(TAG).and_then(Value::as_str).map(str::to_owned);
        let (old_tag, new_tag) = (tag(pair.old), tag(pair.new));
        if old_tag != new_tag {
            let typed = if old_tag.is_some() && new_tag.is_some() { rules::TAG_CHANGED } else { rules::TAG_APPEARED };
            let named = |tag: &Option<String>| tag.clone().map_or(Value::Null, Value::from);
            self.changed(cx.pick(typed, typed, rules::TYPE_UNTYPED), "tag", pair.new, named(&old_tag), named(&new_tag));
        }
        let (old_document, new_document) = (self.old, self.new);
        let old = arms(old_document, pair.old.value, old_tag.as_deref());
        let new = arms(new_document, pair.new.value, new_tag.as_deref());
        let (old_holder, new_holder) = (pair.old.place.key("oneOf"), pair.new.place.key("oneOf"));
        for arm in &old {
            let old_place = old_holder.index(arm.index);
            let node = Node { place: &old_place, value: arm.value };
            match new.iter().find(|other| other.name == arm.name) {
                Some(other) => {
                    let new_place = new_holder.index(other.index);
                    let new = Node { place: &new_place, value: other.value };
                    let tag = new_tag.as_deref().filter(|_| is_struct(new_document.resolve(other.value).1));
                    self.schema(Pair { old: node, new }, Cx { tag, ..cx.below(cx.member) });
                }
                None => {
                    self.old.reach(arm.value, &mut self.used[0]);
                    let rule = cx.pick(rules::VARIANT_REMOVED, rules::VARIANT_REMOVED, rules::UNTYPED_REMOVED);
                    let words = named(arm, words(self.old, arm.value, cx.multipart));
                    self.removed(rule, "form", node, words);
                }
            }
        }
        for arm in new.iter().filter(|arm| !old.iter().any(|other| other.name == arm.name)) {
            self.new.reach(arm.value, &mut self.used[1]);
            let place = new_holder.index(arm.index);
            let rule = cx.pick(rules::VARIANT_ADDED, rules::VARIANT_ADDED, rules::UNTYPED_ADDED);
            let words = named(arm, words(self.new, arm.value, cx.multipart));
            self.added(rule, "form", Node { place: &place, value: arm.value }, words);
        }
    }
}

/// The form in words, with its constant where it has one.
fn named(arm: &Arm<'_>, words: String) -> Value {
    match arm.name.as_str() {
        "Struct" | "Union" | "Enum" | "Text" | "Integer" | "Number" | "Bool" | "List" | "Map" | "Object" | "Any" => {
            words.into()
        }
        name => format!("{name}: {words}").into(),
    }
}
