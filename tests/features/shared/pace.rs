//! Rate limits and failures that processes share.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use venice_ai::pace::Wait;
use venice_ai::shared::{FailMode, SharedState, SharedStateBuilder};
use venice_ai::types::ChatCompletionRequest;
use venice_ai::{Client, ClientBuilder, Error, ErrorKind, RetryPolicy};

use super::{Redis, Worker, wait_until};
use crate::support::chat::ANSWER;
use crate::support::{Answer, Gate, PATIENCE, Server, builder};

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);

fn request(model: &str) -> ChatCompletionRequest {
    ChatCompletionRequest::new(model, ["Hello"])
}

/// A client in the place of a process: nothing but Redis connects it with others.
fn client(server: &Server, state: &SharedState, max_wait: Duration) -> Client {
    builder(server).retry(RetryPolicy::disabled()).pace(max_wait).shared_state(state).build().unwrap()
}

/// An answer that reports a limit of 30 requests, of which these are left for ten minutes.
fn limited(left: usize) -> Answer {
    let resets = SystemTime::now() + 10 * MINUTE;
    let millis = resets.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_millis().to_string();
    let headers = [
        ("content-type", "application/json"),
        ("x-ratelimit-limit-requests", "30"),
        ("x-ratelimit-remaining-requests", &left.to_string()),
        ("x-ratelimit-reset-requests", &millis),
    ];
    Answer::new(200, &headers, ANSWER)
}

#[track_caller]
fn assert_held(error: &Error, why: Wait) {
    assert_eq!(error.kind(), ErrorKind::PaceExceeded, "{error}");
    assert_eq!(error.pace_exceeded().unwrap().waits_for, why, "{error}");
}

