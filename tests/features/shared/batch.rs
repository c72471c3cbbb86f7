//! A batch that processes share.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use venice_ai::many::{Many, Outcome, SharedBatch};
use venice_ai::shared::{SharedState, SharedStateBuilder};
use venice_ai::types::{ChatCompletion, ChatCompletionRequest};
use venice_ai::{Client, ClientBuilder, Error, ErrorKind, RetryPolicy};

use super::{Redis, Worker, signal, wait_until};
use crate::support::server::Request;
use crate::support::{Answer, Gate, Server, builder};

const REQUESTS: usize = 160;
/// Long enough that no process that lives is taken for dead, and short enough to wait for.
const LEASE: Duration = Duration::from_secs(2);

type Run = Many<ChatCompletionRequest, ChatCompletion>;
type Sent = Arc<Mutex<HashMap<usize, usize>>>;

fn questions(count: usize) -> impl ExactSizeIterator<Item = ChatCompletionRequest> + Send + 'static {
    (0..count).map(|n| ChatCompletionRequest::new("gondola-9b", [format!("question {n}")]))
}

/// The number of the question in a request.
fn number(request: &Request) -> usize {
    let content = &request.json()["messages"][0]["content"];
    content.as_str().unwrap().rsplit(' ').next().unwrap().parse().unwrap()
}

fn answer(n: usize) -> Answer {
    let message = serde_json::json!({"role": "assistant", "content": format!("answer {n}")});
    let choice = serde_json::json!({"index": 0, "message": message, "finish_reason": "stop"});
    (&serde_json::json!({"id": "1", "model": "gondola-9b", "choices": [choice]})).into()
}

/// A server that answers each question after a while, and how often each was sent.
fn counting(after: Duration) -> (Server, Sent) {
    let sent = Sent::default();
    let counts = sent.clone();
    let server = Server::start(move |_, request| {
        *counts.lock().unwrap().entry(number(request)).or_default() += 1;
        Answer::default().wait(after).then(answer(number(request)))
    });
    (server, sent)
}

#[track_caller]
fn assert_each_sent_once(sent: &Sent, count: usize) {
    let sent = sent.lock().unwrap();
    assert!(sent.values().all(|times| *times == 1), "{sent:?}");
    assert_eq!(sent.len(), count);
}

fn client(server: &Server) -> Client {
    builder(server).retry(RetryPolicy::disabled()).build().unwrap()
}

fn open(venice: &Client, state: &SharedState, count: usize, batch: impl Into<SharedBatch>) -> Run {
    venice.chat().many(questions(count)).shared(state, batch)
}

fn everything() -> SharedBatch {
    SharedBatch::named("questions").all_outcomes(true)
}

async fn collected(run: &mut Run) -> (Vec<Outcome<ChatCompletion>>, Option<Error>) {
    let mut outcomes = Vec::new();
    while let Some(outcome) = run.next().await {
        match outcome {
            Ok(outcome) => outcomes.push(outcome),
            Err(error) => return (outcomes, Some(error)),
        }
    }
    (outcomes, None)
}

/// All outcomes of a run that does not stop.
async fn all(run: &mut Run) -> BTreeMap<usize, Outcome<ChatCompletion>> {
    let (outcomes, stop) = collected(run).await;
    assert!(stop.is_none(), "{stop:?}");
    outcomes.into_iter().map(|outcome| (outcome.index, outcome)).collect()
}

#[track_caller]
fn assert_answered(outcome: &Outcome<ChatCompletion>) {
    let text = outcome.result.as_ref().unwrap().text();
    assert_eq!(text, format!("answer {}", outcome.index));
}

