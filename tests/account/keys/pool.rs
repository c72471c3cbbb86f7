//! Several keys for one client.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::join_all;
use venice_ai::keys::KeyPool;
use venice_ai::types::{ApiKeyType, ChatCompletionRequest, ConsumptionLimits, CreateApiKeyRequest};
use venice_ai::{Client, ClientBuilder, ErrorKind, PaymentCause, RetryPolicy};
use venice_ai_mock::MockVenice;

use super::{Answer, REJECTED, Server, TestClock, key_of, keys_of};
use crate::support::builder;
use crate::support::chat::{ANSWER, a_question};
use crate::support::clock::EPOCH_SECONDS;

const A: &str = "vk-pool-aaaaaaaa";
const B: &str = "vk-pool-bbbbbbbb";
const C: &str = "vk-pool-cccccccc";
const LIMITED: &str = r#"{"error": "Rate limit exceeded"}"#;
const USED_UP: &str = r#"{"error": "API key USD spend limit exceeded. Your account may still have USD balance."}"#;

/// An answer after which so many requests are left, until the window ends in a minute.
fn left(status: u16, requests: u64, body: &str) -> Answer {
    let resets = ((EPOCH_SECONDS + 60) * 1000).to_string();
    let headers = [
        ("content-type", "application/json"),
        ("x-ratelimit-limit-requests", "100"),
        ("x-ratelimit-remaining-requests", &*requests.to_string()),
        ("x-ratelimit-reset-requests", &*resets),
    ];
    Answer::new(status, &headers, body)
}

/// The answers of each key; a key without one is unknown.
type Answers = Arc<Mutex<HashMap<&'static str, Answer>>>;

