//! The connection of a stream.

use std::future::poll_fn;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_core::Stream;
use venice_ai::Client;

use crate::support::chat::{DIALECT_A, head, open, open_at, streamed};
use crate::support::{Answer, KEY, PATIENCE, Server, once};

#[tokio::test]
async fn dropping_a_stream_closes_its_connection() {
    let server = Server::answering([head().send(DIALECT_A.split_at(200).0).hang()]);
    let mut stream = open_at(&server).await;
    tokio::time::timeout(Duration::from_millis(50), stream.next()).await.unwrap_err();
    assert!(!server.closed_by_client_within(Duration::from_millis(100)).await, "too early");
    drop(stream);
    assert!(server.closed_by_client_within(PATIENCE).await);
}

#[tokio::test]
async fn dropping_a_unread_stream_closes_its_connection() {
    let server = Server::answering([head().hang()]);
    drop(open_at(&server).await.text());
    assert!(server.closed_by_client_within(PATIENCE).await);
}

#[tokio::test]
async fn a_stream_that_was_read_gives_its_connection_back() {
    let late_end = Answer::head(200, &[("content-type", "text/event-stream"), ("transfer-encoding", "chunked")])
        .chunk(DIALECT_A)
        .wait(Duration::from_millis(20))
        .send("0\r\n\r\n");
    // The client waits a moment for the end. A server on a busy machine may miss it, and tries again.
    let mut connections = Vec::new();
    for _ in 0..10 {
        let server = Server::answering([streamed([DIALECT_A.as_bytes()]), late_end.clone()]);
        let client = once(&server);
        for _ in 0..5 {
            open(&client).await.collect().await.unwrap();
        }
        assert_eq!(server.count(), 5);
        connections.push(server.connections());
        if connections.ends_with(&[1]) {
            return;
        }
    }
    panic!("{connections:?} connections for five streams");
}

#[tokio::test]
async fn a_reply_that_stays_open_after_its_last_event_is_not_waited_for() {
    let server = Server::answering([head().send(DIALECT_A).hang()]);
    let reply = tokio::time::timeout(PATIENCE / 4, open_at(&server).await.collect()).await;
    assert!(reply.unwrap().is_ok());
    assert!(server.closed_by_client_within(PATIENCE).await);
}

/// A server that sends events as long as they are read, and counts the bytes.
fn flooding() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/api/v1", listener.local_addr().unwrap());
    let sent = Arc::new(AtomicUsize::new(0));
    let counter = sent.clone();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = [0; 65536];
        let _ = stream.read(&mut request).unwrap();
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n").unwrap();
        let text = "x".repeat(64 * 1024);
        let event = format!("data: {{\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"{text}\"}}}}]}}\n\n");
        while stream.write_all(event.as_bytes()).is_ok() {
            counter.fetch_add(event.len(), Ordering::Relaxed);
        }
    });
    (url, sent)
}

/// The count once it no longer changes.
async fn settled(count: &AtomicUsize) -> usize {
    loop {
        let before = count.load(Ordering::Relaxed);
        tokio::time::sleep(Duration::from_millis(200)).await;
        if count.load(Ordering::Relaxed) == before {
            return before;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_reader_slows_the_server_down() {
    let (url, sent) = flooding();
    let client = Client::builder().api_key(KEY).base_url(url).build().unwrap();
    let mut stream = open(&client).await;
    stream.next().await.unwrap().unwrap();
    let stalled = tokio::time::timeout(PATIENCE, settled(&sent)).await.expect("the server is never stopped");
    // Only what the two sockets buffer.
    assert!(stalled < 32 << 20, "{stalled} bytes were taken from the server without being asked for");
    while sent.load(Ordering::Relaxed) == stalled {
        stream.next().await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn events_that_arrive_together_wake_the_reader_once() {
    const EVENTS: usize = 500;
    let event = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"x\"}}]}\n\n";
    let chunk = format!("{:x}\r\n{event}\r\n", event.len());
    let headers = [("content-type", "text/event-stream"), ("transfer-encoding", "chunked")];
    let answer = Answer::head(200, &headers).send(chunk.repeat(EVENTS)).chunk("data: [DONE]\n\n").send("0\r\n\r\n");
    let server = Server::answering([answer]);
    let mut stream = open_at(&server).await;
    let (mut events, mut waits) = (0, 0);
    while let Some(event) = poll_fn(|cx| {
        let next = Pin::new(&mut stream).poll_next(cx);
        waits += usize::from(next.is_pending());
        next
    })
    .await
    {
        event.unwrap();
        events += 1;
    }
    assert_eq!(events, EVENTS);
    assert!(waits < EVENTS / 5, "the reader waited {waits} times for {EVENTS} events");
}
