//! `Retrieved`: the reply to a poll: progress, or the media.

use bytes::Bytes;

use crate::api::generated::types::JobProgress;
use crate::runtime::call::Call;
use crate::runtime::reply::RawReply;
use crate::runtime::transport::ReplyForm;

/// What the API answers when it is asked for the result of an order; from [`Video::retrieve`](crate::Video::retrieve) and
/// [`Audio::retrieve`](crate::Audio::retrieve).
#[derive(Debug)]
#[non_exhaustive]
#[allow(clippy::large_enum_variant, reason = "it lives for a moment, and there is one of it")]
pub enum Retrieved {
    /// How far it is. With `COMPLETED` the file lies at the `download_url` of the order.
    Progress(JobProgress),
    /// The result, of which the body is on its way.
    Media(RawReply),
}

impl Retrieved {
    pub(crate) fn call(raw: Call<RawReply>) -> Call<Self> {
        Self::call_with_body(raw).map(|(retrieved, _)| retrieved)
    }

    /// With the bytes of a report, for the errors that it leads to.
    pub(crate) fn call_with_body(raw: Call<RawReply>) -> Call<(Self, Bytes)> {
        raw.read(ReplyForm::JsonOrFile, |reply| match reply.is_whole() {
            true => Ok((Self::Progress(reply.json()?), reply.bytes().clone())),
            false => Ok((Self::Media(reply.file()?), Bytes::new())),
        })
    }
}
