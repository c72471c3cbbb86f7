use serde_json::{Value, json};
use venice_ai::types::{ChatCompletionRequest, ChatMessage, FinishReason, VeniceParameters, WebSearchMode};
use venice_ai::{Client, ErrorKind, PaymentRequired};
use venice_ai_mock::MockVenice;

use super::{post, start};

fn ask(model: &str) -> ChatCompletionRequest {
    ChatCompletionRequest::new(model, ["How high is the water?"])
}

#[tokio::test]
async fn an_answer_quotes_the_question_and_says_what_it_cost() {
    let (_mock, venice) = start().await;
    let (reply, meta) = venice.chat().create(ask("gondola-9b")).with_meta().await.unwrap().into_parts();
    assert!(reply.text().contains("“How high is the water?”"));
    assert_eq!(reply.finish_reason(), Some(&FinishReason::Stop));
    assert!(reply.message().unwrap().reasoning_content.is_some(), "this one reasons");
    let usage = reply.usage.as_ref().unwrap();
    assert!(usage.prompt_tokens > 1000, "the API's own system prompt counts");
    assert_eq!(usage.total_tokens, usage.prompt_tokens + usage.completion_tokens);
    let usd = reply.cost.as_ref().unwrap().usd.unwrap().to_f64();
    assert!(usd > 0.0);

    // A reply reports the balance as it was before its request.
    let balance = |meta: &venice_ai::Meta| meta.balances().usd.unwrap().to_f64();
    let later = venice.chat().create(ask("gondola-9b")).with_meta().await.unwrap().meta;
    assert!((balance(&meta) - balance(&later) - usd).abs() < 1e-7);
    let limits = meta.rate_limits();
    assert_eq!(limits.requests.limit, Some(500));
    assert!(limits.requests.resets_in.unwrap().as_secs() <= 60);
}

#[tokio::test]
async fn rate_limits_count_what_a_minute_has_used() {
    let (_mock, venice) = start().await;
    // A minute may end between two requests, but hardly another one between the next two.
    let mut before = None;
    for _ in 0..4 {
        let meta = venice.chat().create(ask("gondola-9b")).with_meta().await.unwrap().meta;
        let limits = meta.rate_limits();
        let now = (limits.tokens.remaining.unwrap(), limits.requests.remaining.unwrap());
        if before.is_some_and(|(tokens, requests)| now.0 < tokens && now.1 + 1 == requests) {
            return;
        }
        before = Some(now);
    }
    panic!("no two requests in a row have counted");
}

#[tokio::test]
async fn a_model_answers_to_many_names() {
    let (_mock, venice) = start().await;
    for (name, id) in [
        ("default", "gondola-9b"),
        ("gpt-4o-mini", "squero-small"),
        ("venice-squero-small", "squero-small"),
        ("default_code", "arsenale-coder"),
        ("squero-small:enable_web_search=on", "squero-small"),
    ] {
        let (reply, meta) = venice.chat().create(ask(name)).with_meta().await.unwrap().into_parts();
        assert_eq!((reply.model.as_str(), meta.model_id()), (id, Some(id)), "{name}");
        assert!(meta.model_name().is_some() && meta.model_router().is_some());
        assert_eq!(reply.citations().len(), if name.contains(':') { 2 } else { 0 });
    }
}

#[tokio::test]
async fn the_parameters_that_count_are_echoed() {
    let (_mock, venice) = start().await;
    let parameters = VeniceParameters::new().disable_thinking(true).enable_web_search(WebSearchMode::Auto);
    let reply = venice.chat().create(ask("default").venice_parameters(parameters)).await.unwrap();
    let applied = reply.venice_parameters.as_ref().unwrap();
    assert_eq!((applied.disable_thinking, applied.include_venice_system_prompt), (true, true));
    assert_eq!(reply.message().unwrap().reasoning_content, None);
    assert_eq!(reply.citations()[1].title, "Phases of the moon");
    assert!(reply.text().contains("^1,2^"));

    let suffix = VeniceParameters::new().character_slug("a&b = c").model_with_suffix("default").unwrap();
    let reply = venice.chat().create(ask(&suffix)).await.unwrap();
    assert_eq!(reply.venice_parameters.unwrap().character_slug.as_deref(), Some("a&b = c"));

    let both = VeniceParameters::new().character_slug("other");
    let reply = venice.chat().create(ask(&suffix).venice_parameters(both)).await.unwrap();
    let slug = reply.venice_parameters.unwrap().character_slug;
    assert_eq!(slug.as_deref(), Some("a&b = c"), "the suffix takes precedence");

    let bare = VeniceParameters::new().include_venice_system_prompt(false);
    let bare = venice.chat().create(ask("default").venice_parameters(bare)).await.unwrap();
    assert!(bare.usage.unwrap().prompt_tokens < 100);
}

#[tokio::test]
async fn tokens_run_out_with_the_reasoning_first() {
    let (_mock, venice) = start().await;
    let reply = venice.chat().create(ask("default").max_completion_tokens(5)).await.unwrap();
    assert_eq!(reply.finish_reason(), Some(&FinishReason::Length));
    assert_eq!((reply.text().as_ref(), reply.usage.as_ref().unwrap().completion_tokens), ("", 5));
    let reply = venice.chat().create(ask("squero-small").max_completion_tokens(2)).await.unwrap();
    assert_eq!(reply.text(), "You said:");
    let two = venice.chat().create(ask("squero-small").n(2)).await.unwrap();
    assert_eq!(two.choices.len(), 2);
}

