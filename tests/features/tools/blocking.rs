//! Runs without async.

use std::time::Duration;

use serde_json::Value;
use venice_ai::ErrorKind;
use venice_ai::blocking;
use venice_ai::tools::ToolBox;

use super::{calling, request, result, saying, serving, tide_and_wind, tool};
use crate::support::Answer;
use crate::support::chat::{DIALECT_A, streamed};

#[test]
fn a_run_is_waited_for_with_its_tools() {
    let tools = ToolBox::new().implement(tool("tide"), |at: Value| async move {
        tokio::time::sleep(Duration::from_millis(5)).await;
        at["at"].clone()
    });
    let (server, venice) =
        serving([calling(&[("a", "tide", r#"{"at":"Rialto"}"#)]), saying("At ten."), saying("At noon.")]);
    let finished = venice.chat().run(request(), &tools).send_blocking().unwrap();
    assert_eq!((&*finished.text(), &*result(&server)), ("At ten.", "Rialto"));
    assert_eq!(finished.ask("And tomorrow?").unwrap().send_blocking().unwrap().text(), "At noon.");
}

#[test]
fn an_error_keeps_the_run() {
    let (server, venice) = serving([calling(&[("a", "tide", "{}")]), Answer::json(402, "{}"), saying("At ten.")]);
    let unfinished = venice.chat().run(request(), &tide_and_wind()).send_blocking().unwrap_err();
    assert_eq!(unfinished.error().kind(), ErrorKind::InsufficientBalance);
    assert_eq!(server.count(), 2);
    assert_eq!(unfinished.resume().send_blocking().unwrap().text(), "At ten.");
}

#[test]
fn events_come_one_by_one() {
    let (_, venice) = serving([calling(&[("a", "tide", "{}")]), streamed([DIALECT_A.as_bytes()])]);
    let mut run = venice.chat().run_stream(request(), &tide_and_wind());
    let mut text = String::new();
    while let Some(event) = blocking::wait(run.next()) {
        text.push_str(event.unwrap().text().unwrap_or_default());
    }
    assert_eq!((&*text, run.is_finished()), (&*run.text(), true));
}

#[tokio::test]
async fn in_a_runtime_it_is_rejected_and_kept() {
    let (server, venice) = serving([saying("At ten.")]);
    let unfinished = venice.chat().run(request(), &tide_and_wind()).send_blocking().unwrap_err();
    assert_eq!(unfinished.error().kind(), ErrorKind::BlockingInAsync);
    assert_eq!(unfinished.error().operation(), Some("createChatCompletion"));
    let mut run = unfinished.resume();
    assert_eq!(blocking::wait(run.next()).unwrap().unwrap_err().kind(), ErrorKind::BlockingInAsync);
    let mut events = blocking::iter(&mut run);
    assert_eq!(events.next().unwrap().unwrap_err().kind(), ErrorKind::BlockingInAsync);
    assert!(events.next().is_none());
    assert_eq!(server.connections(), 0);
    assert_eq!(run.await.unwrap().text(), "At ten.");
}
