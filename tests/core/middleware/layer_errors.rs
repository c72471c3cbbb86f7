//! Errors of layers, and what they say about the delivery of a request.

use std::error::Error as _;
use std::time::Duration;

use serde_json::{Value, json};
use tower::{ServiceBuilder, ServiceExt as _, service_fn};
use venice_ai::http::{HeaderValue, Method, Request, Response};
use venice_ai::middleware::{BoxError, HttpBody, HttpService};
use venice_ai::{Client, ClientBuilder, Delivery, Error, ErrorKind};

use crate::support::chat::{ANSWER, a_question};
use crate::support::{Answer, KEY, Server, TestClock, builder, nobody};

/// A client whose requests pass a function.
fn through<F>(
    builder: ClientBuilder,
    function: impl Fn(HttpService, Request<HttpBody>) -> F + Clone + Send + Sync + 'static,
) -> Client
where
    F: Future<Output = Result<Response<HttpBody>, BoxError>> + Send + 'static,
{
    let layer = tower::layer::layer_fn(move |inner: HttpService| {
        let function = function.clone();
        service_fn(move |request| function(inner.clone(), request))
    });
    builder.clock(TestClock::without_jitter()).layer(layer).build().unwrap()
}

/// The same request for a second call of the service.
fn copied(request: Request<HttpBody>) -> (Request<HttpBody>, Request<HttpBody>) {
    let (parts, body) = request.into_parts();
    let bytes = body.as_bytes().unwrap_or_default().to_vec();
    let copy = Request::from_parts(parts.clone(), HttpBody::from(bytes.clone()));
    (Request::from_parts(parts, HttpBody::from(bytes)), copy)
}

/// The error of a layer around another one.
#[derive(Debug)]
struct Wrapped(BoxError);

impl std::fmt::Display for Wrapped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the circuit is open")
    }
}

impl std::error::Error for Wrapped {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&*self.0)
    }
}

fn unreachable() -> ClientBuilder {
    Client::builder().api_key(KEY).base_url(format!("http://{}", nobody())).no_proxy()
}

#[tokio::test]
async fn an_error_of_a_layer_that_sent_nothing_is_not_sent_and_keeps_its_source() {
    let server = Server::answering([ANSWER.into()]);
    let venice = through(builder(&server), |_, _| async { Err("the circuit is open".into()) });
    let error = venice.chat().create(a_question()).await.unwrap_err();
    assert_eq!((error.kind(), error.delivery(), error.attempts()), (ErrorKind::Middleware, Delivery::NotSent, 1));
    assert!(error.to_string().contains("a layer failed: the circuit is open"), "{error}");
    assert_eq!(error.source().unwrap().to_string(), "the circuit is open");
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn an_error_of_a_layer_after_a_request_leaves_its_delivery_open() {
    let server = Server::answering([ANSWER.into()]);
    let venice = through(builder(&server), |inner, request| async move {
        inner.oneshot(request).await?;
        Err("the cache is full".into())
    });
    let error = venice.chat().create(a_question()).await.unwrap_err();
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::Middleware, Delivery::Unknown));
    assert_eq!(server.count(), 1, "it is not sent again");
}

#[tokio::test]
async fn a_transport_error_keeps_its_kind_and_delivery_through_layers() {
    let plain = through(unreachable(), |inner, request| async move { inner.oneshot(request).await });
    let wrapping = through(unreachable(), |inner, request| async move {
        inner.oneshot(request).await.map_err(|error| Wrapped(error).into())
    });
    for venice in [plain, wrapping] {
        let error = venice.chat().create(a_question()).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.delivery(), error.attempts()),
            (ErrorKind::Connect, Delivery::NotSent, 3),
            "{error}"
        );
    }
    let server = Server::start(|_, _| Answer::nothing());
    let wrapping = through(builder(&server), |inner, request| async move {
        inner.oneshot(request).await.map_err(|error| Wrapped(error).into())
    });
    let error = wrapping.chat().create(a_question()).await.unwrap_err();
    assert_eq!((error.kind(), error.delivery(), server.count()), (ErrorKind::Transport, Delivery::Unknown, 1));
    assert!(error.source().unwrap().is::<Wrapped>(), "the error of the layer is the source");
    let listed = wrapping.api_keys().list().await.unwrap_err();
    assert_eq!(listed.attempts(), 3, "reads are retried as ever");
}

#[tokio::test]
async fn layers_see_the_error_of_the_sdk() {
    let venice = through(unreachable(), |inner, request| async move {
        let error = inner.oneshot(request).await.unwrap_err();
        assert_eq!(error.downcast_ref::<Error>().unwrap().kind(), ErrorKind::Connect);
        Err(error)
    });
    assert_eq!(venice.chat().create(a_question()).await.unwrap_err().kind(), ErrorKind::Connect);
}

#[tokio::test]
async fn a_time_out_of_a_layer_counts_what_was_sent() {
    let server = Server::start(|_, _| Answer::silence());
    let layers = ServiceBuilder::new().timeout(Duration::from_millis(500));
    let venice = builder(&server).layer(layers).build().unwrap();
    let error = venice.chat().create(a_question()).await.unwrap_err();
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::Middleware, Delivery::Unknown));
    assert!(error.source().unwrap().is::<tower::timeout::error::Elapsed>());
    // A layer that is never ready has sent nothing.
    let semaphore = std::sync::Arc::new(tokio::sync::Semaphore::new(0));
    let full = tower::limit::GlobalConcurrencyLimitLayer::with_semaphore(semaphore);
    let venice = builder(&server).layer(full).build().unwrap();
    let error = venice.chat().create(a_question()).with_timeout(Duration::from_millis(30)).await.unwrap_err();
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::Timeout, Delivery::NotSent));
    assert!(server.count() <= 1, "nothing of the second call");
}

