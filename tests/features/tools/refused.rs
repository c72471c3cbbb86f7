//! Runs that are rejected before sending.

use std::time::Duration;

use serde_json::json;
use venice_ai::tools::{NoArguments, ToolBox, ToolRun};
use venice_ai::types::{ChatCompletionRequest, Tool};
use venice_ai::{Client, Error};

use super::{request, saying, serving, tide_and_wind, tool};
use crate::support::refused::assert_refused;

async fn refused(run: impl FnOnce(&Client) -> ToolRun, fields: &[&str]) -> Error {
    let (server, venice) = serving([saying("x")]);
    let error = run(&venice).await.unwrap_err().into_parts().0;
    assert_refused(&server, &error, "createChatCompletion", fields);
    error
}

async fn refused_box(tools: ToolBox, fields: &[&str]) -> Error {
    refused(|venice| venice.chat().run(request(), &tools), fields).await
}

fn nothing(tools: ToolBox, tool: Tool) -> ToolBox {
    tools.implement(tool, |_: NoArguments| async {})
}

#[tokio::test]
async fn more_than_one_answer() {
    refused(|venice| venice.chat().run(request().n(2), &tide_and_wind()), &["n"]).await;
    refused(|venice| venice.chat().run_stream(request().n(2), &tide_and_wind()), &["n"]).await;
    let unchecked = |venice: &Client| venice.chat().run(request().n(2), &tide_and_wind()).with_validation(false);
    refused(unchecked, &["n"]).await;
}

#[tokio::test]
async fn a_stream_where_none_is_expected() {
    let error = refused(|venice| venice.chat().run(request().stream(true), &tide_and_wind()), &["stream"]).await;
    assert!(error.message().contains("run_stream"), "{error}");
}

#[tokio::test]
async fn what_every_chat_rejects() {
    refused(|venice| venice.chat().run(request().temperature(9.0), &tide_and_wind()), &["temperature"]).await;
    let empty = ChatCompletionRequest::new("m", [] as [&str; 0]);
    refused(|venice| venice.chat().run(empty, &tide_and_wind()), &["messages"]).await;
}

#[tokio::test]
async fn names_that_are_none() {
    let long = "x".repeat(65);
    for name in ["", "my tool", "wetter/jetzt", "prüfen", "a.b", &long] {
        let error = refused_box(nothing(tide_and_wind(), tool(name)), &["tools[2].function.name"]).await;
        let says = if name.is_empty() { "is empty".to_owned() } else { format!("{name:?}") };
        assert!(error.message().contains(&says), "{error}");
        refused(
            |venice| venice.chat().run(request().tools([tool(name)]), &ToolBox::new()),
            &["tools[0].function.name"],
        )
        .await;
    }
    let (server, venice) = serving([saying("x")]);
    let tools = nothing(nothing(ToolBox::new(), tool(&long[1..])), tool("a-B_9"));
    venice.chat().run(request(), &tools).await.unwrap();
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn two_tools_of_one_name() {
    refused_box(nothing(tide_and_wind(), tool("tide")), &["tools[2].function.name"]).await;
    refused_box(tide_and_wind().declare(tool("wind")), &["tools[2].function.name"]).await;
    let of_both = |venice: &Client| venice.chat().run(request().tools([tool("tide")]), &tide_and_wind());
    refused(of_both, &["tools[1].function.name"]).await;
}

#[tokio::test]
async fn a_function_behind_what_is_none() {
    refused_box(nothing(ToolBox::new(), Tool::WebSearch), &["tools[0]"]).await;
    let text = Tool::function("tide", "", json!({"type": "string"}));
    let error = refused_box(nothing(ToolBox::new(), text), &["tools[0].function.parameters"]).await;
    assert!(error.message().contains("an object"), "{error}");
}

#[tokio::test]
async fn a_time_out_of_a_tool_that_is_not_there() {
    let limit = Duration::from_secs(1);
    let error = refused_box(tide_and_wind().with_timeout_of("moon", limit), &["tools"]).await;
    assert!(error.message().contains("moon"), "{error}");
    refused_box(tide_and_wind().declare(tool("pay")).with_timeout_of("pay", limit), &["tools"]).await;
}

#[tokio::test]
async fn everything_that_is_wrong_is_named_at_once() {
    let tools = nothing(nothing(tide_and_wind(), tool("tide")), tool("my tool"));
    let fields = ["n", "tools[2].function.name", "tools[3].function.name", "temperature"];
    refused(|venice| venice.chat().run(request().n(3).temperature(-1.0), &tools), &fields).await;
}

#[tokio::test]
async fn without_validation_a_name_is_the_servers_business() {
    let (server, venice) = serving([saying("x")]);
    let run = venice.chat().run(request(), &nothing(ToolBox::new(), tool("my tool")));
    run.with_validation(false).await.unwrap();
    assert_eq!(server.only().json()["tools"][0]["function"]["name"], "my tool");
}

#[tokio::test]
async fn what_is_changed_or_added_on_the_way() {
    let (server, venice) = serving([saying("x")]);
    let finished = venice.chat().run(request(), &tide_and_wind()).await.unwrap();
    let run = finished.ask("More.").unwrap().with_request(|request| request.temperature(9.0));
    let unfinished = run.await.unwrap_err();
    assert_eq!(unfinished.error().field_errors()[0].field, "temperature");
    let mut run = unfinished.resume().with_request(|request| request.temperature(1.0));
    let empty: Vec<venice_ai::types::ContentPart> = vec![venice_ai::types::ContentPart::text("")];
    let error = run.push(venice_ai::types::ChatMessage::user(empty)).unwrap_err();
    assert!(error.is_invalid_request() && error.status().is_none(), "{error}");
    assert_eq!(server.count(), 1);
    run.await.unwrap();
    assert_eq!(server.count(), 2);
}

#[tokio::test]
async fn a_run_that_was_rejected_stays_rejected() {
    let (server, venice) = serving([saying("x")]);
    let unfinished = venice.chat().run(request().n(2), &tide_and_wind()).await.unwrap_err();
    let run = unfinished.resume();
    assert!(run.await.unwrap_err().error().is_invalid_request());
    assert_eq!(server.connections(), 0);
}
