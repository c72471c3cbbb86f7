//! Requests that are rejected before sending.

use venice_ai::types::{CreateClonedVoiceRequest, CreateSpeechRequest, CreateTranscriptionRequest, SpeechFormat};
use venice_ai::{ErrorKind, Upload};

use super::{sound, wav};
use crate::support::refused::assert_refused;
use crate::support::refused::refused;
use crate::support::{Answer, Folder, Server, once};

fn a_text() -> CreateSpeechRequest {
    CreateSpeechRequest::new("m", "The tide comes in.")
}

async fn speech_refused(request: CreateSpeechRequest, field: &str) {
    refused(|venice| venice.audio().speech(request), "createSpeech", field).await;
}

#[tokio::test]
async fn speech_that_cannot_be() {
    for text in ["".to_owned(), " \n ".to_owned(), "a".repeat(4097), "🌊".repeat(4097)] {
        speech_refused(CreateSpeechRequest::new("m", text), "input").await;
    }
    for speed in [0.24, 4.01, -1.0, f64::NAN, f64::INFINITY] {
        speech_refused(a_text().speed(speed), "speed").await;
    }
    for voice in ["".to_owned(), " ".to_owned(), "v".repeat(513)] {
        speech_refused(a_text().voice(voice), "voice").await;
    }
    for language in ["".to_owned(), "e".to_owned(), "e".repeat(33)] {
        speech_refused(a_text().language(language), "language").await;
    }
    speech_refused(a_text().prompt("p".repeat(501)), "prompt").await;
    for number in [-0.1, 2.1] {
        speech_refused(a_text().temperature(number), "temperature").await;
    }
    for number in [-0.1, 1.1] {
        speech_refused(a_text().top_p(number), "top_p").await;
    }
    speech_refused(CreateSpeechRequest::new(" ", "The tide comes in."), "model").await;
}

#[tokio::test]
async fn speech_at_its_limits_is_sent() {
    let server = Server::answering([sound("audio/mpeg", "ID3")]);
    let venice = once(&server);
    let request = |text: &str| CreateSpeechRequest::new("m", text).voice("v".repeat(512)).prompt("p".repeat(500));
    venice.audio().speech(request(&"é".repeat(4096)).speed(0.25).language("en")).await.unwrap();
    venice.audio().speech(request("a").speed(4.0).language("e".repeat(32)).temperature(0.0).top_p(0.0)).await.unwrap();
    assert_eq!(server.count(), 2);
}

