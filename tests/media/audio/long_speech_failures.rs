//! Failures of long texts: results are kept, nothing is charged twice, and the speech is resumed.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use venice_ai::audio::PieceState::{self, Made, Sent, Waiting};
use venice_ai::audio::SpeechPiece;
use venice_ai::types::SpeechFormat;
use venice_ai::{Error, ErrorKind};

use super::long_speech::{all_samples, in_three, input, inputs};
use super::{PIECES, samples, sound, three, wav};
use crate::support::{Answer, Server, TestClock, client, once};

/// A text-to-speech server that answers the second piece differently the first time.
fn failing(otherwise: Answer) -> Server {
    let asked = Arc::new(AtomicUsize::new(0));
    Server::start(move |_, request| {
        let text = input(request);
        if text == PIECES[1] && asked.fetch_add(1, Ordering::Relaxed) == 0 {
            return otherwise.clone();
        }
        sound("audio/wav", wav(24_000, &samples(&text)))
    })
}

fn states<'s>(pieces: impl Iterator<Item = SpeechPiece<'s>>) -> Vec<PieceState> {
    pieces.map(|piece| piece.state).collect()
}

/// Fails at the second piece with this answer, and is resumed.
async fn fails_and_goes_on(answer: Answer, state: PieceState) -> Error {
    let server = failing(answer);
    let mut speech = in_three(&once(&server), three());
    let error = speech.bytes().await.unwrap_err();
    assert!(error.message().starts_with("piece 2 of 3: "), "{error}");
    assert_eq!(error.operation(), Some("createSpeech"));
    assert_eq!(states(speech.pieces()), [Made, state, Waiting], "{error}");
    assert_eq!(inputs(&server), &PIECES[..2], "nothing is sent after a failure");
    assert_eq!(speech.bytes().await.unwrap(), wav(24_000, &all_samples()));
    assert_eq!(inputs(&server), [PIECES[0], PIECES[1], PIECES[1], PIECES[2]], "the first piece is not paid for again");
    error
}

