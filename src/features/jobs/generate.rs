//! From a request to its result, in one go.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::JobHandle;
use super::job::{Settings, goes_on};
use super::order::Order;
use super::safe::Safe;
use super::{Job, Media, Progress};
use crate::features::flow::{Flow, Steps, plain_settings};
use crate::features::save::{SavedFile, durable};
use crate::runtime::amount::{self, Amount, NotAnAmount};
use crate::runtime::client::Client;
use crate::runtime::error::{Delivery, Error, ErrorKind};

type OnQueued = Box<dyn FnOnce(&JobHandle) + Send>;

/// Orders something and waits for it; from [`Video::generate`](crate::Video::generate) and its siblings.
///
/// Awaiting it orders, polls and gives the result. The order is sent once: a time-out in the middle of it does not make a second
/// one. From then on everything can be repeated, by anyone who has the handle: [`on_queued`](Self::on_queued) hands it out early.
///
/// ```no_run
/// # async fn run(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
/// use venice_ai::types::{QueueVideoRequest, VideoDuration};
///
/// let request = QueueVideoRequest::new("wan-2.5-preview-text-to-video")
///     .prompt("Fog lifts over a lagoon at sunrise")
///     .duration(VideoDuration::Seconds5);
/// let film = venice
///     .video()
///     .generate_to(request, "lagoon.mp4")
///     .with_price_limit(0.75)
///     .on_queued(|job| println!("{}", serde_json::to_string(job).unwrap_or_default()))
///     .await?;
/// # Ok(()) }
/// ```
pub type Generation<T> = Flow<T, GenerationSettings>;

/// What can be set of a [`Generation`].
#[derive(Default)]
pub struct GenerationSettings {
    job: Settings,
    price_limit_usd: Option<Result<Amount, NotAnAmount>>,
    on_queued: Option<OnQueued>,
}

plain_settings!(GenerationSettings);

const NOT_KNOWN: &str = "whether the order was accepted is not known";

/// How far an order came, for those who stop waiting.
#[derive(Default)]
enum OrderState {
    #[default]
    NotSent,
    Sent,
    Accepted(JobHandle),
}

/// Orders and waits for the result.
pub(super) fn media(client: &Client, order: Order) -> Generation<Media> {
    generation(client, order, None, |job, client, _, _| Box::pin(async move { job.done(&client).await }))
}

/// Orders, waits for the result, and writes it to a file.
pub(super) fn to_file(client: &Client, order: Order, path: &Path) -> Generation<SavedFile> {
    generation(client, order, Some(path.to_owned()), |job, client, path, safe| {
        Box::pin(async move { job.saved(&client, path.unwrap_or_default(), &safe).await })
    })
}

/// `target`: a folder that is missing is better found before the order than after it.
fn generation<T: Send + 'static>(
    client: &Client,
    order: Order,
    target: Option<PathBuf>,
    finish: fn(Job, Client, Option<PathBuf>, Safe<T>) -> Steps<T>,
) -> Generation<T> {
    let state: Arc<Mutex<OrderState>> = Arc::default();
    let known = Arc::clone(&state);
    let safe = Safe::default();
    let saved = safe.clone();
    let settings = GenerationSettings::default();
    let flow = Flow::with_settings(client, order.name(), settings, move |client, settings, limit| async move {
        let GenerationSettings { job: settings, price_limit_usd, on_queued } = settings;
        let reached = |step| *state.lock().unwrap_or_else(PoisonError::into_inner) = step;
        order.check()?;
        if let Some(target) = &target {
            check_target(target, "nothing was ordered")?;
        }
        if let Some(price_limit) = price_limit_usd {
            check_price(&client, &order, price_limit).await?;
        }
        if limit.is_some_and(|limit| limit.is_over()) {
            // The time limit gets its turn: what is ordered now is paid for, and nobody waits for it any more.
            std::future::pending::<()>().await;
        }
        reached(OrderState::Sent);
        let handle = order.queue(&client).await.map_err(|error| match error.delivery().may_have_run() {
            true => error.with_note(NOT_KNOWN),
            false => error,
        })?;
        reached(OrderState::Accepted(handle.clone()));
        if let Some(observer) = on_queued {
            observer(&handle);
        }
        let job = Job::with_settings(&client, handle, settings);
        finish(job, client, target, safe).await
    });
    flow.settled_at_limit(move |error| {
        saved.take().ok_or_else(|| match &*known.lock().unwrap_or_else(PoisonError::into_inner) {
            OrderState::NotSent => error.with_note("nothing was ordered").with_delivery(Delivery::NotSent),
            OrderState::Sent => error.with_note(NOT_KNOWN),
            OrderState::Accepted(job) => goes_on(error, job),
        })
    })
}

