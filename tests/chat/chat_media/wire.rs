//! Parts on the wire, from every kind of input.

use std::io::Cursor;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use venice_ai::types::{
    AudioFormat, ChatCompletionRequest, ChatMessage, ContentPart, Model, UserMessage, VeniceParameters, WebSearchMode,
};
use venice_ai::{FileInput, Upload};

use super::{MP4, image, png};
use crate::chat_requests::sent;
use crate::support::Folder;

/// The part as it arrives at the server.
async fn arrived(part: ContentPart) -> Value {
    let body = sent(ChatCompletionRequest::new("m", [UserMessage::new([part])])).await;
    body["messages"][0]["content"][0].clone()
}

fn data_url(media: &str, bytes: impl AsRef<[u8]>) -> String {
    format!("data:{media};base64,{}", STANDARD.encode(bytes))
}

#[tokio::test]
async fn an_image_from_a_path_bytes_or_a_reader_is_a_data_url() {
    let folder = Folder::new();
    let path = folder.join("no-ending");
    std::fs::write(&path, png(64, 80)).unwrap();
    let inputs: [FileInput; 5] = [
        Upload::path(&path).into(),
        path.as_path().into(),
        Upload::bytes("cat.jpg", png(64, 80)).into(),
        Upload::reader("cat", Cursor::new(png(64, 80))).into(),
        Upload::blocking_reader("cat", Cursor::new(png(64, 80))).into(),
    ];
    let expected = json!({"type": "image_url", "image_url": {"url": data_url("image/png", png(64, 80))}});
    for input in inputs {
        assert_eq!(arrived(ContentPart::image(input).await.unwrap()).await, expected);
    }
}

#[tokio::test]
async fn a_url_goes_unchanged_and_base64_gets_its_type() {
    let url = "https://example.com/a/cat.png?size=1";
    let encoded = STANDARD.encode(png(64, 64));
    let with_type = data_url("image/png", png(64, 64));
    for (text, expected) in [(url, url), (&*with_type, &*with_type), (&*encoded, &*with_type)] {
        let part = ContentPart::image(FileInput::text(text)).await.unwrap();
        assert_eq!(arrived(part).await["image_url"]["url"], expected);
    }
    let video = ContentPart::video(FileInput::text("https://www.youtube.com/watch?v=abc")).await.unwrap();
    let expected = json!({"type": "video_url", "video_url": {"url": "https://www.youtube.com/watch?v=abc"}});
    assert_eq!(arrived(video).await, expected);
}

#[tokio::test]
async fn a_sound_is_plain_base64_beside_the_format_that_its_contents_show() {
    let cases: [(&[u8], &str, &str); 9] = [
        (b"RIFF\x10\0\0\0WAVEfmt ", "x.mp3", "wav"),
        (b"ID3\x04 and frames", "x", "mp3"),
        (b"FORM\0\0\0\x10AIFFCOMM", "x", "aiff"),
        (b"FORM\0\0\0\x10AIFCFVER", "x", "aiff"),
        (b"\xff\xf1\x50\x80", "x", "aac"),
        (b"OggS\0\x02", "x.opus", "ogg"),
        (b"fLaC\0\0\0\x22", "x", "flac"),
        (b"\0\0\0\x20ftypM4A \0", "x", "m4a"),
        (b"\0\0\0\x20ftypisom", "voice.m4a", "m4a"),
    ];
    for (bytes, name, format) in cases {
        let part = ContentPart::audio(Upload::bytes(name, bytes)).await.unwrap();
        let data = STANDARD.encode(bytes);
        let expected = json!({"type": "input_audio", "input_audio": {"data": data, "format": format}});
        assert_eq!(arrived(part).await, expected, "{name}");
        // The same as a text, as far as it can be determined.
        if name == "x" {
            for text in [data.clone(), data_url("audio/wav", bytes)] {
                assert_eq!(arrived(ContentPart::audio(FileInput::text(text)).await.unwrap()).await, expected, "{name}");
            }
        }
    }
}

