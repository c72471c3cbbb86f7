//! Time-outs.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::time::{Duration, Instant};

use futures_core::Stream;
use serde_json::Value;
use venice_ai::http::Method;
use venice_ai::types::ChatCompletionRequest;
use venice_ai::{ByteStream, Error, ErrorKind};

use crate::support::{Answer, PATIENCE, Server, TestClock, builder, client, once};

const SHORT: Duration = Duration::from_millis(400);
const LONG: Duration = Duration::from_millis(1200);

/// Reads through the trait, as combinators do.
async fn next(stream: &mut ByteStream) -> Option<Result<bytes::Bytes, Error>> {
    poll_fn(|cx| Pin::new(&mut *stream).poll_next(cx)).await
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_given_up_on() {
    let server = Server::answering([Answer::silence()]);
    let begun = Instant::now();
    let client = builder(&server).timeout(SHORT).retry(venice_ai::RetryPolicy::disabled()).build().unwrap();
    let error = client.request::<Value>(Method::GET, "/x").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(error.is_timeout() && error.is_retryable());
    assert!(error.to_string().contains("400ms"), "{error}");
    assert!(begun.elapsed() >= SHORT && begun.elapsed() < PATIENCE);
}

#[tokio::test]
async fn the_time_covers_the_body_too() {
    let slow = Answer::head(200, &[("content-length", "4")]).send("nu").hang();
    let server = Server::answering([slow]);
    let call = once(&server).request::<Value>(Method::GET, "/x").with_timeout(SHORT);
    assert_eq!(call.await.unwrap_err().kind(), ErrorKind::Timeout);
}

#[tokio::test]
async fn each_attempt_has_the_time_again() {
    let slow = Answer::default().wait(SHORT).then(Answer::json(500, "{}"));
    let fine = Answer::default().wait(SHORT).then(Answer::json(200, "{}"));
    let server = Server::answering([slow.clone(), slow, fine]);
    let client = client(&server, &TestClock::without_jitter());
    // Three attempts take longer than this, one does not.
    let call = client.request::<Value>(Method::GET, "/x").with_timeout(SHORT * 2 + SHORT / 2);
    call.await.unwrap();
    assert_eq!(server.count(), 3);
}

#[tokio::test]
async fn a_time_out_repeats_reads_and_nothing_else() {
    let server = Server::answering([Answer::silence()]);
    let client = client(&server, &TestClock::without_jitter());
    let error = client.request::<Value>(Method::GET, "/x").with_timeout(SHORT).await.unwrap_err();
    assert!(error.is_timeout() && error.is_retryable());
    assert_eq!(server.count(), 3);
    let error = client.request::<Value>(Method::POST, "/x").with_timeout(SHORT).await.unwrap_err();
    assert!(error.is_timeout() && error.is_transient() && !error.is_retryable());
    assert_eq!(server.count(), 4);
    let chat = ChatCompletionRequest::new("default", ["Hello"]);
    let error = client.chat().create(chat).with_timeout(SHORT).await.unwrap_err();
    assert!(error.is_timeout() && error.is_transient() && !error.is_retryable());
    assert_eq!(server.count(), 5);
}

#[tokio::test]
async fn the_time_of_a_raw_reply_ends_with_its_headers() {
    let answer = Answer::head(200, &[("content-length", "8")]).send("half").wait(LONG).send("half");
    let server = Server::answering([answer]);
    let reply = once(&server).request_raw(Method::GET, "/x").with_timeout(SHORT).await.unwrap();
    assert_eq!(&reply.bytes().await.unwrap()[..], b"halfhalf");
}

#[tokio::test]
async fn a_raw_reply_that_is_stalled_is_given_up_on() {
    let server = Server::answering([Answer::head(200, &[("content-length", "8")]).send("half").hang()]);
    let client = builder(&server).stream_idle_timeout(SHORT).build().unwrap();
    let mut stream = client.request_raw(Method::GET, "/x").await.unwrap().stream();
    assert_eq!(next(&mut stream).await.unwrap().unwrap(), "half");
    let error = next(&mut stream).await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert_eq!((error.operation(), error.status().map(|s| s.as_u16())), (Some("GET /x"), Some(200)));
    assert!(error.to_string().contains("4 bytes"), "{error}");
    assert!(next(&mut stream).await.is_none(), "nothing comes after an error");
    drop(stream);
    assert!(server.closed_by_client_within(PATIENCE).await);
}

#[tokio::test]
async fn a_reply_that_drips_is_not_idle() {
    let mut answer = Answer::head(200, &[("content-length", "6")]);
    for _ in 0..6 {
        answer = answer.send("x").wait(SHORT);
    }
    let server = Server::answering([answer]);
    let call = once(&server).request_raw(Method::GET, "/x").with_stream_idle_timeout(SHORT * 3);
    assert_eq!(call.await.unwrap().bytes().await.unwrap().len(), 6);
}

#[tokio::test]
async fn the_time_that_the_reader_takes_does_not_count() {
    let answer = Answer::head(200, &[("content-length", "8")]).send("half").wait(LONG * 2).send("half");
    let server = Server::answering([answer]);
    let call = once(&server).request_raw(Method::GET, "/x").with_stream_idle_timeout(LONG);
    let mut stream = call.await.unwrap().stream();
    next(&mut stream).await.unwrap().unwrap();
    // The server is silent for longer than the time-out, but the consumer was idle for most of it.
    tokio::time::sleep(LONG + LONG / 2).await;
    assert_eq!(next(&mut stream).await.unwrap().unwrap(), "half");
}

#[tokio::test]
async fn a_call_that_is_dropped_closes_its_connection() {
    let server = Server::answering([Answer::silence()]);
    let client = once(&server);
    {
        let mut call = pin!(client.request::<Value>(Method::GET, "/x").into_future());
        let waited = tokio::time::timeout(LONG, &mut call).await;
        assert!(waited.is_err());
        assert_eq!(server.count(), 1);
    }
    assert!(server.closed_by_client_within(PATIENCE).await);
}

#[tokio::test]
async fn a_raw_reply_that_is_dropped_closes_its_connection() {
    let server = Server::answering([Answer::head(200, &[("content-length", "100")]).send("half").hang()]);
    let reply = once(&server).request_raw(Method::GET, "/x").await.unwrap();
    drop(reply);
    assert!(server.closed_by_client_within(PATIENCE).await);
}

#[tokio::test]
async fn a_call_that_is_not_awaited_sends_nothing() {
    let server = Server::answering([Answer::json(200, "{}")]);
    let client = once(&server);
    drop(client.request::<Value>(Method::GET, "/x").with_timeout(SHORT));
    drop(client.request::<Value>(Method::GET, "/x").into_future());
    tokio::time::sleep(SHORT).await;
    assert_eq!(server.connections(), 0);
}

/// A call can be moved to another task, and many can run at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_run_in_tasks() {
    fn needs_send<T: Send>(value: T) -> T {
        value
    }
    let server = Server::answering([Answer::json(200, "{}")]);
    let client = once(&server);
    let tasks: Vec<_> =
        (0..10).map(|_| tokio::spawn(needs_send(client.request::<Value>(Method::GET, "/x").into_future()))).collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    assert_eq!(server.count(), 10);
}

