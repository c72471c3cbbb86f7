//! Replies that contradict the API's document: accepted if possible.

use serde_json::{Value, json};
use venice_ai::types::{ChatCompletion, Model, ModelFilter};
use venice_ai::{Call, Client, Error, ErrorKind};

use crate::support::chat::{TEXT, a_question, answer};
use crate::support::replying;
use crate::support::{Answer, Server, TestClock, amount, client};

/// The usual answer, changed.
async fn changed(change: impl FnOnce(&mut Value)) -> ChatCompletion {
    let mut body: Value = serde_json::from_str(TEXT).unwrap();
    change(&mut body);
    answer(body.to_string()).await
}

async fn models(data: Value) -> Vec<Model> {
    let (_, venice) = replying(json!({"object": "list", "type": "text", "data": data}).to_string());
    venice.models().list(ModelFilter::Text).await.unwrap()
}

#[tokio::test]
async fn a_required_field_that_is_null_reads_as_an_empty_one() {
    let choice = json!({"index": null, "message": null, "finish_reason": null, "logprobs": null});
    let reply =
        answer(json!({"id": null, "object": null, "created": null, "model": null, "choices": [choice]}).to_string())
            .await;
    assert_eq!((&*reply.id, &*reply.object, reply.created, &*reply.model), ("", "", 0, ""));
    assert_eq!((reply.choices[0].index, reply.finish_reason()), (0, None));
    assert_eq!(reply.text(), "");
}

