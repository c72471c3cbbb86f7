//! One look at a job, and the file that it leads to.

use std::time::Duration;

use bytes::Bytes;
use reqwest::{Method, StatusCode};

use super::stage::Stage;
use super::{JobHandle, JobKind, Retrieved};
use crate::api::generated::operations;
use crate::api::generated::types::JobProgress;
use crate::runtime::call::Response;
use crate::runtime::client::Client;
use crate::runtime::error::{Error, ErrorKind};
use crate::runtime::meta::Meta;
use crate::runtime::operation::Operation;
use crate::runtime::reply::RawReply;
use crate::runtime::transport::RetryPolicy;
use crate::runtime::transport::{Reply, ReplyForm};

/// What the fetching of a file elsewhere is called in errors.
pub(super) const DOWNLOAD: &str = "download";

/// A poll is answered at once or not at all.
const POLL_TIMEOUT: Duration = Duration::from_secs(60);

/// What a look at a job shows.
#[derive(Debug)]
#[allow(clippy::large_enum_variant, reason = "it lives for a moment, and there is one of it")]
pub(super) enum Seen {
    /// It goes on.
    Running(JobProgress, Meta, Bytes),
    /// It is done.
    Done(RawReply),
    /// It is over, without a result.
    Over(Error),
}

/// Asks once.
pub(super) async fn look(client: &Client, job: &JobHandle) -> Result<Seen, Error> {
    // Never with `delete_media_on_completion`: a download that breaks off could not be fetched again.
    let request = job.into();
    let raw = match job.kind() {
        JobKind::Video => client.raw().retrieve_video(&request),
        JobKind::Audio => client.raw().retrieve_audio(&request),
        JobKind::VoiceChanger => client.raw().retrieve_voice_changer(&request),
    };
    let call = Retrieved::call_with_body(raw).with_timeout(client.timeout().min(POLL_TIMEOUT)).with_meta();
    let Response { value: (value, body), meta } = call.await.map_err(|error| error.with_job(job))?;
    let report = match value {
        Retrieved::Media(reply) => return whole(reply).map(Seen::Done).map_err(|error| error.with_job(job)),
        Retrieved::Progress(report) => report,
    };
    match Stage::of(&report) {
        Stage::Queued | Stage::Running => Ok(Seen::Running(report, meta, body)),
        Stage::Completed => match download(client, job, meta).await {
            Ok(reply) => Ok(Seen::Done(reply)),
            Err(error) if error.kind() == ErrorKind::JobExpired => Ok(Seen::Over(error.with_job(job))),
            Err(error) => Err(error.with_job(job)),
        },
        Stage::Failed => Ok(Seen::Over(ended(Error::job_failed(&report.extra.into()), meta, body, job))),
        Stage::Expired => {
            let error = Error::new(ErrorKind::JobExpired, "the result was deleted, as nobody fetched it in time");
            Ok(Seen::Over(ended(error, meta, body, job)))
        }
    }
}

/// Nobody asked for a part, and the rest of a file must not be deleted because a part of it is safe.
fn whole(reply: RawReply) -> Result<RawReply, Error> {
    if reply.status() != StatusCode::PARTIAL_CONTENT {
        return Ok(reply);
    }
    Err(reply
        .explained(Error::new(ErrorKind::Transport, "the reply is a part of the file, and all of it was asked for")))
}

fn ended(error: Error, meta: Meta, body: Bytes, job: &JobHandle) -> Error {
    error.with_operation(retrieval(job)).with_meta(meta).with_body(body).with_job(job)
}

/// Reports that say nothing: what answers does not know the job, or not any more.
pub(super) fn silent(job: &JobHandle, meta: Meta, body: Bytes, reports: u32) -> Error {
    let message =
        format!("{reports} reports of the job in a row have no `status`; ask again later, or look at what answers");
    ended(Error::new(ErrorKind::Decode, message), meta, body, job)
}

fn retrieval(job: &JobHandle) -> &'static Operation {
    match job.kind() {
        JobKind::Video => &operations::RETRIEVE_VIDEO,
        JobKind::Audio => &operations::RETRIEVE_AUDIO,
        JobKind::VoiceChanger => &operations::RETRIEVE_VOICE_CHANGER,
    }
}

/// The file at the address that was told with the order. Neither the key nor the client's headers go there.
async fn download(client: &Client, job: &JobHandle, meta: Meta) -> Result<RawReply, Error> {
    let Some(url) = job.download_url() else {
        let problem = "is missing in the handle: the job is done, and its file lies where only the reply to the order told; \
                       add it with `JobHandle::with_download_url`";
        let error = Error::new(ErrorKind::InvalidRequest, format!("`download_url` {problem}"));
        return Err(error.with_field("download_url", problem).with_operation(retrieval(job)).with_meta(meta));
    };
    // Each attempt counts at the other end, so they are made one poll apart and not in a row.
    let call = client
        .elsewhere(Method::GET, url.expose())
        .read(ReplyForm::File, Reply::file)
        .with_retry(RetryPolicy::disabled());
    call.await.and_then(whole).map_err(|error| match error.status() {
        Some(StatusCode::NOT_FOUND | StatusCode::GONE) => {
            error.with_kind(ErrorKind::JobExpired).with_note("the file's address is good for a day and a few downloads")
        }
        Some(StatusCode::TOO_MANY_REQUESTS) => error.with_note("the file was downloaded too often"),
        _ => error,
    })
}
