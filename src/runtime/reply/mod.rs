//! `RawReply`: a reply whose body is bytes.

mod bytes;
mod decode;
pub(crate) mod stream;
pub(crate) mod verdict;
mod watch;

use std::time::Duration;

use ::bytes::{Bytes, BytesMut};
use reqwest::StatusCode;
use serde::de::DeserializeOwned;

pub use self::bytes::ByteStream;
pub(crate) use self::decode::{Decode, Origin};
use crate::runtime::error::{Error, ErrorKind};
use crate::runtime::meta::Meta;
use crate::runtime::transport::{Body, Reply, ReplyBody, limits};

/// A successful reply whose body was not read yet: an image, audio, a table.
///
/// Its headers are here, its body is being received. Dropping it closes the connection. The time of the body is not limited, except for the
/// idle time-out ([`ClientBuilder::stream_idle_timeout`](crate::ClientBuilder::stream_idle_timeout)).
#[derive(Debug)]
pub struct RawReply {
    pub(crate) body: ReplyBody,
}

impl RawReply {
    pub(crate) fn new(body: ReplyBody) -> Self {
        Self { body }
    }

    /// A reply with its body in memory: a file that was part of another reply.
    pub(crate) fn in_memory(bytes: Bytes, origin: Origin) -> Self {
        let Origin { scope, meta } = origin;
        // No connection, so no idle time-out.
        Self { body: ReplyBody::new(bytes.into(), Duration::ZERO, scope, meta) }
    }

    /// The details of the reply.
    pub(crate) fn origin(&self) -> Origin {
        Origin { scope: self.body.scope().clone(), meta: self.body.meta().clone() }
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

    /// The media type without its parameters, in lower case, such as `image/png`. Distinguishes JSON from a file if an operation returns
    /// either.
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
        self.meta().content_type()
    }

    /// The metadata of the reply.
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

    /// The limit of [`bytes`](Self::bytes) and [`text`](Self::text): 256 MiB.
    pub const MAX_BYTES: usize = limits::FILE;

    /// Reads the whole body into memory, at most [`MAX_BYTES`](Self::MAX_BYTES). For larger ones use [`save`](Self::save) and
    /// [`stream`](Self::stream).
    ///
    /// # Errors
    ///
    /// The connection was lost or idle for too long; or [`ErrorKind::Decode`], as soon as the body is known to be longer. The operation was
    /// executed anyway, so a paid one is not retried.
    pub async fn bytes(self) -> Result<Bytes, Error> {
        self.bytes_up_to(Self::MAX_BYTES).await
    }

    /// Reads the whole body into memory, at most `limit` bytes.
    ///
    /// # Errors
    ///
    /// As for [`bytes`](Self::bytes).
    pub async fn bytes_up_to(mut self, limit: usize) -> Result<Bytes, Error> {
        self.collect(limit).await
    }

    /// The body as text. Invalid UTF-8 is replaced (U+FFFD), and a byte order mark is removed.
    ///
    /// # Errors
    ///
    /// As for [`bytes`](Self::bytes).
    pub async fn text(self) -> Result<String, Error> {
        let body = self.bytes().await?;
        let text = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&body);
        Ok(String::from_utf8_lossy(text).into_owned())
    }

    /// The body as JSON, for replies whose [`content_type`](Self::content_type) is not a file's.
    ///
    /// # Errors
    ///
    /// As for [`bytes`](Self::bytes), with the limit of [`ClientBuilder::max_reply_bytes`](crate::ClientBuilder::max_reply_bytes); and
    /// [`ErrorKind::Decode`] with the path of the unexpected value.
    pub async fn json<T: DeserializeOwned>(mut self) -> Result<T, Error> {
        let limits = *self.body.scope().limits();
        let body = self.collect(limits.reply_bytes()).await?;
        if limits.reply_is_too_costly(&body) {
            let message = format!("{} bytes of JSON would take too much memory (limit: `max_reply_bytes`)", body.len());
            return Err(self.body.explained(Error::new(ErrorKind::Decode, message).with_body(body)));
        }
        let (scope, meta) = (self.body.scope().clone(), self.body.meta().clone());
        Reply { meta, body: Body::Whole(body), scope }.decoded(Box::new(|reply| reply.json()))
    }

    /// The body as it arrives.
    ///
    /// ```no_run
    /// # async fn run(call: venice_ai::Call<venice_ai::RawReply>) -> Result<(), venice_ai::Error> {
    /// # let reply = call.await?;
    /// let mut stream = reply.stream();
    /// while let Some(piece) = stream.next().await {
    ///     println!("{} bytes", piece?.len());
    /// }
    /// # Ok(()) }
    /// ```
    pub fn stream(self) -> ByteStream {
        ByteStream { body: self.body }
    }

    /// Adds the details of the call.
    #[cfg(feature = "jobs")]
    pub(crate) fn explained(&self, error: Error) -> Error {
        self.body.explained(error)
    }

    /// The error of a body that is longer than `limit` bytes.
    pub(crate) fn too_long(limit: usize) -> Error {
        Error::decode(format!("the reply is longer than the allowed {limit} bytes"))
    }

    async fn collect(&mut self, limit: usize) -> Result<Bytes, Error> {
        let too_long = |body: &ReplyBody| Err(body.explained(Self::too_long(limit)));
        if self.body.least_left() > limit as u64 {
            return too_long(&self.body);
        }
        let mut first = Bytes::new();
        let mut all = BytesMut::new();
        while let Some(piece) = self.body.chunk().await {
            let piece = piece?;
            if piece.len() > limit.saturating_sub(first.len().max(all.len())) {
                return too_long(&self.body);
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
}
