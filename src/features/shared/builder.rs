//! `SharedStateBuilder`: the settings of a `SharedState`.

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::lease::Lease;
use super::store::Store;
use super::{SharedState, StateData};
use crate::runtime::error::Error;

/// What happens while Redis cannot be reached, or has lost data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FailMode {
    /// Nothing is sent.
    Closed,
    /// Calls are sent by what this process knows, and are recorded when Redis is there again.
    Open,
}

/// The settings of a [`SharedState`], from [`SharedState::redis`].
#[must_use = "it does nothing until `build()` is called"]
pub struct SharedStateBuilder {
    address: String,
    prefix: String,
    timeout: Duration,
    lease: Duration,
    money: FailMode,
    pace: FailMode,
}

impl SharedStateBuilder {
    pub(super) fn new(address: String) -> Self {
        Self {
            address,
            prefix: "venice-ai".to_owned(),
            timeout: Duration::from_secs(2),
            lease: Duration::from_secs(30),
            money: FailMode::Closed,
            pace: FailMode::Open,
        }
    }

    /// What all keys begin with. Processes with the same prefix share their state. Default: `venice-ai`.
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// How long a command, or a connection, may take before Redis counts as lost. Default: 2 seconds.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// How long a process counts as alive without a sign of life; it renews its lease three times as often. What a process had in flight
    /// counts as unknown when it is gone for two leases. Default: 30 seconds. At least 1 second, and longer than any pause of the process.
    pub fn lease(mut self, lease: Duration) -> Self {
        self.lease = lease;
        self
    }

    /// What budgets do while Redis is lost. Default: [`FailMode::Closed`], so a shared limit is never exceeded. With `Open` each process
    /// compares with its own copy of the budget, and all of them together may exceed it. Batches are always closed.
    pub fn money(mut self, mode: FailMode) -> Self {
        self.money = mode;
        self
    }

    /// What rate limits do while Redis is lost. Default: [`FailMode::Open`].
    pub fn pace(mut self, mode: FailMode) -> Self {
        self.pace = mode;
        self
    }

    /// The state. Nothing is connected yet.
    ///
    /// # Errors
    /// An address that is none, or a lease below one second ([`ErrorKind::Configuration`](crate::ErrorKind::Configuration)).
    pub fn build(self) -> Result<SharedState, Error> {
        if self.lease < Duration::from_secs(1) {
            return Err(Error::configuration("the lease of a shared state is shorter than a second"));
        }
        let store = Store::new(&self.address, &self.prefix, self.timeout, self.lease)?;
        let lease = Lease::new(store.worker().to_owned(), self.lease);
        let Self { money, pace, .. } = self;
        Ok(SharedState { inner: Arc::new(StateData { store, lease, money, pace, members: Mutex::default() }) })
    }
}

impl fmt::Debug for SharedStateBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedStateBuilder")
            .field("prefix", &self.prefix)
            .field("timeout", &self.timeout)
            .field("lease", &self.lease)
            .field("money", &self.money)
            .field("pace", &self.pace)
            .finish_non_exhaustive()
    }
}
