//! `ResponseStream`: a streamed answer of the Responses API.

mod event;
mod protocol;
mod text;

use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;

pub use self::event::ResponseEvent;
use self::protocol::ResponseProgress;
pub use self::text::ResponseTextStream;
use crate::api::generated::types::ResponsesReply;
use crate::runtime::error::{Error, ErrorKind};
use crate::runtime::meta::Meta;
use crate::runtime::reply::stream::Parts;
use crate::runtime::transport::ReplyBody;

/// The events of an answer, as the model writes it.
///
/// A lazy [`Stream`] that reads at most 64 KiB ahead, like [`ChatStream`](crate::stream::ChatStream); dropping it closes the connection.
/// Every event is returned, known or not.
///
/// # Errors
///
/// An event that cannot be decoded is an `Err` in its place, and the stream continues. All other errors end the stream:
///
/// * an error event of the server, including `response.failed`, with the kind of its code,
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
#[must_use = "streams are lazy: nothing happens until it is polled"]
pub struct ResponseStream {
    parts: Parts<ResponseProgress>,
}

impl ResponseStream {
    pub(crate) fn new(body: ReplyBody) -> Self {
        Self { parts: Parts::new(body) }
    }

    /// The metadata of the reply. Available before the first event.
    pub fn meta(&self) -> &Meta {
        self.parts.meta()
    }

    /// Whether the stream is complete: an event that [ends the answer](ResponseEvent::is_terminal), and `[DONE]`. `false` until the stream
    /// has ended.
    #[must_use]
    pub fn ended_cleanly(&self) -> bool {
        self.parts.ended_cleanly()
    }

    /// The next event; `None` after the last one. Cancel-safe.
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

    /// Only the text of the answer, as it arrives.
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

    /// Reads to the end and returns the whole answer, which is in the last event.
    ///
    /// # Errors
    ///
    /// The first error of the stream; and [`ErrorKind::Decode`] if no event has the whole answer.
    pub async fn collect(mut self) -> Result<ResponsesReply, Error> {
        let mut answer = None;
        while let Some(event) = self.next().await.transpose()? {
            if event.is_terminal() {
                answer = event.response().or(answer);
            }
        }
        answer.ok_or_else(|| {
            let error = Error::new(ErrorKind::Decode, "no event of the stream has the whole answer");
            self.parts.body().explained(error)
        })
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<ResponseEvent, Error>>> {
        self.parts.poll(cx)
    }
}

impl Stream for ResponseStream {
    type Item = Result<ResponseEvent, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll(cx)
    }
}
