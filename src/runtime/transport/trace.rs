//! `Trace`: the tracing span of a call, and the observers of features, from the request to the end of the reply's body.
//!
//! Attributes follow OpenTelemetry's conventions for HTTP and for generative AI. The span never contains a body, a query or an identifying
//! header.

use std::any::Any;
use std::fmt;
#[cfg(any(feature = "batch", feature = "tools"))]
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tracing::field::Empty;
use tracing::{Span, debug, span, warn};

use super::gen_ai::{self, Answer};
use super::interceptor::CallInterceptors;
use super::observer::{Attribute, Attributes, Begun, CallObserver, error_type};
use super::{Body, Outgoing, Reply};
use crate::runtime::error::{Error, ErrorKind};
use crate::runtime::meta::Meta;

/// A call, or a run of a tool, that is observed. It ends with the last clone. Empty, and so free, without a subscriber and observers.
#[derive(Clone, Debug)]
pub(crate) struct Trace(Option<Arc<Observed>>);

struct Observed {
    span: Span,
    state: Mutex<State>,
}

struct State {
    begun: Instant,
    observers: Vec<Box<dyn CallObserver>>,
    /// Those that are known later. They are recorded once, at the end.
    attributes: Attributes,
    /// `None` if no model answers.
    answer: Option<Answer>,
    is_over: bool,
}

impl Trace {
    /// Begins to observe a call. It is nearly free without a subscriber.
    pub(crate) fn begin(outgoing: &Outgoing) -> Self {
        let span = tracing::info_span!(
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
        );
        Self::start(span, &outgoing.interceptors, || Begun::of(outgoing))
    }

    /// Begins to observe something with this span.
    pub(crate) fn start<'a>(span: Span, interceptors: &CallInterceptors, begun: impl FnOnce() -> Begun<'a>) -> Self {
        let observing: Vec<_> = interceptors.observing().collect();
        if span.is_disabled() && observing.is_empty() {
            return Self(None);
        }
        let begun = begun();
        span.record("otel.name", &*begun.name);
        begun.attributes.iter().for_each(|(name, value)| value.record(&span, name));
        let state = State {
            begun: Instant::now(),
            observers: observing.into_iter().map(|observing| observing.begin(&begun)).collect(),
            attributes: Attributes::new(),
            answer: begun.attributes.contains_key("gen_ai.provider.name").then(Answer::default),
            is_over: false,
        };
        Self(Some(Arc::new(Observed { span, state: Mutex::new(state) })))
    }

    fn state(&self) -> Option<MutexGuard<'_, State>> {
        self.0.as_deref().map(|observed| observed.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Makes the span the current one, until the value is dropped.
    pub(crate) fn enter(&self) -> Entered<'_> {
        let observers = self.state().map(|state| state.observers.iter().map(|observer| observer.enter()).collect());
        Entered(self.0.as_deref().map(|observed| observed.span.enter()), observers.unwrap_or_default())
    }

    /// Does work within the span.
    #[cfg(any(feature = "batch", feature = "tools"))]
    pub(crate) async fn within<F: Future>(&self, work: F) -> F::Output {
        let mut work = pin!(work);
        std::future::poll_fn(|cx| {
            let _entered = self.enter();
            work.as_mut().poll(cx)
        })
        .await
    }

    pub(super) fn attempt(&self, retries: u32) {
        let Some(mut state) = self.state() else { return };
        state.attributes.insert("venice.attempt", Attribute::Integer(i64::from(retries) + 1));
        let resent = Some(Attribute::Integer(retries.into())).filter(|_| retries > 0);
        state.attributes.extend(resent.map(|count| ("http.request.resend_count", count)));
    }

    /// A successful reply. If its body is to be read, that is part of the call.
    pub(super) fn success(&self, reply: &mut Reply) {
        let Some(mut state) = self.state() else { return };
        state.reply(&reply.scope.without_secrets_in(reply.meta.clone()));
        match &mut reply.body {
            Body::Whole(body) => {
                state.received(body);
                state.is_over = true;
            }
            Body::Pieces(body) => body.set_trace(self.clone()),
        }
    }

    /// A part of a streamed answer.
    pub(super) fn part(&self, json: &[u8]) {
        if let Some(mut state) = self.state() {
            let time = state.begun.elapsed().as_secs_f64();
            state.attributes.entry("gen_ai.response.time_to_first_chunk").or_insert(Attribute::Float(time));
            state.received(json);
        }
    }

    /// The body was read, or what was observed succeeded.
    pub(crate) fn completed(&self) {
        if let Some(mut state) = self.state() {
            state.is_over = true;
        }
    }

    pub(super) fn retry(&self, failure: &Error, pause: Duration) {
        let Seen { kind, status, code, cause } = Seen::of(failure);
        let pause_ms = millis(pause);
        debug!(kind, status, code, cause, pause_ms, "the call is retried");
        if let Some(mut state) = self.state() {
            state.observers.iter_mut().for_each(|observer| observer.retried(failure, pause));
        }
    }

    pub(super) fn failure(&self, failure: &Error, retry_decision: &'static str) {
        if let (Some(meta), Some(mut state)) = (failure.meta(), self.state()) {
            state.reply(meta);
        }
        self.failed(failure);
        let Seen { kind, status, code, cause } = Seen::of(failure);
        if failure.is_retryable() {
            warn!(kind, status, code, cause, retry_decision, "the call failed and is not retried");
        } else {
            debug!(kind, status, code, cause, retry_decision, "the call failed");
        }
    }

    /// Marks the call as failed.
    pub(crate) fn failed(&self, failure: &Error) {
        if self.0.is_some() {
            self.failed_as(error_type(failure));
        }
    }

    /// Marks it as failed, with this `error.type`.
    pub(crate) fn failed_as(&self, error_type: String) {
        if let Some(mut state) = self.state() {
            state.attributes.insert("error.type", error_type.into());
        }
    }

    /// The result of a tool.
    #[cfg(feature = "tools")]
    pub(crate) fn returned(&self, output: &str) {
        if let Some(mut state) = self.state() {
            state.received(output.as_bytes());
        }
    }
}

