//! An API key for a wallet, in one call.

use std::time::Duration;

use serde_json::{Value, json};
use venice_ai::types::{ApiKeyType, ConsumptionLimits, CreateApiKeyRequest, LimitPeriod};
use venice_ai::wallet::{LocalWallet, Wallet, WalletErrorKind, WalletKeyRefusal, WalletSigner as _};
use venice_ai::{Client, Delivery, ErrorKind, RetryPolicy};

use super::top_up::solana;
use super::{EVM_KEY, Refusing, evm};
use crate::support::server::Request;
use crate::support::{Answer, KEY, Server, TestClock};

const CREATED: &str = r#"{"success":true,"data":{"apiKey":"VENICE_INFERENCE_KEY_secret","id":"key-1","apiKeyType":"INFERENCE",
    "consumptionLimit":{"usd":5,"diem":null,"vcu":null},"limitPeriod":"MONTH","modelPrivacy":"ALL","expiresAt":null}}"#;

/// A server whose n-th token is `token-n`, and whose n-th creation is answered so.
fn server(answers: impl IntoIterator<Item = Answer>) -> (Server, Client, TestClock) {
    let answers: Vec<Answer> = answers.into_iter().collect();
    let counts = std::sync::Mutex::new((0, 0));
    let server = Server::start(move |_, request| {
        let mut counts = counts.lock().unwrap();
        if request.method == "GET" {
            counts.0 += 1;
            let token = format!("token-{}", counts.0);
            return Answer::json(200, &json!({"success": true, "data": {"token": token}}).to_string());
        }
        counts.1 += 1;
        answers[(counts.1 - 1).min(answers.len() - 1)].clone()
    });
    let clock = TestClock::with_jitter(0.5);
    let builder = Client::builder().base_url(server.url("/api/v1")).clock(clock.clone()).wallet(&evm());
    (server, builder.build().unwrap(), clock)
}

fn refusal(message: &str) -> Answer {
    Answer::json(400, &json!({"error": message}).to_string())
}

fn request() -> CreateApiKeyRequest {
    CreateApiKeyRequest::new(ApiKeyType::Inference, "agent")
        .consumption_limit(ConsumptionLimits::new().usd(5.0))
        .limit_period(LimitPeriod::Month)
}

fn posted(server: &Server) -> Vec<Value> {
    server.requests().iter().filter(|request| request.method == "POST").map(Request::json).collect()
}

#[tokio::test]
async fn a_wallet_gets_a_key_for_the_token_that_it_signed() {
    let (server, venice, _) = server([Answer::json(200, CREATED)]);
    let created = venice.api_keys().create_for_wallet(request()).await.unwrap();
    assert_eq!(created.api_key.expose(), "VENICE_INFERENCE_KEY_secret");
    assert!(!format!("{created:?}").contains("KEY_secret"));
    let requests = server.requests();
    assert!(requests.iter().all(|request| request.target == "/api/v1/api_keys/generate_web3_key"));
    assert!(
        requests.iter().all(|sent| sent.header("sign-in-with-x").is_none() && sent.header("authorization").is_none())
    );
    let signature = LocalWallet::from_hex(EVM_KEY).unwrap().sign_message(b"token-1").await.unwrap();
    let signature: String = signature.iter().map(|byte| format!("{byte:02x}")).collect();
    let expected = json!({
        "address": evm().address().to_string(), "signature": format!("0x{signature}"), "token": "token-1",
        "apiKeyType": "INFERENCE", "description": "agent", "consumptionLimit": {"usd": 5.0}, "limitPeriod": "MONTH",
    });
    assert_eq!(posted(&server), [expected]);
}

#[tokio::test]
async fn each_refusal_is_told_apart() {
    use ErrorKind::{Authentication, InvalidRequest, Permission, Server as ServerError};
    use WalletKeyRefusal::{InvalidAddress, InvalidToken, NoStake, SignatureMismatch, TokenExpired, Unverified};
    for (message, refused, kind, posts) in [
        ("Invalid wallet address", InvalidAddress, InvalidRequest, 1),
        ("JWT has expired", TokenExpired, Authentication, 2),
        ("JWT signature is invalid", InvalidToken, Authentication, 1),
        ("JWT claims are invalid", InvalidToken, Authentication, 1),
        ("JWT is malformed", InvalidToken, Authentication, 1),
        ("Wallet signature does not match", SignatureMismatch, Authentication, 1),
        ("Could not verify wallet signature", Unverified, ServerError, 3),
        ("Wallet has no staked VVV on Base", NoStake, Permission, 1),
    ] {
        let (server, venice, _) = server([refusal(message)]);
        let error = venice.api_keys().create_for_wallet(request()).await.unwrap_err();
        assert_eq!((error.wallet_key_refusal(), error.kind()), (Some(refused), kind), "{error}");
        assert_eq!((error.message(), error.delivery()), (message, Delivery::Refused));
        assert_eq!(error.is_transient(), refused == Unverified);
        assert_eq!(error.is_retryable(), refused == Unverified);
        assert_eq!(posted(&server).len(), posts, "{message}");
    }
    let (server, venice, _) = server([refusal("description is too long")]);
    let error = venice.api_keys().create_for_wallet(request()).await.unwrap_err();
    assert_eq!((error.wallet_key_refusal(), error.kind(), server.count()), (None, InvalidRequest, 2));
}

