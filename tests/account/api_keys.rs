//! API keys: requests and replies.

use serde_json::{Value, json};
use venice_ai::types::{
    ApiKeyType, ConsumptionLimits, ConsumptionLimitsUpdate, CreateApiKeyRequest, CreateWeb3ApiKeyRequest,
    CreatedApiKey, LimitPeriod, ModelPrivacy, RateLimitType, UpdateApiKeyRequest,
};
use venice_ai::{Call, Client, Error, ErrorKind};

use crate::support::replying;
use crate::support::server::Request;
use crate::support::{Answer, KEY, Server, amount, once};

const KEYS: &str = include_str!("../fixtures/replies/api_keys.json");
const ONE_KEY: &str = include_str!("../fixtures/replies/api_key.json");
pub const CREATED: &str = include_str!("../fixtures/replies/api_key_created.json");
const UPDATED: &str = include_str!("../fixtures/replies/api_key_updated.json");
const RATE_LIMITS: &str = include_str!("../fixtures/replies/rate_limits.json");
const RATE_LIMIT_LOG: &str = include_str!("../fixtures/replies/rate_limit_log.json");
const TOKEN: &str = include_str!("../fixtures/replies/web3_token.json");

const ID: &str = "0b8f5a9e-3f0d-4c3e-9a55-6d1b7a0c41d2";
const DELETED: &str = r#"{"success": true}"#;

fn assert_read(request: &Request, target: &str) {
    assert_eq!((&*request.method, &*request.target), ("GET", target));
    assert_eq!(request.header("authorization").unwrap(), format!("Bearer {KEY}"));
    assert!(request.body.is_empty() && request.header("content-type").is_none());
}

fn assert_written(request: &Request, method: &str, target: &str, body: Value) {
    assert_eq!((&*request.method, &*request.target), (method, target));
    assert_eq!(request.header("content-type"), Some("application/json"));
    assert_eq!(request.json(), body);
}

fn a_request() -> CreateApiKeyRequest {
    CreateApiKeyRequest::new(ApiKeyType::Inference, "tide gauge")
}

/// The reply with one field of its content changed.
fn changed(reply: &str, member: &str, value: Value) -> String {
    let mut reply: Value = serde_json::from_str(reply).unwrap();
    assert!(reply["data"].get(member).is_some(), "the fixture has no {member}");
    reply["data"][member] = value;
    reply.to_string()
}

/// The reply without one field of its content.
fn without(reply: &str, member: &str) -> String {
    let mut reply: Value = serde_json::from_str(reply).unwrap();
    reply["data"].as_object_mut().unwrap().remove(member).unwrap();
    reply.to_string()
}

#[tokio::test]
async fn keys_are_listed() {
    let (server, venice) = replying(KEYS);
    let keys = venice.api_keys().list().await.unwrap();
    assert_read(&server.only(), "/api/v1/api_keys");
    assert_eq!(keys.len(), 2);
    let key = &keys[0];
    assert_eq!((&*key.id, &key.api_key_type, &*key.last6_chars), (ID, &ApiKeyType::Admin, "q7Tz0k"));
    assert_eq!((key.consumption_limits.usd, key.consumption_limits.diem), (Some(50.0), Some(10.5)));
    assert_eq!((&key.limit_period, &key.model_privacy), (&LimitPeriod::Epoch, &ModelPrivacy::All));
    assert_eq!(key.created_at.as_deref(), Some("2026-02-03T08:15:30.123Z"));
    assert_eq!(key.description.as_deref(), Some("harbour office"));
    assert_eq!(key.expires_at.as_deref(), Some("2027-01-01T00:00:00.000Z"));
    assert_eq!(key.last_used_at.as_deref(), Some("2026-08-20T21:02:44.000Z"));
    let week = &key.usage.as_ref().unwrap().trailing_seven_days;
    assert_eq!((&*week.usd, &*week.diem), ("12.3400", "3.2150"));
    let period = key.current_period_usage.as_ref().unwrap();
    assert_eq!((&*period.usd, &*period.diem), ("1.2500", "0.5000"));
}

