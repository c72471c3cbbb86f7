//! A panic while the catalogue is fetched for several callers.

use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime};

use serde_json::json;
use venice_ai::{Clock, SystemClock};

use super::{list, model};
use crate::support::{Answer, PATIENCE, Server, builder};

/// A clock that panics once.
#[derive(Debug, Default)]
struct Broken(AtomicBool);

impl Clock for Broken {
    fn now(&self) -> Instant {
        SystemClock.now()
    }

    fn system_time(&self) -> SystemTime {
        assert!(self.0.swap(true, Ordering::SeqCst), "the clock is broken");
        SystemClock.system_time()
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        SystemClock.sleep(duration)
    }

    fn random(&self) -> f64 {
        SystemClock.random()
    }
}

#[tokio::test]
async fn a_panic_in_a_shared_fetch_is_that_of_one_caller_and_the_others_fetch_again() {
    let server = Server::answering([Answer::json(200, &list(&[model("a", "text", json!({}))]).to_string())]);
    let venice = builder(&server).clock(Broken::default()).build().unwrap();
    let tasks: Vec<_> = (0..3)
        .map(|_| {
            let venice = venice.clone();
            tokio::spawn(async move { venice.models().catalogue().await.unwrap().len() })
        })
        .collect();
    let mut panics = 0;
    for task in tasks {
        match tokio::time::timeout(PATIENCE, task).await.expect("a caller waits for ever") {
            Ok(count) => assert_eq!(count, 1),
            Err(error) => panics += usize::from(error.is_panic()),
        }
    }
    assert_eq!((panics, server.count()), (1, 2));
}
