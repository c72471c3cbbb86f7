//! Small files that are what they say.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use venice_ai::Upload;

const PNG: &[u8] = include_bytes!("../../../../tests/fixtures/images/canal.png");
/// Wanted by voices that are cloned.
const SECONDS: u32 = 6;
const HZ: u32 = 8000;

pub const PICTURE_URL: &str = "https://example.com/canal.png";
pub const VIDEO_URL: &str = "https://example.com/canal.mp4";
pub const SOUND_URL: &str = "https://example.com/canal.mp3";

/// A picture of 256 by 256 pixels.
pub fn picture() -> Upload {
    Upload::bytes("canal.png", PNG)
}

pub fn picture_base64() -> String {
    STANDARD.encode(PNG)
}

/// Some seconds of silence.
pub fn sound() -> Upload {
    let bytes = SECONDS * HZ * 2;
    let mut wav = Vec::new();
    wav.extend(b"RIFF");
    wav.extend((36 + bytes).to_le_bytes());
    wav.extend(b"WAVEfmt ");
    wav.extend(16u32.to_le_bytes());
    // PCM, one channel.
    wav.extend([1, 0, 1, 0]);
    wav.extend(HZ.to_le_bytes());
    wav.extend((HZ * 2).to_le_bytes());
    wav.extend([2, 0, 16, 0]);
    wav.extend(b"data");
    wav.extend(bytes.to_le_bytes());
    wav.resize(wav.len() + bytes as usize, 0);
    Upload::bytes("silence.wav", wav)
}

pub fn note() -> Upload {
    Upload::bytes("note.txt", "The tide comes in at noon.".as_bytes())
}
