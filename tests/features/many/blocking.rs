//! Runs without async.

use venice_ai::ErrorKind;
use venice_ai::blocking;

use super::{answer, answering, assert_answered, client, questions, refusal};
use crate::support::{Folder, Server};

#[test]
fn outcomes_are_an_ordinary_iterator() {
    let folder = Folder::new();
    let server = answering();
    let (venice, _) = client(&server);
    for _ in 0..2 {
        let run = venice.chat().many(questions(50)).with_input_order().with_journal(folder.join("answers.jsonl"));
        let mut run = blocking::iter(run);
        let outcomes: Vec<_> = run.by_ref().map(Result::unwrap).collect();
        assert_eq!(super::indexes(&outcomes), (0..50).collect::<Vec<_>>());
        assert_answered(&outcomes);
        assert_eq!(run.get_ref().progress().done, 50);
    }
    assert_eq!(server.count(), 50);
}

#[test]
fn it_continues_after_it_stopped() {
    let server =
        Server::start(|n, request| if n == 4 { refusal(402, "Insufficient balance") } else { answer(request) });
    let (venice, _) = client(&server);
    let mut run = blocking::iter(venice.chat().many(questions(10)).with_concurrency(1));
    let outcomes: Vec<_> = run.by_ref().collect();
    assert_eq!(outcomes.last().unwrap().as_ref().unwrap_err().kind(), ErrorKind::InsufficientBalance);
    run.get_mut().resume();
    let more: Vec<_> = run.map(Result::unwrap).collect();
    assert_eq!((outcomes.len() - 1) + more.len(), 10);
}

#[tokio::test]
async fn in_an_async_runtime_it_is_rejected() {
    let server = answering();
    let (venice, _) = client(&server);
    let mut run = blocking::iter(venice.chat().many(questions(10)));
    assert_eq!(run.next().unwrap().unwrap_err().kind(), ErrorKind::BlockingInAsync);
    assert!(run.next().is_none());
    assert_eq!(server.connections(), 0);
}
