//! From a reply to the parts of an answer, in whatever form the endpoint streams them.

use std::fmt;
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};

use super::events::Events;
use super::in_band;
use super::sse::SseEvent;
use crate::cost::ledger::Told;
use crate::error::{Error, ErrorKind, locate};
use crate::meta::Meta;
use crate::transport::ReplyBody;

/// What the server sends behind the last event.
const DONE: &str = "[DONE]";

/// How an endpoint streams its answers. The value is what has been seen of one answer.
pub(super) trait Protocol: Default + fmt::Debug {
    type Part;

    /// What the parts are called in messages.
    const PARTS: &'static str;

    fn read(event: &SseEvent) -> serde_json::Result<Read<Self::Part>>;

    /// A whole answer, where a stream was asked for, as its last part.
    fn read_whole(document: &Bytes) -> serde_json::Result<Read<Self::Part>>;

    fn note(&mut self, part: &Self::Part);

    /// What a part tells of the cost of its answer. Asked only where an account is kept.
    fn told(part: &Self::Part) -> Told;

    /// Whether the answer ends well even if the stream ends here.
    fn is_whole(&self) -> bool;
}

pub(super) enum Read<T> {
    Part(T),
    /// The answer failed, and this says why.
    Failed(Bytes),
}

/// The parts of one answer.
#[derive(Debug)]
pub(super) struct Parts<P> {
    source: Source,
    seen: P,
    count: u64,
    phase: Phase,
}

enum Source {
    Events(Events),
    /// A server or a proxy that does not stream: one JSON document, with an answer or an error.
    Whole(ReplyBody, BytesMut),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Reading,
    /// All parts are out, the end of the reply is not here.
    Ending,
    Ended,
}

/// What an event of the stream means.
// The large variant is the one that nearly every event is; an allocation for each would cost more than the room.
#[allow(clippy::large_enum_variant)]
enum Step<T> {
    Part(T),
    Nothing,
    /// An error in the place of one event.
    Unreadable(Error),
    /// An error that ends the stream.
    Failed(Error),
    Done,
    /// The connection ended, in or between events.
    Cut(Option<Error>),
}

impl<P: Protocol> Parts<P> {
    pub(super) fn new(body: ReplyBody) -> Self {
        let source = if body.meta().content_type().as_deref() == Some("application/json") {
            Source::Whole(body, BytesMut::new())
        } else {
            Source::Events(Events::new(body))
        };
        Self { source, seen: P::default(), count: 0, phase: Phase::Reading }
    }

    pub(super) fn meta(&self) -> &Meta {
        self.body().meta()
    }

    pub(super) fn body(&self) -> &ReplyBody {
        self.source.body()
    }

    pub(super) fn seen(&self) -> &P {
        &self.seen
    }

    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<P::Part, Error>>> {
        let next = ready!(self.poll_part(cx));
        let has_ended = self.phase == Phase::Ended;
        let body = self.source.body_mut();
        if body.has_account() {
            match &next {
                Some(Ok(part)) => body.note(P::told(part)),
                Some(Err(_)) if has_ended => body.close_account(false),
                Some(Err(_)) => {}
                None => body.close_account(true),
            }
        }
        Poll::Ready(next)
    }

    fn poll_part(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<P::Part, Error>>> {
        let events = match (self.phase, &mut self.source) {
            (Phase::Ended, _) => return Poll::Ready(None),
            (_, Source::Events(events)) => events,
            (_, Source::Whole(body, bytes)) => {
                let document = ready!(poll_whole(body, bytes, cx));
                self.phase = Phase::Ended;
                return Poll::Ready(Some(document.and_then(|document| whole::<P>(&document, body))));
            }
        };
        while self.phase == Phase::Reading {
            let step = match ready!(events.poll_next(cx)) {
                Some(Ok(event)) => read::<P>(&event, events.body()),
                None => Step::Cut(None),
                Some(Err(error)) if !events.is_ended() => Step::Unreadable(error),
                Some(Err(error)) if error.kind() == ErrorKind::Transport => Step::Cut(Some(error)),
                Some(Err(error)) => Step::Failed(error),
            };
            match step {
                Step::Nothing => {}
                Step::Part(part) => {
                    self.count += 1;
                    self.seen.note(&part);
                    return Poll::Ready(Some(Ok(part)));
                }
                Step::Unreadable(error) => return Poll::Ready(Some(Err(error))),
                Step::Failed(error) => {
                    self.phase = Phase::Ended;
                    return Poll::Ready(Some(Err(error)));
                }
                Step::Done => self.phase = Phase::Ending,
                Step::Cut(cause) => {
                    self.phase = Phase::Ended;
                    let is_whole = self.seen.is_whole();
                    let error = (!is_whole).then(|| interrupted(events.body(), self.count, P::PARTS, cause));
                    return Poll::Ready(error.map(Err));
                }
            }
        }
        ready!(events.poll_end(cx));
        self.phase = Phase::Ended;
        Poll::Ready(None)
    }
}

impl Source {
    fn body(&self) -> &ReplyBody {
        match self {
            Self::Events(events) => events.body(),
            Self::Whole(body, _) => body,
        }
    }

