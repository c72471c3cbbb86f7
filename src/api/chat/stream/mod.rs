//! `ChatStream`: a streamed answer, chunk by chunk.

mod protocol;

use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;

pub(crate) use self::protocol::Choices;
use crate::api::generated::types::ChatCompletionChunk;
use crate::api::usage::{self, Cost};
use crate::runtime::error::Error;
use crate::runtime::meta::Meta;
use crate::runtime::reply::stream::Parts;
use crate::runtime::transport::ReplyBody;

/// The chunks of an answer, as the model writes it.
///
/// A lazy [`Stream`] with back-pressure: a slow reader slows the server down, and dropping the stream closes the connection. After the
/// reader first had to wait, a task reads ahead, at most 64 KiB; it ends with the stream.
///
/// # Errors
///
/// An event that cannot be decoded (invalid JSON or UTF-8) is an `Err` in its place, and the stream continues. All other errors end the
/// stream:
///
/// * an error that the server sends within the answer, with the kind of its code,
/// * [`StreamInterrupted`](crate::ErrorKind::StreamInterrupted) if the stream ends, or its connection is lost, without `[DONE]` and
///   before every choice has a `finish_reason`: the answer is incomplete,
/// * [`Timeout`](crate::ErrorKind::Timeout) if the server is silent for longer than
///   [`ClientBuilder::stream_idle_timeout`](crate::ClientBuilder::stream_idle_timeout) while the next chunk is awaited.
///
/// None of them is retried: the server has begun to answer, and to charge for it.
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
#[must_use = "streams are lazy: nothing happens until it is polled"]
pub struct ChatStream {
    parts: Parts<Choices>,
}

impl ChatStream {
    /// A reply to a request with `stream: true`. If the server answers with a complete JSON document instead, the document becomes the only
    /// chunk.
    pub(crate) fn new(body: ReplyBody) -> Self {
        Self { parts: Parts::new(body) }
    }

    /// The metadata of the reply: status, request id, limits, balances. Available before the first chunk.
    pub fn meta(&self) -> &Meta {
        self.parts.meta()
    }

    /// The cost, once a chunk has reported it: one of the last does. `None` before that, or if none does.
    ///
    /// ```no_run
    /// # async fn run(mut stream: venice_ai::stream::ChatStream) -> Result<(), venice_ai::Error> {
    /// while let Some(chunk) = stream.next().await {
    ///     println!("{:?}", chunk?.choices);
    /// }
    /// println!("{:?} USD", stream.cost().and_then(|cost| cost.usd));
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn cost(&self) -> Option<Cost> {
        usage::reported(self.parts.seen().cost.as_ref())
    }

    /// Whether the stream is complete: each choice has a `finish_reason`, and `[DONE]` arrived. `false` until the stream has ended.
    ///
    /// A stream may end without an error and not cleanly: if the connection is closed after the last `finish_reason`, where usage and cost
    /// would follow, or if `[DONE]` arrives before any `finish_reason`.
    #[must_use]
    pub fn ended_cleanly(&self) -> bool {
        self.parts.ended_cleanly()
    }

    /// The next chunk; `None` after the last one. Cancel-safe.
    ///
    /// The same as `StreamExt::next`, without the `futures` crate.
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

    #[cfg(feature = "collect")]
    pub(crate) fn body(&self) -> &ReplyBody {
        self.parts.body()
    }

    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<ChatCompletionChunk, Error>>> {
        self.parts.poll(cx)
    }
}

impl Stream for ChatStream {
    type Item = Result<ChatCompletionChunk, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll(cx)
    }
}
