//! `Trace`: what observes a call, from the request to the end of the reply's body. `Observe`, `CallObserver`: how features observe.

use std::any::Any;
use std::fmt;
#[cfg(any(feature = "batch", feature = "tools"))]
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tracing::{debug, warn};

use super::{Body, Outgoing, Reply};
use crate::runtime::error::{Error, ErrorKind};
use crate::runtime::meta::Meta;
use crate::runtime::operation::OperationRef;

/// Observes the calls of a client.
pub(crate) trait Observe: Any + fmt::Debug + Send + Sync {
    /// A call begins. `None` if nothing is to be observed.
    fn begin(&self, _subject: &Subject<'_>) -> Option<Box<dyn CallObserver>> {
        None
    }

    /// The API replied to an attempt, with an error or not.
    fn replied(&self, _operation: &OperationRef, _meta: &Meta) {}
}

/// What is observed.
#[cfg_attr(not(any(feature = "otel", feature = "spans")), allow(dead_code))]
pub(crate) enum Subject<'a> {
    Call(&'a Outgoing),
    /// A run of a tool.
    #[cfg(feature = "tools")]
    Tool {
        name: &'a str,
        id: &'a str,
        arguments: &'a str,
    },
}

/// Observes one call, or one run of a tool, until it is dropped.
pub(crate) trait CallObserver: Send {
    /// The context of what the call does, until the value is dropped.
    fn enter(&self) -> Box<dyn Any>;

    fn on(&mut self, event: &Event<'_>);
}

/// What happens to a call.
#[derive(Debug)]
#[cfg_attr(not(feature = "otel"), allow(dead_code))]
pub(crate) enum Event<'a> {
    /// An attempt after this number of retries.
    Attempt(u32),
    /// A failed attempt that is repeated.
    Retried(&'a Error, Duration),
    /// The headers of the last reply.
    Headers(&'a Meta),
    /// A part of a streamed answer.
    Part(&'a [u8]),
    /// A complete reply, or the result of a tool.
    Whole(&'a [u8]),
    /// Nothing is left to be read.
    Completed,
    /// The call, or the tool, failed: `error.type`.
    Failed(&'a str),
}

/// A call, or a run of a tool, that is observed. It ends with the last clone. Empty, and so free, without observers.
#[derive(Clone)]
pub(crate) struct Trace(Option<Arc<Mutex<Observers>>>);

type Observers = Vec<Box<dyn CallObserver>>;

impl Trace {
    /// Begins to observe a call.
    pub(crate) fn begin(outgoing: &Outgoing) -> Self {
        Self::of(&outgoing.shared.observe, &Subject::Call(outgoing))
    }

    pub(crate) fn of(observe: &[Arc<dyn Observe>], subject: &Subject<'_>) -> Self {
        let observers: Vec<_> = observe.iter().filter_map(|observe| observe.begin(subject)).collect();
        Self((!observers.is_empty()).then(|| Arc::new(Mutex::new(observers))))
    }

    fn observers(&self) -> Option<MutexGuard<'_, Observers>> {
        self.0.as_deref().map(|observers| observers.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Makes it the context of what is done, until the value is dropped.
    pub(crate) fn enter(&self) -> Vec<Box<dyn Any>> {
        let observers = self.observers();
        observers.map(|observers| observers.iter().map(|observer| observer.enter()).collect()).unwrap_or_default()
    }

    /// Does work in its context.
    #[cfg(any(feature = "batch", feature = "tools"))]
    pub(crate) async fn within<F: Future>(&self, work: F) -> F::Output {
        let mut work = pin!(work);
        std::future::poll_fn(|cx| {
            let _entered = self.enter();
            work.as_mut().poll(cx)
        })
        .await
    }

    pub(crate) fn on(&self, event: &Event<'_>) {
        if let Some(mut observers) = self.observers() {
            observers.iter_mut().for_each(|observer| observer.on(event));
        }
    }

    /// A successful reply. If its body is to be read, that is part of the call.
    pub(super) fn success(&self, reply: &mut Reply) {
        if self.0.is_none() {
            return;
        }
        self.on(&Event::Headers(&reply.scope.without_secrets_in(reply.meta.clone())));
        match &mut reply.body {
            Body::Whole(body) => {
                self.on(&Event::Whole(body));
                self.on(&Event::Completed);
            }
            Body::Pieces(body) => body.set_trace(self.clone()),
        }
    }

    pub(super) fn retry(&self, failure: &Error, pause: Duration) {
        let Seen { kind, status, code, cause } = Seen::of(failure);
        let pause_ms = u64::try_from(pause.as_millis()).unwrap_or(u64::MAX);
        debug!(kind, status, code, cause, pause_ms, "the call is retried");
        self.on(&Event::Retried(failure, pause));
    }

    pub(super) fn failure(&self, failure: &Error, retry_decision: &'static str) {
        if let Some(meta) = failure.meta() {
            self.on(&Event::Headers(meta));
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
            self.on(&Event::Failed(&error_type(failure)));
        }
    }
}

impl fmt::Debug for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trace").finish_non_exhaustive()
    }
}

/// `error.type`: the status of an error reply, or the kind of the error.
pub(crate) fn error_type(failure: &Error) -> String {
    let status = failure.status().filter(|status| !status.is_success());
    status.map_or_else(|| format!("{:?}", failure.kind()), |status| status.as_str().to_owned())
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
