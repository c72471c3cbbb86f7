//! `OpenTelemetry`: spans and metrics of calls, by OpenTelemetry's conventions for generative AI and for HTTP.
//!
//! | To | Call |
//! |---|---|
//! | send spans and metrics to the global providers | [`ClientBuilder::opentelemetry`](crate::ClientBuilder::opentelemetry) with [`OpenTelemetry::new`] |
//! | use other providers | [`with_tracer_provider`](OpenTelemetry::with_tracer_provider), [`with_meter_provider`](OpenTelemetry::with_meter_provider) |
//! | record prompts, answers, arguments and results of tools | [`with_content`](OpenTelemetry::with_content) |
//! | use the names that dashboards had until 2026 | [`with_conventions`](OpenTelemetry::with_conventions) |
//!
//! ```
//! use venice_ai::otel::OpenTelemetry;
//!
//! // After the program has set up its exporter, and the global providers:
//! let venice = venice_ai::Client::builder().api_key("my key").opentelemetry(OpenTelemetry::new()).build()?;
//! # Ok::<(), venice_ai::Error>(())
//! ```
//!
//! The [guide](crate::guide::observability) lists the attributes and the metrics. Nothing is sent anywhere by this crate: the exporter of
//! the program decides that.
#![doc(alias("telemetry", "metrics", "gen_ai", "otlp"))]

mod builder;
mod call_span;
mod content;
mod instruments;
mod value;

use std::fmt;

use opentelemetry::global::{self, BoxedTracer};
use opentelemetry::metrics::{Meter, MeterProvider};
use opentelemetry::trace::{Tracer, TracerProvider};
use opentelemetry::{InstrumentationScope, trace};

/// Where spans and metrics go, and what they have: for [`ClientBuilder::opentelemetry`](crate::ClientBuilder::opentelemetry).
///
/// Each call is one span, from the first attempt to the end of the reply's body, and so is each run of a
/// [tool](crate::tools). Its parent is the span that is current when the call is first polled, and it is itself current while the call is
/// polled, also for [middleware](crate::middleware).
#[must_use = "pass it to `ClientBuilder::opentelemetry`"]
pub struct OpenTelemetry {
    tracer: BoxedTracer,
    meter: Meter,
    captures_content: bool,
    conventions: Conventions,
}

/// A version of OpenTelemetry's conventions for generative AI, which are still changing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Conventions {
    /// Version 0.1.0 of the [conventions for generative AI](https://github.com/open-telemetry/semantic-conventions-genai).
    #[default]
    GenAi0_1,
    /// Version 1.41 of the general conventions, the last that had those for generative AI. Its metrics are
    /// `gen_ai.client.operation.duration`, `gen_ai.client.token.usage`, `gen_ai.client.operation.time_to_first_chunk` and
    /// `gen_ai.client.operation.time_per_output_chunk`.
    SemConv1_41,
}

impl OpenTelemetry {
    /// Spans and metrics go to the global providers as they are now, so set those up first. Without a provider nothing is recorded.
    pub fn new() -> Self {
        Self {
            tracer: global::tracer_with_scope(scope()),
            meter: global::meter_with_scope(scope()),
            captures_content: false,
            conventions: Conventions::default(),
        }
    }

    /// Spans go to this provider.
    pub fn with_tracer_provider<P>(mut self, provider: &P) -> Self
    where
        P: TracerProvider<Tracer: Tracer<Span: trace::Span + Send + Sync + 'static> + Send + Sync + 'static>,
    {
        self.tracer = BoxedTracer::new(Box::new(provider.tracer_with_scope(scope())));
        self
    }

    /// Metrics go to this provider.
    pub fn with_meter_provider(mut self, provider: &impl MeterProvider) -> Self {
        self.meter = provider.meter_with_scope(scope());
        self
    }

    /// Whether spans have the content of calls: `gen_ai.input.messages`, `gen_ai.output.messages`, `gen_ai.system_instructions`,
    /// `gen_ai.tool.definitions`, `gen_ai.tool.call.arguments` and `gen_ai.tool.call.result`. Default: `false`.
    ///
    /// Everyone who reads the spans then reads what users wrote. Images, audio and files are left out; their URLs are not.
    #[doc(alias = "capture_content")]
    pub fn with_content(mut self, captures_content: bool) -> Self {
        self.captures_content = captures_content;
        self
    }

    /// The version of the conventions. Default: [`Conventions::GenAi0_1`].
    pub fn with_conventions(mut self, conventions: Conventions) -> Self {
        self.conventions = conventions;
        self
    }
}

impl Default for OpenTelemetry {
    fn default() -> Self {
        Self::new()
    }
}

/// Who records.
fn scope() -> InstrumentationScope {
    InstrumentationScope::builder(env!("CARGO_PKG_NAME")).with_version(env!("CARGO_PKG_VERSION")).build()
}

impl fmt::Debug for OpenTelemetry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenTelemetry")
            .field("captures_content", &self.captures_content)
            .field("conventions", &self.conventions)
            .finish_non_exhaustive()
    }
}
