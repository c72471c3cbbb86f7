//! The pauses between polls.

use std::time::Duration;

use super::{job, processing, seconds, status, video};
use crate::support::Answer;

#[tokio::test]
async fn a_long_job_is_left_alone_for_half_of_its_time_at_first() {
    let (_server, clock, job) = job([processing(0, 60), processing(31, 60), processing(36, 60), video()]);
    drop(job.wait().await.unwrap());
    assert_eq!(seconds(&clock.pauses()), [30, 5, 5]);
}

#[tokio::test]
async fn a_short_job_is_asked_earlier_and_never_within_a_second() {
    let (_server, clock, job) = job([processing(0, 3), processing(3, 3), video()]);
    drop(job.wait().await.unwrap());
    assert_eq!(seconds(&clock.pauses()), [3, 5]);
    let (_server, clock, job) = super::job([processing(9, 3), video()]);
    drop(job.wait().await.unwrap());
    assert_eq!(seconds(&clock.pauses()), [1]);
}

#[tokio::test]
async fn a_job_of_unknown_length_is_asked_every_five_seconds() {
    let (_server, clock, job) = job([status("QUEUED"), status("PROCESSING"), video()]);
    drop(job.wait().await.unwrap());
    assert_eq!(seconds(&clock.pauses()), [5, 5]);
}

#[tokio::test]
async fn an_observed_job_is_polled_at_once() {
    let polls = || [processing(0, 60), processing(5, 60), video()];
    let (_server, clock, job) = job(polls());
    drop(job.on_progress(|_| {}).wait().await.unwrap());
    assert_eq!(seconds(&clock.pauses()), [5, 5]);
    let (_server, clock, job) = super::job(polls());
    let mut progress = job.progress();
    while let Some(step) = progress.next().await {
        step.unwrap();
    }
    assert_eq!(seconds(&clock.pauses()), [5, 5]);
}

#[tokio::test]
async fn the_interval_that_was_set_is_kept_even_when_it_is_short() {
    let (_server, clock, job) = job([processing(0, 60), processing(5, 60), video()]);
    drop(job.with_poll_interval(Duration::from_millis(200)).wait().await.unwrap());
    assert_eq!(clock.pauses(), [Duration::from_millis(200); 2]);
}

#[tokio::test]
async fn an_exhausted_limit_is_waited_for() {
    let body = r#"{"status":"PROCESSING"}"#;
    let headers = [
        ("content-type", "application/json"),
        ("x-ratelimit-remaining-requests", "0"),
        ("x-ratelimit-reset-requests", "23"),
    ];
    let (_server, clock, job) = job([Answer::new(200, &headers, body), video()]);
    drop(job.wait().await.unwrap());
    assert_eq!(seconds(&clock.pauses()), [23]);
}

#[tokio::test]
async fn the_api_says_when_to_come_back() {
    let busy =
        Answer::new(429, &[("content-type", "application/json"), ("retry-after", "90")], r#"{"error":"Slow down"}"#);
    let (server, clock, job) = job([busy, video()]);
    drop(job.wait().await.unwrap());
    assert_eq!(seconds(&clock.pauses()), [90], "longer than a call may wait, and not longer than a job may");
    assert_eq!(server.count(), 2);
}
