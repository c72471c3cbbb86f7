//! Progress as a stream and as a function.

use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex};
use std::task::{Context, Waker};

use futures_core::Stream;
use venice_ai::ErrorKind;
use venice_ai::jobs::Progress;
use venice_ai::types::JobStatus;

use super::{VIDEO, handle, job, processing, status, video};
use crate::support::Answer;

#[tokio::test]
async fn it_never_goes_back_and_is_one_only_at_the_end() {
    let polls = [
        status("QUEUED"),
        processing(0, 100),
        processing(30, 100),
        processing(20, 400),
        status("PROCESSING"),
        processing(99, 100),
        processing(5000, 100),
        video(),
    ];
    let (server, _, job) = job(polls);
    let mut progress = job.progress();
    let mut steps = Vec::new();
    while let Some(step) = progress.next().await {
        steps.push(step.unwrap());
    }
    assert_eq!(steps.len(), 8);
    let (last, before) = steps.split_last().unwrap();
    assert_eq!((last.fraction, &last.status), (Some(1.0), &JobStatus::Completed));
    assert_eq!(before[0].fraction, None);
    let fractions: Vec<f64> = before[1..].iter().map(|step| step.fraction.unwrap()).collect();
    assert!(fractions.is_sorted() && fractions.iter().all(|part| *part < 1.0), "{fractions:?}");
    assert_eq!(fractions[1], 0.3);
    assert_eq!(fractions[2], 0.3, "the server took it back");
    assert!(steps.iter().map(|step| step.elapsed).is_sorted());
    assert!(progress.next().await.is_none(), "it has ended");
    assert_eq!(server.count(), 8);
    assert_eq!(progress.into_media().unwrap().bytes().await.unwrap(), VIDEO);
    assert_eq!(server.count(), 8, "the video was not asked for again");
}

#[tokio::test]
async fn without_times_from_the_server_the_watch_is_looked_at() {
    let (_server, _, job) = job([status("PROCESSING"), status("PROCESSING"), video()]);
    let mut progress = job.progress();
    let mut elapsed = Vec::new();
    while let Some(step) = progress.next().await {
        elapsed.push(step.unwrap().elapsed.as_secs());
    }
    assert_eq!(elapsed, [0, 5, 10]);
}

#[tokio::test]
async fn a_job_that_fails_ends_it_with_an_error() {
    let (_server, _, job) = job([processing(1, 2), status("FAILED")]);
    let mut progress = job.progress();
    assert!(progress.next().await.unwrap().is_ok());
    let error = progress.next().await.unwrap().unwrap_err();
    assert_eq!((error.kind(), error.job()), (ErrorKind::JobFailed, Some(&handle())));
    assert!(progress.next().await.is_none());
    assert!(progress.into_media().is_none());
}

#[tokio::test]
async fn nothing_is_polled_before_it_is_awaited() {
    let (server, _, job) = job([video()]);
    let progress = job.progress();
    tokio::task::yield_now().await;
    drop(progress);
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn a_step_whose_future_is_dropped_is_not_lost() {
    let (server, _, job) = job([processing(0, 9), video()]);
    let mut progress = job.progress();
    {
        let next = pin!(progress.next());
        assert!(next.poll(&mut Context::from_waker(Waker::noop())).is_pending());
    }
    assert!(progress.next().await.unwrap().unwrap().fraction.is_some());
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn it_is_a_stream() {
    let (_server, _, job) = job([video()]);
    let mut progress = job.progress();
    let step = std::future::poll_fn(|cx| Pin::new(&mut progress).poll_next(cx)).await;
    assert_eq!(step.unwrap().unwrap().fraction, Some(1.0));
}

#[tokio::test]
async fn a_function_sees_the_same_steps() {
    let seen: Arc<Mutex<Vec<Progress>>> = Arc::default();
    let (_server, _, job) = job([processing(0, 10), processing(5, 10), video()]);
    let writer = Arc::clone(&seen);
    drop(job.on_progress(move |step| writer.lock().unwrap().push(step.clone())).wait().await.unwrap());
    let fractions: Vec<_> = seen.lock().unwrap().iter().map(|step| step.fraction).collect();
    assert_eq!(fractions, [Some(0.0), Some(0.5), Some(1.0)]);
}

#[tokio::test]
async fn polls_that_fail_are_not_steps() {
    let (server, _, job) = job([processing(0, 10), Answer::nothing(), video()]);
    let mut progress = job.progress();
    let mut steps = 0;
    while let Some(step) = progress.next().await {
        step.unwrap();
        steps += 1;
    }
    assert_eq!((steps, server.count()), (2, 3));
}
