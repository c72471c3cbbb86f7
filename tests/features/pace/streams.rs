//! What a stream holds, and until when.

use std::time::Duration;

use venice_ai::Clock as _;
use venice_ai::pace::Wait;

use super::{LONG, MINUTE, client, request};
use crate::support::{Answer, Gate, Server, TestClock};

#[tokio::test]
async fn open_streams_do_not_count_as_requests_in_flight() {
    let gate = Gate::default();
    let answer = Answer::head(200, &[("content-type", "text/event-stream")]).until(&gate).close();
    let server = Server::start(move |_, _| answer.clone());
    let venice = client(&server, &TestClock::without_jitter(), LONG);
    let mut open = Vec::new();
    for n in 0..12 {
        open.push(venice.chat().stream(request("m", n)).await.unwrap());
    }
    assert_eq!(server.count(), 12);
    gate.open();
}

#[tokio::test]
async fn the_tokens_of_a_stream_are_in_use_until_it_is_read() {
    let clock = TestClock::without_jitter();
    let answering = clock.clone();
    let server = Server::start(move |_, _| {
        let resets = answering.system_time() + MINUTE;
        let millis = resets.duration_since(std::time::UNIX_EPOCH).unwrap().as_millis().to_string();
        let headers = [
            ("content-type", "text/event-stream"),
            ("x-ratelimit-limit-tokens", "900"),
            ("x-ratelimit-remaining-tokens", "900"),
            ("x-ratelimit-reset-tokens", &*millis),
        ];
        let usage = r#"{"prompt_tokens": 10, "completion_tokens": 20, "total_tokens": 30}"#;
        let body = format!("data: {{\"choices\": [], \"usage\": {usage}}}\n\ndata: [DONE]\n\n");
        Answer::new(200, &headers, body)
    });
    let venice = client(&server, &clock, Duration::ZERO);
    // Each is estimated at more than 500 tokens, of which 900 are left.
    let mut stream = venice.chat().stream(request("m", 0)).await.unwrap();
    let held = venice.chat().stream(request("m", 1)).await.unwrap_err();
    assert_eq!(held.pace_exceeded().unwrap().waits_for, Wait::TokenLimit);
    while let Some(chunk) = stream.next().await {
        chunk.unwrap();
    }
    let dropped = venice.chat().stream(request("m", 2)).await.unwrap();
    // From the first one it is known that answers are short.
    drop(dropped);
    drop(venice.chat().stream(request("m", 3)).await.unwrap());
    assert_eq!(server.count(), 3);
}
