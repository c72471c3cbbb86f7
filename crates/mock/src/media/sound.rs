//! Generated audio of any length: PCM, WAV and MP3.

use bytes::Bytes;

use super::wav;

/// The sample rate.
const RATE_HZ: u32 = 24_000;

/// A tone that fades in and out, so that nothing clicks between two: one channel, 16 bits, no header.
pub(crate) fn tone(milliseconds: usize) -> Bytes {
    const FADE_SAMPLES: usize = 480;
    let count = milliseconds * RATE_HZ as usize / 1000;
    let sample = |index: usize| {
        let fade = index.min(count - 1 - index).min(FADE_SAMPLES) as f64 / FADE_SAMPLES as f64;
        let phase = index as f64 * 440.0 / f64::from(RATE_HZ) * std::f64::consts::TAU;
        (phase.sin() * fade * 8000.0) as i16
    };
    (0..count).flat_map(|index| sample(index).to_le_bytes()).collect()
}

/// A WAV file. A streamed one has unknown sizes in its header.
pub(crate) fn in_wav(mut pieces: Vec<Bytes>, streaming: bool) -> Vec<Bytes> {
    let bytes: usize = pieces.iter().map(Bytes::len).sum();
    let header = wav::header(RATE_HZ, u32::try_from(bytes).ok().filter(|_| !streaming));
    match pieces.first_mut() {
        Some(first) => *first = [header, first.clone()].concat().into(),
        None => pieces.push(header),
    }
    pieces
}

/// MP3 frames of silence: MPEG 1, layer 3, 128 kbit/s, 44.1 kHz, one channel.
pub(crate) fn silence(milliseconds: usize) -> Bytes {
    const FRAME_BYTES: usize = 417;
    const FRAME_MS: usize = 26;
    let mut frame = vec![0xFF, 0xFB, 0x90, 0xC0];
    frame.resize(FRAME_BYTES, 0);
    frame.repeat(milliseconds.div_ceil(FRAME_MS)).into()
}
