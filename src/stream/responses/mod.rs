//! An answer of the Responses API as it is written.

mod event;
mod text;

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use futures_core::Stream;
use serde_json::{Map, Value, json};

pub use self::event::ResponseEvent;
pub use self::text::ResponseTextStream;
use super::events::Events;
use super::sse::{DEFAULT_MAX_EVENT_BYTES, SseEvent};
use super::{in_band, whole};
use crate::error::{Error, ErrorKind};
use crate::meta::Meta;
use crate::transport::ReplyBody;
use crate::types::ResponsesReply;

/// What the server may send behind the last event.
const DONE: &str = "[DONE]";

/// The events of an answer, as the model writes it.
///
/// A [`Stream`] that is pulled: nothing is read ahead, and who drops it closes the connection. Every event is handed out, known or
/// not.
///
/// # Errors
///
/// An event that cannot be read is an `Err` in its place, and the stream goes on behind it. All others end the stream:
///
/// * an error that the server sends as an event, `response.failed` among them, with the kind that its code stands for,
/// * [`ErrorKind::StreamInterrupted`] if the stream ends without `[DONE]` and before an event that
///   [ends the answer](ResponseEvent::is_terminal),
/// * [`ErrorKind::Timeout`] if the server is silent for longer than
///   [`ClientBuilder::stream_idle_timeout`](crate::ClientBuilder::stream_idle_timeout).
///
/// ```no_run
/// # async fn run(mut stream: venice_ai::stream::ResponseStream) -> Result<(), venice_ai::Error> {
/// while let Some(event) = stream.next().await {
///     let event = event?;
///     match &*event.kind {
///         "response.output_text.delta" => print!("{}", event.text_delta().unwrap_or_default()),
///         other => eprintln!("[{other}]"),
///     }
/// }
/// # Ok(()) }
/// ```
#[derive(Debug)]
#[must_use = "a stream does nothing until it is read"]
pub struct ResponseStream {
    source: Source,
    events: u64,
    is_complete: bool,
    phase: Phase,
}

#[derive(Debug)]
enum Source {
    Events(Events),
    /// A server that answers with a whole document all the same.
    Whole(ReplyBody, BytesMut),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Reading,
    /// All events are out, the end of the reply is not here.
    Ending,
    Ended,
}

/// What an event of the stream means.
enum Step {
    Event(ResponseEvent),
    Nothing,
    Unreadable(Error),
    Failed(Error),
    Done,
    Cut(Option<Error>),
}

impl ResponseStream {
    pub(crate) fn new(body: ReplyBody) -> Self {
        let source = if whole::is_json(body.meta()) {
            Source::Whole(body, BytesMut::new())
        } else {
            Source::Events(Events::new(body))
        };
        Self { source, events: 0, is_complete: false, phase: Phase::Reading }
    }

    /// What came with the reply besides its body. It is here before the first event.
    ///
    /// ```no_run
    /// # fn run(stream: venice_ai::stream::ResponseStream) {
    /// println!("request {:?}", stream.meta().request_id());
    /// # }
    /// ```
    pub fn meta(&self) -> &Meta {
        match &self.source {
            Source::Events(events) => events.body().meta(),
            Source::Whole(body, _) => body.meta(),
        }
    }

    /// The next event; `None` behind the last one. A call that is cancelled loses nothing.
    ///
    /// ```no_run
    /// # async fn run(mut stream: venice_ai::stream::ResponseStream) -> Result<(), venice_ai::Error> {
    /// while let Some(event) = stream.next().await {
    ///     println!("{}", event?.kind);
    /// }
    /// # Ok(()) }
    /// ```
    pub async fn next(&mut self) -> Option<Result<ResponseEvent, Error>> {
        std::future::poll_fn(|cx| self.poll(cx)).await
    }

