//! The live tests, run on the mock: they pass, they find faults, and they clean up.

#[path = "../live/checks.rs"]
mod checks;

use std::time::Duration;

use venice_ai::RetryPolicy;
use venice_ai_mock::{Fault, MockVenice};

async fn mock() -> MockVenice {
    MockVenice::builder().pause(Duration::ZERO).start().await.unwrap()
}

#[tokio::test]
async fn they_pass_on_an_api_that_works() {
    let mock = mock().await;
    let venice = mock.client();
    checks::models_are_listed(&venice).await;
    checks::a_web3_token_is_fetched(&venice).await;
    checks::ten_tokens_are_streamed(&venice).await;
    checks::a_key_is_made_and_deleted(&venice).await;
    assert_eq!(venice.api_keys().list().await.unwrap().len(), 1);
}

#[tokio::test]
async fn no_key_stays_behind_when_one_fails() {
    for fault in [
        Fault::status(404).on("getApiKeyById"),
        Fault::status(401).on("getApiKeyRateLimits"),
        Fault::status(400).on("deleteApiKey"),
        // The key is created, but the test does not get the reply.
        Fault::cut(12).on("createApiKey"),
    ] {
        let mock = mock().await;
        let venice = mock.client_builder().retry(RetryPolicy::disabled()).build().unwrap();
        mock.fault(fault.clone());
        let check = tokio::spawn({
            let venice = venice.clone();
            async move { checks::a_key_is_made_and_deleted(&venice).await }
        });
        assert!(check.await.is_err(), "{fault:?} was not noticed");
        assert!(mock.requests().iter().any(|request| request.operation == Some("createApiKey")));
        let left = venice.api_keys().list().await.unwrap();
        assert!(
            !left.iter().any(|key| key.description.as_deref().unwrap_or_default().starts_with(checks::MARK)),
            "{fault:?}"
        );
    }
}

#[tokio::test]
async fn a_stream_that_breaks_off_fails_the_test() {
    let mock = mock().await;
    mock.fault(Fault::cut(900).on("createChatCompletion"));
    let venice = mock.client();
    let check = tokio::spawn(async move { checks::ten_tokens_are_streamed(&venice).await });
    assert!(check.await.is_err());
}
