//! `ReplyBody`: the body of a reply in chunks, with an idle time-out.

use std::any::Any;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http_body::Body as _;
use tokio::runtime::Handle;
use tokio::time::{Instant, Sleep};

use super::ahead::{self, End, ReadAhead};
use super::exchange::Exchange;
use super::trace::Event;
use super::{Scope, Trace, WalletSlot, failure};
use crate::runtime::error::{Error, ErrorKind};
use crate::runtime::meta::Meta;

/// Longer than any connection lives.
const LONGEST_IDLE: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

/// A body that is read as it arrives. Dropping it closes the connection.
///
/// It fails if the server is silent for longer than the idle time-out while a piece is awaited.
pub(crate) struct ReplyBody {
    source: Source,
    idle: Duration,
    /// Created at the first wait; a body that is always ready needs no timer.
    timer: Option<Pin<Box<Sleep>>>,
    /// The deadline of the current wait.
    deadline: Option<Instant>,
    received: u64,
    /// Whether chunks are [read ahead](ReadAhead) after the first wait.
    reads_ahead: bool,
    /// The part that was read to detect the kind of the reply.
    beginning: Bytes,
    scope: Scope,
    meta: Meta,
    observers: Vec<Box<dyn StreamObserver>>,
    /// The end is reported to middleware.
    exchange: Option<Box<dyn Exchange>>,
    /// The call, which ends with the body.
    trace: Option<Trace>,
    /// The reader of the parts knows how the answer ended, not the body.
    has_parts: bool,
    /// A wallet's request is in flight until its body is read.
    slot: Option<WalletSlot>,
}

/// Observes the parts of a streamed answer. Dropped before it is completed, the outcome of the answer is unknown.
pub(crate) trait StreamObserver: Send {
    /// A part that was received. An error ends the stream, and the part is not returned.
    fn part(&mut self, part: &dyn Any) -> Result<(), Error>;

    fn completed(self: Box<Self>);
}

/// The source of the chunks.
enum Source {
    Connection(reqwest::Body),
    Ahead(ReadAhead),
    /// The body has ended, or broke off.
    Ended,
}

impl ReplyBody {
    pub(crate) fn new(body: reqwest::Body, idle: Duration, scope: Scope, meta: Meta) -> Self {
        Self {
            source: Source::Connection(body),
            idle,
            timer: None,
            deadline: None,
            received: 0,
            reads_ahead: false,
            beginning: Bytes::new(),
            scope,
            meta,
            observers: Vec::new(),
            exchange: None,
            trace: None,
            has_parts: false,
            slot: None,
        }
    }

    /// Adds an observer of the parts.
    #[cfg(any(feature = "budget", feature = "pace", feature = "privacy"))]
    pub(crate) fn add_observer(&mut self, observer: Box<dyn StreamObserver>) {
        self.observers.push(observer);
    }

    /// Keeps a wallet's slot until the body is read or dropped.
    pub(super) fn hold(&mut self, slot: Option<WalletSlot>) {
        self.slot = slot;
    }

    /// Reports the end of the body to middleware.
    pub(super) fn set_exchange(&mut self, exchange: Box<dyn Exchange>) {
        self.exchange = Some(exchange);
    }

    /// Observes the call until the body ends.
    pub(super) fn set_trace(&mut self, trace: Trace) {
        self.trace = Some(trace);
    }

    /// Reports the JSON of a part.
    pub(crate) fn observe_json(&self, part: &[u8]) {
        if let Some(trace) = &self.trace {
            trace.on(&Event::Part(part));
        }
    }

    /// Marks the call as failed, for an error that the reader of the parts finds.
    #[cfg(feature = "e2ee")]
    pub(crate) fn failed(&self, error: &Error) {
        if let Some(trace) = &self.trace {
            trace.failed(error);
        }
    }

    /// The end of the answer is reported with [`end_observation`](Self::end_observation), not at the end of the body.
    pub(crate) fn set_parts(&mut self) {
        self.has_parts = true;
    }

    /// Shows a part to all observers. The first error counts.
    pub(crate) fn observe(&mut self, part: &dyn Any) -> Result<(), Error> {
        let seen = self.observers.iter_mut().map(|observer| observer.part(part));
        seen.fold(Ok(()), Result::and)
    }

    /// The answer ended, with this error or completely. Returns the error to report.
    pub(crate) fn end_observation(&mut self, error: Option<Error>) -> Option<Error> {
        let observers = std::mem::take(&mut self.observers);
        if error.is_none() {
            observers.into_iter().for_each(|observer| observer.completed());
        }
        self.end_call(error)
    }

    /// Reports the end to middleware, and to the observers of the call.
    fn end_call(&mut self, error: Option<Error>) -> Option<Error> {
        let error = self.end_exchange(error);
        if let Some(trace) = self.trace.take() {
            error.as_ref().map_or_else(|| trace.on(&Event::Completed), |error| trace.failed(error));
        }
        error
    }

