//! `Subject`: a checked request and its model.

use std::time::SystemTime;

use serde_json::Value;

use crate::features::catalogue::CatalogueModel;
use crate::runtime::url::percent_decoded;

/// A checked request and its model.
pub(super) struct Subject<'a> {
    pub(super) body: &'a Value,
    pub(super) model: &'a CatalogueModel,
    pub(super) now: SystemTime,
    /// The suffix of the model id, after the colon.
    suffix: &'a str,
}

/// The value of a field.
pub(super) struct FieldValue<'a> {
    /// Its path.
    pub(super) field: &'a str,
    pub(super) value: Value,
}

impl<'a> Subject<'a> {
    pub(super) fn new(body: &'a Value, name: &'a str, model: &'a CatalogueModel, now: SystemTime) -> Self {
        let suffix = name.split_once(':').map_or("", |(_, suffix)| suffix);
        Self { body, model, now, suffix }
    }

    /// The value of a field: in the suffix of the model id, which takes precedence, or in the body. Null counts as absent.
    pub(super) fn value_of(&self, field: &'a str) -> Option<FieldValue<'a>> {
        let in_suffix = field.strip_prefix("venice_parameters.").and_then(|name| {
            let mut pairs = self.suffix.split('&').filter_map(|pair| pair.split_once('='));
            pairs.find(|pair| pair.0 == name).map(|pair| percent_decoded(pair.1))
        });
        match in_suffix {
            Some(value) => Some(FieldValue { field: "model", value: value.into() }),
            None => Some(FieldValue { field, value: self.get(field)?.clone() }),
        }
    }

    /// A field of the body.
    pub(super) fn get(&self, field: &str) -> Option<&'a Value> {
        let value = field.split('.').try_fold(self.body, |value, name| value.get(name))?;
        Some(value).filter(|value| !value.is_null())
    }

    pub(super) fn text(&self, field: &str) -> Option<&'a str> {
        self.get(field)?.as_str()
    }

    pub(super) fn number(&self, field: &str) -> Option<f64> {
        self.get(field).and_then(number)
    }

    pub(super) fn is_on(&self, field: &str) -> bool {
        self.get(field).is_some_and(is_on)
    }

    /// The number of items of a list; any other value counts as one.
    pub(super) fn count(&self, field: &str) -> usize {
        self.get(field).map_or(0, |value| value.as_array().map_or(1, Vec::len))
    }
}

/// A number, in JSON or in a form.
pub(super) fn number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.trim().parse().ok()).filter(|number: &f64| number.is_finite())
}

/// Whether a flag is on, in JSON, in a form or in a suffix.
pub(super) fn is_on(value: &Value) -> bool {
    match value {
        Value::Bool(on) => *on,
        Value::String(word) => matches!(word.as_str(), "true" | "on" | "auto"),
        _ => false,
    }
}

/// Removes a field from a body, and the objects that are empty without it.
pub(super) fn remove(body: &mut Value, field: &str) {
    let mut path: Vec<&str> = field.split(['.', '[', ']']).filter(|step| !step.is_empty()).collect();
    while let Some(last) = path.pop() {
        let Some(Value::Object(object)) = body.pointer_mut(&pointer(&path)) else { return };
        object.remove(last);
        if !object.is_empty() || path.is_empty() {
            return;
        }
    }
}

fn pointer(path: &[&str]) -> String {
    path.iter().map(|step| format!("/{step}")).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn emptied_objects_are_removed() {
        let mut body =
            json!({"a": 1, "reasoning": {"effort": "low"}, "list": [{"image": "x", "strength": 1}, {"strength": 2}]});
        remove(&mut body, "reasoning.effort");
        remove(&mut body, "list[0].strength");
        remove(&mut body, "list[9].strength");
        remove(&mut body, "missing");
        assert_eq!(body, json!({"a": 1, "list": [{"image": "x"}, {"strength": 2}]}));
        remove(&mut body, "a");
        assert_eq!(body, json!({"list": [{"image": "x"}, {"strength": 2}]}));
    }

    #[test]
    fn forms_and_suffixes_spell_numbers_and_flags() {
        assert_eq!(
            [json!(2), json!("2.5"), json!("x"), json!("NaN")].map(|value| number(&value)),
            [Some(2.0), Some(2.5), None, None]
        );
        let on = [json!(true), json!("true"), json!("auto")];
        let off = [json!(false), json!("off"), json!(1), json!("false")];
        assert!(on.iter().all(is_on) && !off.iter().any(is_on));
    }
}
