//! The catalogue is fetched once for concurrent callers.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Waker};
use std::time::Duration;

use venice_ai::types::ModelType;
use venice_ai::{Client, ErrorKind};

use super::{count, list, model};
use crate::support::{Answer, PATIENCE, Server, TestClock, builder, client, once, replying};

fn two_models() -> String {
    list(&[model("a", "text", serde_json::json!({})), model("b", "image", serde_json::json!({}))]).to_string()
}

/// Answers after a while, so that others call while it is in flight.
fn slow(body: &str) -> Answer {
    Answer::default().wait(Duration::from_millis(150)).then(Answer::json(200, body))
}

#[tokio::test]
async fn one_request_lists_all_types() {
    let (server, venice) = replying(two_models());
    assert_eq!(count(&venice).await, 2);
    let request = server.only();
    assert_eq!((&*request.method, &*request.target), ("GET", "/api/v1/models?type=all"));
}

#[tokio::test]
async fn nothing_is_sent_before_it_is_awaited() {
    let (server, venice) = replying(two_models());
    let request = venice.models().catalogue();
    assert_eq!(server.count(), 0);
    request.await.unwrap();
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn no_key_is_needed() {
    let server = Server::answering([two_models().into()]);
    let venice = Client::builder().base_url(server.url("/api/v1")).no_proxy().build().unwrap();
    assert_eq!(count(&venice).await, 2);
}

#[tokio::test]
async fn all_clones_share_it_until_it_is_too_old() {
    let server = Server::answering([two_models().into()]);
    let clock = TestClock::without_jitter();
    let venice = client(&server, &clock);
    count(&venice).await;
    count(&venice.clone()).await;
    clock.advance(Duration::from_secs(599));
    count(&venice).await;
    assert_eq!(server.count(), 1);
    clock.advance(Duration::from_secs(1));
    count(&venice.clone()).await;
    count(&venice).await;
    assert_eq!(server.count(), 2);
}

#[tokio::test]
async fn its_age_is_set_for_the_client_or_for_a_call() {
    let server = Server::answering([two_models().into()]);
    let clock = TestClock::without_jitter();
    let venice = builder(&server).clock(clock.clone()).catalogue_max_age(Duration::from_secs(60)).build().unwrap();
    count(&venice).await;
    clock.advance(Duration::from_secs(30));
    count(&venice).await;
    assert_eq!(server.count(), 1);
    venice.models().catalogue().with_max_age(Duration::from_secs(20)).await.unwrap();
    assert_eq!(server.count(), 2);
    clock.advance(Duration::from_secs(70));
    venice.models().catalogue().with_max_age(Duration::from_secs(100)).await.unwrap();
    assert_eq!(server.count(), 2);
    count(&venice).await;
    assert_eq!(server.count(), 3);
    venice.models().catalogue().with_max_age(Duration::ZERO).await.unwrap();
    assert_eq!(server.count(), 4);
}

#[tokio::test]
async fn a_snapshot_does_not_change_when_a_newer_one_comes() {
    let one = list(&[model("a", "text", serde_json::json!({}))]).to_string();
    let server = Server::answering([one.into(), two_models().into()]);
    let venice = once(&server);
    let old = venice.models().catalogue().await.unwrap();
    let new = venice.models().catalogue().with_max_age(Duration::ZERO).await.unwrap();
    assert_eq!((old.len(), new.len()), (1, 2));
    assert_eq!((old.clone().find("b").is_some(), new.find("b").is_some()), (false, true));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn however_many_wait_one_request_is_sent() {
    let body = two_models();
    let server = Server::start(move |_, _| slow(&body));
    let venice = once(&server);
    let tasks: Vec<_> = (0..100)
        .map(|_| {
            let venice = venice.clone();
            tokio::spawn(async move { count(&venice).await })
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.unwrap(), 2);
    }
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn the_one_who_drives_the_fetch_may_leave() {
    let body = two_models();
    let server = Server::start(move |_, _| slow(&body));
    let venice = once(&server);
    let mut driver = venice.models().catalogue().into_future();
    let driven = tokio::time::timeout(Duration::from_millis(50), &mut driver).await;
    assert!(driven.is_err(), "it is on its way");
    let heir = tokio::spawn(venice.models().catalogue().into_future());
    tokio::task::yield_now().await;
    drop(driver);
    assert_eq!(tokio::time::timeout(PATIENCE, heir).await.unwrap().unwrap().unwrap().len(), 2);
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn nothing_is_fetched_without_a_caller() {
    let server = Server::answering([Answer::silence()]);
    let venice = once(&server);
    let mut waiting = venice.models().catalogue().into_future();
    server.until_asked(1, async || (&mut waiting).await).await;
    drop(waiting);
    assert!(server.closed_by_client_within(PATIENCE).await);
}

#[tokio::test]
async fn a_failure_is_an_error_for_all_who_waited_and_not_kept() {
    let failing = Answer::default().wait(Duration::from_millis(100)).then(Answer::json(500, r#"{"error": "tide"}"#));
    let server = Server::answering([failing, two_models().into()]);
    let venice = once(&server);
    let wait = || venice.models().catalogue().into_future();
    let (first, second, third) = tokio::join!(wait(), wait(), wait());
    for outcome in [first, second, third] {
        let error = outcome.unwrap_err();
        assert_eq!((error.kind(), error.status().map(|status| status.as_u16())), (ErrorKind::Server, Some(500)));
        assert_eq!((error.message(), error.operation()), ("tide", Some("listModels")));
    }
    assert_eq!(server.count(), 1);
    assert_eq!(count(&venice).await, 2);
    assert_eq!(server.count(), 2);
}

#[tokio::test]
async fn a_fetch_is_retried_like_any_read() {
    let server = Server::answering([Answer::json(503, "{}"), two_models().into()]);
    assert_eq!(count(&client(&server, &TestClock::without_jitter())).await, 2);
}

#[tokio::test]
async fn a_time_limit_ends_it() {
    let server = Server::answering([Answer::silence()]);
    let request = once(&server).models().catalogue().with_time_limit(Duration::from_millis(50));
    assert!(request.await.unwrap_err().is_timeout());
}

#[test]
fn outside_of_a_runtime_it_says_so() {
    let (server, venice) = replying(two_models());
    let mut future = venice.models().catalogue().into_future();
    let outcome = Pin::new(&mut future).poll(&mut Context::from_waker(Waker::noop()));
    let std::task::Poll::Ready(Err(error)) = outcome else { panic!("{outcome:?}") };
    assert_eq!(error.kind(), ErrorKind::NoRuntime);
    assert_eq!(server.count(), 0);
}

#[cfg(feature = "blocking")]
#[test]
fn without_async_it_is_shared_too() {
    let (server, venice) = replying(two_models());
    assert_eq!(venice.models().catalogue().send_blocking().unwrap().len(), 2);
    assert_eq!(venice.models().find("a").send_blocking().unwrap().id(), "a");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    assert_eq!(runtime.block_on(count(&venice)), 2);
    assert_eq!(server.count(), 1);
}

/// A task that waits for the catalogue in a runtime that is not run any more.
#[cfg(feature = "blocking")]
#[test]
fn a_runtime_that_is_stalled_holds_no_blocking_call_up() {
    let body = two_models();
    let server = Server::start(move |n, _| if n == 0 { Answer::silence() } else { body.as_str().into() });
    let venice = once(&server);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut waiting = venice.models().catalogue().into_future();
    runtime.block_on(server.until_asked(1, async || (&mut waiting).await));
    assert_eq!(venice.models().catalogue().send_blocking().unwrap().len(), 2);
    assert_eq!(server.count(), 2);
    drop((waiting, runtime));
}

/// A caller in another runtime does not depend on the stopped one.
#[test]
fn a_runtime_that_ends_takes_no_fetch_of_others_along() {
    let body = two_models();
    let server = Server::start(move |n, _| if n == 0 { Answer::silence() } else { body.as_str().into() });
    let venice = once(&server);
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let ending = runtime();
    let mut waiting = venice.models().catalogue().into_future();
    ending.block_on(server.until_asked(1, async || (&mut waiting).await));
    drop(ending);
    assert_eq!(runtime().block_on(count(&venice)), 2);
}

#[tokio::test]
async fn names_of_other_vendors_are_fetched_when_they_are_asked_for() {
    let models = two_models();
    let server = Server::start(move |_, request| match &*request.target {
        "/api/v1/models?type=all" => models.as_str().into(),
        "/api/v1/models/compatibility_mapping?type=text" => r#"{"data": {"gpt-4o": "a"}}"#.into(),
        "/api/v1/models/traits?type=text" => r#"{"data": {"fastest": "a"}}"#.into(),
        other => panic!("{other}"),
    });
    let venice = once(&server);
    let without = venice.models().catalogue().await.unwrap();
    assert_eq!((without.find("gpt-4o").is_some(), without.knows_compatible_names(ModelType::Text)), (false, false));
    let with = venice.models().catalogue().with_compatible_names(ModelType::Text).await.unwrap();
    assert_eq!(with.find("gpt-4o").unwrap().id(), "a");
    assert!(with.knows_compatible_names(ModelType::Text) && !with.knows_compatible_names(ModelType::Image));
    // The list has no traits, so they were fetched as well.
    assert_eq!(with.find("fastest").unwrap().id(), "a");
    assert_eq!(server.count(), 3);
    // From now on they are included.
    assert_eq!(venice.models().catalogue().await.unwrap().find("gpt-4o").unwrap().id(), "a");
    venice.models().catalogue().with_compatible_names("text").await.unwrap();
    assert_eq!(server.count(), 3);
    // All of it again, and each part once.
    venice.models().catalogue().with_compatible_names("text").with_max_age(Duration::ZERO).await.unwrap();
    assert_eq!(server.count(), 6);
}

#[tokio::test]
async fn names_that_cannot_be_fetched_lose_nothing_else() {
    let models = two_models();
    let server = Server::start(move |_, request| match request.target.contains("type=all") {
        true => models.as_str().into(),
        false if request.target.ends_with("text") => Answer::json(500, "{}"),
        false => r#"{"data": {"dall-e-3": "b"}}"#.into(),
    });
    let request = once(&server).models().catalogue();
    let catalogue =
        request.with_compatible_names(ModelType::Text).with_compatible_names(ModelType::Image).await.unwrap();
    assert!(!catalogue.knows_compatible_names(ModelType::Text));
    assert_eq!(catalogue.find("dall-e-3").unwrap().id(), "b");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn names_are_fetched_once_for_all_too() {
    let models = two_models();
    let server = Arc::new(Server::start(move |_, request| match request.target.contains("type=all") {
        true => slow(&models),
        false => slow(r#"{"data": {"gpt-4o": "a", "fastest": "a"}}"#),
    }));
    let venice = once(&server);
    let tasks: Vec<_> = (0..20)
        .map(|_| {
            let venice = venice.clone();
            tokio::spawn(async move { venice.models().find("gpt-4o").await.unwrap().id().to_owned() })
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.unwrap(), "a");
    }
    // The list, the names, and the traits that the list does not have.
    assert_eq!(server.count(), 3);
}
