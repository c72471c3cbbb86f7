//! Uploads that are retried, and those that cannot be.

use std::fs;
use std::io::{Cursor, Read as _, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use venice_ai::types::UpscaleImageRequest;
use venice_ai::{ErrorKind, Upload};

use super::*;
use crate::support::clock::HookClock;
use crate::support::{Answer, Folder, Server, TestClock, builder, client, reserved};

const TEXT: &str = r#"{"text":"hello"}"#;

fn later() -> Answer {
    Answer::json(503, r#"{"error":"at capacity"}"#)
}

#[tokio::test]
async fn a_file_and_bytes_are_sent_again_after_a_503() {
    let folder = Folder::new();
    let path = folder.file("voice.mp3", vec![7; 300_000]);
    for upload in [Upload::path(&path), Upload::bytes("voice.mp3", vec![7; 300_000])] {
        let server = Server::answering([later(), later(), Answer::json(200, TEXT)]);
        let request = request_of(upload);
        client(&server, &TestClock::without_jitter()).raw().create_text_parser(&request).await.unwrap();
        let requests = server.requests();
        assert_eq!(requests.len(), 3);
        assert!(requests.iter().all(|request| request.body == requests[0].body), "each attempt sends the same");
        assert_eq!(parts(&requests[2])[0].1, vec![7; 300_000]);
    }
}

#[tokio::test]
async fn a_paid_call_with_a_file_is_not_sent_again_when_it_may_have_run() {
    let folder = Folder::new();
    let path = folder.file("voice.mp3", "sound");
    for answer in [Answer::json(500, "{}"), Answer::nothing()] {
        let server = Server::answering([answer]);
        let request = request_of(Upload::path(&path));
        let call = client(&server, &TestClock::without_jitter()).raw().create_text_parser(&request);
        let error = call.await.unwrap_err();
        assert_eq!(server.count(), 1);
        assert!(!error.is_retryable() && !error.to_string().contains("twice"), "{error}");
    }
}

#[tokio::test]
async fn a_file_is_sent_when_the_server_comes_up_at_last() {
    let reserved = reserved();
    let address = reserved.local_addr().unwrap();
    let reserved = Mutex::new(Some(reserved));
    let server: Arc<Mutex<Option<Server>>> = Arc::default();
    let started = server.clone();
    let clock = HookClock(move || {
        if let Some(reserved) = reserved.lock().unwrap().take() {
            let listener = reserved.listen(16).unwrap().into_std().unwrap();
            listener.set_nonblocking(false).unwrap();
            *started.lock().unwrap() = Some(Server::on(listener, |_, _| Answer::json(200, TEXT)));
        }
    });
    let folder = Folder::new();
    let request = request_of(Upload::path(folder.file("voice.mp3", "sound")));
    let client = venice_ai::Client::builder().api_key("key").base_url(format!("http://{address}/api/v1"));
    client.clock(clock).build().unwrap().raw().create_text_parser(&request).await.unwrap();
    let requests = server.lock().unwrap().as_ref().unwrap().requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(parts(&requests[0])[0].1, b"sound");
}

#[tokio::test]
async fn a_reader_is_sent_once_and_the_error_says_so() {
    for upload in [
        Upload::reader("voice.mp3", Cursor::new("sound")).length(5),
        Upload::blocking_reader("voice.mp3", Cursor::new("sound")),
    ] {
        let server = Server::answering([later(), Answer::json(200, TEXT)]);
        let client = client(&server, &TestClock::without_jitter());
        let request = request_of(upload);
        let error = client.raw().create_text_parser(&request).await.unwrap_err();
        assert_eq!((server.count(), error.attempts()), (1, 1));
        assert_eq!(error.status().unwrap(), 503);
        assert!(error.to_string().contains("its body cannot be read twice"), "{error}");
        assert!(format!("{error:?}").contains("its body cannot be read twice"), "{error:?}");
        assert_eq!(error.message(), "at capacity", "the message is the API's");

        let again = client.raw().create_text_parser(&request.clone()).await.unwrap_err();
        assert_eq!(server.count(), 1, "nothing is sent of a reader that was read");
        assert_eq!((again.kind(), again.operation()), (ErrorKind::InvalidRequest, Some("createTextParser")));
        assert_eq!(again.field_errors()[0].field, "file");
        assert!(again.to_string().contains("was already sent"), "{again}");
    }
}

#[tokio::test]
async fn a_redirect_on_the_same_host_takes_the_file_along() {
    let folder = Folder::new();
    let path = folder.file("voice.mp3", "sound");
    let server = Server::answering([Answer::redirect(307, "/elsewhere"), Answer::json(200, TEXT)]);
    let client = client(&server, &TestClock::without_jitter());
    client.raw().create_text_parser(&request_of(Upload::path(path))).await.unwrap();
    let requests = server.requests();
    assert_eq!(requests[1].target, "/elsewhere");
    assert_eq!(requests[0].body, requests[1].body);

    let server = Server::answering([Answer::redirect(307, "/elsewhere"), Answer::json(200, TEXT)]);
    let request = request_of(Upload::reader("voice.mp3", Cursor::new("sound")));
    let call = builder(&server).build().unwrap().raw().create_text_parser(&request);
    let error = call.await.unwrap_err();
    assert_eq!((error.kind(), server.count()), (ErrorKind::Redirect, 1));
    assert!(error.to_string().contains("only once"), "{error}");
}

#[tokio::test]
async fn a_file_that_is_gone_at_the_second_attempt_is_an_error_of_its_own() {
    let folder = Folder::new();
    let path = folder.file("image.png", "pixels");
    let gone = path.clone();
    let server = Server::answering([later()]);
    let clock = HookClock(move || fs::remove_file(&gone).unwrap());
    let request = UpscaleImageRequest::new(Upload::path(&path));
    let error = builder(&server).clock(clock).build().unwrap().raw().upscale_image(&request).await.unwrap_err();
    assert_eq!((server.count(), error.kind()), (1, ErrorKind::Io));
    assert_eq!(error.field_errors()[0].field, "image");
}

#[tokio::test]
async fn a_call_can_be_made_again_with_the_same_file() {
    let folder = Folder::new();
    let server = Server::answering([Answer::json(200, TEXT)]);
    let client = client(&server, &TestClock::without_jitter());
    let request = request_of(Upload::path(folder.file("voice.mp3", "one")));
    client.raw().create_text_parser(&request).await.unwrap();
    folder.file("voice.mp3", "two and more");
    client.raw().create_text_parser(&request).await.unwrap();
    let contents: Vec<Vec<u8>> = server.requests().iter().map(|request| parts(request)[0].1.clone()).collect();
    assert_eq!(contents, [b"one".as_slice(), b"two and more"]);
}

#[tokio::test]
async fn a_server_that_has_seen_enough_is_heard_before_the_file_is_sent() {
    let folder = Folder::new();
    let path = folder.file("long.wav", "");
    fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(64 * 1024 * 1024).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        let mut stream = listener.accept().unwrap().0;
        stream.read_exact(&mut [0; 1000]).unwrap();
        let body = r#"{"code":"PAYLOAD_TOO_LARGE","error":"25 MB at most"}"#;
        let length = body.len();
        write!(stream, "HTTP/1.1 413 No\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}").unwrap();
        // It does not read on, and stays until the client has closed the connection.
        std::thread::sleep(crate::support::PATIENCE);
    });
    let client = venice_ai::Client::builder().api_key("key").base_url(url).build().unwrap();
    let call = client.raw().create_text_parser(&request_of(Upload::path(&path)));
    let error = tokio::time::timeout(crate::support::PATIENCE, call.into_future()).await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PayloadTooLarge, "{error}");
    assert_eq!(error.message(), "25 MB at most");
}
