//! `Job`, `Generation`: asynchronous jobs for video and audio: queue, poll, fetch, delete.

mod areas;
mod audio;
mod checks;
#[cfg(feature = "checksum")]
mod checksum;
mod cleanup;
mod download;
mod error;
mod fetch;
mod generate;
mod handle;
mod hosts;
mod job;
mod job_request;
mod media;
mod poll_schedule;
mod poller;
mod progress;
mod retrieved;
mod saved_slot;
mod stage;
mod stream;
mod transfer;
mod video;
mod voice_changer;

pub use self::error::PriceAboveLimit;
pub use self::generate::{Generation, GenerationSettings};
pub use self::handle::{JobHandle, JobKind};
pub use self::job::{Job, JobState};
use self::job_request::JobRequest;
pub use self::media::Media;
pub use self::progress::Progress;
pub use self::retrieved::Retrieved;
pub use self::stream::ProgressStream;
use crate::runtime::client::Client;

impl Client {
    /// Resumes a queued job, here or in another process.
    ///
    /// ```no_run
    /// # async fn run(venice: venice_ai::Client, stored: &str) -> Result<(), Box<dyn std::error::Error>> {
    /// let job = serde_json::from_str(stored)?;
    /// venice.job(job).save("video.mp4").await?;
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn job(&self, handle: JobHandle) -> Job {
        Job::new(self, handle)
    }
}

impl JobHandle {
    /// Resumes the job; the same as [`Client::job`].
    ///
    /// ```no_run
    /// # async fn run(venice: venice_ai::Client, stored: &str) -> Result<(), Box<dyn std::error::Error>> {
    /// use venice_ai::jobs::JobHandle;
    ///
    /// let job: JobHandle = serde_json::from_str(stored)?;
    /// job.attach(&venice).save("video.mp4").await?;
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn attach(self, client: &Client) -> Job {
        client.job(self)
    }
}
