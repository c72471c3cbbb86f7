//! An answer of the chat endpoint as it is written.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;

use super::accumulate::ChatAccumulator;
use super::events::Events;
use super::progress::Progress;
use super::sse::SseEvent;
use super::text::TextStream;
use super::whole::Whole;
use super::{in_band, whole};
use crate::error::{Error, ErrorKind, locate, without_values};
use crate::meta::Meta;
use crate::transport::ReplyBody;
use crate::types::{ChatCompletion, ChatCompletionChunk};

/// What the server sends behind the last chunk.
const DONE: &str = "[DONE]";

/// The chunks of an answer, as the model writes it.
///
/// A [`Stream`] that is pulled: nothing is read ahead and no task runs beside it, so who reads slowly slows the server down, and
/// who drops it closes the connection.
///
/// # Errors
///
/// An event that cannot be read (broken JSON, bytes that are no text) is an `Err` in its place, and the stream goes on behind
/// it. All others end the stream:
///
/// * an error that the server sends in the middle of the answer, with the kind that its code stands for,
/// * [`ErrorKind::StreamInterrupted`] if the stream ends, or its connection breaks, without `[DONE]` and before every choice has
///   a `finish_reason`: what came until then is half an answer,
/// * [`ErrorKind::Timeout`] if the server is silent for longer than
///   [`ClientBuilder::stream_idle_timeout`](crate::ClientBuilder::stream_idle_timeout) while the next chunk is waited for.
///
/// None of them is repeated: the server has begun to answer, and to charge for it.
///
/// ```no_run
/// # async fn run(mut stream: venice_ai::stream::ChatStream) -> Result<(), venice_ai::Error> {
/// while let Some(chunk) = stream.next().await {
///     let chunk = chunk?;
///     for choice in &chunk.choices {
///         print!("{}", choice.delta.content.as_deref().unwrap_or_default());
///     }
///     if let Some(usage) = &chunk.usage {
///         println!("\n{} tokens", usage.total_tokens);
///     }
/// }
/// # Ok(()) }
/// ```
#[derive(Debug)]
#[must_use = "a stream does nothing until it is read"]
pub struct ChatStream {
    source: Source,
    progress: Progress,
    phase: Phase,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Reading,
    /// All chunks are out, the end of the reply is not here.
    Ending,
    Ended,
}

#[derive(Debug)]
enum Source {
    Events(Events),
    Whole(Whole),
}

/// What an event means for the stream.
// The large variant is the one that nearly every event is; an allocation for each would cost more than the room.
#[allow(clippy::large_enum_variant)]
enum Step {
    Chunk(ChatCompletionChunk),
    Nothing,
    Unreadable(Error),
    Failed(Error),
    Done,
    /// The reply has ended, or its connection broke.
    Cut(Option<Error>),
}

impl ChatStream {
    /// A reply that was asked for with `stream: true`. A server that answers with a whole JSON document all the same is taken
    /// at its word: the document becomes the only chunk.
    pub(crate) fn new(body: ReplyBody) -> Self {
        let source = if whole::is_json(body.meta()) {
            Source::Whole(Whole::new(body))
        } else {
            Source::Events(Events::new(body))
        };
        Self { source, progress: Progress::default(), phase: Phase::Reading }
    }

    /// What came with the reply besides its body: status, request id, limits, balances. It is here before the first chunk.
    ///
    /// ```no_run
    /// # fn run(stream: venice_ai::stream::ChatStream) {
    /// println!("request {:?}", stream.meta().request_id());
    /// # }
    /// ```
    pub fn meta(&self) -> &Meta {
        self.body().meta()
    }

    /// The next chunk; `None` behind the last one. A call that is cancelled loses nothing.
    ///
    /// The same as `StreamExt::next`, for programs that do without the `futures` crate.
    ///
    /// ```no_run
    /// # async fn run(mut stream: venice_ai::stream::ChatStream) -> Result<(), venice_ai::Error> {
    /// if let Some(first) = stream.next().await {
    ///     println!("the model is {}", first?.model);
    /// }
    /// # Ok(()) }
    /// ```
    pub async fn next(&mut self) -> Option<Result<ChatCompletionChunk, Error>> {
        std::future::poll_fn(|cx| self.poll(cx)).await
    }

