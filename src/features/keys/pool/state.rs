//! `PoolState`: which keys of a pool are skipped, when each was used, and which queued which job.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::SkippedKey;
use crate::runtime::error::{Error, ErrorKind, PaymentCause};

/// How long a key is skipped that was rejected. It may have been allowed again since, and a rejection costs nothing.
const SKIPPED: Duration = Duration::from_secs(5 * 60);
const DAY: u64 = 24 * 60 * 60;
/// The most jobs whose keys are known.
const MOST_JOBS: usize = 4096;
/// The longest id of a job, in bytes. Servers choose it.
const LONGEST_ID: usize = 256;

#[derive(Debug)]
pub(super) struct PoolState {
    keys: Vec<KeyState>,
    uses: u64,
    /// The keys of jobs, and the jobs from the oldest on.
    jobs: HashMap<Box<str>, usize>,
    in_order: VecDeque<Box<str>>,
}

#[derive(Clone, Debug, Default)]
struct KeyState {
    skipped: Option<(ErrorKind, Instant)>,
    /// The number of its last use.
    used: u64,
}

impl PoolState {
    pub(super) fn new(keys: usize) -> Self {
        let keys = vec![KeyState::default(); keys];
        Self { keys, uses: 0, jobs: HashMap::new(), in_order: VecDeque::new() }
    }

    pub(super) fn skipped(&self) -> impl Iterator<Item = SkippedKey> + '_ {
        let skipped =
            |(index, key): (usize, &KeyState)| key.skipped.map(|(kind, until)| SkippedKey { index, kind, until });
        self.keys.iter().enumerate().filter_map(skipped)
    }

    /// Until when the key is skipped.
    pub(super) fn skipped_until(&self, index: usize, now: Instant) -> Option<Instant> {
        self.keys.get(index)?.skipped.map(|(_, until)| until).filter(|until| *until > now)
    }

    /// The number of its last use: the lowest is the one to use next.
    pub(super) fn last_use(&self, index: usize) -> u64 {
        self.keys.get(index).map_or(0, |key| key.used)
    }

    pub(super) fn used(&mut self, index: usize) {
        self.uses += 1;
        if let Some(key) = self.keys.get_mut(index) {
            key.used = self.uses;
        }
    }

    pub(super) fn works(&mut self, index: usize) {
        if let Some(key) = self.keys.get_mut(index) {
            key.skipped = None;
        }
    }

    /// Skips the key for a while, if the failure is about it.
    pub(super) fn failed(&mut self, index: usize, failure: &Error, now: Instant, time: SystemTime) {
        let wait = is_about_key(failure).then(|| wait_after(failure, time));
        if let Some(key) = self.keys.get_mut(index)
            && let Some(until) = wait.and_then(|wait| now.checked_add(wait))
        {
            key.skipped = Some((failure.kind(), until));
        }
    }

    /// The key that queued the job.
    pub(super) fn of_job(&self, id: &str) -> Option<usize> {
        self.jobs.get(id).copied()
    }

    pub(super) fn queued(&mut self, id: &str, index: usize) {
        if id.len() > LONGEST_ID || self.jobs.insert(id.into(), index).is_some() {
            return;
        }
        self.in_order.push_back(id.into());
        if self.in_order.len() > MOST_JOBS
            && let Some(oldest) = self.in_order.pop_front()
        {
            self.jobs.remove(&oldest);
        }
    }
}

/// Whether another key may not have the cause of the failure: the key is rejected or used up.
pub(super) fn is_about_key(failure: &Error) -> bool {
    match failure.payment_cause() {
        Some(PaymentCause::KeyLimit { .. } | PaymentCause::Balance { .. } | PaymentCause::Inactive) => true,
        Some(PaymentCause::NoCredential) => true,
        Some(_) => false,
        None => failure.kind() == ErrorKind::Authentication || is_other_address(failure),
    }
}

/// A key with an IP allowlist, used elsewhere. A 403 of a model is about the model.
fn is_other_address(failure: &Error) -> bool {
    let message = failure.message().to_ascii_lowercase();
    failure.kind() == ErrorKind::Permission && message.contains("restricted to configured ip addresses")
}

fn wait_after(failure: &Error, time: SystemTime) -> Duration {
    if failure.kind() != ErrorKind::InsufficientBalance {
        return SKIPPED;
    }
    let of_today = time.duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs() % DAY);
    SKIPPED.min(Duration::from_secs(DAY - of_today))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_jobs_are_forgotten() {
        let mut state = PoolState::new(2);
        for job in 0..MOST_JOBS + 10 {
            state.queued(&job.to_string(), 1);
            state.queued(&job.to_string(), 1);
        }
        assert_eq!((state.jobs.len(), state.in_order.len()), (MOST_JOBS, MOST_JOBS));
        assert_eq!((state.of_job("9"), state.of_job("10")), (None, Some(1)));
        state.queued(&"x".repeat(LONGEST_ID + 1), 1);
        assert_eq!(state.jobs.len(), MOST_JOBS);
    }

    #[test]
    fn a_used_up_key_is_tried_again_at_midnight() {
        let at = |seconds| UNIX_EPOCH + Duration::from_secs(20_000 * DAY + seconds);
        let used_up = Error::new(ErrorKind::InsufficientBalance, "");
        assert_eq!(wait_after(&used_up, at(0)), SKIPPED);
        assert_eq!(wait_after(&used_up, at(DAY - 60)), Duration::from_secs(60));
        assert_eq!(wait_after(&Error::new(ErrorKind::Authentication, ""), at(DAY - 60)), SKIPPED);
    }
}
