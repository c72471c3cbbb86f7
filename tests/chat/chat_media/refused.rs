//! Files and texts that the API would reject: reported when the part is created.

use std::time::Duration;

use venice_ai::types::{AudioFormat, ChatCompletionRequest, ChatMessage, ContentPart};
use venice_ai::{Error, ErrorKind, FileInput, Upload};

use super::{MP4, png};
use crate::support::{Folder, replying};

fn assert_names(error: &Error, field: &str, problem: &str) {
    assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{error}");
    assert_eq!(error.field_errors()[0].field, field, "{error}");
    assert!(error.field_errors()[0].message.contains(problem), "{error} has no {problem:?}");
    assert!(error.to_string().ends_with("nothing was sent"), "{error}");
}

fn large() -> Upload {
    Upload::bytes("large", vec![b'a'; Upload::DATA_URL_MAX_BYTES as usize + 1])
}

#[tokio::test]
async fn images_that_no_model_takes() {
    let cases: [(FileInput, &str); 10] = [
        (
            Upload::bytes("a.png", png(63, 640)).into(),
            "is an image of 63 x 640 pixels; each side must have at least 64",
        ),
        (Upload::bytes("a.png", "").into(), "is empty"),
        (Upload::bytes("a.svg", "<svg/>").into(), "is image/svg+xml, which is not one of image/png"),
        (Upload::bytes("a", "%PDF-1.7").into(), "is application/pdf, which is not one of image/png"),
        (Upload::bytes("a", "who knows").into(), "is of an unknown type"),
        (large().into(), "has more than the 26214400 bytes"),
        (FileInput::text("cat.png"), "use Upload::path for a file on disk"),
        (FileInput::text("images/cat"), "use `Upload::path` for a file on disk"),
        (FileInput::text("data:text/plain;base64,aGk="), "is text/plain, which is not one of image/png"),
        (FileInput::text("data:image/png;base64,"), "is empty"),
    ];
    for (input, problem) in cases {
        assert_names(&ContentPart::image(input).await.unwrap_err(), "image_url.url", problem);
    }
}

#[tokio::test]
async fn sounds_that_the_api_does_not_take() {
    let cases: [(FileInput, &str); 5] = [
        (FileInput::text("https://example.com/a.mp3"), "is a URL, and the API does not fetch audio"),
        (Upload::bytes("a.webm", b"\x1a\x45\xdf\xa3\x01\x42\x82\x84webm".as_slice()).into(), "is video/webm"),
        (Upload::bytes("a", MP4).into(), "is video/mp4, which is not one of wav, mp3, aiff"),
        (FileInput::text("data:audio/wav,plain"), "is a data: URL without base64"),
        (large().into(), "has more than the 26214400 bytes"),
    ];
    for (input, problem) in cases {
        assert_names(&ContentPart::audio(input).await.unwrap_err(), "input_audio.data", problem);
    }
    let wav = Upload::bytes("a", b"RIFF\x10\0\0\0WAVEfmt ".as_slice());
    let error = ContentPart::audio_as(AudioFormat::Flac, wav).await.unwrap_err();
    assert_names(&error, "input_audio.data", "is wav, but its format is set to flac");
}

#[tokio::test]
async fn videos_that_no_model_takes() {
    let matroska = Upload::bytes("a", b"\x1a\x45\xdf\xa3\x01\x42\x82\x88matroska".as_slice());
    let error = ContentPart::video(matroska).await.unwrap_err();
    assert_names(&error, "video_url.url", "is video/x-matroska, which is not one of video/mp4, video/mpeg");
}

#[tokio::test]
async fn files_that_are_no_documents() {
    let cases: [(FileInput, &str); 6] = [
        (Upload::bytes("a.png", png(64, 64)).into(), "is image/png, not one of PDF"),
        (Upload::bytes("a.zip", b"PK\x03\x04".as_slice()).into(), "is application/zip, not one of PDF"),
        (Upload::bytes("a.bin", vec![1, 0, 2]).into(), "is no text, not one of PDF"),
        (Upload::bytes("", "words").into(), "has no file name"),
        (large().into(), "has more than the 26214400 bytes"),
        (FileInput::text("notes on tides"), "is neither a URL nor base64"),
    ];
    for (input, problem) in cases {
        assert_names(&ContentPart::file(input).await.unwrap_err(), "file.file_data", problem);
    }
}

#[tokio::test]
async fn a_file_that_cannot_be_read_is_named() {
    let folder = Folder::new();
    let missing = folder.join("missing.png");
    let error = ContentPart::image(Upload::path(&missing)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
    assert_eq!(error.field_errors()[0].field, "image_url.url");
    assert!(error.to_string().contains("missing.png"), "{error}");
    let error = ContentPart::file(Upload::path(folder.join("."))).await.unwrap_err();
    assert!(error.to_string().contains("it is a folder"), "{error}");
}

#[tokio::test]
async fn no_more_is_read_than_a_request_can_hold() {
    let folder = Folder::new();
    let video = folder.join("video.mp4");
    let file = std::fs::File::create(&video).unwrap();
    // The length of the file is known, and nothing is read.
    file.set_len(1 << 40).unwrap();
    let error = ContentPart::video(Upload::path(&video)).await.unwrap_err();
    assert_names(&error, "video_url.url", "has more than the 26214400 bytes");
    let error = ContentPart::video(Upload::reader("endless", tokio::io::repeat(b'a'))).await.unwrap_err();
    assert_names(&error, "video_url.url", "has more than the 26214400 bytes");
}

#[tokio::test]
async fn a_reader_that_is_stalled_can_be_left() {
    let (reader, _writer) = tokio::io::duplex(64);
    let reading = ContentPart::image(Upload::reader("slow.png", reader));
    assert!(tokio::time::timeout(Duration::from_millis(20), reading).await.is_err());
}

#[tokio::test]
async fn what_is_rejected_is_not_shown() {
    let secret = "c2VjcmV0LXBhc3N3b3Jk!";
    let error = ContentPart::image(FileInput::text(secret)).await.unwrap_err();
    assert!(!format!("{error} {error:?}").contains("c2Vjc"), "{error:?}");
}

#[tokio::test]
async fn a_message_has_so_many_media_of_a_kind() {
    let (image, file) = ("https://pictures.example/a.png", "https://texts.example/a.txt");
    for (part, most, field) in [
        (ContentPart::image_url(image), 10, "messages[0].content[10].image_url"),
        (ContentPart::file_url("a.txt", file), 5, "messages[0].content[5].file"),
    ] {
        let request = |count| ChatCompletionRequest::new("m", [ChatMessage::user(vec![part.clone(); count])]);
        let (server, venice) = replying("{}");
        let error = venice.chat().create(request(most + 1)).await.unwrap_err();
        assert_eq!((error.field_errors()[0].field.as_str(), server.connections()), (field, 0), "{error}");
        let twice = ChatCompletionRequest::new("m", [(); 2].map(|()| ChatMessage::user(vec![part.clone(); most])));
        assert_eq!(venice.chat().create(twice).await.unwrap_err().kind(), ErrorKind::Decode, "it was sent");
    }
}
