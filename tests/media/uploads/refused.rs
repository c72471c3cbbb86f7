//! Files that cannot be sent, and files that change while they are sent.

use std::fs::{self, OpenOptions};
use std::io::{Cursor, Read};
use std::net::{TcpListener, TcpStream};
use std::path::Path;

use venice_ai::types::MultiEditImageRequest;
use venice_ai::{Client, Error, ErrorKind, FileInput, Upload};

use super::*;
use crate::support::{Answer, Folder, Server, once};

async fn sent_to(server: &Server, upload: Upload) -> Error {
    once(server).raw().create_text_parser(&request_of(upload)).await.unwrap_err()
}

#[tokio::test]
async fn a_file_that_cannot_be_read_is_found_before_anything_is_sent() {
    let folder = Folder::new();
    let server = Server::answering([Answer::json(200, "{}")]);
    for (path, said) in [(folder.join("missing.wav"), "missing.wav"), (folder.as_ref().to_owned(), "it is a folder")] {
        let error = sent_to(&server, Upload::path(&path)).await;
        assert_eq!((error.kind(), error.operation()), (ErrorKind::Io, Some("createTextParser")));
        assert_eq!(error.field_errors()[0].field, "file");
        assert!(error.to_string().contains(said) && error.to_string().contains("`file`"), "{error}");
        assert!(std::error::Error::source(&error).is_some_and(|source| source.is::<std::io::Error>()));
        assert!(!error.is_retryable() && !error.is_transient());
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn the_place_in_a_list_is_named() {
    let folder = Folder::new();
    let server = Server::answering([Answer::json(200, "{}")]);
    let images: [FileInput; 3] = [
        Path::new(&folder.file("a.png", "pixels")).into(),
        FileInput::text("https://example.com/b.png"),
        Path::new(&folder.join("c.png")).into(),
    ];
    let request = MultiEditImageRequest::new("together", images);
    let error = once(&server).raw().multi_edit_image(&request).await.unwrap_err();
    assert_eq!(error.field_errors()[0].field, "images[2]");
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn a_media_type_that_is_none_is_rejected() {
    let server = Server::answering([Answer::json(200, "{}")]);
    for mime in ["", "wav", "audio/wav\r\nx-other: 1", "/"] {
        let error = sent_to(&server, Upload::bytes("voice.wav", "sound").mime(mime)).await;
        assert_eq!((error.kind(), error.field_errors()[0].field.as_str()), (ErrorKind::InvalidRequest, "file"));
    }
    assert_eq!(server.count(), 0);
}

/// Sends a large file to a server that changes it once it has read the start.
async fn changed_on_the_way(before: u64, length: u64) -> Error {
    let folder = Folder::new();
    let path = folder.file("voice.wav", "");
    let file = OpenOptions::new().write(true).open(&path).unwrap();
    file.set_len(before).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        let mut stream: TcpStream = listener.accept().unwrap().0;
        stream.read_exact(&mut [0; 1000]).unwrap();
        file.set_len(length).unwrap();
        let _ = std::io::copy(&mut stream, &mut std::io::sink());
    });
    let client = Client::builder().api_key("key").base_url(url).build().unwrap();
    let call = client.raw().create_text_parser(&request_of(Upload::path(&path)));
    call.with_timeout(crate::support::PATIENCE).await.unwrap_err()
}

#[tokio::test]
async fn a_file_that_changes_its_length_on_the_way_is_not_sent_to_its_end() {
    const BEFORE: u64 = 64 * 1024 * 1024;
    let cases = [
        (BEFORE, BEFORE + 1, "more than the 67108864 bytes"),
        // The last announced piece ends where the file ended.
        (BEFORE + 512, BEFORE + 513, "more than the 67109376 bytes"),
        (BEFORE, BEFORE - 1, "ended after 67108863 of 67108864 bytes"),
    ];
    for (before, length, said) in cases {
        let error = changed_on_the_way(before, length).await;
        assert_eq!((error.kind(), error.operation()), (ErrorKind::Io, Some("createTextParser")), "{error}");
        assert_eq!((error.field_errors()[0].field.as_str(), error.attempts()), ("file", 1));
        assert!(error.to_string().contains(said), "{error}");
    }
}

#[tokio::test]
async fn a_reader_is_held_to_its_length() {
    for (length, said) in [(4, "more than the 4 bytes"), (6, "ended after 5 of 6 bytes")] {
        for upload in [
            Upload::reader("voice.wav", Cursor::new("sound")),
            Upload::blocking_reader("voice.wav", Cursor::new("sound")),
        ] {
            let server = Server::answering([Answer::json(200, "{}")]);
            let error = sent_to(&server, upload.length(length)).await;
            assert_eq!((error.kind(), server.count()), (ErrorKind::Io, 0), "{error}");
            assert!(error.to_string().contains(said), "{error}");
        }
    }
}

/// Returns a piece, then fails.
struct Broken(usize);

impl Read for Broken {
    fn read(&mut self, space: &mut [u8]) -> std::io::Result<usize> {
        if self.0 == 0 {
            return Err(std::io::Error::other("the tape is torn"));
        }
        self.0 -= 1;
        space.fill(1);
        Ok(space.len())
    }
}

#[tokio::test]
async fn a_reader_that_fails_says_why() {
    let server = Server::answering([Answer::json(200, "{}")]);
    for pieces in [0, 1, 20] {
        let error = sent_to(&server, Upload::blocking_reader("voice.wav", Broken(pieces))).await;
        assert_eq!(error.kind(), ErrorKind::Io);
        assert!(error.to_string().contains("the tape is torn"), "{error}");
    }
    assert_eq!(server.count(), 0, "no request was whole");
}

/// Panics, like a reader with a bug.
struct Bug;

impl Read for Bug {
    fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
        panic!("a bug of the caller's")
    }
}

