//! Every observed form of error reply, and the resulting error.

use std::error::Error as _;
use std::time::Duration;

use serde_json::Value;
use venice_ai::http::{Method, StatusCode};
use venice_ai::{Client, Error, ErrorKind, PaymentRequired, SpendLimit};

use crate::support::{Answer, Server, amount, nobody, once};

/// The error of a request with this reply.
async fn error_of(answer: Answer) -> Error {
    let server = Server::answering([answer]);
    let call = once(&server).request::<Value>(Method::POST, "/thing");
    let error = call.with_json_body(&Value::Null).await.unwrap_err();
    assert_eq!(error.operation(), Some("POST /thing"));
    assert_eq!(server.count(), 1);
    error
}

pub(crate) async fn json(status: u16, body: &str) -> Error {
    let error = error_of(Answer::json(status, body)).await;
    assert_eq!(error.status().map(|status| status.as_u16()), Some(status));
    assert_eq!(error.body().map(|body| &body[..]), Some(body.as_bytes()), "the body is kept as it came");
    error
}

#[tokio::test]
async fn the_standard_body_is_a_text() {
    let error = json(404, r#"{"error":"Specified model not found: gpt. Did you mean: gpt-4o, llama-3.3-70b?"}"#).await;
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(error.code(), Some("MODEL_NOT_FOUND"), "inferred");
    assert_eq!(error.did_you_mean(), ["gpt-4o", "llama-3.3-70b"]);
    assert!(error.message().starts_with("Specified model not found"));
}

#[tokio::test]
async fn validation_errors_name_the_fields() {
    let body = r#"{"error":"Invalid request parameters",
        "details":{"_errors":[],"messages":{"_errors":[],"0":{"_errors":[],"content":{"_errors":["Required"]}}}},
        "issues":[{"code":"invalid_type","expected":"string","received":"undefined",
                   "path":["messages",0,"content"],"message":"Required"},
                  {"code":"too_small","path":[],"message":"Too little"}]}"#;
    let error = json(400, body).await;
    assert!(error.is_invalid_request());
    assert_eq!(error.code(), Some("INVALID_REQUEST"));
    let fields: Vec<_> = error.field_errors().iter().map(|f| (&*f.field, &*f.message, f.code.as_deref())).collect();
    assert_eq!(
        fields,
        [("messages[0].content", "Required", Some("invalid_type")), ("", "Too little", Some("too_small"))]
    );
}

#[tokio::test]
async fn validation_errors_without_a_list_of_issues_name_the_fields_too() {
    let error =
        json(400, r#"{"error":"Invalid","details":{"_errors":[],"steps":{"_errors":["Too many","Odd"]}}}"#).await;
    let fields: Vec<_> = error.field_errors().iter().map(|f| (&*f.field, &*f.message)).collect();
    assert_eq!(fields, [("steps", "Too many"), ("steps", "Odd")]);
}

#[tokio::test]
async fn validation_errors_without_an_error_field_have_a_message() {
    let body = r#"{"details":{"_errors":[]},"issues":[{"code":"x","path":["size"],"message":"Bad size"}],
        "request_id":"from-body","request":{"prompt":"secret plans"}}"#;
    let error = json(400, body).await;
    assert_eq!(error.message(), "`size`: Bad size");
    assert_eq!(error.request_id(), Some("from-body"), "where there is no header");
    assert!(!format!("{error} {error:?}").contains("secret plans"));
}

#[tokio::test]
async fn the_openai_form_is_an_object() {
    let body = r#"{"error":{"message":"Your request exceeds the model's maximum context.","type":"invalid_request_error",
        "param":"messages","code":"context_length_exceeded"}}"#;
    let error = json(400, body).await;
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert_eq!(error.code(), Some("context_length_exceeded"));
    assert!(error.message().starts_with("Your request exceeds"));
    assert_eq!(error.field_errors()[0].field, "messages");
}

