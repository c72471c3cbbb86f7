//! Runs that stop without an answer.

use std::time::Duration;

use serde_json::{Value, json};
use venice_ai::ErrorKind;
use venice_ai::tools::{NoArguments, StopReason, ToolBox, ToolError};
use venice_ai::types::{ChatCompletion, ChatMessage};

use super::{call, calling, happenings, reply, request, results, saying, serving, tide_and_wind, tool};

#[tokio::test]
async fn a_model_that_never_answers_is_stopped_at_the_limit() {
    let (server, venice) = serving([calling(&[("a", "tide", "{}")])]);
    let unfinished = venice.chat().run(request(), &tide_and_wind()).await.unwrap_err();
    assert_eq!((server.count(), unfinished.run().rounds()), (8, 8));
    assert_eq!(
        (unfinished.error().kind(), unfinished.error().operation()),
        (ErrorKind::ToolRun, Some("createChatCompletion"))
    );
    assert_eq!(unfinished.run().stop_reason(), Some(&StopReason::RoundLimit));
    assert!(unfinished.to_string().starts_with("no answer after 8 replies: createChatCompletion"), "{unfinished}");
    assert_eq!(unfinished.run().messages().len(), 1 + 8 * 2, "with the results of the last calls");
    assert_eq!(unfinished.run().usage().unwrap().total_tokens, 8 * 12);
}

#[tokio::test]
async fn after_the_limit_it_continues_when_the_limit_is_raised_or_something_said() {
    let (server, venice) =
        serving([calling(&[("a", "tide", "{}")]), calling(&[("b", "tide", "{}")]), saying("At ten.")]);
    let run = venice.chat().run(request(), &tide_and_wind()).with_max_rounds(1);
    let unfinished = run.await.unwrap_err();
    assert_eq!(server.count(), 1);
    let again = unfinished.resume().await.unwrap_err();
    assert_eq!((server.count(), again.run().stop_reason()), (1, Some(&StopReason::RoundLimit)), "nothing is sent");
    let again = again.resume().with_max_rounds(2).await.unwrap_err();
    assert_eq!(server.count(), 2);
    let mut run = again.resume();
    run.push("Answer with what you know.").unwrap();
    assert_eq!(run.await.unwrap().text(), "At ten.");
    assert_eq!(server.requests()[2].json()["messages"].as_array().unwrap().len(), 6);
}

async fn never(_: Value) {
    panic!("called with cut arguments");
}

