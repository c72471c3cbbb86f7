//! `Job`, `Generation`: asynchronous jobs for video and audio: queue, poll, fetch, delete.

mod areas;
mod audio;
mod checks;
mod cleanup;
mod download;
mod error;
mod fetch;
mod generate;
mod handle;
mod hosts;
mod job;
mod media;
mod order;
mod pace;
mod progress;
mod retrieved;
mod safe;
mod stage;
mod stream;
mod video;
mod voice_changer;
mod watch;

pub use self::error::PriceAboveLimit;
pub use self::generate::{Generation, GenerationSettings};
pub use self::handle::{JobHandle, JobKind};
pub use self::job::{Job, JobState};
pub use self::media::Media;
use self::order::Order;
pub use self::progress::Progress;
pub use self::retrieved::Retrieved;
pub use self::stream::ProgressStream;
use crate::runtime::client::Client;

impl Client {
    /// Takes up a job that was ordered, here or in another process.
    ///
    /// ```no_run
    /// # async fn run(venice: venice_ai::Client, stored: &str) -> Result<(), Box<dyn std::error::Error>> {
    /// let job = serde_json::from_str(stored)?;
    /// venice.job(job).save("film.mp4").await?;
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn job(&self, handle: JobHandle) -> Job {
        Job::new(self, handle)
    }
}

impl JobHandle {
    /// Takes the job up again; the same as [`Client::job`].
    ///
    /// ```no_run
    /// # async fn run(venice: venice_ai::Client, stored: &str) -> Result<(), Box<dyn std::error::Error>> {
    /// use venice_ai::jobs::JobHandle;
    ///
    /// let job: JobHandle = serde_json::from_str(stored)?;
    /// job.attach(&venice).save("film.mp4").await?;
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn attach(self, client: &Client) -> Job {
        client.job(self)
    }
}
