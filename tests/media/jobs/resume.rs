//! Downloads that are continued where they were interrupted.

use venice_ai::ErrorKind;
use venice_ai::jobs::{Job, JobHandle};

use super::{VIDEO, handle, paths, serving, status, venice};
use crate::support::server::Request;
use crate::support::{Answer, Folder, Server, TestClock};

const MEDIA: (&str, &str) = ("content-type", "video/mp4");
const TAG: (&str, &str) = ("etag", "\"v1\"");

/// A server for the files, one for the API, whose job is done, and the job.
fn job(files: impl Fn(usize, &Request) -> Answer + Send + Sync + 'static) -> (Server, Server, Job) {
    let files = Server::start(files);
    let api = serving([("/video/retrieve", vec![status("COMPLETED")])]);
    let handle: JobHandle = handle().with_download_url(files.url("/secret"));
    let job = venice(&api, &TestClock::without_jitter()).job(handle).with_cleanup(false);
    (files, api, job)
}

/// The beginning of the file, up to where the connection breaks.
fn cut(at: usize, headers: &[(&str, &str)]) -> Answer {
    let length = VIDEO.len().to_string();
    let headers = [&[MEDIA, ("content-length", &length)], headers].concat();
    Answer::head(200, &headers).send(&VIDEO[..at]).close()
}

fn part(from: usize, all: usize, headers: &[(&str, &str)]) -> Answer {
    let range = format!("bytes {from}-{}/{all}", all - 1);
    Answer::new(206, &[&[MEDIA, ("content-range", range.as_str())], headers].concat(), &VIDEO[from..])
}

fn whole(headers: &[(&str, &str)]) -> Answer {
    Answer::new(200, &[&[MEDIA], headers].concat(), VIDEO)
}

/// What was requested: `all`, or the range.
fn ranges(files: &Server) -> Vec<String> {
    let range = |request: &Request| request.header("range").unwrap_or("all").to_owned();
    files.requests().iter().map(range).collect()
}

#[tokio::test]
async fn the_rest_of_a_file_is_requested_after_a_cut() {
    let folder = Folder::new();
    let path = folder.join("video.mp4");
    let (files, api, job) = job(|n, _| match n {
        0 => cut(7, &[TAG]),
        1 => Answer::head(206, &[MEDIA, ("content-range", "bytes 7-39/40"), ("content-length", "33")])
            .send(&VIDEO[7..20])
            .close(),
        _ => part(20, VIDEO.len(), &[TAG]),
    });
    assert_eq!(VIDEO.len(), 40);
    let saved = job.save(&path).await.unwrap();
    assert_eq!((saved.bytes, std::fs::read(&path).unwrap()), (40, VIDEO.to_vec()));
    assert_eq!(saved.content_type.as_deref(), Some("video/mp4"));
    assert_eq!(ranges(&files), ["all", "bytes=7-", "bytes=20-"]);
    assert!(files.requests()[1..].iter().all(|request| request.header("if-range") == Some("\"v1\"")));
    assert_eq!(paths(&api), ["POST /video/retrieve"], "the job is not polled again");
    assert_eq!(folder.names(), ["video.mp4"]);
}

#[tokio::test]
async fn bytes_in_memory_are_continued_too_and_through_a_redirect() {
    let storage = Server::start(|n, _| if n == 0 { cut(30, &[TAG]) } else { part(30, VIDEO.len(), &[]) });
    let target = storage.url("/bucket");
    let (files, _, job) = job(move |_, _| Answer::redirect(302, &target));
    assert_eq!(job.wait().await.unwrap().bytes().await.unwrap(), VIDEO);
    assert_eq!(
        (ranges(&files), ranges(&storage)),
        (vec!["all".into(), "bytes=30-".into()], vec!["all".into(), "bytes=30-".into()])
    );
}

#[tokio::test]
async fn a_file_that_changed_is_taken_from_its_beginning() {
    for again in [whole(&[("etag", "\"v2\"")]), whole(&[])] {
        let (files, _, job) = job(move |n, _| if n == 0 { cut(9, &[TAG]) } else { again.clone() });
        assert_eq!(job.wait().await.unwrap().bytes().await.unwrap(), VIDEO);
        assert_eq!(ranges(&files), ["all", "bytes=9-"]);
    }
}

