//! `Parts`: the typed parts of a streamed answer.

use std::any::Any;
use std::fmt;
use std::pin::Pin;
use std::sync::LazyLock;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use memchr::memmem::Finder;
use serde_json::{Map, Value};
use tokio::time::Sleep;

use super::sse::{SseDecoder, SseError, SseEvent};
use crate::runtime::error::{Error, ErrorKind, Promise, is_error_document, locate};
use crate::runtime::meta::Meta;
use crate::runtime::reply::verdict;
use crate::runtime::text::{form_of_body, without_mark};
use crate::runtime::transport::ReplyBody;

/// The end marker of a stream.
const DONE: &[u8] = b"[DONE]";

/// The stream protocol of an endpoint. A value is the state of one answer.
pub(crate) trait Protocol: Default + fmt::Debug {
    type Item: Any;

    /// The name of the parts in messages.
    const PARTS: &'static str;

    fn read(event: &SseEvent) -> serde_json::Result<Read<Self::Item>>;

    /// A complete answer, although a stream was requested, as its last part.
    fn read_whole(document: &[u8]) -> serde_json::Result<Read<Self::Item>>;

    /// Whether a part has nothing of an answer. It may be an error in an unknown form.
    fn says_nothing(part: &Self::Item) -> bool;

    fn note(&mut self, part: &Self::Item);

    /// Whether the answer is complete even if the stream ends here.
    fn is_whole(&self) -> bool;
}

pub(crate) enum Read<T> {
    Part(T),
    /// The answer failed, with this error document.
    #[cfg(feature = "unstable")]
    Failed(Bytes),
}

/// The parts of one answer.
///
/// An event that cannot be decoded is an error, and later events still follow. Any other error ends the stream.
#[derive(Debug)]
pub(crate) struct Parts<P> {
    body: ReplyBody,
    decoder: SseDecoder,
    phase: Phase,
    seen: P,
    count: u64,
    /// The server ended the answer: `[DONE]`, or the end of a complete answer.
    is_done: bool,
}

/// How far the reply was read, and its kind. The first bytes decide, as servers and proxies send wrong content types.
enum Phase {
    /// The bytes so far, which do not show the kind.
    Unknown(BytesMut),
    Events,
    /// The body has ended; the decoder may have one more event.
    LastEvent,
    /// All parts were returned. Waits briefly for the end of the body.
    Closing(Option<Pin<Box<Sleep>>>),
    /// A server or a proxy that does not stream: one JSON document with an answer or an error, or HTML.
    Whole(BytesMut),
    Ended,
}

/// The end of a body usually arrives with its last bytes. A new connection costs more than this.
const PATIENCE: Duration = Duration::from_millis(100);

/// The meaning of an event.
// Nearly every event is of the large variant; an allocation for each would cost more than the space.
#[allow(clippy::large_enum_variant)]
enum Step<T> {
    Part(T),
    Nothing,
    /// An error of one event.
    Unreadable(Error),
    /// An error that ends the stream.
    Failed(Error),
    Done,
    /// The connection ended, within or between events.
    Cut(Option<Error>),
}

impl<P: Protocol> Parts<P> {
    pub(crate) fn new(mut body: ReplyBody) -> Self {
        body.set_parts();
        let decoder = SseDecoder::new().with_max_event_bytes(body.scope().limits().event_bytes());
        Self { body, decoder, phase: Phase::Unknown(BytesMut::new()), seen: P::default(), count: 0, is_done: false }
    }

    pub(crate) fn meta(&self) -> &Meta {
        self.body.meta()
    }

    #[cfg(any(feature = "collect", feature = "e2ee", feature = "unstable"))]
    pub(crate) fn body(&self) -> &ReplyBody {
        &self.body
    }

    pub(crate) fn seen(&self) -> &P {
        &self.seen
    }

    /// Whether the answer is complete and the server ended it.
    pub(crate) fn ended_cleanly(&self) -> bool {
        matches!(self.phase, Phase::Ended) && self.is_done && self.seen.is_whole()
    }

