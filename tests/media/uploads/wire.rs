//! Requests with files.

use std::io::Cursor;

use serde_json::{Value, json};
use venice_ai::http::Method;
use venice_ai::{ErrorKind, FileInput, Form, Upload};

use super::*;
use crate::support::{Answer, Folder, Server, TestClock, client, once};

const TEXT: &str = r#"{"text":"hello"}"#;

#[tokio::test]
async fn each_byte_of_a_form_is_as_it_has_to_be() {
    let server = Server::answering([Answer::json(200, TEXT)]);
    let request = request_of(Upload::bytes("voice.wav", "RIFF....WAVE")).response_format("json");
    once(&server).raw().create_text_parser(&request).await.unwrap();
    let request = &server.requests()[0];
    assert_eq!((&*request.method, &*request.target), ("POST", "/api/v1/augment/text-parser"));
    let media = request.header("content-type").unwrap();
    let boundary = media.strip_prefix("multipart/form-data; boundary=").unwrap();
    let body = format!(
        "--{boundary}\r\n\
         Content-Disposition: form-data; name=\"file\"; filename=\"voice.wav\"\r\n\
         Content-Type: audio/wav\r\n\r\n\
         RIFF....WAVE\r\n\
         --{boundary}\r\n\
         Content-Disposition: form-data; name=\"response_format\"\r\n\r\n\
         json\r\n\
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
        once(&server).raw().create_text_parser(&request_of(upload)).await.unwrap();
        let request = &server.requests()[0];
        let parts = parts(request);
        let head = "Content-Disposition: form-data; name=\"file\"; filename=\"clip.mp3\"\r\nContent-Type: audio/mpeg";
        assert_eq!(parts[0].0, head);
        assert!(parts[0].1 == contents, "the contents of upload {n}");
        // Only bodies of unknown length are chunked.
        assert_eq!(request.header("content-length").is_some(), n < 4, "upload {n}");
        assert_eq!(request.header("transfer-encoding").is_some(), n >= 4, "upload {n}");
    }
}

