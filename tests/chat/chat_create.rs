//! Whole answers, and messages that are sent back unchanged.

use serde_json::{Map, Value, json};
use venice_ai::ErrorKind;
use venice_ai::types::{
    AssistantMessage, ChatCompletion, ChatCompletionRequest, ChatMessage, FinishReason, TextContent, WebSearchMode,
};

use crate::support::chat::{TEXT, a_question, answer};
use crate::support::{Answer, Server, amount, once};

const TOOL_CALLS: &str = include_str!("../fixtures/replies/chat_tool_calls.json");
const WEB_SEARCH: &str = include_str!("../fixtures/replies/chat_web_search.json");

/// The answer whose only choice is this.
async fn choice(choice: Value) -> ChatCompletion {
    answer(json!({"id": "1", "model": "m", "choices": [choice]}).to_string()).await
}

/// The answer whose only choice has this message.
async fn message(message: Value) -> ChatCompletion {
    choice(json!({"index": 0, "finish_reason": "stop", "message": message})).await
}

#[tokio::test]
async fn an_answer_is_read() {
    let reply = answer(TEXT).await;
    assert_eq!(reply.text(), "High water is at 14:20.");
    assert_eq!((&*reply.id, &*reply.object, &*reply.model), ("chatcmpl-6b0f2f5e7a", "chat.completion", "qwen3-235b"));
    assert_eq!((reply.created, reply.choices.len(), reply.choices[0].index), (1_755_800_000, 1, 0));
    assert_eq!(reply.finish_reason(), Some(&FinishReason::Stop));
    assert_eq!(reply.choices[0].stop_reason, None);
    let usage = reply.usage.unwrap();
    assert_eq!((usage.prompt_tokens, usage.completion_tokens, usage.total_tokens), (1210, 9, 1219));
    let prompt = usage.prompt_tokens_details.unwrap();
    assert_eq!((prompt.cached_tokens, prompt.cache_creation_input_tokens), (Some(1024), Some(0)));
    assert_eq!(usage.completion_tokens_details.unwrap().reasoning_tokens, Some(0));
    let cost = reply.cost.unwrap();
    assert_eq!((cost.usd, cost.diem), (amount("0.00018825"), amount("0")));
}

#[tokio::test]
async fn fields_that_the_types_do_not_name_are_kept_at_every_level() {
    let reply = answer(TEXT).await;
    assert_eq!((&reply.extra["service_tier"], &reply.extra["kv_transfer_params"]), (&Value::Null, &Value::Null));
    assert_eq!(reply.choices[0].extra["token_ids"], Value::Null);
    assert_eq!(reply.message().unwrap().extra["refusal"], Value::Null);
    let usage = reply.usage.unwrap();
    assert_eq!(usage.extra["cache_read_input_tokens"], 1024);
    assert_eq!(usage.prompt_tokens_details.unwrap().extra["audio_tokens"], 0);
    assert_eq!(usage.completion_tokens_details.unwrap().extra["image_tokens"], 0);
    let reply = answer(TOOL_CALLS).await;
    assert_eq!(reply.message().unwrap().extra["reasoning_encrypted"], "CiQB0e2Kb4Qx");
    assert_eq!(reply.tool_calls()[0].extra["extra_content"]["google"]["thought_signature"], "EqoBCqcBAdHtim8");
    let reply = answer(WEB_SEARCH).await;
    assert_eq!(reply.venice_parameters.unwrap().extra["enable_weather"], "light airs");
}

#[tokio::test]
async fn an_answer_without_text_reads_as_an_empty_one() {
    for content in [json!({"content": null}), json!({"content": ""}), json!({})] {
        let reply = message(content).await;
        assert_eq!((&*reply.text(), reply.tool_calls().len(), reply.citations().len()), ("", 0, 0));
        assert!(reply.message().is_some());
    }
}

#[tokio::test]
async fn a_text_in_parts_is_joined() {
    let reply =
        message(json!({"content": [{"type": "text", "text": "High "}, {"type": "text", "text": "water."}]})).await;
    assert_eq!(reply.text(), "High water.");
    assert!(matches!(reply.message().unwrap().content, Some(TextContent::Parts(_))));
}

