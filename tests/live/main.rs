//! Tests against the real API: a handful of calls that cost less than a cent.
//!
//! They run when `VENICE_API_KEY` is set (of the type `ADMIN`, as one of them makes a key), at `VENICE_BASE_URL` if that is set, and
//! are skipped with a printed line when it is not.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod checks;

use std::io::Write;

use venice_ai::{Client, ErrorKind};

/// A client of the real API; `None` where there is no key.
fn client(test: &str) -> Option<Client> {
    match Client::from_env() {
        Ok(client) => Some(client),
        Err(error) if error.kind() == ErrorKind::MissingApiKey => {
            // Unlike `eprintln!` this is seen although the test passes.
            writeln!(std::io::stderr(), "skipped {test}: VENICE_API_KEY is not set").ok();
            None
        }
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test]
async fn models_are_listed() {
    if let Some(venice) = client("models_are_listed") {
        checks::models_are_listed(&venice).await;
    }
}

#[tokio::test]
async fn a_web3_token_is_fetched() {
    if let Some(venice) = client("a_web3_token_is_fetched") {
        checks::a_web3_token_is_fetched(&venice).await;
    }
}

#[tokio::test]
async fn ten_tokens_are_streamed() {
    if let Some(venice) = client("ten_tokens_are_streamed") {
        checks::ten_tokens_are_streamed(&venice).await;
    }
}

#[tokio::test]
async fn a_key_is_made_and_deleted() {
    if let Some(venice) = client("a_key_is_made_and_deleted") {
        checks::a_key_is_made_and_deleted(&venice).await;
    }
}
