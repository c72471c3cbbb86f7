//! `Trace`: the tracing span of a call.
//!
//! Its fields follow OpenTelemetry's conventions for HTTP and for generative AI. It never contains a body, a query or an identifying
//! header.

use std::time::{Duration, Instant};

use tracing::field::Empty;
use tracing::{Span, debug, warn};

use super::{Outgoing, Reply};
use crate::runtime::error::{Error, ErrorKind};
use crate::runtime::meta::Meta;

/// The span of a call, and its start.
#[derive(Clone, Debug)]
pub(crate) struct Trace {
    span: Span,
    begun: Option<Instant>,
}

impl Trace {
    /// The span of a call. It is nearly free without a subscriber.
    pub(crate) fn begin(outgoing: &Outgoing) -> Self {
        let (operation, request) = (outgoing.scope.operation(), outgoing.request.as_ref());
        let facts = operation.facts();
        let url = request.map(reqwest::Request::url);
        let method = request.map(|request| request.method().as_str());
        let span = tracing::info_span!(
            "venice.call",
            otel.name = Empty,
            otel.kind = "client",
            otel.status_code = Empty,
            http.request.method = method,
            url.template = Empty,
            server.address = url.and_then(|url| url.host_str()),
            server.port = url.and_then(|url| url.port_or_known_default()),
            http.response.status_code = Empty,
            http.request.resend_count = Empty,
            error.type = Empty,
            gen_ai.provider.name = "venice",
            gen_ai.operation.name = Empty,
            gen_ai.request.model = Empty,
            gen_ai.response.model = Empty,
            venice.operation = operation.name(),
            venice.attempt = Empty,
            venice.request_id = Empty,
            venice.duration_ms = Empty,
        );
        if span.is_disabled() {
            return Self { span, begun: None };
        }
        if operation.is_ad_hoc() {
            span.record("otel.name", method);
        } else {
            span.record("url.template", facts.path);
            span.record("otel.name", format!("{} {}", facts.method, facts.path).as_str());
        }
        if let Some(name) = gen_ai_operation(facts.path) {
            span.record("gen_ai.operation.name", name);
            if let Some(model) = outgoing.model() {
                span.record("gen_ai.request.model", model.as_str());
            }
        }
        Self { span, begun: Some(Instant::now()) }
    }

    pub(crate) fn span(&self) -> &Span {
        &self.span
    }

    pub(super) fn attempt(&self, retries: u32) {
        self.span.record("venice.attempt", retries + 1);
        if retries > 0 {
            self.span.record("http.request.resend_count", retries);
        }
    }

    pub(super) fn success(&self, reply: &Reply) {
        if self.begun.is_some() {
            self.reply(&reply.scope.without_secrets_in(reply.meta.clone()));
        }
        self.end();
    }

    pub(super) fn retry(&self, failure: &Error, pause: Duration) {
        let Seen { kind, status, code, cause } = Seen::of(failure);
        let pause_ms = millis(pause);
        debug!(kind, status, code, cause, pause_ms, "the call is retried");
    }

    pub(super) fn failure(&self, failure: &Error, retry_decision: &'static str) {
        if let Some(meta) = failure.meta() {
            self.reply(meta);
        }
        self.failed(failure);
        let Seen { kind, status, code, cause } = Seen::of(failure);
        if failure.is_retryable() {
            warn!(kind, status, code, cause, retry_decision, "the call failed and is not retried");
        } else {
            debug!(kind, status, code, cause, retry_decision, "the call failed");
        }
        self.end();
    }

    /// Marks the span as failed.
    pub(crate) fn failed(&self, failure: &Error) {
        if self.begun.is_some() {
            self.span.record("otel.status_code", "ERROR");
            match failure.status().filter(|status| !status.is_success()) {
                Some(status) => self.span.record("error.type", status.as_str()),
                None => self.span.record("error.type", tracing::field::debug(failure.kind())),
            };
        }
    }

    fn reply(&self, meta: &Meta) {
        if self.begun.is_none() {
            return;
        }
        self.span.record("http.response.status_code", meta.status().as_u16());
        if let Some(id) = meta.request_id() {
            self.span.record("venice.request_id", id);
        }
        if let Some(model) = meta.model_id() {
            self.span.record("gen_ai.response.model", model);
        }
    }

    fn end(&self) {
        if let Some(begun) = self.begun {
            self.span.record("venice.duration_ms", millis(begun.elapsed()));
        }
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

/// OpenTelemetry's name of an operation that runs a model.
fn gen_ai_operation(path: &str) -> Option<&'static str> {
    match path {
        "/chat/completions" | "/responses" => Some("chat"),
        "/embeddings" => Some("embeddings"),
        _ => {
            let media = ["/image/", "/images/", "/audio/", "/video/"];
            media.iter().any(|area| path.starts_with(area)).then_some("generate_content")
        }
    }
}
