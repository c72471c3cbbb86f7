//! `file`: a small sample file of each media type. Players and libraries open them.

pub(super) mod sound;
pub(super) mod wav;

use bytes::Bytes;

const SOUND_MS: usize = 100;

/// A sample file of this type; `None` for a type that is not a file.
pub(super) fn file(media: &str) -> Option<Bytes> {
    Some(match media {
        // Images of 256 × 256 pixels, the API's minimum for edits.
        "image/png" => Bytes::from_static(include_bytes!("image.png")),
        "image/jpeg" => Bytes::from_static(include_bytes!("image.jpg")),
        "image/webp" => Bytes::from_static(include_bytes!("image.webp")),
        "audio/aac" => Bytes::from_static(include_bytes!("sound.aac")),
        "audio/flac" => Bytes::from_static(include_bytes!("sound.flac")),
        "audio/opus" => Bytes::from_static(include_bytes!("sound.opus")),
        "audio/mpeg" => sound::silence(SOUND_MS),
        "audio/pcm" => sound::tone(SOUND_MS),
        "audio/wav" => sound::in_wav(vec![sound::tone(SOUND_MS)], false).concat().into(),
        // A video without frames.
        "video/mp4" => Bytes::from_static(include_bytes!("video.mp4")),
        _ => return None,
    })
}
