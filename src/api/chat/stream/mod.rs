//! `ChatStream`: a streamed answer, chunk by chunk.

mod protocol;

use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;

use self::protocol::Choices;
use crate::api::generated::types::ChatCompletionChunk;
use crate::api::usage::{self, Cost};
use crate::runtime::error::Error;
use crate::runtime::meta::Meta;
use crate::runtime::reply::stream::Parts;
use crate::runtime::transport::ReplyBody;

/// The chunks of an answer, as the model writes it.
///
/// A lazy [`Stream`] with back-pressure: a slow reader slows the server down, and dropping the stream closes the connection. When the
/// reader first has to wait, a task begins to read ahead, at most 64 KiB; it ends with the stream.
///
/// # Errors
///
/// An event that cannot be read (broken JSON, bytes that are no text) is an `Err` in its place, and the stream goes on behind
/// it. All others end the stream:
///
/// * an error that the server sends in the middle of the answer, with the kind that its code stands for,
/// * [`StreamInterrupted`](crate::ErrorKind::StreamInterrupted) if the stream ends, or its connection breaks, without `[DONE]` and
///   before every choice has a `finish_reason`: what came until then is half an answer,
/// * [`Timeout`](crate::ErrorKind::Timeout) if the server is silent for longer than
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
    parts: Parts<Choices>,
}

impl ChatStream {
    /// A reply that was asked for with `stream: true`. A server that answers with a whole JSON document all the same is taken
    /// at its word: the document becomes the only chunk.
    pub(crate) fn new(body: ReplyBody) -> Self {
        Self { parts: Parts::new(body) }
    }

    /// What came with the reply besides its body: status, request id, limits, balances. It is here before the first chunk.
    pub fn meta(&self) -> &Meta {
        self.parts.meta()
    }

    /// What the answer cost, once a chunk has told it: one of the last does. `None` until then, and where none does.
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

    /// Whether all of it came and the server said so: each choice has a `finish_reason`, and `[DONE]` came. `false` until the stream has
    /// ended.
    ///
    /// A stream may end without an error and not cleanly: a connection that is closed behind the last `finish_reason`, where usage and
    /// cost would come, and `[DONE]` before any `finish_reason`.
    #[must_use]
    pub fn ended_cleanly(&self) -> bool {
        self.parts.ended_cleanly()
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
