//! Chat requests on the wire.

use serde_json::{Value, json};
use venice_ai::types::{
    AssistantMessage, AudioFormat, CacheControl, ChatCompletionRequest, ChatMessage, ContentPart, FallbackModel,
    FileData, FilePart, Function, FunctionCall, FunctionTool, InputAudio, JsonSchema, JsonSchemaFormat,
    PromptCacheRetention, Reasoning, ReasoningDetail, ReasoningEffort, ReasoningSummary, ResponseFormat, StreamOptions,
    TextOptions, TextPart, Tool, ToolCall, ToolChoice, ToolChoiceMode, ToolMessage, UserMessage, VeniceParameters,
    Verbosity, WebSearchMode,
};
use venice_ai::{Call, ErrorKind};

use crate::support::chat::{TEXT, a_question};
use crate::support::replying;

/// The body that is sent for a request.
pub async fn sent(request: ChatCompletionRequest) -> Value {
    let (server, venice) = replying(TEXT);
    venice.chat().create(request).await.unwrap();
    let request = server.only();
    assert_eq!((&*request.method, &*request.target), ("POST", "/api/v1/chat/completions"));
    assert_eq!(request.header("content-type"), Some("application/json"));
    request.json()
}

/// One field of the body that is sent for a request.
async fn member(request: ChatCompletionRequest, name: &str) -> Value {
    let mut body = sent(request).await;
    body.get_mut(name).unwrap_or_else(|| panic!("no {name}")).take()
}

/// The messages that are sent.
async fn messages(messages: impl IntoIterator<Item = impl Into<ChatMessage>>) -> Value {
    member(ChatCompletionRequest::new("m", messages), "messages").await
}

#[tokio::test]
async fn what_is_not_set_is_not_sent() {
    let body = sent(ChatCompletionRequest::new("default", ["Hello."])).await;
    assert_eq!(body, json!({"model": "default", "messages": [{"role": "user", "content": "Hello."}]}));
}

#[test]
fn a_request_accepts_a_text_a_message_and_lists_of_them() {
    let text = String::from("Hello.");
    let history = vec![ChatMessage::user("Hello.")];
    let requests = [
        ChatCompletionRequest::from("Hello."),
        text.clone().into(),
        ChatCompletionRequest::new("default", "Hello."),
        ChatCompletionRequest::new("default", text.clone()),
        ChatCompletionRequest::new("default", ChatMessage::user("Hello.")),
        ChatCompletionRequest::new("default", UserMessage::new("Hello.")),
        ChatCompletionRequest::new("default", [&*text]),
        ChatCompletionRequest::new("default", vec![text.clone()]),
        ChatCompletionRequest::new("default", &history),
        ChatCompletionRequest::new("default", history.iter().take(1)),
        ChatCompletionRequest::new("default", [text].into_iter().map(ChatMessage::user)),
        ChatCompletionRequest::new("default", history.clone()),
    ];
    for request in requests {
        assert_eq!((&*request.model, &request.messages), ("default", &history));
    }
}

#[test]
fn texts_print_as_texts() {
    let reply = r#"{"choices": [{"message": {"content": [{"type": "text", "text": "High "}, {"type": "text", "text": "water."}]}}]}"#;
    let reply: venice_ai::types::ChatCompletion = serde_json::from_str(reply).unwrap();
    let message = reply.message().unwrap();
    assert_eq!(
        format!("{reply}|{message}|{}", message.content.as_ref().unwrap()),
        "High water.|High water.|High water."
    );
    assert_eq!(format!("{message:>12}"), " High water.");
    assert_eq!((message.clone().into_text(), reply.into_text()), ("High water.".to_owned(), "High water.".to_owned()));
    assert_eq!(AssistantMessage::new().to_string(), "");
}

#[tokio::test]
async fn messages_of_all_roles_are_sent_in_order() {
    let sent = messages([
        ChatMessage::system("Be brief."),
        ChatMessage::developer("No lists."),
        ChatMessage::user("When?"),
        ChatMessage::assistant("At noon."),
        ChatMessage::tool("call_1", "1.2 m"),
    ]);
    let expected = json!([
        {"role": "system", "content": "Be brief."},
        {"role": "developer", "content": "No lists."},
        {"role": "user", "content": "When?"},
        {"role": "assistant", "content": "At noon."},
        {"role": "tool", "content": "1.2 m", "tool_call_id": "call_1"},
    ]);
    assert_eq!(sent.await, expected);
}

