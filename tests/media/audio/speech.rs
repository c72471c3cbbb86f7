//! Text-to-speech: requests and replies.

use std::time::Duration;

use serde_json::json;
use venice_ai::ErrorKind;
use venice_ai::types::{CreateSpeechRequest, SpeechFormat};

use super::sound;
use crate::support::{Answer, Folder, Gate, KEY, PATIENCE, Server, TestClock, client, once};

#[tokio::test]
async fn a_text_and_a_model_are_all_that_has_to_be_sent() {
    let server = Server::answering([sound("audio/mpeg", "ID3 and so on")]);
    let speech = once(&server).audio().speech(CreateSpeechRequest::new("m", "The tide comes in.")).await.unwrap();
    let request = server.only();
    assert_eq!((&*request.method, &*request.target), ("POST", "/api/v1/audio/speech"));
    assert_eq!(request.header("content-type"), Some("application/json"));
    assert_eq!(request.header("authorization").unwrap(), format!("Bearer {KEY}"));
    assert!(request.header("accept").unwrap().starts_with("audio/"), "{:?}", request.header("accept"));
    assert_eq!(request.json(), json!({"model": "m", "input": "The tide comes in."}));
    assert_eq!(speech.bytes().await.unwrap(), "ID3 and so on");
}

#[tokio::test]
async fn everything_that_is_set_is_sent() {
    let server = Server::answering([sound("audio/opus", "OggS")]);
    let request = CreateSpeechRequest::new("tts-kokoro", "The tide comes in.")
        .voice("af_sky")
        .response_format(SpeechFormat::Opus)
        .speed(0.25)
        .streaming(true)
        .language("en")
        .prompt("Sad and slow.")
        .temperature(2.0)
        .top_p(1.0);
    once(&server).audio().speech(request).await.unwrap();
    let body = json!({
        "input": "The tide comes in.", "model": "tts-kokoro", "voice": "af_sky", "response_format": "opus", "speed": 0.25,
        "streaming": true, "language": "en", "prompt": "Sad and slow.", "temperature": 2.0, "top_p": 1.0,
    });
    assert_eq!(server.only().json(), body);
}