/// A run that reports each of its outcomes.
pub async fn run(state: SharedStateBuilder, builder: ClientBuilder) {
    let state = state.lease(LEASE).build().unwrap();
    let venice = builder.build().unwrap();
    let mut run = open(&venice, &state, REQUESTS, "questions");
    while let Some(outcome) = run.next().await {
        let outcome = outcome.unwrap();
        match &outcome.result {
            Ok(_) => assert_answered(&outcome),
            Err(error) => assert_eq!(error.kind(), ErrorKind::OutcomeUnknown, "{error}"),
        }
        println!("report: {}", outcome.index);
    }
    assert_eq!(run.progress().finished(), REQUESTS as u64, "{}", run.progress());
}

#[tokio::test]
async fn eight_processes_send_each_request_once_and_return_each_outcome_once() {
    let Some(redis) = Redis::start() else { return };
    let (server, sent) = counting(Duration::from_millis(3));
    let workers = Worker::eight("batch", &redis, &server);
    let mut reported: Vec<usize> = Vec::new();
    for worker in workers {
        reported.extend(worker.reports().iter().map(|index| index.parse::<usize>().unwrap()));
    }
    assert_each_sent_once(&sent, REQUESTS);
    reported.sort_unstable();
    assert_eq!(reported, (0..REQUESTS).collect::<Vec<_>>());
    // Anyone can have all outcomes afterwards.
    let state = redis.state().build().unwrap();
    let venice = client(&server);
    let outcomes = all(&mut open(&venice, &state, REQUESTS, everything())).await;
    assert_eq!(outcomes.len(), REQUESTS);
    outcomes.values().for_each(|outcome| {
        assert_answered(outcome);
        assert!(outcome.from_journal);
    });
    assert_each_sent_once(&sent, REQUESTS);
}

#[tokio::test]
async fn killed_processes_leave_their_requests_to_the_others_and_nothing_is_paid_twice() {
    let Some(redis) = Redis::start() else { return };
    let (server, sent) = counting(Duration::from_millis(20));
    let mut workers = Worker::eight("batch", &redis, &server);
    for wanted in [10, 30, 50, 70] {
        wait_until("requests are sent", || server.count() >= wanted);
        workers.remove(0).kill();
    }
    for worker in workers {
        worker.reports();
    }
    let state = redis.state().lease(LEASE).build().unwrap();
    let venice = client(&server);
    let outcomes = all(&mut open(&venice, &state, REQUESTS, everything())).await;
    assert_eq!(outcomes.len(), REQUESTS);
    let sent = sent.lock().unwrap();
    assert!(sent.values().all(|times| *times == 1), "{sent:?}");
    let mut unknown = 0;
    for (index, outcome) in &outcomes {
        match &outcome.result {
            Ok(_) => assert!(sent.contains_key(index)),
            Err(error) => {
                unknown += 1;
                assert!(error.kind() == ErrorKind::OutcomeUnknown && outcome.may_be_paid, "{error}");
            }
        }
    }
    assert!(unknown <= 4 * 8, "{unknown} are more than were in flight");
}

#[tokio::test]
async fn a_process_that_is_paused_for_too_long_still_stores_its_answer() {
    let Some(redis) = Redis::start() else { return };
    let gate = Gate::default();
    let (opened, held) = (gate.clone(), AtomicBool::new(true));
    let server = Server::start(move |_, request| match held.swap(false, Ordering::SeqCst) {
        true => Answer::default().until(&gate).then(answer(number(request))),
        false => answer(number(request)),
    });
    let worker = Worker::start("batch", &redis, &server);
    wait_until("it is sent", || server.count() >= 1);
    let held = number(&server.requests()[0]);
    wait_until("all others are answered", || server.count() == REQUESTS);
    signal("-STOP", &worker.0);
    let state = redis.state().lease(LEASE).build().unwrap();
    let venice = client(&server);
    let outcomes = all(&mut open(&venice, &state, REQUESTS, everything())).await;
    assert_eq!(outcomes[&held].error().unwrap().kind(), ErrorKind::OutcomeUnknown);
    signal("-CONT", &worker.0);
    opened.open();
    worker.reports();
    let outcomes = all(&mut open(&venice, &state, REQUESTS, everything())).await;
    assert_answered(&outcomes[&held]);
    assert_eq!(server.count(), REQUESTS);
}

