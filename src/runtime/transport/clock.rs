//! `Clock`: the source of time, sleep and randomness, replaceable in tests.

use std::fmt;
use std::pin::Pin;
use std::time::{Duration, Instant, SystemTime};

/// The source of time, sleep and randomness of a client.
///
/// Replace it ([`ClientBuilder::clock`](crate::ClientBuilder::clock)) to test retries without waiting and without randomness. Time-outs are
/// not part of it: they always use Tokio's timer.
///
/// ```
/// use std::pin::Pin;
/// use std::time::Duration;
///
/// /// Pauses end at once, and jitter is always zero.
/// #[derive(Debug)]
/// struct Hasty;
///
/// impl venice_ai::Clock for Hasty {
///     fn sleep(&self, _: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
///         Box::pin(std::future::ready(()))
///     }
///     fn random(&self) -> f64 {
///         0.0
///     }
/// }
/// let venice = venice_ai::Client::builder().clock(Hasty).build()?;
/// # Ok::<(), venice_ai::Error>(())
/// ```
pub trait Clock: fmt::Debug + Send + Sync {
    /// A monotonic time.
    fn now(&self) -> Instant {
        Instant::now()
    }

    /// The time of day.
    fn system_time(&self) -> SystemTime {
        SystemTime::now()
    }

    /// Completes after this duration.
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(tokio::time::sleep(duration))
    }

    /// A random number in `0.0..1.0`.
    fn random(&self) -> f64 {
        (crate::runtime::random::bits() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// The system clock, Tokio's timer, and real randomness.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_numbers_cover_the_range_and_stay_in_it() {
        let thrown: Vec<f64> = (0..1000).map(|_| SystemClock.random()).collect();
        assert!(thrown.iter().all(|number| (0.0..1.0).contains(number)));
        assert!(thrown.iter().any(|number| *number < 0.1));
        assert!(thrown.iter().any(|number| *number > 0.9));
    }
}
