//! `generate`: from the request to the result in one call.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use venice_ai::ErrorKind;
use venice_ai::jobs::{JobHandle, Progress};
use venice_ai::types::QueueVideoRequest;

use super::{VIDEO, deleted, handle, paths, processing, queued, request, serving, status, venice, video};
use crate::support::{Answer, Folder, PATIENCE, Server, TestClock, builder};

fn server(polls: Vec<Answer>) -> Server {
    serving([("/video/queue", vec![queued()]), ("/video/retrieve", polls), ("/video/complete", vec![deleted()])])
}

#[tokio::test]
async fn a_video_is_queued_waited_for_and_fetched() {
    let (server, clock) = (server(vec![processing(0, 60), video()]), TestClock::without_jitter());
    let media = venice(&server, &clock).video().generate(request()).await.unwrap();
    assert_eq!(media.job(), &handle());
    assert_eq!(media.bytes().await.unwrap(), VIDEO);
    assert_eq!(paths(&server), ["POST /video/queue", "POST /video/retrieve", "POST /video/retrieve"]);
    let order = server.requests()[0].json();
    assert_eq!(order, serde_json::json!({"model": "laguna-video", "prompt": "Fog over a lagoon"}));
}

#[tokio::test]
async fn a_video_is_queued_waited_for_saved_and_deleted() {
    let folder = Folder::new();
    let path = folder.join("video.mp4");
    let (server, clock) = (server(vec![video()]), TestClock::without_jitter());
    let saved = venice(&server, &clock).video().generate_to(request(), &path).await.unwrap();
    assert_eq!((saved.path.as_path(), saved.bytes), (path.as_path(), VIDEO.len() as u64));
    assert_eq!(std::fs::read(&path).unwrap(), VIDEO);
    assert_eq!(paths(&server), ["POST /video/queue", "POST /video/retrieve", "POST /video/complete"]);

    let kept = venice(&server, &clock).video().generate_to(request(), &path).with_cleanup(false).await.unwrap();
    assert!(!kept.remote.is_deleted());
    assert_eq!(server.count(), 5);
}

#[tokio::test]
async fn the_handle_is_handed_out_before_anything_is_asked() {
    let seen: Arc<Mutex<Option<(JobHandle, usize)>>> = Arc::default();
    let (server, clock) = (server(vec![video()]), TestClock::without_jitter());
    let (writer, counter) = (Arc::clone(&seen), server.clone());
    let video = venice(&server, &clock).video().generate(request());
    let video = video.on_queued(move |job| *writer.lock().unwrap() = Some((job.clone(), counter.count())));
    drop(video.await.unwrap());
    assert_eq!(seen.lock().unwrap().take(), Some((handle(), 1)));
}

#[tokio::test]
async fn each_step_is_reported() {
    let seen: Arc<Mutex<Vec<Progress>>> = Arc::default();
    let writer = Arc::clone(&seen);
    let (server, clock) = (server(vec![processing(5, 10), video()]), TestClock::without_jitter());
    let video = venice(&server, &clock).video().generate(request()).with_poll_interval(Duration::from_secs(11));
    drop(video.on_progress(move |step| writer.lock().unwrap().push(step.clone())).await.unwrap());
    let fractions: Vec<_> = seen.lock().unwrap().iter().map(|step| step.fraction).collect();
    assert_eq!(fractions, [Some(0.5), Some(1.0)]);
    assert_eq!(clock.pauses(), [Duration::from_secs(11)]);
}

#[tokio::test]
async fn a_queue_request_whose_reply_is_lost_is_not_sent_again() {
    for answer in [Answer::nothing(), Answer::silence(), Answer::html(502, "<html>"), Answer::html(503, "<html>")] {
        let server = serving([("/video/queue", vec![answer]), ("/video/retrieve", vec![video()])]);
        let clock = TestClock::without_jitter();
        let venice = builder(&server).clock(clock).timeout(Duration::from_millis(800)).build().unwrap();
        let error = venice.video().generate(request()).await.unwrap_err();
        assert_eq!(paths(&server), ["POST /video/queue"], "{error}");
        assert_eq!((error.operation(), error.job()), (Some("queueVideo"), None));
        assert!(!error.is_retryable());
    }
}

