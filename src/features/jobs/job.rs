//! `Job`: a queued job: poll it, wait for it, save its result.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::JobHandle;
use super::fetch::{self, PollReply};
use super::generate::check_target;
use super::poll_schedule::PollSchedule;
use super::poller::{Polled, Poller};
use super::progress::Tracker;
use super::saved_slot::SavedSlot;
use super::stage::Stage;
use super::{Media, Progress, ProgressStream, cleanup};
use crate::features::flow::Flow;
use crate::features::save::{RemoteCopy, SavedFile};
use crate::runtime::client::Client;
use crate::runtime::error::{Error, ErrorKind};

type Observer = Arc<dyn Fn(&Progress) + Send + Sync>;

/// How a job is polled and cleaned up.
#[derive(Clone)]
pub(super) struct Settings {
    interval: Option<Duration>,
    observer: Option<Observer>,
    cleans_up: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self { interval: None, observer: None, cleans_up: true }
    }
}

impl Settings {
    #[inline]
    pub(super) fn poll_interval(&mut self, interval: Duration) {
        self.interval = Some(interval);
    }

    pub(super) fn observer(&mut self, observer: impl Fn(&Progress) + Send + Sync + 'static) {
        self.observer = Some(Arc::new(observer));
    }

    pub(super) fn cleanup(&mut self, cleans_up: bool) {
        self.cleans_up = cleans_up;
    }
}

/// A queued job: poll it, wait for it, save its result. From [`Client::job`], in any process.
///
/// Nothing is sent before something is awaited. Dropping the future stops the polling, not the job.
#[derive(Clone)]
pub struct Job {
    client: Client,
    handle: JobHandle,
    settings: Settings,
}

/// The state of a job.
#[derive(Debug)]
#[non_exhaustive]
#[allow(clippy::large_enum_variant, reason = "it is short-lived, and there is only one")]
pub enum JobState {
    /// Waiting in the queue.
    Queued(Progress),
    /// Running. Also a status unknown to this version; [`Progress::status`] has it.
    Processing(Progress),
    /// Done; the download has started.
    Done(Media),
    /// Ended without a result ([`JobFailed`](crate::ErrorKind::JobFailed)).
    Failed(Error),
    /// The result was deleted ([`JobExpired`](crate::ErrorKind::JobExpired)).
    Expired(Error),
}

impl Job {
    pub(super) fn new(client: &Client, handle: JobHandle) -> Self {
        Self::with_settings(client, handle, Settings::default())
    }

    #[inline]
    pub(super) fn with_settings(client: &Client, handle: JobHandle, settings: Settings) -> Self {
        Self { client: client.clone(), handle, settings }
    }

    /// The handle of the job. Store it to resume the job later.
    #[must_use]
    pub fn handle(&self) -> &JobHandle {
        &self.handle
    }

    /// The time between polls.
    ///
    /// Default: five seconds. The first pause depends on the expected time: shorter for a short job, and for a long one half of its time,
    /// at most a minute, unless its progress is observed. The API allows 120 polls a minute for all jobs together.
    #[must_use]
    #[inline]
    pub fn with_poll_interval(mut self, interval: Duration) -> Self {
        self.settings.poll_interval(interval);
        self
    }

    /// Whether [`save`](Self::save) deletes the result on the server once it is safe on disk. Default: `true`.
    #[must_use]
    pub fn with_cleanup(mut self, cleans_up: bool) -> Self {
        self.settings.cleanup(cleans_up);
        self
    }

    /// Calls a function at each step of [`wait`](Self::wait) and [`save`](Self::save), at the last one with the fraction 1. It runs between
    /// polls, so it should return quickly.
    #[must_use]
    pub fn on_progress(mut self, observer: impl Fn(&Progress) + Send + Sync + 'static) -> Self {
        self.settings.observer(observer);
        self
    }

    /// Polls once.
    ///
    /// ```no_run
    /// # async fn run(job: venice_ai::jobs::Job) -> Result<(), venice_ai::Error> {
    /// use venice_ai::jobs::JobState;
    ///
    /// match job.poll().await? {
    ///     JobState::Done(video) => println!("{} bytes", video.bytes().await?.len()),
    ///     JobState::Failed(error) => println!("{error}"),
    ///     state => println!("{state:?}"),
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Those of the poll: an unknown job is [`NotFound`](crate::ErrorKind::NotFound); a prompt that the provider rejected late is
    /// [`ContentPolicy`](crate::ErrorKind::ContentPolicy), possibly with a refund. A finished job without a known `download_url` is an
    /// error that says what to do.
    #[inline]
    pub fn poll(&self) -> Flow<JobState> {
        let handle = self.handle.clone();
        Flow::new(&self.client, "job.poll", move |client| async move {
            let now = client.clock().now();
            Ok(match fetch::poll(&client, &handle).await? {
                PollReply::Done(reply) => JobState::Done(Media::new(&client, &handle, reply)),
                PollReply::Over(error) if error.kind() == ErrorKind::JobExpired => JobState::Expired(error),
                PollReply::Over(error) => JobState::Failed(error),
                PollReply::Running(report, ..) => {
                    let progress = Tracker::new(now).update(&report, client.clock().now());
                    match Stage::of(&report) {
                        Stage::Queued => JobState::Queued(progress),
                        _ => JobState::Processing(progress),
                    }
                }
            })
        })
    }

