//! Spans of `tracing` for calls and tools, with the attributes of OpenTelemetry's conventions for HTTP and for generative AI.
//!
//! They never contain a body, a query or an identifying header.

mod attribute;
mod call_attributes;
mod gen_ai;
mod span;

#[cfg(feature = "otel")]
pub(crate) use self::attribute::{Attribute, Attributes};
#[cfg(feature = "otel")]
pub(crate) use self::call_attributes::{Begun, CallAttributes};
pub(crate) use self::span::Spans;
