use serde_json::json;
use venice_ai::types::{
    ApiKeyType, ConsumptionLimits, CreateApiKeyRequest, CreateWeb3ApiKeyRequest, LimitPeriod, RateLimitType,
    UpdateApiKeyRequest,
};
use venice_ai::{Client, ErrorKind};
use venice_ai_mock::MockVenice;

use super::{get, post, start};
use crate::support::amount;

fn request() -> CreateApiKeyRequest {
    CreateApiKeyRequest::new(ApiKeyType::Inference, "nightly build")
}

#[tokio::test]
async fn a_key_lives_until_it_is_deleted() {
    let (_mock, venice) = start().await;
    let limits = ConsumptionLimits::new().usd(2.5);
    let created = venice
        .api_keys()
        .create(request().consumption_limit(limits).limit_period(LimitPeriod::Month).expires_at("2099-01-31"))
        .await
        .unwrap();
    assert_eq!(created.consumption_limit.usd, Some(2.5));

    let key = venice.api_keys().retrieve(&created.id).await.unwrap();
    assert_eq!(key.description.as_deref(), Some("nightly build"));
    assert_eq!(key.api_key_type, ApiKeyType::Inference);
    assert_eq!(key.limit_period, LimitPeriod::Month);
    assert_eq!((key.consumption_limits.usd, key.consumption_limits.diem), (Some(2.5), None));
    assert_eq!(key.expires_at.as_deref(), Some("2099-01-31T00:00:00.000Z"));
    assert!(created.api_key.expose().ends_with(&key.last6_chars));
    assert!(key.current_period_usage.is_some(), "a key with a limit says how much of it is used");
    let ids = || async { venice.api_keys().list().await.unwrap().into_iter().map(|key| key.id).collect::<Vec<_>>() };
    assert!(ids().await.contains(&created.id));

    venice.api_keys().delete(&created.id).await.unwrap();
    assert!(!ids().await.contains(&created.id));
    assert_eq!(venice.api_keys().retrieve(&created.id).await.unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(venice.api_keys().delete(&created.id).await.unwrap_err().kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn an_update_changes_what_it_names() {
    let (_mock, venice) = start().await;
    let id = venice.api_keys().create(request().expires_at("2099-01-31T10:00:00Z")).await.unwrap().id;
    let changed = venice.api_keys().update(UpdateApiKeyRequest::new(&id).description("weekly")).await.unwrap();
    assert_eq!(changed.description.as_deref(), Some("weekly"));
    assert_eq!(changed.expires_at.as_deref(), Some("2099-01-31T10:00:00.000Z"));
    let cleared = venice.api_keys().update(UpdateApiKeyRequest::new(&id).expires_at("")).await.unwrap();
    assert_eq!((cleared.expires_at, cleared.description.as_deref()), (None, Some("weekly")));
    let unknown = venice.api_keys().update(UpdateApiKeyRequest::new("0a1b").description("x")).await;
    assert_eq!(unknown.unwrap_err().kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn only_keys_that_exist_and_have_not_expired_are_let_in() {
    let (mock, venice) = start().await;
    let with = |key: &str| Client::builder().base_url(mock.base_url()).api_key(key).build().unwrap();
    let refused = with("made up").api_keys().list().await.unwrap_err();
    assert_eq!((refused.kind(), refused.status().unwrap().as_u16()), (ErrorKind::Authentication, 401));

    let admin = CreateApiKeyRequest::new(ApiKeyType::Admin, "second");
    let created = venice.api_keys().create(admin.clone()).await.unwrap();
    let second = with(created.api_key.expose());
    assert_eq!(second.api_keys().list().await.unwrap().len(), 2);
    let used = venice.api_keys().retrieve(&created.id).await.unwrap();
    assert!(used.last_used_at.is_some());
    venice.api_keys().delete(&created.id).await.unwrap();
    assert!(second.api_keys().list().await.unwrap_err().is_authentication());

    let expired = venice.api_keys().create(admin.expires_at("2001-01-31")).await.unwrap();
    assert!(with(expired.api_key.expose()).api_keys().list().await.unwrap_err().is_authentication());
}

#[tokio::test]
async fn an_inference_key_asks_for_its_limits_and_manages_no_keys() {
    let (mock, venice) = start().await;
    let created = venice.api_keys().create(request().expires_at("2099-01-31")).await.unwrap();
    let weak = Client::builder().base_url(mock.base_url()).api_key(&created.api_key).build().unwrap();
    assert!(weak.api_keys().list().await.unwrap_err().is_authentication());
    let limits = weak.api_keys().rate_limits().await.unwrap();
    assert_eq!(limits.key_expiration, created.expires_at);
    assert!(limits.access_permitted && limits.balances.usd > amount("0"));
    assert!(limits.next_epoch_begins.ends_with("T00:00:00.000Z"));
    let of_default =
        limits.rate_limits.iter().find(|model| model.api_model_id.as_deref() == Some("gondola-9b")).unwrap();
    assert_eq!(of_default.rate_limits[0].type_, RateLimitType::Rpm);
    assert!(weak.api_keys().rate_limit_log().await.unwrap_err().is_authentication());
    assert_eq!(venice.api_keys().rate_limit_log().await.unwrap().len(), 2);
}

#[tokio::test]
async fn what_is_wrong_with_a_body_is_said_field_by_field() {
    let (_mock, venice) = start().await;
    let fields = |body| {
        let venice = venice.clone();
        async move {
            let error = post(&venice, "/api_keys", &body).await.unwrap_err();
            assert_eq!((error.status().unwrap().as_u16(), error.code()), (400, Some("INVALID_REQUEST")), "{error}");
            let body: serde_json::Value = serde_json::from_slice(error.body().unwrap()).unwrap();
            assert_eq!(body["issues"].as_array().unwrap().len(), error.field_errors().len());
            let mut fields: Vec<_> = error.field_errors().iter().map(|field| field.field.clone()).collect();
            fields.sort();
            fields
        }
    };
    assert_eq!(fields(json!({})).await, ["apiKeyType", "description"]);
    let wrong = json!({
        "apiKeyType": "OWNER",
        "description": "x".repeat(65),
        "consumptionLimit": {"usd": -1, "diem": "much"},
        "expiresAt": "tomorrow",
        "limitPeriod": "YEAR",
    });
    let expected =
        ["apiKeyType", "consumptionLimit.diem", "consumptionLimit.usd", "description", "expiresAt", "limitPeriod"];
    assert_eq!(fields(wrong).await, expected);
    assert_eq!(fields(json!({"apiKeyType": "ADMIN", "description": ""})).await, ["description"]);

    let unknown = json!({"apiKeyType": "ADMIN", "description": "x", "colour": "red"});
    let error = post(&venice, "/api_keys", &unknown).await.unwrap_err();
    assert_eq!(error.status().unwrap().as_u16(), 400);
    assert!(String::from_utf8_lossy(error.body().unwrap()).contains("Unrecognized key(s) in object: 'colour'"));
}

#[tokio::test]
async fn a_deletion_needs_an_id() {
    let (_mock, venice) = start().await;
    let error = venice.request::<()>(venice_ai::http::Method::DELETE, "/api_keys").await.unwrap_err();
    assert_eq!((error.status().unwrap().as_u16(), error.field_errors()[0].field.as_str()), (400, "id"));
    assert_eq!(venice.api_keys().list().await.unwrap().len(), 1);
}

fn of_wallet(token: &str, address: &str, signature: &str) -> CreateWeb3ApiKeyRequest {
    CreateWeb3ApiKeyRequest::new(ApiKeyType::Inference, address, signature, token)
}

#[tokio::test]
async fn a_wallet_gets_a_key_for_a_signed_token() {
    let mock = MockVenice::start().await.unwrap();
    let nobody = Client::builder().base_url(mock.base_url()).build().unwrap();
    let token = nobody.api_keys().web3_token().await.unwrap();
    assert_eq!(token.expose().split('.').count(), 3);
    assert_ne!(token, nobody.api_keys().web3_token().await.unwrap());

    let (address, signature) = (format!("0x{}", "1f".repeat(20)), format!("0x{}", "a0".repeat(65)));
    let created = nobody.api_keys().create_with_web3(of_wallet(token.expose(), &address, &signature)).await.unwrap();
    assert_eq!(created.description.as_deref(), Some("Web3 API Key"));
    assert!(mock.client().api_keys().retrieve(&created.id).await.is_ok());

    let wrong = [
        (of_wallet(token.expose(), "0x12", &signature), "wallet address"),
        (of_wallet("a.b.c", &address, &signature), "malformed"),
        (of_wallet(token.expose(), &address, "0x00"), "signature"),
    ];
    for (request, complaint) in wrong {
        let error = nobody.api_keys().create_with_web3(request).with_validation(false).await.unwrap_err();
        assert_eq!(error.status().unwrap().as_u16(), 400);
        assert!(error.message().contains(complaint), "{error}");
    }
}

#[tokio::test]
async fn two_mocks_share_nothing() {
    let ((_one, first), (_two, second)) = (start().await, start().await);
    first.api_keys().create(request()).await.unwrap();
    assert_eq!(get(&first, "/api_keys").await.unwrap()["data"].as_array().unwrap().len(), 2);
    assert_eq!(get(&second, "/api_keys").await.unwrap()["data"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn an_inference_key_reads_its_limits_and_nothing_of_the_account() {
    let (_mock, venice) = start().await;
    let key = venice.api_keys().create(request()).await.unwrap().api_key;
    venice.api_keys().rate_limits().with_api_key(key.clone()).await.unwrap();
    let errors = [
        venice.api_keys().list().with_api_key(key.clone()).await.unwrap_err(),
        venice.api_keys().rate_limit_log().with_api_key(key.clone()).await.unwrap_err(),
        venice.billing().balance().with_api_key(key).await.unwrap_err(),
    ];
    for error in errors {
        assert_eq!((error.kind(), error.message()), (ErrorKind::Authentication, "Admin API key required"));
    }
}
