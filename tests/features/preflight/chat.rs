//! Chats and responses.

use serde_json::{Value, json};

use super::{found, look, model, report};

const CHAT: &str = "/chat/completions";
const RESPONSES: &str = "/responses";

fn able(capabilities: Value) -> Value {
    model("text", json!({"capabilities": capabilities, "availableContextTokens": 100, "maxCompletionTokens": 50}))
}

fn ask(content: Value) -> Value {
    json!({"model": "m", "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": content}]})
}

/// Fields that need a capability, by its name on the wire, and the rule that checks it.
fn wishes() -> Vec<(&'static str, Value, &'static str)> {
    let tools = json!([{"type": "function", "function": {"name": "f"}}]);
    let schema = json!({"type": "json_schema", "json_schema": {"name": "s", "schema": {}}});
    vec![
        ("supportsFunctionCalling", json!({"tools": tools}), "tools tools"),
        ("supportsResponseSchema", json!({"response_format": schema}), "response_format response_format"),
        ("supportsFunctionCalling", json!({"tool_choice": "required"}), "tools tool_choice"),
        ("supportsFunctionCalling", json!({"parallel_tool_calls": true}), "tools parallel_tool_calls"),
        (
            "supportsResponseSchema",
            json!({"response_format": {"type": "json_object"}}),
            "response_format response_format",
        ),
        ("supportsLogProbs", json!({"logprobs": true}), "logprobs logprobs"),
        ("supportsLogProbs", json!({"top_logprobs": 2}), "logprobs top_logprobs"),
        ("supportsReasoning", json!({"reasoning_effort": "low"}), "reasoning_effort reasoning_effort"),
        ("supportsReasoning", json!({"reasoning": {"effort": "none"}}), "reasoning_effort reasoning.effort"),
        ("supportsReasoningEffort", json!({"reasoning_effort": "none"}), "reasoning_effort reasoning_effort"),
        (
            "supportsWebSearch",
            json!({"venice_parameters": {"enable_web_search": "auto"}}),
            "web_search venice_parameters.enable_web_search",
        ),
        (
            "supportsXSearch",
            json!({"venice_parameters": {"enable_x_search": true}}),
            "x_search venice_parameters.enable_x_search",
        ),
        ("supportsWebSearch", json!({"model": "m:a=b&enable_web_search=on"}), "web_search model"),
        ("supportsXSearch", json!({"model": "m:enable_x_search=true"}), "x_search model"),
        (
            "supportsVision",
            json!({"messages": [{"role": "user", "content": [
                {"type": "text", "text": "?"}, {"type": "image_url", "image_url": {"url": "https://pictures.example/a.png"}}
            ]}]}),
            "images messages[0].content[1]",
        ),
        (
            "supportsAudioInput",
            json!({"messages": [{"role": "user", "content": [{"type": "input_audio", "input_audio": {"data": "aGk="}}]}]}),
            "audio messages[0].content[0]",
        ),
        (
            "supportsVideoInput",
            json!({"messages": [{"role": "user", "content": [{"type": "video_url", "video_url": {"url": "https://a.example"}}]}]}),
            "videos messages[0].content[0]",
        ),
    ]
}

#[tokio::test]
async fn what_the_model_does_not_have_is_found() {
    for (capability, members, finding) in wishes() {
        look(&able(json!({capability: false})), CHAT, &ask("?".into()), &[(members, &[finding])]).await;
    }
}

#[tokio::test]
async fn what_it_has_or_may_have_is_not() {
    for (capability, members, _) in wishes() {
        let rows = [(members, &[][..])];
        look(&able(json!({capability: true})), CHAT, &ask("?".into()), &rows).await;
        look(&able(json!({capability: null})), CHAT, &ask("?".into()), &rows).await;
        look(&able(json!({})), CHAT, &ask("?".into()), &rows).await;
        look(&model("text", json!({})), CHAT, &ask("?".into()), &rows).await;
    }
}

#[tokio::test]
async fn what_is_turned_off_asks_for_nothing() {
    let all = json!({
        "supportsFunctionCalling": false, "supportsResponseSchema": false, "supportsLogProbs": false, "supportsWebSearch": false,
        "supportsXSearch": false, "supportsReasoning": false,
    });
    let off = json!({
        "tools": [], "response_format": {"type": "text"}, "logprobs": false, "top_logprobs": null, "reasoning_effort": null,
        "reasoning": null, "venice_parameters": {"enable_web_search": "off", "enable_x_search": false},
    });
    let rows = [(off, &[][..]), (json!({"model": "m:enable_web_search=off"}), &[][..])];
    look(&able(all), CHAT, &ask("?".into()), &rows).await;
}

#[tokio::test]
async fn the_suffix_takes_precedence_over_the_body() {
    let search = |suffix: &str, body: &str| json!({"model": format!("m:enable_web_search={suffix}"), "venice_parameters": {"enable_web_search": body}});
    let rows = [(search("off", "on"), &[][..]), (search("o%6E", "off"), &["web_search model"][..])];
    look(&able(json!({"supportsWebSearch": false})), CHAT, &ask("?".into()), &rows).await;
}

#[tokio::test]
async fn an_effort_that_the_model_does_not_list_is_found() {
    let model = able(
        json!({"supportsReasoning": true, "supportsReasoningEffort": true, "reasoningEffortOptions": ["low", "high"]}),
    );
    let rows = [
        (json!({"reasoning_effort": "low"}), &[][..]),
        (json!({"reasoning_effort": "max"}), &["reasoning_effort reasoning_effort"][..]),
        (json!({"reasoning": {"effort": "none"}}), &["reasoning_effort reasoning.effort"][..]),
    ];
    look(&model, CHAT, &ask("?".into()), &rows).await;
    let report = report(&model, CHAT, json!({"model": "m", "messages": [], "reasoning_effort": "max"})).await;
    assert_eq!(report.findings()[0].problem, "is \"max\", which m does not take; it takes low, high");
}

