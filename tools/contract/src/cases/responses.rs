//! The Responses API. Its stream is left out: the document does not describe it.

use serde_json::json;
use venice_ai::types::*;

use super::Cost::Usd;
use super::Size::{Maximal, Minimal};
use super::{Case, case};

pub fn cases() -> Vec<Case> {
    vec![
        case("createResponse", Minimal, Usd(0.02), |scene| async move {
            scene.venice().responses().create(ResponsesRequest::new("default", "Say yes.")).await?;
            Ok(())
        }),
        case("createResponse", Maximal, Usd(0.05), |scene| async move {
            scene.venice().responses().create(maximal()).await?;
            Ok(())
        })
        .leaving_out(&["stream"]),
    ]
}

fn maximal() -> ResponsesRequest {
    let input = vec![
        ResponseInputItem::system("Answer in one word."),
        ResponseInputItem::user("When does the tide come in?"),
        ResponseFunctionCall::new("call_1", "tide", "{}").into(),
        ResponseInputItem::function_output("call_1", "noon"),
    ];
    let tide = Function::new("tide").description("When the tide comes in").parameters(parameters()).strict(false);
    let parameters = ResponsesVeniceParameters::new()
        .character_slug("alan-watts")
        .enable_e2ee(true)
        .enable_web_citations(true)
        .enable_web_scraping(false)
        .enable_web_search(WebSearchMode::Off)
        .include_search_results_in_stream(false)
        .include_venice_system_prompt(false);
    ResponsesRequest::new("default", input)
        .anon_user_id("venice-contract")
        .fallbacks(["default"])
        .include(["reasoning.encrypted_content"])
        .instructions("In English.")
        .max_output_tokens(64)
        .parallel_tool_calls(false)
        .prompt_cache_key("venice-contract")
        .prompt_cache_retention(ResponsesCacheRetention::Default)
        .reasoning(Reasoning::new().effort(ReasoningEffort::Low).summary(ReasoningSummary::Auto).enabled(true))
        .temperature(0.7)
        .tool_choice(ToolChoiceMode::Auto)
        .tools([FunctionTool::new(tide)])
        .top_p(0.9)
        .venice_parameters(parameters)
        .web_search(false)
}

fn parameters() -> serde_json::Map<String, serde_json::Value> {
    serde_json::Map::from_iter([("type".to_owned(), json!("object")), ("properties".to_owned(), json!({}))])
}
