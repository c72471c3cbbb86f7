//! Failed API calls within a run.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::Value;
use venice_ai::tools::{FinishedRun, ToolBox, UnfinishedRun};
use venice_ai::{Error, ErrorKind};

use super::{calling, happenings, request, results, saying, serving, tide_and_wind, tool};
use crate::support::{Answer, Server, TestClock, client};

/// A tool, and how often it was called.
fn counted() -> (ToolBox, Arc<AtomicU32>) {
    let count = Arc::new(AtomicU32::new(0));
    let counter = count.clone();
    let tools = ToolBox::new().implement(tool("tide"), move |_: Value| {
        counter.fetch_add(1, Ordering::SeqCst);
        async { "62 cm" }
    });
    (tools, count)
}

#[tokio::test]
async fn a_429_is_retried_as_for_any_call() {
    let refused = || Answer::json(429, "{}");
    let server =
        Server::answering([refused(), calling(&[("a", "tide", "{}")]), refused(), refused(), saying("At ten.")]);
    let (tools, count) = counted();
    let venice = client(&server, &TestClock::without_jitter());
    let finished = venice.chat().run(request(), &tools).await.unwrap();
    assert_eq!((&*finished.text(), finished.rounds(), count.load(Ordering::SeqCst)), ("At ten.", 2, 1));
    let bodies: Vec<Vec<u8>> = server.requests().into_iter().map(|request| request.body).collect();
    assert_eq!((bodies.len(), &bodies[0], &bodies[2]), (5, &bodies[1], &bodies[4]));
}

#[tokio::test]
async fn what_may_have_run_is_not_repeated() {
    for failure in [Answer::json(500, "{}"), Answer::json(504, "{}"), Answer::nothing()] {
        let server = Server::answering([calling(&[("a", "tide", "{}")]), failure, saying("At ten.")]);
        let (tools, count) = counted();
        let venice = client(&server, &TestClock::without_jitter());
        let mut run = venice.chat().run(request(), &tools);
        let (seen, error) = happenings(&mut run).await;
        assert_eq!((seen.len(), server.count()), (4 - 1, 2));
        assert!(error.unwrap().is_transient());
        assert_eq!((run.messages().len(), run.stop_reason()), (3, None));

        // Only because the caller asks for it.
        run.resume();
        assert_eq!(run.await.unwrap().text(), "At ten.");
        assert_eq!((server.count(), count.load(Ordering::SeqCst)), (3, 1), "and the tool is not called again");
        assert_eq!(server.requests()[1].body, server.requests()[2].body);
    }
}

#[tokio::test]
async fn the_conversation_is_in_the_error() {
    let (server, venice) = serving([calling(&[("a", "tide", "{}")]), Answer::json(402, "{}"), saying("At ten.")]);
    let (tools, count) = counted();
    let unfinished = venice.chat().run(request(), &tools).await.unwrap_err();
    assert_eq!(unfinished.error().kind(), ErrorKind::InsufficientBalance);
    let run = unfinished.run();
    assert_eq!((run.messages().len(), run.rounds(), run.usage().unwrap().total_tokens), (3, 1, 12));
    assert!(!run.is_finished());
    let finished = unfinished.resume().await.unwrap();
    assert_eq!((&*finished.text(), server.count(), count.load(Ordering::SeqCst)), ("At ten.", 3, 1));
    assert_eq!(results(&server.requests()[2]), [("a".to_owned(), "62 cm".to_owned())]);
}

#[tokio::test]
async fn a_question_mark_turns_it_into_the_error() {
    let (_, venice) = serving([Answer::json(404, r#"{"error":"Specified model not found: m"}"#)]);
    let run = async || -> Result<FinishedRun, Error> { Ok(venice.chat().run(request(), &tide_and_wind()).await?) };
    assert_eq!(run().await.unwrap_err().kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn a_reply_that_cannot_be_read_is_an_error_that_keeps_it() {
    let (server, venice) = serving([Answer::json(200, "{\"choices\":7}"), saying("At ten.")]);
    let unfinished = venice.chat().run(request(), &tide_and_wind()).await.unwrap_err();
    assert_eq!(unfinished.error().kind(), ErrorKind::Decode);
    assert_eq!(unfinished.error().body().unwrap().as_ref(), b"{\"choices\":7}");
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn runs_and_their_errors_can_be_shared_between_threads() {
    fn shared<T: Send + Sync + 'static>(_: &T) {}
    let (_, venice) = serving([Answer::json(402, "{}")]);
    let unfinished = venice.chat().run(request(), &tide_and_wind()).await.unwrap_err();
    shared(&unfinished);
    shared(unfinished.run());
    let boxed: Box<dyn std::error::Error + Send + Sync> = Box::new(unfinished);
    assert_eq!(boxed.downcast::<UnfinishedRun>().unwrap().error().kind(), ErrorKind::InsufficientBalance);
}

#[test]
fn outside_a_runtime_nothing_is_sent() {
    let (server, venice) = serving([saying("x")]);
    let mut run = venice.chat().run(request(), &tide_and_wind());
    let mut next = std::pin::pin!(run.next());
    let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
    let std::task::Poll::Ready(Some(Err(error))) = next.as_mut().poll(&mut cx) else { panic!("not refused") };
    assert_eq!((error.kind(), server.connections()), (ErrorKind::NoRuntime, 0));
}
