//! [`ClientBuilder::opentelemetry`]: spans and metrics of a client.

use std::sync::Arc;

use opentelemetry::global::BoxedTracer;

use super::call_span::CallSpan;
use super::instruments::Instruments;
use super::{Conventions, OpenTelemetry};
use crate::runtime::client::ClientBuilder;
use crate::runtime::transport::Outgoing;
use crate::runtime::transport::interceptor::{CallInterceptor, Intercepting};
use crate::runtime::transport::observer::{Begun, CallObserver, Observe};

impl ClientBuilder {
    /// Records a span and metrics of each call with OpenTelemetry. See [`otel`](crate::otel).
    #[doc(alias("otel", "telemetry"))]
    pub fn opentelemetry(mut self, telemetry: OpenTelemetry) -> Self {
        self.interceptors.set(Arc::new(TelemetryInterceptor(Arc::new(Telemetry {
            instruments: Instruments::new(&telemetry.meter, telemetry.conventions),
            tracer: telemetry.tracer,
            captures_content: telemetry.captures_content,
            conventions: telemetry.conventions,
        }))));
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
struct TelemetryInterceptor(Arc<Telemetry>);

impl CallInterceptor for TelemetryInterceptor {
    fn name(&self) -> &'static str {
        "opentelemetry"
    }

    fn observes(&self) -> Option<&dyn Observe> {
        Some(self)
    }

    fn before_send<'a>(&'a self, _: &'a mut Outgoing) -> Intercepting<'a> {
        Box::pin(std::future::ready(Ok(None)))
    }
}

impl Observe for TelemetryInterceptor {
    fn begin(&self, begun: &Begun<'_>) -> Box<dyn CallObserver> {
        Box::new(CallSpan::begin(&self.0, begun))
    }
}
