//! Parallel tool calls.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::Barrier;
use venice_ai::tools::ToolBox;

use super::{calling, happenings, reply, request, results, saying, serving, tide_and_wind, tool};
use crate::support::PATIENCE;
use crate::support::measured::assert_linear;

fn pairs(all: &[(&str, &str)]) -> Vec<(String, String)> {
    all.iter().map(|(id, result)| ((*id).to_owned(), (*result).to_owned())).collect()
}

#[tokio::test]
async fn they_are_made_at_the_same_time_and_answered_in_their_order() {
    // None ends before all three have started, and the first one ends last.
    let all_here = Arc::new(Barrier::new(3));
    let tools = ToolBox::new().implement(tool("tide"), move |at: Value| {
        let all_here = all_here.clone();
        async move {
            all_here.wait().await;
            if at["at"] == "1" {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            format!("at {}", at["at"].as_str().unwrap())
        }
    });
    let calls = [("a", "tide", r#"{"at":"1"}"#), ("b", "tide", r#"{"at":"2"}"#), ("c", "tide", r#"{"at":"3"}"#)];
    let (server, venice) = serving([calling(&calls), saying("x")]);
    let mut run = venice.chat().run(request(), &tools);
    let (seen, error) = tokio::time::timeout(PATIENCE, happenings(&mut run)).await.unwrap();
    assert!(error.is_none());
    assert_eq!(seen[..4], ["reply 1", "a started", "b started", "c started"]);
    assert_eq!(seen[6..], ["a Done", "reply 2"]);
    assert_eq!(results(&server.requests()[1]), pairs(&[("a", "at 1"), ("b", "at 2"), ("c", "at 3")]));
}

#[tokio::test]
async fn no_more_are_made_at_once_than_allowed() {
    for allowed in [1, 2] {
        let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let seen = most.clone();
        let tools = ToolBox::new().implement(tool("tide"), move |_: Value| {
            let (now, most) = (now.clone(), most.clone());
            async move {
                most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                tokio::time::sleep(Duration::from_millis(5)).await;
                now.fetch_sub(1, Ordering::SeqCst);
            }
        });
        let calls: Vec<(&str, &str, &str)> = ["a", "b", "c", "d", "e"].iter().map(|id| (*id, "tide", "{}")).collect();
        let (server, venice) = serving([calling(&calls), saying("x")]);
        venice.chat().run(request(), &tools).with_concurrency(allowed).await.unwrap();
        assert_eq!(seen.load(Ordering::SeqCst), allowed);
        assert_eq!(results(&server.requests()[1]).len(), 5);
    }
}

#[tokio::test]
async fn one_index_for_all_of_them_mixes_nothing_up() {
    let calls = ["a", "b", "c"].map(|id| {
        let arguments = json!({"at": id}).to_string();
        json!({"index": 0, "id": id, "type": "function", "function": {"name": "wind", "arguments": arguments}})
    });
    let said = json!({"role": "assistant", "content": "", "tool_calls": calls});
    let (server, venice) = serving([reply(said, "tool_calls").into(), saying("x")]);
    venice.chat().run(request(), &tide_and_wind()).await.unwrap();
    let expected = [("a", r#"wind of "a""#), ("b", r#"wind of "b""#), ("c", r#"wind of "c""#)];
    assert_eq!(results(&server.requests()[1]), pairs(&expected));
}

#[tokio::test]
async fn calls_that_no_id_reports_apart_get_one() {
    let calls = [("", "wind", r#"{"at":1}"#), ("a", "wind", r#"{"at":2}"#), ("a", "wind", r#"{"at":3}"#)];
    let (server, venice) = serving([calling(&calls), saying("x")]);
    let mut run = venice.chat().run(request(), &tide_and_wind());
    let (seen, _) = happenings(&mut run).await;
    assert_eq!(seen[1..4], ["call_1 started", "a started", "call_2 started"]);
    let expected = [("call_1", "wind of 1"), ("a", "wind of 2"), ("call_2", "wind of 3")];
    assert_eq!(results(&server.requests()[1]), pairs(&expected));
    let sent = server.requests()[1].json();
    let ids: Vec<&Value> =
        sent["messages"][1]["tool_calls"].as_array().unwrap().iter().map(|call| &call["id"]).collect();
    assert_eq!(ids, ["call_1", "a", "call_2"], "the model reads them so too");
    assert_eq!(sent["messages"][1]["tool_calls"][2]["function"]["arguments"], r#"{"at":3}"#);
}

#[tokio::test]
async fn a_call_that_cannot_be_made_stops_none_of_the_others() {
    let calls = [("a", "moon", "{}"), ("b", "wind", r#"{"at":2}"#), ("c", "wind", "{")];
    let (server, venice) = serving([calling(&calls), saying("x")]);
    let mut run = venice.chat().run(request(), &tide_and_wind());
    let (seen, _) = happenings(&mut run).await;
    assert_eq!(seen[1..5], ["a UnknownTool", "b started", "c BadArguments", "b Done"]);
    let ids: Vec<String> = results(&server.requests()[1]).into_iter().map(|(id, _)| id).collect();
    assert_eq!(ids, ["a", "b", "c"]);
}

#[test]
fn each_call_of_a_reply_with_very_many_is_work_once() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let tools = tide_and_wind();
    assert_linear(300, |count| {
        let (server, venice) = serving([calling(&vec![("a", "moon", "{}"); count]), saying("x")]);
        runtime.block_on(venice.chat().run(request(), &tools).into_future()).unwrap();
        assert_eq!(results(&server.requests()[1]).len(), count);
    });
}