#[tokio::test]
async fn names_and_what_the_assistant_did_are_sent() {
    let call = ToolCall::new("call_1", FunctionCall::new("now", "{}")).type_("function");
    let assistant = AssistantMessage::new()
        .reasoning_content("Let me see.")
        .reasoning_details([ReasoningDetail::new("reasoning.encrypted")
            .data("QUJD")
            .id("r1")
            .format("f")
            .index(0)
            .text("t")])
        .thought_signature("EqoB")
        .tool_calls([call])
        .name("clerk");
    let sent = messages([
        ChatMessage::from(UserMessage::new("When?").name("Ada")),
        assistant.into(),
        ToolMessage::new("12:00", "call_1").name("now").into(),
    ]);
    let expected = json!([
        {"role": "user", "content": "When?", "name": "Ada"},
        {"role": "assistant", "name": "clerk", "reasoning_content": "Let me see.", "thought_signature": "EqoB",
         "reasoning_details": [{"type": "reasoning.encrypted", "data": "QUJD", "id": "r1", "format": "f", "index": 0, "text": "t"}],
         "tool_calls": [{"id": "call_1", "type": "function", "function": {"name": "now", "arguments": "{}"}}]},
        {"role": "tool", "content": "12:00", "tool_call_id": "call_1", "name": "now"},
    ]);
    assert_eq!(sent.await, expected);
}

#[tokio::test]
async fn content_parts_of_all_kinds_are_sent() {
    let parts = [
        ContentPart::text("What is this?"),
        ContentPart::image_url("https://example.com/cat.png"),
        ContentPart::input_audio("UklGRg==", AudioFormat::Wav),
        ContentPart::video_url("data:video/mp4;base64,AAAA"),
        ContentPart::file_url("paper.pdf", "https://example.com/paper.pdf"),
        FilePart::new("data:text/plain;base64,aGk=").into(),
        ContentPart::InputAudio(venice_ai::types::AudioPart::new(InputAudio::new("UklG"))),
    ];
    let expected = json!([{"role": "user", "content": [
        {"type": "text", "text": "What is this?"},
        {"type": "image_url", "image_url": {"url": "https://example.com/cat.png"}},
        {"type": "input_audio", "input_audio": {"data": "UklGRg==", "format": "wav"}},
        {"type": "video_url", "video_url": {"url": "data:video/mp4;base64,AAAA"}},
        {"type": "file", "file": {"filename": "paper.pdf", "file_data": "https://example.com/paper.pdf"}},
        {"type": "file", "file": {"file_data": "data:text/plain;base64,aGk="}},
        {"type": "input_audio", "input_audio": {"data": "UklG"}},
    ]}]);
    assert_eq!(messages([ChatMessage::user(parts)]).await, expected);
}

#[tokio::test]
async fn a_part_can_be_marked_for_the_cache() {
    let long = TextPart::new("The whole book …").cache_control(CacheControl::new().ttl("1h"));
    let file = FilePart::new(FileData::new("https://example.com/a.txt")).cache_control(CacheControl::new());
    let sent =
        messages([ChatMessage::system(vec![long]), ChatMessage::user(vec![file.into(), ContentPart::from("Who?")])]);
    let expected = json!([
        {"role": "system", "content": [
            {"type": "text", "text": "The whole book …", "cache_control": {"type": "ephemeral", "ttl": "1h"}}]},
        {"role": "user", "content": [
            {"type": "file", "file": {"file_data": "https://example.com/a.txt"}, "cache_control": {"type": "ephemeral"}},
            {"type": "text", "text": "Who?"}]},
    ]);
    assert_eq!(sent.await, expected);
}

