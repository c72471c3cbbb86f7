//! Members of objects: which there are, which a caller has to give, and what they hold.

use serde_json::Value;
use venice_ai_codegen::lower::names::member;
use venice_ai_codegen::lower::schema::{constant, is_required};

use super::form::words;
use super::rules::{self, Rule};
use super::schema::{Cx, Position};
use super::walk::{Node, Pair, Walk, flag};

/// What a member is in Rust.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Presence {
    /// None: its one value is sent by itself.
    Constant,
    /// An `Option<T>` with a setter.
    Optional,
    /// A `T`, and in a request an argument of `new`.
    Required,
}

fn presence(object: &Value, name: &str, cx: Cx<'_>) -> Presence {
    let told = cx.position == Position::Request || cx.tag == Some(name);
    if told && constant(object, name).is_some() {
        return Presence::Constant;
    }
    let nullable = object["properties"].get(name).is_some_and(|property| flag(property, "nullable"));
    if is_required(object, name) && !nullable { Presence::Required } else { Presence::Optional }
}

impl Walk<'_> {
    /// Compares the members of two objects.
    pub fn fields(&mut self, pair: Pair<'_>, cx: Cx<'_>) {
        self.open(pair, cx);
        self.order(pair, cx);
        let (old, new) = (&pair.old.value["properties"], &pair.new.value["properties"]);
        let names =
            |value: &Value| value.as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        let (old_names, new_names) = (names(old), names(new));
        let gone: Vec<&String> = old_names.iter().filter(|name| new.get(name.as_str()).is_none()).collect();
        let mut came: Vec<&String> = new_names.iter().filter(|name| old.get(name.as_str()).is_none()).collect();
        for name in old_names.iter().filter(|name| new.get(name.as_str()).is_some()) {
            self.field(pair, (name, name), cx);
        }
        for name in gone {
            // Another spelling of the same Rust name is the same member.
            let spelt = came.iter().position(|other| member(other) == member(name));
            match spelt.map(|index| came.remove(index)) {
                Some(other) => {
                    let holder = pair.new.place.key("properties");
                    let place = holder.key(other);
                    let rule =
                        if cx.position == Position::Untyped { rules::UNTYPED_REMOVED } else { rules::FIELD_SPELLING };
                    let node = Node { place: &place, value: &new[other.as_str()] };
                    self.changed(rule, "field name", node, name.as_str().into(), other.as_str().into());
                    self.field(pair, (name, other), cx);
                }
                None => self.gone(pair, name, new_names.iter().any(|other| member(other) == member(name)), cx),
            }
        }
        let was_unit =
            cx.tag.is_some() && old_names.iter().all(|name| presence(pair.old.value, name, cx) == Presence::Constant);
        for name in came {
            self.came(pair, name, was_unit, cx);
        }
    }

    fn came(&mut self, pair: Pair<'_>, name: &str, was_unit: bool, cx: Cx<'_>) {
        let presence = presence(pair.new.value, name, cx);
        let value = &pair.new.value["properties"][name];
        let request = match presence {
            Presence::Constant => rules::CONSTANT_ADDED,
            Presence::Required => rules::REQUEST_FIELD_NEEDED,
            Presence::Optional if is_required(pair.new.value, name) => rules::REQUEST_FIELD_NULLABLE,
            Presence::Optional => rules::REQUEST_FIELD_ADDED,
        };
        let filled = was_unit && presence != Presence::Constant && cx.position != Position::Untyped;
        let rule =
            if filled { rules::UNIT_FILLED } else { cx.pick(request, rules::REPLY_FIELD_ADDED, rules::UNTYPED_ADDED) };
        let holder = pair.new.place.key("properties");
        self.new.reach(value, &mut self.used[1]);
        let what = if presence == Presence::Required { "required field" } else { "field" };
        let words = words(self.new, value, cx.multipart);
        self.added(rule, what, Node { place: &holder.key(name), value }, words.into());
    }

    fn gone(&mut self, pair: Pair<'_>, name: &str, respelt: bool, cx: Cx<'_>) {
        let presence = presence(pair.old.value, name, cx);
        let value = &pair.old.value["properties"][name];
        let rule = match presence {
            Presence::Constant => rules::CONSTANT_REMOVED,
            _ if respelt => rules::FIELD_SPELLING_REMOVED,
            _ => rules::FIELD_REMOVED,
        };
        let rule = cx.pick(rule, rule, rules::UNTYPED_REMOVED);
        let holder = pair.old.place.key("properties");
        self.old.reach(value, &mut self.used[0]);
        let what = if presence == Presence::Required { "required field" } else { "field" };
        let words = words(self.old, value, cx.multipart);
        self.removed(rule, what, Node { place: &holder.key(name), value }, words.into());
    }

    fn field(&mut self, pair: Pair<'_>, (old_name, new_name): (&str, &str), cx: Cx<'_>) {
        let (old_holder, new_holder) = (pair.old.place.key("properties"), pair.new.place.key("properties"));
        let (old_place, new_place) = (old_holder.key(old_name), new_holder.key(new_name));
        let old = Node { place: &old_place, value: &pair.old.value["properties"][old_name] };
        let new = Node { place: &new_place, value: &pair.new.value["properties"][new_name] };
        let sides = (presence(pair.old.value, old_name, cx), presence(pair.new.value, new_name, cx));
        let required = (is_required(pair.old.value, old_name), is_required(pair.new.value, new_name));
        if required.0 != required.1 {
            let unchanged = if required.1 { rules::REQUIRED_UNSENT } else { rules::OPTIONAL_BEFORE };
            self.changed(option_rule(sides, unchanged, cx), "required", new, required.0.into(), required.1.into());
        }
        let nullable = (flag(old.value, "nullable"), flag(new.value, "nullable"));
        if nullable.0 != nullable.1 {
            self.changed(
                option_rule(sides, rules::NULL_UNSENT, cx),
                "nullable",
                new,
                nullable.0.into(),
                nullable.1.into(),
            );
        }
        let told = |node: Node<'_>, name: &str, presence| match presence {
            Presence::Constant => constant(node.value, name).map_or(Value::Null, Value::from),
            _ => Value::Null,
        };
        let (before, after) = (told(pair.old, old_name, sides.0), told(pair.new, new_name, sides.1));
        if before != after && required.0 == required.1 && nullable.0 == nullable.1 {
            let rule = match sides {
                (Presence::Constant, Presence::Constant) => rules::CONSTANT_CHANGED,
                (Presence::Constant, _) => rules::CONSTANT_FREED,
                _ => rules::CONSTANT_CLOSED,
            };
            self.changed(rule, "constant", new, before, after);
        }
        if sides == (Presence::Constant, Presence::Constant) {
            return;
        }
        self.schema(Pair { old, new }, cx.below(new_name));
    }

    /// The order of the arguments of `new`.
    fn order(&mut self, pair: Pair<'_>, cx: Cx<'_>) {
        let arguments = |object: &Value, other: &Value| -> Vec<String> {
            let names = object["properties"].as_object().into_iter().flatten().map(|(name, _)| name);
            let argument = |object: &Value, name: &str| presence(object, name, cx) == Presence::Required;
            // `model` is the first one wherever the document has it.
            let kept = names.filter(|name| *name != "model" && other["properties"].get(name.as_str()).is_some());
            kept.filter(|name| argument(object, name) && argument(other, name)).cloned().collect()
        };
        let (before, after) = (arguments(pair.old.value, pair.new.value), arguments(pair.new.value, pair.old.value));
        if cx.position == Position::Request && before != after {
            self.changed(rules::MEMBER_ORDER, "order of members", pair.new, before.into(), after.into());
        }
    }

    /// Members that have no name.
    fn open(&mut self, pair: Pair<'_>, cx: Cx<'_>) {
        let (before, after) = (pair.old.value.get("additionalProperties"), pair.new.value.get("additionalProperties"));
        if before == after {
            return;
        }
        let is_open = |value: Option<&Value>| value.is_some_and(|value| *value != Value::Bool(false));
        let rule = match (is_open(before), is_open(after)) {
            (false, true) => cx.pick(rules::EXTRA_ADDED, rules::EXTRA_ADDED, rules::UNTYPED_ADDED),
            (true, false) => cx.pick(rules::EXTRA_REMOVED, rules::EXTRA_REMOVED, rules::REPLY_LIMIT),
            (true, true) => cx.pick(rules::KEYWORD, rules::REPLY_LIMIT, rules::REPLY_LIMIT),
            (false, false) if after.is_some() => cx.pick(rules::TIGHTENED, rules::REPLY_LIMIT, rules::REPLY_LIMIT),
            (false, false) => cx.pick(rules::LOOSENED, rules::REPLY_LIMIT, rules::REPLY_LIMIT),
        };
        self.member(rule, "additionalProperties", pair, "additionalProperties");
    }
}

/// The rule for a change of `required` or `nullable`; `unchanged` is that of a request whose Rust type stays.
fn option_rule(sides: (Presence, Presence), unchanged: Rule, cx: Cx<'_>) -> Rule {
    let typed = match sides {
        (Presence::Constant, Presence::Optional) => rules::CONSTANT_OPENED,
        (Presence::Optional, Presence::Constant) => rules::CONSTANT_CLOSED,
        (before, after) if before != after => rules::OPTION_CHANGED,
        _ => return cx.pick(unchanged, rules::LENIENT, rules::LENIENT),
    };
    cx.pick(typed, typed, rules::LENIENT)
}
