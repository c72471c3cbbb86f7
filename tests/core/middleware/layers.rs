//! Layers of `tower` around a request.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value, json};
use tower::limit::ConcurrencyLimitLayer;
use tower::{ServiceBuilder, ServiceExt as _, service_fn};
use tower_http::map_response_body::MapResponseBodyLayer;
use tower_http::set_header::SetRequestHeaderLayer;
use tower_http::trace::TraceLayer;
use venice_ai::http::{HeaderName, HeaderValue, Request, Response};
use venice_ai::middleware::{AttemptInfo, BoxError, HttpBody, HttpService};
use venice_ai::types::CreateTranscriptionRequest;
use venice_ai::{Client, RetryPolicy, Upload};

use super::Seen;
use crate::support::chat::{ANSWER, DIALECT_A, a_question, streamed};
use crate::support::{Answer, Gate, KEY, PATIENCE, Server, TestClock, builder};

/// A layer that notes what passes it.
fn noting(
    name: &'static str,
    seen: &Seen,
) -> impl tower::Layer<HttpService, Service = Noting> + Clone + Send + Sync + 'static {
    let seen = seen.clone();
    tower::layer::layer_fn(move |inner| Noting { name, seen: seen.clone(), inner })
}

#[derive(Clone)]
struct Noting {
    name: &'static str,
    seen: Seen,
    inner: HttpService,
}

impl tower::Service<Request<HttpBody>> for Noting {
    type Response = Response<HttpBody>;
    type Error = BoxError;
    type Future = venice_ai::middleware::HttpResponseFuture;

    fn poll_ready(&mut self, cx: &mut std::task::Context<'_>) -> std::task::Poll<Result<(), BoxError>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<HttpBody>) -> Self::Future {
        let info: &AttemptInfo = request.extensions().get().unwrap();
        self.seen.note(format!("{} {} {}", self.name, info.operation(), info.attempt()));
        let (name, seen, sending) = (self.name, self.seen.clone(), self.inner.call(request));
        Box::pin(async move {
            let response = sending.await?;
            seen.note(format!("{name} {}", response.status().as_u16()));
            Ok(response)
        })
    }
}

