//! `Attribute`: the value of an attribute of a span.

use std::borrow::Cow;
use std::collections::BTreeMap;

use tracing::Span;

/// Attributes by OpenTelemetry's names.
pub(crate) type Attributes = BTreeMap<&'static str, Attribute>;

/// The value of an attribute.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Attribute {
    Text(Cow<'static, str>),
    Texts(Vec<String>),
    Integer(i64),
    Float(f64),
    Flag(bool),
}

impl<T: Into<Cow<'static, str>>> From<T> for Attribute {
    fn from(text: T) -> Self {
        Self::Text(text.into())
    }
}

impl Attribute {
    /// The value of a text.
    pub(crate) fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// Records the attribute as a field of a span. A list is JSON there.
    pub(super) fn record(&self, span: &Span, name: &str) {
        match self {
            Self::Text(text) => span.record(name, &**text),
            Self::Texts(texts) => span.record(name, &*serde_json::Value::from(texts.as_slice()).to_string()),
            Self::Integer(number) => span.record(name, number),
            Self::Float(number) => span.record(name, number),
            Self::Flag(is_set) => span.record(name, is_set),
        };
    }
}