impl Generation<SavedFile> {
    /// Whether the result is deleted on the server once it is safe on disk; it is, unless this is called with `false`.
    pub fn with_cleanup(mut self, cleans_up: bool) -> Self {
        self.settings.job.cleanup(cleans_up);
        self
    }
}

impl<T> Generation<T> {
    /// Calls a function with the handle as soon as the order is accepted. Store it: a process that ends while it waits has lost
    /// nothing then.
    ///
    /// ```no_run
    /// # async fn run(film: venice_ai::jobs::Generation<venice_ai::jobs::Media>) -> Result<(), venice_ai::Error> {
    /// let film = film.on_queued(|job| {
    ///     let stored = serde_json::to_vec(job).map_err(std::io::Error::other);
    ///     if let Err(error) = stored.and_then(|stored| std::fs::write("job.json", stored)) {
    ///         eprintln!("{error}; the order is {job:?}");
    ///     }
    /// });
    /// let film = film.await?;
    /// # Ok(()) }
    /// ```
    pub fn on_queued(mut self, observer: impl FnOnce(&JobHandle) + Send + 'static) -> Self {
        self.settings.on_queued = Some(Box::new(observer));
        self
    }

    /// Calls a function with each step, as [`Job::on_progress`] does.
    pub fn on_progress(mut self, observer: impl Fn(&Progress) + Send + Sync + 'static) -> Self {
        self.settings.job.observer(observer);
        self
    }

    /// Asks for the price first, and orders only if it is not above this, in US dollars: `0.50`, or `"0.50"`. A price above it is
    /// [`ErrorKind::PriceLimit`], and nothing is ordered. A limit that is no amount, or below nothing, is
    /// [`ErrorKind::InvalidRequest`], and nothing is sent.
    ///
    /// The price is that of the quote. It is not asked for again between the two, so it is a guard against surprises and not a
    /// contract.
    ///
    /// ```no_run
    /// # async fn run(film: venice_ai::jobs::Generation<venice_ai::jobs::Media>) -> Result<(), venice_ai::Error> {
    /// match film.with_price_limit(0.50).await {
    ///     Err(error) if error.price_above_limit().is_some() => println!("{error}"),
    ///     film => drop(film?),
    /// }
    /// # Ok(()) }
    /// ```
    pub fn with_price_limit(mut self, usd: impl TryInto<Amount>) -> Self {
        self.settings.price_limit_usd = Some(amount::limit(usd));
        self
    }

    /// How long to wait between polls, as [`Job::with_poll_interval`] does.
    pub fn with_poll_interval(mut self, interval: Duration) -> Self {
        self.settings.job.poll_interval(interval);
        self
    }
}

async fn check_price(client: &Client, order: &Order, limit_usd: Result<Amount, NotAnAmount>) -> Result<(), Error> {
    let limit_usd = limit_usd.map_err(|_| {
        Error::invalid_request("the limit of the price is no amount, or one below nothing; nothing was sent")
    })?;
    let price_usd = order.price_usd(client).await?;
    if price_usd <= limit_usd { Ok(()) } else { Err(Error::price_limit(price_usd, limit_usd)) }
}

/// Whether a file can be made there, as far as that can be seen without making it.
#[inline]
pub(super) fn check_target(path: &Path, before: &str) -> Result<(), Error> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let problem = match durable::check(path) {
        Err(problem) => problem.to_string(),
        Ok(()) if !folder.is_dir() => "it is in a folder that does not exist".to_owned(),
        Ok(()) => return Ok(()),
    };
    Err(Error::new(ErrorKind::Io, format!("the file {path:?} cannot be written, as {problem}; {before}")))
}

impl fmt::Debug for GenerationSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GenerationSettings").field("price_limit_usd", &self.price_limit_usd).finish_non_exhaustive()
    }
}
