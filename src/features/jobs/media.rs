//! What a job has made.

use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::Bytes;

use super::JobHandle;
use super::fetch::{self, Seen};
use crate::features::flow::Flow;
use crate::features::save::{RemoteCopy, SavedFile};
use crate::runtime::client::Client;
use crate::runtime::error::Error;
use crate::runtime::reply::ByteStream;
use crate::runtime::reply::RawReply;

/// A download that breaks off is begun anew so often.
const MOST_DOWNLOADS: u32 = 3;

/// The pause before a download is begun anew.
const PAUSE: Duration = Duration::from_secs(2);

/// The result of a job, whose download has begun; from [`Job::wait`](super::Job::wait).
///
/// It is also on the server, and stays there until [`Job::discard`](super::Job::discard) or until it expires. So
/// [`bytes`](Self::bytes) and [`save`](Self::save) fetch it again when the download breaks off. The audio of the voice changer is
/// not: it is delivered once ([`JobKind::delivers_once`](crate::jobs::JobKind::delivers_once)), and a download that breaks off is an
/// error.
#[derive(Debug)]
#[must_use = "the download has begun, and dropping it breaks it off"]
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

    /// The job that made it.
    #[must_use]
    pub fn job(&self) -> &JobHandle {
        &self.job
    }

    /// The media type in lower case, such as `video/mp4`; `None` where the server does not say.
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

    /// What the name of its file should end in, without the dot; `None` for a type that this version does not know.
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

    /// How long it is in bytes, if the server says so.
    #[must_use]
    pub fn content_length(&self) -> Option<u64> {
        self.reply.meta().header("content-length")?.trim().parse().ok()
    }

    /// All of it, in memory, if it has at most [`RawReply::MAX_BYTES`].
    ///
    /// ```no_run
    /// # async fn run(job: venice_ai::jobs::Job) -> Result<(), venice_ai::Error> {
    /// let film = job.wait().await?.bytes().await?;
    /// println!("{} bytes", film.len());
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// The download broke off time after time, or what arrived was too long. [`Error::job`] has the handle, and the result still lies
    /// on the server.
    #[inline]
    pub fn bytes(self) -> Flow<Bytes> {
        let Self { client, job, reply } = self;
        Flow::new(&client, "job.bytes", move |client| async move { again(&client, &job, reply, RawReply::bytes).await })
    }

    /// Writes it to a file. The file appears under its name when all of it is on disk, and not
    /// before. Nothing is deleted on the server: [`Job::save`](super::Job::save) does both.
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

    /// The bytes as they arrive. What breaks off is not fetched again.
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

    /// The reply that it came with.
    pub fn into_raw(self) -> RawReply {
        self.reply
    }
}

async fn store(client: &Client, job: &JobHandle, reply: RawReply, path: PathBuf) -> Result<SavedFile, Error> {
    let saved = again(client, job, reply, |reply| reply.save(&path)).await?;
    Ok(SavedFile { remote: RemoteCopy::Kept, ..saved })
}

/// Takes in a download, and begins it anew when it breaks off.
async fn again<T, F>(
    client: &Client,
    job: &JobHandle,
    mut reply: RawReply,
    take: impl Fn(RawReply) -> F,
) -> Result<T, Error>
where
    F: Future<Output = Result<T, Error>>,
{
    let mut downloads = 1;
    loop {
        let problem = match take(reply).await {
            Ok(taken) => return Ok(taken),
            Err(error) => error.with_job(job),
        };
        if job.kind().delivers_once() {
            return Err(problem.with_note("the result is delivered once, so it cannot be fetched again"));
        }
        // The disk does not get better by downloading again.
        if !problem.is_transient() || downloads >= MOST_DOWNLOADS {
            return Err(problem);
        }
        client.clock().sleep(PAUSE).await;
        downloads += 1;
        reply = match fetch::look(client, job).await? {
            Seen::Done(reply) => reply,
            Seen::Over(error) => return Err(error),
            Seen::Running(..) => return Err(problem),
        };
    }
}
