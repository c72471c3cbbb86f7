//! [`ClientBuilder::budget`] and [`ClientBuilder::tally`]: the account of all calls of a client.

use std::sync::Arc;

use super::ledger::Ledger;
use super::{Budget, Tally};
use crate::runtime::client::ClientBuilder;

impl ClientBuilder {
    /// A limit on what the calls of this client may cost, together with those of other clients that have a clone of it. A call for
    /// which there is not enough left fails before it is sent. See [`Budget`] for what is counted, and what is fetched for it.
    pub fn budget(mut self, budget: Budget) -> Self {
        let ledger = self.interceptors().get().cloned().unwrap_or_default();
        self.interceptors().set(Arc::new(Ledger { budget: Some(budget), ..ledger }));
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
        let ledger = self.interceptors().get().cloned().unwrap_or_default();
        self.interceptors().set(Arc::new(Ledger { tally: Some(tally), ..ledger }));
        self
    }
}
