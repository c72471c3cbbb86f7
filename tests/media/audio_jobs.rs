//! Jobs for music, effects and long speech: requests and replies.

use serde_json::json;
use venice_ai::jobs::{JobHandle, JobState, Retrieved};
use venice_ai::types::{CompleteJobRequest, QueueAudioRequest, QuoteAudioRequest, RetrieveJobRequest};

use crate::jobs::{paths, serving, venice};
use crate::support::refused::refused;
use crate::support::{Answer, Folder, Server, TestClock, once};

const SONG: &[u8] = b"ID3\x04\0\0\0\0\0\0 and what a song is made of";

fn song(media: &str) -> Answer {
    Answer::new(200, &[("content-type", media)], SONG)
}

fn request() -> QueueAudioRequest {
    QueueAudioRequest::new("squero-music", "A slow barcarolle")
}

#[tokio::test]
async fn each_call_sends_what_was_set() {
    let server = Server::answering([Answer::json(200, r#"{"quote":0.04}"#)]);
    let quote = QuoteAudioRequest::new("squero-music").duration_seconds(60).character_count(17);
    assert_eq!(once(&server).audio().quote(quote).await.unwrap().usd.to_string(), "0.04");
    let expected = json!({"model": "squero-music", "duration_seconds": 60, "character_count": 17});
    assert_eq!(server.only().posted("/audio/quote"), expected);

    let queued = Answer::json(200, r#"{"model":"squero-music","queue_id":"q-2","status":"QUEUED"}"#);
    let server = Server::answering([queued]);
    let order = request()
        .lyrics_prompt("Row, row")
        .duration_seconds(60)
        .force_instrumental(false)
        .lyrics_optimizer(true)
        .loop_(true)
        .voice("gondolier")
        .language_code("it")
        .speed(0.5);
    let job = once(&server).audio().queue(order).await.unwrap();
    assert_eq!(job, JobHandle::audio("squero-music", "q-2"));
    let expected = json!({"model": "squero-music", "prompt": "A slow barcarolle", "lyrics_prompt": "Row, row",
        "duration_seconds": 60, "force_instrumental": false, "lyrics_optimizer": true, "loop": true,
        "voice": "gondolier", "language_code": "it", "speed": 0.5});
    assert_eq!(server.only().posted("/audio/queue"), expected);

    let server = Server::answering([song("audio/mpeg")]);
    let Retrieved::Media(media) = once(&server).audio().retrieve(&job).await.unwrap() else { panic!() };
    assert_eq!(media.bytes().await.unwrap(), SONG);
    assert_eq!(server.only().posted("/audio/retrieve"), json!({"model": "squero-music", "queue_id": "q-2"}));

    let server = Server::answering([Answer::json(200, r#"{"success":true}"#)]);
    assert!(once(&server).audio().complete(&job).await.unwrap());
    assert_eq!(server.only().posted("/audio/complete"), json!({"model": "squero-music", "queue_id": "q-2"}));
}

#[tokio::test]
async fn music_is_queued_waited_for_saved_and_deleted() {
    let folder = Folder::new();
    let path = folder.join("barcarolle.mp3");
    let server = serving([
        ("/audio/quote", vec![Answer::json(200, r#"{"quote":0.05}"#)]),
        ("/audio/queue", vec![Answer::json(200, r#"{"model":"squero-music","queue_id":"q-2","status":"QUEUED"}"#)]),
        ("/audio/retrieve", vec![Answer::json(200, r#"{"status":"PROCESSING"}"#), song("audio/mpeg")]),
        ("/audio/complete", vec![Answer::json(200, r#"{"success":true}"#)]),
    ]);
    let venice = venice(&server, &TestClock::without_jitter());
    let order = request().duration_seconds(30);
    let saved = venice.audio().generate_to(order, &path).with_price_limit(0.05).await.unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), SONG);
    assert_eq!(saved.content_type.as_deref(), Some("audio/mpeg"));
    let order = ["quote", "queue", "retrieve", "retrieve", "complete"].map(|verb| format!("POST /audio/{verb}"));
    assert_eq!(paths(&server), order);
    let quoted = server.requests()[0].json();
    assert_eq!(quoted, json!({"model": "squero-music", "duration_seconds": 30, "character_count": 17}));
}

#[tokio::test]
async fn each_format_is_reported_by_its_name() {
    for (media, extension) in [("audio/mpeg", "mp3"), ("audio/wav", "wav"), ("audio/flac", "flac")] {
        let server = serving([("/audio/retrieve", vec![song(media)])]);
        let job = once(&server).job(JobHandle::audio("squero-music", "q-2"));
        let media = job.wait().await.unwrap();
        assert_eq!(media.extension(), Some(extension));
        assert_eq!(media.bytes().await.unwrap(), SONG);
        let job = JobHandle::audio("squero-music", "q-2");
        let Retrieved::Media(media) = once(&server).audio().retrieve(&job).await.unwrap() else { panic!() };
        assert_eq!(media.bytes().await.unwrap(), SONG);
    }
}

#[tokio::test]
async fn a_queue_request_is_not_sent_again_when_its_reply_is_lost() {
    let server = serving([("/audio/queue", vec![Answer::nothing()])]);
    let error = venice(&server, &TestClock::without_jitter()).audio().generate(request()).await.unwrap_err();
    assert_eq!((error.operation(), server.count()), (Some("queueAudio"), 1));
}

#[tokio::test]
async fn what_goes_wrong_names_the_audio_operation() {
    let report = Answer::json(200, r#"{"status":"FAILED","error":"no voice"}"#);
    let server = serving([("/audio/retrieve", vec![report])]);
    let handle = JobHandle::audio("squero-music", "q-2");
    let job = once(&server).job(handle.clone());
    let JobState::Failed(error) = job.poll().await.unwrap() else { panic!() };
    assert_eq!((error.operation(), error.job()), (Some("retrieveAudio"), Some(&handle)));

    let body = r#"{"error":"The prompt violates the content policies","suggested_prompt":"A slow song"}"#;
    let server = serving([("/audio/queue", vec![Answer::json(422, body)])]);
    let error = once(&server).audio().queue(request()).await.unwrap_err();
    assert_eq!(error.content_policy().unwrap().suggested_prompt.as_deref(), Some("A slow song"));
}

#[tokio::test]
async fn wrong_requests_are_rejected_before_anything_is_sent() {
    for blank in ["", " "] {
        refused(|venice| venice.audio().quote(blank), "quoteAudio", "model").await;
        refused(|venice| venice.audio().queue(QueueAudioRequest::new(blank, "x")), "queueAudio", "model").await;
        refused(|venice| venice.audio().queue(QueueAudioRequest::new("m", blank)), "queueAudio", "prompt").await;
        refused(|venice| venice.audio().retrieve(RetrieveJobRequest::new(blank, "q")), "retrieveAudio", "model").await;
        refused(|venice| venice.audio().retrieve(RetrieveJobRequest::new("m", blank)), "retrieveAudio", "queue_id")
            .await;
        refused(|venice| venice.audio().complete(CompleteJobRequest::new("m", blank)), "completeAudio", "queue_id")
            .await;
    }
    for count in [0, -1, i64::MIN] {
        let quote = || QuoteAudioRequest::new("m");
        refused(|venice| venice.audio().quote(quote().duration_seconds(count)), "quoteAudio", "duration_seconds").await;
        refused(|venice| venice.audio().quote(quote().character_count(count)), "quoteAudio", "character_count").await;
        refused(|venice| venice.audio().queue(request().duration_seconds(count)), "queueAudio", "duration_seconds")
            .await;
    }
    for speed in [0.2, 4.1, f64::NAN] {
        refused(|venice| venice.audio().queue(request().speed(speed)), "queueAudio", "speed").await;
    }
}

#[cfg(feature = "blocking")]
#[test]
fn all_of_it_works_without_async() {
    let server = serving([
        ("/audio/quote", vec![Answer::json(200, r#"{"quote":1}"#)]),
        ("/audio/queue", vec![Answer::json(200, r#"{"model":"m","queue_id":"q"}"#)]),
        ("/audio/retrieve", vec![song("audio/flac")]),
        ("/audio/complete", vec![Answer::json(200, r#"{"success":true}"#)]),
    ]);
    let venice = once(&server);
    assert_eq!(venice.audio().quote("m").send_blocking().unwrap().usd.to_string(), "1");
    let media = venice.audio().generate(request()).send_blocking().unwrap();
    assert_eq!(media.bytes().send_blocking().unwrap(), SONG);
    let job = JobHandle::audio("m", "q");
    assert!(venice.audio().complete(&job).send_blocking().unwrap());
    assert!(matches!(venice.audio().retrieve(&job).send_blocking().unwrap(), Retrieved::Media(_)));
}