#[tokio::test]
async fn a_panic_of_a_layer_is_an_error_of_the_call() {
    let server = Server::answering([ANSWER.into()]);
    let before = through(builder(&server), |_, _| async { panic!("no luck") });
    let error = before.chat().create(a_question()).await.unwrap_err();
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::Middleware, Delivery::NotSent));
    assert!(error.to_string().contains("a layer panicked: no luck"), "{error}");
    let at_once = through(builder(&server), |_, request: Request<HttpBody>| {
        assert!(request.body().as_bytes().is_none(), "no luck at once");
        async { unreachable!() }
    });
    assert!(at_once.chat().create(a_question()).await.unwrap_err().to_string().contains("no luck at once"));
    let in_body = through(builder(&server), |inner, request| async move {
        let response = inner.oneshot(request).await?;
        let body = http_body_util::BodyExt::map_frame(response.into_body(), |_| panic!("no luck within"));
        Ok(Response::new(HttpBody::new(body)))
    });
    let error = in_body.chat().create(a_question()).await.unwrap_err();
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::Transport, Delivery::Unknown));
    assert!(error.to_string().contains("the body of a layer panicked: no luck within"), "{error}");
}

#[tokio::test]
async fn what_no_layer_may_change_is_rejected_before_it_is_sent() {
    type Change = fn(&mut Request<HttpBody>);
    let changes: [(Change, &str); 6] = [
        (|request| *request.uri_mut() = "http://other.example/x".parse().unwrap(), "changed the host"),
        (|request| drop(request.headers_mut().insert("host", HeaderValue::from_static("x"))), "set `host`"),
        (
            |request| drop(request.headers_mut().insert("content-length", HeaderValue::from_static("0"))),
            "set `content-length`",
        ),
        (
            |request| drop(request.headers_mut().insert("authorization", HeaderValue::from_static("Bearer other"))),
            "changed `authorization`",
        ),
        (|request| drop(request.headers_mut().remove("authorization")), "changed `authorization`"),
        (|request| request.extensions_mut().clear(), "removed the extensions"),
    ];
    let server = Server::answering([ANSWER.into()]);
    for (change, text) in changes {
        let venice = through(builder(&server), move |inner, mut request| {
            change(&mut request);
            inner.oneshot(request)
        });
        let error = venice.chat().create(a_question()).await.unwrap_err();
        assert_eq!((error.kind(), error.delivery()), (ErrorKind::Middleware, Delivery::NotSent), "{error}");
        assert!(error.to_string().contains(text) && !error.to_string().contains(KEY), "{error}");
    }
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn a_header_of_a_layer_is_kept_out_of_errors_that_echo_it() {
    let server = Server::answering([Answer::json(422, &json!({"error": "bad token swordfish-4711"}).to_string())]);
    let venice = through(builder(&server), |inner, mut request| {
        request.headers_mut().insert("x-gateway-token", HeaderValue::from_static("swordfish-4711"));
        inner.oneshot(request)
    });
    let error = venice.chat().create(a_question()).await.unwrap_err();
    assert!(!format!("{error} {error:?}").contains("swordfish"), "{error}");
}

#[tokio::test]
async fn a_layer_cannot_repeat_a_paid_request_that_may_have_been_executed() {
    let repeating = |inner: HttpService, request| async move {
        let (first, second) = copied(request);
        match inner.clone().oneshot(first).await {
            Ok(response) if response.status().is_success() => Ok(response),
            _ => inner.oneshot(second).await,
        }
    };
    for (answer, count) in [(Answer::nothing(), 1), (Answer::json(500, r#"{"error": "x"}"#), 1)] {
        let server = Server::answering([answer, ANSWER.into()]);
        let error = through(builder(&server), repeating).chat().create(a_question()).await.unwrap_err();
        assert_eq!((error.kind(), error.delivery()), (ErrorKind::Middleware, Delivery::Unknown), "{error}");
        assert!(error.to_string().contains("may have been executed and charged"), "{error}");
        assert_eq!(server.count(), count);
    }
    let rejected = Server::answering([Answer::json(429, r#"{"error": "slow down"}"#), ANSWER.into()]);
    through(builder(&rejected), repeating).chat().create(a_question()).await.unwrap();
    assert_eq!(rejected.count(), 2, "a rejected request may be repeated");
    let read = Server::answering([Answer::nothing(), Answer::json(200, r#"{"data": []}"#)]);
    through(builder(&read), repeating).api_keys().list().await.unwrap();
    assert_eq!(read.count(), 2, "a read may be repeated, too");
    let unknown = Server::answering([Answer::nothing(), Answer::json(200, "{}")]);
    let call = through(builder(&unknown), repeating).request::<Value>(Method::POST, "/x");
    assert_eq!((call.await.unwrap_err().kind(), unknown.count()), (ErrorKind::Middleware, 1), "it may cost something");
}

#[tokio::test]
async fn a_reply_that_a_layer_hides_is_still_counted() {
    let server = Server::start(|_, _| ANSWER.into());
    let venice = through(builder(&server), |inner, request| async move {
        inner.oneshot(request).await?;
        let mut busy = Response::new(HttpBody::from(r#"{"error": "busy"}"#));
        *busy.status_mut() = venice_ai::http::StatusCode::TOO_MANY_REQUESTS;
        Ok(busy)
    });
    let error = venice.chat().create(a_question()).await.unwrap_err();
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::RateLimited, Delivery::Unknown));
    assert_eq!(server.count(), 1, "a paid request is not sent again");
}
