//! Voice cloning.

use venice_ai::types::CreateClonedVoiceRequest;
use venice_ai::{ErrorKind, Upload};

use crate::support::{Answer, Server, TestClock, client, once};
use crate::uploads::parts;

const VOICE: &str = r#"{"id": "vv_5Ge1", "model": "tts-minimax-speech-02-hd", "expires": "soon"}"#;

fn sample() -> Upload {
    Upload::bytes("anna.mp3", "ID3 and so on")
}

#[tokio::test]
async fn a_recording_becomes_a_voice() {
    let server = Server::answering([Answer::json(200, VOICE)]);
    let request = CreateClonedVoiceRequest::new(sample()).model("tts-minimax-speech-02-hd");
    let voice = once(&server).audio().clone_voice(request).await.unwrap();
    assert_eq!((&*voice.id, &*voice.model), ("vv_5Ge1", "tts-minimax-speech-02-hd"));
    let request = server.only();
    assert_eq!((&*request.method, &*request.target), ("POST", "/api/v1/audio/voices"));
    let parts = parts(&request);
    let file = "Content-Disposition: form-data; name=\"file\"; filename=\"anna.mp3\"\r\nContent-Type: audio/mpeg";
    let model = "Content-Disposition: form-data; name=\"model\"";
    let expected = [(file, "ID3 and so on"), (model, "tts-minimax-speech-02-hd")];
    assert_eq!(parts, expected.map(|(head, value)| (head.to_owned(), value.as_bytes().to_vec())));
}

#[tokio::test]
async fn a_recording_is_all_that_has_to_be_sent() {
    let server = Server::answering([Answer::json(200, VOICE)]);
    once(&server).audio().clone_voice(sample()).await.unwrap();
    assert_eq!(parts(&server.only()).len(), 1);
}

#[tokio::test]
async fn a_voice_without_a_handle_is_an_error() {
    for body in [r#"{"model": "tts-chatterbox-hd"}"#, r#"{"id": null}"#, r#"{"id": ""}"#] {
        let server = Server::answering([Answer::json(200, body)]);
        let error = once(&server).audio().clone_voice(sample()).await.unwrap_err();
        assert!(error.kind() == ErrorKind::Decode && error.body().is_some(), "{error}");
        assert_eq!((error.operation(), server.count()), (Some("createClonedVoice"), 1));
    }
}

#[tokio::test]
async fn a_voice_is_never_made_twice() {
    let refused = || Answer::json(429, r#"{"error": "slow down"}"#);
    let server = Server::answering([refused(), Answer::json(200, VOICE)]);
    client(&server, &TestClock::without_jitter()).audio().clone_voice(sample()).await.unwrap();
    assert_eq!(server.count(), 2, "refused, and so not made");

    for answer in [Answer::nothing(), Answer::json(500, r#"{"error": "?"}"#), Answer::html(503, "busy")] {
        let server = Server::answering([answer]);
        let error = client(&server, &TestClock::without_jitter()).audio().clone_voice(sample()).await.unwrap_err();
        assert_eq!(server.count(), 1, "{error}");
        assert!(!error.is_retryable() && error.kind() != ErrorKind::InvalidRequest);
    }
}

#[cfg(feature = "blocking")]
#[test]
fn a_voice_without_async() {
    let server = Server::answering([Answer::json(200, VOICE)]);
    assert_eq!(once(&server).audio().clone_voice(sample()).send_blocking().unwrap().id, "vv_5Ge1");
}
