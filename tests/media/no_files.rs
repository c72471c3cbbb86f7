//! HTML, JSON and empty replies instead of a file: an error that keeps them, and no file on disk.

use venice_ai::jobs::JobHandle;
use venice_ai::types::{
    BackgroundRemoveImageRequest, CreateSpeechRequest, EditImageRequest, GenerateImageRequest,
    GetBillingUsageHistoryParams, MultiEditImageRequest, UpscaleImageRequest,
};
use venice_ai::{Client, Error, ErrorKind, Upload};

use crate::support::{Answer, Folder, Server, TestClock, client, once};

const PAGE: &str = "<!DOCTYPE html>\n<html><head><title>Sign in to the gateway</title></head></html>";

fn png() -> Upload {
    Upload::bytes("a.png", vec![1])
}

/// The errors of all calls that return a file, for this reply, and what was saved.
async fn errors(server: &Server) -> (Vec<(&'static str, Option<Error>)>, Vec<String>) {
    let venice: &Client = &once(server);
    let folder = Folder::new();
    let path = folder.join("file");
    let mut outcomes = Vec::new();
    macro_rules! all { ($($call:expr => $save:ident),* $(,)?) => {$(
        let saved = async { $call.await?.$save(&path).await.map(drop) };
        outcomes.push((stringify!($call), saved.await.err()));
    )*} }
    let history = || GetBillingUsageHistoryParams::new();
    all![
        venice.images().upscale(png()).with_validation(false) => save,
        venice.images().edit(EditImageRequest::new(png(), "snow")).with_validation(false) => save,
        venice.images().multi_edit(MultiEditImageRequest::new("snow", [png()])).with_validation(false) => save,
        venice.images().remove_background(BackgroundRemoveImageRequest::new().image(png())).with_validation(false) => save,
        venice.raw().upscale_image(&UpscaleImageRequest::new(png())).with_validation(false) => save,
        venice.audio().speech(CreateSpeechRequest::new("m", "The tide")) => save,
        venice.audio().speech(CreateSpeechRequest::new("m", "The tide").streaming(true)) => save,
        venice.raw().create_speech(&CreateSpeechRequest::new("m", "The tide")) => save,
        venice.billing().usage_history_csv(history()) => save,
    ];
    let table = venice.billing().usage_history_table(history()).save(&path).await;
    outcomes.push(("usage_history_table", table.err()));
    let image = async {
        let call = venice.images().generate(GenerateImageRequest::new("m", "p").return_binary(true));
        call.await?.into_image()?.save(&path).await
    };
    outcomes.push(("generate", image.await.err()));
    for (name, handle) in [("video job", JobHandle::video("m", "q")), ("audio job", JobHandle::audio("m", "q"))] {
        outcomes.push((name, venice.job(handle).save(&path).await.err()));
    }
    (outcomes, folder.names())
}

#[tokio::test]
async fn what_is_not_a_file_is_an_error_before_anything_is_saved() {
    let document = r#"{"error": {"message": "The model is gone", "code": "MODEL_NOT_FOUND"}}"#;
    for (media, body) in [
        ("text/html", PAGE),
        ("image/png", PAGE),
        ("audio/mpeg", PAGE),
        ("video/mp4", PAGE),
        ("text/csv", PAGE),
        ("", PAGE),
        ("application/json", document),
        ("image/png", document),
        ("audio/mpeg", document),
        ("text/csv", document),
        ("application/octet-stream", document),
        ("", document),
        ("image/png", ""),
        ("text/csv", ""),
        ("", ""),
        ("application/xml", "<Error><Code>AccessDenied</Code></Error>"),
        ("video/mp4", "<?xml version=\"1.0\"?><Error/>"),
    ] {
        let headers = [("content-type", media)];
        let headers = if media.is_empty() { &headers[..0] } else { &headers[..] };
        let server = Server::answering([Answer::new(200, headers, body)]);
        let (outcomes, saved) = errors(&server).await;
        assert!(saved.is_empty(), "{media} {body}: {saved:?}");
        for (call, error) in outcomes {
            let error = error.unwrap_or_else(|| panic!("{call} saved {media}: {body}"));
            assert_eq!(error.body().map(|body| &body[..]), Some(body.as_bytes()), "{call} {media}: {error}");
            assert_eq!(error.status().unwrap().as_u16(), 200, "{call}");
            if body == document {
                // The report of a job may have an error, which says why the job failed.
                let words = error.message().contains("The model is gone");
                assert!(
                    words && (error.kind() == ErrorKind::NotFound || error.kind() == ErrorKind::JobFailed),
                    "{call} {media}: {error}"
                );
            } else {
                assert_eq!(error.kind(), ErrorKind::Decode, "{call} {media}: {error}");
            }
        }
    }
}

#[tokio::test]
async fn files_are_saved_whatever_they_begin_with() {
    let server =
        |media: &str, body: &[u8]| once(&Server::answering([Answer::new(200, &[("content-type", media)], body)]));
    let folder = Folder::new();
    let path = folder.join("file");
    for (media, body) in [
        ("image/png", &b"\x89PNG\r\n"[..]),
        ("image/png", b"  spaces"),
        ("audio/mpeg", b"{ no JSON at all"),
        ("audio/mpeg", b"<no page, and longer than it takes to see that it is none>"),
        ("audio/pcm", b"{}"),
        ("audio/pcm", b"   "),
        ("application/octet-stream", b"[1]"),
    ] {
        server(media, body)
            .audio()
            .speech(CreateSpeechRequest::new("m", "x"))
            .await
            .unwrap()
            .save(&path)
            .await
            .unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), body, "{media}");
    }
    for table in ["\u{feff}date,amount\n", "\"date\",\"amount\"\r\n1,2\r\n"] {
        let venice = server("text/csv; charset=utf-8", table.as_bytes());
        let params = GetBillingUsageHistoryParams::new;
        venice.billing().usage_history_csv(params()).await.unwrap().save(&path).await.unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), table.as_bytes());
        venice.billing().usage_history_table(params()).save(&path).await.unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), table.as_bytes());
    }
}

#[tokio::test]
async fn a_job_that_is_answered_with_nothing_forever_ends() {
    for body in ["{}", r#"{"status": null}"#, r#"{"status": ""}"#] {
        let server = Server::answering([Answer::json(200, body)]);
        let venice = client(&server, &TestClock::without_jitter());
        let error = venice.job(JobHandle::video("m", "q")).wait().await.unwrap_err();
        assert!(error.kind() == ErrorKind::Decode && error.message().contains("`status`"), "{error}");
        assert_eq!(error.job(), Some(&JobHandle::video("m", "q")));
        assert!((2..20).contains(&server.count()), "{}", server.count());
    }
    let server = Server::answering([Answer::json(200, r#"{"error_type": "x", "error_message": "No such queue"}"#)]);
    let error = once(&server).job(JobHandle::video("m", "q")).poll().await.unwrap_err();
    assert_eq!(error.message(), "No such queue");
}
