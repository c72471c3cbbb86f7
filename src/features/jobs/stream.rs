//! Progress as a stream.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use tokio::runtime::Id;

use super::watch::{Look, Watch};
use super::{Media, Progress};
use crate::runtime::error::Error;
use crate::runtime::transport::http::current_runtime;

type Polling = Pin<Box<dyn Future<Output = (Box<Watch>, Result<Look, Error>)> + Send>>;

/// How far a job is, time and again until it is over; from [`Job::progress`](super::Job::progress).
///
/// Each item is a poll, and none is made before somebody waits for it. The last item has the fraction 1; then the stream ends, and
/// [`into_media`](Self::into_media) has the result. A job that fails ends it with an error. Dropping it stops the polling, and not
/// the job.
#[must_use = "a stream does nothing until it is read"]
pub struct ProgressStream {
    state: State,
    done: Option<Media>,
}

enum State {
    Idle(Box<Watch>),
    /// In this runtime, and what another one polls anew: connection and timers of this one may stand still.
    Polling(Polling, Box<Watch>, Option<Id>),
    Ended,
}

impl ProgressStream {
    pub(super) fn new(watch: Watch) -> Self {
        Self { state: State::Idle(Box::new(watch)), done: None }
    }

    /// The next step; `None` when the job is over. The same as `next` of an extension trait for streams, which is not needed then.
    /// Nothing is lost when the future is dropped.
    ///
    /// # Errors
    ///
    /// As for [`Job::wait`](super::Job::wait). Nothing comes after that.
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

    /// The result, once the stream has ended without an error. Its download has begun, so read it soon.
    ///
    /// ```no_run
    /// # async fn run(mut progress: venice_ai::jobs::ProgressStream) -> Result<(), venice_ai::Error> {
    /// while let Some(step) = progress.next().await {
    ///     step?;
    /// }
    /// if let Some(film) = progress.into_media() {
    ///     film.save("film.mp4").await?;
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
            State::Polling(_, watch, runtime) if runtime != current_runtime() => State::Idle(watch),
            state => state,
        };
        if let State::Idle(_) = this.state {
            let State::Idle(mut watch) = std::mem::replace(&mut this.state, State::Ended) else {
                return Poll::Ready(None);
            };
            let spare = watch.clone();
            let polling = Box::pin(async move {
                let look = watch.next().await;
                (watch, look)
            });
            this.state = State::Polling(polling, spare, current_runtime());
        }
        let State::Polling(polling, ..) = &mut this.state else { return Poll::Ready(None) };
        let (watch, look) = ready!(polling.as_mut().poll(cx));
        this.state = State::Ended;
        Poll::Ready(Some(look.map(|look| match look {
            Look::Running(progress) => {
                this.state = State::Idle(watch);
                progress
            }
            Look::Done(media, progress) => {
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
