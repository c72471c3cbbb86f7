//! Jobs for videos and music on the mock.

use std::time::Duration;

use serde_json::json;
use venice_ai::jobs::{JobHandle, RemoteCopy};
use venice_ai::types::{QueueAudioRequest, QueueVideoRequest, QuoteAudioRequest, QuoteVideoRequest, VideoDuration};
use venice_ai::{Client, ErrorKind};
use venice_ai_mock::MockJob;

use super::{post, start};
use crate::support::{Folder, TestClock};

fn request() -> QueueVideoRequest {
    QueueVideoRequest::new("laguna-video").prompt("Fog over a lagoon")
}

fn hasty(mock: &venice_ai_mock::MockVenice) -> Client {
    mock.client_builder().clock(TestClock::without_jitter()).build().unwrap()
}

fn asked(mock: &venice_ai_mock::MockVenice) -> Vec<&'static str> {
    mock.requests().iter().filter_map(|request| request.operation).collect()
}

#[tokio::test]
async fn a_video_is_made_after_one_poll_and_is_gone_when_it_is_deleted() {
    let (mock, _) = start().await;
    let (venice, folder) = (hasty(&mock), Folder::new());
    let path = folder.join("video.mp4");
    let video = venice.video().generate_to(request(), &path).with_price_limit(0.30);
    let saved = video.await.unwrap();
    assert_eq!((saved.content_type.as_deref(), &saved.remote), (Some("video/mp4"), &RemoteCopy::Deleted));
    assert_eq!(&std::fs::read(&path).unwrap()[4..8], b"ftyp");
    assert_eq!(asked(&mock), ["quoteVideo", "queueVideo", "retrieveVideo", "retrieveVideo", "completeVideo"]);
    let job: serde_json::Value = mock.requests()[4].json().unwrap();
    let job = JobHandle::video("laguna-video", job["queue_id"].as_str().unwrap());
    assert_eq!(venice.job(job).wait().await.unwrap_err().kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn music_is_made_too() {
    let (mock, _) = start().await;
    let media = hasty(&mock).audio().generate(QueueAudioRequest::new("squero-music", "A barcarolle")).await.unwrap();
    assert_eq!(media.extension(), Some("mp3"));
    assert!(media.bytes().await.unwrap().starts_with(b"\xFF\xFB"));
    assert_eq!(asked(&mock), ["queueAudio", "retrieveAudio", "retrieveAudio"]);
}

#[tokio::test]
async fn its_pace_is_virtual() {
    let (mock, _) = start().await;
    mock.job(MockJob::done().after_polls(4).poll_time(Duration::from_secs(25)));
    let venice = hasty(&mock);
    let job = venice.video().queue(request()).await.unwrap();
    let mut progress = venice.job(job).progress();
    let mut steps = Vec::new();
    while let Some(step) = progress.next().await {
        let step = step.unwrap();
        steps.push((step.elapsed.as_secs(), step.fraction.unwrap()));
    }
    assert_eq!(steps[..4], [(0, 0.0), (25, 0.25), (50, 0.5), (75, 0.75)]);
    assert_eq!((steps.len(), steps[4].1), (5, 1.0));
}

#[tokio::test]
async fn jobs_end_as_they_are_reported() {
    let (mock, _) = start().await;
    let venice = hasty(&mock);
    mock.job(MockJob::failed("The model ran out of memory"));
    mock.job(MockJob::expired().after_polls(0));
    mock.job(MockJob::done().media("video/webm", b"\x1aE\xdf\xa3".as_slice()).after_polls(0));
    let error = venice.video().generate(request()).await.unwrap_err();
    assert!(error.kind() == ErrorKind::JobFailed && error.message().contains("out of memory"), "{error}");
    assert_eq!(venice.video().generate(request()).await.unwrap_err().kind(), ErrorKind::JobExpired);
    let media = venice.video().generate(request()).await.unwrap();
    assert_eq!(media.extension(), Some("webm"));
    assert_eq!(media.bytes().await.unwrap().len(), 4);
}

#[tokio::test]
async fn a_file_with_an_address_of_its_own_wants_no_key() {
    let (mock, _) = start().await;
    let (venice, folder) = (hasty(&mock), Folder::new());
    mock.job(MockJob::done().at_download_url());
    let job = venice.video().queue(request()).await.unwrap();
    assert!(job.download_url().unwrap().expose().starts_with("http://127.0.0.1:"));
    let saved = venice.job(job.clone()).save(folder.join("video.mp4")).await.unwrap();
    assert!(saved.remote.is_deleted());
    let requests = mock.requests();
    let elsewhere: Vec<_> = requests.iter().filter(|request| request.operation.is_none()).collect();
    assert_eq!(elsewhere.iter().map(|request| &*request.method).collect::<Vec<_>>(), ["GET", "DELETE"]);
    assert!(elsewhere.iter().all(|request| request.header("authorization").is_none()));
    assert_eq!(venice.job(job).wait().await.unwrap_err().kind(), ErrorKind::JobExpired);
}

#[tokio::test]
async fn a_deletion_is_put_off() {
    let (mock, _) = start().await;
    let (venice, folder) = (hasty(&mock), Folder::new());
    mock.job(MockJob::done().deletion_put_off(1));
    mock.job(MockJob::done().deletion_put_off(9));
    assert!(venice.video().generate_to(request(), folder.join("1.mp4")).await.unwrap().remote.is_deleted());
    let saved = venice.video().generate_to(request(), folder.join("2.mp4")).await.unwrap();
    assert!(matches!(saved.remote, RemoteCopy::MayRemain { .. }), "{saved:?}");
}

#[tokio::test]
async fn consent_is_asked_for_until_it_is_given() {
    let (mock, venice) = start().await;
    mock.job(MockJob::done().needs_consent());
    let error = venice.video().queue(request()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConsentRequired);
    let consent = error.consent_required().unwrap();
    assert!(consent.policy_text.is_some());
    venice.video().queue(request().consents(consent.accept().unwrap())).await.unwrap();
}

#[tokio::test]
async fn prices_are_made_up() {
    let (_mock, venice) = start().await;
    let quote = QuoteVideoRequest::new("laguna-video").duration(VideoDuration::Seconds10);
    assert_eq!(venice.video().quote(quote).await.unwrap().usd.to_string(), "0.5");
    assert_eq!(venice.video().quote("laguna-video").await.unwrap().usd.to_string(), "0.25");
    let quote = QuoteAudioRequest::new("squero-music").duration_seconds(60);
    assert_eq!(venice.audio().quote(quote).await.unwrap().usd.to_string(), "0.3");
}

#[tokio::test]
async fn what_is_missing_is_rejected_as_the_api_does() {
    let (_mock, venice) = start().await;
    for (path, body, field) in [
        ("/video/queue", json!({}), "model"),
        ("/video/quote", json!({}), "model"),
        ("/audio/queue", json!({"model": "m"}), "prompt"),
        ("/audio/retrieve", json!({"model": "m"}), "queue_id"),
        ("/video/complete", json!({"queue_id": "q"}), "model"),
    ] {
        let error = post(&venice, path, &body).await.unwrap_err();
        assert_eq!(error.status().unwrap(), 400);
        assert_eq!(error.field_errors()[0].field, field, "{path}");
    }
    let unknown = json!({"model": "m", "queue_id": "q"});
    let error = post(&venice, "/video/retrieve", &unknown).await.unwrap_err();
    assert_eq!((error.status().unwrap().as_u16(), error.message()), (400, "Request ID is invalid."));
}

#[tokio::test]
async fn a_result_can_be_deleted_as_it_is_sent() {
    let (mock, venice) = start().await;
    mock.job(MockJob::done().after_polls(0));
    let job = venice.video().queue(request()).await.unwrap();
    let request = venice_ai::types::RetrieveJobRequest::from(&job).delete_media_on_completion(true);
    drop(venice.video().retrieve(request).await.unwrap());
    assert_eq!(venice.job(job).poll().await.unwrap_err().kind(), ErrorKind::NotFound);
}
