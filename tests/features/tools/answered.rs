//! Runs that end with an answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use serde::ser::{Serialize, SerializeStruct, Serializer};
use serde_json::{Value, json};
use venice_ai::ErrorKind;
use venice_ai::tools::{NoArguments, ToolBox};
use venice_ai::types::{ChatCompletionRequest, ChatMessage, Tool, ToolChoice};

use super::{call, calling, reply, request, result, results, run_of, saying, serving, tide_and_wind, tool};
use crate::support::Answer;

#[tokio::test]
async fn a_question_without_calls_is_one_request() {
    let (server, venice) = serving([saying("At ten.")]);
    let finished = venice.chat().run(request(), &tide_and_wind()).await.unwrap();
    assert_eq!((&*finished.text(), finished.rounds(), finished.messages().len()), ("At ten.", 1, 2));
    let sent = server.only().posted("/chat/completions");
    assert_eq!(sent["messages"], json!([{"role": "user", "content": "When can I sail?"}]));
    let tide = &sent["tools"][0];
    assert_eq!((&tide["type"], &tide["function"]["name"]), (&json!("function"), &json!("tide")));
    assert_eq!(tide["function"]["description"], "The tide at a place");
    assert_eq!(tide["function"]["parameters"]["required"], json!(["at"]));
    assert_eq!(sent["tools"].as_array().unwrap().len(), 2);
    assert!(sent.get("stream").is_none() && sent.get("tool_choice").is_none());
    assert_eq!(server.only().header("accept"), Some("application/json"));
}