    /// Streams the progress of the job, one item a poll, until it has ended. Polls every five seconds, unless
    /// [`with_poll_interval`](Self::with_poll_interval) says otherwise.
    ///
    /// ```no_run
    /// # async fn run(job: venice_ai::jobs::Job) -> Result<(), venice_ai::Error> {
    /// let mut progress = job.progress();
    /// while let Some(step) = progress.next().await {
    ///     let step = step?;
    ///     println!("{:?} of {:?}", step.elapsed, step.expected);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn progress(&self) -> ProgressStream {
        ProgressStream::new(Poller::new(&self.client, &self.handle, PollSchedule::new(self.settings.interval, true)))
    }

    /// Waits until the job is done. Transient errors of a poll are retried.
    ///
    /// # Errors
    /// [`JobFailed`](crate::ErrorKind::JobFailed) and [`JobExpired`](crate::ErrorKind::JobExpired) if the job ended without a result, and
    /// those of [`poll`](Self::poll). After a time limit the job goes on. All of these errors have the handle: [`Error::job`].
    #[inline]
    pub fn wait(&self) -> Flow<Media> {
        let (job, at_limit) = (self.clone(), self.handle.clone());
        let flow = Flow::new(&self.client, "job.wait", move |client| async move { job.done(&client).await });
        flow.explained_at_limit(move |error| goes_on(error, &at_limit))
    }

    /// Waits until the job is done, writes its result to a file, and then deletes it on the server.
    ///
    /// The file appears under its name when all of it is on disk; only then the result on the server is deleted
    /// ([`with_cleanup`](Self::with_cleanup)). An interrupted download is restarted, except for a job that [delivers
    /// once](crate::jobs::JobKind::delivers_once): its result is saved at the first attempt or lost, so a missing folder is reported before
    /// the first poll. A failed deletion is not an error: [`SavedFile::remote`] reports it.
    ///
    /// ```no_run
    /// # async fn run(job: venice_ai::jobs::Job) -> Result<(), venice_ai::Error> {
    /// let video = job.save("video.mp4").await?;
    /// println!("{} bytes, deleted on the server: {}", video.bytes, video.remote.is_deleted());
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As for [`wait`](Self::wait); and [`ErrorKind::Io`](crate::ErrorKind::Io) if the file cannot be written. Its folder must exist. The
    /// result then stays on the server, and the error has the handle.
    pub fn save(&self, path: impl AsRef<Path>) -> Flow<SavedFile> {
        let (job, at_limit) = (self.clone(), self.handle.clone());
        let path = path.as_ref().to_owned();
        let slot = SavedSlot::default();
        let saved = slot.clone();
        let flow =
            Flow::new(&self.client, "job.save", move |client| async move { job.saved(&client, path, &slot).await });
        flow.settled_at_limit(move |error| saved.take().ok_or_else(|| goes_on(error, &at_limit)))
    }

    /// Deletes the result on the server.
    ///
    /// The API cannot stop a job: a running one goes on and is charged.
    ///
    /// ```no_run
    /// # async fn run(job: venice_ai::jobs::Job) -> Result<(), venice_ai::Error> {
    /// let video = job.wait().await?.bytes().await?;
    /// job.discard().await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Those of the deletion. A deletion that the server keeps postponing is [`RemoteCopy::MayRemain`], not an error; nothing to delete is
    /// [`RemoteCopy::Deleted`].
    #[inline]
    pub fn discard(&self) -> Flow<RemoteCopy> {
        let handle = self.handle.clone();
        Flow::new(&self.client, "job.discard", move |client| async move { cleanup::delete(&client, &handle).await })
    }

    pub(super) async fn done(&self, client: &Client) -> Result<Media, Error> {
        let schedule = PollSchedule::new(self.settings.interval, self.settings.observer.is_some());
        let mut poller = Poller::new(client, &self.handle, schedule);
        loop {
            let (progress, media) = match poller.next().await? {
                Polled::Running(progress) => (progress, None),
                Polled::Done(media, progress) => (progress, Some(media)),
            };
            if let Some(observer) = &self.settings.observer {
                observer(&progress);
            }
            if let Some(media) = media {
                return Ok(media);
            }
        }
    }

    pub(super) async fn saved(
        &self,
        client: &Client,
        path: PathBuf,
        slot: &SavedSlot<SavedFile>,
    ) -> Result<SavedFile, Error> {
        if self.handle.kind().delivers_once() {
            // Checked now: after the download starts, the result would be lost.
            let nothing_fetched = |error: Error| error.with_job(&self.handle);
            check_target(&path, "nothing was downloaded").map_err(nothing_fetched)?;
        }
        let media = self.done(client).await?;
        let served_elsewhere = media.is_of_another_host();
        let saved = media.store(client, path).await?;
        if !self.settings.cleans_up {
            return Ok(saved);
        }
        // The file is saved, so a time-out of the deletion must not be an error.
        let reason = "the time limit was reached before the server deleted it".to_owned();
        slot.put(SavedFile { remote: RemoteCopy::MayRemain { reason }, ..saved.clone() });
        let remote = cleanup::after_saving(client, &self.handle, served_elsewhere).await;
        Ok(SavedFile { remote, ..saved })
    }
}

/// Adds the handle to the error of a time limit, and says that the job goes on.
#[inline]
pub(super) fn goes_on(error: Error, job: &JobHandle) -> Error {
    error.with_note("the job goes on; `client.job(…)` resumes it with the handle in `error.job()`").with_job(job)
}

impl fmt::Debug for Job {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Job")
            .field("handle", &self.handle)
            .field("poll_interval", &self.settings.interval)
            .field("cleanup", &self.settings.cleans_up)
            .finish_non_exhaustive()
    }
}
