//! Chat, whole and as a stream.

use serde_json::json;
use venice_ai::types::*;

use super::Cost::Usd;
use super::Size::{Maximal, Minimal};
use super::samples::PICTURE_URL;
use super::{Case, Stop, case};

pub fn cases() -> Vec<Case> {
    vec![
        case("createChatCompletion", Minimal, Usd(0.02), |scene| async move {
            scene.venice().chat().create(ChatCompletionRequest::new("default", ["Say yes."])).await?;
            Ok(())
        }),
        case("createChatCompletion", Minimal, Usd(0.02), |scene| async move {
            let request = ChatCompletionRequest::new("default", ["Say no."]);
            drained(scene.venice().chat().stream(request).await?).await
        }),
        case("createChatCompletion", Maximal, Usd(0.05), |scene| async move {
            scene.venice().chat().create(maximal().tools(tools()).tool_choice(ToolChoice::auto())).await?;
            Ok(())
        }),
        case("createChatCompletion", Maximal, Usd(0.05), |scene| async move {
            let request = maximal()
                .response_format(ResponseFormat::json_schema("answer", a_schema()))
                .stream_options(StreamOptions::new().include_usage(true));
            drained(scene.venice().chat().stream(request).await?).await
        }),
    ]
}

async fn drained(mut stream: venice_ai::stream::ChatStream) -> Result<(), Stop> {
    while let Some(chunk) = stream.next().await {
        chunk?;
    }
    Ok(())
}

fn tools() -> Vec<Tool> {
    vec![Tool::function("tide", "When the tide comes in", json!({"type": "object", "properties": {}}))]
}

fn a_schema() -> serde_json::Value {
    json!({"type": "object", "properties": {"answer": {"type": "string"}}, "required": ["answer"], "additionalProperties": false})
}

fn maximal() -> ChatCompletionRequest {
    let called = ToolCall::new("call_1", FunctionCall::new("tide", "{}")).type_("function");
    let picture = ContentPart::image_url(PICTURE_URL);
    let question = UserMessage::new(vec![ContentPart::text("What is this, and when does the tide come in?"), picture]);
    let messages = [
        ChatMessage::system("Answer in one word."),
        ChatMessage::developer("In English."),
        question.name("gondolier").into(),
        AssistantMessage::new()
            .content("One moment.")
            .reasoning_content("They ask for the tide.")
            .tool_calls([called])
            .into(),
        ChatMessage::tool("call_1", "noon"),
    ];
    ChatCompletionRequest::new("default", messages)
        .anon_user_id("venice-contract")
        .fallbacks(["default"])
        .frequency_penalty(0.1)
        .include(["reasoning.encrypted_content"])
        .logprobs(true)
        .max_completion_tokens(64)
        .max_temp(1.2)
        .max_tokens(64)
        .metadata([("purpose", "contract")])
        .min_p(0.05)
        .min_temp(0.1)
        .n(1)
        .parallel_tool_calls(false)
        .presence_penalty(0.1)
        .prompt_cache_key("venice-contract")
        .prompt_cache_retention(PromptCacheRetention::Default)
        .reasoning(Reasoning::new().effort(ReasoningEffort::Low).summary(ReasoningSummary::Auto).enabled(true))
        .reasoning_effort(ReasoningEffort::Low)
        .repetition_penalty(1.1)
        .seed(7)
        .stop(vec!["END".to_owned()])
        .stop_token_ids([151_643_i64])
        .store(false)
        .temperature(0.7)
        .text(TextOptions::new().verbosity(Verbosity::Low))
        .top_k(40)
        .top_logprobs(1)
        .top_p(0.9)
        .user("venice-contract")
        .venice_parameters(venice_parameters())
        .verbosity(Verbosity::Low)
}

fn venice_parameters() -> VeniceParameters {
    VeniceParameters::new()
        .character_slug("alan-watts")
        .disable_thinking(true)
        .enable_e2ee(true)
        .enable_web_citations(true)
        .enable_web_scraping(false)
        .enable_web_search(WebSearchMode::Off)
        .enable_x_search(false)
        .include_search_results_in_stream(true)
        .include_venice_system_prompt(false)
        .return_search_results_as_documents(true)
        .strip_thinking_response(true)
}
