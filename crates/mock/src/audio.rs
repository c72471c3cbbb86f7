//! Handlers of speech, transcriptions and cloned voices.

use bytes::Bytes;
use serde_json::{Value, json};

use super::errors::error;
use super::media::{sound, wav};
use super::parsed_request::ParsedRequest;
use super::reply::Reply;
use super::state::State;

/// The duration of a character. Real speech takes about six times as long.
const CHARACTER_MS: usize = 10;
const USD_A_CHARACTER: f64 = 0.000_003_5;

/// Text-to-speech: a tone for each sentence, as long as the sentence.
pub(super) fn speech(state: &mut State, request: &ParsedRequest<'_>) -> Result<Reply, Reply> {
    let text = request.body["input"].as_str().unwrap_or_default();
    if text.trim().is_empty() {
        return Err(error(400, "input: String must contain at least 1 character(s)"));
    }
    state.balance_usd -= USD_A_CHARACTER * text.chars().count() as f64;
    let sentences: Vec<&str> = sentences(text).collect();
    let streaming = request.body["streaming"] == true;
    let (media, pieces): (_, Vec<Bytes>) = match request.body["response_format"].as_str().unwrap_or("mp3") {
        "mp3" => ("audio/mpeg", sentences.iter().map(|sentence| sound::silence(milliseconds(sentence))).collect()),
        "pcm" => ("audio/pcm", sentences.iter().map(|sentence| sound::tone(milliseconds(sentence))).collect()),
        "wav" => (
            "audio/wav",
            sound::in_wav(sentences.iter().map(|sentence| sound::tone(milliseconds(sentence))).collect(), streaming),
        ),
        other => return Err(error(400, &format!("Unsupported response_format: {other}. Supported: mp3, wav, pcm"))),
    };
    Ok(if streaming { Reply::pieces(200, media, pieces) } else { Reply::new(200, media, pieces.concat()) })
}

/// Splits a text into pieces of about a sentence, without the space between them. A long sentence ends at the next word.
fn sentences(text: &str) -> impl Iterator<Item = &str> {
    const LONG: usize = 80;
    let mut characters = 0;
    let pieces = text.split_inclusive(move |character| {
        characters += 1;
        let ends = matches!(character, '.' | '!' | '?' | '\n') || characters >= LONG && character == ' ';
        if ends {
            characters = 0;
        }
        ends
    });
    pieces.map(str::trim).filter(|piece| !piece.is_empty())
}

fn milliseconds(text: &str) -> usize {
    text.chars().count() * CHARACTER_MS
}

/// Returns a text with the duration of the recording.
pub(super) fn transcription(state: &mut State, request: &ParsedRequest<'_>) -> Result<Reply, Reply> {
    let file = request.file("file")?;
    // Anything but a WAV file counts as an MP3 of 128 kbit/s.
    let seconds = wav::seconds(&file.bytes).unwrap_or(file.bytes.len() as f64 / 16_000.0);
    if seconds == 0.0 {
        return Err(error(422, "The audio could not be processed for transcription"));
    }
    state.balance_usd -= seconds * 0.0001;
    let text = format!("A recording of {seconds:.1} seconds.");
    if request.body["response_format"] == "text" {
        return Ok(Reply::text(200, text));
    }
    let mut body = json!({"text": text, "duration": seconds});
    if request.body["timestamps"] == true {
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

pub(super) fn voice(state: &mut State, request: &ParsedRequest<'_>) -> Result<Reply, Reply> {
    request.file("file")?;
    let model = request.body["model"].as_str().unwrap_or("tts-chatterbox-hd");
    let id = format!("vv_{:016x}", state.next_id());
    Ok(Reply::json(200, &json!({"id": id, "model": model})))
}
