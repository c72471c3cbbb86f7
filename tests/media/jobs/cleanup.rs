//! Deletion on the server.

use std::future::IntoFuture;
use std::time::Duration;

use venice_ai::jobs::RemoteCopy;

use super::{VIDEO, deleted, handle, paths, seconds, serving, venice, video};
use crate::support::{Answer, Folder, PATIENCE, Server, TestClock};

fn not_deleted() -> Answer {
    Answer::json(200, r#"{"success":false}"#)
}

fn server(deletions: Vec<Answer>) -> Server {
    serving([("/video/retrieve", vec![video()]), ("/video/complete", deletions)])
}

#[tokio::test]
async fn a_deletion_that_is_put_off_is_tried_again() {
    let folder = Folder::new();
    let (server, clock) = (server(vec![not_deleted(), not_deleted(), deleted()]), TestClock::without_jitter());
    let saved = venice(&server, &clock).job(handle()).save(folder.join("video.mp4")).await.unwrap();
    assert_eq!(saved.remote, RemoteCopy::Deleted);
    assert_eq!(paths(&server)[1..], ["POST /video/complete"; 3]);
    assert_eq!(seconds(&clock.pauses()), [2, 5]);
}

#[tokio::test]
async fn a_deletion_that_stays_put_off_does_not_lose_the_file() {
    let folder = Folder::new();
    let path = folder.join("video.mp4");
    let (server, clock) = (server(vec![not_deleted()]), TestClock::without_jitter());
    let saved = venice(&server, &clock).job(handle()).save(&path).await.unwrap();
    let RemoteCopy::MayRemain { reason, .. } = &saved.remote else { panic!("{saved:?}") };
    assert!(reason.contains("success: false"), "{reason}");
    assert!(!saved.remote.is_deleted());
    assert_eq!(std::fs::read(path).unwrap(), VIDEO);
    assert_eq!(server.count(), 4);
}

#[tokio::test]
async fn a_deletion_that_fails_does_not_lose_the_file() {
    for answer in [Answer::json(500, r#"{"error":"no"}"#), Answer::json(401, r#"{"error":"no"}"#), Answer::nothing()] {
        let folder = Folder::new();
        let path = folder.join("video.mp4");
        let server = server(vec![answer]);
        let saved = venice(&server, &TestClock::without_jitter()).job(handle()).save(&path).await.unwrap();
        let RemoteCopy::MayRemain { reason, .. } = &saved.remote else { panic!("{saved:?}") };
        assert!(reason.contains("completeVideo"), "{reason}");
        assert_eq!(std::fs::read(path).unwrap(), VIDEO);
    }
}

#[tokio::test]
async fn a_time_that_is_over_during_the_deletion_does_not_lose_the_file() {
    let folder = Folder::new();
    let server = serving([
        ("/video/queue", vec![super::queued()]),
        ("/video/retrieve", vec![video()]),
        ("/video/complete", vec![Answer::silence()]),
    ]);
    let venice = crate::support::builder(&server).build().unwrap();
    let resumed = in_time(|limit| venice.job(handle()).save(folder.join("a.mp4")).with_time_limit(limit)).await;
    let ordered =
        in_time(|limit| venice.video().generate_to(super::request(), folder.join("b.mp4")).with_time_limit(limit))
            .await;
    for saved in [resumed, ordered] {
        let RemoteCopy::MayRemain { reason, .. } = &saved.remote else { panic!("{saved:?}") };
        assert!(reason.contains("time limit was reached"), "{reason}");
        assert_eq!((saved.bytes, std::fs::read(&saved.path).unwrap().as_slice()), (VIDEO.len() as u64, VIDEO));
    }
}

/// Saves with the shortest limit in which this machine reaches the deletion.
async fn in_time<T, I: IntoFuture<Output = Result<T, venice_ai::Error>>>(save: impl Fn(Duration) -> I) -> T {
    for limit in [300, 1_200, 4_800].map(Duration::from_millis) {
        match save(limit).await {
            Err(error) if error.is_timeout() => {}
            outcome => return outcome.unwrap(),
        }
    }
    save(PATIENCE).await.unwrap()
}

#[tokio::test]
async fn what_is_not_there_needs_no_deletion() {
    let server = server(vec![Answer::json(404, r#"{"error":"The requested media could not be found"}"#)]);
    let outcome = venice(&server, &TestClock::without_jitter()).job(handle()).discard().await.unwrap();
    assert_eq!(outcome, RemoteCopy::Deleted);
}

#[tokio::test]
async fn a_deletion_of_its_own_reports_what_went_wrong() {
    let server = server(vec![Answer::json(401, r#"{"error":"Invalid API key"}"#)]);
    let error = venice(&server, &TestClock::without_jitter()).job(handle()).discard().await.unwrap_err();
    assert_eq!((error.is_authentication(), error.job()), (true, Some(&handle())));
}

#[tokio::test]
async fn a_deletion_whose_reply_is_lost_is_retried() {
    let server = server(vec![Answer::nothing(), deleted()]);
    let outcome = venice(&server, &TestClock::without_jitter()).job(handle()).discard().await.unwrap();
    assert_eq!((outcome, server.count()), (RemoteCopy::Deleted, 2));
}

#[tokio::test]
async fn a_reply_without_success_confirms_nothing() {
    for body in ["{}", r#"{"success":null}"#, r#"{"error":"No such job"}"#, r#"{"message":"No such job"}"#] {
        let server = server(vec![Answer::json(200, body)]);
        let venice = venice(&server, &TestClock::without_jitter());
        let error = venice.video().complete(&handle()).await.unwrap_err();
        assert!(["no `success`", "No such job"].iter().any(|words| error.message().contains(words)), "{error}");
        let error = venice.job(handle()).discard().await.unwrap_err();
        assert_eq!(error.job(), Some(&handle()));
    }
    for (reply, is_deleted) in [(Answer::json(200, r#"{"success":true,"new":1}"#), true), (not_deleted(), false)] {
        let server = server(vec![reply]);
        let venice = venice(&server, &TestClock::without_jitter());
        assert_eq!(venice.video().complete(&handle()).await.unwrap(), is_deleted);
    }
}
