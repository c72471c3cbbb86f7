//! `ValueGenerator`: a sample value that fits a JSON Schema.

use serde_json::{Map, Number, Value, json};

use super::text;
use crate::document;
use crate::state::State;

/// Deep enough for every reply, and a limit for recursive types.
const DEEPEST: usize = 12;

/// Fields that a successful reply does not have, or that would make a reader request the next page.
const LEFT_OUT: [&str; 5] = ["error", "refusal", "nextCursor", "next_cursor", "incomplete_details"];

/// Makes the values of one body.
pub(super) struct ValueGenerator<'m> {
    state: &'m mut State,
    /// The fields of the request. A field of the reply with the same name repeats it.
    given: Option<&'m Map<String, Value>>,
    /// The current field, and its index in a list.
    name: String,
    position: usize,
    depth: usize,
}

impl<'m> ValueGenerator<'m> {
    pub(super) fn new(state: &'m mut State, given: Option<&'m Map<String, Value>>) -> Self {
        Self { state, given, name: String::new(), position: 0, depth: 0 }
    }

    pub(super) fn value(&mut self, schema: &'static Value) -> Value {
        let schema = document::resolved(schema);
        if self.depth > DEEPEST {
            return Value::Null;
        }
        if let Some(values) = schema["enum"].as_array() {
            let first = values.iter().find(|value| !value.is_null()).cloned().unwrap_or_default();
            return self.repeated(|value| values.contains(value)).unwrap_or(first);
        }
        if let Some(parts) = schema["allOf"].as_array() {
            return self.all_of(parts);
        }
        for keyword in ["anyOf", "oneOf"] {
            if let Some(parts) = schema[keyword].as_array() {
                return self.one_of(parts);
            }
        }
        match schema["type"].as_str() {
            Some("string") => self.text(schema),
            Some(kind @ ("integer" | "number")) => self.number(schema, kind == "integer"),
            Some("boolean") => {
                let usual = !text::is_usually_false(&self.name);
                self.repeated(Value::is_boolean).unwrap_or(usual.into())
            }
            Some("array") => self.list(schema),
            Some("object") => self.object(schema),
            _ if schema.get("properties").is_some() => self.object(schema),
            // Any value is valid.
            _ => self.repeated(|value| !value.is_null()).unwrap_or_else(|| json!({})),
        }
    }

    /// The request's field of the same name, if it matches.
    fn repeated(&self, fits: impl Fn(&Value) -> bool) -> Option<Value> {
        self.given?.get(&self.name).filter(|value| fits(value)).cloned()
    }

    fn all_of(&mut self, parts: &'static [Value]) -> Value {
        let mut whole = Map::new();
        for part in parts {
            match self.value(part) {
                Value::Object(fields) => whole.extend(fields),
                // A part that only adds constraints is not an object.
                other if parts.len() == 1 => return other,
                _ => {}
            }
        }
        whole.into()
    }

    /// The alternative that the request names by one of its values, or the first one that is not null.
    fn one_of(&mut self, parts: &'static [Value]) -> Value {
        let parts: Vec<_> = parts.iter().map(document::resolved).filter(|part| part["title"] != "null").collect();
        let wanted = |part: &&&Value| {
            let given = self.given.into_iter().flatten().filter_map(|(_, value)| value.as_str());
            let mut formats = given.clone();
            let has_field = given.clone().any(|value| part["properties"].get(value).is_some());
            has_field || part["type"] == "string" && formats.any(|value| value == "base64")
        };
        let part = parts.iter().find(wanted).or(parts.first()).copied();
        part.map_or(Value::Null, |part| self.value(part))
    }

    fn text(&mut self, schema: &'static Value) -> Value {
        if let Some(value) = self.repeated(Value::is_string) {
            return value;
        }
        // An image requested as a URL.
        let asks_for =
            |format: &str| self.given.is_some_and(|given| given.get("response_format") == Some(&format.into()));
        if self.name == "url" && asks_for("url") {
            return text::data_url().into();
        }
        text::of(self.state, &self.name, schema).into()
    }

    fn number(&mut self, schema: &Value, is_integer: bool) -> Value {
        let number = self.repeated(Value::is_number);
        let number = number.or_else(|| self.repeated(Value::is_string)?.as_str()?.parse().ok().map(Value::Number));
        if let Some(number) = number.filter(|number| !is_integer || number.is_i64()) {
            return number;
        }
        if self.name == "index" {
            return self.position.into();
        }
        let number = within(schema, text::number(&self.name, is_integer));
        if number.fract() == 0.0 {
            (number as i64).into()
        } else {
            Number::from_f64(number).map_or(Value::Null, Value::Number)
        }
    }

    fn list(&mut self, schema: &'static Value) -> Value {
        let Some(items) = schema.get("items") else { return json!([]) };
        let least = schema["minItems"].as_u64().and_then(|least| usize::try_from(least).ok()).unwrap_or_default();
        let length = least.max(1);
        self.depth += 1;
        let mut values = Vec::with_capacity(length);
        for position in 0..length {
            self.position = position;
            values.push(self.value(items));
        }
        self.depth -= 1;
        values.into()
    }

    fn object(&mut self, schema: &'static Value) -> Value {
        let required = |name: &str| schema["required"].as_array().is_some_and(|names| names.iter().any(|n| n == name));
        let mut fields = Map::new();
        self.depth += 1;
        let outer = std::mem::take(&mut self.name);
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            if LEFT_OUT.contains(&name.as_str()) {
                if required(name) {
                    fields.insert(name.clone(), Value::Null);
                }
                continue;
            }
            self.name.clone_from(name);
            fields.insert(name.clone(), self.value(property));
        }
        if let Some(values @ Value::Object(_)) = schema.get("additionalProperties") {
            let is_map = fields.is_empty() && values.as_object().is_some_and(|values| !values.is_empty());
            if is_map {
                self.name = "mock".to_owned();
                fields.insert("mock".to_owned(), self.value(values));
            }
        }
        self.name = outer;
        self.depth -= 1;
        fields.into()
    }
}

/// The number, or one in the range of a schema. Whole numbers stay whole.
fn within(schema: &Value, number: f64) -> f64 {
    let (least, most) = (schema["minimum"].as_f64(), schema["maximum"].as_f64());
    let too_small = least.is_some_and(|least| number < least || schema["exclusiveMinimum"] == true && number == least);
    let too_big = most.is_some_and(|most| number > most || schema["exclusiveMaximum"] == true && number == most);
    match (least, most) {
        _ if !too_small && !too_big => number,
        (Some(least), Some(most)) if most - least <= 2.0 => (least + most) / 2.0,
        (Some(least), _) if too_small => least + 1.0,
        (_, Some(most)) => most - 1.0,
        _ => number,
    }
}
