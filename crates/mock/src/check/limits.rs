//! Validation of lengths, ranges, counts, patterns and formats.

use regex_lite::Regex;
use serde_json::{Value, json};

use super::schema::owned;
use crate::issues::Issue;
use crate::schema::Step;
use crate::time::is_calendar;

/// An RFC 3339 timestamp.
const MOMENT: &str = r"^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$";

/// Adds an issue for each limit of the schema that a value of its type is out of.
pub(super) fn check(path: &[Step<'_>], schema: &Value, value: &Value, found: &mut Vec<Issue>) {
    let mut checker = Checker { path, found };
    match value {
        Value::String(value) => text(&mut checker, schema, value),
        Value::Number(value) => number(&mut checker, schema, value.as_f64().unwrap_or_default()),
        Value::Array(items) => count(&mut checker, schema, items.len()),
        Value::Null | Value::Bool(_) | Value::Object(_) => {}
    }
}

struct Checker<'c> {
    path: &'c [Step<'c>],
    found: &'c mut Vec<Issue>,
}

impl Checker<'_> {
    fn found(&mut self, code: &'static str, message: impl Into<String>, more: Value) {
        self.found.push(Issue::new(code, owned(self.path), message, more));
    }
}

fn text(checker: &mut Checker<'_>, schema: &Value, text: &str) {
    let length = text.chars().count() as u64;
    let least = schema["minLength"].as_u64().unwrap_or_default();
    let is_blank = schema["x-not-blank"] == true && text.trim().is_empty();
    if length < least || is_blank {
        let least = least.max(1);
        let message = format!("String must contain at least {least} character(s)");
        checker.found("too_small", message, bound("minimum", json!(least), "string", true));
    }
    if let Some(most) = schema["maxLength"].as_u64().filter(|most| length > *most) {
        let message = format!("String must contain at most {most} character(s)");
        checker.found("too_big", message, bound("maximum", json!(most), "string", true));
    }
    let no_date = schema["x-date"] == true && !text.is_empty() && !is_calendar(text);
    if no_date || schema["pattern"].as_str().is_some_and(|pattern| !has_shape(text, pattern)) {
        checker.found("invalid_string", "Invalid", json!({"validation": "regex"}));
    } else if schema["format"] == "uri" && venice_ai::reqwest::Url::parse(text).is_err() {
        checker.found("invalid_string", "Invalid url", json!({"validation": "url"}));
    } else if schema["format"] == "date-time" && !has_shape(text, MOMENT) {
        checker.found("invalid_string", "Invalid datetime", json!({"validation": "datetime"}));
    }
}

/// An invalid pattern accepts anything.
fn has_shape(text: &str, pattern: &str) -> bool {
    Regex::new(pattern).map_or(true, |pattern| pattern.is_match(text))
}

fn number(checker: &mut Checker<'_>, schema: &Value, number: f64) {
    if let Some(least) = schema["minimum"].as_f64() {
        let exclusive = schema["exclusiveMinimum"] == true;
        if number < least || exclusive && number == least {
            let how = if exclusive { "greater than" } else { "greater than or equal to" };
            let message = format!("Number must be {how} {least}");
            checker.found("too_small", message, bound("minimum", json!(least), "number", !exclusive));
        }
    }
    if let Some(most) = schema["maximum"].as_f64() {
        let exclusive = schema["exclusiveMaximum"] == true;
        if number > most || exclusive && number == most {
            let how = if exclusive { "less than" } else { "less than or equal to" };
            let message = format!("Number must be {how} {most}");
            checker.found("too_big", message, bound("maximum", json!(most), "number", !exclusive));
        }
    }
}

fn count(checker: &mut Checker<'_>, schema: &Value, items: usize) {
    let items = items as u64;
    if let Some(least) = schema["minItems"].as_u64().filter(|least| items < *least) {
        let message = format!("Array must contain at least {least} element(s)");
        checker.found("too_small", message, bound("minimum", json!(least), "array", true));
    }
    if let Some(most) = schema["maxItems"].as_u64().filter(|most| items > *most) {
        let message = format!("Array must contain at most {most} element(s)");
        checker.found("too_big", message, bound("maximum", json!(most), "array", true));
    }
}

fn bound(name: &str, limit: Value, kind: &str, inclusive: bool) -> Value {
    json!({name: limit, "type": kind, "inclusive": inclusive, "exact": false})
}
