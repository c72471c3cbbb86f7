//! A batch within a budget, while everything fails at times.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use venice_ai::cost::Budget;
use venice_ai::many::SharedBatch;
use venice_ai::shared::{SharedState, SharedStateBuilder};
use venice_ai::types::ChatCompletionRequest;
use venice_ai::{ClientBuilder, ErrorKind, RetryPolicy};

use super::{Redis, Worker, a_dollar, costing, shop, wait_until};
use crate::support::{Answer, PATIENCE, builder};

const REQUESTS: usize = 120;
const LEASE: Duration = Duration::from_secs(2);

/// Each costs half a dollar, and a dollar at most.
fn requests() -> impl ExactSizeIterator<Item = ChatCompletionRequest> + Send + 'static {
    (0..REQUESTS).map(|n| a_dollar().seed(n as i64 + 1))
}

fn budget(state: &SharedState) -> Budget {
    Budget::usd(100).shared(state, "storm")
}

/// A worker that goes on after whatever stops it.
pub async fn weather(state: SharedStateBuilder, builder: ClientBuilder) {
    let state = state.lease(LEASE).build().unwrap();
    let venice = builder.budget(budget(&state)).shared_state(&state).build().unwrap();
    let mut run = venice.chat().many(requests()).shared(&state, "storm");
    while let Some(outcome) = run.next().await {
        let Err(error) = outcome else { continue };
        assert!(matches!(error.kind(), ErrorKind::SharedState | ErrorKind::BudgetExceeded), "{error}");
        tokio::time::sleep(Duration::from_millis(20)).await;
        run.resume();
    }
    while state.flush().await.is_err() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn nothing_is_paid_twice_or_above_the_limit_whatever_fails() {
    let Some(mut redis) = Redis::start() else { return };
    // How often each request was sent and not rejected, and how many were charged.
    let sent: Arc<Mutex<(HashMap<i64, usize>, usize)>> = Arc::default();
    let (log, busy) = (sent.clone(), Mutex::new(HashMap::new()));
    let server = shop(move |request| {
        let n = request.json()["seed"].as_i64().unwrap();
        let after = Answer::default().wait(Duration::from_millis(10));
        if n % 10 == 3 && busy.lock().unwrap().insert(n, ()).is_none() {
            let headers = [("content-type", "application/json"), ("retry-after", "0")];
            return Answer::new(429, &headers, r#"{"error": "slow down"}"#);
        }
        let mut log = log.lock().unwrap();
        *log.0.entry(n).or_default() += 1;
        log.1 += usize::from(!matches!(n % 10, 5 | 7));
        match n % 10 {
            5 => after.then(Answer::json(500, r#"{"error": "inference failed"}"#)),
            7 => after.close(),
            _ => after.then(costing("0.5")),
        }
    });
    let count = || sent.lock().unwrap().0.len();
    let mut workers = Worker::eight("weather", &redis, &server);
    wait_until("it begins", || count() >= 15);
    redis.restart();
    wait_until("it goes on", || count() >= 30);
    workers.remove(0).kill();
    wait_until("it goes on", || count() >= 45);
    redis.pause();
    std::thread::sleep(Duration::from_millis(500));
    workers.remove(0).kill();
    redis.resume();
    wait_until("it goes on", || count() >= 60);
    redis.kill();
    std::thread::sleep(Duration::from_millis(500));
    redis.restart();
    for worker in workers {
        worker.reports();
    }

    let state = redis.state().lease(LEASE).build().unwrap();
    let venice = builder(&server).retry(RetryPolicy::disabled()).build().unwrap();
    let everything = SharedBatch::named("storm").all_outcomes(true);
    let mut run = venice.chat().many(requests()).shared(&state, everything);
    let (mut answered, mut unknown) = (0, 0);
    while let Some(outcome) = run.next().await {
        let outcome = outcome.unwrap();
        answered += usize::from(outcome.result.is_ok());
        unknown += usize::from(outcome.may_be_paid);
        assert!(outcome.result.is_ok() || outcome.may_be_paid, "{outcome:?}");
    }
    assert_eq!(answered + unknown, REQUESTS);
    let (sent, charged) = sent.lock().unwrap().clone();
    assert!(sent.values().all(|times| *times == 1), "{sent:?}");
    assert!(charged >= answered, "{charged} were charged, and {answered} answered");

    let budget = budget(&state);
    let begun = std::time::Instant::now();
    let dollars = loop {
        budget.refresh().await.unwrap();
        let usd = budget.in_usd();
        if usd.reserved.is_zero() {
            break [usd.spent, usd.uncertain].map(|amount| amount.to_f64());
        }
        assert!(begun.elapsed() < PATIENCE, "{usd:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    let [spent, uncertain] = dollars;
    let charged = charged as f64 / 2.0;
    assert!(spent <= charged && spent + uncertain >= charged, "{spent} and {uncertain} of {charged}");
    assert!(spent + uncertain <= 100.0, "{spent} and {uncertain}");
}