#[tokio::test]
async fn the_reply_reports_the_format() {
    for (media, format) in [
        ("audio/mpeg", SpeechFormat::Mp3),
        ("audio/opus", SpeechFormat::Opus),
        ("audio/aac", SpeechFormat::Aac),
        ("audio/flac", SpeechFormat::Flac),
        ("audio/wav", SpeechFormat::Wav),
        ("audio/pcm", SpeechFormat::Pcm),
        ("audio/mp3", SpeechFormat::Mp3),
        ("Audio/X-WAV; charset=binary", SpeechFormat::Wav),
        ("audio/ogg; codecs=opus", SpeechFormat::Opus),
        ("audio/L16; rate=24000", SpeechFormat::Pcm),
        ("audio/amr", SpeechFormat::Unknown("amr".into())),
    ] {
        let server = Server::answering([sound(media, [1, 2, 3])]);
        let speech = once(&server).audio().speech(CreateSpeechRequest::new("m", "The tide")).await.unwrap();
        assert_eq!(speech.format(), Some(format), "{media}");
        let bare = media.split(';').next().unwrap().to_ascii_lowercase();
        assert_eq!(speech.content_type(), Some(bare));
        assert_eq!(speech.bytes().await.unwrap(), [1, 2, 3].as_slice());
    }
    let server = Server::answering([Answer::new(200, &[("cf-ray", "a-VCE")], [1, 2])]);
    let speech = once(&server).audio().speech(CreateSpeechRequest::new("m", "The tide")).await.unwrap();
    assert_eq!((speech.format(), speech.content_type()), (None, None));
    assert_eq!(speech.meta().request_id(), Some("a-VCE"));
    assert_eq!(speech.into_raw().bytes().await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_page_is_not_a_sound() {
    for (media, body) in [
        ("text/html", "<html>"),
        ("application/json", "{}"),
        ("audio/mpeg", "<!DOCTYPE html><title>Sign in</title>"),
        ("audio/mpeg", r#"  {"status":"queued"}"#),
        ("audio/mpeg", ""),
        ("audio/pcm", ""),
        ("text/plain", "no"),
        ("application/xml", "<Error/>"),
    ] {
        let server = Server::answering([sound(media, body)]);
        let error = once(&server).audio().speech(CreateSpeechRequest::new("m", "The tide")).await.unwrap_err();
        assert!(error.kind() == ErrorKind::Decode && error.message().contains(media), "{error}");
        assert_eq!((error.operation(), error.status().unwrap().as_u16()), (Some("createSpeech"), 200));
        assert_eq!(error.body().unwrap(), body.as_bytes());
        assert_eq!(server.count(), 1, "it was paid for and is not asked for again");
    }
    let server = Server::answering([sound("audio/mpeg", r#"{"error":"The voice is unknown"}"#)]);
    let error = once(&server).audio().speech(CreateSpeechRequest::new("m", "The tide")).await.unwrap_err();
    assert_eq!(error.message(), "The voice is unknown");
}

#[tokio::test]
async fn bare_samples_may_begin_like_json() {
    for start in [&b"{"[..], b"  {}", b"<html>", b"[1"] {
        let server = Server::answering([sound("audio/pcm", start)]);
        let speech = once(&server).audio().speech(CreateSpeechRequest::new("m", "The tide")).await.unwrap();
        assert_eq!(speech.bytes().await.unwrap(), start);
    }
}

/// A body in chunks, with a pause before the last one.
fn slowly() -> Answer {
    let head = Answer::head(200, &[("content-type", "audio/pcm"), ("transfer-encoding", "chunked")]);
    head.chunk([1, 2, 3]).wait(Duration::from_millis(400)).chunk([4, 5]).send("0\r\n\r\n")
}

#[tokio::test]
async fn the_first_sentence_is_here_before_the_last_is_made() {
    let gate = Gate::default();
    let head = Answer::head(200, &[("content-type", "audio/pcm"), ("transfer-encoding", "chunked")]);
    let server = Server::answering([head.chunk([1, 2, 3]).until(&gate).chunk([4, 5]).send("0\r\n\r\n")]);
    let request = CreateSpeechRequest::new("m", "One. Two.").streaming(true);
    let mut sound = once(&server).audio().speech(request).await.unwrap().stream();
    let first = tokio::time::timeout(PATIENCE, sound.next()).await.expect("the first part waits for the last");
    assert_eq!(first.unwrap().unwrap(), [1, 2, 3].as_slice());
    gate.open();
    assert_eq!(sound.next().await.unwrap().unwrap(), [4, 5].as_slice());
    assert!(sound.next().await.is_none());
}

#[tokio::test]
async fn a_sound_that_is_not_wanted_any_more_is_not_sent_to_its_end() {
    let head = Answer::head(200, &[("content-type", "audio/pcm"), ("transfer-encoding", "chunked")]);
    let server = Server::answering([head.chunk([1, 2, 3]).hang()]);
    let mut sound = once(&server).audio().speech(CreateSpeechRequest::new("m", "One. Two.")).await.unwrap().stream();
    sound.next().await.unwrap().unwrap();
    drop(sound);
    assert!(server.closed_by_client_within(PATIENCE).await);
}

#[tokio::test]
async fn a_sound_that_breaks_off_is_an_error_and_is_not_asked_for_again() {
    let cut = || Answer::head(200, &[("content-type", "audio/wav"), ("content-length", "900")]).send("RIFF").close();
    let server = Server::answering([cut()]);
    let venice = client(&server, &TestClock::without_jitter());

    let error =
        venice.audio().speech(CreateSpeechRequest::new("m", "The tide")).await.unwrap().bytes().await.unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::Transport, Some("createSpeech")));
    assert!(!error.is_retryable());

    let mut stream = venice.audio().speech(CreateSpeechRequest::new("m", "The tide")).await.unwrap().stream();
    assert_eq!(stream.next().await.unwrap().unwrap(), "RIFF");
    assert!(stream.next().await.unwrap().is_err() && stream.next().await.is_none());

    let folder = Folder::new();
    venice
        .audio()
        .speech(CreateSpeechRequest::new("m", "The tide"))
        .await
        .unwrap()
        .save(folder.join("a.wav"))
        .await
        .unwrap_err();
    assert_eq!(folder.names(), [""; 0], "half a sound is no file");
    assert_eq!(server.count(), 3);
}

#[tokio::test]
async fn a_sound_is_saved() {
    let folder = Folder::new();
    let server = Server::answering([slowly()]);
    let speech = once(&server).audio().speech(CreateSpeechRequest::new("m", "One. Two.")).await.unwrap();
    let content_type = speech.content_type();
    let saved = speech.save(folder.join("tide.pcm")).await.unwrap();
    assert_eq!((saved.bytes, saved.content_type), (5, content_type));
    assert_eq!(std::fs::read(folder.join("tide.pcm")).unwrap(), [1, 2, 3, 4, 5]);
}

#[tokio::test]
async fn what_did_not_run_is_retried_and_what_may_have_run_is_not() {
    let error = |status| Answer::json(status, r#"{"error": "no"}"#);
    for (status, sent) in [(429, 2), (503, 2), (500, 1), (502, 1), (504, 1), (400, 1), (403, 1)] {
        let server = Server::answering([error(status), sound("audio/mpeg", "ID3")]);
        let outcome = client(&server, &TestClock::without_jitter())
            .audio()
            .speech(CreateSpeechRequest::new("m", "The tide"))
            .await;
        assert_eq!((server.count(), outcome.is_ok()), (sent, sent == 2), "{status}");
    }
}

#[cfg(feature = "blocking")]
#[test]
fn speech_without_async() {
    use venice_ai::blocking;

    let folder = Folder::new();
    let server = Server::answering([slowly(), slowly(), slowly()]);
    let venice = once(&server);
    let call = || venice.audio().speech(CreateSpeechRequest::new("m", "One. Two.")).send_blocking().unwrap();
    assert_eq!(blocking::wait(call().bytes()).unwrap(), [1, 2, 3, 4, 5].as_slice());
    assert_eq!(blocking::wait(call().save(folder.join("a.pcm"))).unwrap().bytes, 5);
    let pieces: Vec<usize> = blocking::iter(call().stream()).map(|piece| piece.unwrap().len()).collect();
    assert_eq!(pieces, [3, 2]);
}
