//! Cancelled waits, and dropped runs.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::task::Poll;
use std::time::Duration;

use serde_json::Value;
use venice_ai::Error;
use venice_ai::tools::{CallStatus, RunEvent, ToolBox, ToolRun};

use super::{calling, request, results, saying, serving, tide_and_wind, tool};
use crate::support::chat::{DIALECT_A, head};
use crate::support::{Answer, PATIENCE, Server, client, clock::TestClock};

/// The next event, with a new call of `next` for each poll. All but the last are dropped while pending.
async fn next_piecemeal(run: &mut ToolRun, dropped: &mut u32) -> Option<Result<RunEvent, Error>> {
    std::future::poll_fn(|cx| {
        let outcome = pin!(run.next()).poll(cx);
        *dropped += u32::from(outcome.is_pending());
        outcome
    })
    .await
}

/// Two tools that are pending several times, and how often they were called.
fn waiting() -> (ToolBox, Arc<AtomicU32>) {
    let count = Arc::new(AtomicU32::new(0));
    let counter = count.clone();
    let work = move |at: Value| {
        counter.fetch_add(1, Ordering::SeqCst);
        async move {
            for _ in 0..3 {
                tokio::time::sleep(Duration::from_millis(2)).await;
                tokio::task::yield_now().await;
            }
            format!("at {}", at["at"])
        }
    };
    (ToolBox::new().implement(tool("tide"), work.clone()).implement(tool("wind"), work), count)
}

/// An answer that arrives nearly byte by byte.
fn slowly(answer: &str) -> Answer {
    let head = Answer::head(200, &[("content-type", "application/json"), ("transfer-encoding", "chunked")]);
    let pieces = answer.as_bytes().chunks(answer.len() / 4 + 1);
    pieces.fold(head, |head, piece| head.wait(Duration::from_millis(2)).chunk(piece)).send("0\r\n\r\n")
}

