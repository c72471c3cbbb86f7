//! `Flow`: several calls that are awaited as one.

use std::fmt;
use std::pin::Pin;
use std::time::Duration;

use tokio::time::Instant;

use crate::runtime::call::{call_options, in_runtime};
use crate::runtime::client::Client;
use crate::runtime::error::{Error, ErrorKind};
use crate::runtime::transport::CallOptions;

/// The steps of a flow, as a future.
pub(crate) type Steps<T, E = Error> = Pin<Box<dyn Future<Output = Result<T, E>> + Send>>;
type Start<T, S> = Box<dyn FnOnce(Client, S, Option<TimeLimit>) -> Steps<T, <S as FlowSettings>::Error> + Send>;

type AtLimit<T, E> = Box<dyn FnOnce(Error) -> Result<T, E> + Send>;

/// The time limit of a running flow.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TimeLimit {
    pub(crate) lasts: Duration,
    /// `None` if the limit is too far in the future to represent.
    pub(crate) ends: Option<Instant>,
}

impl TimeLimit {
    /// Whether the time limit was reached.
    #[cfg(any(feature = "embedding-batch", feature = "jobs"))]
    pub(crate) fn is_over(&self) -> bool {
        self.ends.is_some_and(|ends| ends <= Instant::now())
    }
}

/// The settings and the error type of one kind of flow. Only this crate implements it.
pub trait FlowSettings: Sized + Send + 'static {
    /// The error: [`crate::Error`], or one that contains the results so far.
    type Error;

    /// Converts the error of a time limit. `None` if the steps check the limit themselves.
    #[doc(hidden)]
    const AT_LIMIT: Option<fn(Error) -> Self::Error>;

    /// The error of a flow that was not started.
    #[doc(hidden)]
    fn refused(self, client: Client, limit: Option<Duration>, error: Error) -> Self::Error;
}

macro_rules! plain_settings {
    ($settings:ty) => {
        impl $crate::features::flow::FlowSettings for $settings {
            type Error = $crate::runtime::error::Error;

            const AT_LIMIT: Option<fn(Self::Error) -> Self::Error> = Some(|error| error);

            fn refused(
                self,
                _: $crate::runtime::client::Client,
                _: Option<std::time::Duration>,
                error: $crate::runtime::error::Error,
            ) -> Self::Error {
                error
            }
        }
    };
}

#[cfg(any(feature = "attestation", feature = "catalogue", feature = "jobs", feature = "wallet"))]
pub(crate) use plain_settings;

plain_settings!(());

/// Several calls as one: a job from queueing to its file, a list that is sent in parts. Lazy: nothing is sent before it is awaited.
///
/// Each call in it has the retries and the time-out of its own operation; [`with_time_limit`](Self::with_time_limit) limits all of them
/// together. Dropping a flow sends nothing more. `S` has the settings of its kind of flow.
///
/// ```no_run
/// # async fn run(flow: venice_ai::Flow<String>) -> Result<(), venice_ai::Error> {
/// let text = flow.with_time_limit(std::time::Duration::from_secs(600)).await?;
/// # Ok(()) }
/// ```
#[must_use = "nothing is sent until it is awaited"]
pub struct Flow<T, S: FlowSettings = ()> {
    name: &'static str,
    client: Client,
    limit: Option<Duration>,
    /// Converts the error of a time limit to the result so far, or to an error that says what to do.
    at_limit: Option<AtLimit<T, S::Error>>,
    /// Settings of this kind of flow, set by methods of its module.
    pub(crate) settings: S,
    steps: Start<T, S>,
}

#[cfg(flow_without_settings)]
impl<T: 'static> Flow<T> {
    /// `steps` must make its calls with the given client, which has the options of the flow.
    pub(crate) fn new<F>(client: &Client, name: &'static str, steps: impl FnOnce(Client) -> F + Send + 'static) -> Self
    where
        F: Future<Output = Result<T, Error>> + Send + 'static,
    {
        Self::with_settings(client, name, (), |client, (), _| steps(client))
    }
}

