//! API keys: rejected requests, and creations that are never retried.

use std::time::Duration;

use serde_json::json;
use venice_ai::types::{
    ApiKeyType, ConsumptionLimits, ConsumptionLimitsUpdate, CreateApiKeyRequest, CreateWeb3ApiKeyRequest, LimitPeriod,
    UpdateApiKeyRequest,
};
use venice_ai::{Client, Error, ErrorKind};

use crate::api_keys::{CREATED, a_web3_request};
use crate::support::refused::refused;
use crate::support::replying;
use crate::support::{Answer, KEY, PATIENCE, Server, TestClock, client, nobody, once};

fn a_request() -> CreateApiKeyRequest {
    CreateApiKeyRequest::new(ApiKeyType::Inference, "tide gauge")
}

async fn creation_refused(request: CreateApiKeyRequest, field: &str) -> Error {
    refused(|venice| venice.api_keys().create(request), "createApiKey", field).await
}

async fn change_refused(request: UpdateApiKeyRequest, field: &str) -> Error {
    refused(|venice| venice.api_keys().update(request), "updateApiKey", field).await
}

#[test]
fn an_unknown_kind_is_found_when_it_is_read() {
    let error = "INFERENCES".parse::<ApiKeyType>().unwrap_err();
    assert_eq!(error.field(), "ApiKeyType");
    assert!(error.problem().contains("INFERENCES") && error.problem().contains("INFERENCE, ADMIN"), "{error}");
    assert!("inference".parse::<ApiKeyType>().is_err(), "the case counts");
    assert!("".parse::<LimitPeriod>().is_err());
    assert_eq!("ADMIN".parse::<ApiKeyType>().unwrap(), ApiKeyType::Admin);
    assert_eq!("EPOCH".parse::<LimitPeriod>().unwrap(), LimitPeriod::Epoch);
}

#[tokio::test]
async fn an_unknown_kind_is_not_sent_unless_validation_is_off() {
    for kind in ["INFERENCES", "admin", ""] {
        let request = || CreateApiKeyRequest::new(kind, "tide gauge");
        let error = creation_refused(request(), "apiKeyType").await;
        assert!(error.message().contains("INFERENCE") && error.message().contains("ADMIN"), "{error}");
        let raw = |venice: &Client| venice.raw().create_api_key(&request());
        refused(raw, "createApiKey", "apiKeyType").await;
        let mut web3 = a_web3_request();
        web3.api_key_type = kind.into();
        refused(|venice| venice.api_keys().create_with_web3(web3), "postApiKeyGenerateWeb3Key", "apiKeyType").await;

        let (server, venice) = replying(CREATED);
        venice.api_keys().create(request()).with_validation(false).await.unwrap();
        assert_eq!(server.only().json()["apiKeyType"], kind);
    }
}

#[tokio::test]
async fn an_empty_or_blank_description_is_rejected() {
    for description in ["", "   ", "\t\n\u{a0}"] {
        let error = creation_refused(CreateApiKeyRequest::new(ApiKeyType::Admin, description), "description").await;
        assert!(error.message().contains("is empty"), "{error}");
    }
}

#[tokio::test]
async fn a_description_of_65_characters_is_rejected_and_one_of_64_is_not() {
    for letter in ["x", "é", "潮", "🌊"] {
        let request = CreateApiKeyRequest::new(ApiKeyType::Admin, letter.repeat(65));
        let error = creation_refused(request, "description").await;
        assert!(error.message().contains("65") && error.message().contains("64"), "{error}");
        change_refused(UpdateApiKeyRequest::new("1").description(letter.repeat(65)), "description").await;

        let (server, venice) = replying(CREATED);
        venice.api_keys().create(CreateApiKeyRequest::new(ApiKeyType::Admin, letter.repeat(64))).await.unwrap();
        assert_eq!(server.only().json()["description"], letter.repeat(64));
    }
}

const ABSURD: [f64; 7] = [-0.01, -1e300, 9_999_999_999.5, 1e300, f64::NAN, f64::INFINITY, f64::NEG_INFINITY];

