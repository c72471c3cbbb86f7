//! Each run of a tool is a span.

use opentelemetry::trace::{SpanKind, Status};
use opentelemetry_sdk::trace::SpanData;
use serde_json::{Value, json};
use venice_ai::http::Method;
use venice_ai::tools::{ToolBox, ToolError};
use venice_ai::types::{ChatCompletionRequest, Tool};
use venice_ai::{Client, RetryPolicy};

use super::{Recorded, assert_has, named};
use crate::support::{Answer, Server, builder};

fn calling(name: &str, arguments: &str) -> Answer {
    let call = json!({"id": "call-1", "type": "function", "function": {"name": name, "arguments": arguments}});
    let message = json!({"role": "assistant", "content": null, "tool_calls": [call]});
    Answer::from(
        &json!({"id": "x", "model": "m", "choices": [{"index": 0, "message": message, "finish_reason": "tool_calls"}]}),
    )
}

fn saying(text: &str) -> Answer {
    let message = json!({"role": "assistant", "content": text});
    Answer::from(
        &json!({"id": "y", "model": "m", "choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}),
    )
}

fn tool(name: &str) -> Tool {
    Tool::function(name, "A tool", json!({"type": "object", "properties": {"at": {"type": "string"}}}))
}

async fn run(venice: &Client, tools: &ToolBox) {
    venice.chat().run(ChatCompletionRequest::new("m", ["When can I sail?"]), tools).await.unwrap();
}

fn of_tool(recorded: &Recorded) -> SpanData {
    let mut spans = recorded.spans().into_iter().filter(|span| span.name.starts_with("execute_tool"));
    let span = spans.next().unwrap();
    assert!(spans.next().is_none());
    span
}

#[tokio::test]
async fn a_run_of_a_tool_is_a_span_between_those_of_the_chats() {
    let server = Server::answering([calling("tide", r#"{"at": "PRIVATE"}"#), saying("At ten.")]);
    let recorded = Recorded::new();
    let venice = recorded.builder(&server).build().unwrap();
    run(&venice, &ToolBox::new().implement(tool("tide"), |_: Value| async { "PRIVATE" })).await;
    let spans = recorded.spans();
    let names: Vec<&str> = spans.iter().map(|span| &*span.name).collect();
    assert_eq!(names, ["chat m", "execute_tool tide", "chat m"]);
    let span = of_tool(&recorded);
    assert_eq!((&span.span_kind, &span.status), (&SpanKind::Internal, &Status::Unset));
    let attributes = named(&span.attributes);
    assert_has(
        &attributes,
        [
            ("gen_ai.operation.name", "execute_tool".into()),
            ("gen_ai.tool.name", "tide".into()),
            ("gen_ai.tool.type", "function".into()),
            ("gen_ai.tool.call.id", "call-1".into()),
        ],
    );
    assert!(!recorded.dump().contains("PRIVATE"));
    let [duration] = recorded.measured_as("gen_ai.execute_tool.duration").try_into().unwrap();
    assert_eq!((duration.count, &*duration.unit), (1, "s"));
    assert_has(&duration.attributes, [("gen_ai.tool.name", "tide".into())]);
}

#[tokio::test]
async fn calls_of_a_tool_are_its_children() {
    let server = Server::start(|n, request| match (&*request.method, n) {
        ("GET", _) => Answer::from("{}"),
        (_, 0) => calling("tide", "{}"),
        _ => saying("At ten."),
    });
    let recorded = Recorded::new();
    let venice = recorded.builder(&server).build().unwrap();
    let within = venice.clone();
    let tools = ToolBox::new().implement(tool("tide"), move |_: Value| {
        let call = within.request::<Value>(Method::GET, "/tides");
        async move { call.await.unwrap() }
    });
    run(&venice, &tools).await;
    let spans = recorded.spans();
    let call = spans.iter().find(|span| span.name == "GET").unwrap();
    assert_eq!(call.parent_span_id, of_tool(&recorded).span_context.span_id());
}

#[tokio::test]
async fn a_tool_that_fails_marks_its_span() {
    let failing =
        ToolBox::new().try_implement(tool("tide"), |_: Value| async { Err::<(), _>(ToolError::new("PRIVATE")) });
    let sailing = ToolBox::new().implement(tool("tide"), |at: String| async move { at });
    for (tools, error_type) in [(failing, "Failed"), (sailing, "BadArguments")] {
        let server = Server::answering([calling("tide", "{}"), saying("At ten.")]);
        let recorded = Recorded::new();
        run(&recorded.builder(&server).build().unwrap(), &tools).await;
        let span = of_tool(&recorded);
        assert_eq!(span.status, Status::error(""));
        assert_has(&named(&span.attributes), [("error.type", error_type.into())]);
        assert!(!recorded.dump().contains("PRIVATE"));
    }
}

#[tokio::test]
async fn arguments_and_results_are_recorded_on_request() {
    let server = Server::answering([calling("tide", r#"{"at": "Lido"}"#), saying("At ten.")]);
    let recorded = Recorded::new();
    let telemetry = recorded.telemetry().with_content(true);
    let venice = builder(&server).retry(RetryPolicy::disabled()).opentelemetry(telemetry).build().unwrap();
    run(&venice, &ToolBox::new().implement(tool("tide"), |_: Value| async { json!({"cm": 62}) })).await;
    assert_has(
        &named(&of_tool(&recorded).attributes),
        [
            ("gen_ai.tool.call.arguments", r#"{"at": "Lido"}"#.into()),
            ("gen_ai.tool.call.result", r#"{"cm":62}"#.into()),
        ],
    );
}