    /// The next part.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<P::Item, Error>>> {
        loop {
            let is_last = matches!(self.phase, Phase::LastEvent);
            let step = match &mut self.phase {
                Phase::Events | Phase::LastEvent => match self.decoder.next_event() {
                    Some(Ok(event)) => read::<P>(&event, &self.body),
                    // Truncated within a character: an end like any other.
                    Some(Err(SseError::InvalidUtf8)) if is_last => continue,
                    Some(Err(error)) => unframed(&self.body, error),
                    None if is_last => Step::Cut(None),
                    None => match ready!(self.body.poll_chunk(cx)) {
                        Some(Ok(chunk)) => {
                            self.decoder.push(chunk);
                            continue;
                        }
                        Some(Err(error)) if error.kind() == ErrorKind::Transport => Step::Cut(Some(error)),
                        Some(Err(error)) => Step::Failed(error),
                        None => {
                            self.decoder.finish();
                            self.phase = Phase::LastEvent;
                            continue;
                        }
                    },
                },
                Phase::Unknown(_) => match ready!(self.poll_form(cx)) {
                    None => continue,
                    Some(error) if error.kind() == ErrorKind::Transport => {
                        Step::Failed(interrupted(&self.body, 0, P::PARTS, Some(error)))
                    }
                    Some(error) => Step::Failed(error),
                },
                Phase::Whole(bytes) => {
                    let document = ready!(poll_whole(&mut self.body, bytes, cx));
                    match document.and_then(|document| whole::<P>(&document, &self.body)) {
                        Ok(part) => {
                            self.phase = Phase::Ended;
                            self.is_done = true;
                            Step::Part(part)
                        }
                        Err(error) => Step::Failed(error),
                    }
                }
                Phase::Closing(patience) => {
                    ready!(poll_end(&mut self.body, patience, cx));
                    return self.end(None);
                }
                Phase::Ended => return self.end(None),
            };
            match step {
                Step::Nothing => {}
                Step::Part(part) => {
                    self.count += 1;
                    self.seen.note(&part);
                    if let Err(error) = self.body.observe(&part) {
                        let error = self.body.explained(error);
                        return self.end(Some(error));
                    }
                    return Poll::Ready(Some(Ok(part)));
                }
                Step::Unreadable(error) => return Poll::Ready(Some(Err(error))),
                Step::Failed(error) => return self.end(Some(error)),
                Step::Done => {
                    self.is_done = true;
                    self.body.read_ahead(false);
                    self.phase = Phase::Closing(None);
                }
                Step::Cut(cause) => {
                    let is_whole = self.seen.is_whole();
                    let error = (!is_whole).then(|| interrupted(&self.body, self.count, P::PARTS, cause));
                    return self.end(error);
                }
            }
        }
    }

    /// Nothing follows except this error.
    fn end(&mut self, error: Option<Error>) -> Poll<Option<Result<P::Item, Error>>> {
        self.phase = Phase::Ended;
        Poll::Ready(self.body.end_observation(error).map(Err))
    }
}

impl<P> Parts<P> {
    /// Reads until the kind of the reply is known; returns an error of the connection.
    fn poll_form(&mut self, cx: &mut Context<'_>) -> Poll<Option<Error>> {
        let is_labelled = self.body.meta().content_type().as_deref() == Some("text/event-stream");
        while let Phase::Unknown(read) = &mut self.phase {
            let beginning = match ready!(self.body.poll_chunk(cx)) {
                Some(Ok(piece)) if read.is_empty() && are_events(&piece, is_labelled) == Some(true) => piece,
                Some(Ok(piece)) => {
                    read.extend_from_slice(&piece);
                    match are_events(read, is_labelled) {
                        None => continue,
                        Some(false) => {
                            self.phase = Phase::Whole(std::mem::take(read));
                            continue;
                        }
                        Some(true) => std::mem::take(read).freeze(),
                    }
                }
                Some(Err(error)) => return Poll::Ready(Some(error)),
                // As short as this it is a truncated event, or empty.
                None => Bytes::new(),
            };
            self.decoder.push(beginning);
            self.body.read_ahead(true);
            self.phase = Phase::Events;
        }
        Poll::Ready(None)
    }
}

/// Ready when the body has ended too, so that its connection can be reused. A server that keeps the reply open is not waited for.
fn poll_end(body: &mut ReplyBody, patience: &mut Option<Pin<Box<Sleep>>>, cx: &mut Context<'_>) -> Poll<()> {
    while let Poll::Ready(piece) = body.poll_chunk(cx) {
        if !matches!(piece, Some(Ok(_))) {
            return Poll::Ready(());
        }
    }
    let patience = patience.get_or_insert_with(|| Box::pin(tokio::time::sleep(PATIENCE)));
    patience.as_mut().poll(cx)
}

/// An invalid event. A server that sends an endless one is not read any further.
#[cold]
fn unframed<T>(body: &ReplyBody, error: SseError) -> Step<T> {
    let is_over = error != SseError::InvalidUtf8;
    let error = body.explained(Error::new(ErrorKind::Decode, error.to_string()).with_source(error));
    if is_over { Step::Failed(error) } else { Step::Unreadable(error) }
}

