//! The end of a request, as interceptors see it.

use std::time::Duration;

use venice_ai::middleware::{AttemptEnd, AttemptInfo, AttemptRequest, BoxError, Interceptor};
use venice_ai::types::ModelFilter;
use venice_ai::{Client, Delivery, ErrorKind};

use super::{Noting, Seen};
use crate::support::chat::{ANSWER, DIALECT_A, a_question, head, streamed};
use crate::support::{Answer, Gate, Server, builder};

fn noting(server: &Server) -> (Client, Seen) {
    let seen = Seen::default();
    let venice = builder(server).interceptor(Noting { name: "a", seen: seen.clone() }).build().unwrap();
    (venice, seen)
}

#[tokio::test]
async fn a_stream_ends_when_its_last_part_was_read() {
    let server = Server::answering([streamed([DIALECT_A.as_bytes()])]);
    let (venice, seen) = noting(&server);
    let mut stream = venice.chat().stream(a_question()).await.unwrap();
    assert_eq!(seen.take(), ["a before createChatCompletion 1", "a headers 1 200"]);
    while let Some(part) = stream.next().await {
        part.unwrap();
        assert_eq!(seen.take(), [""; 0], "not before the end");
    }
    assert_eq!(seen.take(), [format!("a end 1 complete {}", DIALECT_A.len())]);
}

#[tokio::test]
async fn a_stream_that_is_dropped_is_cancelled() {
    let gate = Gate::default();
    let server = Server::answering([head().send(DIALECT_A.split_at(400).0).until(&gate)]);
    let (venice, seen) = noting(&server);
    let mut stream = venice.chat().stream(a_question()).await.unwrap();
    stream.next().await.unwrap().unwrap();
    drop(stream);
    assert_eq!(seen.take().last().unwrap(), "a end 1 cancelled");
    gate.open();
}

#[tokio::test]
async fn a_stream_that_breaks_off_or_reports_an_error_has_failed() {
    let beginning = DIALECT_A.split_at(400).0;
    let error = "data: {\"error\": {\"message\": \"upstream\", \"code\": \"upstream_error\"}}\n\ndata: [DONE]\n\n";
    for (answer, kind) in
        [(head().send(beginning).close(), "stream_interrupted"), (streamed([error.as_bytes()]), "server")]
    {
        let server = Server::answering([answer]);
        let (venice, seen) = noting(&server);
        let mut stream = venice.chat().stream(a_question()).await.unwrap();
        let mut last = None;
        while let Some(part) = stream.next().await {
            last = part.err();
        }
        let error = last.unwrap();
        assert_eq!(error.kind().as_str(), kind, "{error}");
        assert_eq!(seen.take().last().unwrap(), &format!("a end 1 failed {kind}"));
    }
}

