//! A job that is under way.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::JobHandle;
use super::fetch::{self, Seen};
use super::generate::check_target;
use super::pace::Pace;
use super::progress::Tracker;
use super::safe::Safe;
use super::stage::Stage;
use super::watch::{Look, Watch};
use super::{Media, Progress, ProgressStream, cleanup};
use crate::features::flow::Flow;
use crate::features::save::{RemoteCopy, SavedFile};
use crate::runtime::client::Client;
use crate::runtime::error::{Error, ErrorKind};

type Observer = Arc<dyn Fn(&Progress) + Send + Sync>;

/// How a job is followed.
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

/// A job that was ordered: ask how far it is, wait for it, save what it made. From [`Client::job`], here or in another process than
/// the one that ordered it.
///
/// Nothing is sent before something is awaited, and dropping what is awaited stops the asking and not the job.
#[derive(Clone)]
pub struct Job {
    client: Client,
    handle: JobHandle,
    settings: Settings,
}

/// Where a job stands.
#[derive(Debug)]
#[non_exhaustive]
#[allow(clippy::large_enum_variant, reason = "it lives for a moment, and there is one of it")]
pub enum JobState {
    /// It waits.
    Queued(Progress),
    /// It is being made. A status that this version does not know counts as this; [`Progress::status`] has it.
    Processing(Progress),
    /// It is done, and its download has begun.
    Done(Media),
    /// It ended without a result ([`JobFailed`](crate::ErrorKind::JobFailed)).
    Failed(Error),
    /// Its result was deleted ([`JobExpired`](crate::ErrorKind::JobExpired)).
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

    /// What names the job. Store it to come back.
    #[must_use]
    pub fn handle(&self) -> &JobHandle {
        &self.handle
    }

    /// How long to wait between polls.
    ///
    /// Unless it is set, that is five seconds. The first pause then depends on how long such a job takes: a short one is asked for
    /// earlier, and a long one of which nobody watches the progress is left alone for half of its time, at most a minute. The API
    /// takes 120 polls a minute, of all jobs together.
    #[must_use]
    #[inline]
    pub fn with_poll_interval(mut self, interval: Duration) -> Self {
        self.settings.poll_interval(interval);
        self
    }

    /// Whether [`save`](Self::save) deletes the result on the server once it is safe on disk; it does, unless this is called with
    /// `false`.
    #[must_use]
    pub fn with_cleanup(mut self, cleans_up: bool) -> Self {
        self.settings.cleanup(cleans_up);
        self
    }

    /// Calls a function with each step of [`wait`](Self::wait) and [`save`](Self::save), the last one with the fraction 1. It is
    /// called between polls, so it should not take long.
    #[must_use]
    pub fn on_progress(mut self, observer: impl Fn(&Progress) + Send + Sync + 'static) -> Self {
        self.settings.observer(observer);
        self
    }

    /// Asks once where the job stands.
    ///
    /// ```no_run
    /// # async fn run(job: venice_ai::jobs::Job) -> Result<(), venice_ai::Error> {
    /// use venice_ai::jobs::JobState;
    ///
    /// match job.poll().await? {
    ///     JobState::Done(film) => println!("{} bytes", film.bytes().await?.len()),
    ///     JobState::Failed(error) => println!("{error}"),
    ///     state => println!("{state:?}"),
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Those of the poll: an order that the API does not know is [`NotFound`](crate::ErrorKind::NotFound), a prompt that the provider
    /// refused late is [`ContentPolicy`](crate::ErrorKind::ContentPolicy) and may tell of a refund. A job that is done without a known
    /// `download_url` is an error that says what to do.
    #[inline]
    pub fn poll(&self) -> Flow<JobState> {
        let handle = self.handle.clone();
        Flow::new(&self.client, "job.poll", move |client| async move {
            let now = client.clock().now();
            Ok(match fetch::look(&client, &handle).await? {
                Seen::Done(reply) => JobState::Done(Media::new(&client, &handle, reply)),
                Seen::Over(error) if error.kind() == ErrorKind::JobExpired => JobState::Expired(error),
                Seen::Over(error) => JobState::Failed(error),
                Seen::Running(report, ..) => {
                    let progress = Tracker::new(now).see(&report, client.clock().now());
                    match Stage::of(&report) {
                        Stage::Queued => JobState::Queued(progress),
                        _ => JobState::Processing(progress),
                    }
                }
            })
        })
    }

