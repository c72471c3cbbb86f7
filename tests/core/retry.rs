//! Retries and backoff.

use std::time::{Duration, SystemTime};

use serde_json::Value;
use venice_ai::http::Method;
use venice_ai::types::{ApiKeyType, ChatCompletionRequest, CreateApiKeyRequest};
use venice_ai::{Client, Error, ErrorKind, RetryPolicy};

use crate::support::clock::EPOCH_SECONDS;
use crate::support::{Answer, Server, TestClock, builder, client, nobody};

const OK: &str = r#"{"ok":true}"#;

async fn read(client: &Client) -> Result<Value, Error> {
    client.request(Method::GET, "/thing").await
}

async fn write(client: &Client) -> Result<Value, Error> {
    client.request(Method::POST, "/thing").with_json_body(&serde_json::json!({"a": 1})).await
}

/// A call of each class: free reads, paid inference, and creation.
#[derive(Clone, Copy, Debug)]
enum Class {
    Safe,
    SafeAdHoc,
    Inference,
    InferenceStream,
    Once,
    OnceAdHoc,
}

impl Class {
    async fn call(self, client: &Client) -> Result<(), Error> {
        let chat = || ChatCompletionRequest::new("default", ["Hello"]);
        match self {
            Self::Safe => client.api_keys().list().await.map(drop),
            Self::SafeAdHoc => read(client).await.map(drop),
            Self::Inference => client.chat().create(chat()).await.map(drop),
            Self::InferenceStream => client.chat().stream(chat()).await.map(drop),
            Self::Once => {
                let request = CreateApiKeyRequest::new(ApiKeyType::Inference, "a test");
                client.api_keys().create(request).await.map(drop)
            }
            Self::OnceAdHoc => write(client).await.map(drop),
        }
    }

    /// How often it is sent if the server always sends this reply.
    async fn sent(self, answer: Answer) -> usize {
        let server = Server::answering([answer]);
        let client = client(&server, &TestClock::without_jitter());
        let error = self.call(&client).await.unwrap_err();
        assert_eq!(error.attempts() as usize, server.count(), "{error:?}");
        assert_eq!(error.is_retryable(), server.count() > 1, "{error:?}");
        server.count()
    }
}

/// How often reads, inference and creation are sent.
async fn sent(answer: Answer) -> (usize, usize, usize) {
    use Class::*;
    let mut counts = Vec::new();
    for (known, other) in [(Safe, SafeAdHoc), (Inference, InferenceStream), (Once, OnceAdHoc)] {
        let count = known.sent(answer.clone()).await;
        assert_eq!(other.sent(answer.clone()).await, count, "{known:?} and {other:?} are of one class");
        counts.push(count);
    }
    (counts[0], counts[1], counts[2])
}

#[tokio::test]
async fn reads_are_retried_after_failures_that_may_pass() {
    for status in [408, 429, 500, 502, 503, 520, 521, 522, 523, 524] {
        let (reads, ..) = sent(Answer::html(status, "<html>")).await;
        assert_eq!(reads, 3, "{status}");
    }
}