    /// Only the text of the answer, piece by piece.
    ///
    /// ```no_run
    /// # async fn run(stream: venice_ai::stream::ResponseStream) -> Result<(), venice_ai::Error> {
    /// let mut text = stream.text();
    /// while let Some(piece) = text.next().await {
    ///     print!("{}", piece?);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn text(self) -> ResponseTextStream {
        ResponseTextStream::new(self)
    }

    /// Reads to the end and gives the whole answer, which the last event holds.
    ///
    /// # Errors
    ///
    /// The first error of the stream; and [`ErrorKind::Decode`] if no event holds the whole answer.
    ///
    /// ```no_run
    /// # async fn run(stream: venice_ai::stream::ResponseStream) -> Result<(), venice_ai::Error> {
    /// println!("{}", stream.collect().await?.output_text());
    /// # Ok(()) }
    /// ```
    pub async fn collect(mut self) -> Result<ResponsesReply, Error> {
        let mut answer = None;
        while let Some(event) = self.next().await.transpose()? {
            if event.is_terminal() {
                answer = event.response().or(answer);
            }
        }
        answer.ok_or_else(|| {
            let body = match &self.source {
                Source::Events(events) => events.body(),
                Source::Whole(body, _) => body,
            };
            body.explained(Error::new(ErrorKind::Decode, "no event of the stream holds the whole answer"))
        })
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<ResponseEvent, Error>>> {
        while self.phase == Phase::Reading {
            let step = match &mut self.source {
                Source::Whole(body, bytes) => {
                    self.phase = Phase::Ended;
                    match ready_whole(body, bytes, cx) {
                        Poll::Ready(event) => return Poll::Ready(Some(event)),
                        Poll::Pending => {
                            self.phase = Phase::Reading;
                            return Poll::Pending;
                        }
                    }
                }
                Source::Events(events) => match ready!(events.poll_next(cx)) {
                    Some(Ok(event)) => read(&event, events.body()),
                    None => Step::Cut(None),
                    Some(Err(error)) if !events.is_ended() => Step::Unreadable(error),
                    Some(Err(error)) if error.kind() == ErrorKind::Transport => Step::Cut(Some(error)),
                    Some(Err(error)) => Step::Failed(error),
                },
            };
            match step {
                Step::Nothing => {}
                Step::Event(event) => {
                    self.events += 1;
                    self.is_complete |= event.is_terminal();
                    return Poll::Ready(Some(Ok(event)));
                }
                Step::Unreadable(error) => return Poll::Ready(Some(Err(error))),
                Step::Failed(error) => {
                    self.phase = Phase::Ended;
                    return Poll::Ready(Some(Err(error)));
                }
                Step::Done => self.phase = Phase::Ending,
                Step::Cut(cause) => {
                    self.phase = Phase::Ended;
                    return Poll::Ready(self.interrupted(cause).map(Err));
                }
            }
        }
        if let (Phase::Ending, Source::Events(events)) = (self.phase, &mut self.source) {
            ready!(events.poll_end(cx));
        }
        self.phase = Phase::Ended;
        Poll::Ready(None)
    }

    /// The error of a stream that has ended, unless the answer is whole all the same.
    fn interrupted(&self, cause: Option<Error>) -> Option<Error> {
        let Source::Events(events) = &self.source else { return None };
        if self.is_complete {
            return None;
        }
        let media = self.meta().header("content-type").unwrap_or("no content type");
        let count = self.events;
        let message = format!("the stream ended before the answer was complete, after {count} events ({media})");
        let error = Error::new(ErrorKind::StreamInterrupted, message);
        let error = match cause {
            Some(cause) => error.with_source(cause),
            None => error,
        };
        Some(events.body().explained(error))
    }
}

fn read(event: &SseEvent, body: &ReplyBody) -> Step {
    let failed = |data: Bytes| Step::Failed(body.scope().in_stream_error(body.meta().clone(), data));
    if in_band::is_error(event) {
        return failed(event.data_bytes().clone());
    }
    let data = match event.data().trim() {
        "" => return Step::Nothing,
        DONE => return Step::Done,
        text => serde_json::from_str::<Value>(text),
    };
    let data = match data {
        Ok(data) => data,
        // The connection ended inside the event.
        Err(_) if !event.is_complete() => return Step::Cut(None),
        Err(error) => return Step::Unreadable(super::chat::undecodable(body, event.data_bytes(), &error)),
    };
    let named = if event.name() == "message" { "" } else { event.name() };
    let kind = data.get("type").and_then(Value::as_str).unwrap_or(named).to_owned();
    match &*kind {
        "error" => failed(event.data_bytes().clone()),
        "response.failed" => failed(of_failure(&data)),
        _ => Step::Event(ResponseEvent { kind, data }),
    }
}

/// The part of a `response.failed` that says why.
fn of_failure(data: &Value) -> Bytes {
    let response = data.get("response").unwrap_or(data);
    response.to_string().into()
}

/// A whole document as the event that it would have ended with.
fn ready_whole(body: &mut ReplyBody, bytes: &mut BytesMut, cx: &mut Context<'_>) -> Poll<Result<ResponseEvent, Error>> {
    while let Some(piece) = ready!(body.poll_chunk(cx)).transpose()? {
        if bytes.len() + piece.len() > DEFAULT_MAX_EVENT_BYTES {
            let message = format!("the reply is longer than {DEFAULT_MAX_EVENT_BYTES} bytes");
            return Poll::Ready(Err(body.explained(Error::new(ErrorKind::Decode, message))));
        }
        bytes.extend_from_slice(&piece);
    }
    let bytes = std::mem::take(bytes).freeze();
    let document = match serde_json::from_slice::<Map<String, Value>>(&bytes) {
        Ok(document) => document,
        Err(error) => return Poll::Ready(Err(super::chat::undecodable(body, &bytes, &error))),
    };
    let says_why = document.get("error").is_some_and(|error| !error.is_null());
    if says_why || document.get("status").is_some_and(|status| status == "failed") {
        return Poll::Ready(Err(body.scope().in_stream_error(body.meta().clone(), bytes)));
    }
    let kind = "response.completed";
    let data = json!({"type": kind, "response": document});
    Poll::Ready(Ok(ResponseEvent { kind: kind.to_owned(), data }))
}

impl Stream for ResponseStream {
    type Item = Result<ResponseEvent, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll(cx)
    }
}