#[tokio::test]
async fn a_rejected_video_says_whether_it_was_refunded_in_either_place() {
    let flat = json(422, r#"{"error":"Blocked by the provider.","credits_refunded":true}"#).await;
    let nested = json(
        422,
        r#"{"error":{"message":"Blocked.","type":"provider_content_policy","recommended_model":"wan-2.5","credits_refunded":false}}"#,
    )
    .await;
    assert!(flat.kind() == ErrorKind::ContentPolicy && nested.kind() == ErrorKind::ContentPolicy);
    assert_eq!(flat.content_policy().unwrap().credits_refunded, Some(true));
    let policy = nested.content_policy().unwrap();
    assert_eq!(policy.credits_refunded, Some(false));
    assert_eq!(policy.recommended_model.as_deref(), Some("wan-2.5"));
    assert_eq!(nested.code(), Some("provider_content_policy"));
    assert_eq!(nested.message(), "Blocked.");
}

#[tokio::test]
async fn a_rejected_prompt_comes_with_a_better_one() {
    let error = json(422, r#"{"error":"Prompt violates the policy","suggested_prompt":"a calm lake"}"#).await;
    assert_eq!(error.kind(), ErrorKind::ContentPolicy);
    let policy = error.content_policy().unwrap();
    assert_eq!(policy.suggested_prompt.as_deref(), Some("a calm lake"));
    assert_eq!(policy.credits_refunded, None);
}

#[tokio::test]
async fn a_422_that_is_about_the_input_is_not_a_matter_of_policy() {
    let error = json(422, r#"{"error":"Video duration exceeds the maximum allowed."}"#).await;
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert_eq!(error.code(), Some("VIDEO_DURATION_TOO_LONG"));
    assert!(error.content_policy().is_none());
}

#[tokio::test]
async fn a_code_at_the_top_counts() {
    let error = json(413, r#"{"code":"PAYLOAD_TOO_LARGE","error":"Too large, sorry"}"#).await;
    assert_eq!(error.kind(), ErrorKind::PayloadTooLarge);
    assert_eq!((error.code(), error.message()), (Some("PAYLOAD_TOO_LARGE"), "Too large, sorry"));
}

#[tokio::test]
async fn the_top_up_puts_the_code_where_others_put_the_message() {
    let error = json(400, r#"{"error":"X402_INVALID_PAYMENT","message":"Bad signature","details":"nonce"}"#).await;
    assert_eq!((error.code(), error.message()), (Some("X402_INVALID_PAYMENT"), "Bad signature"));
    let alone = json(403, r#"{"error":"X402_WALLET_MISMATCH"}"#).await;
    assert_eq!((alone.code(), alone.message()), (Some("X402_WALLET_MISMATCH"), "X402_WALLET_MISMATCH"));
    assert_eq!(alone.kind(), ErrorKind::Permission);
}

#[tokio::test]
async fn a_custom_message_is_a_message() {
    let error = json(429, r#"{"customMessage":"Credits of the day used up"}"#).await;
    assert_eq!(error.message(), "Credits of the day used up");
    assert_eq!((error.kind(), error.code()), (ErrorKind::RateLimited, Some("RATE_LIMIT_EXCEEDED")));
}

#[tokio::test]
async fn a_402_without_a_caller_is_a_question_of_authentication() {
    let body = r#"{"x402Version":2,"error":"Payment required","accepts":[{"scheme":"exact","network":"eip155:8453",
        "amount":"5000000","asset":"0x8335","payTo":"0x2670","extra":{"name":"USD Coin"}}],"authOptions":{"apiKey":{}}}"#;
    let error = json(402, body).await;
    assert!(error.is_authentication() && error.kind() != ErrorKind::InsufficientBalance);
    let Some(PaymentRequired::Challenge(challenge)) = error.payment_required() else { panic!("{error:?}") };
    assert_eq!(challenge.version, Some(2));
    assert_eq!(challenge.accepts[0].amount.as_deref(), Some("5000000"));
    assert_eq!(challenge.accepts[0].pay_to.as_deref(), Some("0x2670"));
    assert_eq!(challenge.raw["accepts"][0]["extra"]["name"], "USD Coin", "all of it is there");
}

#[tokio::test]
async fn the_402_of_a_top_up_is_its_price() {
    let body = r#"{"x402Version":2,"accepts":[{"scheme":"exact","amount":"5000000"}]}"#;
    let server = Server::answering([Answer::new(402, &[("payment-required", "e30=")], body)]);
    let error = once(&server).raw().top_up_x402_balance(None).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PaymentRequired);
    assert!(matches!(error.payment_required(), Some(PaymentRequired::Challenge(_))));
    assert_eq!(error.meta().unwrap().payment_required(), Some("e30="));
}

#[tokio::test]
async fn a_402_of_a_wallet_says_what_is_missing() {
    let body = r#"{"error":"Payment required","code":"PAYMENT_REQUIRED","reason":"insufficient_balance",
        "currentBalanceUsd":0.02,"minimumBalanceUsd":"0.10","suggestedTopUpUsd":10,"minimumTopUpUsd":5,
        "siwxChallenge":{"info":{"nonce":"x"}}}"#;
    let error = json(402, body).await;
    assert_eq!(error.kind(), ErrorKind::InsufficientBalance);
    let Some(PaymentRequired::Wallet(wallet)) = error.payment_required() else { panic!("{error:?}") };
    assert_eq!((wallet.current_usd, wallet.minimum_usd), (amount("0.02"), amount("0.10")));
    assert_eq!((wallet.suggested_top_up_usd, wallet.minimum_top_up_usd), (amount("10"), amount("5")));
    assert_eq!(wallet.raw["siwxChallenge"]["info"]["nonce"], "x");
}

#[tokio::test]
async fn a_402_of_an_account_says_which_limit_it_is() {
    for (message, limit, code) in [
        (
            "Insufficient USD or Diem balance to complete request. Visit https://venice.ai/settings/api to add credits.",
            SpendLimit::Balance,
            "INSUFFICIENT_BALANCE",
        ),
        (
            "API key DIEM spend limit exceeded. Your account may still have DIEM balance.",
            SpendLimit::KeyDiem,
            "API_KEY_DIEM_SPEND_LIMIT_EXCEEDED",
        ),
        (
            "API key USD spend limit exceeded. Your account may still have USD balance.",
            SpendLimit::KeyUsd,
            "API_KEY_USD_SPEND_LIMIT_EXCEEDED",
        ),
    ] {
        let error = json(402, &serde_json::json!({"error": message}).to_string()).await;
        assert_eq!(error.kind(), ErrorKind::InsufficientBalance);
        assert_eq!(error.payment_required(), Some(&PaymentRequired::Account(limit)));
        assert_eq!(error.code(), Some(code));
    }
}

#[tokio::test]
async fn a_409_that_asks_for_consent_brings_the_policy() {
    let body = r#"{"error":{"code":"needs_consent","message":"Consent is needed"},"consent_flow":"seedance",
        "face_media_roles":["image","reference_video"],"consent":{"consent_version":"v3","policy_text":"You agree"},
        "docs_url":"https://docs.example/consent"}"#;
    let error = json(409, body).await;
    assert_eq!(error.kind(), ErrorKind::ConsentRequired);
    assert_eq!((error.code(), error.message()), (Some("needs_consent"), "Consent is needed"));
    let consent = error.consent_required().unwrap();
    assert_eq!(consent.flow.as_deref(), Some("seedance"));
    assert_eq!(consent.face_media_roles, ["image", "reference_video"]);
    assert_eq!((consent.version.as_deref(), consent.policy_text.as_deref()), (Some("v3"), Some("You agree")));
    assert_eq!(consent.docs_url.as_deref(), Some("https://docs.example/consent"));
}

#[tokio::test]
async fn another_409_is_a_conflict() {
    let error = json(409, r#"{"error":"Already there"}"#).await;
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert!(error.consent_required().is_none());
}

#[tokio::test]
async fn a_model_for_subscribers_is_a_matter_of_permission_though_the_status_is_401() {
    let error = json(401, r#"{"error":"This model is only available to Pro users"}"#).await;
    assert_eq!(error.code(), Some("PRO_ONLY_MODEL"));
    assert!(error.kind() == ErrorKind::Permission && !error.is_authentication());
}

#[tokio::test]
async fn codes_are_inferred_from_status_and_message() {
    use ErrorKind::*;
    for (status, message, code, kind) in [
        (401, "Authentication failed", "AUTHENTICATION_FAILED", Authentication),
        (
            401,
            "Authentication failed - Pro subscription is inactive.",
            "AUTHENTICATION_FAILED_INACTIVE_KEY",
            Authentication,
        ),
        (401, "Invalid Sign-in-with-x signature", "X402_INVALID_SIGN_IN", Authentication),
        (403, "Unauthorized access", "UNAUTHORIZED", Permission),
        (403, "API access has been disabled for this account.", "API_ACCESS_DISABLED", Permission),
        (400, "Invalid model specified", "INVALID_MODEL", InvalidRequest),
        (400, "Your request exceeds the model's maximum context.", "TOO_MANY_TOKENS", InvalidRequest),
        (404, "No character could be found from the provided character_slug", "CHARACTER_NOT_FOUND", NotFound),
        (404, "Media could not be found. Request may be invalid.", "MEDIA_NOT_FOUND", NotFound),
        (404, "Specified model not found: no character media", "MODEL_NOT_FOUND", NotFound),
        (415, "Invalid request content-type", "INVALID_CONTENT_TYPE", InvalidRequest),
        (422, "Your prompt violates the content policy of Venice.ai", "CONTENT_POLICY_VIOLATION", ContentPolicy),
        (429, "Rate limit exceeded", "RATE_LIMIT_EXCEEDED", RateLimited),
        (429, "The model is currently overloaded. Please try again later.", "MODEL_OVERLOADED", Overloaded),
        (500, "Inference processing failed", "INFERENCE_FAILED", Server),
        (502, "Audio transcription failed due to a temporary upstream error.", "ASR_UPSTREAM_FAILED", Server),
        (503, "The model is temporarily offline.", "MODEL_OFFLINE", Overloaded),
        (503, "The model is at capacity. Please try again later.", "MODEL_AT_CAPACITY", Overloaded),
        (504, "The request took too long", "REQUEST_TIMEOUT", Server),
    ] {
        let error = json(status, &serde_json::json!({"error": message}).to_string()).await;
        assert_eq!((error.code(), error.kind()), (Some(code), kind), "{status} {message}");
    }
}

#[tokio::test]
async fn statuses_without_a_known_body_still_have_a_kind() {
    use ErrorKind::*;
    for (status, kind) in [
        (400, InvalidRequest),
        (401, Authentication),
        (402, InsufficientBalance),
        (403, Permission),
        (404, NotFound),
        (409, Conflict),
        (410, Gone),
        (413, PayloadTooLarge),
        (415, InvalidRequest),
        (418, UnexpectedStatus),
        (422, InvalidRequest),
        (429, RateLimited),
        (500, Server),
        (503, Overloaded),
        (599, Server),
    ] {
        let error = error_of(Answer::new(status, &[], "")).await;
        assert_eq!(error.kind(), kind, "{status}");
        assert_eq!(error.message(), "empty body");
    }
}

#[tokio::test]
async fn the_page_of_a_gateway_is_reported_by_its_title() {
    let page = "<!DOCTYPE html><html><head><title>api.venice.ai | 502: Bad gateway</title></head><body>long</body>";
    let answer = Answer::new(502, &[("content-type", "text/html"), ("cf-ray", "8c1-AMS")], page);
    let error = error_of(answer).await;
    assert_eq!(error.kind(), ErrorKind::Server);
    assert!(error.kind() == ErrorKind::Server && error.is_transient());
    assert_eq!(error.message(), "HTML page: api.venice.ai | 502: Bad gateway");
    assert_eq!(error.request_id(), Some("8c1-AMS"));
    assert_eq!(error.body().unwrap(), page.as_bytes());
    assert_eq!(error.to_string(), "POST /thing: 502 HTML page: api.venice.ai | 502: Bad gateway (request 8c1-AMS)");
}

#[tokio::test]
async fn plain_text_is_its_own_message() {
    let error = error_of(Answer::new(500, &[("content-type", "text/plain")], "upstream\n connect error")).await;
    assert_eq!(error.message(), "upstream connect error");
}

#[tokio::test]
async fn display_is_one_line_with_all_that_a_report_needs() {
    let body = r#"{"error":"No.\nReally\tnot."}"#;
    let headers = [("content-type", "application/json"), ("cf-ray", "9a8b7c-FRA")];
    let error = error_of(Answer::new(403, &headers, body)).await;
    assert_eq!(error.to_string(), "POST /thing: 403 No. Really not (request 9a8b7c-FRA)");
    let long = serde_json::json!({"error": "x".repeat(10_000)}).to_string();
    let error = error_of(Answer::json(400, &long)).await;
    assert!(error.to_string().len() < 500);
    assert_eq!(error.message().len(), 10_000, "the whole message is there for who asks");
}

#[tokio::test]
async fn an_error_that_never_ends_still_has_its_status() {
    let answer = Answer::head(500, &[("content-length", "1000")]).send("half of a mess").close();
    let error = error_of(answer).await;
    assert_eq!(error.status(), Some(StatusCode::INTERNAL_SERVER_ERROR));
    assert_eq!(error.message(), "half of a mess");
}

#[tokio::test]
async fn an_error_whose_body_hangs_still_has_its_status() {
    let answer = Answer::head(500, &[("content-length", "1000")]).send("half of a mess").hang();
    let server = Server::answering([answer]);
    let call = once(&server).request::<Value>(Method::GET, "/thing").with_timeout(Duration::from_millis(800));
    let error = call.await.unwrap_err();
    assert_eq!((error.kind(), error.message()), (ErrorKind::Server, "half of a mess"));
}

#[tokio::test]
async fn a_status_that_comes_late_is_reported_too() {
    let late = Answer::default().wait(Duration::from_millis(1200));
    let answer = late.then(Answer::head(503, &[("content-length", "1000")]).send("busy").hang());
    let call = once(&Server::answering([answer])).request::<Value>(Method::GET, "/thing");
    let error = call.with_timeout(Duration::from_millis(4000)).await.unwrap_err();
    assert_eq!(error.status(), Some(StatusCode::SERVICE_UNAVAILABLE), "{error}");
}

#[tokio::test]
async fn the_body_of_an_error_is_kept_up_to_a_megabyte() {
    let error = error_of(Answer::new(500, &[], "x".repeat(3 << 20))).await;
    assert_eq!(error.body().unwrap().len(), 1 << 20);
}

#[derive(Debug)]
struct Thing;

impl<'de> serde::Deserialize<'de> for Thing {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        type Shape = std::collections::BTreeMap<String, Vec<std::collections::BTreeMap<String, u64>>>;
        Shape::deserialize(deserializer).map(|_| Self)
    }
}

async fn decode_error(answer: Answer) -> Error {
    let server = Server::answering([answer]);
    let error = once(&server).request::<Thing>(Method::GET, "/thing").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode, "{error:?}");
    assert!(!error.is_retryable(), "the work was done");
    assert_eq!(error.attempts(), 1);
    error
}

#[tokio::test]
async fn a_reply_of_another_shape_names_the_place() {
    let body = r#"{"data":[{"n":1},{"n":2,"created":"yesterday, a secret"}]}"#;
    let headers = [("content-type", "application/json"), ("cf-ray", "77-X")];
    let error = decode_error(Answer::new(200, &headers, body)).await;
    assert_eq!(error.json_path(), Some("data[1].created"));
    assert_eq!(error.status(), Some(StatusCode::OK));
    assert_eq!(error.body().unwrap(), body.as_bytes());
    let text = error.to_string();
    for part in ["GET /thing", "200", "data[1].created", "expected u64", "77-X"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!format!("{error} {error:?}").contains("yesterday"), "values are not for logs: {error:?}");
}

#[tokio::test]
async fn a_page_with_status_200_is_not_a_reply() {
    let error = decode_error(Answer::html(200, "<html><head><title>Please log in</title>")).await;
    assert!(error.message().contains("HTML page: Please log in"), "{error}");
    assert!(error.message().contains("text/html"), "{error}");
    assert_eq!(error.json_path(), None);
}

#[tokio::test]
async fn an_empty_reply_is_not_an_object() {
    let error = decode_error(Answer::json(200, "")).await;
    assert!(error.message().contains("empty body"), "{error}");
}

#[tokio::test]
async fn json_that_ends_early_is_not_a_reply() {
    let error = decode_error(Answer::json(200, r#"{"data":[{"n":1}"#)).await;
    assert!(error.message().contains("not JSON"), "{error}");
}

#[tokio::test]
async fn an_empty_reply_is_enough_for_a_call_that_expects_none() {
    let server = Server::answering([Answer::head(204, &[])]);
    once(&server).request::<()>(Method::DELETE, "/thing").await.unwrap();
    let server = Server::answering([Answer::json(200, "")]);
    let reply = once(&server).request::<Option<Thing>>(Method::GET, "/thing").await.unwrap();
    assert!(reply.is_none());
}

#[tokio::test]
async fn an_error_reports_its_cause() {
    use std::error::Error as _;
    let error = error_of(Answer::nothing()).await;
    assert_eq!(error.kind(), ErrorKind::Transport);
    assert!(error.source().is_some());
    assert!(error.status().is_none() && error.meta().is_none() && error.request_id().is_none());
}

#[test]
fn an_error_kind_has_a_name_that_can_be_read_back() {
    let cases = [
        (ErrorKind::Io, "io"),
        (ErrorKind::RateLimited, "rate_limited"),
        (ErrorKind::BlockingInAsync, "blocking_in_async"),
        (ErrorKind::StreamInterrupted, "stream_interrupted"),
    ];
    for (kind, name) in cases {
        assert_eq!((kind.as_str(), &*kind.to_string(), name.parse()), (name, name, Ok(kind)));
    }
    let error = "RateLimited".parse::<ErrorKind>().unwrap_err().to_string();
    assert!(error.contains("RateLimited") && error.contains("rate_limited"), "{error}");
}

#[test]
fn what_users_hold_can_be_shared_between_threads() {
    fn shared<T: Send + Sync + 'static>() {}
    fn sent<T: Send + 'static>() {}
    shared::<Error>();
    shared::<venice_ai::Client>();
    shared::<venice_ai::Meta>();
    sent::<venice_ai::Call<()>>();
    sent::<venice_ai::CallFuture<()>>();
    sent::<venice_ai::RawReply>();
    sent::<venice_ai::ByteStream>();
}

#[tokio::test]
async fn a_clone_says_the_same_and_has_the_same_source() {
    let limited = json(429, r#"{"error": "slow down", "retry_after": 3}"#).await;
    let nobody = Client::builder()
        .api_key("key")
        .base_url(format!("http://{}", nobody()))
        .no_proxy()
        .retry(venice_ai::RetryPolicy::disabled())
        .build()
        .unwrap();
    let lost = nobody.request::<Value>(Method::GET, "/thing").await.unwrap_err();
    assert!(lost.source().is_some() && limited.retry_after() == Some(Duration::from_secs(3)));
    for error in [limited, lost] {
        let clone = error.clone();
        assert_eq!(format!("{clone} {clone:?}"), format!("{error} {error:?}"));
        assert_eq!(
            (clone.kind(), clone.body(), clone.retry_after()),
            (error.kind(), error.body(), error.retry_after())
        );
        let source = |error: &Error| error.source().map(|source| std::ptr::from_ref(source).cast::<()>());
        assert_eq!(source(&clone), source(&error));
    }
}
