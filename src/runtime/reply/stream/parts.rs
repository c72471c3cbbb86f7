//! `Parts`: the typed parts of a streamed answer.

use std::any::Any;
use std::fmt;
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};

use super::events::Events;
use super::in_band;
use super::sse::SseEvent;
use crate::runtime::error::{Error, ErrorKind, locate};
use crate::runtime::meta::Meta;
use crate::runtime::reply::verdict;
use crate::runtime::text::{form_of_body, without_mark};
use crate::runtime::transport::ReplyBody;

/// What the server sends behind the last event.
const DONE: &[u8] = b"[DONE]";

/// How an endpoint streams its answers. The value is what has been seen of one answer.
pub(crate) trait Protocol: Default + fmt::Debug {
    type Part: Any;

    /// What the parts are called in messages.
    const PARTS: &'static str;

    fn read(event: &SseEvent) -> serde_json::Result<Read<Self::Part>>;

    /// A whole answer, where a stream was asked for, as its last part.
    fn read_whole(document: &[u8]) -> serde_json::Result<Read<Self::Part>>;

    /// Whether a part has nothing of an answer in it. It may be an error in a form that no part has.
    fn says_nothing(part: &Self::Part) -> bool;

    fn note(&mut self, part: &Self::Part);

    /// Whether the answer ends well even if the stream ends here.
    fn is_whole(&self) -> bool;
}

pub(crate) enum Read<T> {
    Part(T),
    /// The answer failed, and this says why.
    Failed(Bytes),
}

/// The parts of one answer.
#[derive(Debug)]
pub(crate) struct Parts<P> {
    events: Events,
    form: Form,
    seen: P,
    count: u64,
    phase: Phase,
    /// The server said that nothing follows: `[DONE]`, or the end of a whole answer.
    is_done: bool,
}

/// What a reply is. Its first bytes decide, as servers and proxies label it wrongly.
enum Form {
    /// This much of it was read, and does not show it.
    Unknown(BytesMut),
    Events,
    /// A server or a proxy that does not stream: one JSON document with an answer or an error, or a page.
    Whole(BytesMut),
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
    pub(crate) fn new(body: ReplyBody) -> Self {
        Self {
            events: Events::new(body),
            form: Form::Unknown(BytesMut::new()),
            seen: P::default(),
            count: 0,
            phase: Phase::Reading,
            is_done: false,
        }
    }

    pub(crate) fn meta(&self) -> &Meta {
        self.body().meta()
    }

    pub(crate) fn body(&self) -> &ReplyBody {
        self.events.body()
    }

    pub(crate) fn seen(&self) -> &P {
        &self.seen
    }

    /// Whether all of the answer came, and the server said so.
    pub(crate) fn ended_cleanly(&self) -> bool {
        self.phase == Phase::Ended && self.is_done && self.seen.is_whole()
    }

    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<P::Part, Error>>> {
        let next = ready!(self.poll_part(cx));
        let has_ended = self.phase == Phase::Ended;
        let body = self.events.body_mut();
        if body.is_observed() {
            match &next {
                Some(Ok(part)) => body.observe(part),
                Some(Err(_)) if has_ended => body.end_observation(false),
                Some(Err(_)) => {}
                None => body.end_observation(true),
            }
        }
        Poll::Ready(next)
    }

