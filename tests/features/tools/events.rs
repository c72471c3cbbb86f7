//! Events and getters of a run.

use std::pin::Pin;
use std::task::Poll;

use futures_core::Stream;
use venice_ai::tools::{CallStatus, RunEvent};
use venice_ai::types::FinishReason;

use super::{calling, happenings, request, saying, serving, tide_and_wind};

#[tokio::test]
async fn each_step_is_an_event() {
    let calls = [("a", "tide", r#"{"at":"Rialto"}"#), ("b", "wind", r#"{"at":"Lido"}"#)];
    let (server, venice) = serving([calling(&calls), calling(&[("c", "moon", "{}")]), saying("At ten.")]);
    let mut run = venice.chat().run(request(), &tide_and_wind());
    assert_eq!((server.connections(), run.rounds(), &*run.text()), (0, 0, ""), "nothing happens by itself");
    let (seen, error) = happenings(&mut run).await;
    assert!(error.is_none());
    let expected = ["reply 1", "a started", "b started", "a Done", "b Done", "reply 2", "c UnknownTool", "reply 3"];
    assert_eq!(seen, expected);
    assert!(run.is_finished());
}

#[tokio::test]
async fn events_have_all_there_is_to_know() {
    let (server, venice) = serving([calling(&[("a", "tide", r#"{"at":"Rialto"}"#)]), saying("At ten.")]);
    let mut run = venice.chat().run(request(), &tide_and_wind());
    let Some(Ok(RunEvent::Reply(first))) = run.next().await else { panic!("no reply") };
    assert_eq!((first.round, first.reply.finish_reason()), (1, Some(&FinishReason::ToolCalls)));
    assert_eq!((&*first.reply.cost().unwrap().to_string(), first.meta.status().as_u16()), ("0.25 USD, 0.5 DIEM", 200));
    let Some(Ok(RunEvent::CallStarted(call))) = run.next().await else { panic!("no call") };
    assert_eq!((&*call.id, &*call.function.arguments), ("a", r#"{"at":"Rialto"}"#));
    let Some(Ok(RunEvent::CallFinished(finished))) = run.next().await else { panic!("no result") };
    assert_eq!(
        (&*finished.call.id, &*finished.output, finished.status),
        ("a", r#"{"tide":"Rialto"}"#, CallStatus::Done)
    );
    assert_eq!((server.count(), run.messages().len(), run.is_finished()), (1, 2, false));
    let Some(Ok(RunEvent::Reply(last))) = run.next().await else { panic!("no answer") };
    assert_eq!((last.round, &*last.reply.text()), (2, "At ten."));
    assert!(run.next().await.is_none());
}

#[tokio::test]
async fn a_run_is_a_stream() {
    let (_, venice) = serving([calling(&[("a", "tide", "{}")]), saying("At ten.")]);
    let mut run = venice.chat().run(request(), &tide_and_wind());
    let mut events = 0;
    while let Some(event) = std::future::poll_fn(|cx| -> Poll<Option<_>> { Pin::new(&mut run).poll_next(cx) }).await {
        event.unwrap();
        events += 1;
    }
    assert_eq!(events, 4);
    let finished = run.await.unwrap();
    assert_eq!(finished.text(), "At ten.", "awaiting a run that is finished sends nothing");
}
