//! `PollReply`: one poll of a job, and the download of its result.

use std::time::Duration;

use bytes::Bytes;
use reqwest::header::{HeaderMap, HeaderValue, IF_RANGE, RANGE};
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

/// The name of a download from another host in errors.
pub(super) const DOWNLOAD: &str = "download";

/// Time limit of a poll.
const POLL_TIMEOUT: Duration = Duration::from_secs(60);

/// The result of a poll.
#[derive(Debug)]
#[allow(clippy::large_enum_variant, reason = "it is short-lived, and there is only one")]
pub(super) enum PollReply {
    /// Still running.
    Running(JobProgress, Meta, Bytes),
    /// Done; the reply has the result.
    Done(RawReply),
    /// Ended without a result.
    Over(Error),
}

/// Polls once.
pub(super) async fn poll(client: &Client, job: &JobHandle) -> Result<PollReply, Error> {
    // Never with `delete_media_on_completion`: an interrupted download could not be repeated.
    let request = job.into();
    let raw = match job.kind() {
        JobKind::Video => client.raw().retrieve_video(&request),
        JobKind::Audio => client.raw().retrieve_audio(&request),
        JobKind::VoiceChanger => client.raw().retrieve_voice_changer(&request),
    };
    let call = Retrieved::call_with_body(raw).with_timeout(client.timeout().min(POLL_TIMEOUT)).with_meta();
    let Response { value: (value, body), meta } = call.await.map_err(|error| error.with_job(job))?;
    let report = match value {
        Retrieved::Media(reply) => return whole(reply).map(PollReply::Done).map_err(|error| error.with_job(job)),
        Retrieved::Progress(report) => report,
    };
    match Stage::of(&report) {
        Stage::Queued | Stage::Running => Ok(PollReply::Running(report, meta, body)),
        Stage::Completed => match download(client, job, meta).await {
            Ok(reply) => Ok(PollReply::Done(reply)),
            Err(error) if error.kind() == ErrorKind::JobExpired => Ok(PollReply::Over(error.with_job(job))),
            Err(error) => Err(error.with_job(job)),
        },
        Stage::Failed => Ok(PollReply::Over(ended(Error::job_failed(&report.extra.into()), meta, body, job))),
        Stage::Expired => {
            let error = Error::new(ErrorKind::JobExpired, "the result expired and was deleted");
            Ok(PollReply::Over(ended(error, meta, body, job)))
        }
    }
}

/// Rejects a partial reply (206): the result must not be deleted when only a part of it was saved.
fn whole(reply: RawReply) -> Result<RawReply, Error> {
    if reply.status() != StatusCode::PARTIAL_CONTENT {
        return Ok(reply);
    }
    Err(reply.explained(Error::new(ErrorKind::Transport, "the reply is only a part of the file")))
}

fn ended(error: Error, meta: Meta, body: Bytes, job: &JobHandle) -> Error {
    error.with_operation(retrieval(job)).with_meta(meta).with_body(body).with_job(job)
}

/// The error of consecutive reports without a status: the server does not know the job, or not any more.
pub(super) fn without_status(job: &JobHandle, meta: Meta, body: Bytes, reports: u32) -> Error {
    let message = format!(
        "{reports} consecutive reports of the job have no `status`; poll again later, or check the server behind the base URL"
    );
    ended(Error::new(ErrorKind::Decode, message), meta, body, job)
}

fn retrieval(job: &JobHandle) -> &'static Operation {
    match job.kind() {
        JobKind::Video => &operations::RETRIEVE_VIDEO,
        JobKind::Audio => &operations::RETRIEVE_AUDIO,
        JobKind::VoiceChanger => &operations::RETRIEVE_VOICE_CHANGER,
    }
}

/// What a server sends when it is asked for the rest of a file.
#[derive(Debug)]
pub(super) enum Rest {
    Partial(RawReply),
    /// The file, which is another one now, or which is never sent in parts.
    Whole(RawReply),
    Unavailable,
}

/// Requests the rest of the file at the `download_url`, after `received` bytes.
pub(super) async fn rest(
    client: &Client,
    job: &JobHandle,
    etag: &str,
    received: u64,
    length: Option<u64>,
) -> Result<Rest, Error> {
    let range = HeaderValue::try_from(format!("bytes={received}-"));
    let (Some(url), Ok(range), Ok(if_range)) = (job.download_url(), range, HeaderValue::try_from(etag)) else {
        return Ok(Rest::Unavailable);
    };
    let headers = HeaderMap::from_iter([(RANGE, range), (IF_RANGE, if_range)]);
    let call = client
        .elsewhere(Method::GET, url.expose(), headers)
        .read(ReplyForm::File, Reply::file)
        .with_retry(RetryPolicy::disabled());
    let reply = match call.await {
        Ok(reply) => reply,
        Err(error) if error.status() == Some(StatusCode::RANGE_NOT_SATISFIABLE) => return Ok(Rest::Unavailable),
        Err(error) => return Err(of_download(error).with_job(job)),
    };
    Ok(match reply.status() {
        StatusCode::OK => Rest::Whole(reply),
        StatusCode::PARTIAL_CONTENT if is_rest(&reply, etag, received, length) => Rest::Partial(reply),
        _ => Rest::Unavailable,
    })
}

/// Whether a partial reply begins where the download broke off, and is of the same file.
fn is_rest(reply: &RawReply, etag: &str, received: u64, length: Option<u64>) -> bool {
    let range = || {
        let (range, all) = reply.meta().header("content-range")?.trim().strip_prefix("bytes ")?.split_once('/')?;
        let (first, last) = range.split_once('-')?;
        Some((first.parse::<u64>().ok()?, last.parse::<u64>().ok()?, all.parse::<u64>().ok()))
    };
    let is_same = reply.meta().header("etag").is_none_or(|sent| sent.trim() == etag);
    is_same
        && range().is_some_and(|(first, last, all)| {
            let is_to_the_end = all.or(length).is_none_or(|all| last.checked_add(1) == Some(all));
            first == received && is_to_the_end && all.zip(length).is_none_or(|(all, length)| all == length)
        })
}

/// Downloads the file from the `download_url`. Neither the key nor the client's headers are sent there.
async fn download(client: &Client, job: &JobHandle, meta: Meta) -> Result<RawReply, Error> {
    let Some(url) = job.download_url() else {
        let problem = "is missing in the handle: the job is done, and only the reply to the queue request had the address of its file; \
                       add it with `JobHandle::with_download_url`";
        let error = Error::new(ErrorKind::InvalidRequest, format!("`download_url` {problem}"));
        return Err(error.with_field("download_url", problem).with_operation(retrieval(job)).with_meta(meta));
    };
    // The other host limits the number of downloads, so attempts are one poll interval apart.
    let call = client
        .elsewhere(Method::GET, url.expose(), HeaderMap::new())
        .read(ReplyForm::File, Reply::file)
        .with_retry(RetryPolicy::disabled());
    call.await.and_then(whole).map_err(of_download)
}

fn of_download(error: Error) -> Error {
    match error.status() {
        Some(StatusCode::NOT_FOUND | StatusCode::GONE) => error
            .with_kind(ErrorKind::JobExpired)
            .with_note("the `download_url` is valid for a day and a few downloads"),
        Some(StatusCode::TOO_MANY_REQUESTS) => error.with_note("the file was downloaded too often"),
        _ => error,
    }
}
