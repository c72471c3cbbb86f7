//! `Observe`, `CallObserver`: what a feature learns of a call: its attributes, failed attempts, what it receives, and its end.
//!
//! [`Trace`](super::Trace) calls them, beside its own span. An interceptor of a client adds one:
//! [`CallInterceptor::observes`](super::interceptor::CallInterceptor::observes).

use std::any::Any;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::Duration;

use tracing::Span;

use crate::runtime::error::Error;

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

/// A call, or a run of a tool, that begins.
#[cfg_attr(not(feature = "otel"), allow(dead_code))]
pub(crate) struct Begun<'a> {
    /// The name of its span.
    pub(crate) name: String,
    pub(crate) attributes: Attributes,
    /// The body of the request if it is in memory, or the arguments of the tool.
    pub(crate) content: Option<&'a [u8]>,
}

/// Makes the observers of calls.
pub(crate) trait Observe {
    fn begin(&self, begun: &Begun<'_>) -> Box<dyn CallObserver>;
}

/// Observes one call, or one run of a tool.
pub(crate) trait CallObserver: Send {
    /// The context of what the call does, until the value is dropped.
    fn enter(&self) -> Box<dyn Any>;

    /// A failed attempt that is repeated.
    fn retried(&mut self, failure: &Error, pause: Duration);

    /// A complete reply, a part of a streamed answer, or the result of a tool.
    fn received(&mut self, content: &[u8]);

    /// The call ended, or was dropped. `error.type` says that it failed.
    fn end(self: Box<Self>, attributes: &Attributes);
}

/// `error.type`: the status of an error reply, or the kind of the error.
pub(crate) fn error_type(failure: &Error) -> String {
    let status = failure.status().filter(|status| !status.is_success());
    status.map_or_else(|| format!("{:?}", failure.kind()), |status| status.as_str().to_owned())
}
