//! `ResponseTextStream`: the text of a streamed answer.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use super::ResponseStream;
use crate::runtime::error::Error;
use crate::runtime::meta::Meta;

/// The text of an answer in pieces, from [`ResponseStream::text`]. No piece is empty.
///
/// Errors are those of the [`ResponseStream`].
#[derive(Debug)]
#[must_use = "streams are lazy: nothing happens until it is polled"]
pub struct ResponseTextStream {
    stream: ResponseStream,
    /// A piece arrived, so the whole text that the last event repeats is skipped.
    begun: bool,
}

impl ResponseTextStream {
    pub(super) fn new(stream: ResponseStream) -> Self {
        Self { stream, begun: false }
    }

    /// The metadata of the reply.
    pub fn meta(&self) -> &Meta {
        self.stream.meta()
    }

    /// Whether the stream is complete: [`ResponseStream::ended_cleanly`].
    #[must_use]
    pub fn ended_cleanly(&self) -> bool {
        self.stream.ended_cleanly()
    }

    /// The next piece; `None` at the end. Cancel-safe.
    ///
    /// ```no_run
    /// # async fn run(mut text: venice_ai::stream::ResponseTextStream) -> Result<(), venice_ai::Error> {
    /// while let Some(piece) = text.next().await {
    ///     print!("{}", piece?);
    /// }
    /// # Ok(()) }
    /// ```
    pub async fn next(&mut self) -> Option<Result<String, Error>> {
        std::future::poll_fn(|cx| self.poll(cx)).await
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<String, Error>>> {
        loop {
            let event = match ready!(self.stream.poll(cx)) {
                Some(Ok(event)) => event,
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            };
            let text = match event.text_delta() {
                Some(piece) => piece.to_owned(),
                None if event.is_terminal() && !self.begun => {
                    event.response().map(|response| response.output_text().into_owned()).unwrap_or_default()
                }
                None => String::new(),
            };
            if !text.is_empty() {
                self.begun = true;
                return Poll::Ready(Some(Ok(text)));
            }
        }
    }
}

impl Stream for ResponseTextStream {
    type Item = Result<String, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll(cx)
    }
}
