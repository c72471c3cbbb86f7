//! `Checker`: validates a value against a JSON Schema.

use serde_json::{Map, Value, json};

use super::limits;
use crate::UnknownFields;
use crate::document;
use crate::issues::{Issue, Issues, Step, type_of};
use crate::request_body::RequestBody;

/// Fields whose values hang on the model. The description has the union over the models of the day, and the API takes what the
/// model takes, so other values are let through.
const OF_THE_MODEL: [&str; 3] = ["aspect_ratio", "duration", "resolution"];

#[derive(Debug)]
pub(super) struct Checker {
    unknown: UnknownFields,
    path: Vec<Step>,
    issues: Issues,
}

impl Checker {
    pub(super) fn new(unknown: UnknownFields) -> Self {
        Self { unknown, path: Vec::new(), issues: Issues::default() }
    }

    pub(super) fn into_issues(self) -> Issues {
        self.issues
    }

    pub(super) fn found(&mut self, code: &'static str, message: impl Into<String>, more: Value) {
        self.issues.add(Issue::new(code, self.path.clone(), message, more));
    }

    fn wrong_type(&mut self, expected: &str, value: Option<&Value>) {
        let received = type_of(value);
        let message = match value {
            None => "Required".to_owned(),
            Some(_) => format!("Expected {expected}, received {received}"),
        };
        self.found("invalid_type", message, json!({"expected": expected, "received": received}));
    }

    pub(super) fn body_is_missing(&mut self) {
        self.wrong_type("object", None);
    }

    /// Reports unknown fields of the object at the current path.
    pub(super) fn unrecognised<'n>(&mut self, names: impl Iterator<Item = &'n str>) {
        let names: Vec<&str> = names.collect();
        if !names.is_empty() {
            let list = names.iter().map(|name| format!("'{name}'")).collect::<Vec<_>>().join(", ");
            let message = format!("Unrecognized key(s) in object: {list}");
            self.found("unrecognized_keys", message, json!({"keys": names}));
        }
    }

    /// A field of an object that may have to be there.
    pub(super) fn field(&mut self, name: &str, schema: &'static Value, all: &Map<String, Value>, required: bool) {
        let needed = schema["x-required-when"].as_str().is_some_and(|other| all.contains_key(other));
        let value = all.get(name);
        if value.is_none() && !required && !needed {
            return;
        }
        self.path.push(Step::Field(name.to_owned()));
        match value {
            Some(value) => self.value(schema, value),
            None => self.wrong_type(&kinds(schema), None),
        }
        self.path.pop();
    }

    /// A field that is a file and came as a text.
    pub(super) fn no_texts_for_files(&mut self, schema: &'static Value, given: &RequestBody) {
        for (name, _) in given.body.as_object().into_iter().flatten() {
            let alternatives = document::property(schema, name).map(document::alternatives).unwrap_or_default();
            if !alternatives.is_empty() && alternatives.iter().all(|part| part["format"] == "binary") {
                self.path.push(Step::Field(name.clone()));
                self.found("custom", "Expected a file, received a text", json!({}));
                self.path.pop();
            }
        }
    }

    pub(super) fn value(&mut self, schema: &'static Value, value: &Value) {
        let parts = parts(schema);
        if value.is_null() && parts.iter().all(|part| may_be_null(part)) {
            return;
        }
        for part in &parts {
            self.part(part, value);
        }
        if let Value::Object(fields) = value {
            self.unknown_fields(&parts, fields);
        }
    }

    fn part(&mut self, schema: &'static Value, value: &Value) {
        if schema["title"] == "null" && schema.get("type").is_none() {
            return self.wrong_type("null", Some(value));
        }
        for keyword in ["anyOf", "oneOf"] {
            if let Some(alternatives) = schema[keyword].as_array() {
                // What none of them takes has been said to be wrong. Once is enough.
                if !self.one_of(alternatives, value) {
                    return;
                }
            }
        }
        if let Some(known) = schema["enum"].as_array() {
            if !known.iter().any(|known| limits::same(known, value)) {
                self.not_in_enum(known, value);
            }
            return;
        }
        let fits = match schema["type"].as_str() {
            None => true,
            Some("integer") => value.as_f64().is_some_and(|number| number.fract() == 0.0),
            Some(kind) => kind == type_of(Some(value)),
        };
        if !fits {
            return self.wrong_type(schema["type"].as_str().unwrap_or_default(), Some(value));
        }
        match value {
            Value::String(text) => limits::text(self, schema, text),
            Value::Number(number) => limits::number(self, schema, number.as_f64().unwrap_or_default()),
            Value::Array(items) => self.list(schema, items),
            Value::Object(fields) => self.object(schema, fields),
            Value::Null | Value::Bool(_) => {}
        }
    }

    fn not_in_enum(&mut self, known: &[Value], value: &Value) {
        let open = self.path.last().is_some_and(|step| OF_THE_MODEL.iter().any(|name| step.is(name)));
        if known.iter().any(|known| type_of(Some(known)) == type_of(Some(value))) {
            if open {
                return;
            }
            let quoted = known.iter().map(|known| known.to_string().replace('"', "'")).collect::<Vec<_>>();
            let message = format!(
                "Invalid enum value. Expected {}, received {}",
                quoted.join(" | "),
                value.to_string().replace('"', "'")
            );
            self.found("invalid_enum_value", message, json!({"received": value, "options": known}));
        } else {
            self.wrong_type(type_of(known.first()), Some(value));
        }
    }

    /// Whether one of them fits. If none does, what the likeliest has to say is what is wrong.
    fn one_of(&mut self, alternatives: &'static [Value], value: &Value) -> bool {
        let mut likeliest: Option<(usize, Issues)> = None;
        for schema in alternatives {
            let mut attempt = Self { unknown: self.unknown, path: self.path.clone(), issues: Issues::default() };
            attempt.value(schema, value);
            if attempt.issues.is_empty() {
                return true;
            }
            let distance = distance(schema, value) * 1000 + attempt.issues.len();
            if likeliest.as_ref().is_none_or(|(least, _)| distance < *least) {
                likeliest = Some((distance, attempt.issues));
            }
        }
        if let Some((_, issues)) = likeliest {
            self.issues.extend(issues);
        }
        false
    }

    fn list(&mut self, schema: &'static Value, items: &[Value]) {
        limits::count(self, schema, items.len());
        let Some(of_item) = schema.get("items") else { return };
        for (index, item) in items.iter().enumerate() {
            self.path.push(Step::Item(index));
            self.value(of_item, item);
            self.path.pop();
        }
    }

    fn object(&mut self, schema: &'static Value, fields: &Map<String, Value>) {
        let is_required = |name: &str| schema["required"].as_array().is_some_and(|all| all.iter().any(|n| n == name));
        for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            // One without a schema is needed all the same.
            self.field(name, schema["properties"].get(name).unwrap_or(&Value::Null), fields, true);
        }
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            if !is_required(name) {
                self.field(name, property, fields, false);
            }
        }
        if let Some(of_others @ Value::Object(_)) = schema.get("additionalProperties") {
            for (name, value) in fields.iter().filter(|(name, _)| schema["properties"].get(name.as_str()).is_none()) {
                self.path.push(Step::Field(name.clone()));
                self.value(of_others, value);
                self.path.pop();
            }
        }
    }

    /// Fields that no part of a schema names, where one of the parts is closed, or where the test wants it so.
    fn unknown_fields(&mut self, parts: &[&'static Value], fields: &Map<String, Value>) {
        let described = |part: &&&Value| part.get("properties").is_some();
        let says = |part: &&'static Value| part.get("additionalProperties");
        let closed = parts.iter().any(|part| says(part) == Some(&Value::Bool(false)));
        let open = parts.iter().any(|part| says(part).is_some_and(|says| says != &Value::Bool(false)));
        let strict = self.unknown == UnknownFields::Refuse && parts.iter().any(|part| described(&part));
        // The fields of alternatives are for the alternatives to know.
        let apart = parts.iter().any(|part| part.get("anyOf").is_some() || part.get("oneOf").is_some());
        if (closed || strict) && !open && !apart {
            let known = |name: &str| parts.iter().any(|part| part["properties"].get(name).is_some());
            self.unrecognised(fields.keys().map(String::as_str).filter(|name| !known(name)));
        }
    }
}

