use std::time::{Duration, Instant};

use serde_json::{Value, json};
use venice_ai::Client;
use venice_ai::http::Method;
use venice_ai::types::ChatCompletionRequest;
use venice_ai_mock::MockVenice;

use super::start;

/// The raw events of an answer.
async fn events(venice: &Client, more: Value) -> Vec<Value> {
    let mut body = json!({
        "model": "gondola-9b",
        "messages": [{"role": "user", "content": "¿Qué?"}],
        "stream": true,
        "stream_options": {"include_usage": true},
    });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let reply = venice.request_raw(Method::POST, "/chat/completions").with_json_body(&body).await.unwrap();
    assert_eq!(reply.content_type().as_deref(), Some("text/event-stream"));
    let bytes = reply.bytes().await.unwrap();
    let text = std::str::from_utf8(&bytes).unwrap();
    let text = text.strip_suffix("data: [DONE]\n\n").expect("the stream ends with [DONE]");
    let frames = text.split_terminator("\n\n").map(|frame| frame.strip_prefix("data: ").unwrap());
    frames.map(|frame| serde_json::from_str(frame).unwrap()).collect()
}

fn text(events: &[Value]) -> String {
    events.iter().filter_map(|event| event["choices"][0]["delta"]["content"].as_str()).collect()
}

#[tokio::test]
async fn a_model_that_reasons_speaks_the_first_dialect() {
    let (_mock, venice) = start().await;
    let events = events(&venice, json!({})).await;
    assert_eq!(events[0]["choices"][0]["delta"], json!({"role": "assistant", "content": ""}));
    let reasoning = events.iter().filter_map(|event| event["choices"][0]["delta"]["reasoning_content"].as_str());
    assert!(reasoning.collect::<String>().starts_with("The user"));
    assert!(text(&events).contains("“¿Qué?”"));
    let [.., finish, last] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!((finish["choices"][0]["finish_reason"].as_str(), finish.get("usage")), (Some("stop"), None));
    assert_eq!(last["choices"], json!([]));
    assert!(last["usage"]["total_tokens"].is_u64() && last["cost"]["usd"].is_f64());
}

#[tokio::test]
async fn the_others_speak_the_second_dialect() {
    let (_mock, venice) = start().await;
    let events = events(&venice, json!({"model": "squero-small"})).await;
    let role = json!({"content": "", "reasoning_content": null, "role": "assistant", "tool_calls": null});
    assert_eq!([&events[0], &events[1]].map(|event| &event["choices"][0]["delta"]), [&role, &role]);
    assert!(text(&events).contains("“¿Qué?”"));
    assert!(events[2].get("usage").is_some_and(Value::is_null));
    let last = events.last().unwrap();
    assert_eq!(last["choices"][0]["finish_reason"], "stop");
    assert!(last["choices"][0]["delta"]["content"].is_null());
    assert!(last["usage"]["total_tokens"].is_u64() && last["cost"]["usd"].is_f64());
}

#[tokio::test]
async fn usage_is_reported_on_request() {
    let (_mock, venice) = start().await;
    for model in ["gondola-9b", "squero-small"] {
        for options in [json!({}), json!({"include_usage": false})] {
            let events = events(&venice, json!({"model": model, "stream_options": options})).await;
            assert!(events.iter().all(|event| event["usage"].is_null() && event["cost"].is_null()));
            assert_eq!(events.last().unwrap()["choices"][0]["finish_reason"], "stop");
        }
    }
}

