//! `Task`: one request of a run.

use std::time::Duration;

use crate::features::cost::ledger::reported::ReportedUsage;
#[cfg(feature = "keys")]
use crate::features::keys::PoolInterceptor;
use crate::features::pace::{self, Pacer, PermitRequest};
use crate::runtime::client::Client;
use crate::runtime::error::Error;
use crate::runtime::transport::{Outgoing, Reply, RetryPolicy};

/// One request of a run, from the input to its outcome.
pub(super) struct Task {
    pub(super) index: usize,
    pub(super) outgoing: Box<Outgoing>,
    /// Its entry in the journal, if there is one.
    pub(super) entry: Option<JournalEntry>,
    /// The caller's key.
    pub(super) key: Option<String>,
    /// What the pacer needs to know of it.
    pub(super) permit_request: PermitRequest,
    /// The time limit of one attempt.
    pub(super) timeout: Duration,
    /// The most retries of a free request that may have been executed.
    pub(super) most_repeats: u32,
}

/// The identity of a request in the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct JournalEntry {
    pub(super) key: String,
    /// The hash of the request.
    pub(super) request: String,
    /// In a shared batch, the version of its record that this run knows: its fencing token once it is sent. Empty if there is none.
    pub(super) token: String,
}

/// A finished request.
pub(super) struct Finish {
    pub(super) index: usize,
    pub(super) key: Option<String>,
    pub(super) outcome: Result<Reply, Error>,
    pub(super) may_be_paid: bool,
    pub(super) from_journal: bool,
    pub(super) used: ReportedUsage,
}

impl Task {
    /// Turns the client's own retries and time limits off: the run does both.
    pub(super) fn new(client: &Client, index: usize, mut outgoing: Box<Outgoing>) -> Self {
        let policy = outgoing.options.retry.replace(RetryPolicy::disabled());
        let most_repeats = policy.as_ref().unwrap_or_else(|| client.retry()).max_retries();
        let timeout = outgoing.options.timeout.replace(UNMEASURED).unwrap_or_else(|| client.timeout());
        // It gets a permit of its own, as calls do that it needs.
        outgoing.options.paced = true;
        outgoing.interceptors.remove(pace::INTERCEPTOR);
        let permit_request = PermitRequest::default();
        Self { index, outgoing, entry: None, key: None, permit_request, timeout, most_repeats }
    }

    /// Completes the request and derives its load.
    pub(super) fn prepare(&mut self, client: &Client, pacer: &Pacer) -> Result<(), Error> {
        self.outgoing.finish()?;
        self.choose_lane(client, pacer);
        Ok(())
    }

    /// Chooses its key, if the client has several, and derives its load.
    pub(super) fn choose_lane(&mut self, client: &Client, pacer: &Pacer) {
        #[cfg(feature = "keys")]
        if let Some(pool) = self.outgoing.interceptors.clone().get::<PoolInterceptor>() {
            pool.assign(&mut self.outgoing);
        }
        self.permit_request = PermitRequest::of(&self.outgoing, client, pacer);
    }

    /// Finishes it with this outcome.
    pub(super) fn into_finish(self, outcome: Result<Reply, Error>) -> Finish {
        Finish {
            index: self.index,
            key: self.entry.map(|entry| entry.key).or(self.key),
            outcome,
            may_be_paid: false,
            from_journal: false,
            used: ReportedUsage::default(),
        }
    }
}

/// Attempts are timed by the run, which knows the consumer's idle time.
const UNMEASURED: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);
