//! `requests`, `violations` and `verify` at the end of a test.

use serde_json::{Value, json};
use venice_ai::ErrorKind;
use venice_ai::types::{ApiKeyType, CreateApiKeyRequest, WebSearchRequest};
use venice_ai_mock::{Answer, Fault};

use super::{post, start};

#[tokio::test]
async fn requests_are_reported_by_their_operation() {
    let (mock, venice) = start().await;
    for query in ["tide", "moon"] {
        venice.raw().web_search(&WebSearchRequest::new(query)).await.unwrap();
        venice.api_keys().list().await.unwrap();
    }
    let searches = mock.requests_of("webSearch");
    let queries: Vec<_> = searches.iter().map(|request| request.json::<Value>().unwrap()["query"].take()).collect();
    assert_eq!(queries, ["tide", "moon"]);
    assert_eq!((mock.requests_of("getApiKeys").len(), mock.requests_of("createSpeech").len()), (2, 0));
}

#[tokio::test]
async fn a_test_that_went_as_planned_is_verified() {
    let (mock, venice) = start().await;
    mock.fault(Fault::status(503).times(usize::MAX).on("createSpeech"));
    mock.answer(Answer::json(&json!({"data": []})).on("getApiKeys"));
    mock.fault(Fault::status(404));
    venice.api_keys().list().await.unwrap_err();
    assert!(venice.api_keys().list().await.unwrap().is_empty());
    mock.verify().unwrap();
}

#[tokio::test]
async fn an_answer_that_was_never_used_is_found() {
    let (mock, venice) = start().await;
    mock.answer(Answer::json(&json!({"data": []})).on("getApiKeys"));
    mock.answer(Answer::json(&json!({"data": []})).on("listImageStyles"));
    venice.api_keys().list().await.unwrap();
    let error = mock.verify().unwrap_err().to_string();
    assert!(error.contains("an answer for listImageStyles was never used") && !error.contains("getApiKeys"), "{error}");
    venice.raw().list_image_styles().await.unwrap();
    mock.verify().unwrap();
}

#[tokio::test]
async fn an_unknown_operation_is_reported_by_the_next_request_and_at_the_end() {
    const HINT: &str = "createChatCompletions is not an operation, did you mean createChatCompletion?";
    for plan in ["an answer", "a fault"] {
        let (mock, venice) = start().await;
        match plan {
            "a fault" => mock.fault(Fault::status(503).on("createChatCompletions")),
            _ => mock.answer(Answer::json(&json!({})).on("createChatCompletions")),
        }
        // The mistake is in the test, so none of its requests is meaningful.
        let error = venice.api_keys().list().await.unwrap_err();
        assert_eq!(error.status().map(|status| status.as_u16()), Some(400));
        let found = mock.verify().unwrap_err();
        for text in [error.to_string(), found.to_string()] {
            assert!(text.contains(HINT) && text.contains(plan), "{text}");
        }
        mock.reset();
        venice.api_keys().list().await.unwrap();
        mock.verify().unwrap();
    }
    let (mock, _) = start().await;
    mock.answer(Answer::json(&json!({})).on("x"));
    let text = mock.verify().unwrap_err().to_string();
    assert!(text.contains("x is not an operation") && !text.contains("did you mean"), "{text}");
}

#[tokio::test]
async fn what_did_not_go_as_planned_is_reported_in_one() {
    let (mock, venice) = start().await;
    mock.fault(Fault::status(503).times(2).on("createSpeech"));
    mock.answer(Answer::json(&json!({})).times(1));
    post(&venice, "/augment/search", &json!({"limit": 99})).await.unwrap_err();
    let error = mock.verify().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
    let text = error.to_string();
    for line in [
        "webSearch: `query`: Required",
        "webSearch: `limit`: Number must be less than or equal to 20",
        "2 fault(s) left for createSpeech",
        "1 answer(s) left for any operation",
    ] {
        assert!(text.contains(line), "{line} in\n{text}");
    }
}

#[tokio::test]
async fn a_reset_forgets_everything_but_the_way_to_the_mock() {
    let (mock, venice) = start().await;
    venice.api_keys().create(CreateApiKeyRequest::new(ApiKeyType::Inference, "x")).await.unwrap();
    post(&venice, "/augment/search", &json!({})).await.unwrap_err();
    mock.fault(Fault::status(500).times(usize::MAX));
    mock.answer(Answer::json(&json!({"data": []})).on("getApiKeys"));
    mock.reset();
    assert!(mock.requests().is_empty());
    mock.verify().unwrap();
    assert_eq!(venice.api_keys().list().await.unwrap().len(), 1);
    assert_eq!(mock.requests().len(), 1);
}