#[tokio::test]
async fn a_key_without_dates_limits_and_usage_is_read() {
    let (_, venice) = replying(KEYS);
    let key = venice.api_keys().list().await.unwrap().remove(1);
    assert_eq!(key.consumption_limits, ConsumptionLimits::new());
    assert_eq!((key.created_at, key.description, key.expires_at, key.last_used_at), (None, None, None, None));
    assert_eq!((key.usage, key.current_period_usage), (None, None));
    assert_eq!((key.limit_period, key.model_privacy), (LimitPeriod::Lifetime, ModelPrivacy::PrivateOnly));
}

#[tokio::test]
async fn one_key_is_read_by_its_id() {
    let (server, venice) = replying(ONE_KEY);
    let key = venice.api_keys().retrieve(ID).await.unwrap();
    assert_read(&server.only(), &format!("/api/v1/api_keys/{ID}"));
    assert_eq!((&*key.id, key.consumption_limits.usd), (ID, Some(5.0)));
    assert_eq!((key.limit_period, key.model_privacy), (LimitPeriod::Month, ModelPrivacy::PrivateText));
    assert_eq!(key.current_period_usage.unwrap().usd, "0.0312");
}

#[tokio::test]
async fn values_and_fields_that_are_new_do_not_hide_a_key() {
    let new = [("apiKeyType", "AUDITOR"), ("limitPeriod", "FORTNIGHT"), ("modelPrivacy", "PRIVATE_IMAGES")];
    let body = new.iter().fold(ONE_KEY.to_owned(), |body, (member, value)| changed(&body, member, json!(value)));
    let body = body.replacen("{\"data\":{", "{\"hint\":[1,{}],\"data\":{\"colour\":{\"h\":[0.5]},", 1);
    assert!(body.contains("colour"), "{body}");
    let (_, venice) = replying(&body);
    let key = venice.api_keys().retrieve(ID).await.unwrap();
    assert_eq!(key.api_key_type, ApiKeyType::Unknown("AUDITOR".into()));
    assert_eq!(key.limit_period.as_str(), "FORTNIGHT");
    assert_eq!(key.model_privacy.to_string(), "PRIVATE_IMAGES");
    assert_eq!((&*key.id, &*key.last6_chars), (ID, "q7Tz0k"));
}

#[tokio::test]
async fn creating_with_what_is_needed_sends_that_and_no_more() {
    let (server, venice) = replying(CREATED);
    venice.api_keys().create(a_request()).await.unwrap();
    let body = json!({"apiKeyType": "INFERENCE", "description": "tide gauge"});
    assert_written(&server.only(), "POST", "/api/v1/api_keys", body);
}

#[tokio::test]
async fn creating_with_everything_sends_everything() {
    let (server, venice) = replying(CREATED);
    let request = CreateApiKeyRequest::new(ApiKeyType::Admin, "tide gauge")
        .consumption_limit(ConsumptionLimits::new().usd(5.0).diem(2.5))
        .limit_period(LimitPeriod::Month)
        .model_privacy(ModelPrivacy::PrivateOnly)
        .expires_at("2030-01-31T12:00:00.500Z")
        .ip_allowlist(["203.0.113.7", "2a02:1234::/32"]);
    venice.api_keys().create(request).await.unwrap();
    let body = json!({
        "apiKeyType": "ADMIN", "description": "tide gauge",
        "consumptionLimit": {"usd": 5.0, "diem": 2.5},
        "limitPeriod": "MONTH", "modelPrivacy": "PRIVATE_ONLY", "expiresAt": "2030-01-31T12:00:00.500Z",
        "ipAllowlist": ["203.0.113.7", "2a02:1234::/32"],
    });
    assert_written(&server.only(), "POST", "/api/v1/api_keys", body);
}

