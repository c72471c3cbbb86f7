//! `delete`: deletes a job's stored result.

use std::time::Duration;

use reqwest::{Method, StatusCode};

use super::{JobHandle, JobKind};
use crate::features::save::RemoteCopy;
use crate::runtime::client::Client;
use crate::runtime::error::Error;
use crate::runtime::text::without_mark;
use crate::runtime::transport::{Reply, ReplyForm};

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