fn server<const N: usize>(answers: [(&'static str, Answer); N]) -> (Server, Answers) {
    let answers: Answers = Arc::new(Mutex::new(answers.into_iter().collect()));
    let of_server = answers.clone();
    let server = Server::start(move |_, request| {
        let answers = of_server.lock().unwrap();
        answers.get(&*key_of(request)).cloned().unwrap_or_else(|| Answer::json(401, REJECTED))
    });
    (server, answers)
}

fn pooled(server: &Server, clock: &TestClock, pool: &KeyPool) -> ClientBuilder {
    builder(server).clock(clock.clone()).key_pool(pool.clone())
}

async fn ask(venice: &Client) -> Result<(), venice_ai::Error> {
    venice.chat().create(a_question()).await.map(|_| ())
}

#[tokio::test]
async fn a_call_takes_the_key_with_most_left() {
    let (server, answers) = server([(A, left(200, 9, ANSWER)), (B, left(200, 50, ANSWER)), (C, left(200, 30, ANSWER))]);
    let venice = pooled(&server, &TestClock::without_jitter(), &KeyPool::new([A, B, C])).build().unwrap();
    for _ in 0..4 {
        ask(&venice).await.unwrap();
    }
    assert_eq!(keys_of(&server), [A, B, C, B], "unknown ones first");
    answers.lock().unwrap().insert(B, left(200, 2, ANSWER));
    for _ in 0..2 {
        ask(&venice).await.unwrap();
    }
    assert_eq!(keys_of(&server)[4..], [B, C], "as the last reply reported");
}

#[tokio::test]
async fn what_is_left_is_that_of_the_model() {
    let (server, _) = server([(A, left(200, 9, ANSWER)), (B, left(200, 50, ANSWER))]);
    let venice = pooled(&server, &TestClock::without_jitter(), &KeyPool::new([A, B])).build().unwrap();
    for model in ["one", "one", "one", "other", "other"] {
        venice.chat().create(ChatCompletionRequest::new(model, ["?"])).await.unwrap();
    }
    let asked = keys_of(&server);
    assert_eq!(
        (&asked[..3], asked[3] != asked[4]),
        (&[A, B, B].map(String::from)[..], true),
        "both are new to the other"
    );
}

#[tokio::test]
async fn calls_at_once_are_spread_over_the_keys() {
    let (server, _) = Server::counting_in_flight(9, |_| ANSWER.into());
    let venice = pooled(&server, &TestClock::without_jitter(), &KeyPool::new([A, B, C])).build().unwrap();
    let calls = join_all((0..9).map(|_| ask(&venice))).await;
    assert!(calls.iter().all(Result::is_ok));
    let asked = keys_of(&server);
    assert_eq!([A, B, C].map(|key| asked.iter().filter(|asked| *asked == key).count()), [3, 3, 3]);
}

#[tokio::test]
async fn a_rejected_or_used_up_key_is_skipped_for_a_while() {
    let inactive = r#"{"error": "API access has been disabled for this account"}"#;
    let elsewhere = r#"{"error": "This API key is restricted to configured IP addresses"}"#;
    let no_balance = r#"{"error": "Insufficient USD or Diem balance to complete request."}"#;
    for (status, body) in [(401, REJECTED), (402, USED_UP), (402, no_balance), (403, inactive), (403, elsewhere)] {
        let (server, answers) = server([(A, Answer::json(status, body)), (B, ANSWER.into())]);
        let (clock, pool) = (TestClock::without_jitter(), KeyPool::new([A, B]));
        // It is no retry.
        let venice = pooled(&server, &clock, &pool).retry(RetryPolicy::disabled()).build().unwrap();
        ask(&venice).await.unwrap();
        ask(&venice).await.unwrap();
        assert_eq!(keys_of(&server), [A, B, B], "{body}");
        assert!(clock.pauses().is_empty());
        let [skipped] = pool.skipped()[..] else { panic!("{pool:?}") };
        assert_eq!((skipped.index, skipped.kind == ErrorKind::InsufficientBalance), (0, status == 402));

        clock.advance(Duration::from_secs(301));
        answers.lock().unwrap().insert(A, ANSWER.into());
        ask(&venice).await.unwrap();
        assert_eq!((keys_of(&server).last().map(String::as_str), pool.skipped()), (Some(A), vec![]), "it works again");
    }
}

#[tokio::test]
async fn a_rate_limited_key_is_replaced_at_once_until_its_window_ends() {
    let (server, answers) = server([(A, left(429, 0, LIMITED)), (B, left(200, 5, ANSWER))]);
    let (clock, pool) = (TestClock::without_jitter(), KeyPool::new([A, B]));
    let venice = pooled(&server, &clock, &pool).build().unwrap();
    for _ in 0..3 {
        ask(&venice).await.unwrap();
    }
    assert_eq!((keys_of(&server), clock.pauses()), (vec![A.into(), B.into(), B.into(), B.into()], vec![]));
    assert_eq!(pool.skipped(), [], "it is one model's limit");
    answers.lock().unwrap().insert(A, ANSWER.into());
    clock.advance(Duration::from_secs(61));
    ask(&venice).await.unwrap();
    assert_eq!(keys_of(&server).last().unwrap(), A, "all of its window is left");
}

#[tokio::test]
async fn without_another_key_a_rate_limit_is_waited_for() {
    let answers = Mutex::new(0);
    let server = Server::start(move |_, _| {
        let mut answers = answers.lock().unwrap();
        *answers += 1;
        if *answers <= 2 { left(429, 0, LIMITED) } else { ANSWER.into() }
    });
    let clock = TestClock::without_jitter();
    let venice = pooled(&server, &clock, &KeyPool::new([A, B])).build().unwrap();
    ask(&venice).await.unwrap();
    assert_eq!((keys_of(&server), clock.pauses()), (vec![A.into(), B.into(), B.into()], vec![Duration::from_secs(60)]));
}

#[tokio::test]
async fn what_may_have_run_or_is_not_about_the_key_stays_with_it() {
    let only_pro = r#"{"error": "This model is only available to Pro users"}"#;
    for (answer, kind) in [
        (Answer::nothing(), ErrorKind::Transport),
        (Answer::json(500, r#"{"error": "Inference processing failed"}"#), ErrorKind::Server),
        (Answer::html(402, "<html>the gateway wants money</html>"), ErrorKind::InsufficientBalance),
        (Answer::json(401, only_pro), ErrorKind::Permission),
        (Answer::json(400, r#"{"error": "no"}"#), ErrorKind::InvalidRequest),
        (Answer::json(503, r#"{"error": "The model is at capacity"}"#), ErrorKind::Overloaded),
    ] {
        let (server, _) = server([(A, answer), (B, ANSWER.into())]);
        let pool = KeyPool::new([A, B]);
        let venice = pooled(&server, &TestClock::without_jitter(), &pool).retry(RetryPolicy::disabled());
        let error = ask(&venice.build().unwrap()).await.unwrap_err();
        assert_eq!((error.kind(), keys_of(&server)), (kind, vec![A.to_owned()]), "{error}");
        assert_eq!(pool.skipped(), [], "{error}");
    }
}

#[tokio::test]
async fn when_no_key_works_the_error_says_so_without_a_key() {
    let (server, _) = server([(B, Answer::json(402, USED_UP))]);
    let (clock, pool) = (TestClock::without_jitter(), KeyPool::new([A, B, C]));
    let venice = pooled(&server, &clock, &pool).build().unwrap();
    let error = ask(&venice).await.unwrap_err();
    assert_eq!((keys_of(&server), error.attempts()), (vec![A.into(), B.into(), C.into()], 3));
    assert_eq!(error.kind(), ErrorKind::Authentication);
    assert_eq!(pool.skipped().iter().map(|key| key.index).collect::<Vec<_>>(), [0, 1, 2]);
    let shown = format!("{error} {error:?} {pool:?} {venice:?}");
    assert!(shown.contains("2 of its 3 keys"), "{shown}");
    assert!([A, B, C].iter().all(|key| !shown.contains(key)), "{shown}");

    // The one that may work first is tried, and others are not: they were just rejected.
    clock.advance(Duration::from_secs(1));
    ask(&venice).await.unwrap_err();
    assert_eq!(keys_of(&server)[3..], [A]);
}

#[tokio::test]
async fn an_error_does_not_show_the_key_before_either() {
    let echo = format!(r#"{{"error": "neither {A} nor {B} is valid"}}"#);
    let (server, _) = server([(A, Answer::json(401, &echo)), (B, Answer::json(401, &echo))]);
    let venice = pooled(&server, &TestClock::without_jitter(), &KeyPool::new([A, B])).build().unwrap();
    let error = ask(&venice).await.unwrap_err();
    let shown = format!("{error} {error:?} {}", String::from_utf8_lossy(error.body().unwrap()));
    assert!(!shown.contains(A) && !shown.contains(B), "{shown}");
}

#[tokio::test]
async fn a_stream_is_begun_with_another_key() {
    let (server, _) = server([(B, crate::support::chat::streamed([crate::support::chat::DIALECT_A.as_bytes()]))]);
    let venice = pooled(&server, &TestClock::without_jitter(), &KeyPool::new([A, B])).build().unwrap();
    drop(venice.chat().stream(a_question()).await.unwrap());
    assert_eq!(keys_of(&server), [A, B]);
}

#[tokio::test]
async fn the_account_is_that_of_the_first_key_and_a_call_may_have_its_own() {
    let (server, _) = server([(A, super::RATE_LIMITS.into()), (B, ANSWER.into()), (C, ANSWER.into())]);
    let venice = pooled(&server, &TestClock::without_jitter(), &KeyPool::new([A, B])).build().unwrap();
    for _ in 0..3 {
        venice.api_keys().rate_limits().await.unwrap();
    }
    venice.with_api_key(C).chat().create(a_question()).await.unwrap();
    venice.chat().create(a_question()).with_header("authorization", format!("Bearer {B}")).await.unwrap();
    assert_eq!(keys_of(&server), [A, A, A, C, B]);
    let rejected = venice.with_api_key("vk-another").chat().create(a_question()).await.unwrap_err();
    assert_eq!((rejected.kind(), server.count()), (ErrorKind::Authentication, 6), "no key of the pool instead");
}

#[tokio::test]
async fn of_the_ways_to_give_keys_the_last_one_wins() {
    let (server, _) = server([(A, ANSWER.into()), (B, ANSWER.into()), (C, ANSWER.into())]);
    let pool = KeyPool::new([A, B]);
    let pooled = || builder(&server).key_pool(pool.clone());
    let fixed = pooled().api_key(C).build().unwrap();
    let provided = pooled().api_key_provider(|| async { Ok::<_, std::io::Error>(C.into()) }).build().unwrap();
    let of_pool = builder(&server).api_key(C).key_pool(pool.clone()).build().unwrap();
    for venice in [&fixed, &provided, &of_pool] {
        ask(venice).await.unwrap();
        ask(venice).await.unwrap();
    }
    assert_eq!(keys_of(&server), [C, C, C, C, A, B]);
}

#[test]
fn a_pool_without_keys_or_with_an_invalid_one_builds_no_client() {
    let base = || Client::builder().base_url("http://127.0.0.1:1");
    let error = base().key_pool(KeyPool::new(Vec::<String>::new())).build().unwrap_err();
    assert_eq!((error.kind(), error.message()), (ErrorKind::Configuration, "the key pool has no keys"));
    let error = base().key_pool(KeyPool::new([A, "vk-br\noken"])).build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
    let shown = format!("{error} {error:?}");
    assert!(shown.contains("key 1 of the key pool") && !shown.contains("oken") && !shown.contains(A), "{shown}");
}

#[tokio::test]
async fn paced_calls_wait_for_the_limits_of_their_key() {
    let (server, answers) = server([(A, left(200, 0, ANSWER)), (B, left(200, 1, ANSWER))]);
    let clock = TestClock::without_jitter();
    let venice = pooled(&server, &clock, &KeyPool::new([A, B])).pace(Duration::ZERO).build().unwrap();
    for _ in 0..2 {
        ask(&venice).await.unwrap();
    }
    answers.lock().unwrap().insert(B, left(200, 0, ANSWER));
    ask(&venice).await.unwrap();
    assert_eq!(keys_of(&server), [A, B, B]);
    let error = ask(&venice).await.unwrap_err();
    assert_eq!((error.kind(), server.count()), (ErrorKind::PaceExceeded, 3), "both are used up");
    answers.lock().unwrap().insert(B, Answer::json(401, REJECTED));
    clock.advance(Duration::from_secs(61));
    ask(&venice).await.unwrap();
    assert_eq!(keys_of(&server)[3..], [B, A], "it waits for the other key then");
}

#[tokio::test]
async fn the_keys_of_the_mock_have_limits() {
    let mock = MockVenice::start().await.unwrap();
    let admin = mock.client();
    let request = |usd| {
        let request = CreateApiKeyRequest::new(ApiKeyType::Inference, "x");
        request.consumption_limit(ConsumptionLimits::new().usd(usd))
    };
    let empty = admin.api_keys().create(request(0.0)).await.unwrap();
    let full = admin.api_keys().create(request(5.0)).await.unwrap();
    let error = admin.with_api_key(empty.api_key.clone()).chat().create(a_question()).await.unwrap_err();
    assert!(matches!(error.payment_cause(), Some(PaymentCause::KeyLimit { .. })), "{error}");
    let pool = KeyPool::new([empty.api_key, full.api_key]);
    let venice = mock.client_builder().key_pool(pool.clone()).build().unwrap();
    venice.chat().create(a_question()).await.unwrap();
    assert_eq!(pool.skipped().len(), 1);
}

#[cfg(feature = "batch")]
#[tokio::test]
async fn a_batch_uses_all_keys_and_goes_on_without_a_rejected_one() {
    use futures_util::StreamExt;

    let (server, _) = server([(A, ANSWER.into()), (C, ANSWER.into())]);
    let (clock, pool) = (TestClock::without_jitter(), KeyPool::new([A, B, C]));
    let venice = pooled(&server, &clock, &pool).build().unwrap();
    let outcomes: Vec<_> = venice.chat().many((0..12).map(|_| a_question())).collect().await;
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    let asked = keys_of(&server);
    let times = [A, B, C].map(|key| asked.iter().filter(|asked| *asked == key).count());
    assert!(times[0] >= 3 && times[2] >= 3 && (1..=4).contains(&times[1]), "{times:?}");
    assert_eq!(times[0] + times[2], 12);
}