#[tokio::test]
async fn an_end_says_whether_the_attempt_may_be_repeated() {
    struct Retryable(Seen);

    impl Interceptor for Retryable {
        fn at_end(&self, attempt: &AttemptInfo, end: &AttemptEnd<'_>) {
            if let AttemptEnd::Failed(error) = end {
                self.0.note(format!("{} {}", attempt.attempt(), error.is_retryable()));
            }
        }
    }

    let server = Server::answering([Answer::json(503, "{}"), Answer::json(400, r#"{"error": "no"}"#)]);
    let seen = Seen::default();
    let venice = builder(&server).interceptor(Retryable(seen.clone())).build().unwrap();
    let error = venice.models().list(ModelFilter::Text).await.unwrap_err();
    assert_eq!((error.attempts(), error.is_retryable()), (2, false), "{error}");
    assert_eq!(seen.take(), ["1 true", "2 false"]);
}

#[tokio::test]
async fn a_silent_stream_has_failed() {
    let server = Server::answering([head().send(DIALECT_A.split_at(400).0).hang()]);
    let (venice, seen) = noting(&server);
    let call = venice.chat().stream(a_question()).with_stream_idle_timeout(Duration::from_millis(50));
    let mut stream = call.await.unwrap();
    while stream.next().await.is_some_and(|part| part.is_ok()) {}
    assert_eq!(seen.take().last().unwrap(), "a end 1 failed timeout");
}

#[tokio::test]
async fn a_raw_reply_ends_with_its_body() {
    let server = Server::start(|_, _| Answer::new(200, &[("content-type", "audio/mpeg")], b"ID3 sound"));
    let (venice, seen) = noting(&server);
    let request = || venice_ai::types::CreateSpeechRequest::new("tts-kokoro", "The tide is coming in.");
    let reply = venice.audio().speech(request()).await.unwrap();
    assert_eq!(seen.take().len(), 2);
    assert_eq!(reply.bytes().await.unwrap().len(), 9);
    assert_eq!(seen.take(), ["a end 1 complete 9"]);
    drop(venice.audio().speech(request()).await.unwrap());
    assert_eq!(seen.take().last().unwrap(), "a end 1 cancelled");
}

#[tokio::test]
async fn a_call_that_is_dropped_is_cancelled_and_one_that_times_out_has_failed() {
    let server = Server::start(|_, _| Answer::silence());
    let (venice, seen) = noting(&server);
    let dropped = tokio::time::timeout(Duration::from_millis(50), venice.chat().create(a_question()).into_future());
    assert!(dropped.await.is_err());
    assert_eq!(seen.take().last().unwrap(), "a end 1 cancelled");
    let error = venice.chat().create(a_question()).with_timeout(Duration::from_millis(50)).await.unwrap_err();
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::Timeout, Delivery::Unknown));
    assert_eq!(seen.take().last().unwrap(), "a end 1 failed timeout");
}

/// Waits for ever before an attempt.
struct Stuck;

impl Interceptor for Stuck {
    async fn before_attempt(&self, _: &mut AttemptRequest) -> Result<(), BoxError> {
        std::future::pending().await
    }
}

#[tokio::test]
async fn the_time_of_an_interceptor_is_time_of_the_attempt_and_nothing_was_sent_then() {
    let server = Server::answering([ANSWER.into()]);
    let venice = builder(&server).interceptor(Stuck).build().unwrap();
    let error = venice.chat().create(a_question()).with_timeout(Duration::from_millis(20)).await.unwrap_err();
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::Timeout, Delivery::NotSent));
    assert_eq!(server.count(), 0);
}

/// Panics at the end.
struct PanicsAtTheEnd;

impl Interceptor for PanicsAtTheEnd {
    fn at_end(&self, _: &AttemptInfo, _: &AttemptEnd<'_>) {
        panic!("no disk left");
    }
}

#[tokio::test]
async fn a_panic_at_the_end_is_an_error_of_the_call_or_of_the_stream() {
    let server = Server::start(|number, _| match number {
        0 => ANSWER.into(),
        _ => streamed([DIALECT_A.as_bytes()]),
    });
    let seen = Seen::default();
    let noting = Noting { name: "a", seen: seen.clone() };
    let venice = builder(&server).interceptor(noting).interceptor(PanicsAtTheEnd).build().unwrap();
    let error = venice.chat().create(a_question()).await.unwrap_err();
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::Middleware, Delivery::Answered));
    assert!(error.to_string().contains("no disk left"), "{error}");
    assert!(seen.take().last().unwrap().starts_with("a end 1 complete"), "the others see the end");

    let mut stream = venice.chat().stream(a_question()).await.unwrap();
    let mut last = None;
    while let Some(part) = stream.next().await {
        last = Some(part);
    }
    assert_eq!(last.unwrap().unwrap_err().kind(), ErrorKind::Middleware);
    // Where no one waits for an error it is logged.
    drop(venice.chat().stream(a_question()).await.unwrap());
    assert_eq!(seen.take().last().unwrap(), "a end 1 cancelled");
}
