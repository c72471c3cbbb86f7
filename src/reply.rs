//! Replies whose body is bytes.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use futures_core::Stream;
use reqwest::StatusCode;
use reqwest::header::CONTENT_TYPE;
use serde::de::DeserializeOwned;

use crate::call::decode;
use crate::error::{Error, ErrorKind};
use crate::meta::Meta;
use crate::transport::ReplyBody;

/// A successful reply whose body has not been read yet: an image, a sound, a table.
///
/// Its headers are here, its body is on the way. Dropping it closes the connection. The body may take as long as it likes as
/// long as it does not stand still ([`ClientBuilder::stream_idle_timeout`](crate::ClientBuilder::stream_idle_timeout)).
#[derive(Debug)]
pub struct RawReply {
    body: ReplyBody,
}

impl RawReply {
    pub(crate) fn new(body: ReplyBody) -> Self {
        Self { body }
    }

    /// The HTTP status; a 2xx.
    ///
    /// ```no_run
    /// # async fn run(call: venice_ai::Call<venice_ai::RawReply>) -> Result<(), venice_ai::Error> {
    /// # let reply = call.await?;
    /// assert!(reply.status().is_success());
    /// # Ok(()) }
    /// ```
    pub fn status(&self) -> StatusCode {
        self.meta().status()
    }

    /// The media type without its parameters, in lower case: `image/png`. Where an operation may answer with JSON or with a
    /// file, this tells which it is.
    ///
    /// ```no_run
    /// # async fn run(call: venice_ai::Call<venice_ai::RawReply>) -> Result<(), venice_ai::Error> {
    /// # let reply = call.await?;
    /// if reply.content_type().as_deref() == Some("application/json") {
    ///     println!("not finished yet");
    /// }
    /// # Ok(()) }
    /// ```
    pub fn content_type(&self) -> Option<String> {
        let value = self.meta().header(CONTENT_TYPE.as_str())?;
        let media = value.split(';').next().unwrap_or_default().trim();
        (!media.is_empty()).then(|| media.to_ascii_lowercase())
    }

    /// The rest of what came with it.
    ///
    /// ```no_run
    /// # async fn run(call: venice_ai::Call<venice_ai::RawReply>) -> Result<(), venice_ai::Error> {
    /// let reply = call.await?;
    /// println!("{:?}", reply.meta().content_flags());
    /// # Ok(()) }
    /// ```
    pub fn meta(&self) -> &Meta {
        self.body.meta()
    }

    /// The whole body, in memory. Nothing limits its size; use [`bytes_up_to`](Self::bytes_up_to) where that matters, and
    /// [`into_stream`](Self::into_stream) for what is large.
    ///
    /// # Errors
    ///
    /// The connection broke or stood still. The operation was carried out all the same, so a paid one is not repeated.
    ///
    /// ```no_run
    /// # async fn run(call: venice_ai::Call<venice_ai::RawReply>) -> Result<(), venice_ai::Error> {
    /// # let reply = call.await?;
    /// let image = reply.bytes().await?;
    /// # Ok(()) }
    /// ```
    pub async fn bytes(self) -> Result<Bytes, Error> {
        self.bytes_up_to(usize::MAX).await
    }

    /// The whole body, in memory, if it has at most `limit` bytes.
    ///
    /// # Errors
    ///
    /// As for [`bytes`](Self::bytes); and [`ErrorKind::Decode`] as soon as the body is longer.
    ///
    /// ```no_run
    /// # async fn run(call: venice_ai::Call<venice_ai::RawReply>) -> Result<(), venice_ai::Error> {
    /// # let reply = call.await?;
    /// let image = reply.bytes_up_to(20 * 1024 * 1024).await?;
    /// # Ok(()) }
    /// ```
    pub async fn bytes_up_to(mut self, limit: usize) -> Result<Bytes, Error> {
        self.collect(limit).await
    }

    /// The body as JSON, for replies whose [`content_type`](Self::content_type) says that they are no file.
    ///
    /// # Errors
    ///
    /// As for [`bytes`](Self::bytes); and [`ErrorKind::Decode`] names the place of what is unexpected.
    ///
    /// ```no_run
    /// # async fn run(call: venice_ai::Call<venice_ai::RawReply>) -> Result<(), venice_ai::Error> {
    /// # let reply = call.await?;
    /// let status: serde_json::Value = reply.json().await?;
    /// # Ok(()) }
    /// ```
    pub async fn json<T: DeserializeOwned>(mut self) -> Result<T, Error> {
        let body = self.collect(usize::MAX).await?;
        decode::json_of(self.body.scope(), self.body.meta(), body)
    }

    async fn collect(&mut self, limit: usize) -> Result<Bytes, Error> {
        let mut first = Bytes::new();
        let mut all = BytesMut::new();
        while let Some(piece) = std::future::poll_fn(|cx| self.body.poll_chunk(cx)).await {
            let piece = piece?;
            if piece.len() > limit.saturating_sub(first.len().max(all.len())) {
                let message = format!("the reply is longer than the {limit} bytes that were allowed");
                return Err(self.body.explained(Error::new(ErrorKind::Decode, message)));
            }
            if first.is_empty() {
                first = piece;
                continue;
            }
            if all.is_empty() {
                all.extend_from_slice(&first);
            }
            all.extend_from_slice(&piece);
        }
        Ok(if all.is_empty() { first } else { all.freeze() })
    }

    /// The body piece by piece, as it arrives.
    ///
    /// ```no_run
    /// # async fn run(call: venice_ai::Call<venice_ai::RawReply>) -> Result<(), venice_ai::Error> {
    /// # let reply = call.await?;
    /// let mut stream = reply.into_stream();
    /// while let Some(piece) = stream.next().await {
    ///     println!("{} bytes", piece?.len());
    /// }
    /// # Ok(()) }
    /// ```
    pub fn into_stream(self) -> ByteStream {
        ByteStream { body: self.body }
    }
}

/// The bytes of a reply as they arrive.
///
/// A [`Stream`] that is pulled: who reads slowly slows the sender down, and who drops it closes the connection. After an
/// error it ends.
#[derive(Debug)]
#[must_use = "a stream does nothing until it is read"]
pub struct ByteStream {
    body: ReplyBody,
}

impl ByteStream {
    /// What came with the reply besides its body.
    ///
    /// ```no_run
    /// # async fn run(call: venice_ai::Call<venice_ai::RawReply>) -> Result<(), venice_ai::Error> {
    /// let stream = call.await?.into_stream();
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
        std::future::poll_fn(|cx| self.body.poll_chunk(cx)).await
    }
}

impl Stream for ByteStream {
    type Item = Result<Bytes, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.body.poll_chunk(cx)
    }
}
