//! Assembling a reply from chunks.

use serde_json::{Value, json};
use venice_ai::stream::ChatAccumulator;
use venice_ai::types::{ChatChoice, ChatCompletion, ChatCompletionChunk, FinishReason};

use crate::support::amount;

const IN_FRAGMENTS: &str = include_str!("../fixtures/sse/tool_call_in_fragments.sse");
const INTERLEAVED: &str = include_str!("../fixtures/sse/tool_calls_interleaved.sse");
const SAME_INDEX: &str = include_str!("../fixtures/sse/tool_calls_same_index.sse");
const REASONING_DETAILS: &str = include_str!("../fixtures/sse/reasoning_details.sse");

fn chunk(value: Value) -> ChatCompletionChunk {
    serde_json::from_value(value).unwrap()
}

fn accumulated(chunks: impl IntoIterator<Item = ChatCompletionChunk>) -> ChatCompletion {
    let mut answer = ChatAccumulator::new();
    answer.extend(chunks);
    answer.finish()
}

fn of_fixture(text: &str) -> ChatCompletion {
    let data = text.lines().filter_map(|line| line.strip_prefix("data: ")).filter(|data| *data != "[DONE]");
    accumulated(data.map(|data| serde_json::from_str(data).unwrap()))
}

fn first(reply: ChatCompletion) -> ChatChoice {
    reply.choices.into_iter().next().unwrap()
}

/// Id, name and arguments of each call.
fn calls(choice: ChatChoice) -> Vec<(String, String, String)> {
    let calls = choice.message.tool_calls.unwrap_or_default();
    calls.into_iter().map(|call| (call.id, call.function.name, call.function.arguments)).collect()
}

fn call(id: &str, name: &str, arguments: &str) -> (String, String, String) {
    (id.to_owned(), name.to_owned(), arguments.to_owned())
}

/// The calls from these deltas, one per chunk.
fn calls_of(deltas: impl IntoIterator<Item = Value>) -> Vec<(String, String, String)> {
    let chunks =
        deltas.into_iter().map(|delta| chunk(json!({"choices": [{"index": 0, "delta": {"tool_calls": [delta]}}]})));
    calls(first(accumulated(chunks)))
}