#[tokio::test]
async fn a_piece_that_was_rejected_is_not_paid_for() {
    let error = fails_and_goes_on(Answer::json(400, r#"{"error": "Bad voice"}"#), Waiting).await;
    assert!(error.is_invalid_request() && error.message() == "piece 2 of 3: Bad voice", "{error}");
    let error = fails_and_goes_on(Answer::json(402, r#"{"error": "Insufficient balance"}"#), Waiting).await;
    assert_eq!(error.kind(), ErrorKind::InsufficientBalance, "{error}");
    let error = fails_and_goes_on(Answer::json(503, r#"{"error": "The model is at capacity"}"#), Waiting).await;
    assert_eq!(error.kind(), ErrorKind::Overloaded, "{error}");
}

#[tokio::test]
async fn a_piece_that_broke_off_may_have_been_paid_for() {
    let cut = Answer::head(200, &[("content-type", "audio/wav"), ("content-length", "900")]).send("RIFF").close();
    assert_eq!(fails_and_goes_on(cut, Sent).await.kind(), ErrorKind::Transport);
    assert_eq!(fails_and_goes_on(Answer::nothing(), Sent).await.kind(), ErrorKind::Transport);
    assert_eq!(fails_and_goes_on(Answer::json(500, r#"{"error": "?"}"#), Sent).await.kind(), ErrorKind::Server);
    assert_eq!(fails_and_goes_on(Answer::html(200, "<html>"), Sent).await.kind(), ErrorKind::Decode);
    assert_eq!(fails_and_goes_on(Answer::html(503, "<html>"), Sent).await.kind(), ErrorKind::Overloaded);
    assert_eq!(fails_and_goes_on(Answer::json(529, r#"{"error": "?"}"#), Sent).await.kind(), ErrorKind::Overloaded);
}

#[tokio::test]
async fn what_cannot_be_joined_is_an_error_that_keeps_the_sound() {
    let other_rate = wav(48_000, &samples(PIECES[1]));
    let mut stereo = wav(24_000, &samples(PIECES[1]));
    stereo[22] = 2;
    stereo[32] = 4;
    for (file, problem) in [
        (other_rate, "48000 Hz, 1 channel(s), 16 bits, the pieces before it 24000 Hz"),
        (stereo, "24000 Hz, 2 channel(s), 16 bits"),
        (b"ID3 and no WAV".to_vec(), "it is not a WAV file"),
        (Vec::new(), "empty body"),
    ] {
        let error = fails_and_goes_on(sound("audio/wav", &file), Sent).await;
        assert!(error.kind() == ErrorKind::Decode && error.message().contains(problem), "{error}");
        assert_eq!(error.body().unwrap(), &file);
        assert_eq!(error.status().unwrap(), 200);
    }
}

#[tokio::test]
async fn another_format_than_pcm_is_no_noise() {
    let server = Server::answering([sound("audio/mpeg", "ID3 and so on")]);
    let mut speech = in_three(&once(&server), three().response_format(SpeechFormat::Pcm));
    let error = speech.bytes().await.unwrap_err();
    assert!(error.kind() == ErrorKind::Decode && error.message().contains("`mp3`, but `pcm` was requested"), "{error}");
}

#[tokio::test]
async fn a_stream_continues_after_an_error() {
    let server = failing(Answer::nothing());
    let mut stream = in_three(&once(&server), three()).stream();
    let mut all = Vec::new();
    let mut failures = 0;
    while let Some(bytes) = stream.next().await {
        match bytes {
            Ok(bytes) => all.extend_from_slice(&bytes),
            Err(error) => {
                failures += 1;
                assert!(error.message().starts_with("piece 2 of 3"), "{error}");
                assert_eq!(states(stream.pieces()), [Made, Sent, Waiting]);
            }
        }
    }
    assert_eq!((failures, &all[44..]), (1, &*all_samples()));
    assert_eq!(server.count(), 4);
}

#[tokio::test]
async fn what_was_made_ahead_of_a_failure_is_kept() {
    let slow_failure = Answer::default().wait(Duration::from_secs(1)).then(Answer::json(400, r#"{"error": "no"}"#));
    let server = failing(slow_failure);
    let mut speech = in_three(&once(&server), three()).with_look_ahead(1);
    speech.bytes().await.unwrap_err();
    assert_eq!(states(speech.pieces()), [Made, Waiting, Made]);
    assert_eq!(speech.bytes().await.unwrap(), wav(24_000, &all_samples()));
    let mut sent = inputs(&server);
    sent.sort();
    let mut expected = [PIECES[0], PIECES[1], PIECES[1], PIECES[2]];
    expected.sort();
    assert_eq!(sent, expected, "the third piece is paid for once");
}

#[tokio::test]
async fn a_failure_ahead_is_reported_in_its_turn() {
    let server = failing(Answer::json(400, r#"{"error": "no"}"#));
    let mut stream = in_three(&once(&server), three()).with_look_ahead(5).stream();
    stream.next().await.unwrap().unwrap();
    assert_eq!(stream.next().await.unwrap().unwrap(), samples(PIECES[0]));
    assert!(stream.next().await.unwrap().unwrap_err().message().starts_with("piece 2"));
    assert_eq!(stream.next().await.unwrap().unwrap(), samples(PIECES[1]));
    assert_eq!(stream.next().await.unwrap().unwrap(), samples(PIECES[2]));
    assert!(stream.next().await.is_none());
}

#[tokio::test]
async fn what_is_wrong_with_the_first_piece_is_sent_once() {
    let server = Server::answering([Answer::json(400, r#"{"error": "no such voice"}"#)]);
    let mut speech = in_three(&once(&server), three()).with_look_ahead(5);
    let error = speech.bytes().await.unwrap_err();
    assert_eq!(error.message(), "piece 1 of 3: no such voice");
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn a_piece_that_is_known_not_to_have_run_is_retried_by_itself() {
    let server = failing(Answer::json(429, r#"{"error": "slow down"}"#));
    let mut speech = in_three(&client(&server, &TestClock::without_jitter()), three());
    assert_eq!(speech.bytes().await.unwrap(), wav(24_000, &all_samples()));
    assert_eq!(server.count(), 4);
}

#[tokio::test]
async fn a_future_that_is_dropped_loses_nothing() {
    let server = Server::start(|_, request| {
        let answer = sound("audio/wav", wav(24_000, &samples(&input(request))));
        Answer::default().wait(Duration::from_millis(100)).then(answer)
    });
    let mut speech = in_three(&once(&server), three());
    let mut dropped = 0;
    let file = loop {
        match tokio::time::timeout(Duration::from_millis(30), speech.bytes()).await {
            Ok(file) => break file.unwrap(),
            Err(_) => dropped += 1,
        }
    };
    assert!(dropped >= 3, "{dropped}");
    assert_eq!(file, wav(24_000, &all_samples()));
    assert_eq!(inputs(&server), PIECES, "what was on its way is waited for, and not asked for again");
}

#[tokio::test]
async fn what_was_sent_is_not_cut_again() {
    for (otherwise, again) in [(Answer::json(400, "{}"), 0), (Answer::html(500, "busy"), 1)] {
        let server = failing(otherwise);
        let mut speech = in_three(&once(&server), three());
        speech.bytes().await.unwrap_err();
        let mut speech = speech.with_piece_characters(12);
        let texts: Vec<String> = speech.pieces().map(|piece| piece.text.to_owned()).collect();
        assert_eq!(texts.concat().replace(' ', ""), PIECES.concat().replace(' ', ""));
        assert!(
            texts[..=again] == PIECES[..=again] && texts[again + 1..].iter().all(|text| text.len() <= 12),
            "{texts:?}"
        );
        let sound = speech.bytes().await.unwrap();
        assert_eq!(sound[44..], samples(&texts.concat()), "nothing is heard twice, and nothing is left out");
    }
}