#[tokio::test]
async fn calls_of_a_reply_that_was_cut_are_not_made() {
    for why in ["length", "content_filter"] {
        let cut = json!({"role": "assistant", "content": "", "tool_calls": [call("a", "tide", r#"{"at":"Rialto"}"#)]});
        let (server, venice) = serving([reply(cut, why).into(), saying("At ten.")]);
        let tools = ToolBox::new().implement(tool("tide"), never);
        let mut run = venice.chat().run(request(), &tools);
        let (seen, error) = happenings(&mut run).await;
        let error = error.unwrap();
        assert_eq!((error.kind(), run.stop_reason()), (ErrorKind::ToolRun, Some(&StopReason::Cut)));
        assert!(error.message().contains(why) && error.meta().is_some(), "{error}");
        assert_eq!((seen.len(), run.messages().len()), (1, 1), "the conversation is as it was");
        assert_eq!(run.reply().map(ChatCompletion::tool_calls).unwrap().len(), 1);
        assert_eq!(run.usage().unwrap().total_tokens, 12, "and paid for");

        let finished = {
            run.resume();
            run
        }
        .with_request(|request| request.max_completion_tokens(4000))
        .await
        .unwrap();
        assert_eq!((&*finished.text(), finished.rounds()), ("At ten.", 2));
        let sent = server.requests()[1].json();
        assert_eq!((&sent["max_completion_tokens"], sent["messages"].as_array().unwrap().len()), (&json!(4000), 1));
    }
}

#[tokio::test]
async fn an_answer_that_was_cut_is_an_answer() {
    let (_, venice) = serving([reply(json!({"role": "assistant", "content": "At t"}), "length").into()]);
    let finished = venice.chat().run(request(), &tide_and_wind()).await.unwrap();
    assert_eq!((&*finished.text(), finished.reply().unwrap().finish_reason().unwrap().as_str()), ("At t", "length"));
}

#[tokio::test]
async fn a_reply_that_lacks_the_calls_it_wants_is_not_an_answer() {
    let (_, venice) =
        serving([reply(json!({"role": "assistant", "content": null, "tool_calls": []}), "tool_calls").into()]);
    let unfinished = venice.chat().run(request(), &tide_and_wind()).await.unwrap_err();
    assert_eq!(unfinished.run().stop_reason(), Some(&StopReason::NoCalls));
    let (_, venice) = serving([reply(json!({"role": "assistant", "content": "At ten."}), "tool_calls").into()]);
    assert_eq!(venice.chat().run(request(), &tide_and_wind()).await.unwrap().text(), "At ten.");
}

fn stopping() -> ToolBox {
    let slow = |_: Value| async {
        tokio::time::sleep(Duration::from_millis(20)).await;
        "slow"
    };
    tide_and_wind()
        .implement(tool("slow"), slow)
        .declare(tool("pay"))
        .try_implement(tool("stop"), |_: NoArguments| async {
            Err::<(), _>(ToolError::stop("the user closed the window"))
        })
}

#[tokio::test]
async fn a_tool_ends_the_run() {
    let calls = [("a", "slow", "{}"), ("b", "stop", "{}"), ("c", "pay", "{}"), ("d", "wind", "{}")];
    let (server, venice) = serving([calling(&calls), saying("Bye.")]);
    let mut run = venice.chat().run(request(), &stopping()).with_concurrency(2);
    let (seen, error) = happenings(&mut run).await;
    let error = error.unwrap();
    assert_eq!(
        seen,
        ["reply 1", "a started", "b started", "c for you", "b Stopped", "c NotCalled", "d NotCalled", "a Done"]
    );
    assert_eq!((error.kind(), run.stop_reason()), (ErrorKind::ToolRun, Some(&StopReason::Tool("stop".into()))));
    assert!(error.message().ends_with("the user closed the window"), "{error}");
    assert_eq!((server.count(), run.messages().len(), run.unanswered().len()), (1, 6, 0));

    run.resume();
    assert_eq!(run.stop_reason(), None);
    assert_eq!(run.await.unwrap().text(), "Bye.");
    let given = results(&server.requests()[1]);
    assert_eq!(given[0], ("a".into(), "slow".into()));
    assert_eq!(given[1], ("b".into(), "the user closed the window".into()));
    assert!(given[2].1.starts_with("The tool was not called") && given[3].1 == given[2].1);
}

#[tokio::test]
async fn calls_of_declared_tools_are_the_callers_to_answer() {
    let calls = [("a", "pay", r#"{"at":"1"}"#), ("b", "wind", r#"{"at":2}"#), ("c", "ask", "{}")];
    let (server, venice) = serving([calling(&calls), saying("Paid.")]);
    // One is declared by the box, one by the request.
    let tools = tide_and_wind().declare(tool("pay"));
    let mut run = venice.chat().run(request().tools([tool("ask")]), &tools);
    let (seen, error) = happenings(&mut run).await;
    assert_eq!(seen, ["reply 1", "a for you", "b started", "c for you", "b Done"]);
    let error = error.unwrap();
    assert_eq!((error.kind(), run.stop_reason()), (ErrorKind::ToolRun, Some(&StopReason::Unanswered)));
    assert!(error.message().contains(r#""a" of `pay`, "c" of `ask`"#), "{error}");
    let open: Vec<&str> = run.unanswered().iter().map(|call| &*call.id).collect();
    assert_eq!(open, ["a", "c"]);

    run.answer("a", "12 EUR").unwrap();
    for wrong in ["a", "b", "x", ""] {
        let error = run.answer(wrong, "again").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{wrong}");
    }
    let unfinished = run.await.unwrap_err();
    assert_eq!((unfinished.run().unanswered().len(), server.count()), (1, 1));
    let mut run = unfinished.resume();
    run.answer("c", "The user said yes.").unwrap();
    assert_eq!(run.await.unwrap().text(), "Paid.");
    let given = results(&server.requests()[1]);
    let expected = [("a", "12 EUR"), ("b", "wind of 2"), ("c", "The user said yes.")];
    assert_eq!(given, expected.map(|(id, text)| (id.to_owned(), text.to_owned())));
}

#[tokio::test]
async fn calls_can_be_answered_as_they_come() {
    let (server, venice) = serving([calling(&[("a", "pay", "{}"), ("b", "wind", "{}")]), saying("Paid.")]);
    let mut run = venice.chat().run(request(), &tide_and_wind().declare(tool("pay")));
    while let Some(event) = run.next().await {
        if let venice_ai::tools::RunEvent::AnswerNeeded(call) = event.unwrap() {
            run.answer(&call.id, "12 EUR").unwrap();
        }
    }
    assert_eq!((&*run.text(), results(&server.requests()[1])[0].1.as_str()), ("Paid.", "12 EUR"));
}

#[tokio::test]
async fn nothing_is_added_in_the_middle_of_a_turn() {
    let (_, venice) = serving([calling(&[("a", "pay", "{}")]), saying("x")]);
    let mut run = venice.chat().run(request(), &ToolBox::new().declare(tool("pay")));
    happenings(&mut run).await;
    assert_eq!(run.push("Hurry!").unwrap_err().kind(), ErrorKind::InvalidRequest);
    let ChatMessage::Assistant(_) = run.messages().last().unwrap() else { panic!("{:?}", run.messages()) };
}
