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
        self.engine.journal = Some(Box::new(RunJournal::new(journal.into())));
        self
    }

    /// Shares the batch with all processes that have one with this name in this state, instead of a journal. Takes a name or a
    /// [`SharedBatch`](super::SharedBatch). Cargo feature `redis`.
    ///
    /// Each process has the same input, in any order, and its run sends what no other has sent. Outcomes are those of requests that this
    /// process sent, unless [`all_outcomes`](super::SharedBatch::all_outcomes) is set. A run ends when every request of its input has an
    /// outcome somewhere: it takes over what others leave behind. Requests are identified as in a [`Journal`], with the same consequences.
    ///
    /// | Recorded as | Another run |
    /// |---|---|
    /// | not sent, or rejected for now (429, 503) | sends it |
    /// | sent, by a run that lives | waits |
    /// | sent, by a run that is dead for two [leases](crate::shared::SharedStateBuilder::lease) | records it as [`ErrorKind::OutcomeUnknown`](crate::ErrorKind::OutcomeUnknown), once; it is not sent again, unless [`resend_unknown`](super::SharedBatch::resend_unknown) is set |
    /// | answered or failed | skips it |
    ///
    /// That a request is sent is stored before it is sent, with a token that only one run can have, so it is sent and paid once. If Redis
    /// is lost for longer than a lease, or has lost the batch, the run stops with [`ErrorKind::SharedState`](crate::ErrorKind::SharedState);
    /// requests in flight are completed, and recorded once it is [resumed](Self::resume). **Replies are stored in Redis as received**,
    /// requests only as hashes.
    ///
    /// The [window](Self::with_window) is how far a run reads ahead, and so how much of the batch is in flight in all processes together. Its
    /// default is 32 times the concurrency here.
    ///
    /// ```no_run
    /// # async fn run(venice: venice_ai::Client, requests: Vec<venice_ai::types::ChatCompletionRequest>) -> Result<(), venice_ai::Error> {
    /// use venice_ai::shared::SharedState;
    ///
    /// let state = SharedState::redis("redis://127.0.0.1:6379").build()?;
    /// let mut answers = venice.chat().many(requests).shared(&state, "articles");
    /// while let Some(outcome) = answers.next().await {
    ///     println!("{}", outcome?.index);
    /// }
    /// # Ok(()) }
    /// ```
    #[cfg(feature = "redis")]
    #[cfg_attr(docsrs, doc(cfg(feature = "redis")))]
    #[doc(alias("distributed", "workers"))]
    pub fn shared(
        mut self,
        state: &crate::features::shared::SharedState,
        batch: impl Into<super::SharedBatch>,
    ) -> Self {
        let batch = batch.into();
        self.engine.elsewhere.share(batch.all_outcomes);
        self.engine.journal = Some(Box::new(super::journal::SharedLog::new(state, batch)));
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
