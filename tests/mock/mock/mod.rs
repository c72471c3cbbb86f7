//! The mock: it answers like the API, with scripted answers and faults.

mod answers;
mod asserting;
mod audio;
mod augment;
mod chat;
mod checks;
mod defaults;
mod faults;
mod forms;
mod jobs;
mod keys;
mod models;
mod server;
mod streams;

use std::time::Duration;

use serde_json::Value;
use venice_ai::http::Method;
use venice_ai::{Client, Error, RetryPolicy};
use venice_ai_mock::MockVenice;

/// A mock without pauses, and a client without retries.
async fn start() -> (MockVenice, Client) {
    let mock = MockVenice::builder().pause(Duration::ZERO).start().await.unwrap();
    let client = mock.client_builder().retry(RetryPolicy::disabled()).build().unwrap();
    (mock, client)
}

/// The reply to a body.
async fn post(venice: &Client, path: &str, body: &Value) -> Result<Value, Error> {
    venice.request(Method::POST, path).with_json_body(body).await
}

async fn get(venice: &Client, path: &str) -> Result<Value, Error> {
    venice.request(Method::GET, path).await
}