    fn body_mut(&mut self) -> &mut ReplyBody {
        match self {
            Self::Events(events) => events.body_mut(),
            Self::Whole(body, _) => body,
        }
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Events(events) => events.fmt(f),
            Self::Whole(body, _) => f.debug_tuple("Whole").field(body).finish(),
        }
    }
}

fn read<P: Protocol>(event: &SseEvent, body: &ReplyBody) -> Step<P::Part> {
    if body.scope().limits().event_is_too_costly(event.data_bytes()) {
        return Step::Failed(too_costly(body, event.data_bytes(), "max_event_bytes"));
    }
    if in_band::is_error(event) {
        return Step::Failed(failed(body, event.data_bytes().clone()));
    }
    match event.data().trim() {
        "" => return Step::Nothing,
        DONE => return Step::Done,
        _ => {}
    }
    match P::read(event) {
        Ok(Read::Part(part)) => Step::Part(part),
        Ok(Read::Failed(why)) => Step::Failed(failed(body, why)),
        // The connection ended inside the event.
        Err(_) if !event.is_complete() => Step::Cut(None),
        Err(error) => Step::Unreadable(undecodable(body, event.data_bytes(), &error)),
    }
}

fn whole<P: Protocol>(document: &Bytes, body: &ReplyBody) -> Result<P::Part, Error> {
    if body.scope().limits().reply_is_too_costly(document) {
        return Err(too_costly(body, document, "max_reply_bytes"));
    }
    match P::read_whole(document) {
        Ok(Read::Part(part)) => Ok(part),
        Ok(Read::Failed(why)) => Err(failed(body, why)),
        Err(error) => Err(undecodable(body, document, &error)),
    }
}

fn poll_whole(body: &mut ReplyBody, bytes: &mut BytesMut, cx: &mut Context<'_>) -> Poll<Result<Bytes, Error>> {
    while let Some(piece) = ready!(body.poll_chunk(cx)).transpose()? {
        let most = body.scope().limits().reply_bytes();
        if piece.len() > most.saturating_sub(bytes.len()) {
            let message = format!("the reply is longer than {most} bytes (limit: `max_reply_bytes`)");
            return Poll::Ready(Err(body.explained(Error::new(ErrorKind::Decode, message))));
        }
        bytes.extend_from_slice(&piece);
    }
    Poll::Ready(Ok(std::mem::take(bytes).freeze()))
}

#[cold]
fn too_costly(body: &ReplyBody, json: &Bytes, limit: &str) -> Error {
    let message = format!("{} bytes of JSON would take too much memory (limit: `{limit}`)", json.len());
    body.explained(Error::new(ErrorKind::Decode, message).with_body(json.clone()))
}

#[cold]
fn failed(body: &ReplyBody, why: Bytes) -> Error {
    body.scope().in_stream_error(body.meta().clone(), why)
}

#[cold]
fn undecodable(body: &ReplyBody, data: &Bytes, error: &serde_json::Error) -> Error {
    let (message, path) = locate::unexpected("a part of the streamed answer", data, error);
    let error = Error::new(ErrorKind::Decode, message).with_json_path(path);
    body.explained(error.with_body(data.clone()))
}

/// The error of a stream that ended too early.
#[cold]
fn interrupted(body: &ReplyBody, count: u64, parts: &str, cause: Option<Error>) -> Error {
    let media = body.meta().shown_content_type();
    let message = format!("the stream ended before the answer was complete, after {count} {parts} ({media})");
    let error = Error::new(ErrorKind::StreamInterrupted, message);
    body.explained(match cause {
        Some(cause) => error.with_source(cause),
        None => error,
    })
}