#[tokio::test]
async fn a_reader_that_panics_is_an_error() {
    let server = Server::answering([Answer::json(200, "{}")]);
    let error = sent_to(&server, Upload::blocking_reader("voice.wav", Bug)).await;
    assert_eq!(error.kind(), ErrorKind::Io);
}

#[tokio::test]
async fn what_is_shown_of_an_upload_is_never_its_contents() {
    let shown = format!(
        "{:?} {:?} {:?}",
        Upload::bytes("a.txt", "secret words").mime("text/plain"),
        Upload::reader("b.txt", Cursor::new("secret words")).length(12),
        Upload::path("folder/c.txt"),
    );
    assert!(!shown.contains("secret") && !shown.contains("115"), "{shown}");
    for part in ["\"a.txt\"", "text/plain", "Some(12)", "\"b.txt\"", "folder/c.txt"] {
        assert!(shown.contains(part), "{part} in {shown}");
    }
}

#[cfg(feature = "attachments")]
#[tokio::test]
async fn a_data_url_has_the_type_that_the_contents_show() {
    let folder = Folder::new();
    let png = b"\x89PNG\r\n\x1a\n and pixels";
    let expected = "data:image/png;base64,iVBORw0KGgogYW5kIHBpeGVscw==";
    for upload in [
        Upload::bytes("photo.jpg", png.as_slice()),
        Upload::path(folder.file("photo.jpg", png)),
        Upload::reader("photo.jpg", Cursor::new(png)),
        Upload::blocking_reader("photo.jpg", Cursor::new(png)),
    ] {
        assert_eq!(upload.to_data_url().await.unwrap(), expected);
    }
    let set = Upload::bytes("photo.jpg", "x").mime("image/webp").to_data_url().await.unwrap();
    assert_eq!(set, "data:image/webp;base64,eA==");
    let missing = Upload::path(folder.join("missing.png")).to_data_url().await.unwrap_err();
    assert_eq!(missing.kind(), ErrorKind::Io);
}

#[cfg(feature = "attachments")]
#[tokio::test]
async fn a_data_url_has_a_largest_size() {
    let folder = Folder::new();
    let path = folder.file("long.mp4", "");
    let most = Upload::DATA_URL_MAX_BYTES;
    OpenOptions::new().write(true).open(&path).unwrap().set_len(most + 1).unwrap();
    let file = Upload::path(&path).to_data_url().await.unwrap_err();
    let reader = Upload::blocking_reader("long.mp4", fs::File::open(&path).unwrap()).to_data_url().await.unwrap_err();
    for error in [file, reader] {
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
        assert!(error.to_string().contains(&most.to_string()), "{error}");
    }
    OpenOptions::new().write(true).open(&path).unwrap().set_len(most).unwrap();
    Upload::path(&path).to_data_url().await.unwrap();
}