    fn poll_part(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<P::Part, Error>>> {
        match &mut self.form {
            _ if self.phase == Phase::Ended => return Poll::Ready(None),
            Form::Events => {}
            Form::Unknown(_) => {
                if let Some(error) = ready!(self.poll_form(cx)) {
                    self.phase = Phase::Ended;
                    let is_cut = error.kind() == ErrorKind::Transport;
                    let error = if is_cut { interrupted(self.body(), 0, P::PARTS, Some(error)) } else { error };
                    return Poll::Ready(Some(Err(error)));
                }
                return self.poll_part(cx);
            }
            Form::Whole(bytes) => {
                let body = self.events.body_mut();
                let document = ready!(poll_whole(body, bytes, cx));
                self.phase = Phase::Ended;
                let part = document.and_then(|document| whole::<P>(&document, body));
                if let Ok(part) = &part {
                    self.is_done = true;
                    self.seen.note(part);
                }
                return Poll::Ready(Some(part));
            }
        }
        let events = &mut self.events;
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
                Step::Done => {
                    self.is_done = true;
                    self.phase = Phase::Ending;
                }
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

impl<P> Parts<P> {
    /// Reads until it is known what the reply is; an error of the connection, if one comes before.
    fn poll_form(&mut self, cx: &mut Context<'_>) -> Poll<Option<Error>> {
        let is_labelled = self.events.body().meta().content_type().as_deref() == Some("text/event-stream");
        while let Form::Unknown(read) = &mut self.form {
            let body = self.events.body_mut();
            match ready!(body.poll_chunk(cx)) {
                Some(Ok(piece)) if read.is_empty() && are_events(&piece, is_labelled) == Some(true) => {
                    self.events.begin(piece);
                    self.form = Form::Events;
                }
                Some(Ok(piece)) => {
                    read.extend_from_slice(&piece);
                    let read = std::mem::take(read);
                    self.form = match are_events(&read, is_labelled) {
                        None => Form::Unknown(read),
                        Some(false) => Form::Whole(read),
                        Some(true) => {
                            self.events.begin(read.freeze());
                            Form::Events
                        }
                    };
                }
                Some(Err(error)) => return Poll::Ready(Some(error)),
                // What is as short as this is an event that was cut, or nothing.
                None => self.form = Form::Events,
            }
        }
        Poll::Ready(None)
    }
}

/// Whether a reply that begins like this is a stream of events; `None` if more of it is needed.
fn are_events(beginning: &[u8], is_labelled: bool) -> Option<bool> {
    const MOST_SPACE: usize = 1024;
    const FIELDS: [&[u8]; 5] = [b"data", b"event", b":", b"id", b"retry"];
    let text = without_mark(beginning).trim_ascii_start();
    match text.first() {
        None if beginning.len() <= MOST_SPACE => None,
        // No field of an event begins like JSON or a page.
        Some(b'{' | b'<') => Some(false),
        _ if is_labelled => Some(true),
        None => Some(true),
        Some(_) if FIELDS.iter().any(|field| text.starts_with(field)) => Some(true),
        Some(_) if FIELDS.iter().any(|field| field.starts_with(text)) => None,
        Some(_) => Some(false),
    }
}

impl fmt::Debug for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unknown(_) => "Unknown",
            Self::Events => "Events",
            Self::Whole(_) => "Whole",
        })
    }
}

fn read<P: Protocol>(event: &SseEvent, body: &ReplyBody) -> Step<P::Part> {
    if body.scope().limits().event_is_too_costly(event.data_bytes()) {
        return Step::Failed(too_costly(body, event.data_bytes(), "max_event_bytes"));
    }
    if in_band::is_error(event) {
        return Step::Failed(failed(body, event.data_bytes().clone()));
    }
    match event.data_bytes().trim_ascii() {
        b"" => return Step::Nothing,
        DONE => return Step::Done,
        _ => {}
    }
    match P::read(event) {
        Ok(Read::Part(part)) if P::says_nothing(&part) && in_band::is_error_data(event.data_bytes(), true) => {
            Step::Failed(failed(body, event.data_bytes().clone()))
        }
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
    verdict::check(body.scope(), body.meta(), document)?;
    match P::read_whole(without_mark(document)) {
        Ok(Read::Part(part)) => Ok(part),
        Ok(Read::Failed(why)) => Err(failed(body, why)),
        Err(error) if error.is_data() => Err(undecodable(body, document, &error)),
        Err(_) => {
            let kind = body.meta().shown_content_type();
            let message = format!("the reply is neither a stream nor JSON ({kind}): {}", form_of_body(document));
            Err(body.explained(Error::new(ErrorKind::Decode, message).with_body(document.clone())))
        }
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
    body.scope().in_band_error(body.meta().clone(), why)
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