    /// How far the job is, poll after poll, until it is over. It moves every five seconds, unless
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
        ProgressStream::new(Watch::new(&self.client, &self.handle, Pace::new(self.settings.interval, true)))
    }

    /// Waits until the job is done. What made a poll fail is waited out if it can pass.
    ///
    /// # Errors
    /// [`JobFailed`](crate::ErrorKind::JobFailed) and [`JobExpired`](crate::ErrorKind::JobExpired) where the job ended without a result,
    /// and those of [`poll`](Self::poll). When the time limit is over the job goes on. All of these errors have the handle:
    /// [`Error::job`].
    #[inline]
    pub fn wait(&self) -> Flow<Media> {
        let (job, at_limit) = (self.clone(), self.handle.clone());
        let flow = Flow::new(&self.client, "job.wait", move |client| async move { job.done(&client).await });
        flow.explained_at_limit(move |error| goes_on(error, &at_limit))
    }

    /// Waits until the job is done, writes what it made to a file, and then deletes it on the server.
    ///
    /// The file appears under its name when all of it is on disk; only then the copy on the server is deleted
    /// ([`with_cleanup`](Self::with_cleanup)). A download that breaks off is begun anew, but for a job that
    /// [delivers once](crate::jobs::JobKind::delivers_once): its result is saved at the first success or lost, so a folder that does
    /// not exist is found before the first poll. That the deletion fails is no error: [`SavedFile::remote`] says it.
    ///
    /// ```no_run
    /// # async fn run(job: venice_ai::jobs::Job) -> Result<(), venice_ai::Error> {
    /// let film = job.save("film.mp4").await?;
    /// println!("{} bytes, deleted on the server: {}", film.bytes, film.remote.is_deleted());
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As for [`wait`](Self::wait); and [`ErrorKind::Io`](crate::ErrorKind::Io) when the file cannot be written, whose folder has to
    /// exist. The result stays on the server then, and the handle in the error leads to it.
    pub fn save(&self, path: impl AsRef<Path>) -> Flow<SavedFile> {
        let (job, at_limit) = (self.clone(), self.handle.clone());
        let path = path.as_ref().to_owned();
        let safe = Safe::default();
        let saved = safe.clone();
        let flow =
            Flow::new(&self.client, "job.save", move |client| async move { job.saved(&client, path, &safe).await });
        flow.settled_at_limit(move |error| saved.take().ok_or_else(|| goes_on(error, &at_limit)))
    }

    /// Deletes the result on the server.
    ///
    /// The API has no way to stop a job: one that still runs goes on and is paid for.
    ///
    /// ```no_run
    /// # async fn run(job: venice_ai::jobs::Job) -> Result<(), venice_ai::Error> {
    /// let film = job.wait().await?.bytes().await?;
    /// job.discard().await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Those of the deletion. One that the server puts off time after time is no error and
    /// [`RemoteCopy::MayRemain`]; nothing to delete is [`RemoteCopy::Deleted`].
    #[inline]
    pub fn discard(&self) -> Flow<RemoteCopy> {
        let handle = self.handle.clone();
        Flow::new(&self.client, "job.discard", move |client| async move { cleanup::delete(&client, &handle).await })
    }

    pub(super) async fn done(&self, client: &Client) -> Result<Media, Error> {
        let pace = Pace::new(self.settings.interval, self.settings.observer.is_some());
        let mut watch = Watch::new(client, &self.handle, pace);
        loop {
            let (progress, media) = match watch.next().await? {
                Look::Running(progress) => (progress, None),
                Look::Done(media, progress) => (progress, Some(media)),
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
        safe: &Safe<SavedFile>,
    ) -> Result<SavedFile, Error> {
        if self.handle.kind().delivers_once() {
            // Found after the delivery, it would cost the result.
            let nothing_fetched = |error: Error| error.with_job(&self.handle);
            check_target(&path, "nothing was fetched").map_err(nothing_fetched)?;
        }
        let media = self.done(client).await?;
        let served_elsewhere = media.is_of_another_host();
        let saved = media.store(client, path).await?;
        if !self.settings.cleans_up {
            return Ok(saved);
        }
        // The file is there, whatever becomes of the copy: the time that this takes must not make a failure of it.
        let reason = "the time was over before the server had deleted it".to_owned();
        safe.put(SavedFile { remote: RemoteCopy::MayRemain { reason }, ..saved.clone() });
        let remote = cleanup::after_saving(client, &self.handle, served_elsewhere).await;
        Ok(SavedFile { remote, ..saved })
    }
}

/// The error of a time limit that was over before the job was.
#[inline]
pub(super) fn goes_on(error: Error, job: &JobHandle) -> Error {
    error.with_note("the job goes on; `client.job(…)` takes it up again with the handle in `error.job()`").with_job(job)
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