#[tokio::test]
async fn negative_and_absurd_limits_are_rejected() {
    for limit in ABSURD {
        let usd = ConsumptionLimits::new().usd(limit).diem(1.0);
        let error = creation_refused(a_request().consumption_limit(usd), "consumptionLimit.usd").await;
        assert!(error.message().contains(&format!("is {limit}")), "{error}");
        let diem = ConsumptionLimits::new().usd(1.0).diem(limit);
        creation_refused(a_request().consumption_limit(diem), "consumptionLimit.diem").await;
        let change = UpdateApiKeyRequest::new("1").consumption_limit(ConsumptionLimitsUpdate::new().diem(limit));
        change_refused(change, "consumptionLimit.diem").await;
    }
}

#[tokio::test]
async fn the_greatest_and_the_smallest_limit_are_sent() {
    let (server, venice) = replying(CREATED);
    let limits = ConsumptionLimits::new().usd(9_999_999_999.0).diem(0.0);
    venice.api_keys().create(a_request().consumption_limit(limits)).await.unwrap();
    assert_eq!(server.only().json()["consumptionLimit"], json!({"usd": 9_999_999_999.0, "diem": 0.0}));
}

const NO_DAYS: [&str; 22] = [
    "2025-02-30",
    "2025-02-29",
    "1900-02-29",
    "2025-13-01",
    "2025-00-10",
    "2025-04-31",
    "2025-01-00",
    "tomorrow",
    "never",
    " ",
    "2030-1-31",
    "31-01-2030",
    "2030/01/31",
    "2030-01-31 12:00:00Z",
    "2030-01-31T12:00:00",
    "2030-01-31T12:00Z",
    "2030-01-31T12:00:00+01:00",
    "2030-01-31T24:00:00Z",
    "2030-01-31T12:60:00Z",
    "2030-01-31T12:00:00.5Z",
    "2025-02-30T12:00:00Z",
    "2030-01-31\n",
];

#[tokio::test]
async fn a_malformed_expiry_date_is_rejected() {
    for text in NO_DAYS {
        let error = creation_refused(a_request().expires_at(text), "expiresAt").await;
        assert!(error.message().contains(&format!("{text:?}")), "{error}");
        change_refused(UpdateApiKeyRequest::new("1").expires_at(text), "expiresAt").await;
        let web3 = a_web3_request().expires_at(text);
        refused(|venice| venice.api_keys().create_with_web3(web3), "postApiKeyGenerateWeb3Key", "expiresAt").await;
    }
}

#[tokio::test]
async fn a_day_a_moment_and_no_expiry_are_sent() {
    for text in ["2030-01-31", "2028-02-29", "2000-02-29", "2030-01-31T23:59:59Z", "2030-12-31T00:00:00.001Z", ""] {
        let (server, venice) = replying(CREATED);
        venice.api_keys().create(a_request().expires_at(text)).await.unwrap();
        assert_eq!(server.only().json()["expiresAt"], text);
    }
}

#[tokio::test]
async fn an_empty_id_is_rejected() {
    for id in ["", " ", "\n\t"] {
        refused(|venice| venice.api_keys().retrieve(id), "getApiKeyById", "id").await;
        refused(|venice| venice.api_keys().delete(id), "deleteApiKey", "id").await;
        refused(|venice| venice.api_keys().update(id), "updateApiKey", "id").await;
    }
}

#[tokio::test]
async fn an_id_that_a_url_takes_for_a_folder_is_rejected() {
    for id in [".", ".."] {
        let error = refused(|venice| venice.api_keys().retrieve(id), "getApiKeyById", "id").await;
        assert!(error.message().contains(&format!("{id:?}")), "{error}");
    }
}

