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
use super::{Scope, WalletSlot, failure};
use crate::runtime::error::{Error, ErrorKind};
use crate::runtime::meta::Meta;

/// Longer than any connection lives.
const LONGEST_IDLE: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

/// A body that is read as it arrives. Dropping it closes the connection.
///
/// It is an error when the server is silent for longer than the idle time-out while somebody waits for the next piece.
pub(crate) struct ReplyBody {
    source: Source,
    idle: Duration,
    /// Made when the first wait begins; a body that is always ready needs no timer.
    timer: Option<Pin<Box<Sleep>>>,
    /// When the current wait becomes too long; `None` while nobody waits.
    deadline: Option<Instant>,
    received: u64,
    /// Once there is no chunk, the following ones are [read ahead](ReadAhead).
    reads_ahead: bool,
    /// What was read of it to see what it is.
    beginning: Bytes,
    scope: Scope,
    meta: Meta,
    observer: Option<Box<dyn StreamObserver>>,
    /// Of a wallet's request: it is in flight until the body is read.
    slot: Option<WalletSlot>,
}

/// Observes the parts of a streamed answer. Dropped before it is completed: nobody knows how the answer ended.
pub(crate) trait StreamObserver: Send {
    fn part(&mut self, part: &dyn Any);

    fn completed(self: Box<Self>);
}

/// Where the chunks come from.
enum Source {
    Connection(reqwest::Body),
    Ahead(ReadAhead),
    /// From nowhere any more: the body has ended, or broke off.
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
            observer: None,
            slot: None,
        }
    }

    /// Shows the parts of the streamed answer to an observer.
    #[cfg(feature = "budget")]
    pub(crate) fn set_observer(&mut self, observer: Box<dyn StreamObserver>) {
        self.observer = Some(observer);
    }

    /// Keeps a wallet's slot until the body is read or dropped.
    pub(super) fn hold(&mut self, slot: Option<WalletSlot>) {
        self.slot = slot;
    }

    pub(crate) fn observe(&mut self, part: &dyn Any) {
        if let Some(observer) = &mut self.observer {
            observer.part(part);
        }
    }

    /// The answer ended, as it should or not.
    pub(crate) fn end_observation(&mut self, is_whole: bool) {
        if let Some(observer) = self.observer.take()
            && is_whole
        {
            observer.completed();
        }
    }

    /// The same body, of which the beginning was read already.
    pub(super) fn after(mut self, beginning: Bytes) -> Self {
        self.received = beginning.len() as u64;
        self.beginning = beginning;
        self
    }

    /// For a body of many small chunks: reads them ahead, once there is none to be given.
    pub(crate) fn read_ahead(&mut self, reads_ahead: bool) {
        self.reads_ahead = reads_ahead;
    }

    /// The next piece. After an error and after the end there is none.
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
                return Poll::Ready(Some(Err(self.silent())));
            }
        };
        self.end();
        let error = match end {
            End::Complete => return Poll::Ready(None),
            End::Failed(error) => failure::of_body(error, self.received),
            End::Abandoned => failure::of_runtime(self.received),
        };
        Poll::Ready(Some(Err(self.explained(error))))
    }

    fn end(&mut self) {
        self.source = Source::Ended;
        self.slot = None;
    }

    /// The next piece, as [`poll_chunk`](Self::poll_chunk) gives it. Nothing is lost when the future is dropped.
    pub(crate) async fn chunk(&mut self) -> Option<Result<Bytes, Error>> {
        std::future::poll_fn(|cx| self.poll_chunk(cx)).await
    }

    /// How many bytes are to come at least, by what was announced.
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
        // "For ever" is more than an `Instant` can hold.
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

    /// Adds what is known of the call.
    pub(crate) fn explained(&self, error: Error) -> Error {
        self.scope.explained(error).with_meta(self.meta.clone())
    }

    pub(crate) fn meta(&self) -> &Meta {
        &self.meta
    }

    #[cfg(feature = "preflight")]
    pub(super) fn set_meta(&mut self, meta: Meta) {
        self.meta = meta;
    }

    pub(crate) fn scope(&self) -> &Scope {
        &self.scope
    }
}

impl Source {
    /// Begins to read ahead; false if that is done already, or if there is no runtime.
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
