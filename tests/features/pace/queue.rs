//! The order of calls that wait, and calls that are dropped.

use futures_util::future::join_all;
use tokio::task::JoinHandle;
use venice_ai::pace::Wait;
use venice_ai::{Client, Error};

use super::{LONG, MINUTE, MOMENT, client, limiting, number, request};
use crate::support::chat::ANSWER;
use crate::support::{Answer, Gate, Server, TestClock};

#[tokio::test]
async fn a_thousand_callers_are_served_in_order() {
    let clock = TestClock::without_jitter();
    let server = limiting(&clock, 1, std::time::Duration::from_secs(1));
    let venice = client(&server, &clock, LONG);
    venice.chat().create(request("m", 0)).await.unwrap();
    let all = join_all((1..=1000).map(|n| venice.chat().create(request("m", n)).into_future())).await;
    assert!(all.iter().all(Result::is_ok));
    let order: Vec<usize> = server.requests().iter().map(number).collect();
    assert_eq!(order, (0..=1000).collect::<Vec<_>>());
}

fn spawn(venice: &Client, model: &str, n: usize) -> JoinHandle<Result<(), Error>> {
    let call = venice.chat().create(request(model, n)).into_future();
    tokio::spawn(async move { call.await.map(drop) })
}

/// A server whose answers wait for a gate, and a client with as many calls in flight as it starts with.
async fn full(gate: &Gate, max_wait: std::time::Duration) -> (Server, Client, Vec<JoinHandle<Result<(), Error>>>) {
    let answer = Answer::default().until(gate).then(ANSWER.into());
    let server = Server::start(move |_, _| answer.clone());
    let venice = client(&server, &TestClock::without_jitter(), max_wait);
    let first = (0..4).map(|n| spawn(&venice, "m", n)).collect();
    server.until_asked(4, async || tokio::time::sleep(MINUTE).await).await;
    (server, venice, first)
}

#[tokio::test]
async fn a_dropped_waiter_frees_its_place() {
    let gate = Gate::default();
    let (server, venice, first) = full(&gate, LONG).await;
    let mut dropped = Box::pin(venice.chat().create(request("m", 4)).into_future());
    let mut next = Box::pin(venice.chat().create(request("m", 5)).into_future());
    for waiting in [&mut dropped, &mut next] {
        assert!(tokio::time::timeout(MOMENT, waiting).await.is_err(), "it waits");
    }
    drop(dropped);
    gate.open();
    next.await.unwrap();
    for call in first {
        call.await.unwrap().unwrap();
    }
    assert_eq!(server.count(), 5);
    let all = join_all((6..12).map(|n| venice.chat().create(request("m", n)).into_future())).await;
    assert!(all.iter().all(Result::is_ok));
}

#[tokio::test]
async fn a_dropped_call_in_flight_frees_its_permit() {
    let gate = Gate::default();
    let (server, venice, first) = full(&gate, LONG).await;
    let next = spawn(&venice, "m", 4);
    first.iter().for_each(JoinHandle::abort);
    server.until_asked(5, async || tokio::time::sleep(MINUTE).await).await;
    gate.open();
    next.await.unwrap().unwrap();
}

#[tokio::test]
async fn models_and_users_do_not_wait_for_each_other() {
    let gate = Gate::default();
    let (server, venice, _first) = full(&gate, LONG).await;
    let waiting = spawn(&venice, "m", 4);
    let other = spawn(&venice, "other", 5);
    server.until_asked(5, async || tokio::time::sleep(MINUTE).await).await;
    assert_eq!(server.requests()[4].json()["model"], "other");
    gate.open();
    other.await.unwrap().unwrap();
    waiting.await.unwrap().unwrap();
    // A block of one `user` holds up no other of the same model.
    let blocked = r#"{"error": "Too many failed attempts (> 50) resulting in a non-success status code."}"#;
    let server = Server::start(move |n, _| if n == 0 { Answer::json(429, blocked) } else { ANSWER.into() });
    let venice = client(&server, &TestClock::without_jitter(), std::time::Duration::ZERO);
    venice.chat().create(request("m", 0).user("ada")).await.unwrap_err();
    let held = venice.chat().create(request("m", 1).user("ada")).await.unwrap_err();
    assert_eq!(held.pace_exceeded().unwrap().waits_for, Wait::Blocked);
    venice.chat().create(request("m", 2).user("bob")).await.unwrap();
}

#[tokio::test]
async fn a_call_behind_others_waits_no_longer_than_the_limit() {
    let gate = Gate::default();
    let (server, venice, first) = full(&gate, MOMENT).await;
    for call in join_all((4..6).map(|n| venice.chat().create(request("m", n)).into_future())).await {
        let error = call.unwrap_err();
        let exceeded = error.pace_exceeded().unwrap();
        assert_eq!((exceeded.waits_for, exceeded.remaining), (Wait::Replies, None), "it is not known how long");
        assert_eq!(error.retry_after(), None);
    }
    gate.open();
    for call in first {
        call.await.unwrap().unwrap();
    }
    assert_eq!(server.count(), 4);
}