fn tools() -> Value {
    json!([
        {"type": "function", "function": {"name": "water_level", "parameters": {
            "type": "object", "properties": {"station": {"type": "string"}, "days": {"type": "integer"}}}}},
        {"type": "function", "function": {"name": "now"}},
        {"type": "web_search"},
    ])
}

#[tokio::test]
async fn tools_are_called_until_they_have_answered() {
    let (_mock, venice) = start().await;
    let call = |more: Value| {
        let mut body = json!({"model": "default", "messages": [{"role": "user", "content": "?"}], "tools": tools()});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let venice = venice.clone();
        async move { post(&venice, "/chat/completions", &body).await.unwrap()["choices"][0].take() }
    };
    let names = |choice: &Value| -> Vec<String> {
        let calls = choice["message"]["tool_calls"].as_array().cloned().unwrap_or_default();
        calls.iter().map(|call| call["function"]["name"].as_str().unwrap().to_owned()).collect()
    };
    let first = call(json!({})).await;
    assert_eq!(first["finish_reason"], "tool_calls");
    assert_eq!(names(&first), ["water_level"]);
    let arguments = first["message"]["tool_calls"][0]["function"]["arguments"].as_str().unwrap();
    assert_eq!(serde_json::from_str::<Value>(arguments).unwrap(), json!({"station": "mock", "days": 1}));

    let both = call(json!({"parallel_tool_calls": true})).await;
    assert_eq!(names(&both), ["water_level", "now"]);
    assert_eq!(both["message"]["tool_calls"][1]["function"]["arguments"], "{}");
    let named = call(json!({"tool_choice": {"type": "function", "function": {"name": "now"}}})).await;
    assert_eq!(names(&named), ["now"]);
    let none = call(json!({"tool_choice": "none"})).await;
    assert_eq!((none["finish_reason"].as_str(), names(&none).len()), (Some("stop"), 0));
    let told = json!([{"role": "user", "content": "?"}, {"role": "tool", "tool_call_id": "x", "content": "140 cm"}]);
    let told = call(json!({"messages": told})).await;
    assert!(told["message"]["content"].as_str().unwrap().contains("“140 cm”"));
}

#[tokio::test]
async fn an_answer_has_the_form_that_is_asked_for() {
    // The vendor's own example has a bare schema, which the API's document does not allow.
    let mock = MockVenice::builder().check_requests(false).start().await.unwrap();
    let venice = mock.client();
    let schema = json!({"type": "object", "properties": {"level": {"type": "number"}}, "required": ["level"]});
    for (format, expected) in [
        (
            json!({"type": "json_schema", "json_schema": {"name": "tide", "strict": true, "schema": schema}}),
            json!({"level": 1.5}),
        ),
        (json!({"type": "json_schema", "json_schema": schema}), json!({"level": 1.5})),
        (json!({"type": "json_object"}), json!({"answer": "mock"})),
    ] {
        let body =
            json!({"model": "default", "messages": [{"role": "user", "content": "?"}], "response_format": format});
        let reply = post(&venice, "/chat/completions", &body).await.unwrap();
        let text = reply["choices"][0]["message"]["content"].as_str().unwrap();
        assert_eq!(serde_json::from_str::<Value>(text).unwrap(), expected);
    }
}

#[tokio::test]
async fn parts_of_a_message_are_read() {
    let (_mock, venice) = start().await;
    let parts = json!([{"type": "text", "text": "Here is"}, {"type": "image_url", "image_url": {"url": "data:,"}}, {"type": "text", "text": "a map"}]);
    let body = json!({"model": "squero-small", "messages": [{"role": "user", "content": parts}]});
    let reply = post(&venice, "/chat/completions", &body).await.unwrap();
    assert!(reply["choices"][0]["message"]["content"].as_str().unwrap().contains("“Here is a map”"));
}

#[tokio::test]
async fn a_bad_request_is_rejected_field_by_field() {
    let (_mock, venice) = start().await;
    let error = post(&venice, "/chat/completions", &json!({"messages": [], "temperature": 3})).await.unwrap_err();
    let fields: Vec<&str> = error.field_errors().iter().map(|field| field.field.as_str()).collect();
    assert_eq!(fields, ["messages", "model", "temperature"]);
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
}

#[tokio::test]
async fn without_a_key_it_offers_ways_to_pay() {
    let (mock, _venice) = start().await;
    let nobody = Client::builder().base_url(mock.base_url()).build().unwrap();
    let body = json!({"model": "default", "messages": [{"role": "user", "content": "?"}]});
    let error = post(&nobody, "/chat/completions", &body).await.unwrap_err();
    assert_eq!(error.status().unwrap().as_u16(), 402);
    assert!(matches!(error.payment_required(), Some(PaymentRequired::Challenge(_))), "{error:?}");
    assert!(error.meta().unwrap().payment_required().is_some());

    let wallet = nobody
        .request::<Value>(venice_ai::http::Method::POST, "/chat/completions")
        .with_json_body(&body)
        .with_header("sign-in-with-x", "e30=")
        .with_meta()
        .await
        .unwrap();
    assert!(wallet.meta.balances().x402.is_some());
}

#[tokio::test]
async fn a_conversation_continues() {
    let (_mock, venice) = start().await;
    let first = venice.chat().create(ask("default")).await.unwrap();
    let messages = [
        ChatMessage::user("How high is the water?"),
        ChatMessage::from(first.message().unwrap().clone()),
        ChatMessage::user("And tomorrow?"),
    ];
    let next = venice.chat().create(ChatCompletionRequest::new("default", messages)).await.unwrap();
    assert!(next.text().contains("“And tomorrow?”"));
    assert!(next.usage.unwrap().prompt_tokens > first.usage.unwrap().prompt_tokens);
}
