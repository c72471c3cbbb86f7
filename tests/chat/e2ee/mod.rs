//! End-to-end encrypted chats.

mod faults;
mod leaks;
#[cfg(feature = "privacy")]
mod policy;
mod requests;
mod stale;

use venice_ai::e2ee::{EncryptedChat, EncryptedSession};
use venice_ai::{Client, Error, RetryPolicy};
use venice_ai_mock::{Fault, MockVenice};

/// A model of the mock in a trusted environment.
const MODEL: &str = "arsenale-coder";
const QUESTION: &str = "Is this mole worrying? Only you may know.";
const CHAT: &str = "createChatCompletion";
const ATTESTATION: &str = "getTeeAttestation";

/// A mock that streams without pauses, and a client without retries.
async fn mock() -> (MockVenice, Client) {
    let mock = MockVenice::builder().pause(std::time::Duration::ZERO).start().await.unwrap();
    let venice = mock.client_builder().retry(RetryPolicy::disabled()).build().unwrap();
    (mock, venice)
}

/// A session without verified hardware: these tests are about what comes after it.
async fn session(mock: &MockVenice, venice: &Client) -> EncryptedSession {
    mock.fault(Fault::attestation_without_quote().times(usize::MAX));
    venice.e2ee(MODEL).accept_claimed_attestation().await.unwrap()
}

async fn chat(mock: &MockVenice, venice: &Client) -> EncryptedChat {
    session(mock, venice).await.chat().user(QUESTION)
}

/// The texts that arrive, and the error that ends them.
async fn drained(chat: &EncryptedChat) -> (String, Option<Error>) {
    let mut stream = match chat.stream().await {
        Ok(stream) => stream,
        Err(error) => return (String::new(), Some(error)),
    };
    let mut text = String::new();
    let mut failure = None;
    while let Some(delta) = stream.next().await {
        assert!(failure.is_none(), "an error ends the stream");
        match delta {
            Ok(delta) => text.push_str(&delta.text),
            Err(error) => failure = Some(error),
        }
    }
    assert!(stream.next().await.is_none());
    (text, failure)
}