#[tokio::test]
async fn a_wallet_without_address_signature_or_token_is_rejected() {
    for (field, address, signature, token) in
        [("address", " ", "0x1", "t"), ("signature", "0x2", "", "t"), ("token", "0x2", "0x1", "\n")]
    {
        let request = CreateWeb3ApiKeyRequest::new(ApiKeyType::Inference, address, signature, token);
        refused(|venice| venice.api_keys().create_with_web3(request), "postApiKeyGenerateWeb3Key", field).await;
    }
    let request = a_web3_request().consumption_limit(ConsumptionLimits::new().usd(-1.0));
    refused(|venice| venice.api_keys().create_with_web3(request), "postApiKeyGenerateWeb3Key", "consumptionLimit.usd")
        .await;
}

#[tokio::test]
async fn what_would_be_rejected_is_sent_when_validation_is_off() {
    let (server, venice) = replying(CREATED);
    let keys = venice.api_keys();
    let request = CreateApiKeyRequest::new(ApiKeyType::Inference, "x".repeat(65))
        .consumption_limit(ConsumptionLimits::new().usd(-1.0))
        .expires_at("tomorrow");
    keys.create(request).with_validation(false).await.unwrap();
    keys.update("").with_validation(false).await.unwrap();
    keys.delete("").with_validation(false).await.unwrap();
    let requests = server.requests();
    let body = json!({"apiKeyType": "INFERENCE", "description": "x".repeat(65), "consumptionLimit": {"usd": -1.0},
                      "expiresAt": "tomorrow"});
    assert_eq!(requests[0].json(), body);
    assert_eq!(requests[1].json(), json!({"id": ""}));
    assert_eq!((&*requests[2].method, &*requests[2].target), ("DELETE", "/api/v1/api_keys?id="));
}

#[tokio::test]
async fn a_path_that_would_name_another_endpoint_is_rejected_even_when_validation_is_off() {
    for id in ["", " ", ".", ".."] {
        refused(|venice| venice.api_keys().retrieve(id).with_validation(false), "getApiKeyById", "id").await;
    }
}

#[tokio::test]
async fn validation_that_is_turned_on_again_rejects() {
    let call = |venice: &Client| venice.api_keys().delete("").with_validation(false).with_validation(true);
    refused(call, "deleteApiKey", "id").await;
}

#[tokio::test]
async fn a_request_can_be_checked_without_a_client() {
    assert!(a_request().validate().is_ok());
    let error = a_request().expires_at("tomorrow").validate().unwrap_err();
    assert_eq!(error.field(), "expiresAt");
    assert!(error.to_string().contains("`expiresAt`") && error.to_string().contains("tomorrow"), "{error}");
}

/// The number of creation requests after this first reply, and the result.
async fn creating_at(first: Answer, timeout: Duration) -> (usize, Result<String, Error>) {
    let server = Server::answering([first, Answer::json(200, CREATED)]);
    let venice = client(&server, &TestClock::without_jitter());
    let made = venice.api_keys().create(a_request()).with_timeout(timeout).await;
    (server.count(), made.map(|created| created.id))
}

fn gateway(status: u16) -> Answer {
    Answer::html(status, "<html><title>Bad gateway</title></html>")
}