#[tokio::test]
async fn a_kind_that_is_deliberately_unknown_is_sent_without_validation() {
    let (server, venice) = replying(CREATED);
    let request = CreateApiKeyRequest::new(ApiKeyType::Unknown("AUDITOR".into()), "x")
        .limit_period(LimitPeriod::from_wire("FORTNIGHT"));
    venice.api_keys().create(request).with_validation(false).await.unwrap();
    let body = json!({"apiKeyType": "AUDITOR", "description": "x", "limitPeriod": "FORTNIGHT"});
    assert_eq!(server.only().json(), body);
}

fn assert_is_the_created_key(created: CreatedApiKey) {
    assert_eq!(created.id, "9f3b7c60-5a4e-4f0e-8d1a-2b6c7d8e9f00");
    assert_eq!(created.api_key_type, ApiKeyType::Inference);
    assert_eq!((created.consumption_limit.usd, created.consumption_limit.diem), (Some(5.0), Some(2.5)));
    assert_eq!((created.limit_period, created.model_privacy), (LimitPeriod::Month, ModelPrivacy::PrivateOnly));
    assert_eq!(created.description.as_deref(), Some("tide gauge"));
    assert_eq!(created.expires_at.as_deref(), Some("2030-01-31T00:00:00.000Z"));
}

#[tokio::test]
async fn the_created_key_is_read_and_not_shown() {
    let (_, venice) = replying(CREATED);
    let created = venice.api_keys().create(a_request()).with_meta().await.unwrap();
    let shown = format!("{created:?} {}", created.value.api_key);
    assert!(!shown.contains("vn-made") && shown.contains("***"), "{shown}");
    assert_eq!(created.value.api_key.expose(), "vn-made-Zk41mQ0sJ8yT2b");
    assert_is_the_created_key(created.value);
}

#[tokio::test]
async fn a_created_key_without_what_is_optional_is_read() {
    let body = json!({"data": {"apiKey": "vn-new", "id": "1", "apiKeyType": "INFERENCE", "consumptionLimit": null,
                      "limitPeriod": null, "description": null, "expiresAt": null, "owner": "me"}});
    let (_, venice) = replying(body.to_string());
    let created = venice.api_keys().create(a_request()).await.unwrap();
    assert_eq!((created.api_key.expose(), &*created.id), ("vn-new", "1"));
    assert_eq!((created.consumption_limit, created.expires_at), (ConsumptionLimits::new(), None));
}

#[tokio::test]
async fn a_reply_without_the_new_key_is_an_error_that_reports_its_id() {
    for body in
        [without(CREATED, "apiKey"), changed(CREATED, "apiKey", json!(null)), changed(CREATED, "apiKey", json!(""))]
    {
        let (server, venice) = replying(&body);
        let error = venice.api_keys().create(a_request()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode, "{error}");
        assert!(error.message().contains("9f3b7c60-5a4e-4f0e-8d1a-2b6c7d8e9f00"), "{error}");
        assert_eq!(error.body().unwrap(), body.as_bytes());
        assert_eq!((error.operation(), server.count()), (Some("createApiKey"), 1));
    }
}

/// The result of a call whose success status contradicts its body.
async fn failed<T: std::fmt::Debug>(call: impl FnOnce(&Client) -> Call<T>) -> Error {
    let body = r#"{"success": false, "data": {"id": "1", "token": "t", "apiKey": "vn-x"}, "why": "storm"}"#;
    let (server, venice) = replying(body);
    let error = call(&venice).await.unwrap_err();
    assert!(error.kind() == ErrorKind::Decode && !error.is_retryable(), "{error}");
    assert_eq!(error.status().unwrap(), 200);
    assert!(error.message().contains("success: false"), "{error}");
    assert_eq!(error.body().unwrap(), body.as_bytes(), "the body is kept");
    assert!(!format!("{error} {error:?}").contains("storm"), "and not shown");
    assert_eq!(server.count(), 1);
    error
}

