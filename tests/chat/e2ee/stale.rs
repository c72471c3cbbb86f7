//! A stale attestation: the model has a new key.

use serde_json::json;
use venice_ai::ErrorKind;
use venice_ai::e2ee::EncryptedSession;
use venice_ai_mock::{Answer, Fault, MockVenice};

use super::{ATTESTATION, CHAT, MODEL, QUESTION, drained, mock, session};

/// How often the model was attested, and how often it was asked.
fn counts(mock: &MockVenice) -> (usize, usize) {
    (mock.requests_of(ATTESTATION).len(), mock.requests_of(CHAT).len())
}

fn key(session: &EncryptedSession) -> [u8; 65] {
    *session.attestation().public_key().unwrap()
}

#[tokio::test]
async fn the_session_is_renewed_once_and_the_chat_encrypted_for_the_new_key() {
    let (mock, venice) = mock().await;
    let session = session(&mock, &venice).await;
    let before = key(&session);
    mock.fault(Fault::stale_attestation());
    let (text, error) = drained(&session.chat().user(QUESTION)).await;
    assert!(error.is_none() && text.contains("You said"), "{error:?}");
    assert_ne!(key(&session), before);
    assert_eq!(counts(&mock), (2, 2));
    let requests = mock.requests_of(CHAT);
    assert_eq!(requests[0].decrypted(), requests[1].decrypted());
    assert_ne!(requests[0].body, requests[1].body, "it is encrypted anew");
    // Later chats use the new key at once.
    session.chat().user("Again").send().await.unwrap();
    assert_eq!(counts(&mock), (2, 3));
}

#[tokio::test]
async fn a_second_stale_attestation_is_an_error() {
    let (mock, venice) = mock().await;
    let session = session(&mock, &venice).await;
    mock.fault(Fault::stale_attestation().times(2));
    let error = session.chat().user(QUESTION).send().await.unwrap_err();
    assert_eq!(error.code(), Some("e2ee_attestation_stale"));
    assert_eq!(counts(&mock), (2, 2));
}

#[tokio::test]
async fn it_may_be_reported_by_the_status_too() {
    let (mock, venice) = mock().await;
    let session = session(&mock, &venice).await;
    let body = json!({"error": {"message": "Attest again", "type": "api_error", "code": "e2ee_attestation_stale"}});
    mock.fault(Fault::status(409).json(body).on(CHAT));
    assert!(session.chat().user(QUESTION).send().await.unwrap().text.contains("You said"));
    assert_eq!(counts(&mock), (2, 2));
}

#[tokio::test]
async fn nothing_is_sent_again_after_a_part_of_the_answer_was_returned() {
    let (mock, venice) = mock().await;
    let session = session(&mock, &venice).await;
    mock.answer(Answer::with(|request| {
        let stale = json!({"error": {"message": "Attest again", "code": "e2ee_attestation_stale"}});
        let delta = json!({"content": request.encrypt("Half an")});
        Answer::events([json!({"id": "1", "object": "", "created": 0, "model": MODEL, "choices": [{"index": 0, "delta": delta}]}), stale])
    }).on(CHAT).times(1));
    let (text, error) = drained(&session.chat().user(QUESTION)).await;
    assert_eq!((text.as_str(), error.unwrap().code()), ("Half an", Some("e2ee_attestation_stale")));
    assert_eq!(counts(&mock), (1, 1));
}

#[tokio::test]
async fn a_session_that_cannot_be_renewed_fails_and_sends_nothing() {
    let (mock, venice) = mock().await;
    let session = session(&mock, &venice).await;
    mock.fault(Fault::stale_attestation());
    mock.fault(Fault::status(404).on(ATTESTATION));
    let error = session.chat().user(QUESTION).send().await.unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::NotFound, Some(ATTESTATION)));
    assert_eq!(counts(&mock), (2, 1));
}

#[tokio::test]
async fn concurrent_chats_renew_a_session_once() {
    let (mock, venice) = mock().await;
    let session = session(&mock, &venice).await;
    let chats = ["a", "b", "c"].map(|text| session.chat().user(text));
    // The first makes the key of the others stale as well.
    mock.fault(Fault::stale_attestation());
    let (a, b, c) = tokio::join!(chats[0].send(), chats[1].send(), chats[2].send());
    for reply in [a, b, c] {
        assert!(reply.unwrap().text.contains("You said"));
    }
    assert_eq!(mock.requests_of(ATTESTATION).len(), 2);
}
