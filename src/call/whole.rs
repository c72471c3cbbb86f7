//! Operations that answer in one of several forms, asked for one of them.

use bytes::Bytes;
use reqwest::header::HeaderValue;
use serde::de::DeserializeOwned;

use super::{Call, decode};
use crate::reply::RawReply;
use crate::transport::{Body, Mode};

impl Call<RawReply> {
    /// The reply as JSON, decoded.
    pub(crate) fn into_json<T: DeserializeOwned + 'static>(self) -> Call<T> {
        let mut core = self.core;
        core.mode = Mode::Whole;
        core.accept = Some(HeaderValue::from_static("application/json"));
        Call { core, decode: Box::new(decode::json::<T>) }
    }

    /// The reply as this media type, not read yet.
    pub(crate) fn asking_for(mut self, media: &'static str) -> Self {
        self.core.accept = Some(HeaderValue::from_static(media));
        self
    }

    /// The whole body as it came. A reply that is cut counts as a failed attempt.
    pub(crate) fn into_whole(self, media: &'static str) -> Call<Bytes> {
        let mut core = self.core;
        core.mode = Mode::Whole;
        core.accept = Some(HeaderValue::from_static(media));
        let whole = |reply: crate::transport::Reply| match reply.body {
            Body::Whole(body) => Ok(body),
            Body::Pieces(_) => Err(decode::mixed_up(&reply.scope)),
        };
        Call { core, decode: Box::new(whole) }
    }
}
