//! `Lease`: the sign of life of a process, and how others are found dead.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use tokio::task::JoinHandle;

use super::document::Member;
use super::store::token;
use super::{SharedState, StateData};

/// The most processes that are observed at once.
const MOST_ABSENT: usize = 4096;

/// The lease of this process. Redis forgets it unless it is renewed.
pub(super) struct Lease {
    worker: String,
    length: Duration,
    /// The ids that are alive as long as this process, or until they leave.
    ids: Mutex<BTreeSet<String>>,
    renewal: Mutex<Option<JoinHandle<()>>>,
    /// Since when a process was found without a lease.
    absent: Mutex<HashMap<String, Instant>>,
}

impl Lease {
    pub(super) fn new(worker: String, length: Duration) -> Self {
        let ids = Mutex::new(BTreeSet::from([worker.clone()]));
        Self { worker, length, ids, renewal: Mutex::default(), absent: Mutex::default() }
    }

    pub(super) fn worker(&self) -> &str {
        &self.worker
    }

    pub(super) fn length(&self) -> Duration {
        self.length
    }

    fn ids(&self) -> MutexGuard<'_, BTreeSet<String>> {
        // Nothing panics while the lock is held.
        self.ids.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A process is dead if it is absent for a whole lease: a paused or restarted Redis lets all leases end at once, and those that live
    /// renew theirs meanwhile.
    pub(super) fn is_dead(&self, worker: &str, is_alive: bool) -> bool {
        let mut absent = self.absent.lock().unwrap_or_else(PoisonError::into_inner);
        if is_alive {
            absent.remove(worker);
            return false;
        }
        if let Some(since) = absent.get(worker) {
            return since.elapsed() >= self.length;
        }
        if absent.len() >= MOST_ABSENT {
            absent.clear();
        }
        absent.insert(worker.to_owned(), Instant::now());
        false
    }

    /// Starts the task that renews it, unless it runs.
    pub(super) fn begin(&self, state: &Arc<StateData>) {
        let mut renewal = self.renewal.lock().unwrap_or_else(PoisonError::into_inner);
        if renewal.as_ref().is_none_or(JoinHandle::is_finished) {
            *renewal = Some(tokio::spawn(renew(Arc::downgrade(state), self.length / 3)));
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let renewal = self.renewal.get_mut().unwrap_or_else(PoisonError::into_inner);
        renewal.take().into_iter().for_each(|renewal| renewal.abort());
    }
}

async fn renew(weak: Weak<StateData>, every: Duration) {
    loop {
        let Some(inner) = weak.upgrade() else { return };
        let state = SharedState { inner };
        let ids = state.inner.lease.ids().clone();
        if let Err(error) = state.store().renew(&ids).await {
            tracing::warn!(%error, "the lease of this process was not renewed");
        }
        let members: Vec<Arc<dyn Member>> = state.members().iter().filter_map(Weak::upgrade).collect();
        for member in members {
            member.look_after().await;
        }
        drop(state);
        tokio::time::sleep(every).await;
    }
}

/// A part of this process with a lease of its own. Dropped, it is dead to others, once the lease has ended.
pub(crate) struct Leased {
    state: SharedState,
    id: String,
}

impl Leased {
    pub(crate) fn new(state: &SharedState) -> Self {
        let id = token();
        state.inner.lease.ids().insert(id.clone());
        Self { state: state.clone(), id }
    }

    pub(crate) fn state(&self) -> &SharedState {
        &self.state
    }

    pub(crate) fn id(&self) -> &str {
        &self.id
    }
}

impl Drop for Leased {
    fn drop(&mut self) {
        self.state.inner.lease.ids().remove(&self.id);
    }
}

impl fmt::Debug for Lease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lease").field("worker", &self.worker).field("length", &self.length).finish_non_exhaustive()
    }
}
