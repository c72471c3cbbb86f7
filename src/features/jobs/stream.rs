//! `ProgressStream`: the progress of a job as a stream.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use tokio::runtime::Id;

use super::poller::{Polled, Poller};
use super::{Media, Progress};
use crate::runtime::error::Error;
use crate::runtime::transport::http::current_runtime;

type Polling = Pin<Box<dyn Future<Output = (Box<Poller>, Result<Polled, Error>)> + Send>>;

/// The progress of a job, until it has ended; from [`Job::progress`](super::Job::progress).
///
/// Each item is one poll, made only when it is awaited. The last item has the fraction 1; then the stream ends, and
/// [`into_media`](Self::into_media) has the result. A failed job ends it with an error. Dropping it stops the polling, not the job.
#[must_use = "streams are lazy: nothing happens until it is polled"]
pub struct ProgressStream {
    state: State,
    done: Option<Media>,
}

enum State {
    Idle(Box<Poller>),
    /// The runtime is recorded: a poll is restarted when another runtime polls the stream, as connections and timers belong to a runtime.
    Polling(Polling, Box<Poller>, Option<Id>),
    Ended,
}

impl ProgressStream {
    pub(super) fn new(poller: Poller) -> Self {
        Self { state: State::Idle(Box::new(poller)), done: None }
    }

    /// The next step; `None` when the job has ended. No extension trait for streams is needed. Cancel-safe: dropping the future loses
    /// nothing.
    ///
    /// # Errors
    ///
    /// As for [`Job::wait`](super::Job::wait). The stream ends after an error.
    ///
    /// ```no_run
    /// # async fn run(mut progress: venice_ai::jobs::ProgressStream) -> Result<(), venice_ai::Error> {
    /// while let Some(step) = progress.next().await {
    ///     println!("{:?}", step?.fraction);
    /// }
    /// # Ok(()) }
    /// ```
    pub async fn next(&mut self) -> Option<Result<Progress, Error>> {
        std::future::poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }

    /// The result, once the stream has ended without an error. Its download has started, so read it soon.
    ///
    /// ```no_run
    /// # async fn run(mut progress: venice_ai::jobs::ProgressStream) -> Result<(), venice_ai::Error> {
    /// while let Some(step) = progress.next().await {
    ///     step?;
    /// }
    /// if let Some(video) = progress.into_media() {
    ///     video.save("video.mp4").await?;
    /// }
    /// # Ok(()) }
    /// ```
    pub fn into_media(self) -> Option<Media> {
        self.done
    }
}

impl Stream for ProgressStream {
    type Item = Result<Progress, Error>;

    #[inline]
    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        this.state = match std::mem::replace(&mut this.state, State::Ended) {
            State::Polling(_, poller, runtime) if runtime != current_runtime() => State::Idle(poller),
            state => state,
        };
        if let State::Idle(_) = this.state {
            let State::Idle(mut poller) = std::mem::replace(&mut this.state, State::Ended) else {
                return Poll::Ready(None);
            };
            let spare = poller.clone();
            let polling = Box::pin(async move {
                let polled = poller.next().await;
                (poller, polled)
            });
            this.state = State::Polling(polling, spare, current_runtime());
        }
        let State::Polling(polling, ..) = &mut this.state else { return Poll::Ready(None) };
        let (poller, polled) = ready!(polling.as_mut().poll(cx));
        this.state = State::Ended;
        Poll::Ready(Some(polled.map(|polled| match polled {
            Polled::Running(progress) => {
                this.state = State::Idle(poller);
                progress
            }
            Polled::Done(media, progress) => {
                this.done = Some(media);
                progress
            }
        })))
    }
}

impl fmt::Debug for ProgressStream {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match &self.state {
            State::Idle(_) => "idle",
            State::Polling(..) => "polling",
            State::Ended => "ended",
        };
        f.debug_struct("ProgressStream").field("state", &state).field("done", &self.done).finish()
    }
}