fn said(status: u16) -> Answer {
    Answer::json(status, r#"{"error": "Something went wrong"}"#)
}

#[tokio::test]
async fn a_creation_that_may_have_happened_is_not_repeated() {
    let cut = Answer::head(200, &[("content-length", "500")]).send(&CREATED[..40]).close();
    let late = Answer::json(200, CREATED);
    let late = Answer::default().wait(Duration::from_secs(2)).then(late);
    for (first, kind) in [
        (Answer::silence(), ErrorKind::Timeout),
        (late, ErrorKind::Timeout),
        (Answer::nothing(), ErrorKind::Transport),
        (cut, ErrorKind::Transport),
        (said(500), ErrorKind::Server),
        (gateway(502), ErrorKind::Server),
        (said(504), ErrorKind::Server),
        (gateway(522), ErrorKind::Server),
        (said(408), ErrorKind::Server),
    ] {
        // Only a reply that is late or missing needs a time-out.
        let timeout = if kind == ErrorKind::Timeout { Duration::from_millis(800) } else { PATIENCE };
        let (count, made) = creating_at(first.clone(), timeout).await;
        let error = made.unwrap_err();
        assert_eq!((error.kind(), count), (kind, 1), "{error} {first:?}");
        assert!(!error.is_retryable() && error.is_transient(), "{error}");
        assert_eq!(error.attempts(), 1);
    }
}

#[tokio::test]
async fn a_creation_with_a_wallet_that_may_have_happened_is_not_repeated() {
    for first in [Answer::nothing(), said(500), gateway(502)] {
        let server = Server::answering([first, Answer::json(200, CREATED)]);
        let venice = client(&server, &TestClock::without_jitter());
        venice.api_keys().create_with_web3(a_web3_request()).await.unwrap_err();
        assert_eq!(server.count(), 1);
    }
}

#[tokio::test]
async fn a_creation_that_was_turned_away_is_retried() {
    let (count, made) = creating_at(Answer::json(429, r#"{"error": "Rate limit exceeded"}"#), PATIENCE).await;
    assert_eq!((count, &*made.unwrap()), (2, "9f3b7c60-5a4e-4f0e-8d1a-2b6c7d8e9f00"));
}

#[tokio::test]
async fn a_creation_that_never_left_is_retried() {
    let address = nobody();
    let clock = TestClock::without_jitter();
    let venice = Client::builder().api_key(KEY).base_url(format!("http://{address}")).clock(clock.clone());
    let error = venice.build().unwrap().api_keys().create(a_request()).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts(), error.is_retryable()), (ErrorKind::Connect, 3, true), "{error}");
    assert_eq!(clock.pauses().len(), 2);
}

#[tokio::test]
async fn reading_keys_is_retried_where_creating_one_is_not() {
    for first in [Answer::nothing(), said(500), gateway(502)] {
        let server = Server::answering([first, Answer::json(200, r#"{"data": []}"#)]);
        let venice = client(&server, &TestClock::without_jitter());
        assert!(venice.api_keys().list().await.unwrap().is_empty());
        assert_eq!(server.count(), 2);
    }
}

#[tokio::test]
async fn changing_and_deleting_a_key_are_not_retried_either() {
    for first in [Answer::nothing(), said(500)] {
        let server = Server::answering([first.clone(), first, Answer::json(200, "{}")]);
        let venice = client(&server, &TestClock::without_jitter());
        venice.api_keys().update("1").await.unwrap_err();
        venice.api_keys().delete("1").await.unwrap_err();
        assert_eq!(server.count(), 2);
    }
}

#[tokio::test]
async fn the_key_of_the_client_is_needed_to_make_one() {
    let server = Server::answering([Answer::json(200, CREATED)]);
    let venice = Client::builder().base_url(server.url("/api/v1")).build().unwrap();
    let error = venice.api_keys().create(a_request()).await.unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::MissingApiKey, Some("createApiKey")));
    assert_eq!(server.connections(), 0);
    once(&server).api_keys().create(a_request()).await.unwrap();
}

#[tokio::test]
async fn addresses_that_the_api_does_not_take_are_rejected() {
    for address in [
        "localhost",
        "203.0.113",
        "203.0.113.0/33",
        "203.0.113.0/+8",
        "203.0.113.0/",
        "2a02::/129",
        "10.0.0.1",
        "192.168.1.0/24",
        "127.0.0.1",
        "0.0.0.0/0",
        "::1",
        "fe80::1",
        "fd00::/8",
        "",
    ] {
        let list = ["203.0.113.7", address];
        creation_refused(a_request().ip_allowlist(list), "ipAllowlist[1]").await;
        change_refused(UpdateApiKeyRequest::new("id").ip_allowlist(list), "ipAllowlist[1]").await;
        let mut web3 = a_web3_request();
        web3.ip_allowlist = Some(list.map(str::to_owned).to_vec());
        refused(|venice| venice.api_keys().create_with_web3(web3), "postApiKeyGenerateWeb3Key", "ipAllowlist[1]").await;
    }
    creation_refused(a_request().ip_allowlist(vec!["203.0.113.7"; 101]), "ipAllowlist").await;
}