#[tokio::test]
async fn tools_are_sent() {
    let schema =
        json!({"type": "object", "properties": {"city": {"type": "string", "default": null}}, "required": ["city"]});
    let tools = [
        Tool::function("weather", "The weather, now", schema.clone()),
        Tool::from(FunctionTool::new(Function::new("now").strict(true))),
        Tool::WebSearch,
        Tool::XSearch,
        Tool::Unknown(json!({"type": "smell", "strength": 3})),
    ];
    let expected = json!([
        {"type": "function", "function": {"name": "weather", "description": "The weather, now", "parameters": schema}},
        {"type": "function", "function": {"name": "now", "strict": true}},
        {"type": "web_search"},
        {"type": "x_search"},
        {"type": "smell", "strength": 3},
    ]);
    let body = sent(a_question().tools(tools).parallel_tool_calls(false)).await;
    assert_eq!((&body["tools"], &body["parallel_tool_calls"]), (&expected, &json!(false)));
}

#[tokio::test]
async fn the_choice_of_a_tool_is_sent_in_its_two_forms() {
    for (choice, expected) in [
        (ToolChoice::auto(), json!("auto")),
        (ToolChoice::none(), json!("none")),
        (ToolChoice::required(), json!("required")),
        (ToolChoiceMode::Unknown("validated".into()).into(), json!("validated")),
        (ToolChoice::function("weather"), json!({"type": "function", "function": {"name": "weather"}})),
    ] {
        assert_eq!(member(a_question().tool_choice(choice), "tool_choice").await, expected);
    }
}

#[tokio::test]
async fn the_form_of_the_answer_is_sent() {
    let schema = json!({"type": "object", "properties": {"age": {"type": ["integer", "null"]}}, "required": ["age"], "additionalProperties": false});
    let plain = JsonSchema::new("pet", serde_json::Map::new()).description("A pet");
    for (format, expected) in [
        (
            ResponseFormat::json_schema("person", schema.clone()),
            json!({"type": "json_schema", "json_schema": {"name": "person", "strict": true, "schema": schema}}),
        ),
        (
            JsonSchemaFormat::new(plain).into(),
            json!({"type": "json_schema", "json_schema": {"name": "pet", "description": "A pet", "schema": {}}}),
        ),
        (ResponseFormat::JsonObject, json!({"type": "json_object"})),
        (ResponseFormat::Text, json!({"type": "text"})),
    ] {
        assert_eq!(member(a_question().response_format(format), "response_format").await, expected);
    }
}

#[tokio::test]
async fn where_to_stop_is_a_text_or_a_list() {
    assert_eq!(member(a_question().stop("END"), "stop").await, json!("END"));
    let list = vec!["END".to_owned(), "\n\n".to_owned()];
    assert_eq!(member(a_question().stop(list), "stop").await, json!(["END", "\n\n"]));
    assert_eq!(member(a_question().stop(["END", "\n\n"]), "stop").await, json!(["END", "\n\n"]));
    assert_eq!(member(a_question().stop_token_ids([128_008, 7]), "stop_token_ids").await, json!([128_008, 7]));
}

#[tokio::test]
async fn reasoning_is_asked_for_in_its_two_forms() {
    let reasoning = Reasoning::new().effort(ReasoningEffort::Xhigh).summary(ReasoningSummary::Concise).enabled(false);
    let expected = json!({"effort": "xhigh", "summary": "concise", "enabled": false});
    assert_eq!(member(a_question().reasoning(reasoning), "reasoning").await, expected);
    for (effort, text) in [
        (ReasoningEffort::None, "none"),
        (ReasoningEffort::Minimal, "minimal"),
        (ReasoningEffort::Max, "max"),
        (ReasoningEffort::Unknown("ludicrous".into()), "ludicrous"),
    ] {
        assert_eq!(member(a_question().reasoning_effort(effort), "reasoning_effort").await, text);
    }
}

#[tokio::test]
async fn all_of_venices_own_parameters_are_sent() {
    let parameters = VeniceParameters::new()
        .character_slug("alan-watts")
        .strip_thinking_response(true)
        .disable_thinking(false)
        .enable_e2ee(true)
        .enable_web_search(WebSearchMode::Off)
        .enable_web_scraping(true)
        .enable_web_citations(true)
        .include_search_results_in_stream(false)
        .return_search_results_as_documents(true)
        .include_venice_system_prompt(false)
        .enable_x_search(true);
    let expected = json!({
        "character_slug": "alan-watts", "strip_thinking_response": true, "disable_thinking": false, "enable_e2ee": true,
        "enable_web_search": "off", "enable_web_scraping": true, "enable_web_citations": true,
        "include_search_results_in_stream": false, "return_search_results_as_documents": true,
        "include_venice_system_prompt": false, "enable_x_search": true,
    });
    assert_eq!(member(a_question().venice_parameters(parameters), "venice_parameters").await, expected);
    assert_eq!(member(a_question().venice_parameters(VeniceParameters::new()), "venice_parameters").await, json!({}));
}

