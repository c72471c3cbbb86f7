//! The client against an independent server, `httpmock`.

use httpmock::prelude::*;
use serde_json::json;
use venice_ai::types::{
    ApiKeyType, ChatCompletionRequest, ConsumptionLimits, CreateApiKeyRequest, LimitPeriod, ModelFilter,
};
use venice_ai::{Client, ErrorKind, RetryPolicy};

fn client(server: &MockServer) -> Client {
    let builder = Client::builder().api_key("test-key").base_url(server.url("/api/v1")).retry(RetryPolicy::disabled());
    builder.build().expect("a client")
}

#[tokio::test]
async fn a_key_is_created_with_exactly_the_fields_that_were_set() {
    let server = MockServer::start_async().await;
    let creation = server
        .mock_async(|when, then| {
            when.method(POST)
                .path("/api/v1/api_keys")
                .header("authorization", "Bearer test-key")
                .header("content-type", "application/json")
                .json_body(json!({
                    "apiKeyType": "INFERENCE", "description": "nightly", "consumptionLimit": {"usd": 5.0}, "limitPeriod": "MONTH"
                }));
            then.status(200).header("CF-RAY", "ray-1").json_body(json!({"success": true, "data": {
                "apiKey": "sk-made", "id": "k1", "apiKeyType": "INFERENCE", "consumptionLimit": {"usd": 5, "diem": null},
                "limitPeriod": "MONTH", "modelPrivacy": "ALL", "expiresAt": null
            }}));
        })
        .await;
    let request = CreateApiKeyRequest::new(ApiKeyType::Inference, "nightly")
        .consumption_limit(ConsumptionLimits::new().usd(5.0))
        .limit_period(LimitPeriod::Month);
    let reply = client(&server).api_keys().create(request).with_meta().await.expect("a key");
    creation.assert_async().await;
    assert_eq!(reply.value.api_key.expose(), "sk-made");
    assert_eq!(reply.meta.request_id(), Some("ray-1"));
    assert!(!format!("{reply:?}").contains("sk-made"));
}

#[tokio::test]
async fn keys_are_retrieved_and_deleted_by_their_id() {
    let server = MockServer::start_async().await;
    let retrieval = server
        .mock_async(|when, then| {
            when.method(GET).path("/api/v1/api_keys/k%2F1");
            then.status(200).json_body(json!({"data": {"id": "k/1", "apiKeyType": "ADMIN"}}));
        })
        .await;
    let deletion = server
        .mock_async(|when, then| {
            when.method(DELETE).path("/api/v1/api_keys").query_param("id", "k/1");
            then.status(200).json_body(json!({"success": true}));
        })
        .await;
    let venice = client(&server);
    assert_eq!(venice.api_keys().retrieve("k/1").await.expect("a key").api_key_type, ApiKeyType::Admin);
    venice.api_keys().delete("k/1").await.expect("a deletion");
    retrieval.assert_async().await;
    deletion.assert_async().await;
}

#[tokio::test]
async fn models_are_always_asked_for_by_type() {
    let server = MockServer::start_async().await;
    let list = server
        .mock_async(|when, then| {
            when.method(GET).path("/api/v1/models").query_param("type", "all");
            then.status(200).json_body(json!({"object": "list", "type": "all", "data": [{"id": "m", "type": "text"}]}));
        })
        .await;
    assert_eq!(client(&server).models().list(ModelFilter::All).await.expect("a list").len(), 1);
    list.assert_async().await;
}

#[tokio::test]
async fn an_answer_is_streamed_and_put_together() {
    let server = MockServer::start_async().await;
    let stream = server
        .mock_async(|when, then| {
            when.method(POST)
                .path("/api/v1/chat/completions")
                .header("accept", "text/event-stream")
                .json_body_includes(r#"{"model": "default", "stream": true, "stream_options": {"include_usage": true}}"#);
            then.status(200).header("content-type", "text/event-stream; charset=utf-8").body(concat!(
                "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"Hel\"}}]}\n\n",
                "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"lo\"},\"finish_reason\":\"stop\"}]}\n\n",
                "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2,\"total_tokens\":3}}\n\n",
                "data: [DONE]\n\n"
            ));
        })
        .await;
    let request = ChatCompletionRequest::new("default", ["Hi"]);
    let reply = client(&server).chat().stream(request).await.expect("a stream").collect().await.expect("an answer");
    assert_eq!(reply.text(), "Hello");
    assert_eq!(reply.usage.map(|usage| usage.total_tokens), Some(3));
    stream.assert_async().await;
}

#[tokio::test]
async fn a_refusal_keeps_what_the_server_said() {
    let server = MockServer::start_async().await;
    server
        .mock_async(|when, then| {
            when.path("/api/v1/chat/completions");
            then.status(404)
                .json_body(json!({"error": "Specified model not found: qwen. Did you mean: qwen3-4b, qwen3-235b?"}));
        })
        .await;
    let error = client(&server).chat().create(ChatCompletionRequest::new("qwen", ["Hi"])).await.expect_err("a refusal");
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(error.did_you_mean(), ["qwen3-4b", "qwen3-235b"]);
}
