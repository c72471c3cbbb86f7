//! The event decoder against `eventsource-stream`: `cargo bench --bench sse`.
//!
//! Both get the same chunks and must find the same events. Each figure is the best of several runs. A run that would take minutes (a long
//! line in small pieces, on the quadratic side) is done once, and on a shorter line as well, to show the growth.

use std::convert::Infallible;
use std::hint::black_box;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use bytes::Bytes;
use eventsource_stream::Eventsource;
use futures_core::Stream;
use venice_ai::stream::sse::SseDecoder;
use venice_ai::types::ChatCompletionChunk;

const CHUNK: &str = r#"data: {"choices":[{"delta":{"content":" lagoon","role":"assistant"},"finish_reason":null,"index":0,"logprobs":null}],"created":1767225600,"id":"chatcmpl-5d1c","model":"bench-1","object":"chat.completion.chunk"}"#;

struct Case {
    name: &'static str,
    chunks: Vec<Bytes>,
    events: usize,
    runs: u32,
}

fn main() {
    let chat = format!("{CHUNK}\n\n").repeat(50_000);
    let long = |mib: usize| format!("data: {}\n\n", "x".repeat(mib << 20));
    let events = 50_000;
    let cases = [
        Case { name: "one event a chunk", chunks: pieces(&chat, CHUNK.len() + 2), events, runs: 10 },
        Case { name: "7-byte chunks", chunks: pieces(&chat, 7), events, runs: 5 },
        Case { name: "16 KiB chunks", chunks: pieces(&chat, 16 << 10), events, runs: 10 },
        Case { name: "1 MiB line, 1400-byte chunks", chunks: pieces(&long(1), 1400), events: 1, runs: 1 },
        Case { name: "4 MiB line, 1400-byte chunks", chunks: pieces(&long(4), 1400), events: 1, runs: 1 },
    ];
    println!("| | bytes | venice-ai | eventsource-stream | ratio |\n|---|---:|---:|---:|---:|");
    for case in &cases {
        let ours = best(case, case.runs.max(5), with_sse_decoder);
        let theirs = best(case, case.runs, with_eventsource_stream);
        let ratio = ours.as_secs_f64() / theirs.as_secs_f64();
        let bytes: usize = case.chunks.iter().map(Bytes::len).sum();
        println!("| {} | {bytes} | {} | {} | {ratio:.4} |", case.name, show(ours, case), show(theirs, case));
    }
    let typed = best(&cases[2], 5, typed_with_sse_decoder);
    println!("\n16 KiB chunks, decoded into `ChatCompletionChunk`: {}.", show(typed, &cases[2]));
}

/// As from a socket: each piece is a separate allocation.
fn pieces(text: &str, size: usize) -> Vec<Bytes> {
    text.as_bytes().chunks(size).map(Bytes::copy_from_slice).collect()
}

fn show(time: Duration, case: &Case) -> String {
    let each = time.as_nanos() / case.events as u128;
    if case.events == 1 { format!("{:.2} ms", time.as_secs_f64() * 1e3) } else { format!("{each} ns/event") }
}

fn best(case: &Case, runs: u32, decode: impl Fn(Vec<Bytes>) -> usize) -> Duration {
    let run = || {
        let chunks = case.chunks.clone();
        let start = Instant::now();
        assert_eq!(black_box(decode(chunks)), case.events);
        start.elapsed()
    };
    (0..runs).map(|_| run()).min().unwrap_or_default()
}

fn with_sse_decoder(chunks: Vec<Bytes>) -> usize {
    let mut decoder = SseDecoder::new();
    let mut events = 0;
    for chunk in chunks {
        decoder.push(chunk);
        while let Some(event) = decoder.next_event() {
            black_box(event.is_ok_and(|event| !event.data_bytes().is_empty()));
            events += 1;
        }
    }
    events
}

fn typed_with_sse_decoder(chunks: Vec<Bytes>) -> usize {
    let mut decoder = SseDecoder::new();
    let mut events = 0;
    for chunk in chunks {
        decoder.push(chunk);
        while let Some(Ok(event)) = decoder.next_event() {
            let chunk: Result<ChatCompletionChunk, _> = serde_json::from_slice(event.data_bytes());
            events += usize::from(black_box(chunk).is_ok());
        }
    }
    events
}

fn with_eventsource_stream(chunks: Vec<Bytes>) -> usize {
    let mut stream = Chunks(chunks.into_iter()).eventsource();
    let mut events = 0;
    let mut context = Context::from_waker(Waker::noop());
    while let Poll::Ready(Some(event)) = Pin::new(&mut stream).poll_next(&mut context) {
        black_box(event.is_ok_and(|event| !event.data.is_empty()));
        events += 1;
    }
    events
}

struct Chunks(std::vec::IntoIter<Bytes>);

impl Stream for Chunks {
    type Item = Result<Bytes, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(self.0.next().map(Ok))
    }
}
