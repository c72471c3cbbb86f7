//! `RemoteCopy`: deletes a job's stored result.

use std::time::Duration;

use reqwest::{Method, StatusCode};

use super::{JobHandle, JobKind};
use crate::runtime::client::Client;
use crate::runtime::error::Error;
use crate::runtime::text::without_mark;
use crate::runtime::transport::{Reply, ReplyForm};

/// What became of the copy on the server.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RemoteCopy {
    /// It is deleted, or was not there.
    Deleted,
    /// It stays until it expires, as was asked for with [`Job::with_cleanup`](super::Job::with_cleanup).
    Kept,
    /// It was not deleted, and may stay until it expires: that failed, or a `download_url` was redirected to another host, which was
    /// not asked to delete anything. [`Job::discard`](super::Job::discard) tries (again), at the host of the `download_url`.
    MayRemain {
        /// Why.
        reason: String,
    },
}

impl RemoteCopy {
    /// Whether nothing is left on the server.
    ///
    /// ```
    /// assert!(!venice_ai::jobs::RemoteCopy::Kept.is_deleted());
    /// ```
    #[must_use]
    pub fn is_deleted(&self) -> bool {
        *self == Self::Deleted
    }
}

/// A deletion that the server put off is tried again after these pauses.
const PAUSES: [Duration; 2] = [Duration::from_secs(2), Duration::from_secs(5)];

/// Whether the reply to the revocation of a file's address says that it was revoked. Most say nothing.
fn revoked(reply: &mut Reply) -> Result<bool, Error> {
    if reply.bytes().is_empty() {
        return Ok(true);
    }
    if reply.is_page() {
        return Err(reply.unexpected("the reply is a page"));
    }
    let begins_an_object = without_mark(reply.bytes()).trim_ascii_start().starts_with(b"{");
    let says: serde_json::Value = if begins_an_object { reply.json()? } else { serde_json::Value::Null };
    Ok(says.get("success") != Some(&serde_json::Value::Bool(false)))
}

/// Deletes the result.
pub(super) async fn delete(client: &Client, job: &JobHandle) -> Result<RemoteCopy, Error> {
    let mut pauses = PAUSES.into_iter();
    loop {
        let deleted = match job.download_url() {
            Some(url) => client.elsewhere(Method::DELETE, url.expose()).read(ReplyForm::Whole, revoked).await,
            None => match job.kind() {
                JobKind::Video => client.video().complete(job).await,
                JobKind::Audio => client.audio().complete(job).await,
                JobKind::VoiceChanger => client.voice_changer().complete(job).await,
            },
        };
        match deleted {
            Ok(true) => return Ok(RemoteCopy::Deleted),
            // What is not there needs no deletion.
            Err(error) if matches!(error.status(), Some(StatusCode::NOT_FOUND | StatusCode::GONE)) => {
                return Ok(RemoteCopy::Deleted);
            }
            Err(error) => return Err(error.with_job(job)),
            Ok(false) => match pauses.next() {
                Some(pause) => client.clock().sleep(pause).await,
                None => {
                    let reason = "the server answered `success: false` time after time".to_owned();
                    return Ok(RemoteCopy::MayRemain { reason });
                }
            },
        }
    }
}

/// Deletes the result of which a copy is safe. That it cannot be deleted is no reason to lose the copy.
pub(super) async fn after_saving(client: &Client, job: &JobHandle, served_elsewhere: bool) -> RemoteCopy {
    if served_elsewhere {
        let reason = "the file came from another host than its address names, so nothing was sent to delete it; \
                      `Client::job(…).discard()` asks the host of the address to";
        return RemoteCopy::MayRemain { reason: reason.to_owned() };
    }
    delete(client, job).await.unwrap_or_else(|error| RemoteCopy::MayRemain { reason: error.to_string() })
}