impl<T: 'static, S: FlowSettings> Flow<T, S> {
    /// Like [`Flow::new`]; `steps` also gets the settings and the time limit.
    pub(crate) fn with_settings<F>(
        client: &Client,
        name: &'static str,
        settings: S,
        steps: impl FnOnce(Client, S, Option<TimeLimit>) -> F + Send + 'static,
    ) -> Self
    where
        F: Future<Output = Result<T, S::Error>> + Send + 'static,
    {
        let steps =
            Box::new(move |client, settings, limit| -> Steps<T, S::Error> { Box::pin(steps(client, settings, limit)) });
        Self { name, client: client.clone(), limit: None, at_limit: None, settings, steps }
    }

    /// Adds to the error of a time limit what is known only then: the job that goes on.
    #[cfg(any(feature = "jobs", feature = "keys"))]
    pub(crate) fn explained_at_limit(self, explain: impl FnOnce(Error) -> S::Error + Send + 'static) -> Self {
        self.settled_at_limit(|error| Err(explain(error)))
    }

    /// Sets the result at the time limit: an error, or the result so far.
    #[cfg(any(feature = "jobs", feature = "keys"))]
    pub(crate) fn settled_at_limit(
        mut self,
        settle: impl FnOnce(Error) -> Result<T, S::Error> + Send + 'static,
    ) -> Self {
        self.at_limit = Some(Box::new(settle));
        self
    }

    /// Limits the time of the flow, from when it is first awaited. Default: no limit.
    ///
    /// At the limit, the error is [`is_timeout`](Error::is_timeout) and nothing more is sent. A queued job goes on, and its handle stays
    /// valid.
    pub fn with_time_limit(mut self, limit: Duration) -> Self {
        self.limit = Some(limit);
        self
    }

    call_options!();

    fn options_mut(&mut self) -> &mut CallOptions {
        self.client.options_mut()
    }

    /// Waits for it in this thread, without an async runtime, like [`Call::send_blocking`](crate::Call::send_blocking).
    ///
    /// # Errors
    ///
    /// Those of awaiting it, and [`ErrorKind::BlockingInAsync`] in a thread that belongs to a Tokio runtime.
    #[cfg(feature = "blocking")]
    pub fn send_blocking(self) -> Result<T, S::Error> {
        match crate::features::blocking::runtime_here() {
            Ok(runtime) => runtime.block_on(self.into_future()),
            Err(error) => Err(self.settings.refused(self.client, self.limit, error)),
        }
    }
}

impl<T: 'static, S: FlowSettings> IntoFuture for Flow<T, S> {
    type Output = Result<T, S::Error>;
    type IntoFuture = Steps<T, S::Error>;

    fn into_future(self) -> Steps<T, S::Error> {
        let Self { client, limit, at_limit, settings, steps, name } = self;
        Box::pin(async move {
            if let Err(error) = in_runtime(name) {
                return Err(settings.refused(client, limit, error));
            }
            let limit = limit.map(|lasts| TimeLimit { lasts, ends: Instant::now().checked_add(lasts) });
            let steps = steps(client, settings, limit);
            match (limit, S::AT_LIMIT) {
                (Some(TimeLimit { lasts, ends: Some(ends) }), Some(explain)) => {
                    tokio::time::timeout_at(ends, steps).await.unwrap_or_else(|_| {
                        let error = out_of_time(name, lasts);
                        match at_limit {
                            Some(settle) => settle(error),
                            None => Err(explain(error)),
                        }
                    })
                }
                _ => steps.await,
            }
        })
    }
}

fn out_of_time(name: &str, limit: Duration) -> Error {
    let message = format!("{name} did not finish within {limit:?} (time limit of all its calls)");
    Error::new(ErrorKind::Timeout, message)
}

impl<T, S: FlowSettings> fmt::Debug for Flow<T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Flow").field("name", &self.name).field("limit", &self.limit).finish_non_exhaustive()
    }
}
