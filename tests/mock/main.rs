//! The mock server, the examples that run on it, and the live tests' own checks.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use venice_ai_test_support as support;

mod cassette;
mod examples;
mod first_use;
mod live;
mod mock;
mod web_server;

/// The number of tries for something that a busy machine can hide.
const ATTEMPTS: usize = 10;

/// Waits until one of several tries succeeds.
async fn retried(mut shows: impl AsyncFnMut() -> bool) {
    for _ in 0..ATTEMPTS {
        if shows().await {
            return;
        }
    }
    panic!("it was not seen in {ATTEMPTS} tries");
}