#[tokio::test]
async fn a_read_that_the_server_gave_up_on_is_retried_once() {
    assert_eq!(sent(Answer::json(504, r#"{"error":"too long"}"#)).await.0, 2);
}

#[tokio::test]
async fn inference_is_retried_only_where_the_model_is_known_not_to_have_run() {
    for status in [408, 429, 503] {
        assert_eq!(sent(Answer::json(status, r#"{"error":"no"}"#)).await.1, 3, "{status}");
    }
    assert_eq!(sent(Answer::html(429, "<html>")).await.1, 3);
    // A gateway may have forwarded the request.
    for status in [408, 503] {
        assert_eq!(sent(Answer::html(status, "<html>")).await.1, 1, "{status}");
    }
    for status in [500, 502, 504, 520, 524] {
        assert_eq!(sent(Answer::json(status, r#"{"error":"no"}"#)).await.1, 1, "{status}");
    }
}

#[tokio::test]
async fn what_makes_something_is_retried_only_where_the_api_rejected_it() {
    for status in [408, 500, 502, 504, 520, 524] {
        assert_eq!(sent(Answer::json(status, r#"{"error":"no"}"#)).await.2, 1, "{status}");
    }
    assert_eq!(sent(Answer::json(429, r#"{"error":"Rate limit exceeded"}"#)).await.2, 3);
    let offline = r#"{"error":"The model is temporarily offline. Please try again later."}"#;
    assert_eq!(sent(Answer::json(503, offline)).await.2, 3);
}

#[tokio::test]
async fn what_makes_something_is_not_retried_after_the_503_of_a_gateway() {
    assert_eq!(sent(Answer::html(503, "<html><title>503</title>")).await.2, 1);
}

#[tokio::test]
async fn what_the_request_is_to_blame_for_is_never_repeated() {
    for status in [400, 401, 402, 403, 404, 409, 410, 413, 415, 422] {
        assert_eq!(sent(Answer::json(status, r#"{"error":"no"}"#)).await, (1, 1, 1), "{status}");
    }
    let fault = r#"{"error":"Nonce must be exactly 32 bytes"}"#;
    assert_eq!(sent(Answer::json(502, fault)).await, (1, 1, 1), "a 502 that is the caller's fault");
}

#[tokio::test]
async fn a_429_without_a_json_body_is_retried() {
    assert_eq!(sent(Answer::new(429, &[], "slow down")).await, (3, 3, 3));
    assert_eq!(sent(Answer::new(429, &[], "")).await, (3, 3, 3));
}

#[tokio::test]
async fn a_connection_that_breaks_before_the_reply_repeats_reads_only() {
    assert_eq!(sent(Answer::nothing()).await, (3, 1, 1));
}

#[tokio::test]
async fn a_reply_that_is_cut_repeats_reads_only() {
    let cuts = [
        Answer::head(200, &[("content-length", "50")]).send("{\"half").close(),
        Answer::head(200, &[("transfer-encoding", "chunked")]).chunk("{\"half").close(),
    ];
    for cut in cuts {
        assert_eq!(Class::Safe.sent(cut.clone()).await, 3);
        assert_eq!(Class::Inference.sent(cut.clone()).await, 1);
        assert_eq!(Class::Once.sent(cut).await, 1);
    }
}

#[tokio::test]
async fn a_repetition_that_succeeds_is_a_success() {
    let server = Server::answering([Answer::json(500, "{}"), Answer::nothing(), Answer::json(200, OK)]);
    let clock = TestClock::without_jitter();
    assert_eq!(read(&client(&server, &clock)).await.unwrap(), serde_json::json!({"ok": true}));
    assert_eq!(server.count(), 3);
    let server = Server::answering([Answer::json(500, "{}"), Answer::json(200, OK)]);
    let call = client(&server, &clock).request::<Value>(Method::GET, "/thing").with_meta();
    assert_eq!(call.await.unwrap().meta.attempts(), 2);
}

#[tokio::test]
async fn a_repetition_sends_the_same_request_again() {
    let server = Server::answering([Answer::json(429, "{}"), Answer::json(200, OK)]);
    write(&client(&server, &TestClock::without_jitter())).await.unwrap();
    let [first, second] = &server.requests()[..] else { panic!("two requests") };
    assert_eq!((&first.method, &first.target), (&second.method, &second.target));
    assert_eq!(first.headers, second.headers);
    assert_eq!(first.body, second.body);
    assert_eq!(second.json(), serde_json::json!({"a": 1}));
}

#[tokio::test]
async fn a_rejected_connection_is_retried_for_every_class() {
    let unused = nobody();
    let clock = TestClock::without_jitter();
    let client = Client::builder()
        .api_key("some key")
        .base_url(format!("http://{unused}"))
        .clock(clock.clone())
        .build()
        .unwrap();
    for class in [Class::Safe, Class::Inference, Class::InferenceStream, Class::Once] {
        let error = class.call(&client).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Connect, "{error:?}");
        assert!(error.kind() == ErrorKind::Connect && error.is_retryable() && error.is_transient());
        assert_eq!(error.attempts(), 3);
        assert!(error.to_string().contains(&unused.to_string()), "{error}");
    }
    assert_eq!(clock.pauses().len(), 8);
}

#[cfg(any(feature = "rustls", feature = "rustls-ring", feature = "native-tls"))]
#[tokio::test]
async fn a_failed_tls_handshake_is_a_connection_that_could_not_be_made() {
    let plain = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = plain.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in plain.incoming().map_while(Result::ok) {
            use std::io::{Read, Write};
            let mut stream = stream;
            let _ = stream.read(&mut [0; 16]);
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
        }
    });
    let clock = TestClock::without_jitter();
    let client = Client::builder().api_key("some key").base_url(format!("https://{address}"));
    let client = client.clock(clock.clone()).build().unwrap();
    let error = write(&client).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect, "{error:?}");
    assert_eq!((error.attempts(), clock.pauses().len()), (3, 2));
}

#[tokio::test]
async fn the_policy_of_a_call_replaces_the_clients() {
    let server = Server::answering([Answer::json(429, "{}")]);
    let client = client(&server, &TestClock::without_jitter());
    let call = client.request::<Value>(Method::GET, "/thing").with_retry(RetryPolicy::disabled());
    call.await.unwrap_err();
    assert_eq!(server.count(), 1);
    let policy = RetryPolicy::default().with_max_retries(4);
    client.request::<Value>(Method::GET, "/thing").with_retry(policy).await.unwrap_err();
    assert_eq!(server.count(), 1 + 5);
}

/// The pauses between the retries of a read with this reply.
async fn pauses(answer: Answer, jitter: f64) -> Vec<Duration> {
    let clock = TestClock::with_jitter(jitter);
    read(&client(&Server::answering([answer]), &clock)).await.unwrap_err();
    clock.pauses()
}

#[tokio::test]
async fn without_advice_the_pauses_are_random_below_a_bound_that_doubles() {
    let millis = Duration::from_millis;
    assert_eq!(pauses(Answer::json(500, "{}"), 1.0).await, [millis(500), millis(1000)]);
    assert_eq!(pauses(Answer::json(500, "{}"), 0.5).await, [millis(250), millis(500)]);
    assert_eq!(pauses(Answer::json(500, "{}"), 0.0).await, [Duration::ZERO; 2]);
}

#[tokio::test]
async fn retry_after_is_obeyed_as_seconds_as_fraction_and_as_date() {
    let after = |value: &str| Answer::new(503, &[("retry-after", value)], "");
    assert_eq!(pauses(after("7"), 0.0).await, [Duration::from_secs(7); 2]);
    assert_eq!(pauses(after("0.25"), 0.0).await, [Duration::from_millis(250); 2]);
    assert_eq!(pauses(after("0"), 0.0).await, [Duration::ZERO; 2]);
    let date = |seconds| {
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(EPOCH_SECONDS + seconds);
        httpdate::fmt_http_date(time)
    };
    let pauses_until = pauses(after(&date(20)), 0.0).await;
    assert_eq!(pauses_until[0], Duration::from_secs(20));
    assert_eq!(pauses_until[1], Duration::ZERO, "the clock has come to the date by then");
    assert_eq!(pauses(after("nonsense"), 0.0).await, [Duration::ZERO; 2]);
}

#[tokio::test]
async fn a_date_is_measured_by_the_clock_of_the_server() {
    let date = |seconds: u64| httpdate::fmt_http_date(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds));
    // The clock of this server differs from the client's by years.
    let (now, then) = (date(EPOCH_SECONDS + 40_000_000), date(EPOCH_SECONDS + 40_000_009));
    let answer = Answer::new(503, &[("date", &now), ("retry-after", &then)], "");
    assert_eq!(pauses(answer, 0.0).await, [Duration::from_secs(9); 2]);
}

#[tokio::test]
async fn those_whom_the_server_sends_away_together_come_back_apart() {
    let answer = Answer::new(503, &[("retry-after", "7")], "");
    assert_eq!(pauses(answer, 0.5).await, [Duration::from_millis(7250); 2]);
}

#[tokio::test]
async fn the_end_of_an_exhausted_limit_is_waited_for() {
    let epoch_ms = ((EPOCH_SECONDS + 12) * 1000).to_string();
    let epoch_s = (EPOCH_SECONDS + 12).to_string();
    for reset in [&*epoch_ms, &*epoch_s, "12"] {
        let headers = [("x-ratelimit-remaining-requests", "0"), ("x-ratelimit-reset-requests", reset)];
        let found = pauses(Answer::new(429, &headers, "{}"), 0.0).await;
        assert_eq!(found[0], Duration::from_secs(12), "{reset}");
    }
    let tokens = [
        ("x-ratelimit-remaining-requests", "10"),
        ("x-ratelimit-reset-requests", "50"),
        ("x-ratelimit-remaining-tokens", "0"),
        ("x-ratelimit-reset-tokens", "5"),
    ];
    assert_eq!(pauses(Answer::new(429, &tokens, "{}"), 0.0).await, [Duration::from_secs(5); 2]);
}

#[tokio::test]
async fn the_limits_of_an_overloaded_model_are_not_waited_for() {
    let headers = [("x-ratelimit-remaining-requests", "10"), ("x-ratelimit-reset-requests", "50")];
    let answer = Answer::new(429, &headers, r#"{"error":"The model is currently overloaded."}"#);
    assert_eq!(pauses(answer, 1.0).await, [Duration::from_millis(500), Duration::from_secs(1)]);
}

#[tokio::test]
async fn a_wait_that_is_too_long_is_left_to_the_caller() {
    let server = Server::answering([Answer::new(429, &[("retry-after", "3600")], "{}")]);
    let clock = TestClock::without_jitter();
    let error = read(&client(&server, &clock)).await.unwrap_err();
    assert_eq!(server.count(), 1);
    assert!(clock.pauses().is_empty());
    assert_eq!(error.retry_after(), Some(Duration::from_secs(3600)));
    assert!(error.kind() == ErrorKind::RateLimited && error.is_retryable());
}

/// A 408 of a read, which the API counts and the client retries.
fn counted() -> Answer {
    Answer::json(408, r#"{"error":"Request timed out"}"#)
}

fn patient() -> RetryPolicy {
    RetryPolicy::default().with_max_retries(100)
}

async fn read_patiently(client: &Client) -> Result<Value, Error> {
    client.request(Method::GET, "/thing").with_retry(patient()).await
}

#[tokio::test]
async fn forty_counted_failures_in_thirty_seconds_end_their_repetitions_for_all_clones() {
    let server = Server::answering([counted()]);
    let clock = TestClock::without_jitter();
    let client = client(&server, &clock);
    read_patiently(&client).await.unwrap_err();
    assert_eq!(server.count(), 40, "the API blocks at more than 50");
    read(&client.clone()).await.unwrap_err();
    assert_eq!(server.count(), 41, "another clone is not allowed a repetition");
    clock.advance(Duration::from_secs(31));
    read(&client).await.unwrap_err();
    assert_eq!(server.count(), 44, "the failures are too old to count");
}

#[tokio::test]
async fn failures_that_the_api_does_not_count_hold_nothing_back() {
    for status in [429, 500, 502, 503] {
        let server = Server::answering([Answer::json(status, r#"{"error":"no"}"#)]);
        read_patiently(&client(&server, &TestClock::without_jitter())).await.unwrap_err();
        assert_eq!(server.count(), 101, "{status}");
    }
    let server = Server::start(|n, _| if n < 40 { counted() } else { Answer::json(503, r#"{"error":"busy"}"#) });
    let client = client(&server, &TestClock::without_jitter());
    read_patiently(&client).await.unwrap_err();
    assert_eq!(server.count(), 40);
    read_patiently(&client).await.unwrap_err();
    assert_eq!(server.count(), 40 + 101, "though the budget is spent");
}

#[tokio::test]
async fn the_failures_of_other_programs_are_learned_from_the_headers() {
    let reset = ((EPOCH_SECONDS + 20) * 1000).to_string();
    let headers = [("x-ratelimit-remaining", "13"), ("x-ratelimit-resets", &*reset)];
    let server = Server::answering([Answer::new(200, &headers, OK), counted()]);
    let clock = TestClock::without_jitter();
    let client = client(&server, &clock);
    read(&client).await.unwrap();
    read_patiently(&client).await.unwrap_err();
    assert_eq!(server.count(), 1 + 3, "of the 13 that are left 10 are left to others");
    clock.advance(Duration::from_secs(21));
    read(&client).await.unwrap_err();
    assert_eq!(server.count(), 4 + 3, "the window is over");
}

#[tokio::test]
async fn each_model_and_user_has_a_budget_of_its_own() {
    let server = Server::answering([counted()]);
    let client = client(&server, &TestClock::without_jitter());
    let ask = async |model: &str, user: &str| {
        let before = server.count();
        let request = ChatCompletionRequest::new(model, ["Hello"]).user(user);
        client.chat().create(request).with_retry(patient()).await.unwrap_err();
        server.count() - before
    };
    assert_eq!(ask("a", "").await, 40);
    assert_eq!(ask("a", "").await, 1);
    assert_eq!(ask("b", "").await, 40);
    assert_eq!(ask("a", "ada").await, 40);
}

#[tokio::test]
async fn another_client_has_a_budget_of_its_own() {
    let server = Server::answering([counted()]);
    let clock = TestClock::without_jitter();
    read_patiently(&client(&server, &clock)).await.unwrap_err();
    let before = server.count();
    read(&client(&server, &clock)).await.unwrap_err();
    assert_eq!(server.count(), before + 3);
}

const BLOCKED: &str = r#"{"error":"Too many failed attempts (> 50) resulting in a non-success status code. Please wait 30s and try again."}"#;

#[tokio::test]
async fn a_block_for_too_many_failures_is_waited_out() {
    let server = Server::answering([Answer::json(429, BLOCKED), Answer::json(200, OK)]);
    let clock = TestClock::without_jitter();
    read(&client(&server, &clock)).await.unwrap();
    assert_eq!(clock.pauses(), [Duration::from_secs(30)]);
}

#[tokio::test]
async fn a_block_lasts_as_long_as_its_window() {
    let reset = ((EPOCH_SECONDS + 12) * 1000).to_string();
    for (resets, seconds) in [(&*reset, 12), ("17000", 17), ("9", 9)] {
        let headers = [
            ("x-ratelimit-remaining", "0"),
            ("x-ratelimit-resets", resets),
            ("x-ratelimit-remaining-requests", "499"),
            ("x-ratelimit-reset-requests", "50"),
        ];
        let server = Server::answering([Answer::new(429, &headers, BLOCKED), Answer::json(200, OK)]);
        let clock = TestClock::without_jitter();
        read(&client(&server, &clock)).await.unwrap();
        assert_eq!(clock.pauses(), [Duration::from_secs(seconds)], "{resets}");
    }
}

#[tokio::test]
async fn the_error_budget_is_not_a_limit_of_requests() {
    let headers = [("x-ratelimit-remaining", "0"), ("x-ratelimit-resets", "30000")];
    let found = pauses(Answer::new(429, &headers, r#"{"error":"Rate limit exceeded"}"#), 0.0).await;
    assert_eq!(found, [Duration::ZERO; 2], "its end is not that of a limit");
}

#[tokio::test]
async fn a_block_holds_back_the_repetitions_of_other_clones() {
    let server = Server::answering([Answer::json(429, BLOCKED), Answer::json(500, "{}"), Answer::json(200, OK)]);
    let clock = TestClock::without_jitter();
    let client = client(&server, &clock);
    let single = client.request::<Value>(Method::GET, "/a").with_retry(RetryPolicy::disabled());
    let error = single.await.unwrap_err();
    assert_eq!(error.retry_after(), Some(Duration::from_secs(30)));
    clock.advance(Duration::from_secs(10));
    read(&client.clone()).await.unwrap();
    assert_eq!(clock.pauses(), [Duration::from_secs(20)]);
}

#[tokio::test]
async fn a_block_longer_than_the_policy_allows_is_left_to_the_caller() {
    let server = Server::answering([Answer::json(429, BLOCKED)]);
    let policy = RetryPolicy::default().with_max_retry_after(Duration::from_secs(5));
    let client = builder(&server).retry(policy).build().unwrap();
    let error = read(&client).await.unwrap_err();
    assert_eq!(server.count(), 1);
    assert_eq!(error.retry_after(), Some(Duration::from_secs(30)));
}

#[tokio::test]
async fn the_real_clock_waits_for_real() {
    let server = Server::answering([Answer::new(503, &[("retry-after", "0.2")], ""), Answer::json(200, OK)]);
    let begun = std::time::Instant::now();
    let policy = RetryPolicy::default().with_base_delay(Duration::ZERO);
    read(&builder(&server).retry(policy).build().unwrap()).await.unwrap();
    assert!(begun.elapsed() >= Duration::from_millis(200));
}

/// A clock that records pauses and does not sleep.
#[derive(Clone, Debug, Default)]
struct Notes(std::sync::Arc<std::sync::Mutex<Vec<Duration>>>);

impl venice_ai::Clock for Notes {
    fn sleep(&self, duration: Duration) -> std::pin::Pin<Box<dyn Future<Output = ()> + Send>> {
        self.0.lock().unwrap().push(duration);
        Box::pin(std::future::ready(()))
    }

    fn random(&self) -> f64 {
        1.0
    }
}

#[tokio::test]
async fn the_longest_pause_there_is_can_be_asked_for() {
    for failure in [Answer::json(503, "{}"), Answer::new(429, &[("retry-after", "1")], "")] {
        let server = Server::answering([failure, Answer::json(200, OK)]);
        let clock = Notes::default();
        let policy = RetryPolicy::default().with_base_delay(Duration::MAX).with_max_delay(Duration::MAX);
        read(&builder(&server).clock(clock.clone()).retry(policy).build().unwrap()).await.unwrap();
        assert_eq!(*clock.0.lock().unwrap(), [Duration::MAX]);
    }
}
