//! The span of a call.

use std::sync::{Arc, Mutex};

use opentelemetry::Context;
use opentelemetry::trace::{FutureExt, SpanContext, SpanKind, Status, TraceContextExt, Tracer, TracerProvider};
use serde_json::Value;
use venice_ai::http::Method;
#[cfg(feature = "middleware")]
use venice_ai::middleware::{AttemptRequest, BoxError, Interceptor};
use venice_ai::types::{
    ChatCompletionRequest, CreateEmbeddingRequest, CreateSpeechRequest, GenerateImageRequest, JsonRpcRequest,
};

use super::{Recorded, assert_has, named, texts};
use crate::support::chat::{TEXT, a_question};
use crate::support::{Answer, KEY, Server, TestClock, builder};

#[tokio::test]
async fn a_chat_is_a_span_with_its_model_tokens_and_cost() {
    let headers = [("content-type", "application/json"), ("cf-ray", "8c-AMS")];
    let server = Server::answering([Answer::new(200, &headers, TEXT)]);
    let recorded = Recorded::new();
    recorded.builder(&server).build().unwrap().chat().create(a_question()).await.unwrap();
    let span = recorded.span();
    assert_eq!((&*span.name, &span.span_kind, &span.status), ("chat default", &SpanKind::Client, &Status::Unset));
    assert_eq!(
        (span.instrumentation_scope.name(), span.instrumentation_scope.version()),
        ("venice-ai", Some(env!("CARGO_PKG_VERSION")))
    );
    let attributes = named(&span.attributes);
    assert_has(
        &attributes,
        [
            ("gen_ai.operation.name", "chat".into()),
            ("gen_ai.provider.name", "venice".into()),
            ("gen_ai.request.model", "default".into()),
            ("gen_ai.response.id", "chatcmpl-6b0f2f5e7a".into()),
            ("gen_ai.response.model", "qwen3-235b".into()),
            ("gen_ai.response.finish_reasons", texts(&["stop"])),
            ("gen_ai.usage.input_tokens", 1210.into()),
            ("gen_ai.usage.output_tokens", 9.into()),
            ("gen_ai.usage.cache_read.input_tokens", 1024.into()),
            ("gen_ai.usage.cache_write.input_tokens", 0.into()),
            ("gen_ai.usage.reasoning.output_tokens", 0.into()),
            ("venice.cost.usd", 0.000_188_25.into()),
            ("venice.cost.diem", 0.0.into()),
            ("http.request.method", "POST".into()),
            ("http.response.status_code", 200.into()),
            ("url.template", "/chat/completions".into()),
            ("server.address", "127.0.0.1".into()),
            ("server.port", i64::from(server.address().port()).into()),
            ("venice.operation", "createChatCompletion".into()),
            ("venice.attempt", 1.into()),
            ("venice.request_id", "8c-AMS".into()),
        ],
    );
    for absent in ["error.type", "gen_ai.request.stream", "http.request.resend_count", "venice.cancelled"] {
        assert!(!attributes.contains_key(absent), "{absent}");
    }
}

#[tokio::test]
async fn parameters_of_the_request_have_the_types_of_the_conventions() {
    let server = Server::answering([Answer::from(TEXT)]);
    let recorded = Recorded::new();
    let request = a_question()
        .temperature(1.0)
        .top_p(0.5)
        .top_k(40)
        .frequency_penalty(0.25)
        .presence_penalty(-1.0)
        .max_completion_tokens(200)
        .seed(7)
        .n(2)
        .stop(["END", "STOP"].map(String::from).to_vec());
    let call = recorded.builder(&server).build().unwrap().chat().create(request);
    call.with_extra_body("reasoning_effort", "high")
        .with_extra_body("response_format", serde_json::json!({"type": "json_object"}))
        .await
        .unwrap();
    assert_has(
        &named(&recorded.span().attributes),
        [
            ("gen_ai.request.temperature", 1.0.into()),
            ("gen_ai.request.top_p", 0.5.into()),
            ("gen_ai.request.top_k", 40.into()),
            ("gen_ai.request.frequency_penalty", 0.25.into()),
            ("gen_ai.request.presence_penalty", (-1.0).into()),
            ("gen_ai.request.max_tokens", 200.into()),
            ("gen_ai.request.seed", 7.into()),
            ("gen_ai.request.choice.count", 2.into()),
            ("gen_ai.request.stop_sequences", texts(&["END", "STOP"])),
            ("gen_ai.request.reasoning.level", "high".into()),
            ("gen_ai.output.type", "json".into()),
        ],
    );
}

