//! Audio: speech, long speech, transcriptions and voices.

mod long_speech;
mod long_speech_failures;
mod long_speech_files;
mod refused;
mod speech;
mod transcription;
mod voices;

use venice_ai::types::CreateSpeechRequest;

use crate::support::Answer;

/// The header of a WAV file of one channel and 16 bits, written by hand.
fn wav_header(hz: u32, samples_bytes: u32) -> Vec<u8> {
    let mut header = b"RIFF".to_vec();
    header.extend((36 + samples_bytes).to_le_bytes());
    header.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    header.extend(hz.to_le_bytes());
    header.extend((hz * 2).to_le_bytes());
    header.extend(b"\x02\0\x10\0data");
    header.extend(samples_bytes.to_le_bytes());
    header
}

fn wav(hz: u32, samples: &[u8]) -> Vec<u8> {
    [wav_header(hz, samples.len() as u32), samples.to_vec()].concat()
}

/// Samples derived from the text.
fn samples(text: &str) -> Vec<u8> {
    text.bytes().flat_map(|byte| [byte, !byte]).collect()
}

fn sound(media: &str, body: impl AsRef<[u8]>) -> Answer {
    Answer::new(200, &[("content-type", media)], body)
}

/// Three sentences, each a piece of its own with at most 20 characters.
const THREE: &str = "The tide comes in.\n\nThe square is wet. Bring your boots!";
const PIECES: [&str; 3] = ["The tide comes in.", "The square is wet.", "Bring your boots!"];

fn three() -> CreateSpeechRequest {
    CreateSpeechRequest::new("tts-a", THREE).voice("anna").speed(1.25)
}