#[tokio::test]
async fn a_success_status_with_success_false_is_an_error_that_keeps_the_body() {
    let operations = [
        failed(|venice| venice.api_keys().create(a_request())).await,
        failed(|venice| venice.api_keys().update(ID)).await,
        failed(|venice| venice.api_keys().delete(ID)).await,
        failed(|venice| venice.api_keys().web3_token()).await,
        failed(|venice| venice.api_keys().create_with_web3(a_web3_request())).await,
    ];
    let operations: Vec<_> = operations.iter().map(|error| error.operation().unwrap()).collect();
    let expected =
        ["createApiKey", "updateApiKey", "deleteApiKey", "getApiKeyGenerateWeb3Key", "postApiKeyGenerateWeb3Key"];
    assert_eq!(operations, expected);
}

#[tokio::test]
async fn a_change_carries_the_id_in_its_body() {
    let (server, venice) = replying(UPDATED);
    let request = UpdateApiKeyRequest::new(ID)
        .description("tide gauge, north mole")
        .consumption_limit(ConsumptionLimitsUpdate::new().usd(7.25))
        .limit_period(LimitPeriod::Epoch)
        .model_privacy(ModelPrivacy::All)
        .expires_at("2031-12-31");
    let key = venice.api_keys().update(request).await.unwrap();
    let body = json!({
        "id": ID, "description": "tide gauge, north mole", "consumptionLimit": {"usd": 7.25},
        "limitPeriod": "EPOCH", "modelPrivacy": "ALL", "expiresAt": "2031-12-31",
    });
    assert_written(&server.only(), "PATCH", "/api/v1/api_keys", body);
    assert_eq!((&*key.id, key.consumption_limits.usd), (ID, Some(7.25)), "`consumptionLimits` in the reply");
    assert_eq!(key.description.as_deref(), Some("tide gauge, north mole"));
}

#[tokio::test]
async fn an_empty_expiry_takes_it_away() {
    let (server, venice) = replying(UPDATED);
    let key = venice.api_keys().update(UpdateApiKeyRequest::new(ID).expires_at("")).await.unwrap();
    assert_eq!(server.only().json(), json!({"id": ID, "expiresAt": ""}));
    assert_eq!(key.expires_at, None);
}

#[tokio::test]
async fn a_null_takes_a_limit_away_and_an_unset_one_stays() {
    let (server, venice) = replying(UPDATED);
    let limits = ConsumptionLimitsUpdate::new().usd(None).diem(0.0);
    venice.api_keys().update(UpdateApiKeyRequest::new(ID).consumption_limit(limits)).await.unwrap();
    assert_eq!(server.only().json(), json!({"id": ID, "consumptionLimit": {"usd": null, "diem": 0.0}}));
}

#[tokio::test]
async fn a_key_is_deleted_by_its_id_in_the_query() {
    let (server, venice) = replying(DELETED);
    venice.api_keys().delete(ID).await.unwrap();
    let request = server.only();
    assert_eq!((&*request.method, &*request.target), ("DELETE", &*format!("/api/v1/api_keys?id={ID}")));
    assert!(request.body.is_empty());
}

#[tokio::test]
async fn a_deletion_that_is_not_confirmed_is_an_error() {
    for body in ["{}", r#"{"success": null, "deleted": 1}"#, r#"{"success": "maybe"}"#, r#"{"success": false}"#] {
        let (_, venice) = replying(body);
        let error = venice.api_keys().delete(ID).await.unwrap_err();
        assert!(error.kind() == ErrorKind::Decode && error.message().contains("success"), "{error}");
        assert_eq!(error.body().unwrap(), body.as_bytes());
    }
}

