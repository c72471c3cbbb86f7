//! `SavedFile`: the file that `save` wrote, and `RemoteCopy`: the state of the copy on the server.

use std::path::PathBuf;

/// A file that `save` wrote: an image, speech, the media of a job, a table.
///
/// ```no_run
/// # async fn example(speech: venice_ai::audio::Speech) -> Result<(), venice_ai::Error> {
/// let saved = speech.save("tide.mp3").await?;
/// println!("{} bytes of {:?} in {}", saved.bytes, saved.content_type, saved.path.display());
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SavedFile {
    /// The path passed to `save`.
    pub path: PathBuf,
    /// Its size in bytes.
    pub bytes: u64,
    /// Its media type, such as `video/mp4`; `None` if the server does not report it.
    pub content_type: Option<String>,
    /// The state of the copy on the server.
    pub remote: RemoteCopy,
}

/// The state of the copy on the server.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RemoteCopy {
    /// The server stores none: only results of jobs are stored.
    NotStored,
    /// Deleted, or it did not exist.
    Deleted,
    /// Not deleted; it stays until it expires. After [`Job::with_cleanup(false)`](crate::jobs::Job::with_cleanup) and
    /// [`Media::save`](crate::jobs::Media::save).
    Kept,
    /// It may stay until it expires: the deletion failed, or was not sent because the `download_url` was redirected to another host.
    /// [`Job::discard`](crate::jobs::Job::discard) sends it to the host of the `download_url`.
    MayRemain {
        /// Why it may remain.
        reason: String,
    },
}

impl RemoteCopy {
    /// Whether nothing is left on the server.
    ///
    /// ```
    /// assert!(!venice_ai::RemoteCopy::Kept.is_deleted());
    /// ```
    #[must_use]
    pub fn is_deleted(&self) -> bool {
        matches!(self, Self::NotStored | Self::Deleted)
    }
}