#[tokio::test]
async fn a_body_without_an_idle_limit_may_be_silent() {
    let answer = Answer::head(200, &[("content-length", "8")]).send("half").wait(SHORT).send("half");
    let server = Server::answering([answer]);
    let client = builder(&server).stream_idle_timeout(Duration::MAX).build().unwrap();
    let reply = client.request_raw(Method::GET, "/x").with_timeout(Duration::MAX).await.unwrap();
    assert_eq!(reply.bytes().await.unwrap(), "halfhalf");
}

/// A pipe whose other end does not write.
struct Stalled;

impl tokio::io::AsyncRead for Stalled {
    fn poll_read(
        self: Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
        _: &mut tokio::io::ReadBuf<'_>,
    ) -> std::task::Poll<std::io::Result<()>> {
        std::task::Poll::Pending
    }
}

#[tokio::test]
async fn a_reader_that_gives_nothing_is_given_up_on() {
    let server = Server::answering([Answer::json(200, r#"{"text":"x"}"#)]);
    let client = once(&server);
    for validate in [true, false] {
        let recording = venice_ai::Upload::reader("a.wav", Stalled);
        let request = venice_ai::types::CreateTranscriptionRequest::new("m", recording);
        let call = client.audio().transcribe(request).with_timeout(SHORT).with_validation(validate);
        let outcome = tokio::time::timeout(PATIENCE, call.into_future()).await.unwrap();
        let error = outcome.unwrap_err();
        assert_eq!((error.kind(), error.operation()), (ErrorKind::Timeout, Some("createTranscription")), "{error}");
    }
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn a_reply_that_would_fill_the_memory_is_not_read() {
    let long = Answer::head(200, &[("content-type", "application/json"), ("content-length", "300000000")]);
    let server = Server::answering([long.send("[1,").hang()]);
    let error = once(&server).request::<Value>(Method::GET, "/x").await.unwrap_err();
    assert_eq!((error.kind(), error.status().unwrap().as_u16()), (ErrorKind::Decode, 200));
    assert!(error.message().contains("33554432"), "{error}");
    assert!(server.closed_by_client_within(PATIENCE).await);
}
