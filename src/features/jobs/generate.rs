//! From a request to its result, in one go.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::JobHandle;
use super::job::{Settings, goes_on};
use super::order::Order;
use super::safe::Safe;
use super::{Job, Media, Progress, SavedMedia};
use crate::features::save::durable;
use crate::runtime::amount::{self, Amount, NotAnAmount};
use crate::runtime::call::{Flow, Steps, call_options};
use crate::runtime::client::Client;
use crate::runtime::error::{Delivery, Error, ErrorKind};
use crate::runtime::transport::CallOptions;

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
///     .duration(VideoDuration::S5);
/// let film = venice
///     .video()
///     .generate_to(request, "lagoon.mp4")
///     .with_price_limit(0.75)
///     .on_queued(|job| println!("{}", serde_json::to_string(job).unwrap_or_default()))
///     .await?;
/// # Ok(()) }
/// ```
#[must_use = "nothing is sent until it is awaited"]
pub struct Generation<T> {
    client: Client,
    order: Order,
    settings: Settings,
    price_limit_usd: Option<Result<Amount, NotAnAmount>>,
    on_queued: Option<OnQueued>,
    limit: Option<Duration>,
    /// A folder that is missing is better found before the order than after it.
    target: Option<PathBuf>,
    finish: fn(Job, Client, Option<PathBuf>, Safe<T>) -> Steps<T>,
}

const NOT_KNOWN: &str = "whether the order was accepted is not known";

/// How far an order came, for those who stop waiting.
#[derive(Default)]
enum OrderState {
    #[default]
    NotSent,
    Sent,
    Accepted(JobHandle),
}

impl Generation<Media> {
    #[inline]
    pub(crate) fn new(client: &Client, order: Order) -> Self {
        Self::with_finish(client, order, None, |job, client, _, _| Box::pin(async move { job.done(&client).await }))
    }
}

impl Generation<SavedMedia> {
    #[inline]
    pub(crate) fn to_file(client: &Client, order: Order, path: &Path) -> Self {
        Self::with_finish(client, order, Some(path.to_owned()), |job, client, path, safe| {
            Box::pin(async move { job.saved(&client, path.unwrap_or_default(), &safe).await })
        })
    }

    /// Whether the result is deleted on the server once it is safe on disk; it is, unless this is called with `false`.
    pub fn with_cleanup(mut self, cleans_up: bool) -> Self {
        self.settings.cleanup(cleans_up);
        self
    }
}

impl<T: Send + 'static> Generation<T> {
    #[inline]
    fn with_finish(
        client: &Client,
        order: Order,
        target: Option<PathBuf>,
        finish: fn(Job, Client, Option<PathBuf>, Safe<T>) -> Steps<T>,
    ) -> Self {
        Self {
            client: client.clone(),
            order,
            settings: Settings::default(),
            price_limit_usd: None,
            on_queued: None,
            limit: None,
            target,
            finish,
        }
    }

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
        self.on_queued = Some(Box::new(observer));
        self
    }

    /// Calls a function with each step, as [`Job::on_progress`] does.
    pub fn on_progress(mut self, observer: impl Fn(&Progress) + Send + Sync + 'static) -> Self {
        self.settings.observer(observer);
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
        self.price_limit_usd = Some(amount::limit(usd));
        self
    }

    /// How long to wait between polls, as [`Job::with_poll_interval`] does.
    #[inline]
    pub fn with_poll_interval(mut self, interval: Duration) -> Self {
        self.settings.poll_interval(interval);
        self
    }

    /// How long all of it may take. When the time is over the job goes on, and [`Error::job`] has its handle if it was ordered by
    /// then.
    pub fn with_time_limit(mut self, limit: Duration) -> Self {
        self.limit = Some(limit);
        self
    }

    call_options!();

    fn options_mut(&mut self) -> &mut CallOptions {
        self.client.options_mut()
    }

    /// Waits for it in this thread, without an async runtime.
    ///
    /// # Errors
    ///
    /// Those of awaiting it, and [`ErrorKind::BlockingInAsync`] in a thread that belongs to a Tokio runtime.
    #[cfg(feature = "blocking")]
    #[inline]
    pub fn send_blocking(self) -> Result<T, Error> {
        self.into_flow().send_blocking()
    }

    #[inline]
    fn into_flow(self) -> Flow<T> {
        let Self { client, order, settings, price_limit_usd, on_queued, limit, target, finish } = self;
        let state: Arc<Mutex<OrderState>> = Arc::default();
        let known = Arc::clone(&state);
        let safe = Safe::default();
        let saved = safe.clone();
        let flow = Flow::new(&client, order.name(), move |client| async move {
            let deadline = limit.and_then(|limit| Instant::now().checked_add(limit));
            let reached = |step| *state.lock().unwrap_or_else(PoisonError::into_inner) = step;
            order.check()?;
            if let Some(target) = &target {
                check_target(target)?;
            }
            if let Some(limit) = price_limit_usd {
                check_price(&client, &order, limit).await?;
            }
            if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
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
        let flow = flow.settled_at_limit(move |error| {
            saved.take().ok_or_else(|| match &*known.lock().unwrap_or_else(PoisonError::into_inner) {
                OrderState::NotSent => error.with_note("nothing was ordered").with_delivery(Delivery::NotSent),
                OrderState::Sent => error.with_note(NOT_KNOWN),
                OrderState::Accepted(job) => goes_on(error, job),
            })
        });
        match limit {
            Some(limit) => flow.with_time_limit(limit),
            None => flow,
        }
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
fn check_target(path: &Path) -> Result<(), Error> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let problem = match durable::check(path) {
        Err(problem) => problem.to_string(),
        Ok(()) if !folder.is_dir() => "it is in a folder that does not exist".to_owned(),
        Ok(()) => return Ok(()),
    };
    Err(Error::new(ErrorKind::Io, format!("the file {path:?} cannot be written, as {problem}; nothing was ordered")))
}

impl<T: Send + 'static> IntoFuture for Generation<T> {
    type Output = Result<T, Error>;
    type IntoFuture = Steps<T>;

    #[inline]
    fn into_future(self) -> Steps<T> {
        self.into_flow().into_future()
    }
}

impl<T> fmt::Debug for Generation<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Generation")
            .field("operation", &self.order.name())
            .field("price_limit_usd", &self.price_limit_usd)
            .field("target", &self.target)
            .finish_non_exhaustive()
    }
}
