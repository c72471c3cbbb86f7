//! How a run is made.

use std::time::Duration;

use super::journal::Book;
use super::{Journal, Many, Progress};

/// Options, which hold for all requests. Those of one call are set where it is made: `|venice, item| venice.….with_timeout(…)`.
impl<I, T: 'static> Many<I, T> {
    /// How many requests are on their way at once, if the limits allow it: 8 unless this is called, and at least one.
    ///
    /// Up to 40 the run keeps what it promises: whatever happens, so few fail at once that the API does not block them. With more, the
    /// API may block requests with the same key, model and `user` for half a minute when everything fails at the same moment, which the
    /// run waits for. Of requests that a wallet signs, 5 are on their way at most: the API takes no more.
    pub fn with_concurrency(mut self, requests: usize) -> Self {
        self.engine.concurrency = requests.max(1);
        self
    }

    /// How many requests the run holds at most: waiting, on their way, and with an outcome that was not taken yet. Four times the
    /// concurrency unless this is called, and never less than the concurrency. It bounds the memory, and how far a run looks ahead while
    /// a model, or with [`with_input_order`](Self::with_input_order) the first request, keeps it waiting.
    pub fn with_window(mut self, requests: usize) -> Self {
        self.window = Some(requests);
        self
    }

    /// Gives the outcomes in the order of the input, and not as they come. Only a run that stops gives those behind a request that is
    /// missing, and that request after [`resume`](Self::resume).
    pub fn with_input_order(mut self) -> Self {
        self.in_order = true;
        self
    }

    /// For how long requests are sent, from the first one on. When the time is over, what is on its way is waited for, and the run stops
    /// with an error that is [`is_timeout`](crate::Error::is_timeout). Unless this is called a run waits as long as it takes.
    pub fn with_time_limit(mut self, limit: Duration) -> Self {
        self.engine.limit = Some(limit);
        self
    }

    /// For how long nothing may be sent because the API asks to wait (`Retry-After`, or the end of a limit's window). Default: one hour.
    ///
    /// When it asks for more, the run stops with an error whose [`retry_after`](crate::Error::retry_after) says for how much, once what
    /// is on its way is back. [`resume`](Self::resume) tries again at once.
    pub fn with_longest_wait(mut self, longest: Duration) -> Self {
        self.engine.longest_wait = longest;
        self
    }

    /// Notes what is sent and what comes back, in a file from which another run goes on: see [`Journal`]. Takes a path or a `Journal`.
    ///
    /// Replies are read whole for it, files too; a stream cannot be kept. A request that sends a file needs [a name](Self::with_keys).
    pub fn with_journal(mut self, journal: impl Into<Journal>) -> Self {
        self.engine.book = Some(Book::new(journal.into()));
        self
    }

    /// What each item is called in its [`Outcome::key`](super::Outcome::key) and in the journal, there in place of a hash of its request. In a
    /// journal each name is given once.
    pub fn with_keys(mut self, key: impl FnMut(&I) -> String + Send + 'static) -> Self {
        self.name = Some(Box::new(key));
        self
    }

    /// Calls a function each time that something happened.
    pub fn with_progress(mut self, observer: impl FnMut(&Progress) + Send + 'static) -> Self {
        self.observer = Some(Box::new(observer));
        self
    }
}