#[tokio::test]
async fn a_queue_request_that_was_rejected_is_sent_again() {
    let busy = Answer::json(429, r#"{"error":"Rate limit exceeded"}"#);
    let server = serving([("/video/queue", vec![busy, queued()]), ("/video/retrieve", vec![video()])]);
    drop(venice(&server, &TestClock::without_jitter()).video().generate(request()).await.unwrap());
    assert_eq!(paths(&server)[..2], ["POST /video/queue"; 2]);
}

#[tokio::test]
async fn a_time_limit_leaves_the_job_and_hands_out_its_handle() {
    let server = serving([
        ("/video/queue", vec![queued()]),
        ("/video/retrieve", vec![processing(0, 60), Answer::silence(), video()]),
    ]);
    let venice = builder(&server).build().unwrap();
    let video = venice.video().generate(request()).with_poll_interval(Duration::from_millis(1));
    let error = video.with_time_limit(Duration::from_secs(2)).await.unwrap_err();
    assert!(error.is_timeout());
    assert_eq!(error.job(), Some(&handle()));
    let shown = error.to_string();
    assert!(shown.contains("video().generate") && shown.contains("the job goes on"), "{shown}");

    let media = venice.job(error.job().unwrap().clone()).wait().await.unwrap();
    assert_eq!(media.bytes().await.unwrap(), VIDEO);
    let orders = paths(&server).iter().filter(|path| *path == "POST /video/queue").count();
    assert_eq!(orders, 1);
}

#[tokio::test]
async fn a_time_limit_on_waiting_and_saving_hands_out_the_handle_too() {
    let folder = Folder::new();
    let server = serving([("/video/retrieve", vec![Answer::silence()])]);
    let job = builder(&server).build().unwrap().job(handle());
    let limit = Duration::from_millis(50);
    let error = job.wait().with_time_limit(limit).await.unwrap_err();
    assert_eq!((error.is_timeout(), error.job()), (true, Some(&handle())));
    let error = job.save(folder.join("video.mp4")).with_time_limit(limit).await.unwrap_err();
    assert_eq!((error.is_timeout(), error.job()), (true, Some(&handle())));
    assert!(folder.names().is_empty());
}

#[tokio::test]
async fn a_time_limit_before_the_job_is_queued_has_no_handle() {
    let server = serving([("/video/queue", vec![Answer::silence()])]);
    let video = builder(&server).build().unwrap().video().generate(request());
    let error = video.with_time_limit(Duration::from_secs(1)).await.unwrap_err();
    assert_eq!((error.is_timeout(), error.job()), (true, None));
    assert!(error.to_string().contains("it is unknown whether the job was queued"), "{error}");
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn a_queue_request_whose_answer_is_lost_may_have_been_accepted() {
    for (answer, is_open) in [
        (Answer::nothing(), true),
        (Answer::html(200, "<html>"), true),
        (Answer::json(200, "{}"), true),
        (Answer::html(502, "<html>"), true),
        (Answer::html(503, "<html>"), true),
        (Answer::json(529, r#"{"error":"overloaded"}"#), true),
        (Answer::redirect(307, "https://elsewhere.example/"), false),
        (Answer::json(400, r#"{"error":"no such model"}"#), false),
    ] {
        let server = serving([("/video/queue", vec![answer])]);
        let venice = builder(&server).build().unwrap();
        let error = venice.video().generate(request()).await.unwrap_err();
        assert_eq!(error.to_string().contains("it is unknown whether the job was queued"), is_open, "{error}");
        assert_eq!(server.count(), 1);
    }
}

#[tokio::test]
async fn a_time_limit_that_is_over_queues_nothing() {
    let quote = Answer::head(200, &[("content-type", "application/json"), ("content-length", "13")]);
    let late = quote.clone().wait(Duration::from_millis(120)).send(r#"{"quote":0.1}"#);
    let quotes = vec![quote.send(r#"{"quote":0.1}"#), late];
    let server = serving([("/video/quote", quotes), ("/video/queue", vec![queued()])]);
    let venice = builder(&server).build().unwrap();
    // An open connection could send the request at once.
    venice.video().quote("laguna-video").await.unwrap();
    for limit in [Duration::ZERO, Duration::from_millis(60)] {
        let video = venice.video().generate(request());
        let video = if limit.is_zero() { video } else { video.with_price_limit(0.5) };
        let error = video.with_time_limit(limit).await.unwrap_err();
        assert_eq!((error.is_timeout(), error.job()), (true, None));
        assert!(error.to_string().contains("nothing was queued"), "{error}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(!paths(&server).contains(&"POST /video/queue".to_owned()), "{:?}", paths(&server));
}

#[tokio::test]
async fn dropping_it_stops_the_asking_and_not_the_job() {
    let server = serving([("/video/queue", vec![queued()]), ("/video/retrieve", vec![Answer::silence(), video()])]);
    let venice = builder(&server).build().unwrap();
    let known: Arc<Mutex<Option<JobHandle>>> = Arc::default();
    let writer = Arc::clone(&known);
    let video = venice.video().generate(request()).on_queued(move |job| *writer.lock().unwrap() = Some(job.clone()));
    let running = tokio::spawn(video.into_future());
    while server.count() < 2 {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    running.abort();
    assert!(server.closed_by_client_within(PATIENCE).await);
    let job = known.lock().unwrap().take().unwrap();
    assert_eq!(venice.job(job).wait().await.unwrap().bytes().await.unwrap(), VIDEO);
}

#[tokio::test]
async fn a_job_that_fails_has_its_handle_in_the_error() {
    let server = server(vec![status("FAILED")]);
    let error = venice(&server, &TestClock::without_jitter()).video().generate(request()).await.unwrap_err();
    assert_eq!((error.kind(), error.job()), (ErrorKind::JobFailed, Some(&handle())));
}

#[tokio::test]
async fn a_folder_that_is_missing_is_found_before_the_job_is_queued() {
    let folder = Folder::new();
    let server = server(vec![video()]);
    let venice = venice(&server, &TestClock::without_jitter());
    for path in [folder.join("missing").join("video.mp4"), folder.as_ref().to_owned()] {
        let error = venice.video().generate_to(request(), path).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Io, "{error}");
        assert!(error.message().contains("nothing was queued"), "{error}");
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn a_wrong_request_is_rejected_before_anything_is_sent() {
    let server = server(vec![video()]);
    let venice = venice(&server, &TestClock::without_jitter());
    let video = venice.video().generate(QueueVideoRequest::new("")).with_price_limit(1.0);
    let error = video.await.unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::InvalidRequest, Some("queueVideo")));
    assert_eq!(error.field_errors()[0].field, "model");
    let error = venice.video().generate(request().image_url("lagoon.jpg")).await.unwrap_err();
    assert_eq!(error.field_errors()[0].field, "image_url");
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn a_queue_request_without_an_id_is_reported_with_what_came() {
    let server = serving([("/video/queue", vec![Answer::json(200, r#"{"model":"laguna-video","queue_id":null}"#)])]);
    let error = venice(&server, &TestClock::without_jitter()).video().generate(request()).await.unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::Decode, Some("queueVideo")));
    assert!(error.message().contains("no `queue_id`"), "{error}");
    assert!(error.body().is_some());
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn it_prints_without_the_prompt() {
    let server = server(vec![]);
    let video = venice(&server, &TestClock::without_jitter()).video().generate(request());
    let shown = format!("{video:?}");
    assert!(shown.contains("video().generate") && !shown.contains("Fog"), "{shown}");
}
