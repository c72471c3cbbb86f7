//! [`Call::streamed`]: the reply of a call as a stream.

use super::Call;
use crate::runtime::error::Error;
use crate::runtime::reply::decode;
use crate::runtime::transport::{Mode, ReplyBody};
use reqwest::header::HeaderValue;

impl<T> Call<T> {
    /// Hands the reply out as soon as its headers are here, instead of decoding the whole of it.
    pub(crate) fn streamed<U: 'static>(self, accept: &'static str, open: fn(ReplyBody) -> U) -> Call<U> {
        let mut core = self.core;
        core.mode = Mode::Pieces;
        core.accept = Some(HeaderValue::from_static(accept));
        Call { core, decode: Box::new(move |reply| -> Result<U, Error> { decode::pieces(reply).map(open) }) }
    }
}