#[tokio::test]
async fn text_goes_as_json_and_a_file_as_a_form() {
    let server = Server::answering([Answer::new(200, &[("content-type", "image/png")], "png")]);
    let client = once(&server);
    for text in ["https://example.com/a.png", "data:image/gif;base64,AAAA", "AAAA"] {
        client.raw().edit_image(&EditImageRequest::new(FileInput::text(text), "brighter")).await.unwrap();
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

#[tokio::test]
async fn names_cannot_break_out_of_their_header() {
    let server = Server::answering([Answer::json(200, TEXT)]);
    let client = once(&server);
    let names = [
        ("Größe \u{1F3B5}.mp3", "Größe \u{1F3B5}.mp3"),
        ("say \"hi\".mp3", "say %22hi%22.mp3"),
        ("a\r\nX-Evil: 1\r\n\r\nb.mp3", "a%0D%0AX-Evil: 1%0D%0A%0D%0Ab.mp3"),
        ("back\\slash;.mp3", "back\\slash;.mp3"),
        ("zero\0.mp3", "zero%00.mp3"),
        ("", "file"),
    ];
    for (name, sent) in names {
        client.raw().create_text_parser(&request_of(Upload::bytes(name, "sound"))).await.unwrap();
        let parts = parts(&server.requests().pop().unwrap());
        assert_eq!(parts.len(), 1, "{name:?}");
        let line = format!("Content-Disposition: form-data; name=\"file\"; filename=\"{sent}\"");
        assert_eq!(parts[0].0.lines().next().unwrap(), line);
        assert_eq!(parts[0].1, b"sound");
    }
}

#[tokio::test]
async fn the_media_type_is_the_callers_or_the_contents_or_the_names() {
    let server = Server::answering([Answer::json(200, TEXT)]);
    let client = once(&server);
    let folder = Folder::new();
    let uploads = [
        (Upload::path(folder.file("a.txt", "fLaC and sound")), "audio/flac"),
        (Upload::path(folder.file("b.txt", "fLaC and sound")).mime("audio/x-own; rate=1"), "audio/x-own; rate=1"),
        (Upload::path(folder.file("c.OGG", "sound")), "audio/ogg"),
        (Upload::path(folder.file("d", "sound")), "application/octet-stream"),
        (Upload::path(folder.file("e", "sound")).name("e.mp3"), "audio/mpeg"),
        (Upload::reader("f", Cursor::new("ID3 and sound")), "audio/mpeg"),
        (Upload::blocking_reader("g", Cursor::new("ID3 and sound")), "audio/mpeg"),
    ];
    for (upload, media) in uploads {
        let shown = format!("{upload:?}");
        client.raw().create_text_parser(&request_of(upload)).await.unwrap();
        let head = parts(&server.requests().pop().unwrap()).remove(0).0;
        assert_eq!(head.lines().nth(1).unwrap(), format!("Content-Type: {media}"), "{shown}");
    }
}

#[tokio::test]
async fn an_empty_file_is_an_empty_part() {
    let server = Server::answering([Answer::json(200, TEXT)]);
    let folder = Folder::new();
    let uploads = [
        Upload::bytes("a.txt", ""),
        Upload::path(folder.file("a.txt", "")),
        Upload::reader("a.txt", Cursor::new("")),
        Upload::reader("a.txt", Cursor::new("")).length(0),
    ];
    for upload in uploads {
        once(&server).raw().create_text_parser(&request_of(upload)).await.unwrap();
        let parts = parts(&server.requests().pop().unwrap());
        assert_eq!((parts.len(), parts[0].1.len()), (1, 0));
    }
}

#[tokio::test]
async fn extra_fields_become_parts() {
    let server = Server::answering([Answer::json(200, TEXT)]);
    let request = request_of(Upload::bytes("a.mp3", "sound")).response_format("old");
    let call = once(&server).raw().create_text_parser(&request);
    let call = call
        .with_extra_body("response_format", "new")
        .with_extra_body("words", json!(["one", "two"]))
        .with_extra_body("options", json!({"deep": true}));
    call.await.unwrap();
    let request = &server.requests()[0];
    let found: Vec<(String, String)> = parts(request)
        .into_iter()
        .map(|(head, contents)| (head.split('"').nth(1).unwrap().to_owned(), String::from_utf8(contents).unwrap()))
        .collect();
    let mut texts: Vec<(&str, &str)> = found.iter().map(|(name, text)| (&**name, &**text)).collect();
    texts.sort();
    let expected = [
        ("file", "sound"),
        ("options", r#"{"deep":true}"#),
        ("response_format", "new"),
        ("words", "one"),
        ("words", "two"),
    ];
    assert_eq!(texts, expected);
}

#[tokio::test]
async fn a_json_body_in_its_place_takes_the_form_away() {
    let server = Server::answering([Answer::json(200, TEXT)]);
    let request = request_of(Upload::path("missing.mp3"));
    let call = once(&server).raw().create_text_parser(&request).with_json_body(&json!({"url": "x"}));
    call.await.unwrap();
    let request = &server.requests()[0];
    assert_eq!((request.header("content-type"), request.json()), (Some("application/json"), json!({"url": "x"})));
}

/// A reader that waits for another task of the same runtime.
struct Waiting(std::sync::mpsc::Receiver<Vec<u8>>);

impl std::io::Read for Waiting {
    fn read(&mut self, space: &mut [u8]) -> std::io::Result<usize> {
        let Ok(piece) = self.0.recv_timeout(crate::support::PATIENCE) else { return Ok(0) };
        space[..piece.len()].copy_from_slice(&piece);
        Ok(piece.len())
    }
}

#[tokio::test]
async fn a_reader_that_waits_does_not_hold_up_the_runtime() {
    let server = Server::answering([Answer::json(200, TEXT)]);
    let (sender, receiver) = std::sync::mpsc::channel();
    let task = tokio::spawn(async move {
        for piece in ["so", "und"] {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            sender.send(piece.into()).unwrap();
        }
    });
    let begun = std::time::Instant::now();
    let request = request_of(Upload::blocking_reader("a.mp3", Waiting(receiver)));
    once(&server).raw().create_text_parser(&request).await.unwrap();
    task.await.unwrap();
    assert!(begun.elapsed() < crate::support::PATIENCE);
    assert_eq!(parts(&server.requests()[0])[0].1, b"sound");
}

#[cfg(all(feature = "attachments", feature = "blocking"))]
#[test]
fn files_are_sent_without_async() {
    use venice_ai::blocking;

    let server = Server::answering([Answer::json(200, TEXT)]);
    let folder = Folder::new();
    for upload in [
        Upload::path(folder.file("a.mp3", vec![3; 300_000])),
        Upload::blocking_reader("a.mp3", Cursor::new(vec![3; 300_000])),
        Upload::reader("a.mp3", Cursor::new(vec![3; 300_000])).length(300_000),
    ] {
        once(&server).raw().create_text_parser(&request_of(upload)).send_blocking().unwrap();
        assert_eq!(parts(&server.requests().pop().unwrap())[0].1, vec![3; 300_000]);
    }
    let url = blocking::wait(Upload::path(folder.file("b.gif", "GIF89a")).to_data_url()).unwrap();
    assert_eq!(url, "data:image/gif;base64,R0lGODlh");
}

#[tokio::test]
async fn an_endpoint_that_the_sdk_does_not_know_takes_a_form() {
    let folder = Folder::new();
    let path = folder.file("requests.jsonl", "{}\n");
    let server =
        Server::answering([Answer::json(503, r#"{"error":"at capacity"}"#), Answer::json(200, r#"{"id":"f1"}"#)]);
    let form = Form::new()
        .text("purpose", "batch")
        .text("tag", "a")
        .text("tag", "b \"quoted\"\r\n--line")
        .file("file", Upload::path(&path))
        .file("na\"me", Upload::bytes("b.bin", vec![0, 1, 2]).mime("application/x-test"));
    let client = client(&server, &TestClock::without_jitter());
    let call = client.request::<Value>(Method::POST, "/files").with_form(form).with_extra_body("added", 7);
    assert_eq!(call.await.unwrap(), json!({"id": "f1"}));
    let requests = server.requests();
    assert_eq!((requests.len(), &*requests[1].target), (2, "/api/v1/files"), "a 503 was not executed");
    let found = parts(&requests[1]);
    let texts: Vec<_> = found.iter().map(|(head, content)| (head.as_str(), String::from_utf8_lossy(content))).collect();
    let head = |name: &str| format!("Content-Disposition: form-data; name=\"{name}\"");
    assert_eq!(texts[0], (&*head("purpose"), "batch".into()));
    assert_eq!(texts[1], (&*head("tag"), "a".into()));
    assert_eq!(texts[2], (&*head("tag"), "b \"quoted\"\r\n--line".into()));
    assert!(texts[3].0.starts_with(&format!("{}; filename=\"requests.jsonl\"", head("file"))), "{:?}", texts[3]);
    assert_eq!(found[3].1, b"{}\n");
    let expected = format!("{}; filename=\"b.bin\"\r\nContent-Type: application/x-test", head("na%22me"));
    assert_eq!((texts[4].0, &*found[4].1), (&*expected, &[0_u8, 1, 2][..]));
    assert_eq!(texts[5], (&*head("added"), "7".into()));
}

#[tokio::test]
async fn a_form_with_a_reader_is_sent_once_and_a_missing_file_is_not_sent() {
    let server = Server::answering([Answer::json(503, r#"{"error":"at capacity"}"#)]);
    let client = client(&server, &TestClock::without_jitter());
    let call = |file: Upload| client.request::<Value>(Method::POST, "/files").with_form(Form::new().file("file", file));
    let error = call(Upload::blocking_reader("a", Cursor::new("text"))).await.unwrap_err();
    assert_eq!((error.attempts(), server.count()), (1, 1), "{error}");
    let error = call(Upload::path("/no/such/file")).await.unwrap_err();
    assert_eq!((error.kind(), server.count()), (ErrorKind::Io, 1));
    assert!(error.to_string().contains("`file`"), "{error}");
}