#[tokio::test]
async fn a_restarted_redis_does_not_stop_a_run() {
    let Some(mut redis) = Redis::start() else { return };
    let (server, sent) = counting(Duration::from_millis(5));
    let (venice, state) = (client(&server), redis.state().build().unwrap());
    let mut run = open(&venice, &state, REQUESTS, "questions");
    let mut outcomes = Vec::new();
    while let Some(outcome) = run.next().await {
        outcomes.push(outcome.unwrap());
        if outcomes.len() % 40 == 20 {
            redis.restart();
        }
    }
    outcomes.iter().for_each(assert_answered);
    assert_eq!(outcomes.len(), REQUESTS);
    assert_each_sent_once(&sent, REQUESTS);
}

#[tokio::test]
async fn without_redis_a_run_stops_and_goes_on_when_it_is_resumed() {
    let Some(mut redis) = Redis::start() else { return };
    let (server, sent) = counting(Duration::from_millis(1));
    let (venice, state) = (client(&server), redis.state().lease(Duration::from_secs(1)).build().unwrap());
    let mut run = open(&venice, &state, REQUESTS, "questions");
    let mut outcomes = Vec::new();
    while outcomes.len() < 20 {
        outcomes.push(run.next().await.unwrap().unwrap());
    }
    redis.kill();
    let (more, stop) = collected(&mut run).await;
    let stop = stop.unwrap();
    assert_eq!((stop.kind(), stop.attempts()), (ErrorKind::SharedState, 0), "{stop}");
    outcomes.extend(more);
    // Those in flight were answered, and nothing was sent since.
    assert_eq!(server.count(), outcomes.len());
    redis.restart();
    run.resume();
    let (more, stop) = collected(&mut run).await;
    assert!(stop.is_none(), "{stop:?}");
    outcomes.extend(more);
    outcomes.iter().for_each(assert_answered);
    assert_eq!(outcomes.len(), REQUESTS);
    assert_each_sent_once(&sent, REQUESTS);
    let outcomes = all(&mut open(&venice, &state, REQUESTS, everything())).await;
    outcomes.values().for_each(assert_answered);
}

#[tokio::test]
async fn a_lost_batch_is_not_sent_again_by_a_run_that_has_seen_it() {
    let Some(mut redis) = Redis::start() else { return };
    let (server, sent) = counting(Duration::from_millis(1));
    let (venice, state) = (client(&server), redis.state().build().unwrap());
    let mut run = open(&venice, &state, REQUESTS, "questions");
    for _ in 0..20 {
        run.next().await.unwrap().unwrap();
    }
    redis.restart_without_data();
    for _ in 0..2 {
        let (_, stop) = collected(&mut run).await;
        let stop = stop.unwrap();
        assert!(stop.kind() == ErrorKind::SharedState && stop.to_string().contains("lost the shared batch"), "{stop}");
        run.resume();
    }
    assert!(sent.lock().unwrap().values().all(|times| *times == 1));
}

