//! Media in messages, without async.

use venice_ai::blocking;
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
        blocking::wait(ContentPart::image(image())).unwrap(),
        blocking::wait(ContentPart::audio(sound())).unwrap(),
        blocking::wait(ContentPart::audio_as(AudioFormat::Pcm16, sound())).unwrap(),
        blocking::wait(ContentPart::video(Upload::bytes("a", MP4))).unwrap(),
        blocking::wait(ContentPart::file(notes())).unwrap(),
    ];
    let builder = UserMessage::builder().text("What?").image(image()).audio(sound());
    let builder = builder.audio_as(AudioFormat::Pcm16, sound()).video(Upload::bytes("a", MP4)).file(notes());
    assert_eq!(blocking::wait(builder.build()).unwrap(), UserMessage::new(parts));
}

#[tokio::test]
async fn they_are_rejected_inside_a_runtime() {
    let errors = [
        blocking::wait(ContentPart::image(image())).unwrap_err(),
        blocking::wait(ContentPart::audio(sound())).unwrap_err(),
        blocking::wait(ContentPart::audio_as(AudioFormat::Pcm16, sound())).unwrap_err(),
        blocking::wait(ContentPart::video(Upload::bytes("a", MP4))).unwrap_err(),
        blocking::wait(ContentPart::file(notes())).unwrap_err(),
        blocking::wait(UserMessage::builder().image(image()).build()).unwrap_err(),
    ];
    for error in errors {
        assert_eq!(error.kind(), ErrorKind::BlockingInAsync, "{error}");
    }
}
