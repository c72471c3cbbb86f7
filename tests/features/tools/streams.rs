//! Runs whose replies are streamed.

use serde_json::{Value, json};
use venice_ai::ErrorKind;
use venice_ai::tools::{RunEvent, StopReason, ToolBox};

use super::{happenings, request, results, serving, tide_and_wind, tool};
use crate::support::chat::{DIALECT_A, DIALECT_B, head, streamed};
use crate::support::{Answer, TestClock, client};

fn chunk(delta: &Value, finish_reason: Option<&str>) -> Value {
    json!({
        "id": "x", "object": "chat.completion.chunk", "created": 1, "model": "m",
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish_reason, "logprobs": null}],
    })
}

fn events(chunks: &[Value]) -> String {
    chunks.iter().map(|chunk| format!("data: {chunk}\n\n")).collect()
}

fn usage() -> Value {
    json!({"prompt_tokens": 10, "completion_tokens": 2, "total_tokens": 12})
}

/// Three calls, whose fragments all have the index 0; usage in a separate chunk at the end.
fn calls_in_dialect_a() -> String {
    let mut chunks = vec![chunk(&json!({"role": "assistant", "content": ""}), None)];
    for id in ["a", "b", "c"] {
        let arguments = [r#"{"a"#.to_owned(), format!(r#"t":"{id}"}}"#)];
        let begin = json!({"index": 0, "id": id, "type": "function", "function": {"name": "wind", "arguments": ""}});
        chunks.push(chunk(&json!({"tool_calls": [begin]}), None));
        let pieces = arguments.map(|piece| json!({"tool_calls": [{"index": 0, "function": {"arguments": piece}}]}));
        chunks.extend(pieces.iter().map(|piece| chunk(piece, None)));
    }
    chunks.push(chunk(&json!({"content": ""}), Some("tool_calls")));
    let mut last = chunk(&json!({}), None);
    last["choices"] = json!([]);
    last["usage"] = usage();
    last["cost"] = json!({"usd": 0.25, "diem": 0});
    chunks.push(last);
    events(&chunks)
}

/// The same with nulls for absent values, names and ids that are null in later fragments, and usage on the last chunk.
fn calls_in_dialect_b() -> String {
    let delta = |calls: Value| json!({"content": null, "reasoning_content": null, "role": null, "tool_calls": calls});
    let begin = json!({"content": "", "reasoning_content": null, "role": "assistant", "tool_calls": null});
    let mut chunks = vec![chunk(&begin, None), chunk(&begin, None)];
    for id in ["a", "b", "c"] {
        let call = |id: Option<&str>, name: Option<&str>, arguments: &str| json!([{"index": 0, "id": id, "type": "function", "function": {"name": name, "arguments": arguments}}]);
        chunks.push(chunk(&delta(call(Some(id), Some("wind"), "")), None));
        chunks.push(chunk(&delta(call(None, None, "")), None));
        chunks.push(chunk(&delta(call(None, None, &format!(r#"{{"at":"{id}"}}"#))), None));
    }
    let mut last = chunk(&delta(Value::Null), Some("tool_calls"));
    last["usage"] = usage();
    last["cost"] = json!({"usd": 0.25, "diem": 0});
    chunks.push(last);
    events(&chunks)
}

fn whole(text: &str) -> Answer {
    streamed([format!("{text}data: [DONE]\n\n").as_bytes()])
}

fn answer() -> Answer {
    streamed([DIALECT_A.as_bytes()])
}

const ANSWER: &str = "The tide in the lagoon rises 🌊 — perché è luna piena.";

#[tokio::test]
async fn calls_are_put_together_in_both_dialects() {
    for (calls, answer, said) in [
        (calls_in_dialect_a(), DIALECT_A, ANSWER),
        (calls_in_dialect_b(), DIALECT_B, "Three bridges cross the Grand Canal"),
    ] {
        let (server, venice) = serving([whole(&calls), streamed([answer.as_bytes()])]);
        let mut run = venice.chat().run_stream(request(), &tide_and_wind());
        let (seen, error) = happenings(&mut run).await;
        assert!(error.is_none(), "{error:?}");
        assert_eq!(seen[..4], ["reply 1", "a started", "b started", "c started"]);
        assert_eq!((seen.len(), seen.last().map(String::as_str)), (8, Some("reply 2")));
        assert!(run.text().starts_with(said), "{}", run.text());
        assert!(run.usage().unwrap().total_tokens > 1000 && run.cost().unwrap().usd.unwrap().to_f64() > 0.25);

        let sent: Vec<Value> = server.requests().iter().map(|request| request.json()).collect();
        assert!(sent.iter().all(|body| body["stream"] == true && body["stream_options"]["include_usage"] == true));
        let wind = |id: &str| (id.to_owned(), format!("wind of \"{id}\""));
        assert_eq!(results(&server.requests()[1]), ["a", "b", "c"].map(wind));
        let said = &sent[1]["messages"][1];
        assert_eq!((&said["role"], said["tool_calls"].as_array().unwrap().len()), (&json!("assistant"), 3));
        assert_eq!(said["tool_calls"][1]["function"]["arguments"], r#"{"at":"b"}"#);
        assert_eq!(server.requests()[0].header("accept"), Some("text/event-stream"));
    }
}

#[tokio::test]
async fn text_comes_as_it_is_written() {
    let talk = events(&[
        chunk(&json!({"role": "assistant", "content": "Let me "}), None),
        chunk(&json!({"content": "see. "}), None),
    ]);
    let (_, venice) = serving([whole(&(talk + &calls_in_dialect_a())), answer()]);
    let mut run = venice.chat().run_stream(request(), &tide_and_wind());
    let mut pieces = Vec::new();
    while let Some(event) = run.next().await {
        let event = event.unwrap();
        pieces.extend(event.text().map(str::to_owned));
        if let RunEvent::Reply(reply) = &event {
            assert_eq!(reply.meta.request_id(), Some("8f00-VCE"));
        }
    }
    assert!(pieces.len() > 5 && pieces.iter().all(|piece| !piece.is_empty()));
    assert_eq!(pieces.concat(), format!("Let me see. {ANSWER}"));
}

#[tokio::test]
async fn a_piece_is_given_out_before_the_rest_is_there() {
    let (first, _) = DIALECT_A.split_at(DIALECT_A.find("data: [DONE]").unwrap() / 2);
    let (server, venice) = serving([head().send(first).hang()]);
    let mut run = venice.chat().run_stream(request(), &tide_and_wind());
    assert!(matches!(run.next().await, Some(Ok(RunEvent::Chunk(_)))));
    drop(run);
    assert!(server.closed_by_client_within(crate::support::PATIENCE).await);
}

fn never_called() -> ToolBox {
    async fn never(_: Value) {
        panic!("called for half a reply");
    }
    ToolBox::new().implement(tool("wind"), never)
}

#[tokio::test]
async fn a_stream_that_breaks_off_ends_the_run_and_calls_nothing() {
    let calls = calls_in_dialect_a();
    // Within arguments, between two calls, and after all of them.
    for end in [r#"t\":\"b"#, r#""id":"c""#, r#""finish_reason":"tool_calls""#] {
        let cut = calls.find(end).unwrap_or_else(|| panic!("{end} is not in {calls}"));
        let (server, venice) = serving([head().send(&calls[..cut]).close(), answer()]);
        let mut run = venice.chat().run_stream(request(), &never_called());
        let (seen, error) = happenings(&mut run).await;
        assert_eq!((seen.len(), error.unwrap().kind()), (0, ErrorKind::StreamInterrupted), "{end}");
        assert_eq!((server.count(), run.messages().len(), run.rounds()), (1, 1, 0));
        assert_eq!((run.usage(), run.cost()), (None, None), "nobody knows what it cost");

        run.resume();
        assert_eq!((run.await.unwrap().text(), server.count()), (ANSWER.into(), 2));
        assert_eq!(server.requests()[0].body, server.requests()[1].body);
    }
}

#[tokio::test]
async fn an_error_in_the_stream_ends_the_run() {
    let calls = calls_in_dialect_a();
    let middle = calls.find(r#""id":"c""#).map(|at| calls[..at].rfind("data: ").unwrap()).unwrap();
    let overloaded = r#"data: {"error":{"message":"Model is overloaded","code":"MODEL_OVERLOADED"}}"#;
    for (event, kind) in [
        (overloaded, ErrorKind::Overloaded),
        ("data: {\"choices\":[{\"delta\":", ErrorKind::Decode),
        ("data: 7", ErrorKind::Decode),
    ] {
        let text = format!("{}{event}\n\n{}data: [DONE]\n\n", &calls[..middle], &calls[middle..]);
        let (server, venice) = serving([head().send(text).close(), answer()]);
        let mut run = venice.chat().run_stream(request(), &never_called());
        let (seen, error) = happenings(&mut run).await;
        assert_eq!((seen.len(), error.unwrap().kind(), run.messages().len()), (0, kind, 1), "{event}");
        run.finish().await.unwrap();
        assert_eq!((&*run.text(), server.count()), (ANSWER, 2));
    }
}

#[tokio::test]
async fn calls_of_a_stream_that_was_cut_by_a_limit_are_not_made() {
    let text = calls_in_dialect_b().replace(r#""finish_reason":"tool_calls""#, r#""finish_reason":"length""#);
    let (server, venice) = serving([whole(&text)]);
    let mut run = venice.chat().run_stream(request(), &never_called());
    let (seen, error) = happenings(&mut run).await;
    assert_eq!((seen, error.unwrap().kind()), (vec!["reply 1".to_owned()], ErrorKind::ToolRun));
    assert_eq!(run.stop_reason(), Some(&StopReason::Cut));
    assert_eq!((server.count(), run.usage().unwrap().total_tokens), (1, 12));
}

#[tokio::test]
async fn a_refusal_before_the_stream_is_retried_and_one_in_it_is_not() {
    let busy = Answer::json(429, "{}");
    let server = crate::support::Server::answering([busy, whole(&calls_in_dialect_a()), head().close(), answer()]);
    let venice = client(&server, &TestClock::without_jitter());
    let unfinished = venice.chat().run_stream(request(), &tide_and_wind()).await.unwrap_err();
    assert_eq!(unfinished.error().kind(), ErrorKind::StreamInterrupted);
    assert_eq!((server.count(), unfinished.run().messages().len()), (3, 5));
    assert_eq!(unfinished.resume().await.unwrap().text(), ANSWER);
}

#[tokio::test]
async fn a_server_that_does_not_stream_is_taken_at_its_word() {
    let (server, venice) = serving([super::calling(&[("a", "wind", r#"{"at":"x"}"#)]), super::saying("At ten.")]);
    let finished = venice.chat().run_stream(request(), &tide_and_wind()).await.unwrap();
    assert_eq!((&*finished.text(), finished.usage().unwrap().total_tokens), ("At ten.", 24));
    assert_eq!(results(&server.requests()[1]), [("a".to_owned(), "wind of \"x\"".to_owned())]);
}
