//! `PollSchedule`: the pauses between polls of a job.

use std::time::Duration;

use super::Progress;
use crate::runtime::error::{Error, ErrorKind};
use crate::runtime::meta::RateLimit;

const INTERVAL: Duration = Duration::from_secs(5);
const LEAST: Duration = Duration::from_secs(1);
/// The longest first pause of a long job. Otherwise it is half of the expected time.
const LONGEST_FIRST: Duration = Duration::from_secs(60);
/// The window of the API's rate limits.
const WINDOW: Duration = Duration::from_secs(60);
/// A longer wait is returned to the caller as an error.
const LONGEST_WAIT: Duration = Duration::from_secs(300);
/// The most consecutive failed polls, each already retried by the client's policy.
const MOST_FAILURES: u32 = 5;

/// The pauses between polls.
#[derive(Clone, Debug)]
pub(super) struct PollSchedule {
    /// The interval chosen by the caller.
    interval: Option<Duration>,
    /// Whether the progress is observed.
    observed: bool,
    has_polled: bool,
    failures: u32,
}

impl PollSchedule {
    pub(super) fn new(interval: Option<Duration>, observed: bool) -> Self {
        Self { interval, observed, has_polled: false, failures: 0 }
    }

    /// The pause after a poll.
    pub(super) fn after(&mut self, progress: &Progress, limit: RateLimit) -> Duration {
        self.failures = 0;
        let pause = self.interval.unwrap_or_else(|| self.usual(progress));
        match limit.remaining {
            Some(0) => pause.max(limit.resets_in.unwrap_or_default().min(WINDOW)),
            _ => pause,
        }
    }

    fn usual(&mut self, progress: &Progress) -> Duration {
        let is_first = !std::mem::replace(&mut self.has_polled, true);
        match progress.expected.map(|expected| expected.saturating_sub(progress.elapsed)) {
            Some(left) if is_first && left <= INTERVAL => left.max(LEAST),
            Some(left) if is_first && !self.observed => (left / 2).clamp(INTERVAL, LONGEST_FIRST),
            _ => INTERVAL,
        }
    }

    /// The pause after a failed poll; `None` to give up.
    pub(super) fn after_failure(&mut self, error: &Error) -> Option<Duration> {
        // Retrying does not help after too many downloads.
        let is_used_up = error.kind() == ErrorKind::RateLimited && error.operation() == Some(super::fetch::DOWNLOAD);
        // The API records why a job failed, and repeats it at each later poll.
        let is_recorded = error.content_policy().is_some_and(|failure| failure.credits_refunded.is_some());
        let retry_after = error.retry_after().unwrap_or_default();
        self.failures += 1;
        let goes_on = error.is_transient()
            && !is_used_up
            && !is_recorded
            && retry_after <= LONGEST_WAIT
            && self.failures <= MOST_FAILURES;
        goes_on.then(|| self.interval.unwrap_or(INTERVAL).max(retry_after))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::generated::types::JobStatus;

    fn at(elapsed: u64, expected: Option<u64>) -> Progress {
        Progress {
            fraction: None,
            elapsed: Duration::from_secs(elapsed),
            expected: expected.map(Duration::from_secs),
            status: JobStatus::Processing,
        }
    }

    fn pauses(mut schedule: PollSchedule, progress: &Progress) -> [u64; 2] {
        [0, 1].map(|_| schedule.after(progress, RateLimit::default()).as_secs())
    }

    #[test]
    fn the_first_pause_depends_on_what_is_expected() {
        let unwatched = || PollSchedule::new(None, false);
        assert_eq!(pauses(unwatched(), &at(0, Some(60))), [30, 5]);
        assert_eq!(pauses(unwatched(), &at(0, Some(600))), [60, 5]);
        assert_eq!(pauses(unwatched(), &at(0, Some(3))), [3, 5]);
        assert_eq!(pauses(unwatched(), &at(90, Some(60))), [1, 5], "it is late, so it is probably done soon");
        assert_eq!(pauses(unwatched(), &at(0, None)), [5, 5]);
        assert_eq!(pauses(PollSchedule::new(None, true), &at(0, Some(60))), [5, 5]);
        assert_eq!(pauses(PollSchedule::new(Some(Duration::from_secs(9)), false), &at(0, Some(60))), [9, 9]);
    }

    #[test]
    fn an_exhausted_limit_is_waited_for() {
        let limit = |remaining, resets| RateLimit {
            remaining: Some(remaining),
            resets_in: Some(Duration::from_secs(resets)),
            ..RateLimit::default()
        };
        let mut schedule = PollSchedule::new(None, true);
        assert_eq!(schedule.after(&at(0, None), limit(0, 17)).as_secs(), 17);
        assert_eq!(schedule.after(&at(0, None), limit(1, 17)).as_secs(), 5);
        assert_eq!(schedule.after(&at(0, None), limit(0, 9999)).as_secs(), 60);
    }
}
