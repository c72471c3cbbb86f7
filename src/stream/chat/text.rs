//! Only the words of an answer.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use super::ChatStream;
use crate::error::Error;
use crate::meta::Meta;
use crate::types::{ChatChunkChoice, ChatCompletionChunk};

/// The pieces of one text in an answer, from [`ChatStream::text`] or [`ChatStream::reasoning`]. No piece is empty.
///
/// Errors are those of the [`ChatStream`].
#[derive(Debug)]
#[must_use = "a stream does nothing until it is read"]
pub struct TextStream {
    stream: ChatStream,
    part: Part,
}

#[derive(Debug, Clone, Copy)]
enum Part {
    Content,
    Reasoning,
}

impl TextStream {
    pub(super) fn content(stream: ChatStream) -> Self {
        Self { stream, part: Part::Content }
    }

    pub(super) fn reasoning(stream: ChatStream) -> Self {
        Self { stream, part: Part::Reasoning }
    }

    /// What came with the reply besides its body.
    ///
    /// ```no_run
    /// # fn run(text: venice_ai::stream::TextStream) {
    /// println!("request {:?}", text.meta().request_id());
    /// # }
    /// ```
    pub fn meta(&self) -> &Meta {
        self.stream.meta()
    }

    /// The next piece; `None` at the end. A call that is cancelled loses nothing.
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

    /// Reads to the end and gives the whole text.
    ///
    /// # Errors
    ///
    /// The first error of the stream. What came before it is lost.
    ///
    /// ```no_run
    /// # async fn run(stream: venice_ai::stream::ChatStream) -> Result<(), venice_ai::Error> {
    /// let answer: String = stream.text().collect().await?;
    /// # Ok(()) }
    /// ```
    pub async fn collect(mut self) -> Result<String, Error> {
        let mut text = String::new();
        while let Some(piece) = self.next().await {
            text.push_str(&piece?);
        }
        Ok(text)
    }

    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<String, Error>>> {
        loop {
            match ready!(self.stream.poll(cx)) {
                Some(Ok(chunk)) => {
                    let text = self.part.of(chunk);
                    if !text.is_empty() {
                        return Poll::Ready(Some(Ok(text)));
                    }
                }
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}

impl Part {
    fn of(self, chunk: ChatCompletionChunk) -> String {
        let first = chunk.choices.into_iter().find(|choice| choice.index == 0);
        let text = |choice: ChatChunkChoice| match self {
            Self::Content => choice.delta.content,
            Self::Reasoning => choice.delta.reasoning_content,
        };
        first.and_then(text).unwrap_or_default()
    }
}

impl Stream for TextStream {
    type Item = Result<String, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll(cx)
    }
}