/// A schema, or those that `allOf` makes it of.
fn parts(schema: &'static Value) -> Vec<&'static Value> {
    let schema = document::resolved(schema);
    let mut found: Vec<_> = schema["allOf"].as_array().into_iter().flatten().flat_map(parts).collect();
    found.push(schema);
    found
}

fn may_be_null(schema: &'static Value) -> bool {
    let says_something =
        ["type", "enum", "anyOf", "oneOf", "allOf", "properties"].iter().any(|key| schema.get(key).is_some());
    let alternatives = ["anyOf", "oneOf"].iter().filter_map(|keyword| schema[keyword].as_array()).flatten();
    schema["nullable"] == true
        || !says_something
        || (schema.get("allOf").is_some() && schema.get("type").is_none())
        || alternatives.map(document::resolved).any(may_be_null)
        || schema["enum"].as_array().is_some_and(|values| values.contains(&Value::Null))
}

/// How far a value is from a schema: of another type, with another constant, or just wrong in itself.
fn distance(schema: &'static Value, value: &Value) -> usize {
    let parts = document::alternatives(schema);
    let kind = type_of(Some(value));
    let same_kind = |part: &&&Value| part["type"] == kind || part["type"] == "integer" && kind == "number";
    let Some(part) = parts.iter().find(same_kind) else { return 2 };
    let constants = part["properties"].as_object().into_iter().flatten().filter_map(|(name, property)| {
        let values = document::resolved(property)["enum"].as_array().filter(|values| values.len() == 1)?;
        Some((name, values))
    });
    let differs = |(name, values): (&String, &Vec<Value>)| value.get(name).is_none_or(|value| !values.contains(value));
    usize::from(constants.into_iter().any(differs))
}

/// The types that a value may have, as a message names them.
fn kinds(schema: &'static Value) -> String {
    let alternatives = document::alternatives(schema);
    let mut kinds: Vec<&str> = alternatives.iter().filter_map(|part| part["type"].as_str()).collect();
    kinds.dedup();
    if kinds.is_empty() { "unknown".to_owned() } else { kinds.join(" | ") }
}
