//! What a request with files looks like.

use std::io::Cursor;

use serde_json::json;
use venice_ai::{FileInput, Upload};

use super::*;
use crate::support::{Answer, Folder, Server, once};

const TEXT: &str = r#"{"text":"hello"}"#;

#[tokio::test]
async fn each_byte_of_a_form_is_as_it_has_to_be() {
    let server = Server::answering([Answer::json(200, TEXT)]);
    let request = transcription(Upload::bytes("voice.wav", "RIFF....WAVE")).model("openai/whisper-large-v3");
    once(&server).raw().create_transcription(&request).await.unwrap();
    let request = &server.requests()[0];
    assert_eq!((&*request.method, &*request.target), ("POST", "/api/v1/audio/transcriptions"));
    let media = request.header("content-type").unwrap();
    let boundary = media.strip_prefix("multipart/form-data; boundary=").unwrap();
    let body = format!(
        "--{boundary}\r\n\
         Content-Disposition: form-data; name=\"file\"; filename=\"voice.wav\"\r\n\
         Content-Type: audio/wav\r\n\r\n\
         RIFF....WAVE\r\n\
         --{boundary}\r\n\
         Content-Disposition: form-data; name=\"model\"\r\n\r\n\
         openai/whisper-large-v3\r\n\
         --{boundary}--\r\n"
    );
    assert_eq!(String::from_utf8_lossy(&request.body), body);
    assert_eq!(request.header("content-length").unwrap(), request.body.len().to_string());
    assert_eq!(request.header("transfer-encoding"), None);
}

#[tokio::test]
async fn bytes_paths_and_readers_give_the_same_body() {
    let contents: Vec<u8> = (0..400_000_u32).map(|n| (n % 251) as u8).collect();
    let folder = Folder::new();
    let length = contents.len() as u64;
    let uploads = [
        Upload::bytes("clip.mp3", contents.clone()),
        Upload::path(folder.file("clip.mp3", &contents)),
        Upload::reader("clip.mp3", Cursor::new(contents.clone())).length(length),
        Upload::blocking_reader("clip.mp3", Cursor::new(contents.clone())).length(length),
        Upload::reader("clip.mp3", Cursor::new(contents.clone())),
        Upload::blocking_reader("clip.mp3", Cursor::new(contents.clone())),
    ];
    for (n, upload) in uploads.into_iter().enumerate() {
        let server = Server::answering([Answer::json(200, TEXT)]);
        once(&server).raw().create_transcription(&transcription(upload)).await.unwrap();
        let request = &server.requests()[0];
        let parts = parts(request);
        let head = "Content-Disposition: form-data; name=\"file\"; filename=\"clip.mp3\"\r\nContent-Type: audio/mpeg";
        assert_eq!(parts[0].0, head);
        assert!(parts[0].1 == contents, "the contents of upload {n}");
        // Only what has no known length goes in chunks.
        assert_eq!(request.header("content-length").is_some(), n < 4, "upload {n}");
        assert_eq!(request.header("transfer-encoding").is_some(), n >= 4, "upload {n}");
    }
}

#[tokio::test]
async fn text_goes_as_json_and_a_file_as_a_form() {
    let server = Server::answering([Answer::new(200, &[("content-type", "image/png")], "png")]);
    let client = once(&server);
    for text in ["https://example.com/a.png", "data:image/gif;base64,AAAA", "AAAA"] {
        client.raw().edit_image(&EditImageRequest::new(text, "brighter")).await.unwrap();
        let request = server.requests().pop().unwrap();
        assert_eq!(request.header("content-type"), Some("application/json"));
        assert_eq!(request.json(), json!({"image": text, "prompt": "brighter"}));
    }
    let folder = Folder::new();
    let file = FileInput::from(folder.file("a.png", b"\x89PNG\r\n\x1a\n"));
    client.raw().edit_image(&EditImageRequest::new(file, "brighter").safe_mode(false)).await.unwrap();
    let request = server.requests().pop().unwrap();
    let names: Vec<String> = parts(&request).into_iter().map(|part| part.0).collect();
    let image = "Content-Disposition: form-data; name=\"image\"; filename=\"a.png\"\r\nContent-Type: image/png";
    assert!(names.iter().any(|head| head == image), "{names:?}");
    assert!(names.iter().any(|head| head == "Content-Disposition: form-data; name=\"safe_mode\""), "{names:?}");
}
