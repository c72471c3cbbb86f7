//! `RetryPolicy`: how often a failed call is retried, and the backoff between attempts.

use std::time::Duration;

use super::Clock;
use crate::runtime::error::Error;

/// How often a call is retried after a failure, and how long it waits before.
///
/// Whether a retry is safe depends on the operation's [`RetryClass`](crate::RetryClass). Between attempts the client waits as long as the
/// API asks (`Retry-After`, or the end of the exhausted limit's window), otherwise with exponential backoff and full jitter.
///
/// The API blocks an API key (a wallet: its IP address) for a model and a `user` until the end of the window when more than 50 of their
/// requests failed within 30 seconds; it counts each 4xx except 429. All clones of a client share a count, and read the headers of replies
/// ([`Meta::error_budget`](crate::Meta::error_budget)): from 40 on a 4xx is not retried. Retries after a 429 or 5xx, which the API does not
/// count, are not held back. A block (`Too many failed attempts`) is waited for.
///
/// ```
/// use std::time::Duration;
/// use venice_ai::RetryPolicy;
///
/// let patient = RetryPolicy::default().with_max_retries(5).with_max_delay(Duration::from_secs(30));
/// let never = RetryPolicy::disabled();
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[doc(alias("backoff", "rate_limit", "max_retries"))]
pub struct RetryPolicy {
    max_retries: u32,
    base_delay: Duration,
    max_delay: Duration,
    max_retry_after: Duration,
}

impl Default for RetryPolicy {
    /// Two retries; pauses of up to 0.5 and 1 seconds; waits of up to 60 seconds when the API asks for them.
    fn default() -> Self {
        Self {
            max_retries: 2,
            base_delay: Duration::from_millis(500),
            max_delay: Duration::from_secs(8),
            max_retry_after: Duration::from_secs(60),
        }
    }
}

impl RetryPolicy {
    /// No retries.
    pub fn disabled() -> Self {
        Self { max_retries: 0, ..Self::default() }
    }

    /// The maximum number of retries. The first attempt does not count.
    #[must_use]
    pub fn with_max_retries(mut self, retries: u32) -> Self {
        self.max_retries = retries;
        self
    }

    /// The upper bound of the first pause. It doubles with each retry.
    #[must_use]
    pub fn with_base_delay(mut self, delay: Duration) -> Self {
        self.base_delay = delay;
        self
    }

    /// The maximum of that upper bound.
    #[must_use]
    pub fn with_max_delay(mut self, delay: Duration) -> Self {
        self.max_delay = delay;
        self
    }

    /// The longest wait that the API may ask for. If it asks for more, the call fails at once, and [`Error::retry_after`] has the wait.
    #[must_use]
    pub fn with_max_retry_after(mut self, wait: Duration) -> Self {
        self.max_retry_after = wait;
        self
    }

    /// The maximum number of retries: [`with_max_retries`](Self::with_max_retries).
    #[must_use]
    pub fn max_retries(&self) -> u32 {
        self.max_retries
    }

    /// The upper bound of the first pause: [`with_base_delay`](Self::with_base_delay).
    #[must_use]
    pub fn base_delay(&self) -> Duration {
        self.base_delay
    }

    /// The maximum of that upper bound: [`with_max_delay`](Self::with_max_delay).
    #[must_use]
    pub fn max_delay(&self) -> Duration {
        self.max_delay
    }

    /// The longest wait that the API may ask for: [`with_max_retry_after`](Self::with_max_retry_after).
    #[must_use]
    pub fn max_retry_after(&self) -> Duration {
        self.max_retry_after
    }

    /// The pause before the next attempt, or why there is none.
    pub(super) fn decide(&self, failure: &Error, retries: u32, failures: Failures, clock: &dyn Clock) -> Decision {
        if !failure.is_repeatable() {
            return Decision::Stop("not_retryable");
        }
        if retries >= self.max_retries {
            return Decision::Stop("retries_exhausted");
        }
        // The API itself timed out; a third attempt is unlikely to be faster.
        if failure.status().is_some_and(|status| status.as_u16() == 504) && retries >= 1 {
            return Decision::Stop("gateway_timeout_retried_once");
        }
        if failures.are_too_many {
            return Decision::Stop("failure_budget_exhausted");
        }
        if failure.is_concurrency_limit() {
            // One of those in flight ends soon, whatever the windows of other limits say.
            return Decision::Repeat(part(self.base_delay, jitter(clock)));
        }
        match failure.retry_after().max(failures.blocked_for) {
            Some(requested) if requested > self.max_retry_after => Decision::Stop("retry_after_too_long"),
            // Clients that were rejected together must not retry together.
            Some(requested) => Decision::Repeat(requested.saturating_add(part(self.base_delay, jitter(clock)))),
            // Settling takes time, and no other client waits for it.
            None if failure.is_payment_in_progress() => Decision::Repeat(self.backoff(retries)),
            None => Decision::Repeat(part(self.backoff(retries), jitter(clock))),
        }
    }

    /// Retries without a pause, if the policy allows another attempt.
    pub(super) fn at_once(&self, retries: u32) -> Decision {
        if retries < self.max_retries { Decision::Repeat(Duration::ZERO) } else { Decision::Stop("retries_exhausted") }
    }

    fn backoff(&self, retries: u32) -> Duration {
        let factor = 2_u32.checked_pow(retries).unwrap_or(u32::MAX);
        self.base_delay.checked_mul(factor).unwrap_or(self.max_delay).min(self.max_delay)
    }
}

/// The failure budget after a failure.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Failures {
    /// Another failure may exceed the budget.
    pub(super) are_too_many: bool,
    /// How long the API blocks such requests.
    pub(super) blocked_for: Option<Duration>,
}

/// What to do after a failure.
#[derive(Debug, PartialEq)]
pub(super) enum Decision {
    /// Retry after this pause.
    Repeat(Duration),
    /// Report the failure, with this `retry_decision` in the log.
    Stop(&'static str),
}

/// A fraction of a duration. The longest `Duration` is slightly less than the nearest number.
fn part(whole: Duration, part: f64) -> Duration {
    Duration::try_from_secs_f64(whole.as_secs_f64() * part).unwrap_or(whole)
}

/// A random number in `0.0..=1.0`, also if a custom clock returns another.
pub(crate) fn jitter(clock: &dyn Clock) -> f64 {
    let number = clock.random();
    if number.is_finite() { number.clamp(0.0, 1.0) } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backoff_doubles_up_to_its_limit() {
        let policy = RetryPolicy::default();
        let bounds: Vec<u128> = [0, 1, 2, 3, 4, 5, 31, 32, u32::MAX].map(|n| policy.backoff(n).as_millis()).to_vec();
        assert_eq!(bounds, [500, 1000, 2000, 4000, 8000, 8000, 8000, 8000, 8000]);
    }
}
