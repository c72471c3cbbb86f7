//! `ParsedStream`: a value of a type, while it is written.

#[cfg(any(test, fuzzing))]
pub(crate) mod fuzz;
mod growing;
mod lead;
mod partial;
mod text;

use std::fmt;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use serde::de::DeserializeOwned;

use self::growing::Growing;
use self::lead::Lead;
pub use self::partial::Partial;
use super::{Parsed, read};
use crate::api::chat::stream::ChatStream;
use crate::api::generated::types::ChatCompletionChunk;
use crate::features::collect::ChatAccumulator;
use crate::features::structured::schema::Shape;
use crate::runtime::error::{Error, ErrorKind};
use crate::runtime::json_cost::JsonCost;
use crate::runtime::meta::Meta;
use crate::runtime::transport::limits::MOST_ANSWER_MEMORY;

/// A value that grows while a model writes it, from [`Chat::parse_stream`](crate::Chat::parse_stream).
///
/// A lazy [`Stream`] that reads at most 64 KiB ahead, like [`ChatStream`]; dropping it closes the connection. It returns a
/// [`ParseEvent::Partial`] whenever the value has grown, and [`ParseEvent::Done`] as its last item.
///
/// The cost of a chunk does not depend on the length of the answer, unless a [`Partial`] is kept: one that still exists at the next chunk
/// is copied.
///
/// # Errors
///
/// An error is the last item. Its [`completion`](Error::completion) has what arrived before:
///
/// * those of a [`ChatStream`]. An event that cannot be decoded ends the stream here, because part of the value may have been in it;
/// * those of an answer that is not a value of the type, as for [`Chat::parse`](crate::Chat::parse).
///
/// ```no_run
/// # async fn run(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
/// use venice_ai::stream::ParseEvent;
/// use venice_ai::types::ChatCompletionRequest;
///
/// let request = ChatCompletionRequest::new("default", ["Name the islands of the lagoon."]);
/// let mut names = venice.chat().parse_stream::<Vec<String>>(request).await?;
/// while let Some(event) = names.next().await {
///     match event? {
///         ParseEvent::Partial(so_far) => println!("{} names", so_far.value().as_array().map_or(0, Vec::len)),
///         ParseEvent::Done(parsed) => println!("{:?}", parsed.value),
///         _ => {}
///     }
/// }
/// # Ok(()) }
/// ```
#[must_use = "streams are lazy: nothing happens until it is polled"]
pub struct ParsedStream<T> {
    stream: ChatStream,
    shape: Arc<Shape>,
    answer: ChatAccumulator,
    /// The memory used by the parsed answer.
    cost: JsonCost,
    lead: Lead,
    growing: Growing,
    is_ended: bool,
    value: PhantomData<fn() -> T>,
}

/// An item of a [`ParsedStream`].
#[derive(Debug)]
#[non_exhaustive]
pub enum ParseEvent<T> {
    /// The value has grown.
    Partial(Partial),
    /// The complete value.
    Done(Box<Parsed<T>>),
}

impl<T> ParsedStream<T> {
    pub(crate) fn new(stream: ChatStream, shape: Shape) -> Self {
        Self {
            answer: stream.accumulator(),
            stream,
            shape: Arc::new(shape),
            cost: JsonCost::default(),
            lead: Lead::default(),
            growing: Growing::default(),
            is_ended: false,
            value: PhantomData,
        }
    }

    /// The metadata of the reply: status, request id, limits, balances. Available before the first item.
    pub fn meta(&self) -> &Meta {
        self.stream.meta()
    }

    /// Whether the stream is complete: [`ChatStream::ended_cleanly`].
    #[must_use]
    pub fn ended_cleanly(&self) -> bool {
        self.stream.ended_cleanly()
    }

    /// Reads a chunk. Returns the value if it has grown.
    fn take(&mut self, chunk: ChatCompletionChunk) -> Result<Option<Partial>, Error> {
        let mut has_grown = false;
        for choice in chunk.choices.iter().filter(|choice| choice.index == 0) {
            let piece = choice.delta.content.as_deref().unwrap_or_default();
            if let Some(json) = self.lead.document_part(piece) {
                if self.cost.add(json.as_bytes()) > MOST_ANSWER_MEMORY {
                    let message = format!("the value would take more than {MOST_ANSWER_MEMORY} bytes of memory");
                    return Err(self.stream.explained(Error::new(ErrorKind::InvalidJson, message)));
                }
                has_grown |= self.growing.push(json);
            }
        }
        self.answer.push(chunk).map_err(|error| self.stream.explained(error))?;
        let root = self.growing.value().filter(|_| has_grown);
        Ok(root.and_then(|root| Partial::new(root, &self.shape)))
    }

    /// The error of an incomplete stream.
    fn cut(&mut self, error: Error) -> Error {
        self.is_ended = true;
        let reply = std::mem::take(&mut self.answer).finish();
        let text = reply.text().into_owned();
        error.with_answer(text, reply)
    }
}

impl<T: DeserializeOwned> ParsedStream<T> {
    /// The next event; `None` after the last one. Cancel-safe.
    ///
    /// ```no_run
    /// # async fn run(mut stream: venice_ai::stream::ParsedStream<String>) -> Result<(), venice_ai::Error> {
    /// while let Some(event) = stream.next().await {
    ///     println!("{:?}", event?);
    /// }
    /// # Ok(()) }
    /// ```
    pub async fn next(&mut self) -> Option<Result<ParseEvent<T>, Error>> {
        std::future::poll_fn(|cx| self.poll(cx)).await
    }

    /// Reads to the end and returns the value.
    ///
    /// # Errors
    ///
    /// The error of the stream.
    pub async fn collect(mut self) -> Result<Parsed<T>, Error> {
        while let Some(event) = self.next().await {
            if let ParseEvent::Done(parsed) = event? {
                return Ok(*parsed);
            }
        }
        Err(self.stream.explained(Error::new(ErrorKind::NoAnswer, "the answer has already been read")))
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<ParseEvent<T>, Error>>> {
        while !self.is_ended {
            match ready!(self.stream.poll(cx)) {
                Some(Ok(chunk)) => match self.take(chunk) {
                    Ok(Some(partial)) => return Poll::Ready(Some(Ok(ParseEvent::Partial(partial)))),
                    Ok(None) => {}
                    Err(error) => return Poll::Ready(Some(Err(self.cut(error)))),
                },
                Some(Err(error)) => return Poll::Ready(Some(Err(self.cut(error)))),
                None => {
                    self.is_ended = true;
                    let reply = std::mem::take(&mut self.answer).finish();
                    let parsed = read(&self.shape, reply).map_err(|error| self.stream.explained(error));
                    return Poll::Ready(Some(parsed.map(|parsed| ParseEvent::Done(Box::new(parsed)))));
                }
            }
        }
        Poll::Ready(None)
    }
}

impl<T: DeserializeOwned> Stream for ParsedStream<T> {
    type Item = Result<ParseEvent<T>, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll(cx)
    }
}

/// Without the answer.
impl<T> fmt::Debug for ParsedStream<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ParsedStream").field("stream", &self.stream).finish_non_exhaustive()
    }
}
