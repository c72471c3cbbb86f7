//! Tests against the real API: a few calls that cost less than a cent.
//!
//! They need `VENICE_API_KEY` (of the type `ADMIN`, as one of them creates a key) and use `VENICE_BASE_URL` if it is set: `cargo test
//! --test live -- --ignored`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod checks;

use venice_ai::Client;

/// A client of the real API.
fn client() -> Client {
    Client::from_env().unwrap_or_else(|error| panic!("{error}"))
}

#[tokio::test]
#[ignore = "calls the real API with a key"]
async fn models_are_listed() {
    checks::models_are_listed(&client()).await;
}

#[tokio::test]
#[ignore = "calls the real API with a key"]
async fn a_web3_token_is_fetched() {
    checks::a_web3_token_is_fetched(&client()).await;
}

#[tokio::test]
#[ignore = "calls the real API with a key"]
async fn ten_tokens_are_streamed() {
    checks::ten_tokens_are_streamed(&client()).await;
}

#[tokio::test]
#[ignore = "calls the real API with a key"]
async fn a_key_is_made_and_deleted() {
    checks::a_key_is_made_and_deleted(&client()).await;
}
