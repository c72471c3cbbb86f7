//! Speech, transcriptions and voices.

use bytes::Bytes;
use serde_json::{Value, json};

use super::asked::Asked;
use super::errors::error;
use super::reply::Reply;
use super::state::State;
use crate::media::sentences;
use crate::media::wav::{self, WavFormat};

/// Samples a second of what is read aloud here.
const RATE_HZ: u32 = 24_000;
/// How long a character is heard. A real voice takes about six times as long.
const CHARACTER_MS: usize = 10;
const USD_A_CHARACTER: f64 = 0.000_003_5;

/// Reads a text aloud: a tone for each sentence, as long as the sentence is.
pub(super) fn speech(state: &mut State, asked: &Asked<'_>) -> Result<Reply, Reply> {
    let text = asked.body["input"].as_str().unwrap_or_default();
    if text.trim().is_empty() {
        return Err(error(400, "input: String must contain at least 1 character(s)"));
    }
    state.balance_usd -= USD_A_CHARACTER * text.chars().count() as f64;
    /// About one sentence.
    const PIECE_CHARACTERS: usize = 80;
    let sentences = sentences::pieces(text, PIECE_CHARACTERS);
    let streaming = asked.body["streaming"] == true;
    let (media, pieces) = match asked.body["response_format"].as_str().unwrap_or("mp3") {
        "mp3" => ("audio/mpeg", sentences.iter().map(|sentence| silence(sentence)).collect()),
        "pcm" => ("audio/pcm", sentences.iter().map(|sentence| tone(sentence)).collect()),
        "wav" => ("audio/wav", in_wav(sentences.iter().map(|sentence| tone(sentence)).collect(), streaming)),
        other => return Err(error(400, &format!("Unsupported response_format: {other}. Supported: mp3, wav, pcm"))),
    };
    let pieces: Vec<Bytes> = pieces;
    Ok(if streaming { Reply::pieces(200, media, pieces) } else { Reply::new(200, media, pieces.concat()) })
}

fn milliseconds(text: &str) -> usize {
    text.chars().count() * CHARACTER_MS
}

/// A tone that comes and goes softly, so that nothing clicks between two: one channel, 16 bits.
fn tone(text: &str) -> Bytes {
    const FADE_SAMPLES: usize = 480;
    let count = milliseconds(text) * RATE_HZ as usize / 1000;
    let sample = |index: usize| {
        let fade = index.min(count - 1 - index).min(FADE_SAMPLES) as f64 / FADE_SAMPLES as f64;
        let phase = index as f64 * 440.0 / f64::from(RATE_HZ) * std::f64::consts::TAU;
        (phase.sin() * fade * 8000.0) as i16
    };
    (0..count).flat_map(|index| sample(index).to_le_bytes()).collect()
}

/// A WAV file. While it is streamed, its header does not say how long it will be.
fn in_wav(mut pieces: Vec<Bytes>, streaming: bool) -> Vec<Bytes> {
    let bytes: usize = pieces.iter().map(Bytes::len).sum();
    let known = u64::try_from(bytes).ok().filter(|_| !streaming);
    let header = WavFormat::mono_16(RATE_HZ).header(known).unwrap_or_default();
    match pieces.first_mut() {
        Some(first) => *first = [header, first.clone()].concat().into(),
        None => pieces.push(header),
    }
    pieces
}

/// Frames of MPEG 1, layer III, 128 kbit/s, 44.1 kHz, mono: a header of four bytes and zeros, which is silence of 26 ms.
fn silence(text: &str) -> Bytes {
    const FRAME_BYTES: usize = 417;
    const FRAME_MS: usize = 26;
    let mut frame = vec![0xFF, 0xFB, 0x90, 0xC0];
    frame.resize(FRAME_BYTES, 0);
    frame.repeat(milliseconds(text).div_ceil(FRAME_MS)).into()
}

/// Listens. It does not understand, but it knows how long a WAV file is.
pub(super) fn transcription(state: &mut State, asked: &Asked<'_>) -> Result<Reply, Reply> {
    let file = asked.files.iter().find(|file| file.member == "file");
    let file = file.ok_or_else(|| error(400, "file: Required"))?;
    let seconds = match wav::read(&file.bytes) {
        Ok((format, samples)) => format.seconds(samples.len()),
        // About what an MP3 of 128 kbit/s takes.
        Err(_) => file.bytes.len() as f64 / 16_000.0,
    };
    if seconds == 0.0 {
        return Err(error(422, "The audio could not be processed for transcription"));
    }
    state.balance_usd -= seconds * 0.0001;
    let text = format!("This is what {seconds:.1} seconds of sound say to the mock.");
    if asked.body["response_format"] == "text" {
        return Ok(Reply::new(200, "text/plain; charset=utf-8", text));
    }
    let mut body = json!({"text": text, "duration": seconds});
    if asked.body["timestamps"] == true {
        let words: Vec<&str> = text.split(' ').collect();
        let at = |index: usize| (index as f64 * seconds / words.len() as f64 * 1000.0).round() / 1000.0;
        let timed = words.iter().enumerate();
        let timed: Vec<Value> =
            timed.map(|(index, word)| json!({"word": word, "start": at(index), "end": at(index + 1)})).collect();
        let segment = json!([{"text": text, "start": 0.0, "end": seconds}]);
        body["timestamps"] = json!({"word": timed, "segment": segment});
    }
    Ok(Reply::json(200, &body))
}

pub(super) fn voice(state: &mut State, asked: &Asked<'_>) -> Result<Reply, Reply> {
    if asked.files.iter().all(|file| file.bytes.is_empty()) {
        return Err(error(400, "file: Required"));
    }
    let model = asked.body["model"].as_str().unwrap_or("tts-chatterbox-hd");
    let id = format!("vv_{:016x}", state.next_id());
    Ok(Reply::json(200, &json!({"id": id, "model": model})))
}