#[tokio::test]
async fn samples_without_a_head_go_under_the_format_that_is_named() {
    // These start like an MP3.
    let samples = Upload::bytes("question", vec![0xFF, 0xFB, 0x90, 0x00]);
    let part = ContentPart::audio_as(AudioFormat::Pcm16, samples.clone()).await.unwrap();
    assert_eq!(arrived(part).await["input_audio"], json!({"data": "//uQAA==", "format": "pcm16"}));
    let error = ContentPart::audio(Upload::bytes("question.pcm", vec![1, 2, 3, 4])).await.unwrap_err();
    assert!(error.to_string().contains("unknown format; set it with `ContentPart::audio_as`"), "{error}");
}

#[tokio::test]
async fn a_video_is_a_data_url() {
    let cases: [(&[u8], &str, &str); 4] = [
        (MP4, "x", "video/mp4"),
        (b"\0\0\0\x14ftypqt  ", "x", "video/quicktime"),
        (b"\x1a\x45\xdf\xa3\x01\x42\x82\x84webm", "x", "video/webm"),
        (b"\0\0\x01\xba\x44", "x", "video/mpeg"),
    ];
    for (bytes, name, media) in cases {
        let part = ContentPart::video(Upload::bytes(name, bytes)).await.unwrap();
        assert_eq!(arrived(part).await["video_url"]["url"], data_url(media, bytes), "{media}");
    }
}

#[tokio::test]
async fn a_file_goes_with_its_name_and_what_it_is() {
    let word = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
    let cases: [(&[u8], &str, &str); 8] = [
        (b"%PDF-1.7", "paper", "application/pdf"),
        (b"PK\x03\x04", "letter.docx", word),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0", "budget.xls", "application/vnd.ms-excel"),
        (b"a,b\n1,2\n", "tides.csv", "text/csv"),
        (b"# Tides", "tides.md", "text/markdown"),
        (b"{}", "tides.json", "application/json"),
        (b"fn main() {}", "main.rs", "text/plain"),
        (b"\xff\xfea\0b\0", "notes.txt", "text/plain"),
    ];
    for (bytes, name, media) in cases {
        let part = ContentPart::file(Upload::bytes(name, bytes)).await.unwrap();
        let expected = json!({"type": "file", "file": {"file_data": data_url(media, bytes), "filename": name}});
        assert_eq!(arrived(part).await, expected, "{name}");
    }
}

#[tokio::test]
async fn a_file_on_the_web_has_the_name_of_its_last_segment() {
    let cases = [
        ("https://example.com/a/tide%20tables.pdf?v=2#p3", json!("tide tables.pdf")),
        ("https://example.com/download?file=a.pdf", Value::Null),
        ("https://example.com", Value::Null),
    ];
    for (url, name) in cases {
        let file = arrived(ContentPart::file(FileInput::text(url)).await.unwrap()).await["file"].clone();
        assert_eq!((&file["file_data"], &file["filename"]), (&json!(url), &name));
    }
}

#[cfg(all(feature = "prompt-cache", feature = "reasoning"))]
#[tokio::test]
async fn nothing_sets_the_flag_of_end_to_end_encryption_but_its_own_setter() {
    use venice_ai::chat::ReasoningControl;

    let model: Model = serde_json::from_value(json!({"id": "m"})).unwrap();
    let message = UserMessage::builder().text("What is this?").image(image()).build().await.unwrap();
    let plain = ChatCompletionRequest::new("m", [ChatMessage::system("Be brief.").cached(), message.into()]);
    let members = sent(plain.clone()).await;
    assert_eq!(members.as_object().unwrap().keys().collect::<Vec<_>>(), ["messages", "model"]);
    let all = |request: ChatCompletionRequest| {
        let request = request.web_search(WebSearchMode::On).web_scraping();
        [ReasoningControl::Off, ReasoningControl::Hidden, ReasoningControl::Default]
            .map(|control| request.clone().reasoning_for(&model, control))
    };
    for request in all(plain.clone()) {
        let parameters = sent(request).await["venice_parameters"].take();
        assert!(!parameters.as_object().unwrap().contains_key("enable_e2ee"), "{parameters}");
    }
    for request in all(plain.venice_parameters(VeniceParameters::new().enable_e2ee(false))) {
        assert_eq!(sent(request).await["venice_parameters"]["enable_e2ee"], false);
    }
}