#[tokio::test]
async fn wherever_waiting_is_given_up_nothing_is_lost_or_done_twice() {
    let calls = super::reply(
        serde_json::json!({"role": "assistant", "content": null, "tool_calls": [
            super::call("a", "tide", r#"{"at":1}"#), super::call("b", "wind", r#"{"at":2}"#),
        ]}),
        "tool_calls",
    );
    let answer = super::reply(serde_json::json!({"role": "assistant", "content": "At ten."}), "stop");
    let server = Server::answering([slowly(&calls), Answer::json(429, "{}"), slowly(&answer)]);
    let (tools, count) = waiting();
    let mut run = client(&server, &TestClock::without_jitter()).chat().run(request(), &tools);
    let (mut dropped, mut events) = (0, 0);
    while let Some(event) = next_piecemeal(&mut run, &mut dropped).await {
        event.unwrap();
        events += 1;
    }
    assert!(dropped > 10, "{dropped}");
    assert_eq!((&*run.text(), events, run.rounds()), ("At ten.", 6, 2));
    assert_eq!((server.count(), server.connections(), count.load(Ordering::SeqCst)), (3, 1, 2));
    let expected = [("a".to_owned(), "at 1".to_owned()), ("b".to_owned(), "at 2".to_owned())];
    assert_eq!(results(&server.requests()[2]), expected);
}

#[tokio::test]
async fn so_it_is_with_streams() {
    let call = r#"data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"tide","arguments":"{\"at\":1}"}}]},"finish_reason":"tool_calls"}]}"#;
    let slow = |text: &str| {
        text.split_inclusive("\n\n").fold(head(), |head, event| head.wait(Duration::from_millis(2)).send(event)).close()
    };
    let server = Server::answering([slow(&format!("{call}\n\ndata: [DONE]\n\n")), slow(DIALECT_A)]);
    let (tools, count) = waiting();
    let mut run = client(&server, &TestClock::without_jitter()).chat().run_stream(request(), &tools);
    let (mut dropped, mut text) = (0, String::new());
    while let Some(event) = next_piecemeal(&mut run, &mut dropped).await {
        text.push_str(event.unwrap().text().unwrap_or_default());
    }
    assert!(dropped > 10, "{dropped}");
    assert_eq!(text, run.text());
    assert_eq!((server.count(), count.load(Ordering::SeqCst), run.rounds()), (2, 1, 2));
}

#[tokio::test]
async fn a_time_out_around_the_waiting_is_not_an_end() {
    let server = Server::answering([
        calling(&[("a", "tide", "{}")]),
        slowly(&super::reply(serde_json::json!({"role": "assistant", "content": "At ten."}), "stop")),
    ]);
    let (tools, count) = waiting();
    let mut run = crate::support::once(&server).chat().run(request(), &tools);
    let mut given_up = 0;
    while tokio::time::timeout(Duration::from_millis(1), run.finish()).await.is_err() {
        given_up += 1;
    }
    assert!(given_up > 3, "{given_up}");
    assert_eq!((&*run.text(), server.count(), count.load(Ordering::SeqCst)), ("At ten.", 2, 1));
}

#[tokio::test]
async fn dropping_a_run_stops_its_request() {
    let (server, venice) = serving([Answer::silence()]);
    let mut run = venice.chat().run(request(), &tide_and_wind());
    server.until_asked(1, async || run.next().await).await;
    assert!(!server.closed_by_client_within(Duration::from_millis(50)).await, "only the waiting was given up");
    drop(run);
    assert!(server.closed_by_client_within(PATIENCE).await);
}

/// Reports when it is dropped.
struct Alive(Arc<AtomicBool>);

impl Drop for Alive {
    fn drop(&mut self) {
        self.0.store(false, Ordering::SeqCst);
    }
}

#[tokio::test]
async fn dropping_a_run_stops_its_tools() {
    let is_alive = Arc::new(AtomicBool::new(false));
    let flag = is_alive.clone();
    let tools = ToolBox::new().implement(tool("tide"), move |_: Value| {
        flag.store(true, Ordering::SeqCst);
        let alive = Alive(flag.clone());
        async move {
            std::future::pending::<()>().await;
            drop(alive);
        }
    });
    let (server, venice) = serving([calling(&[("a", "tide", "{}")]), saying("x")]);
    let mut run = venice.chat().run(request(), &tools);
    while !is_alive.load(Ordering::SeqCst) {
        tokio::time::timeout(Duration::from_millis(20), run.finish()).await.unwrap_err();
    }
    tokio::time::timeout(Duration::from_millis(20), run.finish()).await.unwrap_err();
    assert!(is_alive.load(Ordering::SeqCst), "only the waiting was given up");
    drop(run);
    assert!(!is_alive.load(Ordering::SeqCst));
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn a_run_that_is_not_polled_sends_nothing() {
    let (server, venice) = serving([saying("x")]);
    drop(venice.chat().run(request(), &tide_and_wind()));
    drop(venice.chat().run(request(), &tide_and_wind()).into_future());
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn a_tool_that_panics_does_so_in_next_and_takes_nothing_down_with_it() {
    let tools = tide_and_wind()
        .implement(tool("late"), |_: Value| async {
            tokio::task::yield_now().await;
            if true {
                panic!("the tool's own business");
            }
        })
        .implement(tool("early"), |_: Value| -> std::future::Ready<()> { panic!("the tool's own business") });
    let calls = [("a", "late", "{}"), ("b", "early", "{}"), ("c", "wind", r#"{"at":3}"#)];
    let (server, venice) = serving([calling(&calls), saying("At ten.")]);
    let mut run = venice.chat().run(request(), &tools);
    let (mut panics, mut failed) = (0, Vec::new());
    loop {
        let outcome = std::future::poll_fn(|cx| match catch_unwind(AssertUnwindSafe(|| pin!(run.next()).poll(cx))) {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(event)) => Poll::Ready(Ok(event)),
            Err(panic) => Poll::Ready(Err(panic)),
        });
        match outcome.await {
            Err(panic) => {
                assert_eq!(panic.downcast_ref::<&str>(), Some(&"the tool's own business"));
                panics += 1;
            }
            Ok(None) => break,
            Ok(Some(event)) => {
                if let RunEvent::CallFinished(call) = event.unwrap()
                    && call.status == CallStatus::Panicked
                {
                    failed.push(call.call.id);
                }
            }
        }
    }
    failed.sort();
    assert_eq!((panics, &*failed, &*run.text()), (2, &["a".to_owned(), "b".to_owned()][..], "At ten."));
    let given: Vec<String> = results(&server.requests()[1]).into_iter().map(|(_, text)| text).collect();
    assert_eq!(given, ["The tool failed.", "The tool failed.", "wind of 3"]);
}