#[tokio::test]
async fn a_layer_is_below_retries_and_the_first_one_is_outermost() {
    let server = Server::answering([Answer::json(503, r#"{"error": "busy"}"#), ANSWER.into()]);
    let seen = Seen::default();
    let interceptor = super::Noting { name: "i", seen: seen.clone() };
    let builder = builder(&server).clock(TestClock::without_jitter());
    let builder = builder.layer(noting("a", &seen)).layer(noting("b", &seen)).interceptor(interceptor);
    builder.build().unwrap().chat().create(a_question()).await.unwrap();
    let lines = seen.take();
    let first = [
        "i before createChatCompletion 1",
        "a createChatCompletion 1",
        "b createChatCompletion 1",
        "b 503",
        "a 503",
        "i headers 1 503",
    ];
    assert_eq!(lines[..6], first);
    assert_eq!(lines[7..9], ["i before createChatCompletion 2", "a createChatCompletion 2"]);
}

#[tokio::test]
async fn layers_of_tower_and_tower_http_work_together() {
    let server = Server::answering([ANSWER.into(), streamed([DIALECT_A.as_bytes()])]);
    let team = SetRequestHeaderLayer::overriding(HeaderName::from_static("x-team"), HeaderValue::from_static("search"));
    let layers = ServiceBuilder::new()
        .layer(TraceLayer::new_for_http())
        .concurrency_limit(2)
        .load_shed()
        .timeout(PATIENCE)
        .layer(team)
        .layer(MapResponseBodyLayer::new(http_body_util::combinators::UnsyncBoxBody::new));
    let venice = builder(&server).layer(layers).build().unwrap();
    assert_eq!(venice.chat().create(a_question()).await.unwrap().text(), "At noon.");
    let mut stream = venice.chat().stream(a_question()).await.unwrap();
    let mut text = String::new();
    while let Some(chunk) = stream.next().await {
        text.extend(chunk.unwrap().choices.into_iter().filter_map(|choice| choice.delta.content));
    }
    assert!(!text.is_empty());
    assert!(server.requests().iter().all(|request| request.header("x-team") == Some("search")));
}

#[tokio::test]
async fn a_limit_of_a_layer_holds_for_clones_and_other_keys() {
    let gate = Gate::default();
    let until = gate.clone();
    let server = Server::start(move |_, _| Answer::default().until(&until).then(ANSWER.into()));
    let seen = Seen::default();
    let limited = builder(&server).layer(ConcurrencyLimitLayer::new(1)).layer(noting("sent", &seen));
    let venice = limited.build().unwrap();
    let calls: Vec<_> = [venice.clone(), venice.with_api_key("vk-tenant")]
        .into_iter()
        .map(|venice| tokio::spawn(async move { venice.chat().create(a_question()).await }))
        .collect();
    while server.count() == 0 {
        tokio::task::yield_now().await;
    }
    // Time enough for the other call to pass a limit that does not hold.
    tokio::time::sleep(Duration::from_millis(50)).await;
    gate.open();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    let one_after_the_other = ["sent createChatCompletion 1", "sent 200"].repeat(2);
    assert_eq!(seen.take(), one_after_the_other);
}

#[tokio::test]
async fn a_layer_replaces_bodies_of_requests_and_of_replies() {
    let server = Server::start(|_, request| Answer::json(200, &json!({"received": request.json()}).to_string()));
    let layer = tower::layer::layer_fn(|inner: HttpService| {
        inner.map_request(|request: Request<HttpBody>| {
            let body: Value = serde_json::from_slice(request.body().as_bytes().unwrap()).unwrap();
            request.map(|_| HttpBody::from(json!({"wrapped": body}).to_string()))
        })
    });
    let swap = tower::layer::layer_fn(|inner: HttpService| {
        inner.map_response(|response: Response<HttpBody>| response.map(|_| HttpBody::from(r#"{"swapped": true}"#)))
    });
    let call = |venice: Client| async move {
        let call = venice.request::<Value>(venice_ai::http::Method::POST, "/x").with_json_body(&json!({"a": 1}));
        call.await.unwrap()
    };
    let wrapping = builder(&server).layer(layer).build().unwrap();
    assert_eq!(call(wrapping).await, json!({"received": {"wrapped": {"a": 1}}}));
    let swapping = builder(&server).layer(swap).build().unwrap();
    assert_eq!(call(swapping).await, json!({"swapped": true}));
}

#[tokio::test]
async fn a_form_passes_a_layer_as_a_stream() {
    let server = Server::answering([r#"{"text": "high water"}"#.into()]);
    let seen = Seen::default();
    let noted = seen.clone();
    let layer = tower::layer::layer_fn(move |inner: HttpService| {
        let noted = noted.clone();
        inner.map_request(move |request: Request<HttpBody>| {
            noted.note(format!("{:?}", request.body().as_bytes()));
            request
        })
    });
    let venice = builder(&server).layer(layer).build().unwrap();
    let sound = Upload::bytes("tide.wav", vec![7; 300_000]);
    let request = CreateTranscriptionRequest::new("openai/whisper-large-v3", sound);
    venice.audio().transcribe(request).with_validation(false).await.unwrap();
    assert_eq!(seen.take(), ["None"]);
    let sent = server.requests().remove(0);
    assert_eq!(sent.header("content-length").unwrap().parse(), Ok(sent.body.len()), "the length is still known");
    assert!(sent.body.windows(300_000).any(|window| window.iter().all(|byte| *byte == 7)));
}

#[tokio::test]
async fn a_stream_arrives_through_a_layer_piece_by_piece() {
    let gate = Gate::default();
    let (beginning, rest) = DIALECT_A.as_bytes().split_at(400);
    let head = Answer::head(200, &[("content-type", "text/event-stream"), ("transfer-encoding", "chunked")]);
    let server = Server::answering([head.chunk(beginning).until(&gate).chunk(rest).send("0\r\n\r\n")]);
    let map = MapResponseBodyLayer::new(http_body_util::combinators::UnsyncBoxBody::new);
    let venice = builder(&server).layer(map).build().unwrap();
    let mut stream = venice.chat().stream(a_question()).await.unwrap();
    tokio::time::timeout(PATIENCE, stream.next()).await.expect("it waits for the whole body").unwrap().unwrap();
    gate.open();
    while let Some(part) = stream.next().await {
        part.unwrap();
    }
}

#[tokio::test]
async fn a_layer_may_answer_without_sending() {
    let server = Server::answering([ANSWER.into()]);
    let layer = tower::layer::layer_fn(|_: HttpService| {
        service_fn(|_: Request<HttpBody>| async { Ok::<_, BoxError>(Response::new(HttpBody::from(ANSWER))) })
    });
    let venice = builder(&server).layer(layer).build().unwrap();
    assert_eq!(venice.chat().create(a_question()).await.unwrap().text(), "At noon.");
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn layers_see_each_redirect_and_the_key() {
    let server = Server::start(|number, _| match number {
        0 => Answer::redirect(307, "/api/v1/elsewhere"),
        _ => Answer::json(200, "{}"),
    });
    let seen = Seen::default();
    let noted = seen.clone();
    let layer = tower::layer::layer_fn(move |inner: HttpService| {
        let noted = noted.clone();
        inner.map_request(move |request: Request<HttpBody>| {
            noted.note(format!("{} {:?}", request.uri().path(), request.headers()["authorization"].to_str().unwrap()));
            request
        })
    });
    let venice = builder(&server).layer(layer).build().unwrap();
    venice.request::<Value>(venice_ai::http::Method::GET, "/here").await.unwrap();
    let key = format!("\"Bearer {KEY}\"");
    assert_eq!(seen.take(), [format!("/api/v1/here {key}"), format!("/api/v1/elsewhere {key}")]);
}

#[cfg(feature = "jobs")]
#[tokio::test]
async fn other_hosts_get_nothing_of_middleware() {
    let elsewhere = Server::start(|_, _| Answer::new(200, &[("content-type", "video/mp4")], b"film"));
    let url = elsewhere.url("/film.mp4?signature=s3cr3t");
    let server = Server::start(move |_, request| match request.target.ends_with("/video/queue") {
        true => json!({"model": "wan", "queue_id": "q1", "download_url": url}).to_string().into(),
        false => json!({"status": "COMPLETED"}).to_string().into(),
    });
    let seen = Seen::default();
    let team = SetRequestHeaderLayer::overriding(HeaderName::from_static("x-team"), HeaderValue::from_static("search"));
    let builder = builder(&server).clock(TestClock::without_jitter()).layer(team);
    let venice = builder.interceptor(super::Noting { name: "a", seen: seen.clone() }).build().unwrap();
    let request = venice_ai::types::QueueVideoRequest::new("wan").prompt("fog").duration("5s");
    let job = venice.video().queue(request).await.unwrap();
    let film = venice.job(job).wait().await.unwrap();
    assert_eq!(film.bytes().await.unwrap(), Bytes::from_static(b"film"));
    assert!(server.requests().iter().all(|request| request.header("x-team") == Some("search")));
    let download = elsewhere.requests().remove(0);
    assert_eq!((download.header("x-team"), download.header("authorization")), (None, None));
    assert!(!seen.take().iter().any(|line| line.contains("download")));
}

#[cfg(feature = "blocking")]
#[test]
fn blocking_calls_pass_the_same_layers() {
    let server = Server::start(|_, _| ANSWER.into());
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    let layer = tower::layer::layer_fn(move |inner: HttpService| {
        let counted = Arc::clone(&counted);
        inner.map_request(move |request: Request<HttpBody>| {
            counted.fetch_add(1, Ordering::SeqCst);
            request
        })
    });
    let venice = builder(&server).retry(RetryPolicy::disabled()).timeout(Duration::from_secs(20)).layer(layer);
    let venice = venice.build().unwrap();
    venice.chat().create(a_question()).send_blocking().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(venice.chat().create(a_question()).into_future()).unwrap();
    assert_eq!(count.load(Ordering::SeqCst), 2);
}
