//! `Media`: the result of a job, as bytes, stream or file.

use std::path::{Path, PathBuf};

use bytes::Bytes;

use super::JobHandle;
use super::transfer::Transfer;
use crate::features::flow::Flow;
use crate::features::save::{RemoteCopy, SavedFile};
use crate::runtime::client::Client;
use crate::runtime::error::Error;
use crate::runtime::reply::ByteStream;
use crate::runtime::reply::RawReply;

/// The result of a job, whose download has started; from [`Job::wait`](super::Job::wait).
///
/// It also stays on the server until [`Job::discard`](super::Job::discard) or until it expires, so [`bytes`](Self::bytes) and
/// [`save`](Self::save) continue an interrupted download, by `Range` if the server identifies the file with a strong `ETag`, or else from
/// its beginning. With the feature `checksum` the file is compared with the SHA-256 that its server may send (`Repr-Digest`,
/// `Content-Digest`, `Digest`, `x-amz-checksum-sha256`). The audio of the voice changer is delivered once
/// ([`JobKind::delivers_once`](crate::jobs::JobKind::delivers_once)); there an interrupted download is an error.
#[derive(Debug)]
#[must_use = "dropping it cancels the download"]
pub struct Media {
    client: Client,
    job: JobHandle,
    reply: RawReply,
}

impl Media {
    #[inline]
    pub(super) fn new(client: &Client, job: &JobHandle, reply: RawReply) -> Self {
        Self { client: client.clone(), job: job.clone(), reply }
    }

    /// The job of this result.
    #[must_use]
    pub fn job(&self) -> &JobHandle {
        &self.job
    }

    /// The media type in lower case, such as `video/mp4`; `None` if the server did not send it.
    ///
    /// ```no_run
    /// # fn look(media: &venice_ai::jobs::Media) {
    /// assert_eq!(media.content_type().as_deref(), Some("video/mp4"));
    /// # }
    /// ```
    #[must_use]
    pub fn content_type(&self) -> Option<String> {
        self.reply.content_type()
    }

    /// The file extension, without the dot; `None` for a type unknown to this version.
    #[must_use]
    #[inline]
    pub fn extension(&self) -> Option<&'static str> {
        Some(match self.content_type()?.as_str() {
            "video/mp4" => "mp4",
            "video/webm" => "webm",
            "video/quicktime" => "mov",
            "audio/mpeg" | "audio/mp3" => "mp3",
            "audio/wav" | "audio/x-wav" | "audio/wave" => "wav",
            "audio/flac" | "audio/x-flac" => "flac",
            "audio/ogg" => "ogg",
            "audio/mp4" | "audio/x-m4a" => "m4a",
            _ => return None,
        })
    }

    /// The length in bytes, if the server sent it.
    #[must_use]
    pub fn content_length(&self) -> Option<u64> {
        self.reply.meta().header("content-length")?.trim().parse().ok()
    }

    /// Reads all of it into memory, at most [`RawReply::MAX_BYTES`].
    ///
    /// ```no_run
    /// # async fn run(job: venice_ai::jobs::Job) -> Result<(), venice_ai::Error> {
    /// let video = job.wait().await?.bytes().await?;
    /// println!("{} bytes", video.len());
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// The download failed repeatedly, or the result is too long. [`Error::job`] has the handle, and the result is still on the server.
    #[inline]
    pub fn bytes(self) -> Flow<Bytes> {
        let Self { client, job, reply } = self;
        Flow::new(&client, "job.bytes", move |client| async move { Transfer::new(&client, &job, reply).bytes().await })
    }

    /// Writes it to a file and returns its length in bytes. The file appears under its name only when all of it is on disk. Nothing is
    /// deleted on the server: [`Job::save`](super::Job::save) does both.
    ///
    /// # Errors
    /// As for [`bytes`](Self::bytes); and [`ErrorKind::Io`](crate::ErrorKind::Io) when the disk fails.
    pub fn save(self, path: impl AsRef<Path>) -> Flow<SavedFile> {
        let path = path.as_ref().to_owned();
        let Self { client, job, reply } = self;
        Flow::new(&client, "job.save", move |client| async move { store(&client, &job, reply, path).await })
    }

    /// Whether a `download_url` led to another host.
    pub(super) fn is_of_another_host(&self) -> bool {
        self.reply.meta().is_of_another_host()
    }

    pub(super) async fn store(self, client: &Client, path: PathBuf) -> Result<SavedFile, Error> {
        store(client, &self.job, self.reply, path).await
    }

    /// The bytes as they arrive. An interrupted download is not restarted.
    ///
    /// ```no_run
    /// # async fn run(media: venice_ai::jobs::Media) -> Result<(), venice_ai::Error> {
    /// let mut stream = media.stream();
    /// while let Some(piece) = stream.next().await {
    ///     println!("{} bytes", piece?.len());
    /// }
    /// # Ok(()) }
    /// ```
    pub fn stream(self) -> ByteStream {
        self.reply.stream()
    }

    /// The underlying reply.
    pub fn into_raw(self) -> RawReply {
        self.reply
    }
}

async fn store(client: &Client, job: &JobHandle, reply: RawReply, path: PathBuf) -> Result<SavedFile, Error> {
    let saved = Transfer::new(client, job, reply).save(path).await?;
    Ok(SavedFile { remote: RemoteCopy::Kept, ..saved })
}
