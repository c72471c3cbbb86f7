//! Values of a type, while they are written.

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
/// A lazy [`Stream`] that reads at most 64 KiB ahead, as [`ChatStream`] does; dropping it closes the connection. It gives a
/// [`ParseEvent::Partial`] whenever there is more of the value, and [`ParseEvent::Done`] as its last item.
///
/// Each chunk costs what it holds, however long the answer is. That is so as long as no [`Partial`] is kept: one that still
/// exists when the next chunk comes is copied.
///
/// # Errors
///
/// An error is the last item, and has what came until then as [`completion`](Error::completion):
///
/// * those of a [`ChatStream`]. An event that cannot be read is an end here, because a piece of the value may have been in it;
/// * those of an answer that is no value of the type, as [`Chat::parse`](crate::Chat::parse) has them.
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
#[must_use = "a stream does nothing until it is read"]
pub struct ParsedStream<T> {
    stream: ChatStream,
    shape: Arc<Shape>,
    answer: ChatAccumulator,
    /// What the parsed answer takes in memory.
    cost: JsonCost,
    lead: Lead,
    growing: Growing,
    is_ended: bool,
    value: PhantomData<fn() -> T>,
}

/// What comes of a [`ParsedStream`].
#[derive(Debug)]
#[non_exhaustive]
pub enum ParseEvent<T> {
    /// There is more of the value than before.
    Partial(Partial),
    /// The answer is whole, and this is it.
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

    /// What came with the reply besides its body: status, request id, limits, balances. It is here before the first item.
    pub fn meta(&self) -> &Meta {
        self.stream.meta()
    }

    /// Whether all of it came: [`ChatStream::ended_cleanly`].
    #[must_use]
    pub fn ended_cleanly(&self) -> bool {
        self.stream.ended_cleanly()
    }

    /// Reads a chunk; what there is of the value now, if that is more than before.
    fn take(&mut self, chunk: ChatCompletionChunk) -> Result<Option<Partial>, Error> {
        let mut has_grown = false;
        for choice in chunk.choices.iter().filter(|choice| choice.index == 0) {
            let piece = choice.delta.content.as_deref().unwrap_or_default();
            if let Some(json) = self.lead.behind(piece) {
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

    /// The error of a stream that brought only a part.
    fn cut(&mut self, error: Error) -> Error {
        self.is_ended = true;
        let reply = std::mem::take(&mut self.answer).finish();
        let text = reply.text().into_owned();
        error.with_answer(text, reply)
    }
}

impl<T: DeserializeOwned> ParsedStream<T> {
    /// The next event; `None` behind the last one. A call that is cancelled loses nothing.
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

    /// Reads to the end and gives the value.
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
        Err(self.stream.explained(Error::new(ErrorKind::NoAnswer, "all of the answer has been read before")))
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