#[tokio::test]
async fn everything_else_is_sent_under_its_name() {
    #[allow(deprecated)]
    let request = ChatCompletionRequest::new("m", ["x"])
        .temperature(0.0)
        .top_p(1.0)
        .top_k(40)
        .min_p(0.05)
        .min_temp(0.1)
        .max_temp(1.9)
        .frequency_penalty(-2.0)
        .presence_penalty(2.0)
        .repetition_penalty(1.2)
        .max_completion_tokens(500)
        .max_tokens(400)
        .n(1)
        .seed(42)
        .logprobs(true)
        .top_logprobs(2)
        .stream(false)
        .stream_options(StreamOptions::new().include_usage(false))
        .verbosity(Verbosity::Low)
        .text(TextOptions::new().verbosity(Verbosity::High))
        .prompt_cache_key("harbour")
        .prompt_cache_retention(PromptCacheRetention::from_wire("24h"))
        .fallbacks(["a", "b"])
        .fallbacks([FallbackModel::new("claude")])
        .user("u")
        .store(false)
        .include(["logprobs"])
        .metadata([("shift", "night")]);
    let expected = json!({
        "model": "m", "messages": [{"role": "user", "content": "x"}],
        "temperature": 0.0, "top_p": 1.0, "top_k": 40, "min_p": 0.05, "min_temp": 0.1, "max_temp": 1.9,
        "frequency_penalty": -2.0, "presence_penalty": 2.0, "repetition_penalty": 1.2,
        "max_completion_tokens": 500, "max_tokens": 400, "n": 1, "seed": 42,
        "logprobs": true, "top_logprobs": 2,
        "stream": false, "stream_options": {"include_usage": false},
        "verbosity": "low", "text": {"verbosity": "high"},
        "prompt_cache_key": "harbour", "prompt_cache_retention": "24h",
        "fallbacks": [{"model": "claude"}],
        "user": "u", "store": false, "include": ["logprobs"], "metadata": {"shift": "night"},
    });
    assert_eq!(sent(request).await, expected);
}

#[tokio::test]
async fn fields_that_the_request_does_not_know_are_added() {
    let (server, venice) = replying(TEXT);
    let parameters = VeniceParameters::new().enable_web_search(WebSearchMode::On).disable_thinking(true);
    let call = venice.chat().create(a_question().temperature(0.5).venice_parameters(parameters));
    let extra = json!({"enable_weather": true, "disable_thinking": null});
    call.with_extra_body("brand_new", json!([1, null]))
        .with_extra_body("venice_parameters", extra)
        .with_extra_body("temperature", 0.7)
        .await
        .unwrap();
    let expected = json!({
        "model": "default", "messages": [{"role": "user", "content": "When is high water?"}], "temperature": 0.7,
        "brand_new": [1, null],
        "venice_parameters": {"enable_web_search": "on", "enable_weather": true, "disable_thinking": null},
    });
    assert_eq!(server.only().json(), expected);
}

#[tokio::test]
async fn a_request_for_a_stream_is_rejected_where_the_whole_answer_is_expected() {
    let (server, venice) = replying(TEXT);
    let error = venice.chat().create(a_question().stream(true)).await.unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::InvalidRequest, Some("createChatCompletion")));
    assert_eq!((&*error.field_errors()[0].field, server.connections()), ("stream", 0));
    assert!(error.message().contains("chat().stream("), "{error}");
}

#[tokio::test]
async fn a_call_sends_nothing_before_it_is_awaited() {
    let (server, venice) = replying(TEXT);
    let call: Call<_> = venice.chat().create(a_question());
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    assert_eq!(server.connections(), 0);
    call.await.unwrap();
    assert_eq!(server.count(), 1);
}