impl State {
    /// The headers of a reply.
    fn reply(&mut self, meta: &Meta) {
        let all = &mut self.attributes;
        all.insert("http.response.status_code", Attribute::Integer(meta.status().as_u16().into()));
        all.extend(meta.request_id().map(|id| ("venice.request_id", id.to_owned().into())));
        all.extend(meta.model_id().map(|model| ("gen_ai.response.model", model.to_owned().into())));
        let usage = meta.rpc_usage().unwrap_or_default();
        let usd = usage.cost_usd.and_then(|usd| usd.to_string().parse().ok());
        all.extend(usd.map(|usd| ("venice.cost.usd", Attribute::Float(usd))));
        let credits = usage.credits.and_then(|credits| credits.try_into().ok());
        all.extend(credits.map(|credits| ("venice.cost.credits", Attribute::Integer(credits))));
    }

    fn received(&mut self, content: &[u8]) {
        if let Some(answer) = &mut self.answer {
            answer.read(content, &mut self.attributes);
        }
        self.observers.iter_mut().for_each(|observer| observer.received(content));
    }
}

/// The end, whatever it was: without an error and before everything was read, the caller dropped the call.
impl Drop for Observed {
    fn drop(&mut self) {
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        let mut attributes = std::mem::take(&mut state.attributes);
        let is_failed = attributes.contains_key("error.type");
        if is_failed {
            self.span.record("otel.status_code", "ERROR");
        } else if !state.is_over {
            attributes.insert("venice.cancelled", Attribute::Flag(true));
        }
        let is_whole = state.is_over && !is_failed;
        let reasons = state.answer.take().and_then(|answer| answer.finish_reasons(is_whole));
        attributes.extend(reasons.map(|reasons| ("gen_ai.response.finish_reasons", reasons)));
        let time = i64::try_from(millis(state.begun.elapsed())).unwrap_or(i64::MAX);
        attributes.insert("venice.duration_ms", Attribute::Integer(time));
        attributes.iter().for_each(|(name, value)| value.record(&self.span, name));
        state.observers.drain(..).for_each(|observer| observer.end(&attributes));
    }
}

impl fmt::Debug for Observed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Observed").field("span", &self.span).finish_non_exhaustive()
    }
}

/// The current span, until it is dropped.
pub(crate) struct Entered<'a>(#[allow(dead_code)] Option<span::Entered<'a>>, #[allow(dead_code)] Vec<Box<dyn Any>>);

impl<'a> Begun<'a> {
    fn of(outgoing: &'a Outgoing) -> Self {
        let operation = outgoing.scope.operation();
        let method = outgoing.request.as_ref().map_or("", |request| request.method().as_str());
        let url = outgoing.request.as_ref().map(reqwest::Request::url);
        let template = Some(operation.facts().path).filter(|_| !operation.is_ad_hoc());
        let mut attributes = gen_ai::of_request(outgoing);
        attributes.insert("http.request.method", method.to_owned().into());
        attributes.insert("venice.operation", operation.name().to_owned().into());
        attributes.extend(template.map(|path| ("url.template", path.into())));
        attributes.extend(url.and_then(|url| url.host_str()).map(|host| ("server.address", host.to_owned().into())));
        let port = url.and_then(|url| url.port_or_known_default());
        attributes.extend(port.map(|port| ("server.port", Attribute::Integer(port.into()))));
        let text = |name| attributes.get(name).and_then(Attribute::text);
        let name = match text("gen_ai.operation.name") {
            Some(name) => [Some(name), text("gen_ai.request.model")],
            None => [Some(method), template],
        };
        let name = name.into_iter().flatten().collect::<Vec<_>>().join(" ");
        Self { name, attributes, content: outgoing.body() }
    }
}

/// The fields of a failure in an event. The API's message is part of a body, and may repeat parts of the request.
struct Seen<'a> {
    kind: tracing::field::DebugValue<ErrorKind>,
    status: Option<u16>,
    code: Option<&'a str>,
    /// The message of a failure without a reply.
    cause: Option<&'a str>,
}

impl<'a> Seen<'a> {
    fn of(failure: &'a Error) -> Self {
        let status = failure.status();
        let is_name =
            |code: &&str| code.len() <= 64 && code.chars().all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c));
        Self {
            kind: tracing::field::debug(failure.kind()),
            status: status.map(|status| status.as_u16()),
            code: failure.code().filter(is_name),
            cause: Some(failure.message()).filter(|_| status.is_none()),
        }
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
