//! `CallSpan`: the span of one call or of one run of a tool, and its measurements.

use std::any::Any;
use std::sync::Arc;
use std::time::{Duration, Instant};

use opentelemetry::trace::{SpanBuilder, SpanKind, Status, TraceContextExt, Tracer};
use opentelemetry::{Context, KeyValue};

use super::Conventions;
use super::builder::Telemetry;
use super::content::Content;
use super::instruments::Ended;
use super::value::{key_value, key_values};
use crate::features::spans::{Attribute, Begun, CallAttributes};
use crate::runtime::error::Error;
use crate::runtime::transport::trace::{CallObserver, Event, error_type};

/// The attributes of a call that its measurements have too.
const DIMENSIONS: [&str; 7] = [
    "gen_ai.operation.name",
    "gen_ai.provider.name",
    "gen_ai.request.model",
    "gen_ai.tool.name",
    "gen_ai.tool.type",
    "server.address",
    "server.port",
];

pub(super) struct CallSpan {
    telemetry: Arc<Telemetry>,
    /// It has the span.
    context: Context,
    begun: Instant,
    /// `None` if neither a model nor a tool runs.
    operation: Option<String>,
    dimensions: Vec<KeyValue>,
    is_streamed: bool,
    last_chunk: Option<Instant>,
    /// The seconds before each chunk but the first.
    chunks: Vec<f64>,
    content: Option<Content>,
    attributes: CallAttributes,
}

impl CallSpan {
    pub(super) fn begin(telemetry: &Arc<Telemetry>, begun: &Begun<'_>) -> Self {
        let operation = begun.attributes.get("gen_ai.operation.name").and_then(Attribute::text).map(str::to_owned);
        let is_tool = operation.as_deref() == Some("execute_tool");
        let builder = SpanBuilder::from_name(begun.name.clone())
            .with_kind(if is_tool { SpanKind::Internal } else { SpanKind::Client })
            .with_attributes(key_values(&begun.attributes));
        let parent = Context::current();
        let context = parent.with_span(telemetry.tracer.build_with_context(builder, &parent));
        let captures = telemetry.captures_content && context.span().is_recording();
        Self {
            telemetry: Arc::clone(telemetry),
            attributes: CallAttributes::of(begun),
            content: captures.then(|| Content::of(begun, is_tool)),
            context,
            begun: Instant::now(),
            operation,
            dimensions: DIMENSIONS.iter().filter_map(|name| key_value(&begun.attributes, name)).collect(),
            is_streamed: begun.attributes.contains_key("gen_ai.request.stream"),
            last_chunk: None,
            chunks: Vec::new(),
        }
    }

    fn retried(&self, failure: &Error, pause: Duration) {
        let status = failure.status().map(|status| i64::from(status.as_u16()));
        let status = status.map(|status| KeyValue::new("http.response.status_code", status));
        let attributes = [
            KeyValue::new("error.type", error_type(failure)),
            KeyValue::new("venice.retry.pause", pause.as_secs_f64()),
        ];
        self.context.span().add_event("venice.retry", attributes.into_iter().chain(status).collect());
    }

    fn received(&mut self, content: &[u8]) {
        if self.is_streamed {
            let now = Instant::now();
            self.chunks.extend(self.last_chunk.replace(now).map(|last| (now - last).as_secs_f64()));
        }
        if let Some(captured) = &mut self.content {
            captured.received(content);
        }
    }
}

impl CallObserver for CallSpan {
    fn enter(&self) -> Box<dyn Any> {
        Box::new(self.context.clone().attach())
    }

    fn on(&mut self, event: &Event<'_>) {
        self.attributes.on(event);
        match event {
            Event::Retried(failure, pause) => self.retried(failure, *pause),
            Event::Part(content) | Event::Whole(content) => self.received(content),
            _ => {}
        }
    }
}

impl Drop for CallSpan {
    fn drop(&mut self) {
        let attributes = &self.attributes.finish();
        let seconds = self.begun.elapsed().as_secs_f64();
        let span = self.context.span();
        let old_names = self.telemetry.conventions == Conventions::SemConv1_41;
        span.set_attributes(key_values(attributes).map(|mut attribute| {
            if old_names && attribute.key.as_str() == "gen_ai.usage.cache_write.input_tokens" {
                attribute.key = "gen_ai.usage.cache_creation.input_tokens".into();
            }
            attribute
        }));
        span.set_attributes(self.content.take().map(Content::finish).unwrap_or_default());
        if attributes.contains_key("error.type") {
            // The text of an error may repeat what the server sent.
            span.set_status(Status::error(""));
        }
        span.end();
        if let Some(operation) = &self.operation {
            let mut dimensions = std::mem::take(&mut self.dimensions);
            dimensions.extend(key_value(attributes, "gen_ai.response.model"));
            let ended = Ended { operation, dimensions, attributes, seconds, chunks: &self.chunks };
            self.telemetry.instruments.record(ended);
        }
    }
}
