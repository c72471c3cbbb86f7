//! Panics in functions of the caller, and invalid numbers from the server.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::runtime::Runtime;
use venice_ai::ErrorKind;
use venice_ai::many::{Many, Outcome};

use super::{all, answering, client, indexes, question, questions};
use crate::support::{Answer, Server};

/// All outcomes of a run that is resumed after each panic, and the number of panics.
fn all_that_come<I, T: 'static>(runtime: &Runtime, run: &mut Many<I, T>) -> (Vec<Outcome<T>>, usize) {
    let (mut outcomes, mut panics) = (Vec::new(), 0);
    while panics < 10 {
        match catch_unwind(AssertUnwindSafe(|| runtime.block_on(run.next()))) {
            Ok(Some(outcome)) => outcomes.push(outcome.unwrap()),
            Ok(None) => break,
            Err(_) => panics += 1,
        }
    }
    outcomes.sort_by_key(|outcome| outcome.index);
    (outcomes, panics)
}

#[test]
fn an_observer_that_panics_costs_no_outcome() {
    let (runtime, server) = (Runtime::new().unwrap(), answering());
    let (venice, _) = client(&server);
    let calls = AtomicUsize::new(0);
    let mut run = venice.chat().many(questions(6)).with_concurrency(1).with_progress(move |progress| {
        // Several outcomes may be reported at once.
        let is_first = progress.finished() >= 3 && calls.fetch_add(1, Ordering::SeqCst) == 0;
        assert!(!is_first, "of the test");
    });
    let (outcomes, panics) = all_that_come(&runtime, &mut run);
    assert_eq!((indexes(&outcomes), panics), (vec![0, 1, 2, 3, 4, 5], 1));
    assert!(outcomes.iter().all(|outcome| outcome.result.is_ok()));
}

#[test]
fn a_panic_while_a_call_is_made_is_an_outcome() {
    for in_order in [false, true] {
        let (runtime, server) = (Runtime::new().unwrap(), answering());
        let (venice, _) = client(&server);
        let run = venice.many(0..6, |venice, n| {
            assert_ne!(n, 2, "of the test");
            venice.chat().create(question(n))
        });
        let mut run = if in_order { run.with_input_order() } else { run };
        let (outcomes, panics) = all_that_come(&runtime, &mut run);
        assert_eq!((indexes(&outcomes), panics), (vec![0, 1, 2, 3, 4, 5], 1));
        let lost = &outcomes[2];
        assert_eq!((lost.error().unwrap().kind(), lost.may_be_paid), (ErrorKind::InvalidRequest, false));
        assert!(lost.error().unwrap().to_string().contains("nothing was sent"));
        assert_eq!((run.progress().done, run.progress().failed, server.count()), (5, 1, 5));
    }
}

#[test]
fn a_panic_over_a_reply_is_an_outcome_that_may_be_paid() {
    for in_order in [false, true] {
        let (runtime, server) = (Runtime::new().unwrap(), answering());
        let (venice, _) = client(&server);
        let run = venice.many(0..6, |venice, n| {
            venice.chat().create(question(n)).map(|reply| {
                assert_ne!(reply.text(), "answer 2", "of the test");
                reply
            })
        });
        let mut run = if in_order { run.with_input_order() } else { run };
        let (outcomes, panics) = all_that_come(&runtime, &mut run);
        assert_eq!((indexes(&outcomes), panics), (vec![0, 1, 2, 3, 4, 5], 1));
        let lost = &outcomes[2];
        assert_eq!((lost.error().unwrap().kind(), lost.may_be_paid), (ErrorKind::Decode, true));
        assert_eq!((run.progress().done, run.progress().failed, run.progress().may_be_paid), (5, 1, 1));
    }
}

#[tokio::test]
async fn numbers_of_tokens_that_do_not_fit_are_the_highest_number() {
    let body = r#"{"id":"x","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,
        "message":{"role":"assistant","content":"a"},"finish_reason":"stop"}],"usage":{"total_tokens":18446744073709551615}}"#;
    let server = Server::answering([Answer::json(200, body)]);
    let (venice, _) = client(&server);
    let mut run = venice.many(0..3, |venice, n| venice.chat().create(question(n)).map(drop));
    let outcomes = all(&mut run).await;
    assert_eq!((outcomes.len(), run.progress().tokens), (3, u64::MAX));
}