#[tokio::test]
async fn results_go_back_after_what_the_model_said() {
    let (server, finished) = run_of(&tide_and_wind(), "tide", r#"{"at":"Rialto"}"#).await;
    assert_eq!((&*finished.text(), finished.rounds()), ("At ten.", 2));
    let sent = server.requests()[1].posted("/chat/completions");
    let said = json!({"role": "assistant", "content": null, "tool_calls": [call("a", "tide", r#"{"at":"Rialto"}"#)]});
    let given = json!({"role": "tool", "tool_call_id": "a", "content": r#"{"tide":"Rialto"}"#});
    assert_eq!(sent["messages"], json!([{"role": "user", "content": "When can I sail?"}, said, given]));
    assert_eq!(sent["tools"], server.requests()[0].json()["tools"]);
    assert_eq!(finished.messages().len(), 4, "with the answer");
}

#[tokio::test]
async fn usage_and_cost_are_those_of_all_replies() {
    let (_, finished) = run_of(&tide_and_wind(), "tide", "{}").await;
    let usage = finished.usage().unwrap();
    assert_eq!((usage.prompt_tokens, usage.completion_tokens, usage.total_tokens), (20, 4, 24));
    assert_eq!(usage.prompt_tokens_details.as_ref().unwrap().cached_tokens, Some(8));
    assert_eq!(usage.completion_tokens_details, None);
    assert_eq!(finished.cost().unwrap().to_string(), "0.50 USD, 1.0 DIEM");
    assert_eq!(finished.reply().unwrap().usage.as_ref().unwrap().total_tokens, 12, "its own");
}

#[tokio::test]
async fn a_sum_with_an_unknown_part_is_unknown() {
    let mut silent: Value = serde_json::from_str(&reply(json!({"role": "assistant", "content": "x"}), "stop")).unwrap();
    silent["cost"] = Value::Null;
    let (_, venice) = serving([calling(&[("a", "tide", "{}")]), Answer::json(200, &silent.to_string())]);
    let finished = venice.chat().run(request(), &tide_and_wind()).await.unwrap();
    assert_eq!((finished.cost(), finished.usage().unwrap().total_tokens), (None, 24));
}

#[tokio::test]
async fn a_text_goes_as_it_is_and_everything_else_as_json() {
    struct Level {
        station: &'static str,
        cm: f64,
    }
    impl Serialize for Level {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let mut level = serializer.serialize_struct("Level", 2)?;
            level.serialize_field("station", self.station)?;
            level.serialize_field("cm", &self.cm)?;
            level.end()
        }
    }
    let schema = || Tool::function("t", "", json!({}));
    let boxes = [
        (ToolBox::new().implement(schema(), |_: NoArguments| async { "62 \"cm\"" }), "62 \"cm\""),
        (ToolBox::new().implement(schema(), |_: NoArguments| async { String::new() }), ""),
        (ToolBox::new().implement(schema(), |_: NoArguments| async { 62 }), "62"),
        (ToolBox::new().implement(schema(), |_: NoArguments| async { Some(vec!["a"]) }), r#"["a"]"#),
        (ToolBox::new().implement(schema(), |_: NoArguments| async {}), "null"),
        (ToolBox::new().implement(schema(), |_: NoArguments| async { json!("text") }), "text"),
        (
            ToolBox::new().implement(schema(), |_: NoArguments| async { Level { station: "Rialto", cm: 62.0 } }),
            r#"{"station":"Rialto","cm":62.0}"#,
        ),
        (ToolBox::new().try_implement(schema(), |_: NoArguments| async { Ok::<_, std::io::Error>("fine") }), "fine"),
    ];
    for (tools, expected) in boxes {
        let (server, _) = run_of(&tools, "t", "{}").await;
        assert_eq!(result(&server), expected);
    }
}

#[tokio::test]
async fn empty_arguments_are_an_empty_object() {
    let tools = ToolBox::new().implement(tool("tide"), |arguments: Value| async move { arguments });
    for empty in ["", " ", "{}", "null"] {
        assert_eq!(result(&run_of(&tools, "tide", empty).await.0), "{}", "{empty:?}");
    }
    let tools = ToolBox::new().implement(tool("tide"), |_: NoArguments| async { "ok" });
    for given in ["", "{}", r#"{"why":[1]}"#, "null"] {
        assert_eq!(result(&run_of(&tools, "tide", given).await.0), "ok", "{given:?}");
    }
}

#[tokio::test]
async fn several_rounds_and_state_that_a_tool_keeps() {
    let count = Arc::new(AtomicU32::new(0));
    let seen = count.clone();
    let tools = ToolBox::new().implement(tool("tide"), move |_: Value| {
        let count = count.clone();
        async move { count.fetch_add(1, Ordering::SeqCst) }
    });
    let round = || calling(&[("a", "tide", "{}")]);
    let (server, venice) = serving([round(), round(), round(), saying("At ten.")]);
    let finished = venice.chat().run(request(), &tools).await.unwrap();
    assert_eq!((finished.rounds(), seen.load(Ordering::SeqCst)), (4, 3));
    let given: Vec<String> = results(&server.requests()[3]).into_iter().map(|(_, result)| result).collect();
    assert_eq!(given, ["0", "1", "2"], "an id may come again in another round");
}

#[tokio::test]
async fn a_choice_that_demands_a_tool_is_made_once() {
    for (choice, later) in [
        (ToolChoice::required(), json!("auto")),
        (ToolChoice::function("tide"), json!("auto")),
        (ToolChoice::Mode("any".into()), json!("auto")),
        (ToolChoice::auto(), json!("auto")),
        (ToolChoice::none(), json!("none")),
    ] {
        let (server, venice) = serving([calling(&[("a", "tide", "{}")]), calling(&[("b", "tide", "{}")]), saying("x")]);
        venice.chat().run(request().tool_choice(choice.clone()), &tide_and_wind()).await.unwrap();
        let sent: Vec<Value> = server.requests().iter().map(|request| request.json()["tool_choice"].clone()).collect();
        assert_eq!(sent, [serde_json::to_value(&choice).unwrap(), later.clone(), later]);
    }
}

#[tokio::test]
async fn tools_of_the_request_stand_before_those_of_the_box() {
    let (server, venice) = serving([saying("x")]);
    venice.chat().run(request().tools([Tool::WebSearch]), &tide_and_wind()).await.unwrap();
    let sent = server.only().json();
    let kinds: Vec<&str> =
        sent["tools"].as_array().unwrap().iter().map(|tool| tool["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["web_search", "function", "function"]);
}

#[tokio::test]
async fn a_run_without_tools_is_a_chat() {
    let (server, venice) = serving([saying("x")]);
    let finished = venice.chat().run(request(), &ToolBox::new()).await.unwrap();
    assert_eq!(finished.text(), "x");
    assert!(server.only().json().get("tools").is_none());
}

#[tokio::test]
async fn the_conversation_continues() {
    let (server, venice) = serving([
        calling(&[("a", "tide", "{}")]),
        saying("At ten."),
        calling(&[("b", "wind", "{}")]),
        saying("At noon."),
    ]);
    let run = venice.chat().run(request(), &tide_and_wind()).with_max_rounds(2);
    let finished = run.await.unwrap().ask("And tomorrow?").unwrap().await.unwrap();
    assert_eq!((&*finished.text(), finished.rounds(), finished.messages().len()), ("At noon.", 4, 8));
    assert_eq!(finished.usage().unwrap().total_tokens, 48);
    let last = server.requests()[3].json();
    let roles: Vec<&str> = last["messages"].as_array().unwrap().iter().map(|m| m["role"].as_str().unwrap()).collect();
    assert_eq!(roles, ["user", "assistant", "tool", "assistant", "user", "assistant", "tool"]);
}

#[tokio::test]
async fn what_is_asked_can_change_on_the_way() {
    let (server, venice) = serving([saying("a"), saying("b")]);
    let finished = venice.chat().run(request().temperature(0.5), &tide_and_wind()).await.unwrap();
    let run = finished.ask("More.").unwrap().with_request(|mut request| {
        assert!(request.messages.is_empty() && request.tools.is_none());
        request.model = "other".into();
        request.max_completion_tokens(9)
    });
    run.await.unwrap();
    let sent = server.requests()[1].json();
    assert_eq!(
        (&sent["model"], &sent["max_completion_tokens"], &sent["temperature"]),
        (&json!("other"), &json!(9), &json!(0.5))
    );
    assert_eq!((sent["messages"].as_array().unwrap().len(), sent["tools"].as_array().unwrap().len()), (3, 2));
}

#[tokio::test]
async fn options_are_those_of_each_call() {
    let (server, venice) = serving([calling(&[("a", "tide", "{}")]), saying("x")]);
    let run = venice.chat().run(request(), &tide_and_wind());
    run.with_header("x-trace", "4711").with_extra_body("new", 1).await.unwrap();
    for request in server.requests() {
        assert_eq!((request.header("x-trace"), &request.json()["new"]), (Some("4711"), &json!(1)));
    }
}

#[tokio::test]
async fn search_results_that_come_as_a_call_want_no_result() {
    for (id, name, reason) in
        [("d", "venice_web_search_documents", "stop"), ("web_search_call", "web_search", "tool_calls")]
    {
        let documents = call(id, name, r#"{"documents":[]}"#);
        let said = json!({"role": "assistant", "content": "At ten.", "tool_calls": [documents]});
        let (server, venice) = serving([reply(said, reason).into()]);
        let finished = venice.chat().run(request(), &tide_and_wind()).await.unwrap();
        assert_eq!((&*finished.text(), server.count()), ("At ten.", 1), "{name}");
    }
}

#[tokio::test]
async fn a_reply_without_choices_is_an_error() {
    let (_, venice) = serving([Answer::json(200, r#"{"id":"x","model":"m"}"#)]);
    let error = venice.chat().run(request(), &tide_and_wind()).await.unwrap_err();
    let error = venice_ai::Error::from(error);
    assert!(error.kind() == ErrorKind::Decode && error.message().contains("no `choices`"), "{error}");
}

#[tokio::test]
async fn an_empty_choice_ends_the_run() {
    let (_, venice) = serving([Answer::json(200, r#"{"id":"x","model":"m","choices":[{}]}"#)]);
    let finished = venice.chat().run(request(), &tide_and_wind()).await.unwrap();
    assert_eq!(&*finished.text(), "");
    assert_eq!(finished.reply().unwrap().id, "x");
}

#[tokio::test]
async fn a_named_function_is_a_tool() {
    async fn tide(arguments: Value) -> Result<String, std::fmt::Error> {
        Ok(format!("high at {}", arguments["at"]))
    }
    let tools = ToolBox::new().try_implement(tool("tide"), tide);
    assert_eq!(result(&run_of(&tools, "tide", r#"{"at":1}"#).await.0), "high at 1");
}

#[tokio::test]
async fn one_box_serves_many_runs_at_once() {
    let (server, venice) = serving([saying("x")]);
    let tools = tide_and_wind();
    let runs = ["a", "b", "c"].map(|text| {
        let run = venice.chat().run(ChatCompletionRequest::new("m", [ChatMessage::user(text)]), &tools);
        tokio::spawn(run.into_future())
    });
    for run in runs {
        assert_eq!(run.await.unwrap().unwrap().text(), "x");
    }
    assert_eq!(server.count(), 3);
}