fn images(count: usize) -> Value {
    vec![json!({"type": "image_url", "image_url": {"url": "https://pictures.example/a.png"}}); count].into()
}

#[tokio::test]
async fn images_are_counted_over_all_messages() {
    let several = able(json!({"supportsVision": true, "supportsMultipleImages": true, "maxImages": 2}));
    let two_and = |count| json!({"messages": [{"role": "user", "content": images(2)}, {"role": "user", "content": images(count)}]});
    let rows = [(two_and(0), &[][..]), (two_and(1), &["images messages[0].content[0]"][..])];
    look(&several, CHAT, &ask("?".into()), &rows).await;
}

#[tokio::test]
async fn where_one_image_is_taken_those_of_the_last_message_count() {
    let one = able(json!({"supportsVision": true, "supportsMultipleImages": false}));
    assert!(found(&one, CHAT, ask(images(1))).await.is_empty());
    assert_eq!(found(&one, CHAT, ask(images(2))).await, ["images messages[1].content[0]"]);
    let twice = json!({"model": "m", "messages": [{"role": "user", "content": images(1)}, {"role": "user", "content": images(1)}]});
    let report = report(&one, CHAT, twice).await;
    assert!(report.is_clean(), "the earlier one is not looked at: {report}");
    assert_eq!(report.findings()[0].field, "messages[0].content[0]");
}

#[tokio::test]
async fn videos_are_counted_up_to_three_unless_the_model_says_more() {
    let videos = |count| -> Value {
        vec![json!({"type": "video_url", "video_url": {"url": "https://a.example"}}); count].into()
    };
    let told = able(json!({"supportsVideoInput": true, "maxVideos": 5}));
    let silent = able(json!({"supportsVideoInput": true}));
    assert!(found(&told, CHAT, ask(videos(5))).await.is_empty());
    assert_eq!(found(&told, CHAT, ask(videos(6))).await, ["videos messages[1].content[0]"]);
    assert!(found(&silent, CHAT, ask(videos(3))).await.is_empty());
    assert_eq!(found(&silent, CHAT, ask(videos(4))).await, ["videos messages[1].content[0]"]);
}

#[tokio::test]
async fn a_text_that_certainly_does_not_fit_is_found() {
    // 100 tokens are 600 characters by the lowest estimate.
    let words = |count: usize| Value::from("strada ".repeat(count));
    let model = able(json!({}));
    assert!(found(&model, CHAT, ask(words(98))).await.is_empty());
    assert_eq!(found(&model, CHAT, ask(words(101))).await, ["context messages"]);
    let parts = json!([{"type": "text", "text": "strada ".repeat(60)}, {"type": "text", "text": "strada ".repeat(60)}]);
    assert_eq!(found(&model, CHAT, ask(parts)).await, ["context messages"]);
    assert!(found(&model, CHAT, ask(" ".repeat(100_000).into())).await.is_empty(), "white space may be one token");
    assert!(found(&super::model("text", json!({})), CHAT, ask(words(100_000))).await.is_empty());
}

#[tokio::test]
async fn a_longer_answer_than_the_model_writes_is_found() {
    let rows = [
        (json!({"max_completion_tokens": 50, "max_tokens": 1}), &[][..]),
        (json!({"max_completion_tokens": 51}), &["max_tokens max_completion_tokens"][..]),
        (json!({"max_tokens": 51}), &["max_tokens max_tokens"][..]),
    ];
    look(&able(json!({})), CHAT, &ask("?".into()), &rows).await;
}

#[tokio::test]
async fn responses_are_checked_under_their_own_names() {
    let nothing = json!({
        "supportsFunctionCalling": false, "supportsVision": false, "supportsWebSearch": false, "supportsReasoning": false,
    });
    let image =
        json!([{"type": "message", "role": "user", "content": [{"type": "input_image", "image_url": {"url": "x"}}]}]);
    let rows = [
        (json!({"tools": [{"type": "web_search"}]}), &[][..]),
        (json!({"tools": [{"type": "function", "function": {"name": "f"}}]}), &["tools tools"][..]),
        (json!({"reasoning": {"effort": "high"}}), &["reasoning_effort reasoning.effort"][..]),
        (json!({"web_search": true}), &["web_search web_search"][..]),
        (json!({"max_output_tokens": 51}), &["max_tokens max_output_tokens"][..]),
        (json!({"input": image}), &["images input[0].content[0]"][..]),
        (json!({"input": "strada ".repeat(101)}), &["context input"][..]),
    ];
    look(&able(nothing), RESPONSES, &json!({"model": "m", "input": "?"}), &rows).await;
}

#[tokio::test]
async fn odd_bodies_are_left_to_the_api() {
    let nothing = able(json!({"supportsFunctionCalling": false, "supportsVision": false}));
    for body in [
        json!({"model": 7, "messages": 5}),
        json!({"model": "", "messages": []}),
        json!({"messages": [null, 1, {"content": [null, {"type": 3}]}]}),
        json!([1, 2]),
        json!("text"),
    ] {
        let server = super::serving(vec![nothing.clone()], "{}");
        let venice = super::client(&server, venice_ai::Preflight::Refuse);
        let call = venice.request::<Value>(venice_ai::http::Method::POST, CHAT).with_json_body(&body);
        assert!(call.with_meta().await.unwrap().meta.preflight().is_none(), "{body}");
    }
    let odd = json!({"model": "m", "tools": "yes", "messages": [null, {"content": [null, {"type": 3}]}], "reasoning_effort": 3});
    assert!(found(&nothing, CHAT, odd).await.is_empty());
}
