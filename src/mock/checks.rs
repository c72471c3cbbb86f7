//! What the API checks in a body, and how it says what is wrong: a tree of messages, and the list of issues that the library behind
//! it (zod) makes.

use serde_json::{Map, Value, json};

use super::reply::Reply;

/// The checks of one body.
#[derive(Debug)]
pub(super) struct Checks<'b> {
    body: &'b Value,
    issues: Vec<Value>,
}

impl<'b> Checks<'b> {
    pub(super) fn new(body: &'b Value) -> Self {
        Self { body, issues: Vec::new() }
    }

    /// A refusal if anything was found.
    pub(super) fn finish(self) -> Result<(), Reply> {
        if self.issues.is_empty() {
            return Ok(());
        }
        let mut details = json!({"_errors": []});
        for issue in &self.issues {
            note(&mut details, issue);
        }
        let error = "Invalid request parameters";
        Err(Reply::json(400, &json!({"error": error, "details": details, "issues": self.issues})))
    }

    fn found(&mut self, code: &str, path: &[&str], message: impl Into<String>, more: Value) {
        let mut issue = more;
        issue["code"] = code.into();
        issue["path"] = json!(path);
        issue["message"] = message.into().into();
        self.issues.push(issue);
    }

    fn wrong_type(&mut self, path: &[&str], expected: &str, value: Option<&Value>) {
        let received = type_of(value);
        let message = match value {
            None => "Required".to_owned(),
            Some(_) => format!("Expected {expected}, received {received}"),
        };
        self.found("invalid_type", path, message, json!({"expected": expected, "received": received}));
    }

    /// A member that has to be a text that is not empty, of at most so many characters.
    pub(super) fn required_text(&mut self, name: &str, longest: usize) {
        match self.body.get(name) {
            Some(Value::String(text)) => self.length(name, text, longest),
            other => self.wrong_type(&[name], "string", other),
        }
    }

    /// The same for a member that may be left out.
    pub(super) fn text(&mut self, name: &str, longest: usize) {
        if self.body.get(name).is_some() {
            self.required_text(name, longest);
        }
    }

    fn length(&mut self, name: &str, text: &str, longest: usize) {
        if text.is_empty() {
            let message = "String must contain at least 1 character(s)";
            let more = json!({"minimum": 1, "type": "string", "inclusive": true, "exact": false});
            self.found("too_small", &[name], message, more);
        } else if text.chars().count() > longest {
            let message = format!("String must contain at most {longest} character(s)");
            let more = json!({"maximum": longest, "type": "string", "inclusive": true, "exact": false});
            self.found("too_big", &[name], message, more);
        }
    }

    /// A member that has to be one of these texts.
    pub(super) fn required_one_of(&mut self, name: &str, known: &[&str]) {
        let options = known.iter().map(|value| format!("'{value}'")).collect::<Vec<_>>().join(" | ");
        match self.body.get(name) {
            Some(Value::String(text)) if known.contains(&text.as_str()) => {}
            Some(Value::String(text)) => {
                let message = format!("Invalid enum value. Expected {options}, received '{text}'");
                self.found("invalid_enum_value", &[name], message, json!({"received": text, "options": known}));
            }
            other => self.wrong_type(&[name], &options, other),
        }
    }

    /// The same for a member that may be left out.
    pub(super) fn one_of(&mut self, name: &str, known: &[&str]) {
        if self.body.get(name).is_some() {
            self.required_one_of(name, known);
        }
    }

    /// A list that is not empty.
    pub(super) fn required_list(&mut self, name: &str) {
        match self.body.get(name) {
            Some(Value::Array(list)) if list.is_empty() => {
                let message = "Array must contain at least 1 element(s)";
                let more = json!({"minimum": 1, "type": "array", "inclusive": true, "exact": false});
                self.found("too_small", &[name], message, more);
            }
            Some(Value::Array(_)) => {}
            other => self.wrong_type(&[name], "array", other),
        }
    }

    /// A number in a range; it may be left out or null. `path` leads to it.
    pub(super) fn number(&mut self, path: &[&str], smallest: f64, largest: f64) {
        let value = path.iter().try_fold(self.body, |value, name| value.get(name));
        let Some(value) = value.filter(|value| !value.is_null()) else { return };
        let Some(number) = value.as_f64() else {
            return self.wrong_type(path, "number", Some(value));
        };
        if number < smallest {
            let message = format!("Number must be greater than or equal to {smallest}");
            let more = json!({"minimum": smallest, "type": "number", "inclusive": true, "exact": false});
            self.found("too_small", path, message, more);
        } else if number > largest {
            let message = format!("Number must be less than or equal to {largest}");
            let more = json!({"maximum": largest, "type": "number", "inclusive": true, "exact": false});
            self.found("too_big", path, message, more);
        }
    }

    /// A day, a moment in UTC, an empty text or null.
    pub(super) fn expiry(&mut self, name: &str) {
        const SHAPES: [&str; 4] = ["", "####-##-##", "####-##-##T##:##:##Z", "####-##-##T##:##:##.###Z"];
        match self.body.get(name) {
            None | Some(Value::Null) => {}
            Some(Value::String(text)) if SHAPES.iter().any(|shape| has_shape(text, shape)) => {}
            Some(Value::String(_)) => {
                self.found("invalid_string", &[name], "Invalid", json!({"validation": "regex"}));
            }
            other => self.wrong_type(&[name], "string", other),
        }
    }

    /// The body has no members but these.
    pub(super) fn only(&mut self, names: &[&str]) {
        let members = self.body.as_object().map(Map::keys).into_iter().flatten();
        let others: Vec<&str> = members.map(String::as_str).filter(|name| !names.contains(name)).collect();
        if !others.is_empty() {
            let list = others.iter().map(|name| format!("'{name}'")).collect::<Vec<_>>().join(", ");
            let message = format!("Unrecognized key(s) in object: {list}");
            self.found("unrecognized_keys", &[], message, json!({"keys": others}));
        }
    }
}

/// Adds the message of an issue to the tree.
fn note(details: &mut Value, issue: &Value) {
    let mut place = details;
    for name in issue["path"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        place = &mut place[name];
        if place.is_null() {
            *place = json!({"_errors": []});
        }
    }
    if let Some(messages) = place["_errors"].as_array_mut() {
        messages.push(issue["message"].clone());
    }
}

fn type_of(value: Option<&Value>) -> &'static str {
    match value {
        None => "undefined",
        Some(Value::Null) => "null",
        Some(Value::Bool(_)) => "boolean",
        Some(Value::Number(_)) => "number",
        Some(Value::String(_)) => "string",
        Some(Value::Array(_)) => "array",
        Some(Value::Object(_)) => "object",
    }
}

/// A `#` stands for a digit.
fn has_shape(text: &str, shape: &str) -> bool {
    let fits = |(byte, wanted): (u8, u8)| if wanted == b'#' { byte.is_ascii_digit() } else { byte == wanted };
    text.len() == shape.len() && text.bytes().zip(shape.bytes()).all(fits)
}
