//! Files at a `download_url`, on another host.

use venice_ai::ErrorKind;
use venice_ai::jobs::{JobHandle, JobState, RemoteCopy};

use super::{VIDEO, handle, paths, processing, request, serving, status, video};
use crate::support::{Answer, Folder, KEY, Server, TestClock, builder};

/// The API, the other host, and a client with a header of its own.
struct Two {
    api: Server,
    files: Server,
    venice: venice_ai::Client,
    clock: TestClock,
}

fn two(polls: Vec<Answer>, files: Vec<Answer>) -> Two {
    let files = Server::answering(files);
    let order = format!(
        r#"{{"model":"laguna-video","queue_id":"q-1","download_url":"{}"}}"#,
        files.url("/secret-4711?signature=8f")
    );
    let api = serving([("/video/retrieve", polls), ("/video/queue", vec![Answer::json(200, &order)])]);
    let clock = TestClock::without_jitter();
    let venice = builder(&api).clock(clock.clone()).default_header("x-team", "lagoon").build().unwrap();
    Two { api, files, venice, clock }
}

impl Two {
    fn handle(&self) -> JobHandle {
        handle().with_download_url(self.files.url("/secret-4711?signature=8f"))
    }
}

#[tokio::test]
async fn the_file_is_fetched_without_credentials_and_revoked_once_it_is_safe() {
    let folder = Folder::new();
    let path = folder.join("video.mp4");
    let two = two(vec![processing(1, 60), status("COMPLETED")], vec![video(), Answer::new(204, &[], "")]);
    let job = two.venice.video().queue(request()).await.unwrap();
    assert_eq!(job, two.handle());
    let saved = two.venice.job(job).save(&path).await.unwrap();
    assert_eq!((saved.remote, std::fs::read(&path).unwrap().as_slice()), (RemoteCopy::Deleted, VIDEO));

    let sent = two.files.requests();
    let targets: Vec<_> = sent.iter().map(|request| (request.method.as_str(), request.target.as_str())).collect();
    assert_eq!(targets, [("GET", "/secret-4711?signature=8f"), ("DELETE", "/secret-4711?signature=8f")]);
    for request in sent {
        assert_eq!((request.header("authorization"), request.header("x-team")), (None, None));
        assert!(!format!("{request:?}").contains(KEY));
    }
    assert_eq!(paths(&two.api), ["POST /video/queue", "POST /video/retrieve", "POST /video/retrieve"]);
}

#[tokio::test]
async fn the_handle_does_not_show_the_url() {
    let two = two(vec![status("COMPLETED")], vec![video()]);
    let job = two.venice.video().queue(request()).await.unwrap();
    assert!(!format!("{job:?}").contains("4711"));
    let media = two.venice.job(job).wait().await.unwrap();
    assert!(!format!("{media:?}").contains("4711"));
    let raw = two.venice.raw().queue_video(&request()).await.unwrap();
    assert!(!format!("{raw:?}").contains("4711"));
}

#[tokio::test]
async fn a_file_that_is_gone_is_expired() {
    for status_code in [404, 410] {
        let two = two(vec![status("completed")], vec![Answer::html(status_code, "<html>")]);
        let error = two.venice.job(two.handle()).wait().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::JobExpired, "{error}");
        assert_eq!((error.status().unwrap().as_u16(), error.operation()), (status_code, Some("download")));
        assert_eq!(error.job(), Some(&two.handle()));
        assert!(!format!("{error} {error:?}").contains("4711"));
        assert_eq!(two.files.count(), 1);
        assert!(matches!(two.venice.job(two.handle()).poll().await.unwrap(), JobState::Expired(_)));
    }
}

