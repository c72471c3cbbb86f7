//! Options of `Many`: concurrency, window, order, limits, journal, progress.

use std::time::Duration;

use super::journal::RunJournal;
use super::{Journal, Many, Progress};

/// Options for all requests. Those of one call are set where it is made: `|venice, item| venice.….with_timeout(…)`.
impl<I, T: 'static> Many<I, T> {
    /// The most requests in flight, if the limits allow it. Default: 8. At least 1.
    ///
    /// Up to 40, the API never blocks the requests, even if all of them fail at once. Above that it may block requests with the same key,
    /// model and `user` for half a minute, which the run waits for. Of requests signed by a wallet at most 5 are in flight: the API accepts
    /// no more.
    pub fn with_concurrency(mut self, requests: usize) -> Self {
        self.engine.concurrency = requests.max(1);
        self
    }

    /// The most requests that the run holds: waiting, in flight, and with an outcome that was not taken yet. Default: four times the
    /// concurrency; never less than the concurrency. It bounds memory, and how far a run reads ahead while a model, or with
    /// [`with_input_order`](Self::with_input_order) the first request, has to wait.
    pub fn with_window(mut self, requests: usize) -> Self {
        self.window = Some(requests);
        self
    }

    /// Returns the outcomes in the order of the input instead of the order of completion. Only a stopping run returns outcomes after a
    /// missing one; the missing one follows after [`resume`](Self::resume).
    pub fn with_input_order(mut self) -> Self {
        self.in_order = true;
        self
    }

    /// The time limit for sending requests, from the first one on. When it is reached, requests in flight are completed, and the run stops
    /// with an error that is [`is_timeout`](crate::Error::is_timeout). Default: no limit.
    pub fn with_time_limit(mut self, limit: Duration) -> Self {
        self.engine.limit = Some(limit);
        self
    }

    /// The longest wait that the API may ask for (`Retry-After`, or the end of a rate limit's window). Default: one hour.
    ///
    /// A longer wait stops the run, once the requests in flight are completed, with an error whose
    /// [`retry_after`](crate::Error::retry_after) has the wait. [`resume`](Self::resume) tries again at once.
    pub fn with_longest_wait(mut self, longest: Duration) -> Self {
        self.engine.longest_wait = longest;
        self
    }

    /// Records what is sent and received in a file, from which another run resumes: see [`Journal`]. Takes a path or a `Journal`.
    ///
    /// Replies are read whole for it, files too; a stream cannot be recorded. A request that sends a file needs [a key](Self::with_keys).
    pub fn with_journal(mut self, journal: impl Into<Journal>) -> Self {
        self.engine.journal = Some(RunJournal::new(journal.into()));
        self
    }

    /// The key of each item in its [`Outcome::key`](super::Outcome::key) and in the journal, where it replaces the hash of the request. In
    /// a journal keys must be unique.
    pub fn with_keys(mut self, key: impl FnMut(&I) -> String + Send + 'static) -> Self {
        self.name = Some(Box::new(key));
        self
    }

    /// Calls a function at each change of the progress.
    pub fn with_progress(mut self, observer: impl FnMut(&Progress) + Send + 'static) -> Self {
        self.observer = Some(Box::new(observer));
        self
    }
}
