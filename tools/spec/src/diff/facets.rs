//! Limits, defaults and whatever else is said about a value beside its type.

use serde_json::Value;
use venice_ai_codegen::lower::schema::LIMITS;
use venice_ai_codegen::lower::unions::FORMS;

use super::rules::{self, Rule};
use super::schema::{Cx, Position};
use super::walk::{Node, Pair, Walk, flag, keys};

/// What is compared elsewhere, or means nothing.
const ELSEWHERE: [&str; 15] = [
    "$ref",
    "title",
    "type",
    "properties",
    "required",
    "items",
    "oneOf",
    "anyOf",
    "additionalProperties",
    "nullable",
    "enum",
    "x-tag",
    "x-secret",
    "x-amount",
    "x-rust-name",
];
/// What is checked before sending beside the limits: keywords of the overlay, and the alternatives of a text.
const CHECKED: [&str; 5] = ["x-not-blank", "x-date", "x-known", "x-required-when", FORMS];

impl Walk<'_> {
    /// Compares what two schemas of the same form say about their values.
    pub fn facets(&mut self, pair: Pair<'_>, cx: Cx<'_>) {
        let (old, new) = (pair.old.value, pair.new.value);
        let known: Vec<&str> = keys(old, new).filter(|key| !ELSEWHERE.contains(key)).collect();
        for key in known {
            let (before, after) = (old.get(key), new.get(key));
            if before != after {
                let what = if key == FORMS { "text forms" } else { key };
                self.member(facet(key, before, after, cx), what, pair, key);
            }
        }
        if old.get("enum") != new.get("enum") {
            self.values(pair, cx);
        }
        if cx.root {
            self.nullable(pair, cx.pick(rules::NULL_UNSENT, rules::LENIENT, rules::LENIENT));
        }
    }

    /// What stands beside a reference.
    pub fn beside(&mut self, site: Pair<'_>, shape: Pair<'_>, cx: Cx<'_>) {
        for key in ["default", "deprecated"] {
            // A place without a reference says it itself.
            let of = |site: Node<'_>, shape: Node<'_>| {
                if site.value.get("$ref").is_some() {
                    site.value.get(key).cloned()
                } else {
                    shape.value.get(key).cloned()
                }
            };
            let (before, after) = (of(site.old, shape.old), of(site.new, shape.new));
            let inside = (shape.old.value.get(key), shape.new.value.get(key));
            if before != after && (before.as_ref(), after.as_ref()) != inside {
                let rule = facet(key, before.as_ref(), after.as_ref(), cx);
                self.sides(
                    rule,
                    key,
                    (site.old.place.key(key), before.as_ref()),
                    (site.new.place.key(key), after.as_ref()),
                );
            }
        }
    }

    /// Compares the values that are listed.
    fn values(&mut self, pair: Pair<'_>, cx: Cx<'_>) {
        let (old, new) = (pair.old.place.key("enum"), pair.new.place.key("enum"));
        let list = |node: Node<'_>| node.value.get("enum").and_then(Value::as_array).cloned().unwrap_or_default();
        let (before, after) = (list(pair.old), list(pair.new));
        // With several values it is an enum in Rust; else a list only limits what may be sent.
        let variants = before.len() > 1 && after.len() > 1 && pair.new.value["type"] == "string";
        let limit = |request: Rule| cx.pick(request, rules::REPLY_LIMIT, rules::REPLY_LIMIT);
        let (added, removed) = if variants {
            (
                cx.pick(rules::VARIANT_ADDED, rules::VARIANT_ADDED, rules::UNTYPED_ADDED),
                cx.pick(rules::VARIANT_REMOVED, rules::VARIANT_REMOVED, rules::UNTYPED_REMOVED),
            )
        } else {
            (
                limit(if before.is_empty() { rules::TIGHTENED } else { rules::LOOSENED }),
                limit(if after.is_empty() { rules::LIMIT_REMOVED } else { rules::TIGHTENED }),
            )
        };
        let without = |values: &[Value], others: &[Value]| -> Vec<Value> {
            values.iter().filter(|value| !others.contains(value)).cloned().collect()
        };
        if let Some((what, values)) = listed(without(&before, &after)) {
            self.removed(removed, what, Node { place: &old, value: &values }, values.clone());
        }
        if let Some((what, values)) = listed(without(&after, &before)) {
            self.added(added, what, Node { place: &new, value: &values }, values.clone());
        }
    }
}

/// Values that came or went together.
fn listed(mut values: Vec<Value>) -> Option<(&'static str, Value)> {
    match values.len() {
        0 => None,
        1 => values.pop().map(|value| ("enum value", value)),
        _ => Some(("enum values", values.into())),
    }
}

fn facet(key: &str, before: Option<&Value>, after: Option<&Value>, cx: Cx<'_>) -> Rule {
    let is_binary = |value: Option<&Value>| value.is_some_and(|value| value == "binary");
    if key == "format" && cx.multipart && (is_binary(before) || is_binary(after)) {
        return rules::FORMS_DESCRIBED;
    }
    if LIMITS.contains(&key) || CHECKED.contains(&key) || key == "format" {
        let request = match after {
            None => rules::LIMIT_REMOVED,
            _ if is_looser(key, before, after) => rules::LOOSENED,
            _ => rules::TIGHTENED,
        };
        return cx.pick(request, rules::REPLY_LIMIT, rules::REPLY_LIMIT);
    }
    match key {
        "default" => cx.pick(rules::DEFAULT, rules::REPLY_DEFAULT, rules::REPLY_DEFAULT),
        "deprecated" if after.is_some_and(|value| value == true) => {
            cx.pick(rules::DEPRECATED, rules::DEPRECATED, rules::UNDEPRECATED)
        }
        "deprecated" => rules::UNDEPRECATED,
        "x-clearable" => rules::CLEARABLE,
        key if key.starts_with("x-") || cx.position != Position::Request => rules::NOT_GENERATED,
        "discriminator" | "xml" => rules::NOT_GENERATED,
        _ => rules::KEYWORD,
    }
}

/// Whether every value that was taken still is.
fn is_looser(key: &str, before: Option<&Value>, after: Option<&Value>) -> bool {
    let (before, after) = match (before, after) {
        (_, None) => return true,
        (before, Some(Value::Bool(set))) => return !set || before == after,
        (None, Some(_)) => return false,
        (Some(before), Some(after)) => (before, after),
    };
    match (before.as_f64(), after.as_f64()) {
        (Some(before), Some(after)) if key.starts_with("min") || key == "exclusiveMinimum" => after < before,
        (Some(before), Some(after)) if key.starts_with("max") || key == "exclusiveMaximum" => after > before,
        _ => false,
    }
}

/// Whether a schema or a parameter is marked as on its way out.
pub fn deprecation(after: &Value) -> Rule {
    if flag(after, "deprecated") { rules::DEPRECATED } else { rules::UNDEPRECATED }
}
