//! A catalogue that cannot be fetched again.

use std::time::Duration;

use serde_json::json;

use super::{count, list, model};
use crate::support::spans::Recorder;
use crate::support::{Answer, Server, TestClock, builder};
use venice_ai::{Client, RetryPolicy};

fn failing_after_the_first() -> (Server, TestClock, Client) {
    let models = list(&[model("a", "text", json!({}))]).to_string();
    let server = Server::start(move |n, _| if n == 0 { models.as_str().into() } else { Answer::json(500, "{}") });
    let clock = TestClock::without_jitter();
    let venice = builder(&server).clock(clock.clone()).retry(RetryPolicy::disabled()).build().unwrap();
    (server, clock, venice)
}

#[tokio::test]
async fn an_older_one_serves_and_there_is_a_warning() {
    let (server, clock, venice) = failing_after_the_first();
    let first = venice.models().catalogue().await.unwrap();
    clock.advance(Duration::from_secs(601));
    let recorder = Recorder::new();
    let guard = tracing::subscriber::set_default(recorder.clone());
    let stale = venice.models().catalogue().await.unwrap();
    drop(guard);
    assert_eq!(stale.fetched_at(), first.fetched_at());
    assert_eq!(server.count(), 2);
    let warned = recorder.events.lock().unwrap().iter().any(|(level, fields)| {
        *level == tracing::Level::WARN && fields.get("status").is_some_and(|status| status.contains("500"))
    });
    assert!(warned, "{}", recorder.dump());
}

#[tokio::test]
async fn the_next_try_is_after_half_a_minute() {
    let (server, clock, venice) = failing_after_the_first();
    count(&venice).await;
    clock.advance(Duration::from_secs(601));
    count(&venice).await;
    count(&venice).await;
    clock.advance(Duration::from_secs(29));
    count(&venice).await;
    assert_eq!(server.count(), 2);
    clock.advance(Duration::from_secs(1));
    count(&venice).await;
    assert_eq!(server.count(), 3);
}

#[tokio::test]
async fn who_says_how_old_it_may_be_gets_no_older_one() {
    let (_, clock, venice) = failing_after_the_first();
    count(&venice).await;
    clock.advance(Duration::from_secs(61));
    let outcome = venice.models().catalogue().with_max_age(Duration::from_secs(60)).await;
    assert_eq!(outcome.unwrap_err().status().map(|status| status.as_u16()), Some(500));
}

#[tokio::test]
async fn after_a_day_it_is_an_error() {
    let (_, clock, venice) = failing_after_the_first();
    count(&venice).await;
    clock.advance(Duration::from_secs(24 * 60 * 60 - 1));
    count(&venice).await;
    clock.advance(Duration::from_secs(1));
    assert!(venice.models().catalogue().await.is_err());
}
