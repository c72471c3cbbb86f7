//! `Progress`, `Tracker`: how far a job is.

use std::time::{Duration, Instant};

use super::stage::status_of;
use crate::api::generated::types::{JobProgress, JobStatus};

/// How far a job is.
///
/// The fraction never decreases, even if the server corrects its estimate.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Progress {
    /// From 0 to 1, and 1 only when the result is there; `None` while the API has no estimate.
    ///
    /// An estimate from times. For a job that takes longer than [`expected`](Self::expected) it approaches 1.
    pub fraction: Option<f64>,
    /// How long the job has run; without a report of it, how long it has been polled.
    pub elapsed: Duration,
    /// The expected time: 80% of such jobs take at most this long.
    pub expected: Option<Duration>,
    /// The status, as the API spells it.
    pub status: JobStatus,
}

/// Up to this part of the expected time, the fraction is the elapsed part.
const STEADY: f64 = 0.9;

/// The most before the job is done.
const MOST: f64 = 0.999;

fn fraction(elapsed: Duration, expected: Duration) -> f64 {
    let part = elapsed.as_secs_f64() / expected.as_secs_f64();
    // Both parts meet at `STEADY`; the second one approaches 1.
    let part = if part <= STEADY { part } else { 1.0 - (1.0 - STEADY) * STEADY / part };
    part.min(MOST)
}

/// Milliseconds from the wire. An invalid value counts as not sent.
fn time(milliseconds: Option<f64>) -> Option<Duration> {
    Duration::try_from_secs_f64(milliseconds? / 1000.0).ok()
}

/// Turns reports of a job into progress.
#[derive(Clone, Debug)]
pub(super) struct Tracker {
    begun: Instant,
    last: Progress,
}

impl Tracker {
    pub(super) fn new(now: Instant) -> Self {
        let last = Progress { fraction: None, elapsed: Duration::ZERO, expected: None, status: JobStatus::Queued };
        Self { begun: now, last }
    }

    pub(super) fn update(&mut self, report: &JobProgress, now: Instant) -> Progress {
        let last = &mut self.last;
        let observed = now.saturating_duration_since(self.begun);
        last.elapsed = last.elapsed.max(time(report.execution_duration).unwrap_or(observed));
        last.expected = time(report.average_execution_time).filter(|time| !time.is_zero()).or(last.expected);
        let estimate = last.expected.map(|expected| fraction(last.elapsed, expected));
        last.fraction = estimate.map(|estimate| estimate.max(last.fraction.unwrap_or_default())).or(last.fraction);
        last.status = status_of(report);
        last.clone()
    }

    pub(super) fn done(&mut self, now: Instant) -> Progress {
        let last = &mut self.last;
        last.elapsed = last.elapsed.max(now.saturating_duration_since(self.begun));
        last.fraction = Some(1.0);
        last.status = JobStatus::Completed;
        last.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(elapsed: Option<f64>, average: Option<f64>) -> JobProgress {
        let report = serde_json::json!({"status": "PROCESSING", "execution_duration": elapsed, "average_execution_time": average});
        serde_json::from_value(report).unwrap()
    }

    #[test]
    fn the_fraction_of_a_late_job_approaches_one() {
        let expected = Duration::from_secs(100);
        let fractions: Vec<f64> = (0..2000).map(|n| fraction(Duration::from_secs(n), expected)).collect();
        assert!(fractions.is_sorted() && fractions.iter().all(|part| *part < 1.0));
        assert_eq!(fractions[50], 0.5);
        assert!(fractions[100] > 0.9 && fractions[100] < 0.95, "{}", fractions[100]);
        assert!(fractions[1999] > 0.99);
        assert!(fraction(Duration::MAX, Duration::from_nanos(1)) < 1.0);
    }

    #[test]
    fn the_fraction_never_decreases() {
        let now = Instant::now();
        let mut tracker = Tracker::new(now);
        let first = tracker.update(&report(Some(50_000.0), Some(100_000.0)), now);
        assert_eq!((first.fraction, first.elapsed), (Some(0.5), Duration::from_secs(50)));
        let back = tracker.update(&report(Some(10_000.0), Some(900_000.0)), now);
        assert_eq!((back.fraction, back.elapsed), (Some(0.5), Duration::from_secs(50)));
        let without_status = tracker.update(&report(None, None), now);
        assert_eq!((without_status.fraction, without_status.expected), (Some(0.5), Some(Duration::from_secs(900))));
        assert_eq!(tracker.done(now).fraction, Some(1.0));
    }

    #[test]
    fn absurd_times_count_as_not_sent() {
        let now = Instant::now();
        for (elapsed, average) in [(-1.0, 0.0), (f64::MAX, -5.0), (1e300, 0.0)] {
            let seen = Tracker::new(now).update(&report(Some(elapsed), Some(average)), now + Duration::from_secs(3));
            assert_eq!((seen.fraction, seen.elapsed, seen.expected), (None, Duration::from_secs(3), None));
        }
    }
}
