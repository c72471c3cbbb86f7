//! Jobs without async.

use std::time::Duration;

use venice_ai::ErrorKind;
use venice_ai::blocking;
use venice_ai::jobs::{JobState, RemoteCopy};

use super::{VIDEO, cut_video, deleted, handle, job, paths, processing, queued, request, serving, venice, video};
use crate::support::{Answer, Folder, TestClock, builder};

#[test]
fn a_video_is_queued_and_saved() {
    let folder = Folder::new();
    let path = folder.join("video.mp4");
    let server = serving([
        ("/video/quote", vec![Answer::json(200, r#"{"quote":0.2}"#)]),
        ("/video/queue", vec![queued()]),
        ("/video/retrieve", vec![processing(0, 60), cut_video(), video()]),
        ("/video/complete", vec![deleted()]),
    ]);
    let venice = venice(&server, &TestClock::without_jitter());
    let video = venice.video().generate_to(request(), &path).with_price_limit(0.5);
    let saved = video.send_blocking().unwrap();
    assert_eq!((saved.bytes, saved.remote), (VIDEO.len() as u64, RemoteCopy::Deleted));
    assert_eq!(std::fs::read(path).unwrap(), VIDEO);
    assert_eq!(server.count(), 6);
}

#[test]
fn each_step_is_there_without_async() {
    let (server, _, job) = job([processing(0, 60), processing(5, 60), video(), video(), video()]);
    assert!(matches!(job.poll().send_blocking().unwrap(), JobState::Processing(_)));
    let media = job.wait().send_blocking().unwrap();
    assert_eq!(media.bytes().send_blocking().unwrap(), VIDEO);
    let JobState::Done(media) = job.poll().send_blocking().unwrap() else { panic!() };
    assert_eq!(blocking::wait(media.into_raw().bytes()).unwrap(), VIDEO);
    assert_eq!(job.discard().send_blocking().unwrap(), RemoteCopy::Deleted);
    assert_eq!(paths(&server).last().unwrap(), "POST /video/complete");
}

#[test]
fn progress_is_an_iterator() {
    let (_server, clock, job) = job([processing(0, 10), processing(5, 10), video()]);
    let mut steps = blocking::iter(job.progress());
    let fractions: Vec<_> = steps.by_ref().map(|step| step.unwrap().fraction).collect();
    assert_eq!(fractions, [Some(0.0), Some(0.5), Some(1.0)]);
    assert_eq!(clock.pauses().len(), 2);
    let media = steps.into_inner().into_media().unwrap();
    assert_eq!(media.bytes().send_blocking().unwrap(), VIDEO);
}

#[test]
fn a_time_limit_hands_out_the_handle() {
    let server = serving([("/video/queue", vec![queued()]), ("/video/retrieve", vec![Answer::silence()])]);
    let video = builder(&server).build().unwrap().video().generate(request());
    let error = video.with_time_limit(Duration::from_secs(1)).send_blocking().unwrap_err();
    assert_eq!((error.is_timeout(), error.job()), (true, Some(&handle())));
}

#[tokio::test]
async fn inside_of_a_runtime_it_is_rejected_and_nothing_is_sent() {
    let (server, _, job) = job([video()]);
    assert_eq!(job.wait().send_blocking().unwrap_err().kind(), ErrorKind::BlockingInAsync);
    let mut steps = blocking::iter(job.progress());
    assert_eq!(steps.next().unwrap().unwrap_err().kind(), ErrorKind::BlockingInAsync);
    assert_eq!(server.connections(), 0);
}
