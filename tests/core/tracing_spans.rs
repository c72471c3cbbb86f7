//! Spans and events of a call.

use serde_json::{Value, json};
use tracing::Level;
use tracing::instrument::WithSubscriber;
use venice_ai::http::Method;
use venice_ai::types::ChatCompletionRequest;

use crate::support::chat::{DIALECT_A, TEXT, a_question, streamed};
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
        ("gen_ai.response.model", "llama-3.3-70b"),
        ("venice.operation", "GET /models"),
        ("venice.attempt", "1"),
        ("venice.request_id", "8c-AMS"),
    ] {
        assert_eq!(span.get(field).map(String::as_str), Some(value), "{field}: {span:?}");
    }
    assert!(span["venice.duration_ms"].parse::<u64>().is_ok());
    for absent in ["error.type", "http.request.resend_count", "gen_ai.provider.name", "venice.cancelled"] {
        assert!(!span.contains_key(absent), "{absent}");
    }
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
        ("otel.name", "chat llama-3.3-70b"),
        ("gen_ai.provider.name", "venice"),
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
async fn a_span_has_the_parameters_the_tokens_and_the_cost_of_a_chat_as_numbers() {
    let server = Server::answering([Answer::from(TEXT)]);
    let recorder = Recorder::new();
    let request = a_question().temperature(1.0).max_completion_tokens(200).stop(vec!["END".to_owned()]);
    let call = once(&server).chat().create(request);
    call.into_future().with_subscriber(recorder.clone()).await.unwrap();
    let span = recorder.span(SPAN);
    let types = recorder.types.lock().unwrap();
    for (field, value, kind) in [
        ("gen_ai.request.temperature", "1.0", Some("f64")),
        ("gen_ai.request.max_tokens", "200", Some("i64")),
        ("gen_ai.request.stop_sequences", r#"["END"]"#, None),
        ("gen_ai.response.id", "chatcmpl-6b0f2f5e7a", None),
        ("gen_ai.response.model", "qwen3-235b", None),
        ("gen_ai.response.finish_reasons", r#"["stop"]"#, None),
        ("gen_ai.usage.input_tokens", "1210", Some("i64")),
        ("gen_ai.usage.output_tokens", "9", Some("i64")),
        ("gen_ai.usage.cache_read.input_tokens", "1024", Some("i64")),
        ("venice.cost.usd", "0.00018825", Some("f64")),
        ("http.response.status_code", "200", Some("i64")),
        ("venice.attempt", "1", Some("i64")),
    ] {
        assert_eq!(span.get(field).map(String::as_str), Some(value), "{field}: {span:?}");
        assert_eq!(types.get(field).copied(), kind, "{field}");
    }
    assert_eq!(types["server.port"], "i64");
    assert!(!recorder.dump().contains("high water"));
}

#[tokio::test]
async fn the_span_of_a_stream_lasts_until_it_was_read_or_dropped() {
    let end = "venice.duration_ms";
    for is_dropped in [false, true] {
        let server = Server::answering([streamed([DIALECT_A.as_bytes()])]);
        let recorder = Recorder::new();
        let call = once(&server).chat().stream(a_question());
        let mut stream = call.into_future().with_subscriber(recorder.clone()).await.unwrap();
        stream.next().await.unwrap().unwrap();
        assert!(!recorder.span(SPAN).contains_key(end));
        while !is_dropped && stream.next().await.is_some() {}
        drop(stream);
        let span = recorder.span(SPAN);
        assert!(span.contains_key(end) && span.contains_key("gen_ai.response.time_to_first_chunk"), "{span:?}");
        let reason = if is_dropped { r#"["error"]"# } else { r#"["stop"]"# };
        assert_eq!(span["gen_ai.response.finish_reasons"], reason);
        assert_eq!(span.contains_key("venice.cancelled"), is_dropped);
        assert_eq!(span.get("gen_ai.usage.output_tokens").map(String::as_str), (!is_dropped).then_some("23"));
    }
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
