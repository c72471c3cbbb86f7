//! A budget that processes share.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use venice_ai::cost::Budget;
use venice_ai::shared::{FailMode, SharedState, SharedStateBuilder};
use venice_ai::{Client, ClientBuilder, Error, ErrorKind, RetryPolicy};

use super::{Redis, Worker, a_dollar, calls, costing, shop, signal, wait_until};
use crate::support::{Answer, Gate, Server, builder};

const SECOND: Duration = Duration::from_secs(1);

fn budget(state: &SharedState, usd: u32) -> Budget {
    Budget::usd(usd).shared(state, "lagoon")
}

fn within(server: &Server, budget: &Budget) -> Client {
    builder(server).retry(RetryPolicy::disabled()).budget(budget.clone()).build().unwrap()
}

/// Spent, reserved and uncertain dollars of all processes.
async fn dollars(budget: &Budget) -> [String; 3] {
    budget.refresh().await.unwrap();
    let usd = budget.in_usd();
    [usd.spent, usd.reserved, usd.uncertain].map(|amount| amount.to_f64().to_string())
}

/// Waits for spent, reserved and uncertain dollars.
async fn until(budget: &Budget, expected: [&str; 3]) {
    let begun = std::time::Instant::now();
    while dollars(budget).await != expected {
        assert!(begun.elapsed() < crate::support::PATIENCE, "{:?}, not {expected:?}", dollars(budget).await);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[track_caller]
fn assert_closed(error: &Error) {
    assert_eq!(error.kind(), ErrorKind::SharedState, "{error}");
    assert!(error.attempts() == 0 && error.to_string().contains("nothing was sent"), "{error}");
}

/// Four calls at once, until nothing is left of twenty dollars.
pub async fn spend(state: SharedStateBuilder, builder: ClientBuilder) {
    let state = state.build().unwrap();
    let venice = builder.budget(budget(&state, 20)).build().unwrap();
    let calls = (0..4).map(|_| {
        let venice = venice.clone();
        tokio::spawn(async move {
            loop {
                match venice.chat().create(a_dollar()).await {
                    Ok(_) => {}
                    Err(error) if error.kind() == ErrorKind::Server => {}
                    Err(error) if error.kind() == ErrorKind::BudgetExceeded => break,
                    Err(error) => panic!("{error}"),
                }
            }
        })
    });
    for call in calls.collect::<Vec<_>>() {
        call.await.unwrap();
    }
    state.flush().await.unwrap();
}

/// One call.
pub async fn ask(state: SharedStateBuilder, builder: ClientBuilder) {
    let state = state.lease(SECOND).build().unwrap();
    let venice = builder.budget(budget(&state, 20)).build().unwrap();
    venice.chat().create(a_dollar()).await.unwrap();
    state.flush().await.unwrap();
}

#[tokio::test]
async fn eight_processes_spend_a_budget_and_not_a_cent_more() {
    let Some(redis) = Redis::start() else { return };
    // Half of the calls cost less than was reserved, and an eighth fails after it was perhaps executed.
    let (spent, lost) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (paid, failed) = (spent.clone(), lost.clone());
    let number = AtomicUsize::new(0);
    let server = shop(move |_| match number.fetch_add(1, Ordering::SeqCst) {
        n if n % 8 == 7 => {
            failed.fetch_add(1, Ordering::SeqCst);
            Answer::json(500, r#"{"error": "inference failed"}"#)
        }
        n => {
            let quarters = if n % 2 == 0 { 1 } else { 4 };
            paid.fetch_add(quarters, Ordering::SeqCst);
            costing(if quarters == 1 { "0.25" } else { "1" })
        }
    });
    for worker in Worker::eight("spend", &redis, &server) {
        worker.reports();
    }
    let budget = budget(&redis.state().build().unwrap(), 20);
    let [spent, lost] = [spent, lost].map(|count| count.load(Ordering::SeqCst));
    // Exact: what the server charged, and what it perhaps did. Less than a dollar is left.
    let expected = [(spent as f64 / 4.0).to_string(), "0".to_owned(), lost.to_string()];
    assert_eq!(dollars(&budget).await, expected);
    let all = spent + 4 * lost;
    assert!((77..=80).contains(&all), "{all} quarters of a dollar");
}

#[tokio::test]
async fn what_a_killed_process_had_reserved_is_uncertain_and_never_free() {
    let Some(redis) = Redis::start() else { return };
    let server = shop(|_| Answer::silence());
    let mut worker = Worker::start("ask", &redis, &server);
    wait_until("it is sent", || calls(&server) == 1);
    let state = redis.state().lease(SECOND).build().unwrap();
    let budget = budget(&state, 1);
    assert_eq!(dollars(&budget).await, ["0", "1", "0"]);
    worker.kill();
    let error = within(&server, &budget).chat().create(a_dollar()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BudgetExceeded, "{error}");
    until(&budget, ["0", "0", "1"]).await;
    let error = within(&server, &budget).chat().create(a_dollar()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BudgetExceeded, "{error}");
    assert_eq!(calls(&server), 1);
}

#[tokio::test]
async fn the_cost_of_a_process_that_was_thought_dead_takes_the_place_of_what_was_uncertain() {
    let Some(redis) = Redis::start() else { return };
    let gate = Gate::default();
    let opened = gate.clone();
    let server = shop(move |_| Answer::default().until(&gate).then(costing("0.25")));
    let worker = Worker::start("ask", &redis, &server);
    wait_until("it is sent", || calls(&server) == 1);
    let state = redis.state().lease(SECOND).build().unwrap();
    let budget = budget(&state, 20);
    signal("-STOP", &worker.0);
    until(&budget, ["0", "0", "1"]).await;
    signal("-CONT", &worker.0);
    opened.open();
    worker.reports();
    assert_eq!(dollars(&budget).await, ["0.25", "0", "0"]);
}

#[tokio::test]
async fn without_redis_nothing_is_sent_and_afterwards_it_goes_on() {
    let Some(mut redis) = Redis::start() else { return };
    let server = shop(|_| costing("1"));
    let budget = budget(&redis.state().build().unwrap(), 3);
    let venice = within(&server, &budget);
    venice.chat().create(a_dollar()).await.unwrap();
    redis.kill();
    assert_closed(&venice.chat().create(a_dollar()).await.unwrap_err());
    assert_eq!(calls(&server), 1);
    assert_eq!(budget.in_usd().spent, 1.into(), "what is known stays");
    redis.restart();
    venice.chat().create(a_dollar()).await.unwrap();
    venice.chat().create(a_dollar()).await.unwrap();
    let error = venice.chat().create(a_dollar()).await.unwrap_err();
    assert_eq!((error.kind(), calls(&server)), (ErrorKind::BudgetExceeded, 3), "{error}");
    assert_eq!(dollars(&budget).await, ["3", "0", "0"]);
}

#[tokio::test]
async fn the_cost_of_a_call_in_flight_is_written_when_redis_is_there_again() {
    let Some(mut redis) = Redis::start() else { return };
    let gate = Gate::default();
    let opened = gate.clone();
    let server = shop(move |_| Answer::default().until(&gate).then(costing("0.25")));
    let state = redis.state().build().unwrap();
    let budget = budget(&state, 3);
    let venice = within(&server, &budget);
    let call = tokio::spawn(async move { venice.chat().create(a_dollar()).await });
    while calls(&server) == 0 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    redis.kill();
    opened.open();
    call.await.unwrap().unwrap();
    assert_eq!(state.flush().await.unwrap_err().kind(), ErrorKind::SharedState);
    redis.restart();
    assert_eq!(dollars(&budget).await, ["0.25", "0", "0"]);
}

#[tokio::test]
async fn an_open_budget_goes_on_without_redis_and_counts_everything_afterwards() {
    let Some(mut redis) = Redis::start() else { return };
    let server = shop(|_| costing("1"));
    let state = redis.state().money(FailMode::Open).build().unwrap();
    let budget = budget(&state, 3);
    let venice = within(&server, &budget);
    venice.chat().create(a_dollar()).await.unwrap();
    redis.kill();
    venice.chat().create(a_dollar()).await.unwrap();
    venice.chat().create(a_dollar()).await.unwrap();
    let error = venice.chat().create(a_dollar()).await.unwrap_err();
    assert_eq!((error.kind(), calls(&server)), (ErrorKind::BudgetExceeded, 3), "{error}");
    redis.restart();
    state.flush().await.unwrap();
    let other = Budget::usd(3).shared(&redis.state().build().unwrap(), "lagoon");
    assert_eq!(dollars(&other).await, ["3", "0", "0"]);
}

#[tokio::test]
async fn a_redis_that_lost_its_data_suspends_the_budget_of_all_until_it_is_adopted() {
    let Some(mut redis) = Redis::start() else { return };
    let server = shop(|_| costing("1"));
    let budget = budget(&redis.state().build().unwrap(), 10);
    let venice = within(&server, &budget);
    for _ in 0..2 {
        venice.chat().create(a_dollar()).await.unwrap();
    }
    budget.refresh().await.unwrap();
    redis.restart_without_data();
    let error = venice.chat().create(a_dollar()).await.unwrap_err();
    assert_closed(&error);
    assert!(error.to_string().contains("Budget::adopt"), "{error}");
    let fresh = Budget::usd(10).shared(&redis.state().build().unwrap(), "lagoon");
    assert_closed(&within(&server, &fresh).chat().create(a_dollar()).await.unwrap_err());
    assert_eq!(calls(&server), 2);
    fresh.adopt().await.unwrap();
    assert_eq!(dollars(&fresh).await, ["2", "0", "0"], "what the one that lived had seen");
    venice.chat().create(a_dollar()).await.unwrap();
    assert_eq!(dollars(&fresh).await, ["3", "0", "0"]);
}

#[tokio::test]
async fn a_write_that_others_overtook_is_missed_when_it_is_lost() {
    let Some(mut redis) = Redis::start() else { return };
    let server = shop(|_| costing("1"));
    let [first, second] = [0; 2].map(|_| budget(&redis.state().build().unwrap(), 100));
    within(&server, &first).chat().create(a_dollar()).await.unwrap();
    first.refresh().await.unwrap();
    let field = redis.cli(&["HGET", "{test}:budget:lagoon", "document"]);
    within(&server, &second).chat().create(a_dollar()).await.unwrap();
    second.refresh().await.unwrap();
    // Redis goes back to what it had before, and the first process makes it newer than all that the second one has seen.
    redis.cli(&["HSET", "{test}:budget:lagoon", "document", field.trim_end()]);
    for _ in 0..3 {
        within(&server, &first).chat().create(a_dollar()).await.unwrap();
    }
    first.refresh().await.unwrap();
    assert_closed(&within(&server, &second).chat().create(a_dollar()).await.unwrap_err());
    assert_closed(&within(&server, &first).chat().create(a_dollar()).await.unwrap_err());
    redis.kill();
}

#[tokio::test]
async fn a_paused_redis_fails_the_call_in_time_and_leaves_nothing_reserved() {
    let Some(redis) = Redis::start() else { return };
    let server = shop(|_| costing("1"));
    let budget = Budget::usd(2).shared(&redis.state().timeout(3 * SECOND).build().unwrap(), "lagoon");
    let venice = within(&server, &budget);
    venice.chat().create(a_dollar()).await.unwrap();
    redis.pause();
    assert_closed(&venice.chat().create(a_dollar()).await.unwrap_err());
    assert_eq!(calls(&server), 1);
    redis.resume();
    until(&Budget::usd(2).shared(&redis.state().build().unwrap(), "lagoon"), ["1", "0", "0"]).await;
    let begun = std::time::Instant::now();
    while venice.chat().create(a_dollar()).await.is_err() {
        assert!(begun.elapsed() < crate::support::PATIENCE);
    }
    assert_eq!(calls(&server), 2);
}

#[tokio::test]
async fn a_call_that_is_dropped_while_it_reserves_leaves_nothing_reserved() {
    let Some(redis) = Redis::start() else { return };
    let server = shop(|_| costing("1"));
    let state = redis.state().build().unwrap();
    let budget = budget(&state, 2);
    let venice = within(&server, &budget);
    venice.chat().create(a_dollar()).await.unwrap();
    redis.pause();
    let call = venice.chat().create(a_dollar());
    assert!(tokio::time::timeout(Duration::from_millis(100), call).await.is_err());
    redis.resume();
    assert_eq!(dollars(&budget).await, ["1", "0", "0"]);
    assert_eq!(calls(&server), 1);
}

#[tokio::test]
async fn alerts_limits_and_resets_work_as_those_of_one_process() {
    let Some(redis) = Redis::start() else { return };
    let server = shop(|_| costing("1"));
    let seen = Arc::new(Mutex::new(Vec::new()));
    let alerts = seen.clone();
    let here = budget(&redis.state().build().unwrap(), 4).on_share(50, move |alert| {
        alerts.lock().unwrap().push(alert.spending.spent.to_f64());
    });
    let there = budget(&redis.state().build().unwrap(), 4);
    for _ in 0..2 {
        within(&server, &there).chat().create(a_dollar()).await.unwrap();
    }
    there.refresh().await.unwrap();
    here.refresh().await.unwrap();
    assert_eq!(*seen.lock().unwrap(), [2.0]);
    here.set_usd_limit(2).unwrap();
    assert!(within(&server, &here).chat().create(a_dollar()).await.unwrap_err().budget_exceeded().is_some());
    here.reset();
    here.refresh().await.unwrap();
    assert_eq!(dollars(&there).await, ["0", "0", "0"]);
    within(&server, &here).chat().create(a_dollar()).await.unwrap();
}

#[tokio::test]
async fn every_digit_of_an_amount_is_kept() {
    let Some(redis) = Redis::start() else { return };
    let cost = "0.10000000000000000000000000000000001";
    let server = shop(move |_| {
        let reply = format!(
            r#"{{"choices": [{{"message": {{"content": "Hi"}}, "finish_reason": "stop"}}], "cost": {{"usd": {cost}, "diem": 0}}}}"#
        );
        reply.into()
    });
    let [here, there] = [0; 2].map(|_| budget(&redis.state().build().unwrap(), 4));
    for budget in [&here, &there] {
        within(&server, budget).chat().create(a_dollar()).await.unwrap();
        budget.refresh().await.unwrap();
    }
    here.refresh().await.unwrap();
    assert_eq!(here.in_usd().spent.to_string(), "0.20000000000000000000000000000000002");
}

#[test]
fn a_runtime_that_ends_leaves_the_budget_to_the_next_one() {
    let Some(redis) = Redis::start() else { return };
    let server = shop(|_| costing("1"));
    let budget = budget(&redis.state().build().unwrap(), 4);
    let venice = within(&server, &budget);
    for _ in 0..3 {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async { venice.chat().create(a_dollar()).await.unwrap() });
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    assert_eq!(runtime.block_on(dollars(&budget)), ["3", "0", "0"]);
}

#[tokio::test]
async fn a_document_of_another_version_is_an_error_and_stays() {
    let Some(redis) = Redis::start() else { return };
    let server = shop(|_| costing("1"));
    redis.cli(&["HSET", "{test}:budget:lagoon", "document", "0123456789abcdef{\"newer\": 1}"]);
    let budget = budget(&redis.state().build().unwrap(), 4);
    let error = within(&server, &budget).chat().create(a_dollar()).await.unwrap_err();
    assert_closed(&error);
    assert!(error.to_string().contains("another version"), "{error}");
    assert_eq!(redis.cli(&["HGET", "{test}:budget:lagoon", "document"]).trim(), "0123456789abcdef{\"newer\": 1}");
}

#[tokio::test]
async fn neither_keys_nor_passwords_are_shown_or_stored() {
    let Some(redis) = Redis::start() else { return };
    let server = shop(|_| costing("1"));
    let state = redis.state().build().unwrap();
    within(&server, &budget(&state, 4)).chat().create(a_dollar()).await.unwrap();
    state.flush().await.unwrap();
    let stored = redis.cli(&["HGETALL", "{test}:budget:lagoon"]);
    assert!(stored.contains("spent") && !stored.contains(crate::support::KEY), "{stored}");

    let secret = SharedState::redis("redis://someone:h1dden@127.0.0.1:9/0").timeout(SECOND);
    assert!(!format!("{secret:?}").contains("h1dden"));
    let state = secret.build().unwrap();
    let error = budget(&state, 4).refresh().await.unwrap_err();
    assert!(!format!("{error:?} {error} {state:?}").contains("h1dden"), "{error:?}");
    let error = SharedState::redis("h1dden").build().unwrap_err();
    assert!(error.kind() == ErrorKind::Configuration && !format!("{error:?}").contains("h1dden"), "{error:?}");
    assert_eq!(SharedState::redis("rediss://127.0.0.1").build().unwrap_err().kind(), ErrorKind::Configuration);
    assert!(SharedState::redis("redis://127.0.0.1").lease(Duration::from_millis(999)).build().is_err());
}