#[tokio::test]
async fn an_id_cannot_leave_its_place() {
    let (server, venice) = replying(ONE_KEY);
    for id in ["a/../../models", "a?b=c#d", "%2e%2e", "é ü"] {
        venice.api_keys().retrieve(id).await.unwrap();
    }
    let targets: Vec<String> = server.requests().into_iter().map(|request| request.target).collect();
    let expected = ["a%2F..%2F..%2Fmodels", "a%3Fb%3Dc%23d", "%252e%252e", "%C3%A9%20%C3%BC"];
    assert_eq!(targets, expected.map(|id| format!("/api/v1/api_keys/{id}")));

    let (server, venice) = replying(DELETED);
    venice.api_keys().delete("a&id=b#c/d").await.unwrap();
    assert_eq!(server.only().target, "/api/v1/api_keys?id=a%26id%3Db%23c%2Fd");
}

#[tokio::test]
async fn rate_limits_are_read() {
    let (server, venice) = replying(RATE_LIMITS);
    let limits = venice.api_keys().rate_limits().await.unwrap();
    assert_read(&server.only(), "/api/v1/api_keys/rate_limits");
    assert!(limits.access_permitted && limits.api_tier.is_charged);
    assert_eq!((&*limits.api_tier.id, limits.key_expiration), ("paid", None));
    assert_eq!((limits.balances.usd, limits.balances.diem), (amount("50.23"), amount("100.023")));
    assert_eq!(limits.next_epoch_begins, "2026-08-22T00:00:00.000Z");
    assert_eq!(limits.rate_limits[0].api_model_id.as_deref(), Some("qwen3-235b"));
    let of_first: Vec<_> =
        limits.rate_limits[0].rate_limits.iter().map(|limit| (limit.amount, limit.type_.as_str())).collect();
    assert_eq!(of_first, [(100, "RPM"), (10_000, "RPD"), (1_000_000, "TPM")]);
    assert_eq!(limits.rate_limits[1].rate_limits[0].type_, RateLimitType::Rpm);
}

#[tokio::test]
async fn the_log_of_rejections_is_read() {
    let (server, venice) = replying(RATE_LIMIT_LOG);
    let log = venice.api_keys().rate_limit_log().await.unwrap();
    assert_read(&server.only(), "/api/v1/api_keys/rate_limits/log");
    assert_eq!(log.len(), 2);
    assert_eq!((&*log[0].api_key_id, &*log[0].model_id, &*log[0].rate_limit_tier), (ID, "qwen3-235b", "paid"));
    assert_eq!(
        (&log[0].rate_limit_type, &log[1].rate_limit_type),
        (&RateLimitType::Tpm, &RateLimitType::FailedRequests)
    );
    assert_eq!(log[0].timestamp, "2026-08-20T21:02:44.511Z");
}

pub fn a_web3_request() -> CreateWeb3ApiKeyRequest {
    CreateWeb3ApiKeyRequest::new(
        ApiKeyType::Inference,
        "0x52908400098527886E0F7030069857D2E4169EE7",
        "0xsigned",
        "the.token",
    )
}

