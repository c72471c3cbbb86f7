//! Only the words of an answer of the Responses API.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use super::ResponseStream;
use crate::runtime::error::Error;
use crate::runtime::meta::Meta;

/// The pieces of an answer's text, from [`ResponseStream::text`]. No piece is empty.
///
/// Errors are those of the [`ResponseStream`].
#[derive(Debug)]
#[must_use = "a stream does nothing until it is read"]
pub struct ResponseTextStream {
    stream: ResponseStream,
    /// A piece has come. The whole text, which the last event repeats, is not wanted then.
    begun: bool,
}

impl ResponseTextStream {
    pub(super) fn new(stream: ResponseStream) -> Self {
        Self { stream, begun: false }
    }

    /// What came with the reply besides its body.
    pub fn meta(&self) -> &Meta {
        self.stream.meta()
    }

    /// Whether all of it came: [`ResponseStream::ended_cleanly`].
    #[must_use]
    pub fn ended_cleanly(&self) -> bool {
        self.stream.ended_cleanly()
    }

    /// The next piece; `None` at the end. A call that is cancelled loses nothing.
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
