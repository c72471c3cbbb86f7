//! [`FastClock`]: time passes a hundred times as fast for pauses and rate limits. Time-outs do not depend on it.

use std::pin::Pin;
use std::time::{Duration, Instant, SystemTime};

use venice_ai::Clock;

const SPEED: u32 = 100;

/// A clock that runs ahead from the time when it was made.
#[derive(Clone, Copy, Debug)]
pub struct FastClock {
    began: Instant,
    at: SystemTime,
}

impl FastClock {
    /// One that shows the time of now.
    pub fn new() -> Self {
        Self { began: Instant::now(), at: SystemTime::now() }
    }
}

impl Clock for FastClock {
    fn now(&self) -> Instant {
        self.began + self.began.elapsed() * SPEED
    }

    fn system_time(&self) -> SystemTime {
        self.at + self.began.elapsed() * SPEED
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(tokio::time::sleep(duration / SPEED))
    }
}
