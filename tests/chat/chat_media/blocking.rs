//! The same without async.

use venice_ai::types::{AudioFormat, ContentPart, UserMessage};
use venice_ai::{ErrorKind, Upload};

use super::{MP4, image};

fn sound() -> Upload {
    Upload::bytes("a", b"fLaC\0\0\0\x22".as_slice())
}

fn notes() -> Upload {
    Upload::bytes("notes.txt", "ebb")
}

#[test]
fn parts_are_made_in_this_thread() {
    let parts = [
        ContentPart::text("What?"),
        ContentPart::image_blocking(image()).unwrap(),
        ContentPart::audio_blocking(sound()).unwrap(),
        ContentPart::audio_as_blocking(AudioFormat::Pcm16, sound()).unwrap(),
        ContentPart::video_blocking(Upload::bytes("a", MP4)).unwrap(),
        ContentPart::file_blocking(notes()).unwrap(),
    ];
    let builder = UserMessage::builder().text("What?").image(image()).audio(sound());
    let builder = builder.audio_as(AudioFormat::Pcm16, sound()).video(Upload::bytes("a", MP4)).file(notes());
    assert_eq!(builder.build_blocking().unwrap(), UserMessage::new(parts));
}

#[tokio::test]
async fn they_are_refused_inside_a_runtime() {
    let errors = [
        ContentPart::image_blocking(image()).unwrap_err(),
        ContentPart::audio_blocking(sound()).unwrap_err(),
        ContentPart::audio_as_blocking(AudioFormat::Pcm16, sound()).unwrap_err(),
        ContentPart::video_blocking(Upload::bytes("a", MP4)).unwrap_err(),
        ContentPart::file_blocking(notes()).unwrap_err(),
        UserMessage::builder().image(image()).build_blocking().unwrap_err(),
    ];
    for error in errors {
        assert_eq!(error.kind(), ErrorKind::BlockingInAsync, "{error}");
    }
}
