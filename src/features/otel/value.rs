//! Conversions of attributes to OpenTelemetry's.

use opentelemetry::{Array, KeyValue, StringValue, Value};

use crate::features::spans::{Attribute, Attributes};

/// Attributes of a span.
pub(super) fn key_values(attributes: &Attributes) -> impl Iterator<Item = KeyValue> {
    attributes.iter().map(|(name, value)| KeyValue::new(*name, of_attribute(value)))
}

/// One of the attributes, under its name.
pub(super) fn key_value(attributes: &Attributes, name: &'static str) -> Option<KeyValue> {
    attributes.get(name).map(|value| KeyValue::new(name, of_attribute(value)))
}

fn of_attribute(attribute: &Attribute) -> Value {
    match attribute {
        Attribute::Text(text) => text.clone().into(),
        Attribute::Texts(texts) => Value::Array(Array::String(texts.iter().cloned().map(StringValue::from).collect())),
        Attribute::Integer(number) => (*number).into(),
        Attribute::Float(number) => (*number).into(),
        Attribute::Flag(is_set) => (*is_set).into(),
    }
}
