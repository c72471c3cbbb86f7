//! Invalid requests are rejected, with the field.

use serde_json::{Value, json};
use venice_ai::http::Method;
use venice_ai::types::*;
use venice_ai::{Client, Upload};
use venice_ai_mock::{MockVenice, UnknownFields, Violation};

use super::{get, post, start};

fn fields(violations: &[Violation]) -> Vec<&str> {
    violations.iter().map(|violation| violation.field.as_str()).collect()
}

/// The findings in a body, as the client and as the test see them.
async fn wrong(path: &str, body: Value) -> Vec<String> {
    let (mock, venice) = start().await;
    let error = post(&venice, path, &body).await.unwrap_err();
    assert_eq!((error.status().unwrap().as_u16(), error.code()), (400, Some("INVALID_REQUEST")), "{error}");
    let violations = mock.violations();
    let body: Value = serde_json::from_slice(error.body().unwrap()).unwrap();
    for violation in &violations {
        assert_eq!(violation.operation, mock.requests()[0].operation);
        let told = body["issues"].as_array().unwrap().iter().any(|issue| issue["message"] == *violation.problem);
        assert!(told, "{violation}: {body:#}");
    }
    fields(&violations).into_iter().map(str::to_owned).collect()
}

fn chat(more: Value) -> Value {
    let mut body = json!({"model": "default", "messages": [{"role": "user", "content": "?"}]});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

fn quoted(values: &[&str]) -> String {
    values.iter().map(|value| format!("'{value}'")).collect::<Vec<_>>().join(" | ")
}

#[tokio::test]
async fn each_kind_of_mistake_is_found() {
    let (search, embed, image) = ("/augment/search", "/embeddings", "/image/generate");
    for (path, body, field, problem) in [
        (search, json!({}), "query", "Required"),
        (search, json!({"query": 5}), "query", "Expected string, received number"),
        (search, json!({"query": ""}), "query", "String must contain at least 1 character(s)"),
        (search, json!({"query": "x".repeat(401)}), "query", "String must contain at most 400 character(s)"),
        (search, json!({"query": "x", "limit": 0}), "limit", "Number must be greater than or equal to 1"),
        (search, json!({"query": "x", "limit": 21}), "limit", "Number must be less than or equal to 20"),
        (search, json!({"query": "x", "limit": 1.5}), "limit", "Expected integer, received number"),
        (
            search,
            json!({"query": "x", "search_provider": "altavista"}),
            "search_provider",
            format!("Invalid enum value. Expected {}, received 'altavista'", quoted(SearchProvider::KNOWN)).as_str(),
        ),
        (search, json!({"query": "x", "search_provider": 1}), "search_provider", "Expected string, received number"),
        (embed, json!({"model": " ", "input": "x"}), "model", "String must contain at least 1 character(s)"),
        (embed, json!({"model": "m", "input": []}), "input", "Array must contain at least 1 element(s)"),
        (embed, json!({"model": "m", "input": ["a", 1]}), "input[1]", "Expected string, received number"),
        (embed, json!({"model": "m", "input": "x", "colour": 1}), "colour", "Unrecognized key(s) in object: 'colour'"),
        (image, json!({"model": "m", "prompt": "x", "cfg_scale": 0}), "cfg_scale", "Number must be greater than 0"),
        (
            image,
            json!({"model": "m", "prompt": "x", "safe_mode": "yes"}),
            "safe_mode",
            "Expected boolean, received string",
        ),
        ("/augment/scrape", json!({"url": "lagoon"}), "url", "Invalid url"),
        (
            "/api_keys",
            json!({"apiKeyType": "ADMIN", "description": "x", "expiresAt": "2025-02-30"}),
            "expiresAt",
            "Invalid",
        ),
        ("/chat/completions", chat(json!({"messages": [{"role": "user"}]})), "messages[0].content", "Required"),
        (
            "/chat/completions",
            chat(json!({"venice_parameters": {"enable_web_search": "maybe"}})),
            "venice_parameters.enable_web_search",
            format!("Invalid enum value. Expected {}, received 'maybe'", quoted(WebSearchMode::KNOWN)).as_str(),
        ),
    ] {
        let (mock, venice) = start().await;
        let error = post(&venice, path, &body).await.unwrap_err();
        assert_eq!(error.status().unwrap().as_u16(), 400, "{body}: {error}");
        let violations = mock.violations();
        let found = |violation: &&Violation| violation.field == field;
        let Some(violation) = violations.iter().find(found) else { panic!("{body}: {violations:?}") };
        assert_eq!(violation.problem, problem, "{body}");
        assert_eq!(violations.len(), 1, "{violations:?}");
        assert!(violation.to_string().contains(&format!("`{field}`")));
    }
}

#[tokio::test]
async fn all_mistakes_are_reported_at_once() {
    let body = json!({"prompt": "", "height": "tall", "style_references": [{"image": "x", "strength": 2}], "no": 1});
    let expected = ["model", "prompt", "height", "style_references[0].strength", "no"];
    assert_eq!(wrong("/image/generate", body).await, expected);
}

#[tokio::test]
async fn the_alternative_that_was_meant_says_what_is_wrong() {
    let parts = json!([{"type": "image_url", "image_url": {}}]);
    let body = chat(json!({"messages": [{"role": "user", "content": parts}]}));
    assert_eq!(wrong("/chat/completions", body).await, ["messages[0].content[0].image_url.url"]);
    let body = chat(json!({"messages": [{"role": "tool", "content": "140 cm"}]}));
    assert_eq!(wrong("/chat/completions", body).await, ["messages[0].tool_call_id"]);
    assert_eq!(wrong("/crypto/rpc/base-mainnet", json!([{"jsonrpc": "2.0", "id": 1}])).await, ["[0].method"]);
}

#[tokio::test]
async fn media_types_and_bodies_that_are_none_are_reported() {
    let (mock, venice) = start().await;
    let form = venice.request::<Value>(Method::POST, "/augment/text-parser").with_json_body(&json!({}));
    assert_eq!(form.await.unwrap_err().status().unwrap().as_u16(), 415);
    assert_eq!(fields(&mock.violations()), ["content-type"]);
    post(&venice, "/augment/search", &json!([])).await.unwrap_err();
    get(&venice, "/nothing").await.unwrap_err();
    let violations = mock.violations();
    assert_eq!(violations[1].problem, "The body is not a JSON object");
    assert_eq!((violations[2].operation, violations[2].problem.as_str()), (None, "The API has no GET /nothing"));
}

#[tokio::test]
async fn parameters_are_checked() {
    for (target, field) in [
        ("/characters?limit=0", "limit"),
        ("/characters?limit=many", "limit"),
        ("/characters?sortBy=luck", "sortBy"),
        ("/characters?isAdult=yes", "isAdult"),
        ("/characters?colour=red", "colour"),
        ("/models?type=audio", "type"),
        ("/billing/usage-analytics?lookback=7w", "lookback"),
        ("/billing/usage-analytics?startDate=2026-01-31", "endDate"),
        ("/billing/usage-history?startTimestamp=yesterday", "startTimestamp"),
    ] {
        let (mock, venice) = start().await;
        let error = get(&venice, target).await.unwrap_err();
        assert_eq!((error.status().unwrap().as_u16(), fields(&mock.violations())), (400, vec![field]), "{target}");
    }
    let (mock, venice) = start().await;
    let wallet = venice.raw().get_x402_balance("0x12", Some("e30="));
    assert_eq!(wallet.with_validation(false).await.unwrap_err().status().unwrap().as_u16(), 400);
    assert_eq!(fields(&mock.violations()), ["walletAddress"]);
    for target in [
        "/characters?limit=5&offset=0&categories=a&categories=b&tags=c&isAdult=false",
        "/billing/usage-history?startTimestamp=2026-01-31T00:00:00Z&pageSize=10",
    ] {
        get(&venice, target).await.unwrap();
    }
}

#[tokio::test]
async fn forms_are_checked_as_bodies_are() {
    let (mock, venice) = start().await;
    let sound = || Upload::bytes("a.wav", "RIFF");
    let request = CreateTranscriptionRequest::new("m", sound()).timestamps(true);
    venice.raw().create_transcription(&request).await.unwrap();
    let request = CreateTranscriptionRequest::new("m", sound()).response_format(TextReplyFormat::from_wire("srt"));
    venice.raw().create_transcription(&request).await.unwrap_err();
    let scaled = UpscaleImageRequest::new(Upload::bytes("a.png", "x")).scale(8);
    venice.raw().upscale_image(&scaled).with_validation(false).await.unwrap_err();
    assert_eq!(fields(&mock.violations()), ["response_format", "scale"]);

    for (part, field) in [
        ("name=\"file\"", "file"),
        ("name=\"language\"", "file"),
        (
            "name=\"file\"; filename=\"a.wav\"\r\n\r\nx\r\n--b\r\nContent-Disposition: form-data; name=\"timestamps\"",
            "timestamps",
        ),
        (
            "name=\"file\"; filename=\"a.wav\"\r\n\r\nx\r\n--b\r\nContent-Disposition: form-data; name=\"extra\"",
            "extra",
        ),
    ] {
        let (mock, _) = start().await;
        let model = "--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nm\r\n";
        let body = format!("{model}--b\r\nContent-Disposition: form-data; {part}\r\n\r\nmaybe\r\n--b--\r\n");
        let sent = reqwest_post(&mock, "/audio/transcriptions", "multipart/form-data; boundary=b", body).await;
        assert_eq!((sent, fields(&mock.violations())), (400, vec![field]), "{part}");
    }
}

/// Sends a body that the SDK cannot build.
async fn reqwest_post(mock: &MockVenice, path: &str, media: &str, body: String) -> u16 {
    let client = crate::support::own_http_client!().no_proxy().build().unwrap();
    let request = client.post(format!("{}{path}", mock.base_url())).bearer_auth(mock.api_key());
    request.header("content-type", media).body(body).send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn what_hangs_on_the_model_is_not_checked() {
    let (mock, venice) = start().await;
    let video = json!({"model": "m", "prompt": "x", "duration": "45s", "aspect_ratio": "7:5", "resolution": "8k"});
    post(&venice, "/video/queue", &video).await.unwrap();
    assert_eq!(wrong("/video/queue", json!({"model": "m", "duration": 45})).await, ["duration"]);
    assert_eq!(mock.violations(), []);
}

#[tokio::test]
async fn fields_that_the_document_does_not_have_are_rejected_on_demand() {
    let body = || json!({"model": "m", "prompt": "x", "motion": "slow", "elements": [{"frontal_image": "x"}]});
    let (_mock, venice) = start().await;
    post(&venice, "/video/queue", &body()).await.unwrap();
    let mock = MockVenice::builder().unknown_fields(UnknownFields::Refuse).start().await.unwrap();
    let venice = mock.client();
    post(&venice, "/video/queue", &body()).await.unwrap_err();
    assert_eq!(fields(&mock.violations()), ["elements[0].frontal_image", "motion"]);
    // A schema may have any form, and history is sent back unchanged.
    let tool = json!({"type": "function", "function": {"name": "f", "parameters": {"anything": 1}}});
    let turn = json!({"role": "assistant", "content": "x", "annotations": []});
    let body = chat(json!({"tools": [tool], "messages": [turn, {"role": "user", "content": "?"}]}));
    post(&venice, "/chat/completions", &body).await.unwrap();
}

#[tokio::test]
async fn checks_can_be_turned_off() {
    let mock = MockVenice::builder().check_requests(false).start().await.unwrap();
    let venice = mock.client();
    post(&venice, "/augment/search", &json!({"colour": 1})).await.unwrap();
    post(&venice, "/api_keys", &json!({})).await.unwrap();
    get(&venice, "/characters?colour=red").await.unwrap();
    assert_eq!(mock.violations(), []);
}

#[tokio::test]
async fn authorization_is_checked_before_validation() {
    let (mock, _) = start().await;
    let stranger: Client = Client::builder().base_url(mock.base_url()).api_key("no").build().unwrap();
    let error = post(&stranger, "/augment/search", &json!({})).await.unwrap_err();
    assert!(error.is_authentication());
}
