//! Long texts: how they are split, requested, and joined.

use std::io::Cursor;
use std::time::Duration;

use serde_json::{Value, json};
use venice_ai::audio::{LongSpeech, PieceState};
use venice_ai::types::{CreateSpeechRequest, SpeechFormat};
use venice_ai::{Client, Error};

use super::{PIECES, THREE, samples, sound, three, wav, wav_header};
use crate::support::server::Request;
use crate::support::{Answer, Gate, PATIENCE, Server, once};

pub fn input(request: &Request) -> String {
    request.json()["input"].as_str().unwrap().to_owned()
}

pub fn inputs(server: &Server) -> Vec<String> {
    server.requests().iter().map(input).collect()
}

/// A server that returns the samples of [`samples`].
pub fn reader() -> Server {
    Server::start(|_, request| sound("audio/wav", wav(24_000, &samples(&input(request)))))
}

/// One piece after the other, so that their order is known.
pub fn in_three(venice: &Client, request: CreateSpeechRequest) -> LongSpeech {
    venice.audio().long_speech(request).with_piece_characters(20).with_look_ahead(0)
}

pub fn all_samples() -> Vec<u8> {
    PIECES.iter().flat_map(|piece| samples(piece)).collect()
}

/// Parses a WAV file independently of the crate.
fn heard(file: &[u8]) -> (hound::WavSpec, Vec<i16>) {
    let mut reader = hound::WavReader::new(Cursor::new(file)).unwrap();
    let samples = reader.samples::<i16>().map(Result::unwrap).collect();
    (reader.spec(), samples)
}

