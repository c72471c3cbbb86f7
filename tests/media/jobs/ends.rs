//! The ends of a job, and their errors.

use venice_ai::ErrorKind;
use venice_ai::jobs::JobState;
use venice_ai::types::JobStatus;

use super::{VIDEO, handle, job, processing, status, video};
use crate::support::Answer;

#[tokio::test]
async fn a_job_that_is_done_at_once_needs_one_poll() {
    let (server, clock, job) = job([video()]);
    let media = job.wait().await.unwrap();
    assert_eq!(media.content_type().as_deref(), Some("video/mp4"));
    assert_eq!((media.extension(), media.content_length()), (Some("mp4"), Some(VIDEO.len() as u64)));
    assert_eq!(media.job(), &handle());
    assert_eq!(media.bytes().await.unwrap(), VIDEO);
    assert_eq!((server.count(), clock.pauses().len()), (1, 0));
    let asked = &server.requests()[0];
    assert_eq!((asked.method.as_str(), asked.target.as_str()), ("POST", "/api/v1/video/retrieve"));
    assert_eq!(asked.json(), serde_json::json!({"model": "laguna-video", "queue_id": "q-1"}));
    assert_eq!(asked.header("content-type"), Some("application/json"));
}

#[tokio::test]
async fn a_job_is_asked_until_it_is_done() {
    let polls = [status("QUEUED"), processing(0, 60), processing(40, 60), status("POLISHING"), video()];
    let (server, _, job) = job(polls);
    assert_eq!(job.wait().await.unwrap().bytes().await.unwrap(), VIDEO);
    assert_eq!(server.count(), 5);
    let never_deletes =
        |request: &crate::support::server::Request| request.json().get("delete_media_on_completion").is_none();
    assert!(server.requests().iter().all(never_deletes), "it would be gone before it is here");
}

#[tokio::test]
async fn one_poll_reports_the_state_of_a_job() {
    let polls = [status("queued"), processing(15, 60), status("MAGIC"), Answer::json(200, "{}"), video()];
    let (_server, _, job) = job(polls);
    let JobState::Queued(progress) = job.poll().await.unwrap() else { panic!() };
    assert_eq!((progress.status, progress.fraction), (JobStatus::Queued, None));
    let JobState::Processing(progress) = job.poll().await.unwrap() else { panic!() };
    assert_eq!((progress.elapsed.as_secs(), progress.expected.unwrap().as_secs()), (15, 60));
    assert_eq!(progress.fraction, Some(0.25));
    let JobState::Processing(progress) = job.poll().await.unwrap() else { panic!() };
    assert_eq!(progress.status, JobStatus::Unknown("MAGIC".to_owned()));
    assert!(matches!(job.poll().await.unwrap(), JobState::Processing(_)), "nothing said that it is over");
    let JobState::Done(media) = job.poll().await.unwrap() else { panic!() };
    assert_eq!(media.bytes().await.unwrap(), VIDEO);
}

#[tokio::test]
async fn a_job_that_failed_is_a_typed_error_in_any_case() {
    let bodies = [
        (r#"{"status":"FAILED","error":"out of memory"}"#, "out of memory"),
        (r#"{"status":"failed","error":{"message":"out of luck","credits_refunded":true}}"#, "out of luck"),
        (r#"{"status":"Failed"}"#, "without a result"),
        (r#"{"error":"no status at all"}"#, "no status at all"),
        (r#"{"status":"CANCELLED","message":"by an operator"}"#, "by an operator"),
    ];
    for (body, told) in bodies {
        let (server, _, job) = job([processing(1, 2), Answer::json(200, body)]);
        let error = job.wait().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::JobFailed, "{error}");
        assert!(error.message().contains(told), "{error}");
        assert_eq!((error.operation(), error.job()), (Some("retrieveVideo"), Some(&handle())));
        assert!(error.meta().is_some());
        assert_eq!(server.count(), 2, "nothing is asked, and nothing deleted, after that");
        let refunded = error.content_policy().and_then(|policy| policy.credits_refunded);
        assert_eq!(refunded, told.contains("luck").then_some(true));
    }
    let (_server, _, job) = job([status("FAILED")]);
    let JobState::Failed(error) = job.poll().await.unwrap() else { panic!() };
    assert_eq!(error.kind(), ErrorKind::JobFailed);
}

#[tokio::test]
async fn a_job_that_expired_is_a_typed_error() {
    for word in ["EXPIRED", "expired"] {
        let (_server, _, job) = job([status(word)]);
        let error = job.wait().await.unwrap_err();
        assert_eq!((error.kind(), error.job()), (ErrorKind::JobExpired, Some(&handle())));
        assert_eq!(error.kind(), ErrorKind::JobExpired);
        assert!(matches!(job.poll().await.unwrap(), JobState::Expired(_)));
    }
}

#[tokio::test]
async fn a_queue_request_that_is_unknown_expired_or_deleted_is_not_found() {
    let (server, _, job) = job([Answer::json(404, r#"{"error":"The requested media could not be found"}"#)]);
    let error = job.wait().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!((error.code(), error.job()), (Some("MEDIA_NOT_FOUND"), Some(&handle())));
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn a_video_that_is_rejected_late_reports_the_refund() {
    let body = r#"{"error":{"message":"The provider refused it","type":"provider_content_policy",
        "recommended_model":"laguna-video-2","credits_refunded":true}}"#;
    let (server, _, job) = job([processing(5, 60), Answer::json(422, body)]);
    let error = job.wait().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ContentPolicy);
    let policy = error.content_policy().unwrap();
    assert_eq!((policy.credits_refunded, policy.recommended_model.as_deref()), (Some(true), Some("laguna-video-2")));
    assert_eq!(error.job(), Some(&handle()));
    assert_eq!(server.count(), 2);
}

#[tokio::test]
async fn what_can_pass_is_waited_out() {
    let polls = [
        processing(1, 60),
        Answer::html(502, "<html>"),
        Answer::html(502, "<html>"),
        Answer::html(502, "<html>"),
        Answer::nothing(),
        video(),
    ];
    let (server, _, job) = job(polls);
    assert_eq!(job.wait().await.unwrap().bytes().await.unwrap(), VIDEO);
    assert_eq!(server.count(), 6);
}

#[tokio::test]
async fn what_does_not_pass_is_reported_with_the_handle() {
    let (server, _, job) = job([Answer::json(503, r#"{"error":"The model is offline"}"#)]);
    let error = job.wait().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Overloaded);
    assert_eq!(error.job(), Some(&handle()));
    assert!(server.count() > 5 && server.count() < 30, "{}", server.count());

    let (server, _, job) = super::job([Answer::json(401, r#"{"error":"Invalid API key"}"#)]);
    let error = job.wait().await.unwrap_err();
    assert!(error.is_authentication());
    assert_eq!((server.count(), error.job()), (1, Some(&handle())));
}
