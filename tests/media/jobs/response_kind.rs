//! Response-kind detection: media and reports have the same status, and not always the right content type.

use std::time::Duration;

use venice_ai::ErrorKind;
use venice_ai::jobs::{JobState, Retrieved};

use super::{VIDEO, handle, job, serving, venice};
use crate::support::{Answer, PATIENCE, TestClock};

const REPORT: &str = " \n{\"status\":\"PROCESSING\",\"average_execution_time\":60000}";

#[tokio::test]
async fn a_report_with_the_wrong_content_type_is_a_report() {
    for media in ["video/mp4", "application/octet-stream", "text/plain", "text/html", "application/problem+json"] {
        let (_server, _, job) = job([Answer::new(200, &[("content-type", media)], REPORT)]);
        assert!(matches!(job.poll().await.unwrap(), JobState::Processing(_)), "{media}");
    }
    let (_server, _, job) = job([Answer::new(200, &[], REPORT)]);
    assert!(matches!(job.poll().await.unwrap(), JobState::Processing(_)));
}

#[tokio::test]
async fn a_video_without_a_content_type_or_with_a_vague_one_is_a_video() {
    for headers in [&[][..], &[("content-type", "application/octet-stream")], &[("content-type", "binary")]] {
        let (_server, _, job) = job([Answer::new(200, headers, VIDEO)]);
        let media = job.wait().await.unwrap();
        assert_eq!(media.extension(), None);
        assert_eq!(media.bytes().await.unwrap(), VIDEO);
    }
}

#[tokio::test]
async fn a_long_file_that_begins_with_a_brace_is_a_file_and_loses_nothing() {
    let mut file = b"{".to_vec();
    file.resize(200_000, b'x');
    let (_server, _, job) = job([Answer::new(200, &[("content-type", "audio/wav")], &file)]);
    let media = job.wait().await.unwrap();
    assert_eq!(media.bytes().await.unwrap(), file);
}

#[tokio::test]
async fn a_video_that_comes_byte_by_byte_loses_nothing() {
    let mut answer = Answer::head(200, &[("content-type", "video/mp4"), ("transfer-encoding", "chunked")]);
    for byte in VIDEO {
        answer = answer.chunk([*byte]);
    }
    let (_server, _, job) = job([answer.send("0\r\n\r\n")]);
    assert_eq!(job.wait().await.unwrap().bytes().await.unwrap(), VIDEO);
}

#[tokio::test]
async fn a_page_is_neither_a_video_nor_a_report() {
    let (server, _, job) = job([Answer::html(200, "<html><body>Just a moment</body></html>")]);
    let error = job.wait().await.unwrap_err();
    assert_eq!((error.kind(), error.job()), (ErrorKind::Decode, Some(&handle())));
    assert!(error.message().contains("text/html"), "{error}");
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn json_that_is_not_a_report_is_reported() {
    for body in ["[1,2]", "\"soon\"", "{\"status\":", ""] {
        let (_server, _, job) = job([Answer::json(200, body)]);
        let error = job.wait().await.unwrap_err();
        assert_eq!((error.kind(), error.job()), (ErrorKind::Decode, Some(&handle())), "{body}");
    }
}

#[tokio::test]
async fn an_empty_video_is_not_a_video() {
    let (server, _, job) = job([Answer::new(200, &[("content-type", "video/mp4")], "")]);
    let error = job.wait().await.unwrap_err();
    assert_eq!((error.kind(), error.job()), (ErrorKind::Decode, Some(&handle())));
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn reports_survive_null_missing_and_new_fields() {
    for body in [
        r#"{"status":null,"average_execution_time":null}"#,
        r#"{"status":"PROCESSING","average_execution_time":"60000","execution_duration":"later"}"#,
        r#"{"status":"PROCESSING","average_execution_time":[],"brand_new":{"a":1}}"#,
        r#"{}"#,
    ] {
        let (_server, _, job) = job([Answer::json(200, body)]);
        assert!(matches!(job.poll().await.unwrap(), JobState::Processing(_)), "{body}");
    }
}

#[tokio::test]
async fn a_report_that_is_cut_is_asked_for_again() {
    let cut = Answer::head(200, &[("content-type", "application/json"), ("content-length", "90")]).send(REPORT).close();
    let (server, _, job) = job([cut, Answer::json(200, REPORT)]);
    assert!(matches!(job.poll().await.unwrap(), JobState::Processing(_)));
    assert_eq!(server.count(), 2);
}

#[tokio::test]
async fn a_video_is_handed_out_while_it_arrives() {
    let (first, rest) = VIDEO.split_at(20);
    let length = VIDEO.len().to_string();
    let slow = Answer::head(200, &[("content-type", "video/mp4"), ("content-length", &length)])
        .send(first)
        .wait(Duration::from_millis(300))
        .send(rest);
    let (_server, _, job) = job([slow]);
    let mut stream = job.wait().await.unwrap().stream();
    assert_eq!(stream.next().await.unwrap().unwrap(), first, "the rest is not there yet");
    assert_eq!(stream.next().await.unwrap().unwrap(), rest);
    assert!(stream.next().await.is_none());
}

#[tokio::test]
async fn dropping_a_video_closes_its_connection() {
    let endless = Answer::head(200, &[("content-type", "video/mp4"), ("content-length", "900")]).send(VIDEO).hang();
    let (server, _, job) = job([endless]);
    drop(job.wait().await.unwrap());
    assert!(server.closed_by_client_within(PATIENCE).await);
}

#[tokio::test]
async fn the_plain_call_distinguishes_them_too() {
    let server = serving([("/video/retrieve", vec![Answer::json(200, REPORT), super::video()])]);
    let venice = venice(&server, &TestClock::without_jitter());
    let Retrieved::Progress(report) = venice.video().retrieve(&handle()).await.unwrap() else { panic!() };
    assert_eq!(report.average_execution_time, Some(60_000.0));
    let reply = venice.video().retrieve(&handle()).with_meta().await.unwrap();
    assert_eq!(reply.meta.status(), 200);
    let Retrieved::Media(video) = reply.value else { panic!() };
    assert_eq!(video.bytes().await.unwrap(), VIDEO);
    let accepts = server.requests()[0].header("accept").unwrap().to_owned();
    assert!(accepts.contains("application/json") && accepts.contains("video/mp4"), "{accepts}");
}

#[tokio::test]
async fn a_part_of_a_video_is_not_a_video_and_nothing_is_deleted_for_it() {
    let folder = crate::support::Folder::new();
    let headers = [("content-type", "video/mp4"), ("content-range", "bytes 0-11/500")];
    let part = || Answer::new(206, &headers, &VIDEO[..12]);
    let (server, clock, job) = job([part(), Answer::new(200, &headers[..1], VIDEO)]);
    job.save(folder.join("video.mp4")).await.unwrap();
    assert_eq!(std::fs::read(folder.join("video.mp4")).unwrap(), VIDEO);
    assert_eq!(clock.pauses().len(), 1);

    let (parts, _, job) = super::job([part()]);
    let error = job.save(folder.join("other.mp4")).await.unwrap_err();
    assert_eq!((error.status().unwrap().as_u16(), error.job()), (206, Some(&handle())), "{error}");
    assert_eq!(folder.names(), ["video.mp4"]);
    for (server, deletions) in [(server, 1), (parts, 0)] {
        assert_eq!(super::paths(&server).iter().filter(|path| *path == "POST /video/complete").count(), deletions);
    }
}
