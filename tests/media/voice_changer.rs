//! The voice changer: requests, and a result that is delivered once.

use serde_json::json;
use venice_ai::jobs::{JobHandle, JobKind, JobState, RemoteCopy, Retrieved};
use venice_ai::types::{CompleteJobRequest, QueueVoiceChangerRequest, QuoteVoiceChangerRequest, RetrieveJobRequest};
use venice_ai::{AuthScheme, ErrorKind, FileInput, RetryClass, Upload, operations};
use venice_ai_mock::{Fault, MockJob, MockVenice};

use crate::jobs::{deleted, paths, processing, serving, venice};
use crate::support::refused::{refused, refused_for};
use crate::support::{Answer, Folder, Server, TestClock, client, once, replying};

const VOICE: &[u8] = b"ID3\x04\0\0\0\0\0\0 and what a voice is made of";
const QUEUED: &str = r#"{"model":"aria-changer","queue_id":"q-3","status":"QUEUED","duration_seconds":61.5}"#;
const URL: &str = "https://example.com/speech.mp3";

fn voice() -> Answer {
    Answer::new(200, &[("content-type", "audio/mpeg"), ("x-venice-audio-format", "mp3")], VOICE)
}

fn cut_voice() -> Answer {
    Answer::head(200, &[("content-type", "audio/mpeg"), ("content-length", "500")]).send(VOICE).close()
}