#[tokio::test]
async fn a_wallet_gets_a_token_and_a_key_without_having_one() {
    let server = Server::answering([Answer::json(200, TOKEN), Answer::json(200, CREATED)]);
    let venice = Client::builder().base_url(server.url("/api/v1")).build().unwrap();
    let token = venice.api_keys().web3_token().await.unwrap();
    assert_eq!(token.expose(), "eyJhbGciOiJIUzI1NiJ9.eyJub25jZSI6IjQyIn0.Xw8mZ1tQ");
    let address = "0x52908400098527886E0F7030069857D2E4169EE7";
    let request = CreateWeb3ApiKeyRequest::new(ApiKeyType::Inference, address, "0xsigned", token)
        .description("boat")
        .consumption_limit(ConsumptionLimits::new().diem(1.0))
        .limit_period(LimitPeriod::Epoch)
        .model_privacy(ModelPrivacy::All)
        .expires_at("2030-01-31");
    let shown = format!("{request:?}");
    assert!(!shown.contains("0xsigned") && !shown.contains("eyJ"), "{shown}");
    let created = venice.api_keys().create_with_web3(request).await.unwrap();
    assert_eq!(created.api_key.expose(), "vn-made-Zk41mQ0sJ8yT2b");
    assert_is_the_created_key(created);

    let requests = server.requests();
    assert_eq!((&*requests[0].method, &*requests[0].target), ("GET", "/api/v1/api_keys/generate_web3_key"));
    let body = json!({
        "apiKeyType": "INFERENCE", "address": address, "signature": "0xsigned",
        "token": "eyJhbGciOiJIUzI1NiJ9.eyJub25jZSI6IjQyIn0.Xw8mZ1tQ", "description": "boat",
        "consumptionLimit": {"diem": 1.0}, "limitPeriod": "EPOCH", "modelPrivacy": "ALL", "expiresAt": "2030-01-31",
    });
    assert_written(&requests[1], "POST", "/api/v1/api_keys/generate_web3_key", body);
    assert!(requests.iter().all(|request| request.header("authorization").is_none()));
}

#[tokio::test]
async fn a_reply_without_the_token_is_an_error() {
    for body in [r#"{"data": {}, "success": true}"#, r#"{"data": {"token": ""}}"#, "{}"] {
        let (_, venice) = replying(body);
        let error = venice.api_keys().web3_token().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode, "{error}");
        assert!(["no token", "no `data`"].iter().any(|problem| error.message().contains(problem)), "{error}");
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_wallet_is_said_in_the_apis_words() {
    for text in [
        "Invalid wallet address",
        "JWT has expired",
        "JWT signature is invalid",
        "JWT claims are invalid",
        "JWT is malformed",
        "Wallet signature does not match",
        "Could not verify wallet signature",
        "Wallet has no staked VVV on Base",
    ] {
        let server = Server::answering([Answer::json(400, &json!({"error": text}).to_string())]);
        let error = once(&server).api_keys().create_with_web3(a_web3_request()).await.unwrap_err();
        assert_eq!(error.message(), text);
        assert!(error.is_invalid_request() && error.to_string().contains(text), "{error}");
        assert_eq!(error.operation(), Some("postApiKeyGenerateWeb3Key"));
    }
}

#[cfg(feature = "blocking")]
#[test]
fn keys_are_made_listed_and_deleted_without_async() {
    let server = Server::answering([CREATED, KEYS, DELETED].map(|body| Answer::json(200, body)));
    let venice = once(&server);
    assert_is_the_created_key(venice.api_keys().create(a_request()).send_blocking().unwrap());
    assert_eq!(venice.api_keys().list().send_blocking().unwrap().len(), 2);
    venice.api_keys().delete(ID).send_blocking().unwrap();
    let error = venice.api_keys().delete(" ").send_blocking().unwrap_err();
    assert_eq!(error.operation(), Some("deleteApiKey"));
    let methods: Vec<String> = server.requests().into_iter().map(|request| request.method).collect();
    assert_eq!(methods, ["POST", "GET", "DELETE"]);
}

#[tokio::test]
async fn an_allowlist_is_lifted_by_an_empty_one_and_read_back() {
    let (server, venice) = replying(CREATED);
    venice.api_keys().create(a_request().ip_allowlist(Vec::<String>::new())).await.unwrap();
    assert_eq!(server.only().json()["ipAllowlist"], json!([]), "empty is not the same as absent");
    let reply = CREATED.replacen(r#""id""#, r#""ipAllowlist":["203.0.113.7/32"],"id""#, 1);
    let (_server, venice) = replying(&*reply);
    let created = venice.api_keys().create(a_request()).await.unwrap();
    assert_eq!(created.ip_allowlist.as_deref(), Some(&["203.0.113.7/32".to_owned()][..]));
}
