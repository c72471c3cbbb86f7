//! Pace: calls wait for their turn within the API's limits.

#[cfg(feature = "batch")]
mod batches;
mod limits;
mod queue;
mod streams;

use std::pin::Pin;
use std::sync::Mutex;
use std::time::{Duration, Instant, SystemTime};

use tokio::sync::watch;
use venice_ai::types::ChatCompletionRequest;
use venice_ai::{Client, Clock, RetryPolicy};

use crate::support::chat::ANSWER;
use crate::support::server::Request;
use crate::support::{Answer, Server, builder};

const MINUTE: Duration = Duration::from_secs(60);
/// Longer than any wait of these tests.
const LONG: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);
/// What a call is observed for that must not be sent.
const MOMENT: Duration = Duration::from_millis(50);

fn client(server: &Server, clock: &(impl Clock + Clone + 'static), max_wait: Duration) -> Client {
    builder(server).clock(clock.clone()).retry(RetryPolicy::disabled()).pace(max_wait).build().unwrap()
}

fn request(model: &str, n: usize) -> ChatCompletionRequest {
    ChatCompletionRequest::new(model, [format!("question {n}")])
}

/// The number of the question in a request.
fn number(request: &Request) -> usize {
    let content = &request.json()["messages"][0]["content"];
    content.as_str().unwrap().rsplit(' ').next().unwrap().parse().unwrap()
}

/// An answer whose headers report a limit of `what`.
fn limited(status: u16, what: &str, limit: u64, left: u64, resets: SystemTime) -> Answer {
    let millis = resets.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_millis().to_string();
    let names = ["limit", "remaining", "reset"].map(|part| format!("x-ratelimit-{part}-{what}"));
    let headers = [
        ("content-type", "application/json"),
        (&names[0], &limit.to_string()),
        (&names[1], &left.to_string()),
        (&names[2], &millis),
    ];
    Answer::new(status, &headers, if status == 200 { ANSWER } else { r#"{"error": "Rate limit exceeded"}"# })
}

/// A server that allows `limit` requests in a window of this length, and answers 429 to the others.
fn limiting(clock: &(impl Clock + Clone + 'static), limit: u64, window: Duration) -> Server {
    let (clock, state) = (clock.clone(), Mutex::new((SystemTime::UNIX_EPOCH, 0)));
    Server::start(move |_, _| {
        let mut state = state.lock().unwrap();
        let now = clock.system_time();
        if now >= state.0 {
            *state = (now + window, limit);
        }
        let (status, left) = if state.1 == 0 { (429, 0) } else { (200, state.1 - 1) };
        state.1 = left;
        limited(status, "requests", limit, left, state.0)
    })
}

/// A server that has no request left for a minute, for the model `m`.
fn used_up(clock: &(impl Clock + Clone + 'static)) -> Server {
    let clock = clock.clone();
    Server::start(move |_, request| match !request.body.is_empty() && request.json()["model"] == "m" {
        true => limited(200, "requests", 10, 0, clock.system_time() + MINUTE),
        false => ANSWER.into(),
    })
}

/// A clock that stands still until a test advances it.
#[derive(Clone, Debug)]
struct HeldClock {
    begun: Instant,
    passed: watch::Sender<Duration>,
}

impl HeldClock {
    fn new() -> Self {
        Self { begun: Instant::now(), passed: watch::Sender::new(Duration::ZERO) }
    }

    /// Whether anything sleeps.
    fn is_waited_for(&self) -> bool {
        self.passed.receiver_count() > 0
    }

    fn advance(&self, time: Duration) {
        self.passed.send_modify(|passed| *passed += time);
    }
}

impl Clock for HeldClock {
    fn now(&self) -> Instant {
        self.begun + *self.passed.borrow()
    }

    fn system_time(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000) + *self.passed.borrow()
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let mut passed = self.passed.subscribe();
        let end = *passed.borrow() + duration;
        Box::pin(async move { _ = passed.wait_for(|passed| *passed >= end).await })
    }

    fn random(&self) -> f64 {
        0.0
    }
}