#[tokio::test]
async fn a_file_that_was_fetched_too_often_is_not_fetched_again() {
    let two = two(vec![status("COMPLETED")], vec![Answer::json(429, r#"{"error":"Too many downloads"}"#)]);
    let error = two.venice.job(two.handle()).wait().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RateLimited);
    assert!(error.to_string().contains("downloaded too often"), "{error}");
    assert_eq!((two.files.count(), error.job()), (1, Some(&two.handle())));
}

#[tokio::test]
async fn storage_behind_another_host_is_reached() {
    let storage = Server::answering([video()]);
    let redirect = Answer::redirect(302, &storage.url("/bucket/video"));
    let two = two(vec![status("COMPLETED")], vec![redirect]);
    let media = two.venice.job(two.handle()).wait().await.unwrap();
    assert_eq!(media.bytes().await.unwrap(), VIDEO);
    let sent = &storage.requests()[0];
    assert_eq!((sent.header("authorization"), sent.header("x-team")), (None, None));
}

#[tokio::test]
async fn a_host_that_is_down_for_a_moment_is_asked_again() {
    let two = two(vec![status("COMPLETED")], vec![Answer::nothing(), Answer::html(503, "busy"), video()]);
    let media = two.venice.job(two.handle()).wait().await.unwrap();
    assert_eq!(media.bytes().await.unwrap(), VIDEO);
    assert_eq!((two.files.count(), two.clock.pauses().len()), (3, 2));
}

#[tokio::test]
async fn a_page_in_place_of_the_file_is_reported() {
    for page in [
        Answer::html(200, "<html>Sign in</html>"),
        Answer::new(200, &[("content-type", "video/mp4")], "<html>Sign in</html>"),
        Answer::new(200, &[("content-type", "video/mp4")], ""),
        Answer::json(200, r#"{"error":{"message":"expired","code":400}}"#),
    ] {
        let two = two(vec![status("COMPLETED")], vec![page]);
        let error = two.venice.job(two.handle()).wait().await.unwrap_err();
        assert!(error.kind() == ErrorKind::Decode || error.message() == "expired", "{error}");
        assert_eq!(error.job(), Some(&two.handle()));
        assert!(error.body().is_some());
    }
}

#[tokio::test]
async fn a_download_that_is_cut_is_begun_again() {
    let folder = Folder::new();
    let files = vec![super::cut_video(), video(), Answer::new(204, &[], "")];
    let two = two(vec![status("COMPLETED")], files);
    let saved = two.venice.job(two.handle()).save(folder.join("video.mp4")).await.unwrap();
    assert_eq!((saved.bytes, saved.remote.is_deleted()), (VIDEO.len() as u64, true));
    assert_eq!(two.files.count(), 3);
}

#[tokio::test]
async fn a_revocation_that_fails_does_not_lose_the_file() {
    let folder = Folder::new();
    let two = two(vec![status("COMPLETED")], vec![video(), Answer::html(403, "no")]);
    let saved = two.venice.job(two.handle()).save(folder.join("video.mp4")).await.unwrap();
    let RemoteCopy::MayRemain { reason, .. } = saved.remote else { panic!() };
    assert!(reason.contains("revokeDownload") && !reason.contains("4711"), "{reason}");
}

#[tokio::test]
async fn an_address_that_was_used_up_is_revoked_already() {
    let two = two(vec![], vec![Answer::json(410, "{}")]);
    assert_eq!(two.venice.job(two.handle()).discard().await.unwrap(), RemoteCopy::Deleted);
    assert_eq!(two.files.requests()[0].method, "DELETE");
    assert_eq!(two.api.count(), 0);
}

#[tokio::test]
async fn a_handle_without_the_address_says_what_to_do() {
    let two = two(vec![status("COMPLETED")], vec![video()]);
    let error = two.venice.job(handle()).wait().await.unwrap_err();
    assert_eq!((error.kind(), error.job()), (ErrorKind::InvalidRequest, Some(&handle())));
    assert!(error.message().contains("with_download_url"), "{error}");
    assert_eq!(error.field_errors()[0].field, "download_url");
    assert_eq!((two.api.count(), two.files.count()), (1, 0));
}

#[tokio::test]
async fn an_address_that_is_none_is_reported_and_not_shown() {
    let two = two(vec![status("COMPLETED")], vec![video()]);
    let handle = handle().with_download_url("ftp://secret-4711/video");
    let error = two.venice.job(handle).wait().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert!(!format!("{error} {error:?}").contains("4711"), "{error:?}");
}

/// The storage's reply to an invalid signature.
fn denied(request: &str) -> Answer {
    let body =
        format!("<Error><Message>No access</Message><Request>{}</Request></Error>", request.replace('&', "&amp;"));
    Answer::new(403, &[("content-type", "application/xml")], body)
}

#[tokio::test]
async fn an_error_that_repeats_the_address_does_not_show_it() {
    const TARGET: &str = "/files/0123456789abcdef/video.mp4?v=&t=mp4&policy=lagoon-4711&signature=8f77aa55bb%3D";
    let direct = Server::answering([denied(TARGET)]);
    let behind = direct.url(TARGET);
    let redirecting = Server::answering([Answer::redirect(302, &behind)]);
    for address in [behind.clone(), redirecting.url("/f")] {
        let two = two(vec![status("COMPLETED")], vec![video()]);
        let job = handle().with_download_url(address);
        let error = two.venice.job(job).wait().await.unwrap_err();
        let shown = format!("{error} {error:?} {}", String::from_utf8_lossy(error.body().unwrap()));
        assert!(shown.contains("No access") && shown.contains("\"content-type\": \"application/xml\""), "{shown}");
        for secret in ["0123456789abcdef", "4711", "8f77aa55bb"] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
}

#[tokio::test]
async fn a_revocation_that_is_redirected_does_not_show_the_address() {
    let folder = Folder::new();
    let two = two(vec![status("COMPLETED")], vec![video(), Answer::redirect(302, "/moved/secret-4711")]);
    let saved = two.venice.job(two.handle()).save(folder.join("video.mp4")).await.unwrap();
    let RemoteCopy::MayRemain { reason } = &saved.remote else { panic!("{saved:?}") };
    assert!(reason.contains("redirects a DELETE") && !reason.contains("4711"), "{reason}");
}
