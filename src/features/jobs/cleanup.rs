//! `delete`: deletes a job's stored result.

use std::time::Duration;

use reqwest::header::HeaderMap;
use reqwest::{Method, StatusCode};

use super::{JobHandle, JobKind};
use crate::features::save::RemoteCopy;
use crate::runtime::client::Client;
use crate::runtime::error::Error;
use crate::runtime::text::without_mark;
use crate::runtime::transport::{Reply, ReplyForm};

/// The pauses before a postponed deletion is retried.
const PAUSES: [Duration; 2] = [Duration::from_secs(2), Duration::from_secs(5)];

/// Whether the reply to the deletion of a file confirms it. Most replies do not.
fn revoked(reply: &mut Reply) -> Result<bool, Error> {
    if reply.bytes().is_empty() {
        return Ok(true);
    }
    if reply.is_page() {
        return Err(reply.unexpected("the reply is an HTML page"));
    }
    let begins_an_object = without_mark(reply.bytes()).trim_ascii_start().starts_with(b"{");
    let says: serde_json::Value = if begins_an_object { reply.json()? } else { serde_json::Value::Null };
    Ok(says.get("success") != Some(&serde_json::Value::Bool(false)))
}

/// Deletes the result on the server.
pub(super) async fn delete(client: &Client, job: &JobHandle) -> Result<RemoteCopy, Error> {
    let mut pauses = PAUSES.into_iter();
    loop {
        let deleted = match job.download_url() {
            Some(url) => {
                client.elsewhere(Method::DELETE, url.expose(), HeaderMap::new()).read(ReplyForm::Whole, revoked).await
            }
            None => match job.kind() {
                JobKind::Video => client.video().complete(job).await,
                JobKind::Audio => client.audio().complete(job).await,
                JobKind::VoiceChanger => client.voice_changer().complete(job).await,
            },
        };
        match deleted {
            Ok(true) => return Ok(RemoteCopy::Deleted),
            // A result that does not exist needs no deletion.
            Err(error) if matches!(error.status(), Some(StatusCode::NOT_FOUND | StatusCode::GONE)) => {
                return Ok(RemoteCopy::Deleted);
            }
            Err(error) => return Err(error.with_job(job)),
            Ok(false) => match pauses.next() {
                Some(pause) => client.clock().sleep(pause).await,
                None => {
                    let reason = "the server repeatedly answered `success: false`".to_owned();
                    return Ok(RemoteCopy::MayRemain { reason });
                }
            },
        }
    }
}

/// Deletes a result that was saved. A failed deletion is reported, not an error: the saved file must not be lost for it.
pub(super) async fn after_saving(client: &Client, job: &JobHandle, served_elsewhere: bool) -> RemoteCopy {
    if served_elsewhere {
        let reason = "the download was redirected to another host, so no deletion was sent; \
                      `Client::job(…).discard()` sends it to the host of the address";
        return RemoteCopy::MayRemain { reason: reason.to_owned() };
    }
    delete(client, job).await.unwrap_or_else(|error| RemoteCopy::MayRemain { reason: error.to_string() })
}
