//! Spans and events of a call.

use serde_json::{Value, json};
use tracing::Level;
use tracing::instrument::WithSubscriber;
use venice_ai::http::Method;
use venice_ai::types::ChatCompletionRequest;

use crate::support::spans::Recorder;
use crate::support::{Answer, KEY, Server, TestClock, client, once};

const SPAN: &str = "venice.call";

#[tokio::test]
async fn a_call_is_one_span_with_the_names_of_opentelemetry() {
    let headers = [("cf-ray", "8c-AMS"), ("x-venice-model-id", "llama-3.3-70b")];
    let server = Server::answering([Answer::new(200, &headers, "{}")]);
    let recorder = Recorder::new();
    let call = once(&server).request::<Value>(Method::GET, "/models?q=hidden");
    call.into_future().with_subscriber(recorder.clone()).await.unwrap();
    let span = recorder.span(SPAN);
    for (field, value) in [
        ("otel.name", "GET"),
        ("otel.kind", "client"),
        ("http.request.method", "GET"),
        ("server.address", "127.0.0.1"),
        ("server.port", &*server.address().port().to_string()),
        ("http.response.status_code", "200"),
        ("gen_ai.provider.name", "venice"),
        ("gen_ai.response.model", "llama-3.3-70b"),
        ("venice.operation", "GET /models"),
        ("venice.attempt", "1"),
        ("venice.request_id", "8c-AMS"),
    ] {
        assert_eq!(span.get(field).map(String::as_str), Some(value), "{field}: {span:?}");
    }
    assert!(span["venice.duration_ms"].parse::<u64>().is_ok());
    assert!(!span.contains_key("error.type") && !span.contains_key("http.request.resend_count"));
    assert!(recorder.events.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_call_that_runs_a_model_names_it() {
    let server = Server::answering([Answer::json(200, "{}")]);
    let recorder = Recorder::new();
    let call = once(&server).chat().create(ChatCompletionRequest::new("llama-3.3-70b", ["PRIVATE"]));
    let _ = call.into_future().with_subscriber(recorder.clone()).await;
    let span = recorder.span(SPAN);
    for (field, value) in [
        ("otel.name", "POST /chat/completions"),
        ("url.template", "/chat/completions"),
        ("gen_ai.operation.name", "chat"),
        ("gen_ai.request.model", "llama-3.3-70b"),
        ("venice.operation", "createChatCompletion"),
    ] {
        assert_eq!(span.get(field).map(String::as_str), Some(value), "{field}: {span:?}");
    }
    assert!(!recorder.dump().contains("PRIVATE"));
}

#[tokio::test]
async fn repetitions_are_events_of_the_one_span() {
    let server = Server::answering([Answer::json(500, r#"{"error":"oops"}"#), Answer::json(200, "{}")]);
    let recorder = Recorder::new();
    let call = client(&server, &TestClock::without_jitter()).request::<Value>(Method::GET, "/x");
    call.into_future().with_subscriber(recorder.clone()).await.unwrap();
    let span = recorder.span(SPAN);
    assert_eq!((&*span["venice.attempt"], &*span["http.request.resend_count"]), ("2", "1"));
    let events = recorder.events.lock().unwrap();
    let [(level, event)] = &events[..] else { panic!("{events:?}") };
    assert_eq!(*level, Level::DEBUG);
    assert_eq!((&*event["kind"], &*event["status"]), ("Server", "500"));
    assert!(event.contains_key("pause_ms"), "{event:?}");
}

#[tokio::test]
async fn a_failure_marks_the_span() {
    let server = Server::answering([Answer::new(404, &[("cf-ray", "1-A")], r#"{"error":"nothing"}"#)]);
    let recorder = Recorder::new();
    let call = once(&server).request::<Value>(Method::GET, "/x");
    call.into_future().with_subscriber(recorder.clone()).await.unwrap_err();
    let span = recorder.span(SPAN);
    assert_eq!(span["http.response.status_code"], "404");
    assert_eq!((&*span["otel.status_code"], &*span["error.type"]), ("ERROR", "404"));
    assert_eq!(span["venice.request_id"], "1-A");
}

#[tokio::test]
async fn a_reply_that_cannot_be_decoded_marks_the_span() {
    let server = Server::answering([Answer::json(200, "no json")]);
    let recorder = Recorder::new();
    let call = once(&server).request::<Value>(Method::GET, "/x");
    call.into_future().with_subscriber(recorder.clone()).await.unwrap_err();
    assert_eq!(recorder.span(SPAN)["error.type"], "Decode");
}

#[tokio::test]
async fn no_body_no_query_and_no_secret_is_ever_seen() {
    let echo = json!({"error": format!("prompt was PRIVATE, key was {KEY}")}).to_string();
    let answers = [Answer::json(429, "{}"), Answer::new(200, &[("x-secret", KEY)], "\"PRIVATE-ANSWER")];
    for answers in [vec![Answer::new(401, &[("set-cookie", "PRIVATE-COOKIE")], echo)], answers.to_vec()] {
        let server = Server::answering(answers);
        let recorder = Recorder::new();
        let call = client(&server, &TestClock::without_jitter())
            .request::<Value>(Method::POST, "/x?PRIVATE-QUERY=1")
            .with_header("x-mine", "PRIVATE-HEADER")
            .with_json_body(&json!({"prompt": "PRIVATE-PROMPT"}));
        call.into_future().with_subscriber(recorder.clone()).await.unwrap_err();
        let seen = recorder.dump();
        assert!(!seen.contains("PRIVATE") && !seen.contains(KEY), "{seen}");
        assert!(seen.contains("/x"), "something was seen: {seen}");
    }
}

#[tokio::test]
async fn a_model_in_flight_out_is_warned_of_once() {
    let headers = [
        ("x-venice-model-id", "old-model"),
        ("x-venice-model-deprecation-warning", "goes soon"),
        ("x-venice-model-deprecation-date", "2026-09-01"),
    ];
    let server = Server::answering([Answer::new(200, &headers, "{}")]);
    let recorder = Recorder::new();
    let client = once(&server);
    for _ in 0..3 {
        let call = client.clone().request::<Value>(Method::GET, "/x");
        call.into_future().with_subscriber(recorder.clone()).await.unwrap();
    }
    let events = recorder.events.lock().unwrap();
    let [(level, event)] = &events[..] else { panic!("{events:?}") };
    assert_eq!(*level, Level::WARN);
    assert_eq!((&*event["model"], &*event["date"]), ("old-model", "2026-09-01"));
}

#[tokio::test]
async fn a_spent_budget_is_a_warning() {
    let server = Server::answering([Answer::json(408, "{}")]);
    let recorder = Recorder::new();
    let policy = venice_ai::RetryPolicy::default().with_max_retries(50);
    let call = client(&server, &TestClock::without_jitter()).request::<Value>(Method::GET, "/x").with_retry(policy);
    call.into_future().with_subscriber(recorder.clone()).await.unwrap_err();
    let events = recorder.events.lock().unwrap();
    let (level, event) = events.last().unwrap();
    assert_eq!(*level, Level::WARN);
    assert!(event["retry_decision"].contains("failure_budget_exhausted"), "{event:?}");
}
