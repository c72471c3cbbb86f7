//! The catalogue that says how private models are: fetched, shared, and not too old.

use std::time::Duration;

use serde_json::json;
use venice_ai::types::ChatCompletionRequest;
use venice_ai::{CallOptions, RetryPolicy};

use super::*;
use crate::support::Gate;

const MINUTE: Duration = Duration::from_secs(60);

fn request() -> ChatCompletionRequest {
    ChatCompletionRequest::new("own", [PROMPT])
}

/// A server whose `n`-th request for models is answered by `list`.
fn listing(list: impl Fn(usize) -> Option<Answer> + Send + Sync + 'static) -> Server {
    let lists = std::sync::atomic::AtomicUsize::new(0);
    Server::start(move |_, request| match request.target.ends_with("/models?type=all") {
        true => {
            let n = lists.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            list(n).unwrap_or_else(|| json!({"data": models()}).to_string().into())
        }
        false => facts(request).unwrap_or_else(|| chat_by("own").into()),
    })
}

fn fetches(server: &Server) -> usize {
    server.requests().iter().filter(|request| request.target.ends_with("/models?type=all")).count()
}

fn with_clock(server: &Server, clock: &TestClock, policy: impl Into<PrivacyPolicy>) -> Client {
    builder(server).clock(clock.clone()).retry(RetryPolicy::disabled()).privacy(policy).build().unwrap()
}

#[tokio::test]
async fn without_a_catalogue_a_call_is_refused_with_the_cause() {
    for (answer, cause) in [
        (Answer::json(500, r#"{"error": "down"}"#), ErrorKind::Server),
        (Answer::json(200, r#"{"data": [1]}"#), ErrorKind::Decode),
        (Answer::nothing(), ErrorKind::Transport),
    ] {
        let server = listing(move |_| Some(answer.clone()));
        let venice = with_clock(&server, &TestClock::without_jitter(), PRIVATE);
        let error = venice.chat().create(request()).await.unwrap_err();
        let source = std::error::Error::source(&error).unwrap().downcast_ref::<Error>().unwrap();
        assert_eq!(source.kind(), cause);
        assert!(error.to_string().contains("cannot be fetched"), "{error}");
        assert_eq!(refusal(&server, Err::<(), _>(error)), ["catalogue "]);
    }
    let server = listing(|_| Some(Answer::json(200, r#"{"data": []}"#)));
    let outcome = client(&server, PRIVATE).chat().create(request()).await;
    assert_eq!(refusal(&server, outcome), ["unknown_model model"]);
}

#[tokio::test]
async fn an_older_catalogue_serves_up_to_the_limit() {
    let server = listing(|n| (n > 0).then(|| Answer::json(500, "{}")));
    let clock = TestClock::without_jitter();
    let venice = with_clock(&server, &clock, PrivacyPolicy::new(PRIVATE).max_catalogue_age(30 * MINUTE));
    venice.chat().create(request()).await.unwrap();
    clock.advance(29 * MINUTE);
    venice.chat().create(request()).await.unwrap();
    venice.chat().create(request()).await.unwrap();
    assert_eq!((fetches(&server), sent(&server).len()), (2, 3), "after a failure there is a pause");
    clock.advance(MINUTE);
    let error = venice.chat().create(request()).await.unwrap_err();
    assert_eq!(error.privacy().unwrap().findings()[0].rule, "catalogue");
    assert!(error.to_string().contains("older than 1800s"), "{error}");
    assert_eq!(sent(&server).len(), 3);
}

#[tokio::test]
async fn the_limit_is_an_hour_by_default_and_may_be_zero() {
    let server = listing(|n| (n > 0).then(|| Answer::json(500, "{}")));
    let clock = TestClock::without_jitter();
    let venice = with_clock(&server, &clock, PRIVATE);
    venice.chat().create(request()).await.unwrap();
    clock.advance(59 * MINUTE);
    venice.chat().create(request()).await.unwrap();
    clock.advance(2 * MINUTE);
    assert_eq!(venice.chat().create(request()).await.unwrap_err().kind(), ErrorKind::Privacy);

    let server = listing(|_| None);
    let venice = with_clock(&server, &clock, PrivacyPolicy::new(PRIVATE).max_catalogue_age(Duration::ZERO));
    for n in 1..4 {
        venice.chat().create(request()).await.unwrap();
        assert_eq!(fetches(&server), n);
    }
}

#[tokio::test]
async fn a_model_that_became_less_private_is_noticed_with_the_next_catalogue() {
    let server = listing(|n| {
        (n > 0).then(|| json!({"data": [model("own", "text", json!({"privacy": "anonymized"}))]}).to_string().into())
    });
    let clock = TestClock::without_jitter();
    let venice = with_clock(&server, &clock, PRIVATE);
    venice.chat().create(request()).await.unwrap();
    clock.advance(10 * MINUTE);
    let error = venice.chat().create(request()).await.unwrap_err();
    assert_eq!(error.privacy().unwrap().findings()[0].rule, "model_privacy");
}

#[tokio::test]
async fn concurrent_calls_share_one_fetch() {
    let gate = Gate::default();
    let list = json!({"data": models()}).to_string();
    let answer =
        Answer::head(200, &[("content-type", "application/json"), ("content-length", &list.len().to_string())]);
    let held = answer.until(&gate).send(list);
    let server = listing(move |_| Some(held.clone()));
    let venice = client(&server, PRIVATE);
    let calls: Vec<_> = (0..20).map(|_| venice.chat().create(request()).into_future()).collect();
    let mut all = std::pin::pin!(futures_util::future::join_all(calls));
    server.until_asked(1, async || all.as_mut().await).await;
    assert_eq!((server.count(), sent(&server).len()), (1, 0), "nothing is sent before it is there");
    gate.open();
    assert!(all.await.iter().all(Result::is_ok));
    assert_eq!((fetches(&server), sent(&server).len()), (1, 20));
}

#[tokio::test]
async fn a_catalogue_that_does_not_come_is_waited_for_as_long_as_the_call_lasts() {
    let server = listing(|_| Some(Answer::silence()));
    let venice = client(&server, PRIVATE);
    let options = CallOptions::new().with_timeout(Duration::from_millis(300));
    let outcome = venice.chat().create(request()).with_options(options).await;
    assert_eq!(refusal(&server, outcome), ["catalogue "]);
}

#[tokio::test]
async fn other_vendors_ids_are_not_taken_from_an_old_list() {
    let names = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let asked = std::sync::Arc::clone(&names);
    let server = Server::start(move |_, request| match request.target.contains("compatibility_mapping") {
        true if asked.fetch_add(1, std::sync::atomic::Ordering::SeqCst) > 0 => Answer::json(500, "{}"),
        _ => facts(request).unwrap_or_else(|| chat_by("own").into()),
    });
    let clock = TestClock::without_jitter();
    let venice = with_clock(&server, &clock, PrivacyPolicy::new(PRIVATE).max_catalogue_age(MINUTE));
    let ask = || venice.chat().create(ChatCompletionRequest::new("gpt-own", [PROMPT]));
    ask().await.unwrap();
    ask().await.unwrap();
    assert_eq!(sent(&server).len(), 2);
    clock.advance(2 * MINUTE);
    let error = ask().await.unwrap_err();
    assert!(error.to_string().contains("other vendors' ids cannot be fetched"), "{error}");
    assert_eq!(sent(&server).len(), 2);
}