fn gone() -> Answer {
    Answer::json(404, r#"{"error":"The requested media could not be found"}"#)
}

fn request() -> QueueVoiceChangerRequest {
    QueueVoiceChangerRequest::new("aria-changer").audio_url(URL)
}

fn handle() -> JobHandle {
    JobHandle::voice_changer("aria-changer", "q-3")
}

/// A server with these answers to polls; later polls are a 404.
fn polls(answers: impl IntoIterator<Item = Answer>) -> Server {
    let polls = answers.into_iter().chain([gone()]).collect();
    serving([("/audio/voice-changer/retrieve", polls), ("/audio/voice-changer/complete", vec![deleted()])])
}

#[tokio::test]
async fn each_call_sends_what_was_set() {
    let (server, venice) = replying(Answer::json(200, r#"{"quote":0.7,"duration_seconds":90}"#));
    let price = venice.voice_changer().quote(QuoteVoiceChangerRequest::new("aria-changer", 90)).await.unwrap();
    assert_eq!(price.usd.to_string(), "0.7");
    let expected = json!({"model": "aria-changer", "duration_seconds": 90});
    assert_eq!(server.only().posted("/audio/voice-changer/quote"), expected);

    let (server, venice) = replying(Answer::json(200, QUEUED));
    let request = request().voice("Aria").remove_background_noise(true).seed(7);
    let job = venice.voice_changer().queue(request).await.unwrap();
    assert_eq!((job.kind(), job.model(), job.queue_id()), (JobKind::VoiceChanger, "aria-changer", "q-3"));
    assert_eq!(job.source_duration().unwrap().as_secs_f64(), 61.5);
    let expected = json!({"model": "aria-changer", "audio_url": URL, "voice": "Aria", "remove_background_noise": true,
        "seed": 7});
    assert_eq!(server.only().posted("/audio/voice-changer/queue"), expected);

    let (server, venice) = replying(voice());
    let Retrieved::Media(audio) = venice.voice_changer().retrieve(&job).await.unwrap() else { panic!() };
    assert_eq!(audio.meta().header("x-venice-audio-format"), Some("mp3"));
    assert_eq!(audio.bytes().await.unwrap(), VOICE);
    let expected = json!({"model": "aria-changer", "queue_id": "q-3"});
    assert_eq!(server.only().posted("/audio/voice-changer/retrieve"), expected);

    let (server, venice) = replying(Answer::json(200, r#"{"success":true}"#));
    assert!(venice.voice_changer().complete(&job).await.unwrap());
    assert_eq!(server.only().posted("/audio/voice-changer/complete"), expected);
}

#[tokio::test]
async fn a_file_goes_as_a_form_and_a_url_as_json() {
    let (server, venice) = replying(Answer::json(200, QUEUED));
    let file = Upload::bytes("speech.mp3", &b"ID3\x04\0\0\0\0\0\0"[..]);
    let request = QueueVoiceChangerRequest::new("aria-changer").file(file).seed(0).remove_background_noise(false);
    venice.voice_changer().queue(request).await.unwrap();
    let sent = server.only();
    assert!(sent.header("content-type").unwrap().starts_with("multipart/form-data"));
    let body = String::from_utf8_lossy(&sent.body).into_owned();
    for part in
        ["name=\"file\"; filename=\"speech.mp3\"", "name=\"seed\"\r\n\r\n0", "name=\"model\"\r\n\r\naria-changer"]
    {
        assert!(body.contains(part), "{part}: {body}");
    }
    assert!(!body.contains("audio_url"), "{body}");

    let (server, venice) = replying(Answer::json(200, QUEUED));
    let request = QueueVoiceChangerRequest::new("aria-changer").file(FileInput::text(URL));
    venice.voice_changer().queue(request).await.unwrap();
    assert_eq!(server.only().json(), json!({"model": "aria-changer", "audio_url": URL}));
}

#[tokio::test]
async fn bad_requests_are_rejected_before_sending() {
    let new = || QueueVoiceChangerRequest::new("aria-changer");
    let file = || Upload::bytes("speech.mp3", &b"ID3\x04\0\0\0\0\0\0"[..]);
    for (request, field) in [
        (QueueVoiceChangerRequest::new(" ").audio_url(URL), "model"),
        (new(), "file"),
        (new().file(file()).audio_url(URL), "audio_url"),
        (new().audio_url("speech.mp3"), "audio_url"),
        (new().file(FileInput::text("c3BlZWNo")), "file"),
        (new().file(Upload::bytes("speech.mp3", Vec::new())), "file"),
        (new().file(Upload::bytes("speech.mp3", vec![1; 26 << 20])), "file"),
        (new().file(Upload::bytes("speech.png", &b"\x89PNG\r\n\x1a\n0000"[..])), "file"),
        (request().voice(""), "voice"),
        (request().voice("v".repeat(61)), "voice"),
        (request().seed(-1), "seed"),
    ] {
        refused(|venice| venice.voice_changer().queue(request), "queueVoiceChanger", field).await;
    }
    for (request, field) in
        [(QuoteVoiceChangerRequest::new("", 5), "model"), (QuoteVoiceChangerRequest::new("m", 0), "duration_seconds")]
    {
        refused(|venice| venice.voice_changer().quote(request), "quoteVoiceChanger", field).await;
    }
    let empty = RetrieveJobRequest::new("", " ");
    refused_for(|venice| venice.voice_changer().retrieve(empty), "retrieveVoiceChanger", &["model", "queue_id"]).await;
    let empty = CompleteJobRequest::new("m", "");
    refused(|venice| venice.voice_changer().complete(empty), "completeVoiceChanger", "queue_id").await;
}

#[test]
fn the_operation_table_says_what_may_be_repeated() {
    assert_eq!(operations::QUEUE_VOICE_CHANGER.retry, RetryClass::Once);
    assert_eq!(operations::RETRIEVE_VOICE_CHANGER.retry, RetryClass::Once);
    assert_eq!(operations::QUOTE_VOICE_CHANGER.retry, RetryClass::Safe);
    assert_eq!(operations::COMPLETE_VOICE_CHANGER.retry, RetryClass::Safe);
    assert_eq!(operations::QUOTE_VOICE_CHANGER.auth, AuthScheme::Public);
    assert_eq!(operations::RETRIEVE_VOICE_CHANGER.auth, AuthScheme::BearerOrWallet);
}

#[tokio::test]
async fn a_retrieval_whose_reply_may_have_been_the_audio_is_not_repeated() {
    for (answer, sent) in [
        (Answer::nothing(), 1),
        (Answer::html(502, "<html>"), 1),
        (Answer::html(503, "<html>"), 1),
        (Answer::json(500, r#"{"error":"failed","credits_refunded":true}"#), 1),
        (Answer::json(429, r#"{"error":"Rate limit exceeded"}"#), 3),
    ] {
        let server = Server::answering([answer.clone()]);
        let venice = client(&server, &TestClock::without_jitter());
        venice.voice_changer().retrieve(&handle()).await.unwrap_err();
        assert_eq!(server.count(), sent, "{answer:?}");
    }
}

#[tokio::test]
async fn the_audio_is_saved_at_the_first_success_and_not_fetched_again() {
    let folder = Folder::new();
    let path = folder.join("aria.mp3");
    let server = serving([
        ("/audio/voice-changer/queue", vec![Answer::json(200, QUEUED)]),
        ("/audio/voice-changer/retrieve", vec![processing(1, 9), voice(), gone()]),
        ("/audio/voice-changer/complete", vec![deleted()]),
    ]);
    let venice = venice(&server, &TestClock::without_jitter());
    let saved = venice.voice_changer().generate_to(request(), &path).await.unwrap();
    assert_eq!((saved.bytes, std::fs::read(&path).unwrap().as_slice()), (VOICE.len() as u64, VOICE));
    assert_eq!((saved.remote, saved.content_type.as_deref()), (RemoteCopy::Deleted, Some("audio/mpeg")));
    let order = ["queue", "retrieve", "retrieve", "complete"].map(|verb| format!("POST /audio/voice-changer/{verb}"));
    assert_eq!(paths(&server), order);
    assert!(server.requests()[1].json().get("delete_media_on_completion").is_none());
}

#[tokio::test]
async fn a_download_that_breaks_off_is_an_error_and_not_a_second_request() {
    for by_bytes in [true, false] {
        let folder = Folder::new();
        let server = polls([cut_voice()]);
        let job = venice(&server, &TestClock::without_jitter()).job(handle());
        let error = match by_bytes {
            true => job.wait().await.unwrap().bytes().await.unwrap_err(),
            false => job.save(folder.join("aria.mp3")).await.unwrap_err(),
        };
        assert!(error.to_string().contains("delivered once"), "{error}");
        assert_eq!((error.job(), server.count()), (Some(&handle()), 1));
        assert!(folder.names().is_empty());
    }
}

#[tokio::test]
async fn a_folder_that_does_not_exist_is_found_before_the_audio_is_fetched() {
    let folder = Folder::new();
    let server = polls([voice()]);
    let venice = venice(&server, &TestClock::without_jitter());
    let path = folder.join("missing/aria.mp3");
    let error = venice.job(handle()).save(&path).await.unwrap_err();
    assert_eq!((error.kind(), error.job(), server.count()), (ErrorKind::Io, Some(&handle()), 0));
    assert!(error.message().contains("nothing was downloaded"), "{error}");
    let error = venice.voice_changer().generate_to(request(), &path).await.unwrap_err();
    assert_eq!((error.kind(), server.count()), (ErrorKind::Io, 0), "nothing was queued");
}

#[tokio::test]
async fn a_lost_reply_is_polled_again_and_a_404_after_it_says_what_may_have_happened() {
    let folder = Folder::new();
    let server = polls([Answer::nothing(), voice()]);
    let job = venice(&server, &TestClock::without_jitter()).job(handle());
    assert_eq!(job.save(folder.join("aria.mp3")).await.unwrap().bytes, VOICE.len() as u64);

    let server = polls([Answer::nothing()]);
    let job = venice(&server, &TestClock::without_jitter()).job(handle());
    let error = job.wait().await.unwrap_err();
    assert_eq!((error.kind(), server.count()), (ErrorKind::NotFound, 2));
    assert!(error.to_string().contains("it may have been the result"), "{error}");

    let server = polls([]);
    let error = venice(&server, &TestClock::without_jitter()).job(handle()).wait().await.unwrap_err();
    assert!(!error.to_string().contains("may have been"), "no reply was lost: {error}");
}

#[tokio::test]
async fn a_failure_that_was_refunded_ends_the_job() {
    for (status, body) in [
        (500, r#"{"error":"The provider failed","credits_refunded":true,"hint":"try another voice"}"#),
        (504, r#"{"error":"The provider never took the job","credits_refunded":true}"#),
        (404, r#"{"error":"The media expired","credits_refunded":true}"#),
    ] {
        let server = polls([processing(0, 9), Answer::json(status, body)]);
        let error = venice(&server, &TestClock::without_jitter()).job(handle()).wait().await.unwrap_err();
        assert_eq!(error.content_policy().unwrap().credits_refunded, Some(true), "{error}");
        assert_eq!((error.job(), server.count()), (Some(&handle()), 2), "{error}");
    }
}

#[tokio::test]
async fn a_price_limit_is_rejected_as_the_length_is_not_known() {
    let (server, venice) = replying("{}");
    let error = venice.voice_changer().generate(request()).with_price_limit(1.0).await.unwrap_err();
    assert_eq!((error.kind(), server.connections()), (ErrorKind::InvalidRequest, 0));
    assert!(error.to_string().contains("voice_changer().quote"), "{error}");
}

#[tokio::test]
async fn a_queue_reply_that_is_lost_is_not_sent_again_and_says_so() {
    let server = Server::answering([Answer::nothing()]);
    let venice = client(&server, &TestClock::without_jitter());
    let error = venice.voice_changer().generate(request()).await.unwrap_err();
    assert_eq!((server.count(), error.delivery().may_have_run()), (1, true));
    assert!(error.to_string().contains("it is unknown whether the job was queued"), "{error}");
    let (_server, venice) = replying(Answer::json(200, r#"{"model":"m","status":"QUEUED","duration_seconds":1}"#));
    assert_eq!(venice.voice_changer().queue(request()).await.unwrap_err().kind(), ErrorKind::Decode);
}

#[test]
fn the_handle_survives_storage() {
    let stored = serde_json::to_string(&handle()).unwrap();
    assert_eq!(stored, r#"{"kind":"voice_changer","model":"aria-changer","queue_id":"q-3"}"#);
    assert_eq!(serde_json::from_str::<JobHandle>(&stored).unwrap(), handle());
    let with_length = stored.replace('}', r#","source_duration_seconds":61.5}"#);
    let job: JobHandle = serde_json::from_str(&with_length).unwrap();
    assert_eq!(job.source_duration().unwrap().as_millis(), 61_500);
    assert_eq!(serde_json::to_string(&job).unwrap(), with_length);
    for odd in ["-1", "null", "1e300"] {
        let odd = stored.replace('}', &format!(r#","source_duration_seconds":{odd}}}"#));
        assert_eq!(serde_json::from_str::<JobHandle>(&odd).unwrap(), handle(), "{odd}");
    }
}

#[tokio::test]
async fn the_mock_delivers_once() {
    let mock = MockVenice::start().await.unwrap();
    let venice = mock.client();
    mock.job(MockJob::done().after_polls(0));
    let request =
        QueueVoiceChangerRequest::new("pantalone-voices").file(Upload::bytes("a.mp3", &b"ID3\x04\0\0\0\0\0\0"[..]));
    let job = venice.voice_changer().queue(request.clone()).await.unwrap();
    assert_eq!(job.source_duration().unwrap().as_secs_f64(), 42.5);
    let JobState::Done(audio) = venice.job(job.clone()).poll().await.unwrap() else { panic!() };
    assert_eq!(audio.content_type().as_deref(), Some("audio/mpeg"));
    assert_eq!(venice.job(job.clone()).poll().await.unwrap_err().kind(), ErrorKind::NotFound);
    assert!(venice.voice_changer().complete(&job).await.unwrap(), "it may be repeated");
    let quote = venice.voice_changer().quote(QuoteVoiceChangerRequest::new("pantalone-voices", 61)).await.unwrap();
    assert_eq!(quote.usd.to_string(), "0.7", "two minutes");

    mock.job(MockJob::failed("The provider failed").after_polls(0));
    let error = venice.voice_changer().generate(request.clone()).await.unwrap_err();
    assert_eq!(error.content_policy().unwrap().credits_refunded, Some(true), "{error}");
    mock.fault(Fault::status(422).on("queueVoiceChanger"));
    assert_eq!(venice.voice_changer().queue(request).await.unwrap_err().status().unwrap().as_u16(), 422);
    mock.verify().unwrap();
}

#[cfg(feature = "blocking")]
#[test]
fn it_works_without_async() {
    let folder = Folder::new();
    let server = polls([voice()]);
    let saved = once(&server).job(handle()).save(folder.join("aria.mp3")).send_blocking().unwrap();
    assert_eq!(saved.bytes, VOICE.len() as u64);
}
