//! The progress of a run.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use venice_ai::many::{Progress, Wait};

use super::{all, answer, client, questions, refusal};
use crate::support::{Answer, Server};

#[tokio::test]
async fn it_counts_what_is_done_and_what_it_cost() {
    let server = Server::start(|n, request| match n {
        0 => refusal(429, "Rate limit exceeded"),
        5 => refusal(500, "Inference processing failed"),
        _ => answer(request),
    });
    let (venice, _) = client(&server);
    let seen: Arc<Mutex<Vec<Progress>>> = Arc::default();
    let noting = seen.clone();
    let run = venice.chat().many(questions(20));
    let mut run = run.with_progress(move |progress| noting.lock().unwrap().push(progress.clone()));
    assert_eq!((run.progress().total, run.progress().finished()), (Some(20), 0));
    all(&mut run).await;
    let progress = run.progress();
    assert_eq!((progress.done, progress.failed, progress.may_be_paid, progress.retried), (19, 1, 1, 1));
    assert_eq!((progress.tokens, progress.cost_usd.to_string()), (190, "9.5".to_owned()));
    assert!(progress.per_minute().is_some());
    assert_eq!(progress.remaining_time(), Some(Duration::ZERO));
    let line = progress.to_string();
    assert!(line.starts_with("19 of 20 done, 1 failed, 0 in flight, 1 retried, 190 tokens, 9.5000 USD"), "{line}");

    let seen = seen.lock().unwrap();
    assert!(seen.windows(2).all(|pair| pair[0].finished() <= pair[1].finished()));
    assert!(seen.iter().any(|progress| progress.in_flight > 0));
    assert_eq!(seen.last().unwrap().finished(), 20);
}

#[tokio::test]
async fn it_says_why_it_waits() {
    let cases = [
        (Answer::new(429, &[("retry-after", "600")], ""), Wait::Refused),
        (refusal(503, "The model is offline"), Wait::Overloaded),
        (
            Answer::json(
                403,
                r#"{"error": "Too many failed attempts (> 20) resulting in a non-success status code."}"#,
            ),
            Wait::Blocked,
        ),
        (Answer::silence(), Wait::Replies),
    ];
    for (refused, why) in cases {
        let server = Server::answering([refused]);
        // The system's clock: the run really waits.
        let venice = crate::support::builder(&server).build().unwrap();
        let mut run = venice.chat().many(questions(2)).with_concurrency(1);
        let begun = std::time::Instant::now();
        let mut progress = run.progress();
        // At first each of them waits for its reply.
        while (server.count() == 0 || progress.waits_for != Some(why)) && begun.elapsed() < crate::support::PATIENCE {
            let _ = tokio::time::timeout(Duration::from_millis(20), run.next()).await;
            progress = run.progress();
        }
        assert_eq!(progress.waits_for, Some(why), "{progress}");
        assert_eq!(progress.waits_another.is_some(), why != Wait::Replies, "{progress}");
    }
}

#[tokio::test]
async fn nothing_of_what_is_asked_or_answered_is_printed() {
    let server = super::answering();
    let (venice, _) = client(&server);
    let mut run = venice.chat().many(questions(2)).with_journal(crate::support::Folder::new().join("gone.jsonl"));
    let _ = run.next().await;
    let printed = format!("{run:?} {}", run.progress());
    assert!(
        !printed.contains("question") && !printed.contains("answer") && !printed.contains(crate::support::KEY),
        "{printed}"
    );
}