    /// Reports the end to middleware. Returns the error to report.
    fn end_exchange(&mut self, error: Option<Error>) -> Option<Error> {
        let Some(exchange) = self.exchange.take() else { return error };
        match error {
            Some(error) => Some(exchange.failed(error)),
            None => exchange.completed(self.received).err().map(|error| self.explained(error)),
        }
    }

    /// Prepends the part that was read already.
    pub(super) fn after(mut self, beginning: Bytes) -> Self {
        self.received = beginning.len() as u64;
        self.beginning = beginning;
        self
    }

    /// Turns read-ahead on, for a body of many small chunks.
    pub(crate) fn read_ahead(&mut self, reads_ahead: bool) {
        self.reads_ahead = reads_ahead;
    }

    /// The next piece; `None` after an error and at the end.
    pub(crate) fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Error>>> {
        if !self.beginning.is_empty() {
            return Poll::Ready(Some(Ok(std::mem::take(&mut self.beginning))));
        }
        let chunk = match &mut self.source {
            Source::Connection(body) => ahead::poll_body(body, cx),
            Source::Ahead(ahead) => ahead.poll_chunk(cx),
            Source::Ended => return Poll::Ready(None),
        };
        let end = match chunk {
            Poll::Ready(Ok(chunk)) => {
                self.deadline = None;
                self.received += chunk.len() as u64;
                return Poll::Ready(Some(Ok(chunk)));
            }
            Poll::Ready(Err(end)) => end,
            Poll::Pending if self.reads_ahead && self.source.read_ahead() => return self.poll_chunk(cx),
            Poll::Pending => {
                ready!(self.poll_idle(cx));
                self.end();
                let silent = self.silent();
                return Poll::Ready(self.ended(Some(silent)).map(Err));
            }
        };
        self.end();
        let error = match end {
            End::Complete => None,
            End::Failed(error) => Some(self.explained(failure::of_body(error, self.received))),
            End::Abandoned => Some(self.explained(failure::of_runtime(self.received))),
        };
        Poll::Ready(self.ended(error).map(Err))
    }

    fn ended(&mut self, error: Option<Error>) -> Option<Error> {
        if self.has_parts { error } else { self.end_call(error) }
    }

    fn end(&mut self) {
        self.source = Source::Ended;
        self.slot = None;
    }

    /// The next piece, as from [`poll_chunk`](Self::poll_chunk). Cancel-safe.
    pub(crate) async fn chunk(&mut self) -> Option<Result<Bytes, Error>> {
        std::future::poll_fn(|cx| self.poll_chunk(cx)).await
    }

    /// The minimum number of bytes left, by the announced length.
    pub(crate) fn least_left(&self) -> u64 {
        match &self.source {
            Source::Connection(body) => body.size_hint().lower(),
            Source::Ahead(_) | Source::Ended => 0,
        }
    }

    /// Ready when the server was silent for too long.
    ///
    /// The timer is set once and moved only when it fires, so that a piece costs no work on it.
    fn poll_idle(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        // The longest duration exceeds an `Instant`.
        let deadline = *self.deadline.get_or_insert_with(|| Instant::now() + self.idle.min(LONGEST_IDLE));
        let timer = self.timer.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(deadline)));
        loop {
            ready!(timer.as_mut().poll(cx));
            if timer.deadline() >= deadline {
                return Poll::Ready(());
            }
            timer.as_mut().reset(deadline);
        }
    }

    fn silent(&self) -> Error {
        let message = format!(
            "the server sent nothing for {:?} after {} bytes of its reply (idle time-out)",
            self.idle, self.received
        );
        self.explained(Error::new(ErrorKind::Timeout, message))
    }

    /// Adds the details of the call.
    pub(crate) fn explained(&self, error: Error) -> Error {
        self.scope.explained(error).with_meta(self.meta.clone())
    }

    pub(crate) fn meta(&self) -> &Meta {
        &self.meta
    }

    #[cfg(any(feature = "preflight", feature = "privacy"))]
    pub(super) fn set_meta(&mut self, meta: Meta) {
        self.meta = meta;
    }

    pub(crate) fn scope(&self) -> &Scope {
        &self.scope
    }
}

impl Source {
    /// Starts reading ahead; false if that is done already, or if there is no runtime.
    fn read_ahead(&mut self) -> bool {
        let (Self::Connection(body), Ok(runtime)) = (&mut *self, Handle::try_current()) else { return false };
        *self = Self::Ahead(ReadAhead::start(std::mem::take(body), &runtime));
        true
    }
}

impl fmt::Debug for ReplyBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReplyBody")
            .field("operation", &self.scope.operation().name())
            .field("received", &self.received)
            .field("ended", &matches!(self.source, Source::Ended))
            .finish_non_exhaustive()
    }
}
