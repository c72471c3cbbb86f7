//! Ten thousand requests with every kind of fault.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

use venice_ai::Clock;

use super::{MODEL, answer, answer_body, client, number, question, refusal};
use crate::support::{Answer, Server, TestClock};

const REQUESTS: usize = 10_000;
const CONCURRENCY: usize = 8;

/// What the server received.
#[derive(Default)]
struct Seen {
    tries: HashMap<usize, usize>,
    paid: HashMap<usize, usize>,
    failures: Vec<Instant>,
    /// How often a question failed as the script has it.
    failed: HashMap<usize, usize>,
}

/// The fault of a question at the `tries`th attempt.
fn fault(n: usize, tries: usize) -> Option<Answer> {
    let busy = || refusal(429, "Rate limit exceeded");
    match (n % 200, tries) {
        (3, 1) => Some(Answer::new(429, &[("retry-after", "2")], "")),
        (23 | 63, 1) => Some(refusal(503, "The model is at capacity")),
        (43, 1) => Some(refusal(429, "The model is currently overloaded. Please try again later.")),
        (83, 1..=3) => Some(busy()),
        // The gateway had forwarded it, and timed out.
        (103, _) => Some(Answer::html(503, "<html><title>503 Service Unavailable</title></html>")),
        (123, _) => {
            // The answer exists and is paid for, but does not arrive.
            let body = answer_body(n);
            let head =
                Answer::head(200, &[("content-length", &body.len().to_string()), ("content-type", "application/json")]);
            Some(head.send(&body[..body.len() / 2]).close())
        }
        (143, _) => Some(Answer::nothing()),
        (163, _) => Some(refusal(500, "Inference processing failed")),
        (183, _) => Some(refusal(400, "Invalid request parameters")),
        _ => None,
    }
}

fn is_paid(n: usize) -> bool {
    matches!(n % 200, 103 | 123 | 143 | 163)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_ten_thousand_requests_none_is_lost_and_none_paid_twice() {
    let clock = TestClock::with_jitter(0.5);
    let seen = Arc::new(Mutex::new(Seen::default()));
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let itself: Arc<OnceLock<Server>> = Arc::default();
    let server = {
        let (seen, clock, now, most, itself) = (seen.clone(), clock.clone(), now.clone(), most.clone(), itself.clone());
        Server::start(move |count, request| {
            most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            if count % 1500 == 700 {
                itself.get().unwrap().refuse_for(Duration::from_millis(30));
            }
            let n = number(request);
            let mut seen = seen.lock().unwrap();
            let tries = seen.tries.entry(n).or_default();
            *tries += 1;
            let fault = fault(n, *tries);
            if fault.is_some() && !matches!(n % 200, 123 | 143) {
                *seen.failed.entry(n).or_default() += 1;
            }
            // Failures that the API counts.
            if n % 200 == 183 {
                seen.failures.push(clock.now());
            }
            if fault.is_none() || is_paid(n) {
                *seen.paid.entry(n).or_default() += 1;
            }
            now.fetch_sub(1, Ordering::SeqCst);
            fault.unwrap_or_else(|| answer(request))
        })
    };
    assert!(itself.set(server.clone()).is_ok());
    let venice = crate::support::client(&server, &clock);

    let pulled = Arc::new(AtomicUsize::new(0));
    let counting = pulled.clone();
    let requests = (0..REQUESTS).map(question).inspect(move |_| {
        counting.fetch_add(1, Ordering::SeqCst);
    });
    let mut run = venice.chat().many(requests).with_concurrency(CONCURRENCY);
    let mut outcomes = HashMap::new();
    while let Some(outcome) = run.next().await {
        let outcome = outcome.unwrap();
        assert!(
            pulled.load(Ordering::SeqCst) <= outcomes.len() + 4 * CONCURRENCY,
            "more is taken than there is room for"
        );
        assert!(outcomes.insert(outcome.index, outcome).is_none(), "an outcome came twice");
    }

    assert_eq!(outcomes.len(), REQUESTS);
    let seen = seen.lock().unwrap();
    let mut cut_by_outages = 0;
    for (n, outcome) in &outcomes {
        let paid = seen.paid.get(n).copied().unwrap_or_default();
        assert!(paid <= 1, "question {n} was paid {paid} times");
        match &outcome.result {
            Ok(reply) => assert_eq!((reply.text(), paid), (format!("answer {n}").into(), 1)),
            Err(error) if n % 200 == 183 => assert!(error.is_invalid_request() && !outcome.may_be_paid, "{error}"),
            Err(error) => {
                assert!(outcome.may_be_paid && error.to_string().contains("may have been paid"), "{n}: {error}");
                cut_by_outages += usize::from(!is_paid(*n));
            }
        }
        assert!(outcome.result.is_err() || !(is_paid(*n) || n % 200 == 183));
    }
    assert!(cut_by_outages <= 7 * CONCURRENCY, "{cut_by_outages}");
    assert!(most.load(Ordering::SeqCst) <= CONCURRENCY, "{most:?}");
    assert!(server.connections() > 8, "connections were refused and opened again");

    // The API counts the failures of 30 seconds, and blocks at more than 50.
    let failures = &seen.failures;
    // Each fault of the script occurred, except for questions that an outage cut off before they were read.
    let mut cut = 0;
    for (n, outcome) in &outcomes {
        let scripted = (1..=3).filter(|tries| fault(*n, *tries).is_some());
        let scripted = match n % 200 {
            123 | 143 => 0,
            103 | 163 | 183 => 1,
            _ => scripted.count(),
        };
        let failed = seen.failed.get(n).copied().unwrap_or_default();
        assert!(failed <= scripted, "question {n} failed {failed} times");
        if failed < scripted {
            assert!(outcome.may_be_paid && outcome.result.is_err(), "question {n} failed {failed} of {scripted} times");
            cut += 1;
        }
    }
    assert!(cut <= 7 * CONCURRENCY, "{cut}");
    for (first, at) in failures.iter().enumerate() {
        let within = failures[first..].iter().take_while(|later| **later < *at + Duration::from_secs(30)).count();
        assert!(within <= 40, "{within} failures in 30 seconds");
    }

    let progress = run.progress();
    assert_eq!((progress.finished(), progress.in_flight, progress.waiting), (REQUESTS as u64, 0, 0));
    assert!(progress.retried >= 300, "{progress}");
}

#[tokio::test]
async fn no_connection_is_waited_for_by_one_request_at_a_time() {
    let server = super::answering();
    let (venice, clock) = client(&server);
    server.refuse_for(Duration::from_millis(150));
    let mut run = venice.chat().many(super::questions(5));
    let outcomes = super::all(&mut run).await;
    super::assert_answered(&outcomes);
    assert_eq!((outcomes.len(), server.count()), (5, 5));
    let pauses = clock.pauses();
    assert!(pauses.windows(2).all(|pair| pair[0] <= pair[1]), "they grow: {pauses:?}");
    assert_eq!(MODEL, outcomes[0].reply().unwrap().model);
}
