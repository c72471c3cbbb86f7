//! Requests that are rejected before sending.

use std::collections::HashMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use venice_ai::types::{ChatCompletion, ChatCompletionRequest, ResponseFormat, Tool};

use super::{Island, request};
use crate::support::refused::{refused, refused_for};

const OPERATION: &str = "createChatCompletion";

#[derive(Debug, Deserialize, JsonSchema)]
#[allow(dead_code)]
struct Canal {
    branches: Vec<Canal>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[allow(dead_code)]
struct Depths {
    by_place: HashMap<String, f64>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[allow(dead_code)]
struct Anything {
    payload: Value,
}

#[tokio::test]
async fn a_type_without_a_strict_schema_is_rejected_by_its_field() {
    for validated in [true, false] {
        let error = refused(
            |venice| venice.chat().parse::<Canal>(request()).with_validation(validated),
            OPERATION,
            "response_format",
        );
        let shown = error.await.to_string();
        assert!(shown.contains("`branches[]` of the type `Canal` is recursive"), "{shown}");
    }
    let error = refused(|venice| venice.chat().parse::<Depths>(request()), OPERATION, "response_format").await;
    assert!(error.to_string().contains("`by_place` of the type `Depths` has arbitrary keys"), "{error}");
    let error = refused(|venice| venice.chat().parse_stream::<Anything>(request()), OPERATION, "response_format").await;
    assert!(error.to_string().contains("`payload` of the type `Anything` may be any JSON"), "{error}");
    assert!(ResponseFormat::of::<Canal>().unwrap_err().problem().contains("`Canal`"));
    let error = ChatCompletion::default().parse::<Canal>().unwrap_err();
    assert!(error.is_invalid_request(), "{error}");
}

#[tokio::test]
async fn a_form_of_its_own_is_rejected() {
    let formed = || request().response_format(ResponseFormat::JsonObject);
    refused(|venice| venice.chat().parse::<Island>(formed()), OPERATION, "response_format").await;
    refused(|venice| venice.chat().parse_stream::<Island>(formed()), OPERATION, "response_format").await;
}

#[tokio::test]
async fn parallel_calls_of_tools_are_rejected() {
    let tool = Tool::function("tide", "The tide", json!({"type": "object", "properties": {}}));
    let parallel = request().tools([tool]).parallel_tool_calls(true);
    refused(|venice| venice.chat().parse::<Island>(parallel.clone()), OPERATION, "parallel_tool_calls").await;
    refused(|venice| venice.chat().parse_stream::<Island>(parallel), OPERATION, "parallel_tool_calls").await;
}

#[tokio::test]
async fn what_any_other_request_is_rejected_for_is_rejected_here() {
    let empty: [&str; 0] = [];
    let nothing = ChatCompletionRequest::new("", empty);
    refused_for(|venice| venice.chat().parse::<Island>(nothing.clone()), OPERATION, &["messages", "model"]).await;
    refused(|venice| venice.chat().parse::<Island>(request().stream(true)), OPERATION, "stream").await;
}
