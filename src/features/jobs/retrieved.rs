//! `Retrieved`: the reply to a poll: progress, or the media.

use bytes::Bytes;

use crate::api::generated::types::JobProgress;
use crate::runtime::call::Call;
use crate::runtime::reply::RawReply;
use crate::runtime::transport::ReplyForm;

/// The reply to a poll of a job; from [`Video::retrieve`](crate::Video::retrieve) and [`Audio::retrieve`](crate::Audio::retrieve).
#[derive(Debug)]
#[non_exhaustive]
#[allow(clippy::large_enum_variant, reason = "it is short-lived, and there is only one")]
pub enum Retrieved {
    /// The progress. With `COMPLETED` the file is at the `download_url` of the job.
    Progress(JobProgress),
    /// The result, whose body is being received.
    Media(RawReply),
}

impl Retrieved {
    pub(crate) fn call(raw: Call<RawReply>) -> Call<Self> {
        Self::call_with_body(raw).map(|(retrieved, _)| retrieved)
    }

    /// With the bytes of a report, for errors made from it.
    pub(crate) fn call_with_body(raw: Call<RawReply>) -> Call<(Self, Bytes)> {
        raw.read(ReplyForm::JsonOrFile, |reply| match reply.is_whole() {
            true => Ok((Self::Progress(reply.json()?), reply.bytes().clone())),
            false => Ok((Self::Media(reply.file()?), Bytes::new())),
        })
    }
}
