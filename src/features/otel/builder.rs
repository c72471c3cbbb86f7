//! [`ClientBuilder::opentelemetry`]: spans and metrics of a client.

use std::sync::Arc;

use opentelemetry::global::BoxedTracer;

use super::call_span::CallSpan;
use super::instruments::Instruments;
use super::{Conventions, OpenTelemetry};
use crate::features::spans::Begun;
use crate::runtime::client::ClientBuilder;
use crate::runtime::transport::trace::{CallObserver, Observe, Subject};

impl ClientBuilder {
    /// Records a span and metrics of each call with OpenTelemetry. See [`otel`](crate::otel).
    #[doc(alias("otel", "telemetry"))]
    pub fn opentelemetry(mut self, telemetry: OpenTelemetry) -> Self {
        self.set_observer(CallTelemetry(Arc::new(Telemetry {
            instruments: Instruments::new(&telemetry.meter, telemetry.conventions),
            tracer: telemetry.tracer,
            captures_content: telemetry.captures_content,
            conventions: telemetry.conventions,
        })));
        self
    }
}

/// What all spans of a client share.
#[derive(Debug)]
pub(super) struct Telemetry {
    pub(super) tracer: BoxedTracer,
    pub(super) instruments: Instruments,
    pub(super) captures_content: bool,
    pub(super) conventions: Conventions,
}

#[derive(Debug)]
struct CallTelemetry(Arc<Telemetry>);

impl Observe for CallTelemetry {
    fn begin(&self, subject: &Subject<'_>) -> Option<Box<dyn CallObserver>> {
        Some(Box::new(CallSpan::begin(&self.0, &Begun::of(subject))))
    }
}