#[tokio::test]
async fn validation_can_be_turned_off() {
    let server = Server::answering([sound("audio/mpeg", "ID3")]);
    once(&server).audio().speech(a_text().speed(9.0)).with_validation(false).await.unwrap();
    assert_eq!(server.requests()[0].json()["speed"], 9.0);
    let server = Server::answering([Answer::json(200, r#"{"text": ""}"#)]);
    let picture = Upload::bytes("a.png", b"\x89PNG\r\n\x1a\n".as_slice());
    once(&server)
        .audio()
        .transcribe(CreateTranscriptionRequest::new("m", picture))
        .with_validation(false)
        .await
        .unwrap();
    assert_eq!(server.count(), 1);
}

async fn long_speech_refused(request: CreateSpeechRequest, field: &str) {
    let server = Server::answering([sound("audio/wav", wav(8_000, &[1, 2]))]);
    let venice = once(&server);
    let error = venice.audio().long_speech(request.clone()).bytes().await.unwrap_err();
    assert_refused(&server, &error, "createSpeech", &[field]);
    let error = venice.audio().long_speech(request.clone()).stream().next().await.unwrap().unwrap_err();
    assert_refused(&server, &error, "createSpeech", &[field]);
    let folder = Folder::new();
    let error = venice.audio().long_speech(request).save(folder.join("a.wav")).await.unwrap_err();
    assert_refused(&server, &error, "createSpeech", &[field]);
    assert_eq!(folder.names(), [""; 0]);
}

#[tokio::test]
async fn long_speech_that_cannot_be() {
    long_speech_refused(CreateSpeechRequest::new("m", " \n "), "input").await;
    for format in [SpeechFormat::Mp3, SpeechFormat::Opus, SpeechFormat::Aac, SpeechFormat::Flac] {
        long_speech_refused(a_text().response_format(format), "response_format").await;
    }
    long_speech_refused(a_text().response_format(SpeechFormat::from_wire("amr")), "response_format").await;
    long_speech_refused(a_text().speed(9.0), "speed").await;

    let server = Server::answering([sound("audio/wav", wav(8_000, &[1, 2]))]);
    let venice = once(&server);
    for characters in [0, 4097] {
        let error = venice.audio().long_speech(a_text()).with_piece_characters(characters).bytes().await.unwrap_err();
        assert_refused(&server, &error, "createSpeech", &["piece_characters"]);
    }
    let error = venice.audio().long_speech(a_text()).with_sample_rate(24_000).bytes().await.unwrap_err();
    assert_refused(&server, &error, "createSpeech", &["sample_rate"]);
    let pcm = a_text().response_format(SpeechFormat::Pcm);
    let error = venice.audio().long_speech(pcm).with_sample_rate(0).bytes().await.unwrap_err();
    assert_refused(&server, &error, "createSpeech", &["sample_rate"]);
}

/// Files that are not recordings, with names that do not show it.
pub fn no_recordings() -> Vec<Upload> {
    let folder = [
        ("a.wav", &b""[..]),
        ("a.wav", b"\x89PNG\r\n\x1a\n"),
        ("a.mp3", b"%PDF-1.7"),
        ("a.zip", b"PK\x03\x04"),
        ("notes.txt", b"plain words"),
    ];
    folder.map(|(name, bytes)| Upload::bytes(name, bytes)).into()
}

#[tokio::test]
async fn recordings_that_are_none() {
    for file in no_recordings() {
        refused(
            |venice| venice.audio().transcribe(CreateTranscriptionRequest::new("m", file.clone())),
            "createTranscription",
            "file",
        )
        .await;
        refused(|venice| venice.audio().clone_voice(file.clone()), "createClonedVoice", "file").await;
    }
    let mut large = wav(8_000, &[0; 2]);
    large.resize(25 * 1024 * 1024 + 1, 0);
    refused(
        |venice| venice.audio().transcribe(CreateTranscriptionRequest::new("m", Upload::bytes("a.wav", large))),
        "createTranscription",
        "file",
    )
    .await;
    let a_file = || CreateTranscriptionRequest::new("m", Upload::bytes("a.wav", wav(8_000, &[1, 2])));
    let nameless = CreateTranscriptionRequest::new("", Upload::bytes("a.wav", wav(8_000, &[1, 2])));
    refused(|venice| venice.audio().transcribe(nameless), "createTranscription", "model").await;
    refused(|venice| venice.audio().transcribe(a_file().language(" ")), "createTranscription", "language").await;
    let voice = CreateClonedVoiceRequest::new(Upload::bytes("a.wav", wav(8_000, &[1, 2]))).model(" ");
    refused(|venice| venice.audio().clone_voice(voice), "createClonedVoice", "model").await;
}

#[tokio::test]
async fn every_format_that_is_taken_is_sent() {
    let server = Server::answering([Answer::json(200, r#"{"text": "x"}"#)]);
    let venice = once(&server);
    let starts: [(&str, &[u8]); 13] = [
        ("a.wav", b"RIFF\0\0\0\0WAVEfmt "),
        ("a.wave", b"?"),
        ("a.flac", b"fLaC"),
        ("a.m4a", b"\0\0\0\x20ftypM4A "),
        ("a.aac", b"\xff\xf1\x50"),
        ("a.mp4", b"\0\0\0\x20ftypisom"),
        ("a.mp3", b"\xff\xfb\x90"),
        ("a.mp3", b"ID3\x04"),
        ("a.ogg", b"OggS"),
        ("a.oga", b"OggS"),
        ("a.webm", b"\x1a\x45\xdf\xa3\x01\x42\x82\x84webm"),
        ("no ending", b"who knows"),
        ("a.brand-new", b"\x01\x02"),
    ];
    for (name, start) in starts {
        venice.audio().transcribe(CreateTranscriptionRequest::new("m", Upload::bytes(name, start))).await.unwrap();
    }
    let named = Upload::bytes("a", &b"x"[..]).mime("audio/x-m4a; codecs=alac");
    venice.audio().transcribe(CreateTranscriptionRequest::new("m", named)).await.unwrap();
    assert_eq!(server.count(), starts.len() + 1);
}

#[tokio::test]
async fn voices_are_made_of_what_their_model_takes() {
    let flac = || CreateClonedVoiceRequest::new(Upload::bytes("a.flac", &b"fLaC"[..]));
    let server = Server::answering([Answer::json(200, r#"{"id": "vv_1", "model": "x"}"#)]);
    let venice = once(&server);
    venice.audio().clone_voice(flac()).await.unwrap();
    venice.audio().clone_voice(flac().model("tts-chatterbox-hd")).await.unwrap();
    venice.audio().clone_voice(flac().model("tts-brand-new")).await.unwrap();
    assert_eq!(server.count(), 3);
    let request = flac().model("tts-minimax-speech-02-hd");
    refused(|venice| venice.audio().clone_voice(request), "createClonedVoice", "file").await;
}

#[tokio::test]
async fn a_file_that_is_not_there_is_found_before_anything_is_sent() {
    let server = Server::answering([Answer::json(200, "{}")]);
    let missing = Folder::new().join("nowhere.wav");
    let error = once(&server)
        .audio()
        .transcribe(CreateTranscriptionRequest::new("m", Upload::path(missing)))
        .await
        .unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::Io, Some("createTranscription")));
    assert_eq!(error.field_errors()[0].field, "file");
    assert_eq!(server.connections(), 0);
}
