//! Transcription.

use std::io::Cursor;
use std::time::Duration;

use venice_ai::types::{CreateTranscriptionRequest, TextReplyFormat, Transcription};
use venice_ai::{Error, ErrorKind, Upload};

use super::wav;
use crate::support::{Answer, Folder, Server, TestClock, client, once};
use crate::uploads::parts;

const TIMED: &str = include_str!("../../fixtures/replies/transcription.json");

fn recording() -> Upload {
    Upload::bytes("harbour.wav", wav(8_000, &[1, 2, 3, 4]))
}

fn of_recording() -> CreateTranscriptionRequest {
    CreateTranscriptionRequest::new("m", recording())
}

async fn read(answer: Answer, request: impl Into<CreateTranscriptionRequest>) -> Result<Transcription, Error> {
    once(&Server::answering([answer])).audio().transcribe(request).await
}

fn text(media: &str, body: impl AsRef<[u8]>) -> Answer {
    Answer::new(200, &[("content-type", media)], body)
}

#[tokio::test]
async fn a_file_and_a_model_are_all_that_has_to_be_sent() {
    let server = Server::answering([Answer::json(200, r#"{"text": "The tide comes in."}"#)]);
    let transcription = once(&server).audio().transcribe(of_recording()).await.unwrap();
    assert_eq!(transcription.text, "The tide comes in.");
    assert_eq!((transcription.duration(), transcription.words().len(), transcription.segments().len()), (None, 0, 0));
    let request = server.only();
    assert_eq!((&*request.method, &*request.target), ("POST", "/api/v1/audio/transcriptions"));
    assert_eq!(request.header("accept"), Some("application/json, text/plain"));
    let head = "Content-Disposition: form-data; name=\"file\"; filename=\"harbour.wav\"\r\nContent-Type: audio/wav";
    let model = "Content-Disposition: form-data; name=\"model\"".to_owned();
    assert_eq!(parts(&request), [(head.to_owned(), wav(8_000, &[1, 2, 3, 4])), (model, b"m".to_vec())]);
}

#[tokio::test]
async fn everything_that_is_set_is_sent() {
    let server = Server::answering([Answer::json(200, TIMED)]);
    let request = CreateTranscriptionRequest::new("openai/whisper-large-v3", recording())
        .response_format(TextReplyFormat::Json)
        .timestamps(true)
        .language("it");
    once(&server).audio().transcribe(request).await.unwrap();
    let sent: Vec<(String, String)> = parts(&server.only())
        .into_iter()
        .skip(1)
        .map(|(head, value)| (head.split('"').nth(1).unwrap().to_owned(), String::from_utf8(value).unwrap()))
        .collect();
    let expected =
        [("model", "openai/whisper-large-v3"), ("response_format", "json"), ("timestamps", "true"), ("language", "it")];
    assert_eq!(sent, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
}

#[tokio::test]
async fn timestamps_are_read() {
    let request = of_recording().timestamps(true);
    let transcription = read(Answer::json(200, TIMED), request).await.unwrap();
    assert_eq!(transcription.duration(), Some(Duration::from_millis(3_250)));
    let words: Vec<_> = transcription.words().iter().map(|word| (&*word.word, word.start, word.end)).collect();
    assert_eq!(words, [("Acqua", 0.1, 0.62), ("alta.", 0.62, 1.4)]);
    assert_eq!(transcription.segments()[0].text, "Acqua alta.");
    let first = &transcription.characters()[0];
    assert_eq!((&*first.char, first.start, first.end), ("A", 0.1, 0.2));
}

#[tokio::test]
async fn plain_text_is_the_same_type() {
    let request = || of_recording().response_format(TextReplyFormat::Text);
    let transcription = read(text("text/plain; charset=utf-8", "Acqua alta. Ça va\n"), request()).await.unwrap();
    assert_eq!(transcription.text, "Acqua alta. Ça va\n");
    assert_eq!((transcription.duration, transcription.timestamps), (None, None));
    // Text that looks like JSON is text, if text was requested.
    let transcription = read(text("text/plain", "{\"text\": 1}"), request()).await.unwrap();
    assert_eq!(transcription.text, "{\"text\": 1}");
    assert_eq!(read(text("text/plain", ""), request()).await.unwrap().text, "");
}

#[tokio::test]
async fn the_form_that_came_counts_and_not_the_one_that_was_asked_for() {
    let asked_for_text = of_recording().response_format(TextReplyFormat::Text);
    assert_eq!(read(Answer::json(200, TIMED), asked_for_text).await.unwrap().text, "Acqua alta.");
    assert_eq!(read(text("text/plain", TIMED), of_recording()).await.unwrap().text, "Acqua alta.");
    assert_eq!(read(text("text/plain", "Acqua alta."), of_recording()).await.unwrap().text, "Acqua alta.");
    let subtitles = of_recording().response_format(TextReplyFormat::from_wire("srt"));
    let srt = "1\n00:00:00,100 --> 00:00:01,400\nAcqua alta.\n";
    assert_eq!(read(text("application/x-subrip", srt), subtitles).await.unwrap().text, srt);
}

#[tokio::test]
async fn null_missing_and_new_fields_do_not_hide_the_text() {
    for body in [
        r#"{"text": "Acqua alta.", "duration": null, "timestamps": null}"#,
        r#"{"text": "Acqua alta.", "timestamps": {"word": null, "speaker": [1]}, "mood": "wet"}"#,
        r#"{"text": "Acqua alta.", "duration": "soon", "timestamps": []}"#,
    ] {
        assert_eq!(read(Answer::json(200, body), of_recording()).await.unwrap().text, "Acqua alta.", "{body}");
    }
    assert_eq!(read(Answer::json(200, r#"{"text": ""}"#), of_recording()).await.unwrap().text, "", "nothing was said");
}

#[tokio::test]
async fn a_reply_without_a_text_is_an_error_that_keeps_it() {
    for answer in [
        Answer::json(200, "{}"),
        Answer::json(200, r#"{"text": null}"#),
        Answer::json(200, "[]"),
        Answer::html(200, "<html><title>Busy</title>"),
        Answer::new(200, &[], "\n<!DOCTYPE html><title>Busy</title>"),
        text("application/octet-stream", b"\xff\xfe\x00"),
        Answer::json(200, ""),
    ] {
        let error = read(answer, of_recording()).await.unwrap_err();
        assert!(error.kind() == ErrorKind::Decode && !error.is_retryable(), "{error}");
        assert_eq!((error.operation(), error.status().unwrap().as_u16()), (Some("createTranscription"), 200));
        assert!(error.body().is_some(), "{error}");
    }
}

#[tokio::test]
async fn rejections_are_distinguished() {
    for (status, body, kind, code) in [
        (
            413,
            r#"{"code": "PAYLOAD_TOO_LARGE", "error": "Too large"}"#,
            ErrorKind::PayloadTooLarge,
            "PAYLOAD_TOO_LARGE",
        ),
        (
            422,
            r#"{"error": "The audio could not be processed for transcription"}"#,
            ErrorKind::InvalidRequest,
            "ASR_UPSTREAM_VALIDATION_FAILED",
        ),
        (400, r#"{"error": "Invalid audio format"}"#, ErrorKind::InvalidRequest, "INVALID_AUDIO_FORMAT"),
        (415, r#"{"error": "x"}"#, ErrorKind::InvalidRequest, "INVALID_CONTENT_TYPE"),
    ] {
        let error = read(Answer::json(status, body), of_recording()).await.unwrap_err();
        assert_eq!((error.kind(), error.code()), (kind, Some(code)), "{error}");
        assert!(!error.is_retryable() && !error.is_transient());
    }
}

#[tokio::test]
async fn a_failure_behind_the_api_may_pass_and_is_left_to_the_caller() {
    let failed = r#"{"code": "ASR_UPSTREAM_FAILED", "error": "Transcription failed"}"#;
    for body in [failed, r#"{"error": "Transcription failed"}"#] {
        let server = Server::answering([Answer::json(502, body)]);
        let error = client(&server, &TestClock::without_jitter()).audio().transcribe(of_recording()).await.unwrap_err();
        assert_eq!((error.code(), error.kind()), (Some("ASR_UPSTREAM_FAILED"), ErrorKind::Server));
        assert!(error.is_transient() && !error.is_retryable());
        assert_eq!(server.count(), 1);
    }
}

#[tokio::test]
async fn a_recording_is_sent_again_where_it_is_known_not_to_have_been_executed() {
    let folder = Folder::new();
    let path = folder.file("harbour.mp3", b"ID3 and so on");
    let server = Server::answering([Answer::json(429, r#"{"error": "x"}"#), Answer::json(200, TIMED)]);
    client(&server, &TestClock::without_jitter())
        .audio()
        .transcribe(CreateTranscriptionRequest::new("m", Upload::path(path)))
        .await
        .unwrap();
    let bodies: Vec<_> = server.requests().iter().map(parts).collect();
    assert_eq!(bodies[0], bodies[1]);
    assert_eq!(bodies[1][0].1, b"ID3 and so on");
}

#[tokio::test]
async fn a_reader_is_heard_too() {
    let server = Server::answering([Answer::json(200, TIMED)]);
    let reader = Upload::reader("harbour.flac", Cursor::new(b"fLaC and so on".to_vec()));
    once(&server).audio().transcribe(CreateTranscriptionRequest::new("m", reader)).await.unwrap();
    let (head, contents) = parts(&server.only()).remove(0);
    assert!(head.ends_with("Content-Type: audio/flac") && contents == b"fLaC and so on", "{head}");
}

#[cfg(feature = "blocking")]
#[test]
fn a_transcription_without_async() {
    let server = Server::answering([Answer::json(200, TIMED)]);
    assert_eq!(once(&server).audio().transcribe(of_recording()).send_blocking().unwrap().words().len(), 2);
}