#[tokio::test]
async fn an_expired_token_is_replaced_and_not_used_again() {
    let (server, venice, _) = server([refusal("JWT has expired"), Answer::json(200, CREATED)]);
    venice.api_keys().create_for_wallet(request()).await.unwrap();
    let posted = posted(&server);
    assert_eq!((&posted[0]["token"], &posted[1]["token"]), (&json!("token-1"), &json!("token-2")));
    assert_ne!(posted[0]["signature"], posted[1]["signature"]);
}

#[tokio::test]
async fn a_signature_that_could_not_be_verified_is_sent_again_after_a_pause() {
    let unverified = || refusal("Could not verify wallet signature");
    let (server, venice, clock) = server([unverified(), unverified(), Answer::json(200, CREATED)]);
    venice.api_keys().create_for_wallet(request()).await.unwrap();
    let posted_tokens: Vec<_> = posted(&server).iter().map(|body| body["token"].clone()).collect();
    assert_eq!(posted_tokens, ["token-1", "token-1", "token-1"]);
    assert_eq!(clock.pauses(), [Duration::from_millis(250), Duration::from_millis(500)]);
    // After so long the token is another one.
    let slow =
        RetryPolicy::default().with_base_delay(Duration::from_secs(3600)).with_max_delay(Duration::from_secs(3600));
    let (server, venice, _) = self::server([unverified(), Answer::json(200, CREATED)]);
    venice.api_keys().create_for_wallet(request()).with_retry(slow).await.unwrap();
    assert_eq!(posted(&server)[1]["token"], "token-2");
    let (server, venice, _) = self::server([unverified()]);
    venice.api_keys().create_for_wallet(request()).with_retry(RetryPolicy::disabled()).await.unwrap_err();
    assert_eq!(server.count(), 2);
}

#[tokio::test]
async fn a_creation_that_may_have_happened_is_not_repeated() {
    for answer in [
        Answer::nothing(),
        Answer::json(500, "{}"),
        Answer::html(502, "bad gateway"),
        Answer::json(200, "{\"success\":"),
    ] {
        let (server, venice, _) = server([answer]);
        let error = venice.api_keys().create_for_wallet(request()).await.unwrap_err();
        assert!(error.delivery().may_have_run(), "{error}");
        assert_eq!(posted(&server).len(), 1, "{error}");
        assert!(!format!("{error} {error:?}").contains("token-1"), "{error:?}");
    }
    // It surely did not happen.
    let (server, venice, _) = server([Answer::json(429, "{}"), Answer::json(200, CREATED)]);
    venice.api_keys().create_for_wallet(request()).await.unwrap();
    assert_eq!(posted(&server).len(), 2);
}

#[tokio::test]
async fn what_cannot_work_is_known_before_anything_is_sent() {
    let (server, venice, _) = server([Answer::json(200, CREATED)]);
    let error = venice.api_keys().create_for_wallet(request()).with_wallet(&solana()).await.unwrap_err();
    assert_eq!(error.wallet_error().map(|error| error.kind()), Some(WalletErrorKind::Network));
    let bare = Client::builder().base_url(server.url("/api/v1")).api_key(KEY).build().unwrap();
    let error = bare.api_keys().create_for_wallet(request()).await.unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::Signing, Some("postApiKeyGenerateWeb3Key")));
    let long = CreateApiKeyRequest::new(ApiKeyType::Inference, "x".repeat(65));
    let error = venice.api_keys().create_for_wallet(long).await.unwrap_err();
    assert_eq!((error.kind(), error.field_errors()[0].field.as_str()), (ErrorKind::InvalidRequest, "description"));
    assert_eq!(server.connections(), 0);
    let error = venice.api_keys().create_for_wallet(request()).with_wallet(&Wallet::new(Refusing)).await.unwrap_err();
    assert!(error.to_string().contains("the user pressed the other button"), "{error}");
    assert_eq!(posted(&server).len(), 0);
}

#[cfg(feature = "blocking")]
#[test]
fn a_key_is_created_without_async() {
    let (_server, venice, _) = server([Answer::json(200, CREATED)]);
    let created = venice.api_keys().create_for_wallet(request()).send_blocking().unwrap();
    assert_eq!(created.id, "key-1");
}
