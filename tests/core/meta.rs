//! Typed headers of a reply.

use std::time::{Duration, SystemTime};

use serde_json::Value;
use venice_ai::Meta;
use venice_ai::http::Method;
use venice_ai::meta::RateLimitScope;

use crate::support::clock::EPOCH_SECONDS;
use crate::support::{Answer, Server, TestClock, client, once};

async fn meta_of(headers: &[(&str, &str)]) -> Meta {
    let server = Server::answering([Answer::new(200, headers, "{}")]);
    let client = client(&server, &TestClock::without_jitter());
    let reply = client.request::<Value>(Method::GET, "/thing").with_meta().await.unwrap();
    assert_eq!(reply.value, serde_json::json!({}));
    reply.meta
}

#[tokio::test]
async fn a_reply_without_headers_has_no_answers() {
    let meta = meta_of(&[]).await;
    assert_eq!(meta.status(), 200);
    assert_eq!(meta.request_id(), None);
    assert_eq!((meta.model_id(), meta.model_name(), meta.model_router()), (None, None, None));
    assert_eq!(meta.server_version(), None);
    assert_eq!(meta.rate_limits(), Default::default());
    assert_eq!(meta.balances(), Default::default());
    assert!(meta.content_flags().is_clear());
    assert!(meta.deprecation().is_none() && meta.pagination().is_none() && meta.rpc_usage().is_none());
    assert!(meta.enhanced_prompt().is_none() && meta.next_cursor().is_none());
    assert!(meta.payment_required().is_none() && meta.payment_response().is_none());
    assert!(!meta.is_idempotent_replay());
    assert_eq!(meta.retry_after(), None);
}

#[tokio::test]
async fn who_answered_is_known() {
    let meta = meta_of(&[
        ("CF-RAY", "8c1d-AMS"),
        ("x-venice-version", "20250828.222653"),
        ("x-venice-model-id", "llama-3.3-70b"),
        ("x-venice-model-name", "Llama 3.3 70B"),
        ("x-venice-model-router", "somewhere"),
    ])
    .await;
    assert_eq!(meta.request_id(), Some("8c1d-AMS"));
    assert_eq!(meta.server_version(), Some("20250828.222653"));
    assert_eq!(meta.model_id(), Some("llama-3.3-70b"));
    assert_eq!(meta.model_name(), Some("Llama 3.3 70B"));
    assert_eq!(meta.model_router(), Some("somewhere"));
    assert_eq!(meta.header("X-Venice-Model-Id"), Some("llama-3.3-70b"));
    assert_eq!(meta.headers()["x-venice-model-id"], "llama-3.3-70b");
    let received = SystemTime::UNIX_EPOCH + Duration::from_secs(EPOCH_SECONDS);
    assert_eq!(meta.received_at(), received);
}

#[tokio::test]
async fn limits_and_their_ends() {
    let reset = ((EPOCH_SECONDS + 40) * 1000).to_string();
    let meta = meta_of(&[
        ("x-ratelimit-limit-requests", "500"),
        ("x-ratelimit-remaining-requests", "499"),
        ("x-ratelimit-reset-requests", &reset),
        ("x-ratelimit-limit-tokens", "1000000"),
        ("x-ratelimit-remaining-tokens", "999000"),
        ("x-ratelimit-reset-tokens", "17.5"),
        ("x-ratelimit-type", "api_key"),
    ])
    .await;
    let limits = meta.rate_limits();
    assert_eq!((limits.requests.limit, limits.requests.remaining), (Some(500), Some(499)));
    assert_eq!(limits.requests.resets_in, Some(Duration::from_secs(40)));
    assert_eq!((limits.tokens.limit, limits.tokens.remaining), (Some(1_000_000), Some(999_000)));
    assert_eq!(limits.tokens.resets_in, Some(Duration::from_millis(17_500)));
    assert_eq!(limits.scope, Some(RateLimitScope::ApiKey));
    assert_eq!(meta.retry_after(), None, "the request was not refused");
}

#[tokio::test]
async fn limits_without_a_suffix_count_requests() {
    let meta = meta_of(&[
        ("x-ratelimit-limit", "100"),
        ("x-ratelimit-remaining", "0"),
        ("x-ratelimit-reset", "3"),
        ("x-ratelimit-type", "galaxy"),
    ])
    .await;
    let limits = meta.rate_limits();
    assert_eq!((limits.requests.limit, limits.requests.remaining), (Some(100), Some(0)));
    assert_eq!(limits.requests.resets_in, Some(Duration::from_secs(3)));
    assert_eq!(limits.scope, Some(RateLimitScope::Unknown("galaxy".into())));
}

