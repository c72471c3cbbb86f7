//! The `tracing` span of a tool.

use serde_json::Value;
use tracing::instrument::WithSubscriber;
use venice_ai::tools::{ToolBox, ToolError};

use super::{calling, request, saying, serving, tide_and_wind, tool};
use crate::support::spans::Recorder;

async fn span_of(tools: &ToolBox, recorder: &Recorder) -> std::collections::BTreeMap<String, String> {
    let (_server, venice) = serving([calling(&[("a", "tide", r#"{"at": "PRIVATE"}"#)]), saying("At ten.")]);
    let run = venice.chat().run(request(), tools).into_future();
    run.with_subscriber(recorder.clone()).await.unwrap();
    recorder.span("venice.tool")
}

#[tokio::test]
async fn a_tool_runs_within_a_span_without_its_arguments_and_its_result() {
    let recorder = Recorder::new();
    let span = span_of(&tide_and_wind(), &recorder).await;
    for (field, value) in [
        ("otel.name", "execute_tool tide"),
        ("otel.kind", "internal"),
        ("gen_ai.operation.name", "execute_tool"),
        ("gen_ai.tool.name", "tide"),
        ("gen_ai.tool.type", "function"),
        ("gen_ai.tool.call.id", "a"),
    ] {
        assert_eq!(span.get(field).map(String::as_str), Some(value), "{field}: {span:?}");
    }
    assert!(!span.contains_key("error.type") && !span.contains_key("venice.cancelled"));
    assert!(!recorder.dump().contains("PRIVATE"));
}

#[tokio::test]
async fn a_tool_that_fails_marks_its_span() {
    let recorder = Recorder::new();
    let failing =
        ToolBox::new().try_implement(tool("tide"), |_: Value| async { Err::<(), _>(ToolError::new("PRIVATE")) });
    let span = span_of(&failing, &recorder).await;
    assert_eq!((&*span["otel.status_code"], &*span["error.type"]), ("ERROR", "Failed"));
    assert!(!recorder.dump().contains("PRIVATE"));
}
