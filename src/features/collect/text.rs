//! `TextStream`: the text of a streamed answer. `TextFilter`: selects text of its chunks.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use crate::api::chat::stream::ChatStream;
use crate::api::generated::types::{ChatCompletionChunk, ChatDelta};
use crate::api::usage::Cost;
use crate::runtime::error::{Error, ErrorKind};
use crate::runtime::meta::Meta;

/// A text of a streamed answer, from [`ChatStream::text`], [`answer`](ChatStream::answer), [`cited`](ChatStream::cited) or
/// [`reasoning`](ChatStream::reasoning). No piece is empty.
///
/// Errors are those of the [`ChatStream`].
#[derive(Debug)]
#[must_use = "streams are lazy: nothing happens until it is polled"]
pub struct TextStream {
    stream: ChatStream,
    filter: Box<dyn TextFilter>,
    /// The limit of held-back text was exceeded.
    is_ended: bool,
}

/// Selects the text of a chunk. It may hold some text back.
pub(crate) trait TextFilter: fmt::Debug + Send + Sync {
    /// The text of a chunk.
    fn push(&mut self, chunk: ChatCompletionChunk) -> String;

    /// The bytes that are held back.
    fn held(&self) -> usize {
        0
    }

    /// The text that was held back, at the end.
    fn finish(&mut self) -> String {
        String::new()
    }
}

/// `TextFilter`: the content unchanged.
#[derive(Debug)]
pub(super) struct ContentFilter;

impl TextStream {
    pub(crate) fn filtered(stream: ChatStream, filter: impl TextFilter + 'static) -> Self {
        Self { stream, filter: Box::new(filter), is_ended: false }
    }

    /// The metadata of the reply.
    pub fn meta(&self) -> &Meta {
        self.stream.meta()
    }

    /// The cost, once the end of the stream has reported it.
    ///
    /// ```no_run
    /// # async fn run(mut text: venice_ai::stream::TextStream) -> Result<(), venice_ai::Error> {
    /// while let Some(piece) = text.next().await {
    ///     print!("{}", piece?);
    /// }
    /// println!("{:?} USD", text.cost().and_then(|cost| cost.usd));
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn cost(&self) -> Option<Cost> {
        self.stream.cost()
    }

    /// Whether the stream is complete: [`ChatStream::ended_cleanly`].
    #[must_use]
    pub fn ended_cleanly(&self) -> bool {
        self.stream.ended_cleanly()
    }

    /// The next piece; `None` at the end. Cancel-safe.
    ///
    /// ```no_run
    /// # async fn run(mut text: venice_ai::stream::TextStream) -> Result<(), venice_ai::Error> {
    /// while let Some(piece) = text.next().await {
    ///     print!("{}", piece?);
    /// }
    /// # Ok(()) }
    /// ```
    pub async fn next(&mut self) -> Option<Result<String, Error>> {
        std::future::poll_fn(|cx| self.poll(cx)).await
    }

    /// Reads to the end and returns the whole text.
    ///
    /// # Errors
    ///
    /// The first error of the stream, and [`ErrorKind::Decode`] for a text longer than
    /// [`ClientBuilder::max_collected_bytes`](crate::ClientBuilder::max_collected_bytes). What arrived before is lost.
    pub async fn collect(mut self) -> Result<String, Error> {
        let mut text = String::new();
        while let Some(piece) = self.next().await {
            let piece = piece?;
            if piece.len() > self.stream.max_collected_bytes().saturating_sub(text.len()) {
                return Err(self.too_long());
            }
            text.push_str(&piece);
        }
        Ok(text)
    }

    #[cold]
    fn too_long(&self) -> Error {
        let most = self.stream.max_collected_bytes();
        let message = format!("the text is longer than {most} bytes (limit: `max_collected_bytes`)");
        self.stream.explained(Error::new(ErrorKind::Decode, message))
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<String, Error>>> {
        loop {
            if self.is_ended {
                return Poll::Ready(None);
            }
            match ready!(self.stream.poll(cx)) {
                Some(Ok(chunk)) => {
                    let text = self.filter.push(chunk);
                    if self.filter.held() > self.stream.max_collected_bytes() {
                        self.is_ended = true;
                        return Poll::Ready(Some(Err(self.too_long())));
                    }
                    if !text.is_empty() {
                        return Poll::Ready(Some(Ok(text)));
                    }
                }
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => {
                    let rest = self.filter.finish();
                    return Poll::Ready((!rest.is_empty()).then_some(Ok(rest)));
                }
            }
        }
    }
}

/// The delta of the first choice.
pub(crate) fn first_delta(chunk: ChatCompletionChunk) -> ChatDelta {
    let first = chunk.choices.into_iter().find(|choice| choice.index == 0);
    first.map(|choice| choice.delta).unwrap_or_default()
}

impl TextFilter for ContentFilter {
    fn push(&mut self, chunk: ChatCompletionChunk) -> String {
        first_delta(chunk).content.unwrap_or_default()
    }
}

impl Stream for TextStream {
    type Item = Result<String, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll(cx)
    }
}
