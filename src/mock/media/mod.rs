//! Small files of each media type that the API answers with. They are what they say: players and libraries open them.

use bytes::Bytes;

/// Samples a second of the sounds that are made here.
const RATE: u32 = 24_000;

/// What a file of this type may look like; `None` for a type that is no file.
pub(super) fn file(media: &str) -> Option<Bytes> {
    Some(match media {
        // Pictures of 256 × 256 pixels, the least that the API takes to change them.
        "image/png" => Bytes::from_static(include_bytes!("image.png")),
        "image/jpeg" => Bytes::from_static(include_bytes!("image.jpg")),
        "image/webp" => Bytes::from_static(include_bytes!("image.webp")),
        "audio/aac" => Bytes::from_static(include_bytes!("sound.aac")),
        "audio/flac" => Bytes::from_static(include_bytes!("sound.flac")),
        "audio/opus" => Bytes::from_static(include_bytes!("sound.opus")),
        "audio/mpeg" => mp3(),
        "audio/pcm" => pcm(),
        "audio/wav" => wav(),
        // A film without pictures.
        "video/mp4" => Bytes::from_static(include_bytes!("video.mp4")),
        _ => return None,
    })
}

/// A tenth of a second of a tone of 440 Hz: signed, 16 bits, mono.
fn pcm() -> Bytes {
    let sample = |index: u32| {
        let phase = f64::from(index) * 440.0 / f64::from(RATE) * std::f64::consts::TAU;
        (phase.sin() * 8000.0) as i16
    };
    (0..RATE / 10).flat_map(|index| sample(index).to_le_bytes()).collect()
}

fn wav() -> Bytes {
    let sound = pcm();
    let length = u32::try_from(sound.len()).unwrap_or_default();
    let mut file = Vec::with_capacity(44 + sound.len());
    file.extend(b"RIFF");
    file.extend((36 + length).to_le_bytes());
    file.extend(b"WAVEfmt ");
    file.extend(16_u32.to_le_bytes());
    // PCM, one channel, samples and bytes a second, bytes and bits a sample.
    file.extend([1_u16.to_le_bytes(), 1_u16.to_le_bytes()].concat());
    file.extend([RATE.to_le_bytes(), (2 * RATE).to_le_bytes()].concat());
    file.extend([2_u16.to_le_bytes(), 16_u16.to_le_bytes()].concat());
    file.extend(b"data");
    file.extend(length.to_le_bytes());
    file.extend(&sound);
    file.into()
}

/// Silent frames: MPEG 1, layer III, 128 kbit/s, 44.1 kHz, mono. A frame is a header of four bytes and zeros.
fn mp3() -> Bytes {
    const FRAME: usize = 417;
    let mut frame = vec![0xff, 0xfb, 0x90, 0xc0];
    frame.resize(FRAME, 0);
    frame.repeat(4).into()
}