#[tokio::test]
async fn other_operations_that_run_a_model_are_named_by_the_conventions() {
    let server = Server::start(|_, request| match request.target.trim_start_matches("/api/v1") {
        "/embeddings" => Answer::from(
            r#"{"model": "reader", "data": [{"index": 0, "embedding": [1.0]}], "usage": {"prompt_tokens": 3, "total_tokens": 3}}"#,
        ),
        "/image/generate" => Answer::from(r#"{"id": "i-1", "images": ["AAAA"]}"#),
        _ => Answer::new(200, &[("content-type", "audio/mpeg")], "sound"),
    });
    let recorded = Recorded::new();
    let venice = recorded.builder(&server).build().unwrap();
    let embedding = CreateEmbeddingRequest::new("reader", "Hi").dimensions(1);
    venice.embeddings().create(embedding).await.unwrap();
    venice.images().generate(GenerateImageRequest::new("painter", "x").variants(2)).await.unwrap();
    venice.audio().speech(CreateSpeechRequest::new("speaker", "x")).await.unwrap().bytes().await.unwrap();
    let spans = recorded.spans();
    let names: Vec<&str> = spans.iter().map(|span| &*span.name).collect();
    assert_eq!(names, ["embeddings reader", "generate_content painter", "generate_content speaker"]);
    let attributes: Vec<_> = spans.iter().map(|span| named(&span.attributes)).collect();
    assert_has(
        &attributes[0],
        [("gen_ai.embeddings.dimension.count", 1.into()), ("gen_ai.usage.input_tokens", 3.into())],
    );
    assert_has(
        &attributes[1],
        [
            ("gen_ai.output.type", "image".into()),
            ("gen_ai.request.choice.count", 2.into()),
            ("gen_ai.response.id", "i-1".into()),
        ],
    );
    assert_has(&attributes[2], [("gen_ai.output.type", "speech".into()), ("http.response.status_code", 200.into())]);
}

#[tokio::test]
async fn a_call_that_runs_no_model_is_an_http_span() {
    let headers = [("x-venice-rpc-credits", "20"), ("x-venice-rpc-cost-usd", "0.000014")];
    let on_chain = Answer::new(200, &headers, r#"{"jsonrpc": "2.0", "id": 1, "result": "0x1"}"#);
    let server = Server::answering([Answer::from("{}"), on_chain]);
    let recorded = Recorded::new();
    let venice = recorded.builder(&server).build().unwrap();
    venice.request::<Value>(Method::GET, "/brand/new?q=PRIVATE").await.unwrap();
    venice.raw().crypto_rpc_proxy("base-mainnet", &JsonRpcRequest::new("eth_chainId").into(), None).await.unwrap();
    let spans = recorded.spans();
    let names: Vec<&str> = spans.iter().map(|span| &*span.name).collect();
    assert_eq!(names, ["GET", "POST /crypto/rpc/{network}"]);
    let [first, second] = [&spans[0], &spans[1]].map(|span| named(&span.attributes));
    assert_has(&first, [("http.request.method", "GET".into()), ("venice.operation", "GET /brand/new".into())]);
    assert!(!first.contains_key("gen_ai.provider.name") && !first.contains_key("url.template"));
    assert_has(&second, [("venice.cost.credits", 20.into()), ("venice.cost.usd", 0.000_014.into())]);
    assert!(recorded.measured().is_empty());
    assert!(!recorded.dump().contains("PRIVATE") && !recorded.dump().contains("base-mainnet"));
}

#[tokio::test]
async fn retries_are_events_of_one_span() {
    let failure = Answer::json(429, r#"{"error": "slow down"}"#);
    let server = Server::answering([failure.clone(), failure, Answer::from(TEXT)]);
    let recorded = Recorded::new();
    let clock = TestClock::without_jitter();
    let venice = builder(&server).clock(clock).opentelemetry(recorded.telemetry()).build().unwrap();
    venice.chat().create(a_question()).await.unwrap();
    let span = recorded.span();
    assert_eq!(span.status, Status::Unset);
    let attributes = named(&span.attributes);
    assert_has(&attributes, [("http.request.resend_count", 2.into()), ("venice.attempt", 3.into())]);
    assert_eq!(span.events.len(), 2);
    for event in span.events.iter() {
        assert_eq!(event.name, "venice.retry");
        let attributes = named(&event.attributes);
        assert_has(&attributes, [("error.type", "429".into()), ("http.response.status_code", 429.into())]);
        assert!(matches!(attributes["venice.retry.pause"], opentelemetry::Value::F64(_)));
    }
}

#[tokio::test]
async fn a_failure_is_the_status_of_the_span() {
    let nothing = Answer::json(404, r#"{"error": "PRIVATE nothing"}"#);
    for (answer, error_type) in
        [(nothing, "404"), (Answer::from("no json"), "Decode"), (Answer::nothing(), "Transport")]
    {
        let server = Server::answering([answer]);
        let recorded = Recorded::new();
        recorded.builder(&server).build().unwrap().chat().create(a_question()).await.unwrap_err();
        let span = recorded.span();
        assert_eq!(span.status, Status::error(""));
        assert_has(&named(&span.attributes), [("error.type", error_type.into())]);
        assert!(!recorded.dump().contains("PRIVATE") && !recorded.dump().contains(KEY));
    }
}

#[tokio::test]
async fn a_call_that_is_dropped_ends_its_span_as_cancelled() {
    let server = Server::answering([Answer::silence()]);
    let recorded = Recorded::new();
    let venice = recorded.builder(&server).build().unwrap();
    let mut call = Box::pin(venice.chat().create(a_question()).into_future());
    server.until_asked(1, async || (&mut call).await).await;
    assert!(recorded.spans().is_empty());
    drop(call);
    let span = recorded.span();
    assert_eq!(span.status, Status::Unset);
    let attributes = named(&span.attributes);
    assert_has(&attributes, [("venice.cancelled", true.into())]);
    assert!(!attributes.contains_key("error.type"));
}

/// Notes the current span of the program.
#[cfg(feature = "middleware")]
struct Current(Arc<Mutex<Option<SpanContext>>>);

#[cfg(feature = "middleware")]
impl Interceptor for Current {
    async fn before_attempt(&self, _: &mut AttemptRequest) -> Result<(), BoxError> {
        *self.0.lock().unwrap() = Some(Context::current().span().span_context().clone());
        Ok(())
    }
}

#[cfg(feature = "middleware")]
#[tokio::test]
async fn its_parent_is_the_current_span_and_it_is_current_for_middleware() {
    let server = Server::answering([Answer::from(TEXT)]);
    let recorded = Recorded::new();
    let current = Arc::default();
    let venice = recorded.builder(&server).interceptor(Current(Arc::clone(&current))).build().unwrap();
    let parent = Context::current_with_span(recorded.tracer.tracer("program").start("question"));
    let id = parent.span().span_context().clone();
    venice.chat().create(a_question()).into_future().with_context(parent).await.unwrap();
    let spans = recorded.spans();
    let call = spans.iter().find(|span| span.name == "chat default").unwrap();
    assert_eq!((call.parent_span_id, call.span_context.trace_id()), (id.span_id(), id.trace_id()));
    assert_eq!(current.lock().unwrap().as_ref(), Some(&call.span_context));
    assert!(!Context::current().has_active_span());
}

#[tokio::test]
async fn a_request_that_is_invalid_has_no_span() {
    let server = Server::answering([Answer::from(TEXT)]);
    let recorded = Recorded::new();
    let venice = recorded.builder(&server).build().unwrap();
    venice.chat().create(ChatCompletionRequest::new("", ["x"])).await.unwrap_err();
    assert!(recorded.spans().is_empty() && server.count() == 0);
}

#[tokio::test]
async fn without_providers_nothing_changes() {
    use venice_ai::otel::OpenTelemetry;

    let server = Server::answering([Answer::from(TEXT)]);
    let venice = builder(&server).opentelemetry(OpenTelemetry::new().with_content(true)).build().unwrap();
    venice.chat().create(a_question()).await.unwrap();
}