#[tokio::test]
async fn two_runs_of_one_process_share_too_and_a_dropped_one_leaves_nothing_behind() {
    let Some(redis) = Redis::start() else { return };
    let gate = Gate::default();
    let held = gate.clone();
    let server = Server::start(move |_, request| match number(request) {
        0 => Answer::default().until(&held).then(answer(0)),
        n => answer(n),
    });
    let (venice, state) = (client(&server), redis.state().lease(Duration::from_secs(1)).build().unwrap());
    let mut first = open(&venice, &state, 1, "questions");
    server.until_asked(1, async || first.next().await).await;
    let mut second = open(&venice, &state, 3, "questions");
    let mut outcomes = Vec::new();
    while outcomes.len() < 2 {
        outcomes.push(second.next().await.unwrap().unwrap().index);
    }
    outcomes.sort_unstable();
    assert_eq!(outcomes, [1, 2]);
    let waiting = tokio::time::timeout(Duration::from_millis(200), second.next()).await;
    assert!(waiting.is_err(), "the first one is at work on it");
    drop(first);
    let last = second.next().await.unwrap().unwrap();
    assert_eq!((last.index, last.error().unwrap().kind()), (0, ErrorKind::OutcomeUnknown));
    assert!(second.next().await.is_none());
    assert_eq!(server.count(), 3);
    gate.open();
    // Whoever wants it is free to pay twice.
    let again = all(&mut open(&venice, &state, 3, SharedBatch::named("questions").resend_unknown(true))).await;
    assert_eq!(again.len(), 1);
    assert_answered(&again[&0]);
    assert_eq!(server.count(), 4);
}

#[tokio::test]
async fn what_the_api_rejects_for_now_is_sent_again_and_errors_are_recorded() {
    let Some(redis) = Redis::start() else { return };
    let busy = AtomicBool::new(true);
    let server = Server::start(move |_, request| match number(request) {
        0 if busy.swap(false, Ordering::SeqCst) => {
            Answer::new(429, &[("content-type", "application/json"), ("retry-after", "0")], r#"{"error": "slow down"}"#)
        }
        1 => Answer::json(400, r#"{"error": "no"}"#),
        2 => Answer::json(500, r#"{"error": "inference failed"}"#),
        n => answer(n),
    });
    let (venice, state) = (client(&server), redis.state().build().unwrap());
    let outcomes = all(&mut open(&venice, &state, 4, "questions")).await;
    let check = |outcomes: &BTreeMap<usize, Outcome<ChatCompletion>>| {
        assert_answered(&outcomes[&0]);
        assert_answered(&outcomes[&3]);
        let kind = |n| (outcomes[&n].error().unwrap().kind(), outcomes[&n].may_be_paid);
        assert_eq!(kind(1), (ErrorKind::InvalidRequest, false));
        assert_eq!(kind(2), (ErrorKind::Server, true));
    };
    check(&outcomes);
    check(&all(&mut open(&venice, &state, 4, everything())).await);
    assert_eq!(server.count(), 5);
    let resent = all(&mut open(&venice, &state, 4, SharedBatch::named("questions").resend_failed(true))).await;
    assert_eq!((resent.keys().collect::<Vec<_>>(), server.count()), (vec![&1], 6));
}

#[tokio::test]
async fn other_requests_and_damaged_records_stop_the_run_before_anything_is_sent() {
    let Some(redis) = Redis::start() else { return };
    let (server, _) = counting(Duration::ZERO);
    let (venice, state) = (client(&server), redis.state().build().unwrap());
    let ask = |text: &'static str| {
        let request = ChatCompletionRequest::new("gondola-9b", [text]);
        venice.chat().many([request]).with_keys(|_| "the key".to_owned()).shared(&state, "questions")
    };
    all(&mut ask("question 1")).await;
    let (_, stop) = collected(&mut ask("question 2")).await;
    let stop = stop.unwrap();
    assert!(stop.kind() == ErrorKind::Journal && stop.to_string().contains("a different request"), "{stop}");
    for damaged in ["", "0123456789abcdef", "0123456789abcdefnonsense", "0123456789abcdefa\nb\n1\n{}"] {
        redis.cli(&["HSET", "{test}:batch:questions", "/the key", damaged]);
        let (outcomes, stop) = collected(&mut ask("question 1")).await;
        if damaged.is_empty() {
            // As if there were none.
            assert!(stop.is_none() && outcomes.len() == 1, "{stop:?}");
        } else {
            assert_eq!(stop.unwrap().kind(), ErrorKind::Journal, "{damaged}");
        }
    }
    assert_eq!(server.count(), 2);
}
