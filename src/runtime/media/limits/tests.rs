use std::io::{Cursor, Read as _, Write as _};
use std::net::TcpListener;

use super::*;
use crate::api::generated::types::UpscaleImageRequest;
use crate::runtime::call::Call;
use crate::runtime::client::Client;
use crate::runtime::error::ErrorKind;
use crate::runtime::reply::RawReply;
use crate::runtime::transport::RetryPolicy;

const LIMITS: FileLimits = FileLimits::new()
    .most_bytes(100)
    .media(&["image/*", "audio/wav"])
    .image(ImageLimits { pixels: (64, 10_000), least_side: 4 });

/// The start of a PNG of this size.
fn png(width: u32, height: u32) -> Vec<u8> {
    [b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".as_slice(), &width.to_be_bytes(), &height.to_be_bytes()].concat()
}

/// Nothing listens there, so a call that is sent fails.
fn client(url: &str) -> Client {
    Client::builder().api_key("key").base_url(url).retry(RetryPolicy::disabled()).build().unwrap()
}

fn call(url: &str, image: impl Into<FileInput>) -> Call<RawReply> {
    let request = UpscaleImageRequest::new(image);
    client(url).raw().upscale_image(&request).checked_file("image", &request.image, LIMITS)
}

const NOWHERE: &str = "http://127.0.0.1:9";

async fn problem(image: impl Into<FileInput>) -> String {
    let error = call(NOWHERE, image).await.unwrap_err();
    if error.kind() == ErrorKind::Connect {
        return String::new();
    }
    assert_eq!((error.kind(), error.operation()), (ErrorKind::InvalidRequest, Some("upscaleImage")), "{error}");
    assert_eq!(error.field_errors()[0].field, "image");
    assert!(error.to_string().ends_with("nothing was sent"), "{error}");
    error.field_errors()[0].message.clone()
}

#[tokio::test]
async fn files_are_checked_against_their_limits() {
    let path = std::env::temp_dir().join(format!("venice-limits-{}.png", std::process::id()));
    std::fs::write(&path, png(8, 7)).unwrap();
    let cases = [
        (Upload::bytes("a.png", png(8, 8)), ""),
        (Upload::bytes("a.png", ""), "is empty"),
        (Upload::bytes("a.png", vec![0; 101]), "has 101 bytes, at most 100 are allowed"),
        (Upload::bytes("a.png", "%PDF-1.7"), "is application/pdf, which is not one of image/*, audio/wav"),
        (Upload::bytes("a.png", "%PDF-1.7").mime("Image/PNG; a=b"), ""),
        (Upload::bytes("a.WAV", "sound"), ""),
        (Upload::bytes("a.mp3", "sound"), "is audio/mpeg, which is not one of"),
        (Upload::bytes("a", "who knows"), ""),
        (Upload::path(&path), "is an image of 8 x 7 pixels, which is 56; at least 64 are needed"),
        (Upload::reader("a", Cursor::new(png(200, 100))), "which is 20000; at most 10000 are allowed"),
        (Upload::blocking_reader("a", Cursor::new(png(3, 100))), "each side must have at least 4"),
        (Upload::reader("a", Cursor::new(png(8, 8))).length(101), ""),
        (Upload::reader("a", Cursor::new("")), "is empty"),
        (Upload::blocking_reader("a.wav", Cursor::new(vec![0; 101])), "has 101 bytes"),
    ];
    for (upload, expected) in cases {
        let shown = format!("{upload:?}");
        let found = problem(upload).await;
        assert!(found.contains(expected) && found.is_empty() == expected.is_empty(), "{shown}: {found}");
    }
    std::fs::remove_file(path).unwrap();
}

#[tokio::test]
async fn texts_are_checked_as_far_as_possible() {
    let neither = "is neither a URL, nor a data: URL, nor base64";
    let cases = [
        ("https://example.com/a.png", ""),
        ("HTTP://example.com/a.png", ""),
        ("AAAA", ""),
        ("AAAA\nAAA=\n", ""),
        ("data:image/png;base64,AAAA", ""),
        ("data:application/pdf;base64,AAAA", ""),
        ("data:image/svg+xml,%3Csvg/%3E", ""),
        ("", "is empty"),
        ("data:image/png;base64,", "is empty"),
        ("photo.png", neither),
        ("C:\\photos\\a", neither),
    ];
    for (text, expected) in cases {
        let found = problem(FileInput::text(text)).await;
        assert!(found.contains(expected) && found.is_empty() == expected.is_empty(), "{text}: {found}");
    }
    // 134 digits stand for 100 bytes, 135 for 101.
    let (fits, long) = ("A".repeat(134), "A".repeat(135));
    assert_eq!(problem(FileInput::text(fits.as_str())).await, "");
    for text in [long.clone(), format!("{long}="), format!("data:image/png;base64,{long}")] {
        assert_eq!(problem(FileInput::text(text)).await, "has 101 bytes, at most 100 are allowed");
    }
}

#[tokio::test]
async fn nothing_is_checked_where_validation_is_off() {
    for image in [FileInput::text("photo.png"), Upload::bytes("a.png", "").into()] {
        let error = call(NOWHERE, image).with_validation(false).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Connect, "{error}");
    }
}

#[tokio::test]
async fn all_findings_are_reported() {
    let empty = Upload::bytes("a.png", "");
    let call = call(NOWHERE, empty.clone()).checked_file("mask", &empty, LIMITS);
    let error = call.await.unwrap_err();
    let fields: Vec<&str> = error.field_errors().iter().map(|wrong| wrong.field.as_str()).collect();
    assert_eq!(fields, ["image", "mask"]);
    let call = client(NOWHERE).raw().upscale_image(&UpscaleImageRequest::new(FileInput::text("x")).scale(9));
    let error = call.checked_file("image", "photo.png", LIMITS).await.unwrap_err();
    let fields: Vec<&str> = error.field_errors().iter().map(|wrong| wrong.field.as_str()).collect();
    assert_eq!(fields, ["scale", "image"]);
}

#[tokio::test]
async fn a_missing_file_is_reported_by_the_check() {
    let error = call(NOWHERE, Upload::path("/nowhere/a.png")).await.unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::Io, Some("upscaleImage")));
    assert_eq!(error.field_errors()[0].field, "image");
}

#[tokio::test]
async fn a_peeked_reader_is_sent_from_its_start() {
    for small in [true, false] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let server = std::thread::spawn(move || {
            let (mut stream, mut request) = (listener.accept().unwrap().0, Vec::new());
            while !request.ends_with(b"--\r\n\r\n0\r\n\r\n") && !request.ends_with(b"--\r\n") {
                let mut piece = [0; 4096];
                let count = stream.read(&mut piece).unwrap();
                request.extend_from_slice(&piece[..count]);
            }
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nPNG").unwrap();
            request
        });
        let contents = if small { png(8, 8) } else { [png(8, 8), vec![1; 400_000]].concat() };
        let limits = FileLimits::new().image(ImageLimits { pixels: (1, 100), least_side: 1 });
        let upload = Upload::blocking_reader("a.png", Cursor::new(contents.clone())).length(contents.len() as u64);
        let request = UpscaleImageRequest::new(upload);
        client(&url).raw().upscale_image(&request).checked_file("image", &request.image, limits).await.unwrap();
        let request = server.join().unwrap();
        assert!(request.windows(contents.len()).any(|window| window == contents));
    }
}