#[tokio::test]
async fn a_part_that_does_not_fit_is_not_used() {
    let strange = [
        part(8, VIDEO.len(), &[]),
        part(9, VIDEO.len(), &[("etag", "\"v2\"")]),
        Answer::new(206, &[MEDIA, ("content-range", "bytes 9-39/50")], &VIDEO[9..]),
        Answer::new(206, &[MEDIA, ("content-range", "bytes 9-20/40")], &VIDEO[9..21]),
        Answer::new(206, &[MEDIA], &VIDEO[9..]),
        Answer::new(206, &[MEDIA, ("content-range", "bytes 9-x/40")], &VIDEO[9..]),
        Answer::new(416, &[MEDIA, ("content-range", "bytes */40")], ""),
    ];
    for strange in strange {
        let (files, api, job) = job(move |n, _| match n {
            0 => cut(9, &[TAG]),
            1 => strange.clone(),
            _ => whole(&[TAG]),
        });
        assert_eq!(job.wait().await.unwrap().bytes().await.unwrap(), VIDEO);
        assert_eq!(ranges(&files), ["all", "bytes=9-", "all"]);
        assert_eq!(paths(&api).len(), 2, "the job is polled again");
    }
}

#[tokio::test]
async fn without_a_strong_tag_a_download_begins_again() {
    for headers in [vec![], vec![("etag", "W/\"v1\"")], vec![TAG, ("accept-ranges", "none")]] {
        let (files, _, job) = job(move |n, _| if n == 0 { cut(9, &headers) } else { whole(&[]) });
        assert_eq!(job.wait().await.unwrap().bytes().await.unwrap(), VIDEO);
        assert_eq!(ranges(&files), ["all", "all"]);
    }
}

#[tokio::test]
async fn a_page_in_place_of_the_rest_is_an_error_and_leaves_no_file() {
    let folder = Folder::new();
    let (_files, _, job) = job(|n, _| if n == 0 { cut(9, &[TAG]) } else { Answer::html(200, "<html>Sign in</html>") });
    let error = job.save(folder.join("video.mp4")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode, "{error}");
    assert!(error.job().is_some() && folder.names().is_empty());
}

#[tokio::test]
async fn a_host_that_is_down_for_the_rest_is_asked_three_times_in_all() {
    let (files, _, job) = job(|n, _| if n == 0 { cut(9, &[TAG]) } else { Answer::html(503, "busy") });
    let error = job.wait().await.unwrap().bytes().await.unwrap_err();
    assert_eq!((files.count(), error.job().is_some()), (3, true), "{error}");
    assert!(!format!("{error} {error:?}").contains("secret"));
}

#[cfg(feature = "checksum")]
mod checksums {
    use super::*;

    const SHA256: &str = "yyW7uLWh65p+EVR1proVkN2rZJjzZWF+iirGGNh/+Nc=";

    #[tokio::test]
    async fn a_file_is_compared_with_the_digest_that_its_server_sent() {
        let forms = [
            ("repr-digest", format!("md5=:AAAA:, sha-256=:{SHA256}:")),
            ("content-digest", format!("sha-256=:{SHA256}:")),
            ("digest", format!("SHA-256={SHA256}")),
            ("x-amz-checksum-sha256", SHA256.to_owned()),
        ];
        for (name, value) in forms {
            let wrong = value.replacen(&SHA256[..4], "AAAA", 1);
            for (value, downloads) in [(value, 1), (wrong, 3)] {
                let (files, _, job) = job(move |_, _| whole(&[(name, &value)]));
                let outcome = job.wait().await.unwrap().bytes().await;
                assert_eq!((files.count(), outcome.is_ok()), (downloads, downloads == 1), "{name}: {outcome:?}");
                if let Err(error) = outcome {
                    assert_eq!(error.kind(), ErrorKind::Transport);
                    assert!(error.to_string().contains("checksum"), "{error}");
                }
            }
        }
    }

    #[tokio::test]
    async fn the_parts_of_a_file_are_compared_together() {
        let digest = ("repr-digest", format!("sha-256=:{SHA256}:"));
        let (files, _, job) = job(move |n, _| match n {
            0 => cut(9, &[TAG, (digest.0, &digest.1)]),
            _ => part(9, VIDEO.len(), &[TAG]),
        });
        assert_eq!(job.wait().await.unwrap().bytes().await.unwrap(), VIDEO);
        assert_eq!(files.count(), 2);
    }

    #[tokio::test]
    async fn a_digest_that_cannot_be_read_is_ignored() {
        for value in ["sha-256=:short:", "sha-512=:AAAA:", "sha-256", "", "AAAA-3"] {
            for name in ["repr-digest", "x-amz-checksum-sha256"] {
                let (files, _, job) = job(move |_, _| whole(&[(name, value)]));
                assert_eq!(job.wait().await.unwrap().bytes().await.unwrap(), VIDEO);
                assert_eq!(files.count(), 1);
            }
        }
    }
}
