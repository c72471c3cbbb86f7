//! Rate limiting of runs, with a test clock.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use venice_ai::types::{ChatCompletion, ChatCompletionRequest};
use venice_ai::{Call, Clock, ErrorKind};

use super::{all, answer_body, assert_answered, number, questions, refusal};
use crate::support::server::Request;
use crate::support::{Answer, PATIENCE, Server, TestClock};

const WINDOW: Duration = Duration::from_secs(60);

/// The limits of each model, in windows of a minute.
struct Limits {
    requests: u64,
    tokens: u64,
    tokens_each: u64,
}

/// The requests and tokens of a model in one window.
#[derive(Clone, Copy, Debug, Default)]
struct Count {
    requests: u64,
    tokens: u64,
}

type Counts = Arc<Mutex<HashMap<(String, u64), Count>>>;

/// A server that enforces limits and reports them.
fn limited(clock: &TestClock, limits: Limits) -> (Server, Counts) {
    let (clock, counts) = (clock.clone(), Counts::default());
    let counting = counts.clone();
    let server = Server::start(move |_, request| {
        let model = request.json()["model"].as_str().unwrap().to_owned();
        let since = clock.system_time().duration_since(std::time::UNIX_EPOCH).unwrap();
        let window = since.as_secs() / WINDOW.as_secs();
        let mut counts = counting.lock().unwrap();
        let count = counts.entry((model, window)).or_default();
        count.requests += 1;
        count.tokens += limits.tokens_each;
        let ends = ((window + 1) * WINDOW.as_secs() * 1000).to_string();
        let headers = [
            ("content-type", "application/json".to_owned()),
            ("x-ratelimit-limit-requests", limits.requests.to_string()),
            ("x-ratelimit-remaining-requests", limits.requests.saturating_sub(count.requests).to_string()),
            ("x-ratelimit-reset-requests", ends.clone()),
            ("x-ratelimit-limit-tokens", limits.tokens.to_string()),
            ("x-ratelimit-remaining-tokens", limits.tokens.saturating_sub(count.tokens).to_string()),
            ("x-ratelimit-reset-tokens", ends),
        ];
        let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        if count.requests > limits.requests || count.tokens > limits.tokens + limits.tokens_each {
            return Answer::new(429, &headers, "");
        }
        let usage = format!(r#""total_tokens": {}"#, limits.tokens_each);
        Answer::new(200, &headers, answer_body(number(request)).replace(r#""total_tokens": 10"#, &usage))
    });
    (server, counts)
}

fn asked(model: &str, n: usize) -> ChatCompletionRequest {
    ChatCompletionRequest::new(model, [format!("question {n}")])
}

#[tokio::test]
async fn no_window_has_more_requests_than_its_limit() {
    let clock = TestClock::without_jitter();
    let (server, counts) = limited(&clock, Limits { requests: 20, tokens: 1_000_000, tokens_each: 10 });
    let venice = crate::support::client(&server, &clock);
    let begun = clock.now();
    let mut run = venice.chat().many(questions(110));
    assert_answered(&all(&mut run).await);
    assert_eq!(server.count(), 110, "nothing was refused: {:?}", counts.lock().unwrap());
    let counts = counts.lock().unwrap();
    assert!(counts.values().all(|count| count.requests <= 20), "{counts:?}");
    let minutes = (clock.now() - begun).as_secs_f64() / 60.0;
    assert!((4.0..6.5).contains(&minutes), "as fast as the limit allows: {minutes} minutes");
}

#[tokio::test]
async fn two_runs_of_one_client_keep_the_limit_together() {
    let clock = TestClock::without_jitter();
    let (server, counts) = limited(&clock, Limits { requests: 20, tokens: 1_000_000, tokens_each: 10 });
    let venice = crate::support::client(&server, &clock);
    let (mut first, mut second) = (venice.chat().many(questions(50)), venice.clone().chat().many(questions(50)));
    let (first, second) = tokio::join!(all(&mut first), all(&mut second));
    assert_eq!((first.len(), second.len(), server.count()), (50, 50, 100));
    let counts = counts.lock().unwrap();
    assert!(counts.values().all(|count| count.requests <= 20), "{counts:?}");
}

#[tokio::test]
async fn no_window_has_many_more_tokens_than_its_limit() {
    let clock = TestClock::without_jitter();
    // A request is estimated at 506 tokens until replies have shown the actual number.
    let (server, counts) = limited(&clock, Limits { requests: 1000, tokens: 10_000, tokens_each: 1000 });
    let venice = crate::support::client(&server, &clock);
    let mut run = venice.chat().many(questions(60));
    assert_answered(&all(&mut run).await);
    let counts = counts.lock().unwrap();
    assert!(counts.values().all(|count| count.tokens <= 11_000), "{counts:?}");
    assert!(counts.len() >= 6, "it waited for new windows: {counts:?}");
    assert_eq!(server.count(), 60, "nothing was refused");
}

#[tokio::test]
async fn a_model_that_is_held_up_holds_up_no_other() {
    // The busy model answers when the other one has answered everything.
    let answered = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&answered);
    let server = Server::start(move |_, request: &Request| {
        let is_busy = request.json()["model"] == "busy" && seen.load(Ordering::SeqCst) < 12;
        match is_busy {
            true => Answer::new(429, &[("retry-after", "0.2")], ""),
            false => super::answer(request),
        }
    });
    // With the system's clock: a test clock would end the wait at once.
    let venice = crate::support::builder(&server).build().unwrap();
    let requests: Vec<_> = (0..24).map(|n| asked(if n % 2 == 0 { "busy" } else { "free" }, n)).collect();
    let mut run = venice.chat().many(requests).with_window(24);
    let mut finished = Vec::new();
    while let Some(outcome) = tokio::time::timeout(PATIENCE, run.next()).await.unwrap() {
        finished.push(outcome.unwrap().index);
        answered.fetch_add(1, Ordering::SeqCst);
    }
    assert_eq!(finished.len(), 24);
    assert!(finished[..12].iter().all(|index| index % 2 == 1), "{finished:?}");
}

#[tokio::test]
async fn models_take_turns() {
    let server = Server::start(|_, request| super::answer(request));
    let (venice, _) = super::client(&server);
    let requests: Vec<_> = (0..40).map(|n| asked(if n < 20 { "first" } else { "second" }, n)).collect();
    let mut run = venice.chat().many(requests).with_window(40).with_concurrency(2);
    all(&mut run).await;
    let order: Vec<_> = server.requests().iter().take(20).map(|request| request.json()["model"].clone()).collect();
    let second = order.iter().filter(|model| *model == "second").count();
    assert!((8..=12).contains(&second), "{order:?}");
}

#[tokio::test]
async fn the_wait_that_the_api_asks_for_is_waited() {
    let reset = (crate::support::clock::EPOCH_SECONDS + 45) * 1000;
    let reset = reset.to_string();
    let exhausted = [("x-ratelimit-remaining-requests", "0"), ("x-ratelimit-reset-requests", reset.as_str())];
    for (headers, seconds) in [(&[("retry-after", "33")][..], 33), (&exhausted, 45)] {
        let refused = Answer::new(429, headers, "");
        let server = Server::start(move |n, request| if n == 0 { refused.clone() } else { super::answer(request) });
        let (venice, clock) = super::client(&server);
        let begun = clock.now();
        all(&mut venice.chat().many(questions(1))).await;
        let waited = (clock.now() - begun).as_secs();
        assert!((seconds..seconds + 2).contains(&waited), "{waited} s for {headers:?}");
    }
}

#[tokio::test]
async fn a_block_holds_its_model_and_user_and_no_others() {
    let text = "Too many failed attempts (> 50) resulting in a non-success status code. Please wait 30s and try again.";
    let server = Server::start(move |n, request| if n == 0 { refusal(429, text) } else { super::answer(request) });
    let (venice, clock) = super::client(&server);
    let begun = clock.now();
    let requests = [asked("a", 0), asked("b", 1), asked("a", 2).user("ada"), asked("a", 3)];
    let mut run = venice.chat().many(requests).with_concurrency(1);
    let mut outcomes = all(&mut run).await;
    outcomes.sort_by_key(|outcome| outcome.index);
    assert_answered(&outcomes);
    assert!(clock.now() - begun >= Duration::from_secs(30), "{:?}", clock.pauses());
    let order: Vec<_> = server.requests().iter().map(number).collect();
    assert_eq!((order.len(), order[0]), (5, 0));
    assert_eq!(order[1..3].iter().sum::<usize>(), 3, "others do not wait: {order:?}");
}

#[tokio::test]
async fn the_end_of_a_block_is_that_of_its_window() {
    let reset = ((crate::support::clock::EPOCH_SECONDS + 11) * 1000).to_string();
    let text = r#"{"error": "Too many failed attempts (> 50) resulting in a non-success status code."}"#;
    let server = Server::start(move |n, request| match n {
        0 => Answer::new(429, &[("x-ratelimit-remaining", "0"), ("x-ratelimit-resets", &reset)], text),
        _ => super::answer(request),
    });
    let (venice, clock) = super::client(&server);
    let begun = clock.now();
    assert_answered(&all(&mut venice.chat().many(questions(3)).with_concurrency(1)).await);
    let waited = (clock.now() - begun).as_secs();
    assert!((11..13).contains(&waited), "{waited}");
}

#[tokio::test]
async fn a_run_stops_before_the_failures_of_others_have_the_api_block_it() {
    let clock = TestClock::without_jitter();
    let ends = Arc::new(Mutex::new(None));
    let server = {
        let (clock, ends) = (clock.clone(), ends.clone());
        // Another program leaves 14 failures in the first window.
        Server::start(move |n, _| {
            let first = *ends.lock().unwrap().get_or_insert(clock.now() + Duration::from_secs(30));
            let remaining = if clock.now() < first { 14_usize.saturating_sub(n) } else { 50 };
            let left = first.saturating_duration_since(clock.now()).as_millis().to_string();
            let headers = [
                ("content-type", "application/json"),
                ("x-ratelimit-remaining", &*remaining.to_string()),
                ("x-ratelimit-resets", &*left),
            ];
            Answer::new(400, &headers, r#"{"error": "Invalid request parameters"}"#)
        })
    };
    let venice = crate::support::client(&server, &clock);
    let mut run = venice.chat().many(questions(5)).with_concurrency(1);
    let begun = clock.now();
    assert_eq!(all(&mut run).await.len(), 5);
    assert!(clock.now() - begun >= Duration::from_secs(29), "10 of 14 are left to others: {:?}", clock.pauses());
}

#[tokio::test]
async fn a_wait_of_years_stops_the_run_which_can_go_on() {
    let reset = "99999999999";
    let exhausted = [("x-ratelimit-remaining-requests", "0"), ("x-ratelimit-reset-requests", reset)];
    for headers in [&[("retry-after", "99999999")][..], &exhausted] {
        let refused = Answer::new(429, headers, r#"{"error":"Rate limit exceeded"}"#);
        let server = Server::start(move |n, request| if n == 1 { refused.clone() } else { super::answer(request) });
        let (venice, clock) = super::client(&server);
        let mut run = venice.chat().many(questions(4)).with_concurrency(1);
        let (mut outcomes, stop) = super::collected(&mut run).await;
        let stop = stop.unwrap();
        assert_eq!((stop.kind(), outcomes.len()), (venice_ai::ErrorKind::RateLimited, 1), "{stop}");
        assert!(stop.retry_after().unwrap() > Duration::from_secs(90_000_000), "{stop:?}");
        assert!(stop.to_string().contains("resume") && stop.to_string().contains("3 requests"), "{stop}");
        assert!(clock.pauses().iter().sum::<Duration>() < Duration::from_secs(60), "{:?}", clock.pauses());
        assert!(run.next().await.is_none(), "it is over until it is told to go on");
        run.resume();
        outcomes.extend(all(&mut run).await);
        assert_answered(&outcomes);
        assert_eq!((outcomes.len(), server.count()), (4, 5));
    }
}

#[tokio::test]
async fn a_model_that_is_to_wait_for_years_holds_up_no_other() {
    let refused = Answer::new(429, &[("retry-after", "99999999")], "");
    let server = Server::start(move |_, request| match request.json()["model"] == "stuck" {
        true => refused.clone(),
        false => super::answer(request),
    });
    let (venice, _) = super::client(&server);
    let requests: Vec<_> = (0..20).map(|n| asked(if n == 0 { "stuck" } else { "free" }, n)).collect();
    let mut run = venice.chat().many(requests).with_concurrency(2);
    let (outcomes, stop) = super::collected(&mut run).await;
    assert_eq!(outcomes.len(), 19, "all others come first");
    assert_eq!(stop.unwrap().kind(), ErrorKind::RateLimited);
    assert_eq!(server.count(), 20);
}

#[tokio::test]
async fn the_longest_wait_of_a_run_can_be_set() {
    let refused = Answer::new(429, &[("retry-after", "7200")], "");
    let server = Server::start(move |n, request| if n == 0 { refused.clone() } else { super::answer(request) });
    let (venice, clock) = super::client(&server);
    let begun = clock.now();
    let mut run = venice.chat().many(questions(1)).with_longest_wait(Duration::from_secs(7201));
    assert_answered(&all(&mut run).await);
    assert!(clock.now() - begun >= Duration::from_secs(7200));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_one_wallet_five_requests_are_in_flight_at_most() {
    let (server, most) = Server::counting_in_flight(5, super::answer);
    let (venice, _) = super::client(&server);
    let mut run = venice.many(questions(60), signed).with_concurrency(16);
    assert_answered(&all(&mut run).await);
    assert_eq!(most.load(Ordering::SeqCst), 5);
}

/// A call that a wallet signs.
fn signed(venice: &venice_ai::Client, request: ChatCompletionRequest) -> Call<ChatCompletion> {
    venice.chat().create(request).with_signer(|_| {
        use base64::Engine as _;
        let document = r#"{"address": "0xab", "message": "sign in", "signature": "0x00"}"#;
        let signature = venice_ai::Secret::from(base64::engine::general_purpose::STANDARD.encode(document));
        std::future::ready(Ok::<_, std::io::Error>(signature))
    })
}

#[tokio::test]
async fn a_rejected_signature_is_renewed_once_in_a_run_after_another_failure_too() {
    let expired = || Answer::json(401, r#"{"error":"Signature expired","code":"X402_SIGN_IN_EXPIRED"}"#);
    let answered = || Answer::json(200, r#"{"choices":[{"message":{"role":"assistant","content":"answer 0"}}]}"#);
    let server = Server::answering([refusal(429, "Rate limit exceeded"), expired(), answered()]);
    let (venice, _) = super::client(&server);
    assert_answered(&all(&mut venice.many(questions(1), signed)).await);
    let server = Server::answering([expired(), refusal(429, "Rate limit exceeded"), expired(), answered()]);
    let (venice, _) = super::client(&server);
    let (_, stop) = super::collected(&mut venice.many(questions(1), signed)).await;
    assert_eq!((stop.unwrap().kind(), server.count()), (ErrorKind::Authentication, 3));
}

#[tokio::test]
async fn wrong_requests_are_sent_slowly_enough() {
    let clock = TestClock::without_jitter();
    let failures = Arc::new(Mutex::new(Vec::new()));
    let server = {
        let (clock, failures) = (clock.clone(), failures.clone());
        Server::start(move |_, _| {
            failures.lock().unwrap().push(clock.now());
            refusal(400, "Invalid request parameters")
        })
    };
    let venice = crate::support::client(&server, &clock);
    let mut run = venice.chat().many(questions(100)).with_concurrency(16);
    assert_eq!(all(&mut run).await.len(), 100);
    let failures = failures.lock().unwrap();
    for at in failures.iter() {
        let within = failures.iter().filter(|other| **other >= *at && **other < *at + Duration::from_secs(30)).count();
        assert!(within <= 40, "{within}");
    }
}

#[tokio::test]
async fn it_begins_carefully_and_success_speeds_up() {
    /// The requests that have come, those that were not answered yet, and the most of those.
    #[derive(Default)]
    struct Seen {
        came: usize,
        in_flight: usize,
        most: usize,
        /// The most before the first was answered.
        most_at_first: Option<usize>,
    }
    let shared = Arc::new((Mutex::new(Seen::default()), Condvar::new()));
    let server = {
        let shared = shared.clone();
        Server::start(move |_, request| {
            let (seen, changed) = &*shared;
            let mut now = seen.lock().unwrap();
            now.came += 1;
            now.in_flight += 1;
            now.most = now.most.max(now.in_flight);
            changed.notify_all();
            // The first four are answered when all of them are there, and the others when eight are.
            let is_early: fn(&mut Seen) -> bool = match now.came {
                1..=4 => |seen| seen.came < 4,
                _ => |seen| seen.most < 8,
            };
            now = changed.wait_timeout_while(now, PATIENCE, is_early).unwrap().0;
            if now.most_at_first.is_none() {
                // Time enough for a fifth.
                drop(now);
                std::thread::sleep(Duration::from_millis(20));
                now = seen.lock().unwrap();
                let most = now.most;
                now.most_at_first.get_or_insert(most);
            }
            now.in_flight -= 1;
            drop(now);
            super::answer(request)
        })
    };
    let (venice, _) = super::client(&server);
    all(&mut venice.chat().many(questions(80)).with_concurrency(8)).await;
    let seen = shared.0.lock().unwrap();
    assert_eq!((seen.most_at_first, seen.most), (Some(4), 8), "careful at first, more soon");
}
