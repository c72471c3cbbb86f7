//! Fields with which the API passes the content to a third party.

use serde_json::json;
use venice_ai::types::{ChatCompletionRequest, GenerateImageRequest};

use super::*;

/// Fields of a chat that send the prompt on, and the name of each for `allow`.
fn leaks() -> Vec<(Value, &'static str)> {
    let parameters = |name: &str, value: Value| json!({"venice_parameters": {name: value}});
    vec![
        (parameters("enable_web_search", json!("on")), "venice_parameters.enable_web_search"),
        (parameters("enable_web_search", json!("auto")), "venice_parameters.enable_web_search"),
        (parameters("enable_web_scraping", json!(true)), "venice_parameters.enable_web_scraping"),
        (parameters("enable_x_search", json!(true)), "venice_parameters.enable_x_search"),
        (json!({"model": "own:enable_web_search=on"}), "venice_parameters.enable_web_search"),
        (
            json!({"model": "own:disable_thinking=true&enable_web_scraping=true"}),
            "venice_parameters.enable_web_scraping",
        ),
        (json!({"fallbacks": [{"model": "own:enable_web_search=auto"}]}), "venice_parameters.enable_web_search"),
        (json!({"web_search": true}), "web_search"),
        (json!({"tools": [{"type": "function", "function": {"name": "f"}}, {"type": "web_search"}]}), "tools[].type"),
        (json!({"tools": [{"type": "mcp", "server_url": "https://mcp.example"}]}), "tools[].type"),
        (json!({"prompt_cache_retention": "24h"}), "prompt_cache_retention"),
    ]
}

#[tokio::test]
async fn fields_and_suffixes_that_send_the_prompt_on_are_refused_unless_allowed_by_name() {
    for (more, name) in leaks() {
        let body = chat("own", more);
        assert_eq!(refused(PRIVATE, &body).await, [format!("sends_on {name}")], "{body}");
        passed(PrivacyPolicy::new(PRIVATE).allow(name), &body).await;
        passed(Privacy::Any, &body).await;
    }
}

#[tokio::test]
async fn fields_that_nobody_has_classified_are_refused_unless_allowed_by_name() {
    for (more, name) in [
        (json!({"brand_new": 1}), "brand_new"),
        (json!({"venice_parameters": {"enable_reddit_search": true}}), "venice_parameters.enable_reddit_search"),
        (json!({"model": "own:web"}), "venice_parameters.web"),
        (json!({"fallbacks": [{"model": "own", "via": "x"}]}), "fallbacks[].via"),
    ] {
        let body = chat("own", more);
        assert_eq!(refused(PRIVATE, &body).await, [format!("unclassified_field {name}")], "{body}");
        passed(PrivacyPolicy::new(PRIVATE).allow(name), &body).await;
    }
}

#[tokio::test]
async fn what_is_turned_off_does_not_matter() {
    let body = chat(
        "own:enable_web_search=off",
        json!({
            "venice_parameters": {"enable_web_search": "off", "enable_web_scraping": false, "include_venice_system_prompt": false},
            "tools": [{"type": "function", "function": {"name": "f"}}], "web_search": false, "temperature": 0.5, "fallbacks": [],
            "reasoning": {"effort": "low"}, "response_format": {"type": "json_object"}, "prompt_cache_retention": "default",
        }),
    );
    passed(PRIVATE, &body).await;
}

#[tokio::test]
async fn fields_that_are_added_to_a_call_count() {
    let server = server();
    let venice = client(&server, PRIVATE);
    let request = || ChatCompletionRequest::new("own", [PROMPT]);
    let parameters = json!({"enable_web_search": "on"});
    let outcome = venice.chat().create(request()).with_extra_body("venice_parameters", parameters).await;
    assert_eq!(refusal(&server, outcome), ["sends_on venice_parameters.enable_web_search"]);
    let outcome = venice.chat().create(request()).with_extra_body("model", "foreign").await;
    assert_eq!(refusal(&server, outcome), ["model_privacy model"]);
    let outcome = venice.chat().stream(request()).with_extra_body("fallbacks", json!([{"model": "foreign"}])).await;
    assert_eq!(refusal(&server, outcome), ["model_privacy fallbacks[].model"]);
    venice.chat().create(request()).with_extra_body("temperature", 0.5).await.unwrap();
}

#[tokio::test]
async fn an_image_prompt_is_neither_rewritten_nor_searched_for() {
    let server = server();
    let venice = client(&server, PRIVATE);
    for (name, rule) in
        [("enhance_prompt", "sends_on enhance_prompt"), ("enable_web_search", "sends_on enable_web_search")]
    {
        let request = GenerateImageRequest::new("painter", PROMPT);
        let outcome = venice.images().generate(request).with_extra_body(name, true).await;
        assert_eq!(refusal(&server, outcome), [rule]);
    }
}