#[tokio::test]
async fn parts_that_are_no_text_are_kept_and_are_not_in_the_text() {
    let parts = json!([
        {"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]},
        {"type": "aside", "text": "He coughs."},
        {"type": "text", "text": "No"}, {"type": "text", "text": "on."},
    ]);
    let reply = message(json!({"role": "assistant", "content": parts})).await;
    assert_eq!(reply.text(), "Noon.");
    assert_eq!(serde_json::to_value(reply.message().unwrap()).unwrap()["content"], parts);
}

#[tokio::test]
async fn tool_calls_are_read() {
    let reply = answer(TOOL_CALLS).await;
    assert_eq!(reply.finish_reason(), Some(&FinishReason::ToolCalls));
    assert_eq!(reply.text(), "I look both up.");
    let [north, now] = reply.tool_calls() else { panic!("{:?}", reply.tool_calls()) };
    assert_eq!(
        (&*north.id, &*north.function.name, north.type_.as_deref()),
        ("call_north", "water_level", Some("function"))
    );
    assert_eq!(north.function.arguments, r#"{"station": "north mole"}"#);
    assert_eq!(north.arguments::<Value>().unwrap(), json!({"station": "north mole"}));
    assert_eq!(now.arguments::<Map<String, Value>>().unwrap(), Map::new(), "no text is no arguments");
    let cut: Value = json!({"id": "1", "function": {"name": "f", "arguments": "{\"station\": \"nor"}});
    let reply = message(json!({"tool_calls": [cut]})).await;
    assert!(reply.tool_calls()[0].arguments::<Value>().is_err());
}

#[tokio::test]
async fn no_tool_calls_come_in_three_ways() {
    for calls in [json!({"tool_calls": null}), json!({"tool_calls": []}), json!({})] {
        assert!(message(calls).await.tool_calls().is_empty());
    }
}

#[tokio::test]
async fn the_reason_for_the_end_is_read_whatever_it_is() {
    for (text, reason) in [
        ("stop", FinishReason::Stop),
        ("length", FinishReason::Length),
        ("tool_calls", FinishReason::ToolCalls),
        ("content_filter", FinishReason::ContentFilter),
        ("weariness", FinishReason::Unknown("weariness".into())),
    ] {
        let reply = choice(json!({"finish_reason": text, "stop_reason": 128_008, "message": {}})).await;
        assert_eq!(reply.finish_reason(), Some(&reason));
        assert_eq!(reply.finish_reason().unwrap().as_str(), text);
        assert_eq!(reply.choices[0].stop_reason, Some(json!(128_008)));
    }
    let reply = choice(json!({"finish_reason": "stop", "stop_reason": "</s>"})).await;
    assert_eq!(reply.choices[0].stop_reason, Some(json!("</s>")));
}

#[tokio::test]
async fn an_answer_without_choices_is_none() {
    for body in [r#"{"id": "1"}"#, r#"{"id": "1", "choices": null}"#, r#"{"id": "1", "choices": []}"#] {
        let (_, venice) = crate::support::replying(body);
        let error = venice.chat().create(a_question()).await.unwrap_err();
        assert!(error.kind() == ErrorKind::Decode && error.message().contains("no `choices`"), "{error}");
        assert_eq!(error.body().unwrap(), body.as_bytes());
    }
    let nothing = venice_ai::types::ChatCompletion::default();
    assert_eq!((&*nothing.text(), nothing.message(), nothing.finish_reason()), ("", None, None));
    assert!(nothing.tool_calls().is_empty());
}

#[tokio::test]
async fn usage_and_its_details_may_be_missing() {
    let reply = choice(json!({"message": {"content": "x"}})).await;
    assert_eq!((reply.usage, reply.cost, reply.venice_parameters), (None, None, None));
    let usage = answer(TOOL_CALLS).await.usage.unwrap();
    assert_eq!((usage.total_tokens, usage.prompt_tokens_details, usage.completion_tokens_details), (129, None, None));
}

#[tokio::test]
async fn log_probabilities_are_read_in_both_shapes() {
    let token = json!({"token": "High", "logprob": -0.25, "bytes": [72, 105], "top_logprobs": [{"token": "Low", "logprob": -2, "bytes": null}]});
    let reply = choice(json!({"logprobs": token})).await;
    let alone = reply.choices[0].logprobs.as_ref().unwrap();
    assert_eq!((alone.token.as_deref(), alone.logprob, &alone.content), (Some("High"), Some(-0.25), &None));
    assert_eq!(alone.bytes.as_deref(), Some(&[72, 105][..]));
    assert_eq!(alone.top_logprobs.as_ref().unwrap()[0].logprob, -2.0);

    let reply =
        choice(json!({"logprobs": {"content": [token, {"token": " water", "logprob": -0.5}], "refusal": null}})).await;
    let listed = reply.choices[0].logprobs.as_ref().unwrap();
    let tokens = listed.content.as_ref().unwrap();
    assert_eq!((listed.token.as_deref(), tokens.len(), &*tokens[1].token), (None, 2, " water"));
    assert_eq!(tokens[0].top_logprobs.as_ref().unwrap()[0].token, "Low");
    assert_eq!(listed.extra["refusal"], Value::Null);
}

#[tokio::test]
async fn citations_and_what_was_applied_are_read() {
    let reply = answer(WEB_SEARCH).await;
    let [news, notice] = reply.citations() else { panic!("{:?}", reply.citations()) };
    assert_eq!(
        (&*news.title, &*news.url, news.date.as_deref()),
        ("Harbour news", "https://harbour.example/news", Some("2026-08-20"))
    );
    assert_eq!(news.content.as_deref(), Some("The <strong>mole</strong> is closed &amp; locked."));
    assert_eq!((notice.content.as_deref(), notice.date.as_deref()), (None, Some("")));
    let applied = reply.venice_parameters.as_ref().unwrap();
    assert_eq!(applied.enable_web_search, WebSearchMode::Auto);
    assert_eq!(applied.character_slug.as_deref(), Some("harbour-master"));
    assert!(applied.enable_web_citations && applied.include_venice_system_prompt && !applied.disable_thinking);
    assert_eq!(reply.text(), "The mole is closed ^1,2^.");
}

#[tokio::test]
async fn more_than_one_choice_is_read_and_the_first_one_speaks() {
    let choices =
        ["one", "two"].map(|text| json!({"index": if text == "one" { 0 } else { 1 }, "message": {"content": text}}));
    let reply = answer(json!({ "choices": choices }).to_string()).await;
    assert_eq!((reply.choices.len(), reply.choices[1].index), (2, 1));
    assert_eq!((&*reply.text(), &*reply.choices[1].message.text()), ("one", "two"));
}

/// What the API receives when the message of this reply is sent back.
async fn sent_back(reply: &str) -> Value {
    let server = Server::answering([Answer::json(200, reply), Answer::json(200, TEXT)]);
    let venice = once(&server);
    let mut messages = vec![ChatMessage::user("When is high water?")];
    let reply = venice.chat().create(ChatCompletionRequest::new("m", messages.clone())).await.unwrap();
    messages.extend(reply.message().cloned().map(ChatMessage::from));
    messages.extend(reply.tool_calls().iter().map(|call| ChatMessage::tool(&*call.id, "1.2 m")));
    venice.chat().create(ChatCompletionRequest::new("m", messages)).await.unwrap();
    let mut body = server.requests()[1].json();
    body["messages"][1].take()
}

#[tokio::test]
async fn a_turn_with_reasoning_and_tool_calls_goes_back_as_it_came() {
    let came: Value = serde_json::from_str(TOOL_CALLS).unwrap();
    assert_eq!(sent_back(TOOL_CALLS).await, came["choices"][0]["message"]);
}

#[tokio::test]
async fn fields_of_a_turn_that_are_new_go_back_too() {
    let came = json!({
        "role": "assistant", "content": "x", "audio": {"id": "a", "data": [1, 2.5, "3", null]}, "refusal": null, "annotations": [],
        "reasoning_details": [{"type": "reasoning.new", "text": "", "index": 3, "weight": 0.125, "parts": [{"n": 18_446_744_073_709_551_615_u64}]}],
        "tool_calls": [{"id": "", "function": {"name": "f", "arguments": "{ \"a\" :1.0}\n"}, "index": 7, "new": {"deep": [{}]}}],
    });
    let reply = json!({"choices": [{"message": came}]}).to_string();
    assert_eq!(sent_back(&reply).await, came);
}

#[tokio::test]
async fn the_nulls_of_a_turn_are_left_out_and_nothing_else() {
    let came = json!({"role": "assistant", "content": null, "reasoning_content": null, "tool_calls": null, "name": null, "refusal": null});
    let reply = json!({"choices": [{"message": came}]}).to_string();
    assert_eq!(sent_back(&reply).await, json!({"role": "assistant", "refusal": null}));
}

#[test]
fn a_message_can_be_stored_and_read_back() {
    let reply: Value = serde_json::from_str(TOOL_CALLS).unwrap();
    let message: AssistantMessage = serde_json::from_value(reply["choices"][0]["message"].clone()).unwrap();
    let stored = serde_json::to_string(&message).unwrap();
    assert_eq!(serde_json::from_str::<AssistantMessage>(&stored).unwrap(), message);
}

#[tokio::test]
async fn the_meta_of_an_answer_is_there_when_it_is_asked_for() {
    let headers = [("content-type", "application/json"), ("cf-ray", "91c2-VCE"), ("x-venice-model-id", "qwen3-235b")];
    let server = Server::answering([Answer::new(200, &headers, TEXT)]);
    let reply = once(&server).chat().create(a_question()).with_meta().await.unwrap();
    assert_eq!((reply.meta.request_id(), &*reply.value.text()), (Some("91c2-VCE"), "High water is at 14:20."));
    assert_eq!(server.only().target, "/api/v1/chat/completions");
}

#[cfg(feature = "blocking")]
#[test]
fn an_answer_comes_without_async() {
    let server = Server::answering([Answer::json(200, TEXT)]);
    let reply = once(&server).chat().create(a_question()).send_blocking().unwrap();
    assert_eq!(reply.text(), "High water is at 14:20.");
}
