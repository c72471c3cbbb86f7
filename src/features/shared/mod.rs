//! Shared state in Redis: one budget, one batch and the same rate limits for many processes and machines.
//!
//! | To share | Call |
//! |---|---|
//! | a spending limit | [`Budget::shared`](crate::cost::Budget::shared) |
//! | a batch | [`Many::shared`](crate::many::Many::shared) |
//! | rate limits and failures | [`ClientBuilder::shared_state`](crate::ClientBuilder::shared_state) |
//!
//! ```no_run
//! # async fn run(prompts: Vec<venice_ai::types::ChatCompletionRequest>) -> Result<(), venice_ai::Error> {
//! use venice_ai::Client;
//! use venice_ai::cost::Budget;
//! use venice_ai::shared::SharedState;
//!
//! // The same in each process.
//! let state = SharedState::redis("redis://127.0.0.1:6379").prefix("nightly").build()?;
//! let budget = Budget::usd("20").shared(&state, "articles");
//! let venice = Client::builder().api_key("my key").budget(budget).shared_state(&state).build()?;
//!
//! let mut answers = venice.chat().many(prompts).shared(&state, "articles");
//! while let Some(outcome) = answers.next().await {
//!     println!("{}", outcome?.index); // of a request that this process sent
//! }
//! state.flush().await?;
//! # Ok(()) }
//! ```
//!
//! # What is stored
//!
//! Amounts of money, counts and times of requests, ids of workers, hashes of API keys, and the replies of batches. API keys and requests
//! are never stored. Everyone who can write to the Redis can change a budget, so it must be as private as the keys.
//!
//! # Redis
//!
//! Version 6 or later, or a server with its commands and Lua scripts, as Valkey; one primary, not a cluster of several. It must keep its
//! data: `appendonly yes`, with `appendfsync always` if not even a power failure may lose a second of it, and `maxmemory-policy
//! noeviction`. Without that, a restarted Redis has lost what was spent and which requests were sent. A process that saw more than Redis
//! has now fails closed; one that was started afterwards cannot know. The first connection warns through `tracing` if Redis keeps no
//! append-only file. A failover to a replica may lose what was not yet replicated, like a restart.
//!
//! Money and batches fail closed when Redis is lost: nothing is sent that is not recorded first. Rate limits fail open: each process goes on
//! with what it knows. [`SharedStateBuilder`] changes both.
//!
//! # Background tasks
//!
//! On the program's runtime: one that renews the lease of this process, and one per document while there is something to write. They end
//! when everything that uses the [`SharedState`] is dropped and written.

mod builder;
pub(crate) mod document;
mod error;
pub(crate) mod lease;
pub(crate) mod store;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

pub use self::builder::{FailMode, SharedStateBuilder};
use self::document::Member;
use self::lease::Lease;
use self::store::Store;
use crate::runtime::error::Error;

/// A connection to the Redis that processes share, and the lease of this process. A clone is the same.
///
/// Each process needs one, with the same address and prefix. The first use connects; a lost connection is opened again. Use it in one
/// runtime: what is written in the background needs one that runs.
#[derive(Clone)]
pub struct SharedState {
    inner: Arc<StateData>,
}

struct StateData {
    store: Store,
    lease: Lease,
    money: FailMode,
    pace: FailMode,
    members: Mutex<Vec<Weak<dyn Member>>>,
}

impl SharedState {
    /// The state in the Redis at this address: `redis://` or `redis+unix://`, with a user and a password if it needs them. There is no TLS:
    /// connect through a tunnel, or within a private network.
    ///
    /// ```
    /// use venice_ai::shared::SharedState;
    ///
    /// let state = SharedState::redis("redis://127.0.0.1:6379").prefix("nightly").build()?;
    /// # Ok::<(), venice_ai::Error>(())
    /// ```
    pub fn redis(address: impl Into<String>) -> SharedStateBuilder {
        SharedStateBuilder::new(address.into())
    }

    /// Waits until everything that this process knows is stored: costs of calls are written in the background. Call it before the process
    /// ends; a cost that was not written counts as its estimate, as [`uncertain`](crate::cost::Spending::uncertain).
    ///
    /// # Errors
    /// [`ErrorKind::SharedState`](crate::ErrorKind::SharedState) if Redis cannot be reached. What was not written is kept, and written when
    /// it can be.
    pub async fn flush(&self) -> Result<(), Error> {
        let members: Vec<_> = self.members().iter().filter_map(Weak::upgrade).collect();
        let mut outcome = Ok(());
        for member in members {
            outcome = outcome.and(member.flush().await);
        }
        outcome
    }

    pub(crate) fn money(&self) -> FailMode {
        self.inner.money
    }

    pub(crate) fn pace(&self) -> FailMode {
        self.inner.pace
    }

    pub(crate) fn store(&self) -> &Store {
        &self.inner.store
    }

    /// The id of this process.
    pub(crate) fn worker(&self) -> &str {
        self.inner.lease.worker()
    }

    pub(crate) fn lease(&self) -> Duration {
        self.inner.lease.length()
    }

    /// Whether a process has not renewed its lease for the length of another one.
    pub(crate) async fn is_dead(&self, worker: &str) -> Result<bool, Error> {
        if worker == self.worker() {
            return Ok(false);
        }
        let is_alive = self.store().is_alive(worker).await?;
        Ok(self.inner.lease.is_dead(worker, is_alive))
    }

    /// Renews the lease in the background from now on. Called in a runtime.
    pub(crate) fn begin(&self) {
        self.inner.lease.begin(&self.inner);
    }

    fn join(&self, member: Weak<dyn Member>) {
        let mut members = self.members();
        members.retain(|member| member.strong_count() > 0);
        members.push(member);
    }

    fn members(&self) -> std::sync::MutexGuard<'_, Vec<Weak<dyn Member>>> {
        // Nothing panics while the lock is held.
        self.inner.members.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Shows no address, which may have a password.
impl fmt::Debug for SharedState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedState").field("worker", &self.worker()).finish_non_exhaustive()
    }
}