#[tokio::test]
async fn tool_calls_come_in_pieces_of_each_dialect() {
    let (_mock, venice) = start().await;
    let parameters = json!({"type": "object", "properties": {"station": {"type": "string"}}});
    let tools = json!(
        ["here", "there"].map(|name| json!({"type": "function", "function": {"name": name, "parameters": parameters}}))
    );
    for (model, indexes) in [("gondola-9b", [0, 0]), ("squero-small", [0, 1])] {
        let more = json!({"model": model, "tools": tools, "parallel_tool_calls": true});
        let events = events(&venice, more).await;
        let deltas: Vec<&Value> =
            events.iter().filter_map(|event| event["choices"][0]["delta"]["tool_calls"].get(0)).collect();
        let begun: Vec<&&Value> = deltas.iter().filter(|delta| delta["id"].is_string()).collect();
        assert_eq!(begun.iter().map(|delta| delta["index"].as_u64().unwrap()).collect::<Vec<_>>(), indexes);
        assert_eq!(
            begun.iter().map(|delta| delta["function"]["name"].as_str().unwrap()).collect::<Vec<_>>(),
            ["here", "there"]
        );
        assert_ne!(begun[0]["id"], begun[1]["id"]);
        let arguments: String = deltas.iter().filter_map(|delta| delta["function"]["arguments"].as_str()).collect();
        assert_eq!(arguments, r#"{"station":"mock"}"#.repeat(2));
        assert!(deltas.len() > 6, "the arguments are in pieces");

        // Decoded by the SDK: two calls, each with its arguments.
        let request: ChatCompletionRequest = ChatCompletionRequest::new(model, ["?"]).parallel_tool_calls(true);
        let call = venice.chat().stream(request).with_extra_body("tools", tools.clone());
        let reply = call.await.unwrap().collect().await.unwrap();
        let calls: Vec<(&str, &str)> = reply
            .tool_calls()
            .iter()
            .map(|call| (call.function.name.as_str(), call.function.arguments.as_str()))
            .collect();
        assert_eq!(calls, [("here", r#"{"station":"mock"}"#), ("there", r#"{"station":"mock"}"#)]);
    }
}

#[tokio::test]
async fn what_a_search_found_comes_first() {
    let (_mock, venice) = start().await;
    let events = events(&venice, json!({"venice_parameters": {"enable_web_search": "on"}})).await;
    assert_eq!(events[0]["venice_parameters"]["web_search_citations"].as_array().unwrap().len(), 2);
    assert_eq!(events[0]["choices"], json!([]));
}

#[tokio::test]
async fn a_stream_says_what_the_whole_answer_says() {
    let (_mock, venice) = start().await;
    for model in ["default", "squero-small"] {
        let request = ChatCompletionRequest::new(model, ["How high is the water?"]);
        let whole = venice.chat().create(request.clone()).await.unwrap();
        let streamed = venice.chat().stream(request).await.unwrap().collect().await.unwrap();
        assert_eq!(streamed.text(), whole.text());
        assert_eq!(streamed.finish_reason(), whole.finish_reason());
        assert_eq!(streamed.usage.as_ref().unwrap().total_tokens, whole.usage.as_ref().unwrap().total_tokens);
        let reasoning = |reply: &venice_ai::types::ChatCompletion| reply.message().unwrap().reasoning_content.clone();
        assert_eq!(reasoning(&streamed), reasoning(&whole));
        assert_eq!(streamed.cost.unwrap().usd, whole.cost.unwrap().usd);
    }
}

#[tokio::test]
async fn tokens_come_one_by_one_with_pauses() {
    const PAUSE: Duration = Duration::from_millis(20);
    let mock = MockVenice::builder().pause(PAUSE).start().await.unwrap();
    // On a busy machine several pieces may arrive at once; the reader tries again then.
    crate::retried(async || {
        let begun = Instant::now();
        let request = ChatCompletionRequest::new("squero-small", ["?"]);
        let mut pieces = mock.client().chat().stream(request).await.unwrap().text();
        let first = pieces.next().await.unwrap().unwrap();
        let until_first = begun.elapsed();
        let mut count = 1;
        while let Some(piece) = pieces.next().await {
            piece.unwrap();
            count += 1;
        }
        assert_eq!(first, "You");
        assert!(count > 20, "{count} pieces");
        assert!(begun.elapsed() >= PAUSE * (count - 1), "{count} pieces in {:?}", begun.elapsed());
        begun.elapsed() - until_first >= PAUSE * (count - 2)
    })
    .await;
}
