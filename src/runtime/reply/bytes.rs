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
/// A [`Stream`] that is pulled: who reads slowly slows the sender down, and who drops it closes the connection. After an
/// error it ends.
#[derive(Debug)]
#[must_use = "a stream does nothing until it is read"]
pub struct ByteStream {
    pub(super) body: ReplyBody,
}

impl ByteStream {
    /// What came with the reply besides its body.
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

    /// The next piece; `None` at the end. The same as `next` of an extension trait for streams, which is not needed then.
    /// Nothing is lost when the future is dropped.
    ///
    /// # Errors
    ///
    /// The connection broke or stood still. Nothing comes after that.
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
