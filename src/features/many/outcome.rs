//! What became of one request.

use crate::runtime::error::Error;

/// What became of one request of a run.
#[derive(Debug)]
#[non_exhaustive]
pub struct Outcome<T> {
    /// The place of the request in the input, from 0.
    pub index: usize,
    /// The reply, or why there is none. A request's own error does not stop the run.
    pub result: Result<T, Error>,
    /// The request failed, and may have been carried out and paid for all the same: the reply was cut, time ran out after it was
    /// sent, the server or a gateway failed (500, 502, 504, a 408 or 503
    /// that is not the API's own), or the process ended while it was on its way. It is not sent again by itself.
    pub may_be_paid: bool,
    /// It stood in the journal, and nothing was sent for it in this run.
    pub from_journal: bool,
    /// What [`with_keys`](super::Many::with_keys) calls its item; else, with a journal, the hash of its request.
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

    /// Why there is no reply.
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
