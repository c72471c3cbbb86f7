//! `ByteStream`: the bytes of a reply as they arrive.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_core::Stream;

use crate::runtime::error::Error;
use crate::runtime::meta::Meta;
use crate::runtime::transport::ReplyBody;

/// The bytes of a reply as they arrive.
///
/// A lazy [`Stream`] with back-pressure; dropping it closes the connection. It ends after an error.
#[derive(Debug)]
#[must_use = "streams are lazy: nothing happens until it is polled"]
pub struct ByteStream {
    pub(super) body: ReplyBody,
}

impl ByteStream {
    /// The metadata of the reply.
    ///
    /// ```no_run
    /// # async fn run(call: venice_ai::Call<venice_ai::RawReply>) -> Result<(), venice_ai::Error> {
    /// let stream = call.await?.stream();
    /// println!("{:?}", stream.meta().request_id());
    /// # Ok(()) }
    /// ```
    pub fn meta(&self) -> &Meta {
        self.body.meta()
    }

    /// The next piece; `None` at the end. No extension trait for streams is needed. Cancel-safe.
    ///
    /// # Errors
    ///
    /// The connection was lost or idle for too long. The stream ends after it.
    ///
    /// ```no_run
    /// # async fn run(mut stream: venice_ai::ByteStream) -> Result<(), venice_ai::Error> {
    /// while let Some(piece) = stream.next().await {
    ///     println!("{} bytes", piece?.len());
    /// }
    /// # Ok(()) }
    /// ```
    pub async fn next(&mut self) -> Option<Result<Bytes, Error>> {
        self.body.chunk().await
    }
}

impl Stream for ByteStream {
    type Item = Result<Bytes, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.body.poll_chunk(cx)
    }
}