    /// Only the text of the answer, piece by piece. With more than one choice it is that of the first (`index` 0).
    ///
    /// ```no_run
    /// # async fn run(stream: venice_ai::stream::ChatStream) -> Result<(), venice_ai::Error> {
    /// let mut text = stream.text();
    /// while let Some(piece) = text.next().await {
    ///     print!("{}", piece?);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn text(self) -> TextStream {
        TextStream::content(self)
    }

    /// Only the text of the model's reasoning (`reasoning_content`), piece by piece; of the first choice, as with
    /// [`text`](Self::text).
    ///
    /// ```no_run
    /// # async fn run(stream: venice_ai::stream::ChatStream) -> Result<(), venice_ai::Error> {
    /// let mut thoughts = stream.reasoning();
    /// while let Some(piece) = thoughts.next().await {
    ///     eprint!("{}", piece?);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn reasoning(self) -> TextStream {
        TextStream::reasoning(self)
    }

    /// Reads to the end and puts the answer together, as if it had not been streamed.
    ///
    /// To do something with each chunk first, read the stream and give the chunks to a [`ChatAccumulator`].
    ///
    /// # Errors
    ///
    /// The first error of the stream. What came before it is lost; a [`ChatAccumulator`] keeps it.
    ///
    /// ```no_run
    /// # async fn run(stream: venice_ai::stream::ChatStream) -> Result<(), venice_ai::Error> {
    /// let reply = stream.collect().await?;
    /// println!("{} {:?}", reply.text(), reply.usage);
    /// # Ok(()) }
    /// ```
    pub async fn collect(mut self) -> Result<ChatCompletion, Error> {
        let mut answer = ChatAccumulator::new();
        while let Some(chunk) = self.next().await {
            answer.push(chunk?);
        }
        Ok(answer.finish())
    }

    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<ChatCompletionChunk, Error>>> {
        let events = match (self.phase, &mut self.source) {
            (Phase::Ended, _) => return Poll::Ready(None),
            (_, Source::Events(events)) => events,
            (_, Source::Whole(whole)) => {
                let chunk = ready!(whole.poll(cx));
                self.phase = Phase::Ended;
                return Poll::Ready(Some(chunk));
            }
        };
        while self.phase == Phase::Reading {
            let step = match ready!(events.poll_next(cx)) {
                Some(Ok(event)) => read(&event, events.body()),
                None => Step::Cut(None),
                Some(Err(error)) if !events.is_ended() => Step::Unreadable(error),
                Some(Err(error)) if error.kind() == ErrorKind::Transport => Step::Cut(Some(error)),
                Some(Err(error)) => Step::Failed(error),
            };
            match step {
                Step::Nothing => {}
                Step::Chunk(chunk) => {
                    self.progress.note(&chunk);
                    return Poll::Ready(Some(Ok(chunk)));
                }
                Step::Unreadable(error) => return Poll::Ready(Some(Err(error))),
                Step::Failed(error) => {
                    self.phase = Phase::Ended;
                    return Poll::Ready(Some(Err(error)));
                }
                Step::Done => self.phase = Phase::Ending,
                Step::Cut(cause) => {
                    self.phase = Phase::Ended;
                    let error = interrupted(&self.progress, events.body(), cause);
                    return Poll::Ready(error.map(Err));
                }
            }
        }
        ready!(events.poll_end(cx));
        self.phase = Phase::Ended;
        Poll::Ready(None)
    }

    fn body(&self) -> &ReplyBody {
        match &self.source {
            Source::Events(events) => events.body(),
            Source::Whole(whole) => whole.body(),
        }
    }
}

impl Stream for ChatStream {
    type Item = Result<ChatCompletionChunk, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll(cx)
    }
}

fn read(event: &SseEvent, body: &ReplyBody) -> Step {
    if in_band::is_error(event) {
        let data = event.data_bytes().clone();
        return Step::Failed(body.scope().in_stream_error(body.meta().clone(), data));
    }
    let data = event.data();
    match data.trim() {
        "" => Step::Nothing,
        DONE => Step::Done,
        _ => match decode(data) {
            Ok(chunk) => Step::Chunk(chunk),
            // The connection ended inside the event.
            Err(_) if !event.is_complete() => Step::Cut(None),
            Err(error) => Step::Unreadable(undecodable(body, event.data_bytes(), &error)),
        },
    }
}

fn decode(data: &str) -> Result<ChatCompletionChunk, serde_json::Error> {
    serde_json::from_str(data).or_else(|error| {
        // A member that changed its type is no reason to lose the words beside it.
        crate::wire::forgiving(|| serde_json::from_str(data)).map_err(|_| error)
    })
}

#[cold]
pub(super) fn undecodable(body: &ReplyBody, data: &Bytes, error: &serde_json::Error) -> Error {
    let path = locate::path_at(data, error.line(), error.column());
    let place = path.as_deref().map(|path| format!(" at `{path}`")).unwrap_or_default();
    let problem = without_values(&error.to_string());
    let message = format!("a part of the streamed answer is not what was expected{place}: {problem}");
    let error = Error::new(ErrorKind::Decode, message).with_json_path(path);
    body.explained(error.with_body(data.clone()))
}

/// The error of a stream that has ended, unless the answer is whole all the same.
fn interrupted(progress: &Progress, body: &ReplyBody, cause: Option<Error>) -> Option<Error> {
    if progress.is_whole() {
        return None;
    }
    let media = body.meta().header("content-type").unwrap_or("no content type");
    let message =
        format!("the stream ended before the answer was complete, after {} chunks ({media})", progress.chunks());
    let error = Error::new(ErrorKind::StreamInterrupted, message);
    let error = match cause {
        Some(cause) => error.with_source(cause),
        None => error,
    };
    Some(body.explained(error))
}
