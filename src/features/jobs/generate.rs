//! `Generation`: queues a job, polls it and fetches its result in one awaitable.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::JobHandle;
use super::job::{Settings, goes_on};
use super::job_request::JobRequest;
use super::saved_slot::SavedSlot;
use super::{Job, Media, Progress};
use crate::features::flow::{Flow, Steps, plain_settings};
use crate::features::save::{SavedFile, durable};
use crate::runtime::amount::{self, Amount, NotAnAmount};
use crate::runtime::client::Client;
use crate::runtime::error::{Delivery, Error, ErrorKind};

type OnQueued = Box<dyn FnOnce(&JobHandle) + Send>;

/// Queues a job and waits for its result; from [`Video::generate`](crate::Video::generate) and its siblings.
///
/// Awaiting it queues, polls and returns the result. The job is queued once: a time-out never queues a second one. All later steps can be
/// repeated by anyone who has the handle; [`on_queued`](Self::on_queued) passes it to you early.
///
/// ```no_run
/// # async fn run(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
/// use venice_ai::types::{QueueVideoRequest, VideoDuration};
///
/// let request = QueueVideoRequest::new("wan-2.5-preview-text-to-video")
///     .prompt("Fog lifts over a lagoon at sunrise")
///     .duration(VideoDuration::Seconds5);
/// let video = venice
///     .video()
///     .generate_to(request, "lagoon.mp4")
///     .with_price_limit(0.75)
///     .on_queued(|job| println!("{}", serde_json::to_string(job).unwrap_or_default()))
///     .await?;
/// # Ok(()) }
/// ```
pub type Generation<T> = Flow<T, GenerationSettings>;

/// The settings of a [`Generation`].
#[derive(Default)]
pub struct GenerationSettings {
    job: Settings,
    price_limit_usd: Option<Result<Amount, NotAnAmount>>,
    on_queued: Option<OnQueued>,
}

plain_settings!(GenerationSettings);

const UNKNOWN_OUTCOME: &str = "it is unknown whether the job was queued";

/// How far the request came, for callers who stop waiting.
#[derive(Default)]
enum QueueState {
    #[default]
    NotSent,
    Sent,
    Accepted(JobHandle),
}

/// Queues a job and waits for its result.
pub(super) fn media(client: &Client, request: JobRequest) -> Generation<Media> {
    generation(client, request, None, |job, client, _, _| Box::pin(async move { job.done(&client).await }))
}

/// Queues a job, waits for its result, and writes it to a file.
pub(super) fn to_file(client: &Client, request: JobRequest, path: &Path) -> Generation<SavedFile> {
    generation(client, request, Some(path.to_owned()), |job, client, path, slot| {
        Box::pin(async move { job.saved(&client, path.unwrap_or_default(), &slot).await })
    })
}

/// `target` is checked first: a missing folder is reported before the job is queued.
fn generation<T: Send + 'static>(
    client: &Client,
    request: JobRequest,
    target: Option<PathBuf>,
    finish: fn(Job, Client, Option<PathBuf>, SavedSlot<T>) -> Steps<T>,
) -> Generation<T> {
    let state: Arc<Mutex<QueueState>> = Arc::default();
    let known = Arc::clone(&state);
    let slot = SavedSlot::default();
    let saved = slot.clone();
    let settings = GenerationSettings::default();
    let flow = Flow::with_settings(client, request.name(), settings, move |client, settings, limit| async move {
        let GenerationSettings { job: settings, price_limit_usd, on_queued } = settings;
        let advance = |step| *state.lock().unwrap_or_else(PoisonError::into_inner) = step;
        request.check()?;
        if let Some(target) = &target {
            check_target(target, "nothing was queued")?;
        }
        if let Some(price_limit) = price_limit_usd {
            check_price(&client, &request, price_limit).await?;
        }
        if limit.is_some_and(|limit| limit.is_over()) {
            // Checks the time limit first: a job queued now would be charged, and its result would be lost.
            std::future::pending::<()>().await;
        }
        advance(QueueState::Sent);
        let handle = request.queue(&client).await.map_err(|error| match error.delivery().may_have_run() {
            true => error.with_note(UNKNOWN_OUTCOME),
            false => error,
        })?;
        advance(QueueState::Accepted(handle.clone()));
        if let Some(observer) = on_queued {
            observer(&handle);
        }
        let job = Job::with_settings(&client, handle, settings);
        finish(job, client, target, slot).await
    });
    flow.settled_at_limit(move |error| {
        saved.take().ok_or_else(|| match &*known.lock().unwrap_or_else(PoisonError::into_inner) {
            QueueState::NotSent => error.with_note("nothing was queued").with_delivery(Delivery::NotSent),
            QueueState::Sent => error.with_note(UNKNOWN_OUTCOME),
            QueueState::Accepted(job) => goes_on(error, job),
        })
    })
}

