//! Encrypted chats under the strictest privacy policy.

use serde_json::Value;
use venice_ai::http::Method;
use venice_ai::types::ChatCompletionRequest;
use venice_ai::{ErrorKind, Privacy};
use venice_ai_mock::Answer;

use super::{CHAT, MODEL, QUESTION, mock, session};

#[tokio::test]
async fn only_encrypted_chats_pass_the_end_to_end_policy() {
    let (mock, venice) = mock().await;
    let mut models: Value = venice.request(Method::GET, "/models?type=all").await.unwrap();
    let model = models["data"].as_array_mut().unwrap().iter_mut().find(|model| model["id"] == MODEL).unwrap();
    model["model_spec"]["privacy"] = "private".into();
    mock.answer(Answer::json(&models).on("listModels").times(usize::MAX));
    let venice = mock.client_builder().privacy(Privacy::EndToEnd).build().unwrap();

    let refused = venice.chat().create(ChatCompletionRequest::new(MODEL, QUESTION)).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Privacy);
    assert_eq!(refused.privacy().unwrap().refusals().next().unwrap().rule, "not_encrypted");
    assert!(mock.requests_of(CHAT).is_empty());

    let session = session(&mock, &venice).await;
    let reply = session.chat().user(QUESTION).await.unwrap();
    assert!(reply.text.contains(&QUESTION[..10]), "{}", reply.text);
    assert!(!reply.meta.privacy().unwrap().is_refused());
    assert_eq!(mock.requests_of(CHAT).len(), 1);
}

#[tokio::test]
async fn a_model_that_is_not_private_is_refused_also_for_encrypted_chats() {
    let (mock, _) = mock().await;
    let venice = mock.client_builder().privacy(Privacy::EndToEnd).build().unwrap();
    let session = session(&mock, &venice).await;
    let refused = session.chat().user(QUESTION).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Privacy);
    assert_eq!(refused.privacy().unwrap().refusals().next().unwrap().rule, "model_privacy");
    assert!(mock.requests_of(CHAT).is_empty());
}
