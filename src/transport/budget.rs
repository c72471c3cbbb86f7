//! How many failures the clones of a client may cause together.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The API counts failures over this time.
const WINDOW: Duration = Duration::from_secs(30);
/// More than this is not looked at.
const MOST_KEPT: usize = 32;
/// From so many failures in the window on nothing is repeated. The API blocks the account at more than 20; the rest is
/// left to first attempts and to other programs with the same account.
const MOST_FAILURES: usize = 10;

/// The failures of all clones of a client in the last seconds.
#[derive(Debug, Default)]
pub(crate) struct FailureBudget {
    state: Mutex<State>,
}

/// The failures of the last 30 seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Recent {
    pub(crate) failures: usize,
    /// When the oldest of them counts no more.
    pub(crate) fewer_in: Duration,
}

#[derive(Debug, Default)]
struct State {
    /// When the latest failures were, the oldest first.
    failures: VecDeque<Instant>,
    /// The API blocks the account until then.
    blocked_until: Option<Instant>,
}

impl FailureBudget {
    /// Counts a reply that is no success.
    pub(crate) fn record_failure(&self, now: Instant) {
        let mut state = self.lock();
        if state.failures.len() >= MOST_KEPT {
            state.failures.pop_front();
        }
        state.failures.push_back(now);
    }

    /// The API said that it blocks the account.
    pub(crate) fn record_block(&self, now: Instant, wait: Duration) {
        let until = now.checked_add(wait);
        let mut state = self.lock();
        state.blocked_until = state.blocked_until.max(until);
    }

    /// So many requests failed lately that nothing should be repeated.
    pub(crate) fn is_spent(&self, now: Instant) -> bool {
        self.recent(now).failures >= MOST_FAILURES
    }

    /// What the API counts at this moment.
    pub(crate) fn recent(&self, now: Instant) -> Recent {
        let state = self.lock();
        let ages = state.failures.iter().map(|at| now.saturating_duration_since(*at)).filter(|age| *age < WINDOW);
        let oldest = ages.clone().max().unwrap_or(WINDOW);
        Recent { failures: ages.count(), fewer_in: WINDOW.saturating_sub(oldest) }
    }

    /// How long the API blocks the account from now on.
    pub(crate) fn block_remaining(&self, now: Instant) -> Option<Duration> {
        let until = self.lock().blocked_until?;
        Some(until.saturating_duration_since(now)).filter(|wait| !wait.is_zero())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing panics while the lock is held, and the counts would be usable even so.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_failures_in_thirty_seconds_spend_it() {
        let budget = FailureBudget::default();
        let start = Instant::now();
        for second in 0..10 {
            assert!(!budget.is_spent(start + Duration::from_secs(second)), "{second}");
            budget.record_failure(start + Duration::from_secs(second));
        }
        assert!(budget.is_spent(start + Duration::from_secs(9)));
        assert!(budget.is_spent(start + Duration::from_secs(29)));
        let recent = Recent { failures: 10, fewer_in: Duration::from_secs(1) };
        assert_eq!(budget.recent(start + Duration::from_secs(29)), recent);
        assert!(!budget.is_spent(start + Duration::from_secs(30)), "the first one is too old");
    }

    #[test]
    fn a_block_ends_by_itself_and_a_shorter_one_does_not_end_it_early() {
        let budget = FailureBudget::default();
        let start = Instant::now();
        assert_eq!(budget.block_remaining(start), None);
        budget.record_block(start, WINDOW);
        budget.record_block(start, Duration::from_secs(1));
        let later = start + Duration::from_secs(10);
        assert_eq!(budget.block_remaining(later), Some(Duration::from_secs(20)));
        assert_eq!(budget.block_remaining(start + WINDOW), None);
    }
}
