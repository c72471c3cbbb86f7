//! `Spans`: a `tracing` span for each call, and for each run of a tool.

use std::any::Any;

use tracing::Span;
use tracing::field::Empty;

use super::call_attributes::{Begun, CallAttributes};
use crate::runtime::transport::trace::{CallObserver, Event, Observe, Subject};

/// Begins a span for each call. Without a subscriber that is nearly free.
#[derive(Debug)]
pub(crate) struct Spans;

impl Observe for Spans {
    fn begin(&self, subject: &Subject<'_>) -> Option<Box<dyn CallObserver>> {
        let span = match subject {
            Subject::Call(_) => of_call(),
            #[cfg(feature = "tools")]
            Subject::Tool { .. } => of_tool(),
        };
        if span.is_disabled() {
            return None;
        }
        let begun = Begun::of(subject);
        span.record("otel.name", &*begun.name);
        begun.attributes.iter().for_each(|(name, value)| value.record(&span, name));
        Some(Box::new(CallSpan { span, attributes: CallAttributes::of(&begun) }))
    }
}

fn of_call() -> Span {
    tracing::info_span!(
        "venice.call",
        otel.name = Empty, otel.kind = "client", otel.status_code = Empty, error.type = Empty,
        http.request.method = Empty, http.request.resend_count = Empty, http.response.status_code = Empty,
        server.address = Empty, server.port = Empty, url.template = Empty,
        gen_ai.provider.name = Empty, gen_ai.operation.name = Empty, gen_ai.output.type = Empty,
        gen_ai.embeddings.dimension.count = Empty,
        gen_ai.request.model = Empty, gen_ai.request.choice.count = Empty, gen_ai.request.encoding_formats = Empty,
        gen_ai.request.frequency_penalty = Empty, gen_ai.request.max_tokens = Empty,
        gen_ai.request.presence_penalty = Empty, gen_ai.request.previous_response.id = Empty,
        gen_ai.request.reasoning.level = Empty, gen_ai.request.seed = Empty,
        gen_ai.request.stop_sequences = Empty, gen_ai.request.stream = Empty, gen_ai.request.temperature = Empty,
        gen_ai.request.top_k = Empty, gen_ai.request.top_p = Empty,
        gen_ai.response.finish_reasons = Empty, gen_ai.response.id = Empty, gen_ai.response.model = Empty,
        gen_ai.response.time_to_first_chunk = Empty,
        gen_ai.usage.cache_read.input_tokens = Empty, gen_ai.usage.cache_write.input_tokens = Empty,
        gen_ai.usage.input_tokens = Empty, gen_ai.usage.output_tokens = Empty,
        gen_ai.usage.reasoning.output_tokens = Empty,
        venice.operation = Empty, venice.attempt = Empty, venice.cancelled = Empty, venice.request_id = Empty,
        venice.cost.credits = Empty, venice.cost.diem = Empty, venice.cost.usd = Empty, venice.duration_ms = Empty,
    )
}

/// It never has the arguments or the result.
#[cfg(feature = "tools")]
fn of_tool() -> Span {
    tracing::info_span!(
        "venice.tool",
        otel.name = Empty,
        otel.kind = "internal",
        otel.status_code = Empty,
        error.type = Empty,
        gen_ai.operation.name = Empty,
        gen_ai.tool.call.id = Empty,
        gen_ai.tool.name = Empty,
        gen_ai.tool.type = Empty,
        venice.cancelled = Empty,
        venice.duration_ms = Empty,
    )
}

struct CallSpan {
    span: Span,
    attributes: CallAttributes,
}

impl CallObserver for CallSpan {
    fn enter(&self) -> Box<dyn Any> {
        Box::new(self.span.clone().entered())
    }

    fn on(&mut self, event: &Event<'_>) {
        self.attributes.on(event);
    }
}

/// Attributes that are learned later are recorded once, at the end.
impl Drop for CallSpan {
    fn drop(&mut self) {
        let attributes = self.attributes.finish();
        if attributes.contains_key("error.type") {
            self.span.record("otel.status_code", "ERROR");
        }
        attributes.iter().for_each(|(name, value)| value.record(&self.span, name));
    }
}
