//! A catalogue that cannot be fetched fails no call.

use std::time::Duration;

use serde_json::json;
use venice_ai::types::ChatCompletionRequest;
use venice_ai::{Client, Preflight, RetryPolicy};

use super::{CHAT, model, sent};
use crate::support::{Answer, Server, TestClock, builder};

fn server(models: impl Into<Answer>) -> Server {
    let models = models.into();
    Server::start(move |_, request| if request.target.contains("/models") { models.clone() } else { CHAT.into() })
}

fn client(server: &Server, clock: &TestClock) -> Client {
    let builder = builder(server).clock(clock.clone()).retry(RetryPolicy::disabled());
    builder.preflight(Preflight::Refuse).build().unwrap()
}

async fn told(venice: &Client, name: &str) -> String {
    let reply = venice.chat().create(ChatCompletionRequest::new(name, ["?"])).with_meta().await.unwrap();
    let report = reply.meta.preflight().unwrap();
    assert!(report.is_clean() && report.model().is_none());
    report.to_string()
}

#[tokio::test]
async fn a_failure_is_a_note_and_the_next_try_is_after_half_a_minute() {
    let server = server(Answer::json(500, "{}"));
    let clock = TestClock::without_jitter();
    let venice = client(&server, &clock);
    assert_eq!(told(&venice, "m").await, "`model` was not checked: the catalogue cannot be fetched (Server)");
    assert_eq!(told(&venice, "m").await, "`model` was not checked: fetching the catalogue failed a moment ago");
    assert_eq!((server.count(), sent(&server).len()), (3, 2));
    clock.advance(Duration::from_secs(30));
    told(&venice, "m").await;
    assert_eq!((server.count(), sent(&server).len()), (5, 3));
}

#[tokio::test]
async fn nonsense_and_empty_lists_are_notes_too() {
    for (answer, note) in [
        ("<html>", "cannot be fetched (Decode)"),
        (r#"{"data": [1]}"#, "cannot be fetched (Decode)"),
        (r#"{"data": []}"#, "the catalogue has no models"),
    ] {
        let server = server(answer);
        let told = told(&client(&server, &TestClock::without_jitter()), "m").await;
        assert!(told.contains(note), "{told}");
    }
}

#[tokio::test]
async fn a_list_that_does_not_come_is_not_waited_for_longer_than_the_call() {
    let server = server(Answer::silence());
    let venice = client(&server, &TestClock::without_jitter());
    let call = || {
        venice.chat().create(ChatCompletionRequest::new("m", ["?"])).with_timeout(Duration::from_secs(1)).with_meta()
    };
    let reply = call().await.unwrap();
    let told = reply.meta.preflight().unwrap().to_string();
    assert_eq!(told, "`model` was not checked: the catalogue did not arrive within 1s");
    let again = call().await.unwrap().meta.preflight().unwrap().to_string();
    assert_eq!(again, "`model` was not checked: fetching the catalogue failed a moment ago");
    assert_eq!(sent(&server).len(), 2);
}

#[tokio::test]
async fn an_older_list_serves_where_the_newer_one_does_not_come() {
    let list = json!({"data": [model("text", json!({"offline": true}))]}).to_string();
    let server = Server::start(move |n, request| match request.target.contains("type=all") {
        true if n == 0 => list.as_str().into(),
        true => Answer::silence(),
        false => CHAT.into(),
    });
    let clock = TestClock::without_jitter();
    let venice = client(&server, &clock);
    for _ in 0..2 {
        let call = venice.chat().create(ChatCompletionRequest::new("m", ["?"])).with_timeout(Duration::from_secs(1));
        assert_eq!(call.await.unwrap_err().preflight().unwrap().findings()[0].rule, "offline");
        clock.advance(Duration::from_secs(700));
    }
}

#[tokio::test]
async fn names_that_cannot_be_fetched_leave_an_unknown_name_unchecked() {
    let list = json!({"data": [model("text", json!({"traits": []}))]}).to_string();
    let server = Server::start(move |_, request| match &*request.target {
        "/api/v1/models?type=all" => list.as_str().into(),
        target if target.contains("/models/") => Answer::json(500, "{}"),
        _ => CHAT.into(),
    });
    let venice = client(&server, &TestClock::without_jitter());
    let expected = "`model` was not checked: it is not in the list, and other vendors' model ids were not fetched";
    assert_eq!(told(&venice, "gpt-4o").await, expected);
    assert_eq!(told(&venice, "gpt-4o").await, expected);
    assert_eq!((server.count(), sent(&server).len()), (4, 2), "the names were not asked for again at once");
    let known = venice.chat().create(ChatCompletionRequest::new("m", ["?"])).with_meta().await.unwrap();
    assert_eq!(known.meta.preflight().unwrap().model(), Some("m"));
}

#[tokio::test]
async fn an_older_list_serves() {
    let list = json!({"data": [model("text", json!({"offline": true}))]}).to_string();
    let server = Server::start(move |n, request| match request.target.contains("type=all") {
        true if n == 0 => list.as_str().into(),
        true => Answer::json(500, "{}"),
        false => CHAT.into(),
    });
    let clock = TestClock::without_jitter();
    let venice = client(&server, &clock);
    for _ in 0..2 {
        let error = venice.chat().create(ChatCompletionRequest::new("m", ["?"])).await.unwrap_err();
        assert_eq!(error.preflight().unwrap().findings()[0].rule, "offline");
        clock.advance(Duration::from_secs(700));
    }
    assert_eq!(server.count(), 2);
}
