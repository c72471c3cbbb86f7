//! [`ClientBuilder::budget`] and [`ClientBuilder::tally`]: spending limit and usage counts of a client.

use std::sync::Arc;

use super::ledger::Ledger;
use super::{Budget, Tally};
use crate::runtime::client::ClientBuilder;

impl ClientBuilder {
    /// Sets a spending limit for the calls of this client and of all clients with a clone of it. A call that exceeds it fails before it is
    /// sent. See [`Budget`] for what counts and which requests it makes.
    pub fn budget(mut self, budget: Budget) -> Self {
        let ledger = self.interceptors.get().cloned().unwrap_or_default();
        self.interceptors.set(Arc::new(Ledger { budget: Some(budget), ..ledger }));
        self
    }

    /// Counts the calls, tokens and costs of this client by model. See [`Tally`].
    ///
    /// ```
    /// use venice_ai::cost::Tally;
    ///
    /// let tally = Tally::new();
    /// let builder = venice_ai::Client::builder().tally(tally.clone());
    /// ```
    pub fn tally(mut self, tally: Tally) -> Self {
        let ledger = self.interceptors.get().cloned().unwrap_or_default();
        self.interceptors.set(Arc::new(Ledger { tally: Some(tally), ..ledger }));
        self
    }
}