#[tokio::test]
async fn the_error_budget_is_apart_from_the_limits() {
    let resets = ((EPOCH_SECONDS + 25) * 1000).to_string();
    let headers = [("x-ratelimit-remaining", "48"), ("x-ratelimit-resets", &*resets)];
    let meta = meta_of(&headers).await;
    let budget = meta.error_budget().unwrap();
    assert_eq!((budget.remaining, budget.resets_in), (Some(48), Some(Duration::from_secs(25))));
    assert_eq!(meta.rate_limits().requests, Default::default());

    let both = [headers[0], headers[1], ("x-ratelimit-limit-requests", "500"), ("x-ratelimit-remaining-requests", "7")];
    let meta = meta_of(&both).await;
    assert_eq!(meta.error_budget().unwrap().remaining, Some(48));
    assert_eq!(meta.rate_limits().requests.remaining, Some(7));

    assert_eq!(meta_of(&[("x-ratelimit-remaining", "3")]).await.error_budget().unwrap().remaining, Some(3));
    let rpc = [("x-ratelimit-limit", "100"), ("x-ratelimit-remaining", "9"), ("x-ratelimit-reset", "3")];
    assert_eq!(meta_of(&rpc).await.error_budget(), None);
    // One header with two meanings: here it is the failure budget.
    let meta = meta_of(&[rpc[0], rpc[1], rpc[2], headers[1]]).await;
    assert_eq!(meta.error_budget().unwrap().remaining, Some(9));
    let limit = meta.rate_limits().requests;
    assert_eq!((limit.limit, limit.remaining, limit.resets_in), (Some(100), None, Some(Duration::from_secs(3))));
    assert_eq!(meta_of(&[]).await.error_budget(), None);
}

#[tokio::test]
async fn money_keeps_its_digits() {
    let meta = meta_of(&[
        ("x-venice-balance-diem", "90.1234567890123456789"),
        ("x-venice-balance-usd", "0.10"),
        ("x-balance-remaining", "4.230000"),
    ])
    .await;
    let balances = meta.balances();
    assert_eq!(balances.diem.as_ref().unwrap().to_string(), "90.1234567890123456789");
    assert_eq!(balances.usd.as_ref().unwrap().to_string(), "0.10");
    assert_eq!(balances.usd.as_ref().unwrap().to_f64(), 0.1);
    assert_eq!(balances.x402.unwrap().to_f64(), 4.23);
    assert_eq!(meta_of(&[("x-venice-balance-usd", "much")]).await.balances().usd, None);
}

#[tokio::test]
async fn a_model_in_flight_out() {
    let meta = meta_of(&[
        ("x-venice-model-deprecation-warning", "Use another one"),
        ("x-venice-model-deprecation-date", "2026-09-01T00:00:00.000Z"),
    ])
    .await;
    let deprecation = meta.deprecation().unwrap();
    assert_eq!(deprecation.warning.as_deref(), Some("Use another one"));
    assert_eq!(deprecation.date.as_deref(), Some("2026-09-01T00:00:00.000Z"));
}

#[tokio::test]
async fn an_endpoint_in_flight_out() {
    let meta = meta_of(&[
        ("deprecation", "@1783555200"),
        ("sunset", "Wed, 16 Sep 2026 00:00:00 GMT"),
        ("link", "</other>; rel=\"next\", </api/v1/billing/usage-history>; rel=\"successor-version\""),
    ])
    .await;
    let deprecation = meta.deprecation().unwrap();
    let at = |seconds| Some(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds));
    assert_eq!(deprecation.since, at(1_783_555_200));
    assert_eq!(deprecation.sunset, at(1_789_516_800));
    assert_eq!(deprecation.replacement.as_deref(), Some("/api/v1/billing/usage-history"));
    let flagged = meta_of(&[("x-venice-deprecated", "true"), ("x-venice-deprecated-replacement", "z-image")]).await;
    assert_eq!(flagged.deprecation().unwrap().replacement.as_deref(), Some("z-image"));
    assert!(meta_of(&[("x-venice-deprecated", "false")]).await.deprecation().is_none());
}

