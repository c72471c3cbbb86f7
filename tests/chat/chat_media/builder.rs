//! A message of text and media in one expression.

use serde_json::json;
use venice_ai::types::{AudioFormat, CacheControl, ChatCompletionRequest, ContentPart, TextPart, UserMessage};
use venice_ai::{ErrorKind, FileInput, Upload};

use super::{MP4, image, png};
use crate::chat_requests::sent;
use crate::support::Folder;

#[tokio::test]
async fn the_parts_arrive_in_their_order() {
    let message = UserMessage::builder()
        .text("What is this?")
        .image(FileInput::text("https://example.com/cat.png"))
        .audio(Upload::bytes("a", b"fLaC\0\0\0\x22".as_slice()))
        .audio_as(AudioFormat::Pcm24, Upload::bytes("a", vec![1, 2, 3]))
        .video(Upload::bytes("a", MP4))
        .file(Upload::bytes("notes.txt", "ebb"))
        .part(TextPart::new("And this?").cache_control(CacheControl::new()))
        .build()
        .await
        .unwrap();
    let body = sent(ChatCompletionRequest::new("m", [message.name("ada")])).await;
    let expected = json!({"role": "user", "name": "ada", "content": [
        {"type": "text", "text": "What is this?"},
        {"type": "image_url", "image_url": {"url": "https://example.com/cat.png"}},
        {"type": "input_audio", "input_audio": {"data": "ZkxhQwAAACI=", "format": "flac"}},
        {"type": "input_audio", "input_audio": {"data": "AQID", "format": "pcm24"}},
        {"type": "video_url", "video_url": {"url": "data:video/mp4;base64,AAAAGGZ0eXBpc29tAAAAAGlzb21hdmMx"}},
        {"type": "file", "file": {"file_data": "data:text/plain;base64,ZWJi", "filename": "notes.txt"}},
        {"type": "text", "text": "And this?", "cache_control": {"type": "ephemeral"}},
    ]});
    assert_eq!(body["messages"][0], expected);
}

#[tokio::test]
async fn all_that_is_wrong_is_reported_with_its_place() {
    let error = UserMessage::builder()
        .text("")
        .image(Upload::bytes("a.png", png(8, 8)))
        .image(image())
        .audio(FileInput::text("https://example.com/a.mp3"))
        .part(ContentPart::image_url("cat.png"))
        .build()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    let fields: Vec<&str> = error.field_errors().iter().map(|finding| &*finding.field).collect();
    let expected =
        ["content[0].text", "content[1].image_url.url", "content[3].input_audio.data", "content[4].image_url.url"];
    assert_eq!(fields, expected, "{error}");
}

#[tokio::test]
async fn a_file_that_cannot_be_read_ends_it_with_its_place() {
    let folder = Folder::new();
    let message = UserMessage::builder().text("What?").file(Upload::path(folder.join("missing.pdf"))).image(image());
    let error = message.build().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
    assert_eq!(error.field_errors()[0].field, "content[1].file.file_data");
}

#[tokio::test]
async fn a_message_has_parts() {
    let error = UserMessage::builder().build().await.unwrap_err();
    assert_eq!(error.field_errors()[0].field, "content");
}

#[test]
fn what_is_in_a_message_is_not_shown() {
    let message =
        UserMessage::builder().text("a secret").image(FileInput::text("data:image/png;base64,c2VjcmV0")).file(image());
    let shown = format!("{message:?}");
    assert!(!shown.contains("secret") && !shown.contains("c2Vj"), "{shown}");
    assert!(shown.contains("Image") && shown.contains("cat.png"), "{shown}");
}
