//! `TestClock`: a clock that is set by hand, with fixed jitter.

use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use venice_ai::Clock;

/// Pauses end at once, are recorded, and advance the clock.
#[derive(Clone, Debug)]
pub struct TestClock {
    state: Arc<Mutex<State>>,
    begun: Instant,
}

#[derive(Debug)]
struct State {
    passed: Duration,
    pauses: Vec<Duration>,
    jitter: f64,
}

/// 2023-11-14T22:13:20Z.
pub const EPOCH_SECONDS: u64 = 1_700_000_000;

impl TestClock {
    /// Its jitter is always `jitter`, a number from 0 to 1.
    pub fn with_jitter(jitter: f64) -> Self {
        let state = State { passed: Duration::ZERO, pauses: Vec::new(), jitter };
        Self { state: Arc::new(Mutex::new(state)), begun: Instant::now() }
    }

    /// Without jitter: pauses chosen by the client are zero, and those requested by the server are exact.
    pub fn without_jitter() -> Self {
        Self::with_jitter(0.0)
    }

    pub fn advance(&self, time: Duration) {
        self.state.lock().unwrap().passed += time;
    }

    /// The pauses so far.
    pub fn pauses(&self) -> Vec<Duration> {
        self.state.lock().unwrap().pauses.clone()
    }
}

impl Clock for TestClock {
    fn now(&self) -> Instant {
        self.begun + self.state.lock().unwrap().passed
    }

    fn system_time(&self) -> SystemTime {
        let passed = self.state.lock().unwrap().passed;
        SystemTime::UNIX_EPOCH + Duration::from_secs(EPOCH_SECONDS) + passed
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let mut state = self.state.lock().unwrap();
        state.pauses.push(duration);
        state.passed += duration;
        Box::pin(std::future::ready(()))
    }

    fn random(&self) -> f64 {
        self.state.lock().unwrap().jitter
    }
}

/// A clock with a callback in each pause.
pub struct HookClock<F>(pub F);

impl<F> std::fmt::Debug for HookClock<F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HookClock")
    }
}

impl<F: Fn() + Send + Sync + 'static> Clock for HookClock<F> {
    fn now(&self) -> Instant {
        Instant::now()
    }

    fn system_time(&self) -> SystemTime {
        SystemTime::now()
    }

    fn sleep(&self, _: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        (self.0)();
        Box::pin(std::future::ready(()))
    }

    fn random(&self) -> f64 {
        0.0
    }
}
