//! Blocking calls.

use std::sync::Barrier;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use venice_ai::http::Method;
use venice_ai::{Client, ErrorKind};

use crate::support::{Answer, PATIENCE, Server, TestClock, client, once};

#[test]
fn a_call_is_sent_and_waited_for() {
    let server = Server::answering([Answer::json(200, "[1,2]")]);
    let reply: Value = once(&server).request(Method::GET, "/x").send_blocking().unwrap();
    assert_eq!(reply, json!([1, 2]));
}

#[test]
fn options_and_repetitions_are_the_same() {
    let server = Server::answering([Answer::json(429, "{}"), Answer::json(200, "[]")]);
    let clock = TestClock::without_jitter();
    let reply = client(&server, &clock).request::<Value>(Method::GET, "/x").with_meta().send_blocking().unwrap();
    assert_eq!(reply.meta.status(), 200);
    assert_eq!(clock.pauses().len(), 1);
}

#[test]
fn errors_are_the_same() {
    let server = Server::answering([Answer::json(404, r#"{"error":"nothing here"}"#)]);
    let error = once(&server).request::<Value>(Method::GET, "/x").send_blocking().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
}

#[test]
fn time_outs_are_the_same() {
    let server = Server::answering([Answer::silence()]);
    let call = once(&server).request::<Value>(Method::GET, "/x").with_timeout(Duration::from_millis(300));
    assert!(call.send_blocking().unwrap_err().is_timeout());
}

/// The error of a blocking call in this runtime.
fn refused(server: &Server) {
    let error = once(server).request::<Value>(Method::GET, "/x").send_blocking().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BlockingInAsync);
    assert_eq!(error.operation(), Some("GET /x"));
    assert!(error.to_string().contains(".await"), "{error}");
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn in_an_async_runtime_it_is_rejected() {
    refused(&Server::answering([Answer::json(200, "{}")]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn in_a_runtime_of_many_threads_it_is_rejected() {
    let server = Server::answering([Answer::json(200, "{}")]);
    tokio::spawn(async move { refused(&server) }).await.unwrap();
}

#[test]
fn many_threads_may_wait_at_once() {
    // Nothing is answered before all have called.
    let all = Barrier::new(8);
    let server = Server::start(move |_, _| {
        all.wait();
        Answer::json(200, "{}")
    });
    let client = once(&server);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            let call = client.request::<Value>(Method::GET, "/x").with_timeout(PATIENCE);
            scope.spawn(|| call.send_blocking().expect("they wait for each other"));
        }
    });
    assert_eq!(server.count(), 8);
}

#[test]
fn a_connection_of_a_runtime_that_is_stalled_is_not_waited_for() {
    let server = Server::answering([Answer::json(200, "{}")]);
    let client: Client = once(&server);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(client.request::<Value>(Method::GET, "/a").into_future()).unwrap();
    // The connection of that call is still open, but its runtime is not run any more.
    let begun = Instant::now();
    client.request::<Value>(Method::GET, "/b").with_timeout(PATIENCE).send_blocking().unwrap();
    assert!(begun.elapsed() < PATIENCE);
    runtime.block_on(client.request::<Value>(Method::GET, "/c").into_future()).unwrap();
    assert_eq!(server.count(), 3);
}

#[test]
fn nothing_that_is_wrong_with_a_request_is_sent() {
    let server = Server::answering([Answer::json(200, "{}")]);
    let call = once(&server).request::<Value>(Method::GET, "/x").with_header("bad name", "x");
    assert!(call.send_blocking().unwrap_err().is_invalid_request());
    assert_eq!(server.count(), 0);
}