/// Calls until nothing is left.
pub async fn call(state: SharedStateBuilder, builder: ClientBuilder) {
    let state = state.build().unwrap();
    let venice = builder.pace(Duration::from_millis(200)).shared_state(&state).build().unwrap();
    let mut held = 0;
    while held < 5 {
        match venice.chat().create(request("m")).await {
            Ok(_) => held = 0,
            Err(error) if error.kind() == ErrorKind::PaceExceeded => {
                held += 1;
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            Err(error) => panic!("{error}"),
        }
    }
}

/// One call.
pub async fn call_once(state: SharedStateBuilder, builder: ClientBuilder) {
    let state = state.lease(SECOND).build().unwrap();
    let venice = builder.pace(PATIENCE).shared_state(&state).build().unwrap();
    venice.chat().create(request("m")).await.unwrap();
}

#[tokio::test]
async fn eight_processes_stay_within_a_limit_that_replies_report() {
    let Some(redis) = Redis::start() else { return };
    let count = Arc::new(AtomicUsize::new(0));
    let counted = count.clone();
    let server = Server::start(move |_, _| match counted.fetch_add(1, Ordering::SeqCst) {
        n if n < 30 => limited(29 - n),
        _ => Answer::json(429, r#"{"error": "Rate limit exceeded"}"#),
    });
    for worker in Worker::eight("call", &redis, &server) {
        worker.reports();
    }
    let count = count.load(Ordering::SeqCst);
    assert!((20..=30).contains(&count), "{count}");
}

#[tokio::test]
async fn what_one_process_learns_holds_the_others_back() {
    let Some(redis) = Redis::start() else { return };
    let server = Server::start(|_, request| match request.json()["model"].as_str().unwrap() {
        "used up" => limited(0),
        "busy" => Answer::new(429, &[("retry-after", "60")], r#"{"error": "Rate limit exceeded"}"#),
        _ => ANSWER.into(),
    });
    let [first, second] = [0; 2].map(|_| redis.state().build().unwrap());
    let (here, there) = (client(&server, &first, MINUTE), client(&server, &second, SECOND));
    here.chat().create(request("used up")).await.unwrap();
    first.flush().await.unwrap();
    assert_held(&there.chat().create(request("used up")).await.unwrap_err(), Wait::RequestLimit);
    here.chat().create(request("busy")).await.unwrap_err();
    first.flush().await.unwrap();
    let error = there.chat().create(request("busy")).await.unwrap_err();
    assert_held(&error, Wait::Refused);
    assert!(error.retry_after() > Some(MINUTE / 2), "{error}");
    there.chat().create(request("other")).await.unwrap();
    // Limits are those of an API key.
    let other = builder(&server).api_key("another").pace(SECOND).shared_state(&second).build().unwrap();
    other.chat().create(request("used up")).await.unwrap();
    assert_eq!(server.count(), 4);
    let keys = redis.cli(&["KEYS", "*"]);
    assert!(keys.contains("pace") && !keys.contains(crate::support::KEY) && !keys.contains("another"), "{keys}");
}

#[tokio::test]
async fn requests_in_flight_of_other_processes_count_until_they_die() {
    let Some(redis) = Redis::start() else { return };
    let first = AtomicBool::new(true);
    let server = Server::start(move |_, request| match request.header("x-hang") {
        Some(_) => limited(1),
        None if first.swap(false, Ordering::SeqCst) => Answer::silence(),
        None => ANSWER.into(),
    });
    let state = redis.state().lease(SECOND).build().unwrap();
    let venice = client(&server, &state, PATIENCE);
    venice.chat().create(request("m")).with_header("x-hang", "no").await.unwrap();
    state.flush().await.unwrap();
    let mut worker = Worker::start("call once", &redis, &server);
    wait_until("it is sent", || server.count() == 2);
    let impatient = client(&server, &state, Duration::ZERO);
    assert_held(&impatient.chat().create(request("m")).await.unwrap_err(), Wait::RequestLimit);
    worker.kill();
    let begun = std::time::Instant::now();
    while let Err(error) = impatient.chat().create(request("m")).await {
        assert_held(&error, Wait::RequestLimit);
        assert!(begun.elapsed() < PATIENCE);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn failures_of_all_processes_stay_below_what_the_api_blocks() {
    let Some(redis) = Redis::start() else { return };
    let server = Server::start(|_, _| Answer::json(400, r#"{"error": "no"}"#));
    let states = [0; 3].map(|_| redis.state().build().unwrap());
    let clients = states.each_ref().map(|state| client(&server, state, SECOND));
    let mut failed = 0;
    'all: loop {
        for (venice, state) in clients.iter().zip(&states) {
            assert!(failed <= 40);
            let error = venice.chat().create(request("m")).await.unwrap_err();
            state.flush().await.unwrap();
            if error.kind() == ErrorKind::PaceExceeded {
                assert_held(&error, Wait::Failures);
                break 'all;
            }
            failed += 1;
        }
    }
    assert_eq!((failed, server.count()), (40, 40));
    // Another model has a bucket of its own.
    let error = clients[0].chat().create(request("other")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{error}");
}

#[tokio::test]
async fn streams_count_until_they_end() {
    let Some(redis) = Redis::start() else { return };
    let gate = Gate::default();
    let held = gate.clone();
    let server = Server::start(move |_, request| match request.json()["stream"].as_bool() {
        Some(true) => crate::support::chat::head().until(&held).send("data: [DONE]\n\n").close(),
        _ => ANSWER.into(),
    });
    let state = redis.state().build().unwrap();
    let venice = client(&server, &state, PATIENCE);
    let stream = venice.chat().stream(request("m")).await.unwrap();
    state.flush().await.unwrap();
    let lane = || redis.cli(&["HGETALL", redis.cli(&["KEYS", "*pace*"]).trim()]);
    assert!(lane().contains(r#""in_flight":{"#) && !lane().contains(r#""in_flight":{},"#), "{}", lane());
    gate.open();
    drop(stream);
    state.flush().await.unwrap();
    assert!(lane().contains(r#""in_flight":{},"#), "{}", lane());
}

#[tokio::test]
async fn without_redis_each_process_goes_on_alone_unless_it_is_to_stop() {
    let Some(mut redis) = Redis::start() else { return };
    let server = Server::start(|_, _| ANSWER.into());
    let open = client(&server, &redis.state().build().unwrap(), PATIENCE);
    let closed = client(&server, &redis.state().pace(FailMode::Closed).build().unwrap(), PATIENCE);
    for venice in [&open, &closed] {
        venice.chat().create(request("m")).await.unwrap();
    }
    redis.kill();
    open.chat().create(request("m")).await.unwrap();
    let error = closed.chat().create(request("m")).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::SharedState, 0), "{error}");
    let mut run = closed.chat().many([request("m")]);
    let error = run.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::SharedState, "{error}");
    assert_eq!(server.count(), 3);
    redis.restart();
    run.resume();
    assert!(run.next().await.unwrap().unwrap().result.is_ok());
    closed.chat().create(request("m")).await.unwrap();
    assert_eq!(server.count(), 5);
}

#[tokio::test]
async fn a_batch_waits_for_what_others_have_in_flight() {
    let Some(redis) = Redis::start() else { return };
    let gate = Gate::default();
    let held = gate.clone();
    // The first four are held, which is as many as are sent before any reply.
    let count = AtomicUsize::new(0);
    let server = Server::start(move |_, _| match count.fetch_add(1, Ordering::SeqCst) {
        0..4 => Answer::default().until(&held).then(ANSWER.into()),
        _ => ANSWER.into(),
    });
    let [first, second] = [0; 2].map(|_| client(&server, &redis.state().build().unwrap(), PATIENCE));
    let calls = (0..4).map(|_| tokio::spawn(first.chat().create(request("m")).into_future()));
    let calls: Vec<_> = calls.collect();
    while server.count() < 4 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let mut run = second.chat().many((0..10).map(|_| request("m")));
    let begun = std::time::Instant::now();
    loop {
        assert!(tokio::time::timeout(Duration::from_millis(20), run.next()).await.is_err());
        if run.progress().waits_for == Some(Wait::Replies) {
            break;
        }
        assert!(begun.elapsed() < PATIENCE, "{}", run.progress());
    }
    assert_eq!(server.count(), 4);
    gate.open();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    let mut done = 0;
    while let Some(outcome) = run.next().await {
        outcome.unwrap().result.unwrap();
        done += 1;
    }
    assert_eq!((done, server.count()), (10, 14));
}
