//! Images are charged, so requests are retried only when they are known not to have been executed.

use std::time::Duration;

use venice_ai::types::{EditImageRequest, MultiEditImageRequest, SimpleGenerateImageRequest};
use venice_ai::{Error, ErrorKind, FileInput};

use super::*;
use crate::support::{Folder, TestClock, builder, client};

/// Each image request in each form, with a client of its own, as a client limits its retries.
async fn asked(venice: impl Fn() -> Client) -> Vec<Result<(), Error>> {
    let folder = Folder::new();
    let path = folder.file("canal.png", PNG);
    let together = MultiEditImageRequest::new("together", [&*path, &*path]);
    vec![
        venice().images().generate(a_request()).await.map(drop),
        venice().images().generate(a_request().return_binary(true)).await.map(drop),
        venice().images().generations(SimpleGenerateImageRequest::new("m", "a canal at night")).await.map(drop),
        venice().images().upscale(&*path).await.map(drop),
        venice()
            .images()
            .edit(EditImageRequest::new(FileInput::text("https://example.com/a.png"), "snow"))
            .await
            .map(drop),
        venice().images().edit(EditImageRequest::new(&*path, "snow")).await.map(drop),
        venice().images().multi_edit(together).await.map(drop),
        venice().images().remove_background(&*path).await.map(drop),
    ]
}

/// How often each of them is sent if the server always sends this reply.
async fn sent(answer: Answer) -> Vec<usize> {
    let server = Server::answering([answer]);
    let mut counts = Vec::new();
    let mut before = 0;
    for outcome in asked(|| client(&server, &TestClock::without_jitter())).await {
        let attempts = outcome.unwrap_err().attempts() as usize;
        before += attempts;
        counts.push(attempts);
    }
    assert_eq!(server.count(), before, "the errors tell how often it was sent");
    counts
}

#[tokio::test]
async fn it_is_asked_for_again_where_the_model_is_known_not_to_have_run() {
    for status in [429, 503] {
        assert_eq!(sent(Answer::json(status, r#"{"error":"busy"}"#)).await, [3; 8], "{status}");
    }
}

#[tokio::test]
async fn it_is_not_asked_for_again_where_it_may_have_been_made() {
    for status in [500, 502, 504] {
        assert_eq!(sent(Answer::json(status, r#"{"error":"Inference failed"}"#)).await, [1; 8], "{status}");
    }
    assert_eq!(sent(Answer::nothing()).await, [1; 8], "the connection breaks");
    let cut = Answer::head(200, &[("content-type", "application/json"), ("content-length", "500")]).send("{").close();
    assert_eq!(sent(cut).await, [1; 8], "the reply breaks off");
}

#[tokio::test]
async fn it_is_not_asked_for_again_after_a_timeout() {
    // The shortest time-out in which this machine sends each of them.
    let (mut outcomes, mut sent) = (Vec::new(), 0);
    for timeout in [400, 2_000, 8_000].map(Duration::from_millis) {
        let server = Server::answering([Answer::silence()]);
        outcomes = asked(|| builder(&server).timeout(timeout).build().unwrap()).await;
        sent = server.count();
        if sent >= outcomes.len() {
            break;
        }
    }
    assert_eq!(sent, outcomes.len(), "each was sent once");
    for error in outcomes.into_iter().map(Result::unwrap_err) {
        assert_eq!((error.kind(), error.attempts(), error.is_retryable()), (ErrorKind::Timeout, 1, false), "{error}");
    }
}

#[tokio::test]
async fn a_reply_as_bytes_comes_after_failures_too() {
    let busy = Answer::json(503, r#"{"error":"The model is at capacity"}"#);
    let server = Server::answering([busy.clone(), busy, file("image/png", &[], PNG)]);
    let folder = Folder::new();
    let venice = client(&server, &TestClock::without_jitter());
    let image = venice.images().upscale(folder.file("canal.png", PNG)).await.unwrap();
    assert_eq!((image.meta().attempts(), image.bytes().await.unwrap().as_ref()), (3, PNG));
    let bodies: Vec<usize> = server.requests().iter().map(|request| request.body.len()).collect();
    assert!(bodies[0] > PNG.len() && bodies.iter().all(|length| *length == bodies[0]), "{bodies:?}");
}

#[tokio::test]
async fn styles_cost_nothing_and_are_asked_for_again() {
    let server =
        Server::answering([Answer::nothing(), Answer::json(500, "{}"), Answer::json(200, r#"{"data":["3D"]}"#)]);
    let venice = client(&server, &TestClock::without_jitter());
    assert_eq!((venice.images().styles().await.unwrap(), server.count()), (vec!["3D".to_owned()], 3));
}
