//! `Outcome`: the result of one request of a run.

use crate::runtime::error::Error;

/// The result of one request of a run.
#[derive(Debug)]
#[non_exhaustive]
pub struct Outcome<T> {
    /// The index of the request in the input, from 0.
    pub index: usize,
    /// The reply or the error. An error of a request does not stop the run.
    pub result: Result<T, Error>,
    /// The request failed, but may have been executed and charged: the connection was lost, it timed out after it was sent, the server or a
    /// gateway failed (500, 502, 504, a 408 or 503 that is not the API's own), or the process ended while it was in flight. It is not
    /// retried automatically.
    pub may_be_paid: bool,
    /// The outcome is from the journal; nothing was sent in this run.
    pub from_journal: bool,
    /// The key from [`with_keys`](super::Many::with_keys); otherwise, with a journal, the hash of the request.
    pub key: Option<String>,
}

impl<T> Outcome<T> {
    /// The reply, if there is one.
    ///
    /// ```no_run
    /// # fn look(outcome: venice_ai::many::Outcome<String>) {
    /// if let Some(reply) = outcome.reply() {
    ///     println!("{}: {reply}", outcome.index);
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn reply(&self) -> Option<&T> {
        self.result.as_ref().ok()
    }

    /// The error, if there is one.
    ///
    /// ```no_run
    /// # fn look(outcome: venice_ai::many::Outcome<String>) {
    /// if let Some(error) = outcome.error() {
    ///     println!("{} failed: {error}", outcome.index);
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn error(&self) -> Option<&Error> {
        self.result.as_ref().err()
    }
}