fn as_numbers(samples: &[u8]) -> Vec<i16> {
    samples.chunks(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect()
}

async fn drained(speech: LongSpeech) -> Result<Vec<u8>, Error> {
    let (mut stream, mut all) = (speech.stream(), Vec::new());
    while let Some(bytes) = stream.next().await {
        all.extend(bytes?);
    }
    Ok(all)
}

#[tokio::test]
async fn the_whole_is_the_samples_of_the_pieces_after_one_header() {
    let server = reader();
    let mut speech = in_three(&once(&server), three());
    assert_eq!(server.count(), 0, "nothing is sent before it is asked for");
    let file = speech.bytes().await.unwrap();
    assert_eq!(inputs(&server), PIECES);

    let all = all_samples();
    assert_eq!(file, wav(24_000, &all));
    let (spec, numbers) = heard(&file);
    assert_eq!((spec.channels, spec.sample_rate, spec.bits_per_sample), (1, 24_000, 16));
    assert_eq!(numbers, as_numbers(&all));

    assert_eq!(speech.bytes().await.unwrap(), file, "it can be had again");
    assert_eq!(server.count(), 3, "and is not paid for again");
}

#[tokio::test]
async fn each_piece_is_asked_for_as_the_request_says() {
    let server = reader();
    in_three(&once(&server), three().language("en").streaming(true)).bytes().await.unwrap();
    for (request, text) in server.requests().iter().zip(PIECES) {
        let body = json!({
            "input": text, "model": "tts-a", "voice": "anna", "speed": 1.25, "language": "en", "streaming": true,
            "response_format": "wav",
        });
        assert_eq!(request.json(), body);
    }
}

#[tokio::test]
async fn a_text_of_any_length_is_cut_at_4096_characters() {
    let sentence = "The tide came in over the square, and nobody minded. ";
    let book = sentence.repeat(200);
    let server = reader();
    let mut speech = once(&server).audio().long_speech(CreateSpeechRequest::new("m", book.as_str())).with_look_ahead(0);
    let planned: Vec<String> = speech.pieces().map(|piece| piece.text.to_owned()).collect();
    assert_eq!(planned.len(), 3);
    let file = speech.bytes().await.unwrap();
    assert_eq!(inputs(&server), planned);
    for piece in &planned {
        assert!(piece.chars().count() <= 4096 && piece.ends_with("nobody minded."), "{piece}");
    }
    assert_eq!(planned.join(" "), book.trim());
    assert_eq!(heard(&file).1.len(), planned.concat().len());
}

#[tokio::test]
async fn a_short_text_is_one_piece() {
    let server = reader();
    let file = once(&server).audio().long_speech(CreateSpeechRequest::new("m", " Ciao. ")).bytes().await.unwrap();
    assert_eq!(file, wav(24_000, &samples("Ciao.")));
    assert_eq!(inputs(&server), ["Ciao."]);
}

#[tokio::test]
async fn bare_samples_are_joined_and_half_a_sample_at_an_end_shifts_nothing() {
    let server = Server::start(|_, request| {
        // In chunks that end within a sample, and with an incomplete sample at the end.
        let bytes = samples(&input(request));
        let head = Answer::head(200, &[("content-type", "audio/pcm"), ("transfer-encoding", "chunked")]);
        head.chunk(&bytes[..7]).chunk(&bytes[7..12]).chunk(&bytes[12..]).chunk([0x55]).send("0\r\n\r\n")
    });
    let venice = once(&server);
    let pcm = || in_three(&venice, three().response_format(SpeechFormat::Pcm));
    assert_eq!(pcm().format(), SpeechFormat::Pcm);
    assert_eq!(pcm().bytes().await.unwrap(), all_samples());
    assert_eq!(drained(pcm()).await.unwrap(), all_samples());
    assert!(server.requests().iter().all(|request| request.json()["response_format"] == "pcm"));

    let mut with_rate = pcm().with_sample_rate(48_000);
    assert_eq!(with_rate.format(), SpeechFormat::Wav);
    let file = with_rate.bytes().await.unwrap();
    assert_eq!(heard(&file).0.sample_rate, 48_000);
    assert_eq!(heard(&file).1, as_numbers(&all_samples()));
}

#[tokio::test]
async fn headers_of_every_kind_are_taken_off() {
    let server = Server::start(|n, request| {
        let samples = samples(&input(request));
        let mut file = wav(24_000, &samples);
        match n {
            // As a streamed file, with unknown sizes.
            0 => {
                file[4..8].copy_from_slice(&[0xFF; 4]);
                file[40..44].copy_from_slice(&[0xFF; 4]);
            }
            1 => {
                file[4..8].copy_from_slice(&[0; 4]);
                file[40..44].copy_from_slice(&[0; 4]);
            }
            // With lists before and after.
            _ => {
                let list = b"LIST\x05\0\0\0INFOx\0";
                file.splice(36..36, *list);
                file.extend(list);
            }
        }
        sound("audio/wav", file)
    });
    let file = in_three(&once(&server), three()).bytes().await.unwrap();
    assert_eq!(file, wav(24_000, &all_samples()));
}

#[tokio::test]
async fn a_model_that_answers_pcm_with_a_wav_file_is_understood() {
    let server = reader();
    let request = three().response_format(SpeechFormat::Pcm);
    assert_eq!(in_three(&once(&server), request).bytes().await.unwrap(), all_samples(), "bare, as asked");
}

#[tokio::test]
async fn a_stream_begins_with_a_header_whose_sizes_are_open() {
    let server = reader();
    let mut stream = in_three(&once(&server), three()).stream();
    let mut header = wav_header(24_000, 0);
    header[4..8].copy_from_slice(&[0xFF; 4]);
    header[40..44].copy_from_slice(&[0xFF; 4]);
    assert_eq!(stream.next().await.unwrap().unwrap(), header);
    assert_eq!(server.count(), 1, "the first piece is all that the header needs");
    for piece in PIECES {
        assert_eq!(stream.next().await.unwrap().unwrap(), samples(piece));
    }
    assert!(stream.next().await.is_none());
    assert!(stream.pieces().all(|piece| piece.state == PieceState::Made));
}

#[tokio::test]
async fn the_first_sound_does_not_wait_for_the_last() {
    let gate = Gate::default();
    let last = gate.clone();
    let server = Server::start(move |n, request| {
        let answer = sound("audio/wav", wav(24_000, &samples(&input(request))));
        if n < 2 { answer } else { Answer::default().until(&last).then(answer) }
    });
    let mut stream = in_three(&once(&server), three()).stream();
    for _ in 0..3 {
        let sound = tokio::time::timeout(PATIENCE, stream.next()).await.expect("the first sound waits for the last");
        sound.unwrap().unwrap();
    }
    gate.open();
    stream.next().await.unwrap().unwrap();
}

/// The number of requests when the samples of each piece arrive.
async fn sent_by_then(look_ahead: impl FnOnce(LongSpeech) -> LongSpeech) -> Vec<usize> {
    let server = Server::start(|_, request| {
        Answer::default()
            .wait(Duration::from_millis(400))
            .then(sound("audio/wav", wav(24_000, &samples(&input(request)))))
    });
    let speech = once(&server).audio().long_speech(three()).with_piece_characters(20);
    let mut stream = look_ahead(speech).stream();
    stream.next().await.unwrap().unwrap();
    let mut sent = Vec::new();
    while let Some(piece) = stream.next().await {
        piece.unwrap();
        sent.push(server.count());
    }
    sent
}

#[tokio::test]
async fn pieces_are_asked_for_before_their_turn_but_for_the_first() {
    assert_eq!(sent_by_then(|speech| speech).await, [1, 3, 3], "one, as a rule");
    assert_eq!(sent_by_then(|speech| speech.with_look_ahead(0)).await, [1, 2, 3]);
    assert_eq!(sent_by_then(|speech| speech.with_look_ahead(9)).await, [1, 3, 3]);
}

#[tokio::test]
async fn the_sound_is_in_the_order_of_the_text_whatever_comes_first() {
    let server = Server::start(|_, request| {
        let text = input(request);
        let answer = sound("audio/wav", wav(24_000, &samples(&text)));
        let slow = text == PIECES[1];
        if slow { Answer::default().wait(Duration::from_millis(200)).then(answer) } else { answer }
    });
    let file = in_three(&once(&server), three()).with_look_ahead(2).bytes().await.unwrap();
    assert_eq!(file, wav(24_000, &all_samples()));
}

#[tokio::test]
async fn options_are_those_of_each_call() {
    let server = reader();
    let mut speech = in_three(&once(&server), three()).with_header("x-book", "one");
    speech.bytes().await.unwrap();
    assert!(server.requests().iter().all(|request| request.header("x-book") == Some("one")));
    assert_eq!(server.requests()[0].json()["model"], Value::from("tts-a"));
}

#[tokio::test]
async fn the_plan_can_be_read_before_anything_is_paid_for() {
    let venice = Client::builder().api_key("key").base_url("http://127.0.0.1").build().unwrap();
    let speech = in_three(&venice, three());
    let plan: Vec<_> = speech.pieces().map(|piece| (piece.text, piece.state)).collect();
    assert_eq!(plan, PIECES.map(|piece| (piece, PieceState::Waiting)));
    assert_eq!(venice.audio().long_speech(CreateSpeechRequest::new("m", THREE)).pieces().len(), 1);
    assert!(!format!("{speech:?}").contains("tide"), "{speech:?}");
}

#[cfg(feature = "blocking")]
#[test]
fn long_speech_without_async() {
    use venice_ai::blocking;

    let server = reader();
    let venice = once(&server);
    assert_eq!(blocking::wait(in_three(&venice, three()).bytes()).unwrap(), wav(24_000, &all_samples()));
    let lengths: Vec<usize> =
        blocking::iter(in_three(&venice, three()).stream()).map(|piece| piece.unwrap().len()).collect();
    assert_eq!(lengths, [44, 36, 36, 34]);
}