/// Whether a reply that starts like this is an event stream; `None` if more of it is needed.
fn are_events(beginning: &[u8], is_labelled: bool) -> Option<bool> {
    const MOST_SPACE: usize = 1024;
    const FIELDS: [&[u8]; 5] = [b"data", b"event", b":", b"id", b"retry"];
    let text = without_mark(beginning).trim_ascii_start();
    match text.first() {
        None if beginning.len() <= MOST_SPACE => None,
        // No field of an event starts like JSON or HTML.
        Some(b'{' | b'<') => Some(false),
        _ if is_labelled => Some(true),
        None => Some(true),
        Some(_) if FIELDS.iter().any(|field| text.starts_with(field)) => Some(true),
        Some(_) if FIELDS.iter().any(|field| field.starts_with(text)) => None,
        Some(_) => Some(false),
    }
}

impl fmt::Debug for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unknown(_) => "Unknown",
            Self::Events => "Events",
            Self::LastEvent => "LastEvent",
            Self::Closing(_) => "Closing",
            Self::Whole(_) => "Whole",
            Self::Ended => "Ended",
        })
    }
}

fn read<P: Protocol>(event: &SseEvent, body: &ReplyBody) -> Step<P::Item> {
    if body.scope().limits().event_is_too_costly(event.data_bytes()) {
        return Step::Failed(too_costly(body, event.data_bytes(), "max_event_bytes"));
    }
    if is_error(event) {
        return Step::Failed(failed(body, event.data_bytes().clone()));
    }
    match event.data_bytes().trim_ascii() {
        b"" => return Step::Nothing,
        DONE => return Step::Done,
        _ => {}
    }
    match P::read(event) {
        Ok(Read::Part(part)) if P::says_nothing(&part) && is_error_data(event.data_bytes(), true) => {
            Step::Failed(failed(body, event.data_bytes().clone()))
        }
        Ok(Read::Part(part)) => {
            body.observe_json(event.data_bytes());
            Step::Part(part)
        }
        #[cfg(feature = "unstable")]
        Ok(Read::Failed(why)) => Step::Failed(failed(body, why)),
        // The connection ended within the event.
        Err(_) if !event.is_complete() => Step::Cut(None),
        Err(error) => Step::Unreadable(undecodable(body, event.data_bytes(), &error)),
    }
}

fn whole<P: Protocol>(document: &Bytes, body: &ReplyBody) -> Result<P::Item, Error> {
    if body.scope().limits().reply_is_too_costly(document) {
        return Err(too_costly(body, document, "max_reply_bytes"));
    }
    verdict::check(body.scope(), body.meta(), document)?;
    match P::read_whole(without_mark(document)) {
        Ok(Read::Part(part)) => {
            body.observe_json(document);
            Ok(part)
        }
        #[cfg(feature = "unstable")]
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

/// All fields that report an error start with this, or have it as their value.
static MARK: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"\"error"));

/// Whether an event reports an error instead of a part of the answer: `event: error` with text or JSON, or an error document.
fn is_error(event: &SseEvent) -> bool {
    // Nearly every event is decided here, without being parsed a second time.
    event.name() == "error" || MARK.find(event.data_bytes()).is_some() && is_error_data(event.data_bytes(), false)
}

/// Whether the data of an event is an error document: also one without any part of an answer, unless it is empty.
#[cold]
fn is_error_data(data: &[u8], says_nothing: bool) -> bool {
    let Ok(document) = serde_json::from_slice::<Map<String, Value>>(data) else { return false };
    let has_choices = document.get("choices").and_then(Value::as_array).is_some_and(|choices| !choices.is_empty());
    is_error_document(
        &document,
        match has_choices {
            true => Promise::Kept,
            false if says_nothing => Promise::Broken,
            false => Promise::Unknown,
        },
    )
}

#[cfg(test)]
mod tests {
    use super::is_error_data;

    #[test]
    fn an_answer_about_errors_is_not_an_error() {
        for data in [
            r#"{"choices":[{"delta":{"content":"\"error\": \"x\""}}]}"#,
            r#"{"choices":[{"delta":{"error":"inside"}}]}"#,
            r#"{"choices":[],"error":null}"#,
            r#"{"choices":[{"delta":{"content":"x"}}],"error":"","error_type":"none"}"#,
            r#"["error"]"#,
            r#""error""#,
            "\"error",
        ] {
            assert!(!is_error_data(data.as_bytes(), true), "{data}");
        }
    }

    #[test]
    fn a_part_without_an_answer_but_with_other_fields_is_an_error() {
        for data in [r#"{"message":"Forbidden"}"#, r#"{"details":{"_errors":["Required"]}}"#, r#"{"object":"error"}"#] {
            assert!(is_error_data(data.as_bytes(), true), "{data}");
        }
        assert!(!is_error_data(br#"{"message":"Forbidden"}"#, false));
    }
}
