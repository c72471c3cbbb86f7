//! Batches and calls of one client.

use std::time::Duration;

use tokio::sync::mpsc;

use super::{HeldClock, LONG, MINUTE, client, limiting, request};
use crate::support::{PATIENCE, TestClock};

#[tokio::test]
async fn batches_and_calls_share_the_limits() {
    let clock = TestClock::without_jitter();
    let server = limiting(&clock, 20, MINUTE);
    let venice = client(&server, &clock, LONG);
    venice.chat().create(request("m", 0)).await.unwrap();
    let mut run = venice.chat().many((1..=40).map(|n| request("m", n)));
    let mut done = 0;
    while let Some(outcome) = run.next().await {
        outcome.unwrap().result.unwrap();
        done += 1;
    }
    venice.chat().create(request("m", 41)).await.unwrap();
    assert_eq!((done, server.count()), (40, 42), "no 429, and none is counted twice");
}

#[tokio::test]
async fn a_batch_and_calls_take_turns() {
    const WINDOWS: usize = 12;
    let clock = HeldClock::new();
    // One request fits in each window.
    let server = limiting(&clock, 1, MINUTE);
    let venice = client(&server, &clock, LONG);
    venice.chat().create(request("m", 0)).await.unwrap();
    let (done, mut sent) = mpsc::unbounded_channel();
    let mut tasks = Vec::new();
    let mut run = venice.chat().many((0..WINDOWS).map(|n| request("m", n)));
    let of_batch = done.clone();
    tasks.push(tokio::spawn(async move {
        while let Some(outcome) = run.next().await {
            outcome.unwrap().result.unwrap();
            of_batch.send("batch").unwrap();
        }
    }));
    // Some callers wait, and one comes back at once.
    for n in 0..WINDOWS {
        let (venice, done) = (venice.clone(), done.clone());
        tasks.push(tokio::spawn(async move {
            venice.chat().create(request("m", n)).await.unwrap();
            done.send("call").unwrap();
        }));
    }
    let mut order = Vec::new();
    for _ in 0..WINDOWS {
        clock.advance(MINUTE);
        order.push(tokio::time::timeout(PATIENCE, sent.recv()).await.unwrap().unwrap());
    }
    tasks.iter().for_each(tokio::task::JoinHandle::abort);
    let calls = order.iter().filter(|who| **who == "call").count();
    assert!((WINDOWS / 2 - 1..=WINDOWS / 2 + 1).contains(&calls), "{order:?}");
    assert_eq!(server.count(), WINDOWS + 1, "no 429");
}

#[tokio::test]
async fn calls_that_wait_do_not_stop_a_batch_that_is_not_polled_by_them() {
    let clock = TestClock::without_jitter();
    let server = limiting(&clock, 20, Duration::from_secs(1));
    let venice = client(&server, &clock, LONG);
    let mut run = venice.chat().many((0..6).map(|n| request("m", n))).with_concurrency(2);
    // A call between the outcomes of a batch: the batch is not polled meanwhile.
    let mut count = 0;
    while let Some(outcome) = run.next().await {
        outcome.unwrap().result.unwrap();
        venice.chat().create(request("m", 100 + count)).await.unwrap();
        count += 1;
    }
    assert_eq!((count, server.count()), (6, 12));
}
