//! `Progress`: the progress of a run.

use std::fmt;
use std::time::Duration;

use crate::features::pace::Wait;
use crate::runtime::amount::Amount;

/// The progress of a run, from [`Many::progress`](super::Many::progress) or [`Many::with_progress`](super::Many::with_progress).
///
/// `Display` is one line without prompts or answers: `120 of 200 done, 2 failed, 8 in flight, …`.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Progress {
    /// The number of requests, if the input knows it. A stream and a filtered iterator do not.
    pub total: Option<u64>,
    /// Answered requests, including those from the journal.
    pub done: u64,
    /// Failed requests, including those from the journal.
    pub failed: u64,
    /// Failed requests that may have been charged.
    pub may_be_paid: u64,
    /// Outcomes from the journal, for which nothing was sent.
    pub from_journal: u64,
    /// Requests of a shared batch whose outcome another process has.
    pub elsewhere: u64,
    /// Requests in flight.
    pub in_flight: u64,
    /// Taken from the input and waiting to be sent.
    pub waiting: u64,
    /// Retries of requests known not to have been executed.
    pub retried: u64,
    /// Input and output tokens, as far as replies report them; those of a journal count, which were paid before.
    pub tokens: u64,
    /// The cost reported by the replies, in US dollars, those of a journal too. Only chat completions report it; see also
    /// [`balances`](crate::Meta::balances).
    pub cost_usd: Amount,
    /// The time since the first request.
    pub elapsed: Duration,
    /// Why nothing more is sent right now.
    pub waits_for: Option<Wait>,
    /// How long that lasts, if it is known.
    pub waits_another: Option<Duration>,
}

impl Progress {
    /// The requests that have an outcome, here or in another process.
    #[must_use]
    pub fn finished(&self) -> u64 {
        self.done + self.failed + self.elsewhere
    }

    /// Finished requests per minute, without those from the journal; `None` at the beginning.
    #[must_use]
    pub fn per_minute(&self) -> Option<f64> {
        let finished = self.finished().saturating_sub(self.from_journal + self.elsewhere) as f64;
        let minutes = self.elapsed.as_secs_f64() / 60.0;
        (finished > 0.0 && minutes > 0.0).then(|| finished / minutes)
    }

    /// The estimated remaining time, if the number of requests is known.
    #[must_use]
    pub fn remaining_time(&self) -> Option<Duration> {
        let left = self.total?.saturating_sub(self.finished()) as f64;
        Duration::try_from_secs_f64(left / self.per_minute()? * 60.0).ok()
    }
}

impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.done)?;
        if let Some(total) = self.total {
            write!(f, " of {total}")?;
        }
        write!(f, " done")?;
        if self.failed > 0 {
            write!(f, ", {} failed", self.failed)?;
        }
        if self.elsewhere > 0 {
            write!(f, ", {} by others", self.elsewhere)?;
        }
        if self.from_journal > 0 {
            write!(f, ", {} from the journal", self.from_journal)?;
        }
        write!(f, ", {} in flight", self.in_flight)?;
        if self.retried > 0 {
            write!(f, ", {} retried", self.retried)?;
        }
        if self.tokens > 0 {
            write!(f, ", {} tokens", self.tokens)?;
        }
        if !self.cost_usd.is_zero() {
            write!(f, ", {:.4} USD", self.cost_usd)?;
        }
        if let Some(why) = self.waits_for.filter(|why| *why != Wait::Replies) {
            write!(f, ", waits: {why}")?;
            if let Some(time) = self.waits_another {
                write!(f, " ({:.1} s)", time.as_secs_f64())?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_does_not_count_outcomes_of_the_journal() {
        let progress = Progress {
            total: Some(200),
            done: 90,
            failed: 10,
            from_journal: 40,
            elapsed: Duration::from_secs(120),
            ..Progress::default()
        };
        assert_eq!(progress.per_minute(), Some(30.0));
        assert_eq!(progress.remaining_time(), Some(Duration::from_secs(200)));
        assert_eq!(Progress::default().per_minute(), None);
    }

    #[test]
    fn a_line_says_why_it_waits() {
        let progress = Progress {
            total: Some(200),
            done: 90,
            failed: 1,
            in_flight: 2,
            retried: 3,
            tokens: 700,
            cost_usd: "0.25".parse().unwrap(),
            waits_for: Some(Wait::Overloaded),
            waits_another: Some(Duration::from_millis(1500)),
            ..Progress::default()
        };
        let line = "90 of 200 done, 1 failed, 2 in flight, 3 retried, 700 tokens, 0.2500 USD, \
                    waits: the model is overloaded (1.5 s)";
        assert_eq!(progress.to_string(), line);
    }
}