impl Generation<SavedFile> {
    /// Whether the result is deleted on the server once it is safe on disk. Default: `true`.
    pub fn with_cleanup(mut self, cleans_up: bool) -> Self {
        self.settings.job.cleanup(cleans_up);
        self
    }
}

impl<T> Generation<T> {
    /// Calls a function with the handle as soon as the job is queued. Store the handle: then a process that ends while it waits loses
    /// nothing.
    ///
    /// ```no_run
    /// # async fn run(video: venice_ai::jobs::Generation<venice_ai::jobs::Media>) -> Result<(), venice_ai::Error> {
    /// let video = video.on_queued(|job| {
    ///     let stored = serde_json::to_vec(job).map_err(std::io::Error::other);
    ///     if let Err(error) = stored.and_then(|stored| std::fs::write("job.json", stored)) {
    ///         eprintln!("{error}; the job is {job:?}");
    ///     }
    /// });
    /// let video = video.await?;
    /// # Ok(()) }
    /// ```
    pub fn on_queued(mut self, observer: impl FnOnce(&JobHandle) + Send + 'static) -> Self {
        self.settings.on_queued = Some(Box::new(observer));
        self
    }

    /// Calls a function at each step, like [`Job::on_progress`].
    pub fn on_progress(mut self, observer: impl Fn(&Progress) + Send + Sync + 'static) -> Self {
        self.settings.job.observer(observer);
        self
    }

    /// Gets a quote first, and queues the job only if the price is at most this, in US dollars: `0.50`, or `"0.50"`. A price above it is
    /// [`ErrorKind::PriceLimit`], and nothing is queued. A limit that is not an amount, or is negative, is [`ErrorKind::InvalidRequest`],
    /// and nothing is sent.
    ///
    /// The price is that of the quote, which is not repeated: a guard against surprises, not a guarantee.
    ///
    /// ```no_run
    /// # async fn run(video: venice_ai::jobs::Generation<venice_ai::jobs::Media>) -> Result<(), venice_ai::Error> {
    /// match video.with_price_limit(0.50).await {
    ///     Err(error) if error.price_above_limit().is_some() => println!("{error}"),
    ///     video => drop(video?),
    /// }
    /// # Ok(()) }
    /// ```
    pub fn with_price_limit(mut self, usd: impl TryInto<Amount>) -> Self {
        self.settings.price_limit_usd = Some(amount::limit(usd));
        self
    }

    /// The time between polls, like [`Job::with_poll_interval`].
    pub fn with_poll_interval(mut self, interval: Duration) -> Self {
        self.settings.job.poll_interval(interval);
        self
    }
}

async fn check_price(
    client: &Client,
    request: &JobRequest,
    limit_usd: Result<Amount, NotAnAmount>,
) -> Result<(), Error> {
    let limit_usd = limit_usd
        .map_err(|_| Error::invalid_request("the price limit is not an amount, or is negative; nothing was sent"))?;
    let price_usd = request.price_usd(client).await?;
    if price_usd <= limit_usd { Ok(()) } else { Err(Error::price_limit(price_usd, limit_usd)) }
}

/// Whether a file can be created there, as far as that can be checked without creating it.
#[inline]
pub(super) fn check_target(path: &Path, before: &str) -> Result<(), Error> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let problem = match durable::check(path) {
        Err(problem) => problem.to_string(),
        Ok(()) if !folder.is_dir() => "its folder does not exist".to_owned(),
        Ok(()) => return Ok(()),
    };
    Err(Error::new(ErrorKind::Io, format!("the file {path:?} cannot be written: {problem}; {before}")))
}

impl fmt::Debug for GenerationSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GenerationSettings").field("price_limit_usd", &self.price_limit_usd).finish_non_exhaustive()
    }
}