#[tokio::test]
async fn a_required_field_that_is_missing_reads_as_an_empty_one() {
    let reply = answer(r#"{"choices": [{}]}"#).await;
    assert_eq!((&*reply.id, reply.created, reply.choices[0].index, &*reply.text()), ("", 0, 0, ""));
    let models = models(json!([{}, {"id": "m", "model_spec": {}}])).await;
    assert_eq!((&*models[0].id, models[0].type_.as_str(), &*models[1].id), ("", "", "m"));
}

#[tokio::test]
async fn a_list_that_is_missing_or_null_is_an_error_and_no_empty_list() {
    for body in [r#"{"object": "list"}"#, r#"{"object": "list", "data": null}"#] {
        let error = unreadable(body, |venice| venice.api_keys().list()).await;
        assert!(error.message().contains("no `data`"), "{error}");
        unreadable(body, |venice| venice.models().traits(venice_ai::types::ModelType::Text)).await;
    }
    let (_, venice) = replying(r#"{"object": "list", "data": []}"#);
    assert!(venice.api_keys().list().await.unwrap().is_empty());
}

#[tokio::test]
async fn numbers_in_quotes_are_numbers() {
    let reply = changed(|body| {
        body["created"] = json!("1755800000");
        body["usage"]["prompt_tokens"] = json!(" 1210 ");
        body["usage"]["prompt_tokens_details"]["cached_tokens"] = json!("41");
        body["cost"] = json!({"usd": "0.00018825", "diem": "1e-3"});
    });
    let reply = reply.await;
    let usage = reply.usage.unwrap();
    assert_eq!((reply.created, usage.prompt_tokens), (1_755_800_000, 1210));
    assert_eq!(usage.prompt_tokens_details.unwrap().cached_tokens, Some(41));
    let cost = reply.cost.unwrap();
    assert_eq!((cost.usd, cost.diem), (amount("0.00018825"), amount("0.001")));
}

#[tokio::test]
async fn what_is_not_a_number_in_quotes_is_none() {
    for text in ["NaN", "inf", "1e999", "", "5 USD"] {
        let reply = changed(|body| body["cost"]["usd"] = json!(text)).await;
        assert_eq!((reply.cost().unwrap().usd, &*reply.text()), (None, "High water is at 14:20."), "{text}");
    }
}

#[tokio::test]
async fn whole_numbers_may_be_written_with_a_fraction_of_zero() {
    let reply = changed(|body| {
        body["created"] = json!(-9_007_199_254_740_992.0);
        body["usage"]["prompt_tokens"] = json!(5.0);
        body["usage"]["total_tokens"] = json!(4_294_967_295.0);
    });
    let reply = reply.await;
    let usage = reply.usage.unwrap();
    assert_eq!((reply.created, usage.prompt_tokens, usage.total_tokens), (-9_007_199_254_740_992, 5, u32::MAX));
}

#[tokio::test]
async fn a_count_out_of_range_counts_as_absent() {
    for number in [json!(-1), json!(4_294_967_296_u64), json!(-1.0), json!("-1"), json!(u64::MAX)] {
        let reply = changed(|body| {
            body["usage"]["total_tokens"] = number.clone();
            body["usage"]["prompt_tokens_details"]["cached_tokens"] = number.clone();
        });
        let reply = reply.await;
        let usage = reply.usage.as_ref().unwrap();
        let cached = usage.prompt_tokens_details.as_ref().unwrap().cached_tokens;
        assert_eq!((&*reply.text(), usage.total_tokens, cached), ("High water is at 14:20.", 0, None), "{number}");
    }
}

#[tokio::test]
async fn whole_numbers_may_stand_for_fractions() {
    let cost = changed(|body| body["cost"] = json!({"usd": 2, "diem": -1})).await.cost.unwrap();
    assert_eq!((cost.usd, cost.diem), (amount("2"), amount("-1")));
}

#[tokio::test]
async fn items_and_values_that_are_null_are_left_out() {
    let reply = changed(|body| {
        let choice = body["choices"][0].take();
        body["choices"] = json!([null, choice, null]);
    });
    assert_eq!(reply.await.choices.len(), 1);
    let found = models(json!([null, {"id": "a", "model_spec": {"traits": ["x", null]}}])).await;
    assert_eq!((found.len(), found[0].model_spec.traits.as_deref()), (1, Some(&["x".to_owned()][..])));
    let (_, venice) = replying(r#"{"data": {"default": "a", "fastest": null}}"#);
    let traits = venice.models().traits(venice_ai::types::ModelType::Text).await.unwrap();
    assert_eq!(traits.into_keys().collect::<Vec<_>>(), ["default"]);
}

#[tokio::test]
async fn an_optional_field_of_an_unexpected_type_does_not_lose_the_answer() {
    for (place, value) in [
        ("/usage", json!("none")),
        ("/usage/prompt_tokens", json!({"text": 5})),
        ("/usage/prompt_tokens_details", json!([1])),
        ("/usage/prompt_tokens_details/cached_tokens", json!("many")),
        ("/cost", json!(0.5)),
        ("/cost/usd", json!("NaN")),
        ("/prompt_logprobs", json!(["x"])),
        ("/choices/0/logprobs", json!("x")),
        ("/choices/0/message/reasoning_content", json!(["thoughts"])),
        ("/choices/0/message/tool_calls", json!("none")),
    ] {
        let reply = changed(|body| *body.pointer_mut(place).unwrap() = value).await;
        assert_eq!((&*reply.text(), &*reply.model), ("High water is at 14:20.", "qwen3-235b"), "{place}");
        assert_eq!(reply.choices[0].extra["token_ids"], Value::Null, "{place}");
    }
}

#[tokio::test]
async fn the_rest_of_an_unexpected_field_is_kept() {
    let reply = changed(|body| body["usage"]["prompt_tokens_details"]["cached_tokens"] = json!({})).await;
    let usage = reply.usage.unwrap();
    assert_eq!((usage.prompt_tokens, usage.total_tokens), (1210, 1219));
    let details = usage.prompt_tokens_details.unwrap();
    assert_eq!((details.cached_tokens, details.cache_creation_input_tokens), (None, Some(0)));
    assert_eq!(reply.cost.unwrap().usd, amount("0.00018825"));
}

#[tokio::test]
async fn one_odd_model_does_not_hide_the_others() {
    let odd = json!({"id": "odd", "context_length": {"in": 1}, "created": 7, "model_spec": {
        "name": "Odd", "pricing": "free", "traits": {"a": 1}, "constraints": {"steps": 4, "aspectRatios": ["1:1"]}}});
    let found = models(json!([{"id": "a", "context_length": 5}, odd, {"id": "b", "context_length": 6}])).await;
    let read: Vec<_> = found.iter().map(|model| (&*model.id, model.context_length)).collect();
    assert_eq!(read, [("a", Some(5)), ("odd", None), ("b", Some(6))]);
    let spec = &found[1].model_spec;
    assert_eq!(
        (spec.name.as_deref(), &spec.pricing, &spec.traits, found[1].created),
        (Some("Odd"), &None, &None, Some(7))
    );
    let limits = spec.constraints.as_ref().unwrap();
    assert_eq!((limits.steps.is_none(), limits.aspect_ratios.as_deref()), (true, Some(&["1:1".to_owned()][..])));
}

#[tokio::test]
async fn an_odd_field_does_not_lose_a_new_key() {
    let body = json!({"success": "yes", "data": {"apiKey": "vn-new", "id": "1", "description": ["x"], "expiresAt": 5}});
    let (_, venice) = replying(body.to_string());
    let request = venice_ai::types::CreateApiKeyRequest::new(venice_ai::types::ApiKeyType::Admin, "x");
    let created = venice.api_keys().create(request).await.unwrap();
    assert_eq!((created.api_key.expose(), created.description, created.expires_at), ("vn-new", None, None));
}

/// The error of a reply that cannot be decoded. It is not retried, even if that were safe.
async fn unreadable<T: std::fmt::Debug>(body: &str, call: impl FnOnce(&Client) -> Call<T>) -> Error {
    let headers = [("content-type", "application/json"), ("cf-ray", "91c2-VCE")];
    let server = Server::answering([Answer::new(200, &headers, body)]);
    let error = call(&client(&server, &TestClock::without_jitter())).await.unwrap_err();
    assert_eq!((error.kind(), server.count()), (ErrorKind::Decode, 1), "{error}");
    assert_eq!((error.status().unwrap().as_u16(), error.request_id()), (200, Some("91c2-VCE")));
    assert_eq!(error.body().unwrap(), body.as_bytes(), "the body is kept");
    assert!(!error.is_retryable() && error.kind() == ErrorKind::Decode);
    let shown = error.to_string();
    assert!(shown.contains("91c2-VCE") && shown.contains(error.operation().unwrap()), "{shown}");
    error
}

#[tokio::test]
async fn a_required_field_of_another_type_is_an_error_that_says_where() {
    for (place, value, path) in [
        ("/choices", json!({"0": {}}), "choices"),
        ("/choices/0", json!("text"), "choices[0]"),
        ("/choices/0/message", json!(["x"]), "choices[0].message"),
        ("/choices/0/index", json!(0.5), "choices[0].index"),
        ("/created", json!("today"), "created"),
        ("/id", json!(17), "id"),
    ] {
        let mut body: Value = serde_json::from_str(TEXT).unwrap();
        *body.pointer_mut(place).unwrap() = value;
        let error = unreadable(&body.to_string(), |venice| venice.chat().create(a_question())).await;
        assert_eq!((error.json_path(), error.operation()), (Some(path), Some("createChatCompletion")), "{error}");
        assert!(error.to_string().contains(&format!("`{path}`")), "{error}");
    }
}

#[tokio::test]
async fn the_path_is_that_of_what_is_required_also_behind_something_optional() {
    let body = r#"{"usage": 5, "choices": [{"message": {"content": "x"}, "logprobs": 1}, {"message": 7}]}"#;
    let error = unreadable(body, |venice| venice.chat().create(a_question())).await;
    assert_eq!(error.json_path(), Some("choices[1].message"), "{error}");
}

#[tokio::test]
async fn a_list_of_keys_with_something_else_in_it_is_an_error() {
    let body = r#"{"object": "list", "data": [{"id": "1", "last6Chars": "abcdef"}, {"id": ["vn-1"]}]}"#;
    let error = unreadable(body, |venice| venice.api_keys().list()).await;
    assert_eq!((error.json_path(), error.operation()), (Some("data[1].id"), Some("getApiKeys")), "{error}");
    let error = unreadable("[]", |venice| venice.api_keys().rate_limits()).await;
    assert_eq!((error.json_path(), error.operation()), (None, Some("getApiKeyRateLimits")), "{error}");
}

#[tokio::test]
async fn what_is_not_json_is_an_error() {
    for (body, said) in [
        ("", "empty body"),
        ("<html><title>Down for repairs</title></html>", "Down for repairs"),
        (&TEXT[..TEXT.len() / 2], "not JSON"),
        ("OK", "not JSON"),
    ] {
        let error = unreadable(body, |venice| venice.chat().create(a_question())).await;
        assert!(error.message().contains(said) && error.json_path().is_none(), "{error}");
    }
}

#[tokio::test]
async fn a_reply_that_is_nested_without_end_is_an_error_and_no_crash() {
    for (open, close) in [("[", "]"), (r#"{"a":"#, "}")] {
        let deep = format!("{}1{}", open.repeat(200_000), close.repeat(200_000));
        for member in ["new", "usage", "choices"] {
            let body = format!(r#"{{"{member}": [{deep}]}}"#);
            unreadable(&body, |venice| venice.chat().create(a_question())).await;
        }
        let (_, venice) = replying(format!(r#"{{"data": [{{"id": "1", "new": {deep}}}]}}"#));
        assert_eq!(venice.api_keys().list().await.unwrap()[0].id, "1", "what is not kept may be as deep as it likes");
    }
}

#[tokio::test]
async fn a_field_that_comes_twice_counts_as_it_came_last() {
    let reply = answer(
        r#"{"id": "1", "model": "a", "model": "b", "choices": [{}], "usage": {"total_tokens": 1}, "usage": {"total_tokens": 2}}"#,
    )
    .await;
    assert_eq!((&*reply.model, reply.usage.unwrap().total_tokens), ("b", 2));
}

#[tokio::test]
async fn texts_with_escapes_are_read_as_they_were_meant() {
    let body =
        "{\"ch\\u006fices\": [{\"message\": {\"content\": \"\\u00e9\\ud83c\\udf0a\\n\\u0000\", \"n\\u0065w\": 1}}]}";
    let reply = answer(body).await;
    assert_eq!(reply.text(), "é🌊\n\0");
    assert_eq!(reply.message().unwrap().extra["new"], 1);
}
