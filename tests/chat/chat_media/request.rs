//! Media in a request, checked before the request is sent, however its parts were created.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use venice_ai::Error;
use venice_ai::types::{AudioFormat, AudioPart, ChatCompletionRequest, ChatMessage, ContentPart, InputAudio};

use super::png;
use crate::support::refused::refused_for;
use crate::support::{Server, replying};

fn request(parts: impl IntoIterator<Item = ContentPart>) -> ChatCompletionRequest {
    let parts: Vec<ContentPart> = parts.into_iter().collect();
    ChatCompletionRequest::new("m", [ChatMessage::system("Look."), ChatMessage::user(parts)])
}

/// A request that is rejected as a whole and as a stream.
async fn refused(parts: impl IntoIterator<Item = ContentPart>, fields: &[&str]) -> Error {
    let request = request(parts);
    let error = refused_for(|venice| venice.chat().create(request.clone()), "createChatCompletion", fields).await;
    refused_for(|venice| venice.chat().stream(request), "createChatCompletion", fields).await;
    error
}

fn videos(count: usize) -> Vec<ContentPart> {
    vec![ContentPart::video_url("https://example.com/a.mp4"); count]
}

#[tokio::test]
async fn three_videos_are_taken_and_a_fourth_is_not() {
    let (server, venice) = replying(crate::support::chat::ANSWER);
    venice.chat().create(request(videos(3))).await.unwrap();
    assert_eq!(server.count(), 1);
    let error = refused(videos(5), &["messages[1].content[3].video_url"]).await;
    assert!(error.to_string().contains("at most 3 videos"), "{error}");
    // Some models support more.
    venice.chat().create(request(videos(4))).with_validation(false).await.unwrap();
    assert_eq!(server.count(), 2);
}

#[tokio::test]
async fn sounds_in_the_wrong_form_are_rejected() {
    let field = "messages[1].content[1].input_audio.data";
    let cases = [
        (ContentPart::input_audio("https://example.com/a.wav", AudioFormat::Wav), "is a URL"),
        (ContentPart::input_audio("data:audio/wav;base64,UklGRg==", AudioFormat::Wav), "is a data: URL"),
        (ContentPart::input_audio("", AudioFormat::Wav), "is empty"),
        (ContentPart::input_audio("SUQzBAAA", AudioFormat::Wav), "is mp3, but its format is set to wav"),
        (ContentPart::InputAudio(AudioPart::new(InputAudio::new("SUQzBAAA"))), "is set to wav"),
    ];
    for (part, problem) in cases {
        let error = refused([ContentPart::text("Listen."), part], &[field]).await;
        assert!(error.to_string().contains(problem), "{error}");
    }
}

#[tokio::test]
async fn everything_that_is_wrong_is_reported_at_once() {
    let parts = [
        ContentPart::image_url(format!("data:image/png;base64,{}", STANDARD.encode(png(10, 10)))),
        ContentPart::image_url("/home/ada/cat.png"),
        ContentPart::text("And?"),
        ContentPart::input_audio("https://example.com/a.wav", AudioFormat::Wav),
    ];
    let fields = [
        "messages[1].content[0].image_url.url",
        "messages[1].content[1].image_url.url",
        "messages[1].content[3].input_audio.data",
    ];
    refused(parts, &fields).await;
}

#[tokio::test]
async fn media_of_another_kind_than_the_part_are_rejected() {
    let video = ContentPart::video_url("data:video/x-matroska;base64,GkXfow==");
    refused([video], &["messages[1].content[0].video_url.url"]).await;
    for file in
        ["data:image/png;base64,iVBORw0KGgo=", "data:;base64,iVBORw0KGgo=", "data:application/zip;base64,UEsDBA=="]
    {
        refused([ContentPart::file_url("a", file)], &["messages[1].content[0].file.file_data"]).await;
    }
}

#[tokio::test]
async fn an_empty_text_is_rejected() {
    refused([ContentPart::text("")], &["messages[1].content[0].text"]).await;
}

#[tokio::test]
async fn what_cannot_be_judged_is_sent() {
    let server = Server::answering([crate::support::chat::ANSWER.into()]);
    let venice = crate::support::once(&server);
    let parts = [
        ContentPart::image_url("https://example.com/cat"),
        ContentPart::image_url("data:image/png;base64,iVBORw0KGgo="),
        ContentPart::file_url("a", "data:application/octet-stream;base64,aGk="),
        ContentPart::input_audio("AQIDBA==", AudioFormat::Pcm16),
        ContentPart::input_audio("AQIDBA==", AudioFormat::from("opus")),
        ContentPart::Unknown(serde_json::json!({"type": "hologram"})),
    ];
    venice.chat().create(request(parts)).await.unwrap();
    assert_eq!(server.count(), 1);
}