#[tokio::test]
async fn what_a_moderator_found() {
    let meta = meta_of(&[
        ("x-venice-is-blurred", "true"),
        ("x-venice-is-content-violation", "false"),
        ("x-venice-is-adult-model-content-violation", "true"),
        ("x-venice-contains-minor", "false"),
    ])
    .await;
    let flags = meta.content_flags();
    assert!(flags.blurred && !flags.violation && flags.adult_model_violation && !flags.minor);
    assert!(!flags.is_clear());
}

#[tokio::test]
async fn the_rest() {
    let meta = meta_of(&[
        ("x-venice-enhanced-prompt", "a%20caf%C3%A9%20at%20night"),
        ("x-pagination-limit", "20"),
        ("x-pagination-page", "2"),
        ("x-pagination-total", "41"),
        ("x-pagination-total-pages", "3"),
        ("x-next-cursor", "abc_-"),
        ("x-venice-rpc-credits", "40"),
        ("x-venice-rpc-cost-usd", "0.00002800"),
        ("x-request-id", "rpc-id"),
        ("idempotent-replayed", "true"),
        ("payment-required", "e30="),
        ("payment-response", "e31="),
    ])
    .await;
    assert_eq!(meta.enhanced_prompt().as_deref(), Some("a café at night"));
    let page = meta.pagination().unwrap();
    assert_eq!((page.limit, page.page, page.total, page.total_pages), (Some(20), Some(2), Some(41), Some(3)));
    assert_eq!(meta.next_cursor(), Some("abc_-"));
    let usage = meta.rpc_usage().unwrap();
    assert_eq!((usage.credits, usage.cost_usd.unwrap().to_string()), (Some(40), "0.00002800".to_owned()));
    assert_eq!(meta.request_id(), Some("rpc-id"), "where there is no CF-RAY");
    assert!(meta.is_idempotent_replay());
    assert_eq!((meta.payment_required(), meta.payment_response()), (Some("e30="), Some("e31=")));
    let shown = format!("{meta:?}");
    assert!(!shown.contains("e30=") && !shown.contains("e31=") && !shown.contains("caf"), "{shown}");
    assert!(shown.contains("rpc-id"));
}

#[tokio::test]
async fn an_error_has_all_of_it_too() {
    let headers =
        [("cf-ray", "1-A"), ("x-venice-balance-usd", "0.01"), ("x-venice-version", "v"), ("retry-after", "3")];
    let server = Server::answering([Answer::new(402, &headers, r#"{"error":"Insufficient"}"#)]);
    let error = once(&server).request::<Value>(Method::GET, "/x").await.unwrap_err();
    let meta = error.meta().unwrap();
    assert_eq!(meta.balances().usd.unwrap().to_string(), "0.01");
    assert_eq!(error.request_id(), Some("1-A"));
    assert_eq!(error.retry_after(), Some(Duration::from_secs(3)));
}

#[tokio::test]
async fn cookies_are_not_shown() {
    let meta = meta_of(&[("set-cookie", "__cf_bm=sensitive"), ("x-venice-version", "shown")]).await;
    let shown = format!("{meta:?}");
    assert!(!shown.contains("sensitive") && shown.contains("shown"), "{shown}");
}

#[tokio::test]
async fn finished_audio_and_trusted_environments_are_described() {
    let meta = meta_of(&[
        ("x-venice-audio-format", "mp3"),
        ("x-venice-audio-duration", "12.5"),
        ("x-venice-audio-subtitle", "la la"),
        ("x-venice-inference-time", "3"),
        ("x-venice-tee", "true"),
        ("x-venice-tee-provider", "near-ai"),
    ])
    .await;
    let audio = meta.audio().unwrap();
    assert_eq!((audio.format.as_deref(), audio.subtitle.as_deref()), (Some("mp3"), Some("la la")));
    let seconds = |time: Option<std::time::Duration>| time.unwrap().as_secs_f64();
    assert_eq!((seconds(audio.duration), seconds(audio.inference_time)), (12.5, 3.0));
    assert_eq!(meta.tee_provider(), Some("near-ai"));
    let none = meta_of(&[("x-venice-audio-duration", "-1"), ("x-venice-tee-provider", "near-ai")]).await;
    assert_eq!((none.audio(), none.tee_provider()), (None, None));
}