#[test]
fn fragments_with_a_null_id_belong_to_the_call_at_their_index() {
    let choice = first(of_fixture(IN_FRAGMENTS));
    assert_eq!(choice.finish_reason, Some(FinishReason::ToolCalls));
    assert_eq!(choice.message.tool_calls.as_ref().unwrap()[0].type_.as_deref(), Some("function"));
    assert_eq!(calls(choice), [call("call_acqua", "water_level", r#"{"station": "Punta della Salute"}"#)]);
}

#[test]
fn interleaved_fragments_are_distinguished_by_their_index() {
    let expected = [call("call_1", "water_level", r#"{"station":1}"#), call("call_2", "wind", r#"{"knots":true}"#)];
    assert_eq!(calls(first(of_fixture(INTERLEAVED))), expected);
}

#[test]
fn three_parallel_calls_with_the_same_index_stay_three() {
    let expected = [
        call("call_1", "water_level", r#"{"station":1}"#),
        call("call_2", "water_level", r#"{"station":2}"#),
        call("call_3", "moon_phase", ""),
    ];
    assert_eq!(calls(first(of_fixture(SAME_INDEX))), expected);
}

#[test]
fn a_known_id_finds_its_call_whatever_came_between() {
    let found = calls_of([
        json!({"index": 0, "id": "a", "function": {"name": "f", "arguments": "1"}}),
        json!({"index": 0, "id": "b", "function": {"name": "g", "arguments": "2"}}),
        json!({"index": 0, "id": "a", "function": {"arguments": "3"}}),
        json!({"index": 0, "function": {"arguments": "4"}}),
    ]);
    assert_eq!(found, [call("a", "f", "13"), call("b", "g", "24")]);
}

#[test]
fn calls_without_any_index_are_distinguished_by_their_id() {
    let found = calls_of([
        json!({"id": "a", "function": {"name": "f", "arguments": "1"}}),
        json!({"id": "", "function": {"arguments": "2"}}),
        json!({"id": "b", "function": {"name": "g", "arguments": "3"}}),
        json!({"id": null, "function": {"name": "", "arguments": "4"}}),
    ]);
    assert_eq!(found, [call("a", "f", "12"), call("b", "g", "34")]);
}

#[test]
fn a_call_whose_id_comes_late_is_one_call() {
    let found = calls_of([
        json!({"index": 0, "function": {"name": "f", "arguments": ""}}),
        json!({"index": 0, "id": "a", "function": {"name": "f", "arguments": "{}"}}),
    ]);
    assert_eq!(found, [call("a", "f", "{}")]);
}

#[test]
fn whole_calls_in_one_chunk_stay_apart() {
    let whole = chunk(json!({"choices": [{"index": 0, "delta": {"tool_calls": [
        {"index": 0, "id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}, "thought_signature": "s"},
        {"index": 0, "id": "b", "type": "function", "function": {"name": "f", "arguments": "{}"}},
    ]}, "finish_reason": "tool_calls"}]}));
    let choice = first(accumulated([whole]));
    let signed = &choice.message.tool_calls.as_ref().unwrap()[0];
    assert_eq!(signed.extra["thought_signature"], "s");
    assert_eq!(calls(choice), [call("a", "f", "{}"), call("b", "f", "{}")]);
}

#[test]
fn calls_of_different_choices_stay_apart() {
    let of = |index: i64| json!({"index": index, "delta": {"tool_calls": [{"index": 0, "id": format!("c{index}"), "function": {"name": "f"}}]}});
    let reply = accumulated([chunk(json!({"choices": [of(1), of(0)]}))]);
    let all: Vec<_> = reply.choices.into_iter().flat_map(calls).collect();
    assert_eq!(all, [call("c0", "f", ""), call("c1", "f", "")]);
}

#[test]
fn an_answer_without_calls_has_none() {
    let choice = first(accumulated([chunk(json!({"choices": [{"index": 0, "delta": {"tool_calls": []}}]}))]));
    assert_eq!(choice.message.tool_calls, None);
}

#[test]
fn pieces_of_a_reasoning_detail_are_joined_and_others_kept() {
    let message = first(of_fixture(REASONING_DETAILS)).message;
    assert_eq!(message.reasoning_content.as_deref(), Some("Thinking."));
    let details = message.reasoning_details.unwrap();
    assert_eq!(details.len(), 2);
    assert_eq!((details[0].text.as_deref(), details[0].format.as_deref()), (Some("Thinking."), Some("plain")));
    assert_eq!((details[1].id.as_deref(), details[1].data.as_deref()), (Some("rs_1"), Some("b3BhcXVl")));
}

#[test]
fn reasoning_details_of_another_index_type_or_id_stay_apart() {
    let details = |id: &str, index: u64, kind: &str| {
        let detail = json!({"type": kind, "text": "x", "index": index, "id": id});
        chunk(json!({"choices": [{"index": 0, "delta": {"reasoning_details": [detail]}}]}))
    };
    let chunks =
        [details("a", 0, "t"), details("a", 0, "t"), details("b", 0, "t"), details("b", 1, "t"), details("b", 1, "u")];
    let texts: Vec<_> = first(accumulated(chunks)).message.reasoning_details.unwrap();
    let texts: Vec<_> = texts.into_iter().map(|detail| detail.text.unwrap()).collect();
    assert_eq!(texts, ["xx", "x", "x", "x"]);
}

#[test]
fn null_content_is_no_content_and_empty_content_is_empty() {
    let of = |content: Value| {
        let chunks = [json!({"choices": [{"index": 0, "delta": {"content": content}}]})];
        first(accumulated(chunks.map(chunk))).message.content
    };
    assert_eq!(of(Value::Null), None);
    assert_eq!(of(json!("")), Some(String::new().into()));
}

#[test]
fn later_nulls_do_not_erase_what_came_before() {
    let reply = accumulated([
        chunk(json!({"id": "x", "created": 7, "model": "m", "service_tier": "flex",
            "choices": [{"index": 0, "delta": {"content": "a"}, "finish_reason": "stop", "stop_reason": 128008}],
            "usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}, "cost": {"usd": 1.5, "diem": 0}})),
        chunk(json!({"id": "", "created": 0, "model": "", "service_tier": null, "usage": null, "cost": null,
            "choices": [{"index": 0, "delta": {"content": null}, "finish_reason": null, "stop_reason": null}]})),
    ]);
    assert_eq!((&reply.id[..], reply.created, &reply.model[..]), ("x", 7, "m"));
    assert_eq!(reply.object, "chat.completion");
    assert_eq!(reply.extra["service_tier"], "flex");
    assert_eq!((reply.usage.as_ref().unwrap().total_tokens, reply.cost.as_ref().unwrap().usd), (3, amount("1.5")));
    let choice = first(reply);
    assert_eq!(choice.finish_reason, Some(FinishReason::Stop));
    assert_eq!(choice.stop_reason, Some(json!(128_008)));
}

#[test]
fn fields_that_no_type_names_add_up() {
    let of = |refusal: &str, token: u64| {
        chunk(json!({"choices": [{"index": 0, "token_ids": [token],
            "delta": {"refusal": refusal, "annotations": [token], "thought_signature": "sig"}}]}))
    };
    let mut first_chunk = of("I ca", 1);
    first_chunk.choices[0].delta.extra.insert("audio".to_owned(), Value::Null);
    let mut second = of("nnot", 2);
    second.choices[0].delta.extra.remove("thought_signature");
    let choice = first(accumulated([first_chunk, second]));
    assert_eq!(choice.extra["token_ids"], json!([1, 2]));
    assert_eq!(choice.message.extra["refusal"], "I cannot");
    assert_eq!(choice.message.extra["annotations"], json!([1, 2]));
    assert_eq!(choice.message.extra["audio"], Value::Null);
    assert_eq!(choice.message.thought_signature.as_deref(), Some("sig"));
}

#[test]
fn citations_stay_when_a_later_chunk_echoes_the_parameters_without_them() {
    let reply = accumulated([
        chunk(
            json!({"choices": [], "venice_parameters": {"enable_web_search": "on", "web_search_citations": [{"title": "t", "url": "u"}], "new": 1}}),
        ),
        chunk(json!({"choices": [], "venice_parameters": {"enable_web_search": "auto", "web_search_citations": []}})),
    ]);
    let parameters = reply.venice_parameters.unwrap();
    assert_eq!(parameters.enable_web_search.as_str(), "auto");
    assert_eq!(parameters.web_search_citations.unwrap().len(), 1);
    assert_eq!(parameters.extra["new"], 1);
}

#[test]
fn nothing_makes_an_empty_reply() {
    let reply = accumulated([]);
    assert!(reply.choices.is_empty());
    assert_eq!(reply.usage, None);
}
