//! Interceptors before an attempt and after its headers.

use serde_json::{Value, json};
use venice_ai::http::Method;
use venice_ai::middleware::{AttemptInfo, AttemptRequest, BoxError, Interceptor, ReplyHead};
use venice_ai::types::CreateTranscriptionRequest;
use venice_ai::{Client, Delivery, ErrorKind, RetryPolicy, Upload};

use super::{Noting, Seen};
use crate::support::chat::{ANSWER, a_question};
use crate::support::{Answer, KEY, Server, TestClock, builder, nobody};

/// A client with hooks of a function before each attempt.
struct Before<F>(F);

impl<F: Fn(&mut AttemptRequest) -> Result<(), BoxError> + Send + Sync> Interceptor for Before<F> {
    async fn before_attempt(&self, attempt: &mut AttemptRequest) -> Result<(), BoxError> {
        (self.0)(attempt)
    }
}

fn before(
    server: &Server,
    hook: impl Fn(&mut AttemptRequest) -> Result<(), BoxError> + Send + Sync + 'static,
) -> Client {
    builder(server).retry(RetryPolicy::disabled()).interceptor(Before(hook)).build().unwrap()
}

#[tokio::test]
async fn each_attempt_passes_the_interceptors_in_order_and_its_reply_in_reverse() {
    let server = Server::answering([Answer::json(503, r#"{"error": "busy"}"#), ANSWER.into()]);
    let seen = Seen::default();
    let noting = |name| Noting { name, seen: seen.clone() };
    let builder = builder(&server).clock(TestClock::without_jitter());
    let venice = builder.interceptor(noting("a")).interceptor(noting("b")).build().unwrap();
    venice.chat().create(a_question()).await.unwrap();
    let bytes = ANSWER.len();
    assert_eq!(
        seen.take(),
        [
            "a before createChatCompletion 1".to_owned(),
            "b before createChatCompletion 1".to_owned(),
            "b headers 1 503".to_owned(),
            "a headers 1 503".to_owned(),
            "b end 1 failed overloaded".to_owned(),
            "a end 1 failed overloaded".to_owned(),
            "a before createChatCompletion 2".to_owned(),
            "b before createChatCompletion 2".to_owned(),
            "b headers 2 200".to_owned(),
            "a headers 2 200".to_owned(),
            format!("b end 2 complete {bytes}"),
            format!("a end 2 complete {bytes}"),
        ]
    );
}

#[tokio::test]
async fn an_interceptor_sees_the_request_and_sets_its_headers() {
    let server = Server::answering([ANSWER.into()]);
    let seen = Seen::default();
    let noted = seen.clone();
    let venice = before(&server, move |attempt| {
        let info = attempt.info();
        noted.note(format!("{} {}", info.method(), info.url().path()));
        noted.note(attempt.headers()["authorization"].to_str()?);
        let body: Value = serde_json::from_slice(attempt.body().ok_or("no body")?)?;
        noted.note(body["model"].to_string());
        attempt.set_header("x-trace", "4bf92f3577b34da6")?;
        attempt.remove_header(&venice_ai::http::HeaderName::from_static("user-agent"))?;
        Ok(())
    });
    venice.chat().create(a_question()).await.unwrap();
    assert_eq!(seen.take(), ["POST /api/v1/chat/completions", &format!("Bearer {KEY}"), "\"default\""]);
    let sent = server.requests().remove(0);
    assert_eq!((sent.header("x-trace"), sent.header("user-agent")), (Some("4bf92f3577b34da6"), None));
}

#[tokio::test]
async fn a_form_is_not_in_memory() {
    let server = Server::answering([r#"{"text": "high water"}"#.into()]);
    let seen = Seen::default();
    let noted = seen.clone();
    let venice = before(&server, move |attempt| {
        noted.note(format!("{:?}", attempt.body()));
        Ok(())
    });
    let wave = Upload::bytes("tide.wav", include_bytes!("../../fixtures/replies/chat_text.json").to_vec());
    let call = venice.audio().transcribe(CreateTranscriptionRequest::new("openai/whisper-large-v3", wave));
    call.with_validation(false).await.unwrap();
    assert_eq!(seen.take(), ["None"]);
}

#[tokio::test]
async fn headers_of_the_connection_and_of_the_authentication_cannot_be_set() {
    let server = Server::answering([ANSWER.into()]);
    let names = [
        "host",
        "Content-Length",
        "transfer-encoding",
        "connection",
        "authorization",
        "sign-in-with-x",
        "payment-signature",
    ];
    for name in names {
        let venice = before(&server, move |attempt| Ok(attempt.set_header(name, "x")?));
        let error = venice.chat().create(a_question()).await.unwrap_err();
        assert_eq!((error.kind(), error.delivery()), (ErrorKind::Middleware, Delivery::NotSent), "{name}");
        assert!(error.to_string().to_lowercase().contains(&name.to_lowercase()), "{error}");
    }
    let name = venice_ai::http::HeaderName::from_static("authorization");
    let venice = before(&server, move |attempt| attempt.remove_header(&name).map(drop).map_err(Into::into));
    assert_eq!(venice.chat().create(a_question()).await.unwrap_err().kind(), ErrorKind::Middleware);
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn a_header_of_an_interceptor_is_kept_out_of_errors_that_echo_it() {
    let server = Server::answering([Answer::json(422, &json!({"error": "bad token swordfish-4711"}).to_string())]);
    let venice = before(&server, |attempt| Ok(attempt.set_header("x-gateway-token", "swordfish-4711")?));
    let error = venice.chat().create(a_question()).await.unwrap_err();
    assert!(!format!("{error} {error:?}").contains("swordfish"), "{error}");
    assert!(error.message().contains("bad token ***"), "{error}");
}

#[tokio::test]
async fn an_error_or_a_panic_before_an_attempt_is_an_error_of_the_call_and_nothing_is_sent() {
    let server = Server::answering([ANSWER.into()]);
    let seen = Seen::default();
    let outer = Noting { name: "a", seen: seen.clone() };
    let with = |hook: fn(&mut AttemptRequest) -> Result<(), BoxError>| {
        builder(&server).interceptor(outer.clone()).interceptor(Before(hook)).build().unwrap()
    };
    let failing = with(|_| Err("no quota left".into()));
    let panicking = with(|_| panic!("no {}", "quota"));
    for (venice, text) in [(failing, "failed before an attempt"), (panicking, "panicked before an attempt")] {
        let error = venice.chat().create(a_question()).await.unwrap_err();
        assert_eq!((error.kind(), error.delivery()), (ErrorKind::Middleware, Delivery::NotSent), "{error}");
        assert!(error.to_string().contains(text) && error.to_string().contains("no quota"), "{error}");
        assert_eq!(error.operation(), Some("createChatCompletion"));
        let ends = ["a before createChatCompletion 1", "a end 1 failed middleware"];
        assert_eq!(seen.take(), ends, "it is not retried, and those before it see the end");
    }
    assert_eq!(server.count(), 0);
}

/// Fails after the headers.
struct After(bool);

impl Interceptor for After {
    fn after_headers(&self, _: &AttemptInfo, reply: &ReplyHead<'_>) -> Result<(), BoxError> {
        assert!(!self.0, "it panics");
        Err(format!("unwanted {:?}", reply.headers().get("cf-ray")).into())
    }
}

#[tokio::test]
async fn an_error_or_a_panic_after_the_headers_is_an_error_whose_delivery_is_unknown() {
    let server = Server::start(|_, _| Answer::new(200, &[("cf-ray", "8f00-VCE")], ANSWER));
    for (after, text) in [(After(false), "unwanted Some(\"8f00-VCE\")"), (After(true), "it panics")] {
        let venice = builder(&server).interceptor(after).build().unwrap();
        let error = venice.chat().create(a_question()).await.unwrap_err();
        assert_eq!((error.kind(), error.delivery()), (ErrorKind::Middleware, Delivery::Unknown), "{error}");
        assert!(error.to_string().contains(text), "{error}");
    }
    assert_eq!(server.count(), 2, "one each: it is not retried");
}

#[tokio::test]
async fn a_connection_error_keeps_its_delivery_and_is_retried() {
    let seen = Seen::default();
    let builder = Client::builder().api_key(KEY).base_url(format!("http://{}", nobody())).no_proxy();
    let builder = builder.clock(TestClock::without_jitter());
    let venice = builder.interceptor(Noting { name: "a", seen: seen.clone() }).build().unwrap();
    let error = venice.chat().create(a_question()).await.unwrap_err();
    assert_eq!((error.kind(), error.delivery(), error.attempts()), (ErrorKind::Connect, Delivery::NotSent, 3));
    assert_eq!(seen.take().iter().filter(|line| line.contains("failed connect")).count(), 3);
}

#[tokio::test]
async fn a_redirect_is_one_more_request_of_the_attempt() {
    let server = Server::start(|number, _| match number {
        0 => Answer::redirect(307, "/api/v1/elsewhere"),
        _ => Answer::json(200, "{}"),
    });
    let seen = Seen::default();
    let noted = seen.clone();
    let hook = move |attempt: &mut AttemptRequest| {
        let info = attempt.info();
        noted.note(format!("{} {} {}", info.attempt(), info.redirects(), info.url().path()));
        Ok(())
    };
    let noting = Noting { name: "a", seen: seen.clone() };
    let venice = builder(&server).interceptor(Before(hook)).interceptor(noting).build().unwrap();
    venice.request::<Value>(Method::GET, "/here").await.unwrap();
    let lines = seen.take();
    assert_eq!(lines[0], "1 0 /api/v1/here");
    assert_eq!(lines[2..4], ["a headers 1 307", "a end 1 complete 0"]);
    assert_eq!(lines[4], "1 1 /api/v1/elsewhere");
    assert_eq!(lines[6..], ["a headers 1 200", "a end 1 complete 2"]);
}

#[tokio::test]
async fn what_an_interceptor_gets_prints_without_secrets_and_prompts() {
    let server = Server::answering([ANSWER.into()]);
    let seen = Seen::default();
    let noted = seen.clone();
    let venice = before(&server, move |attempt| {
        attempt.set_header("x-gateway-token", "swordfish-4711")?;
        noted.note(format!("{attempt:?} {:?}", attempt.info()));
        Ok(())
    });
    venice.chat().create(a_question()).with_extra_query("token", "sesame-0815").await.unwrap();
    let shown = seen.take().remove(0);
    assert!(shown.contains("createChatCompletion") && shown.contains("x-gateway-token"), "{shown}");
    for secret in [KEY, "swordfish", "sesame", "high water"] {
        assert!(!shown.contains(secret), "{secret}: {shown}");
    }
}

#[cfg(feature = "blocking")]
#[test]
fn blocking_calls_pass_the_interceptors() {
    let server = Server::answering([ANSWER.into()]);
    let seen = Seen::default();
    let venice = builder(&server).interceptor(Noting { name: "a", seen: seen.clone() }).build().unwrap();
    venice.chat().create(a_question()).send_blocking().unwrap();
    assert_eq!(seen.take().len(), 3);
}
