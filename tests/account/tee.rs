//! Attestations.

use serde_json::{Value, json};
use venice_ai::tee::TeeNonce;
use venice_ai::types::{ChatCompletionRequest, TeeAttestation};
use venice_ai::{Call, Client, ErrorKind};
use venice_ai_mock::MockVenice;

use crate::support::replying;
use crate::support::{Answer, KEY, Server, TestClock, client, once};

const NONCE: [u8; 32] = [0x5a; 32];

async fn attested(body: Value) -> TeeAttestation {
    let (_, venice) = replying(&body);
    venice.tee().attestation("e2ee-x", NONCE).await.unwrap()
}

#[tokio::test]
async fn an_attestation_is_asked_for_with_model_and_nonce() {
    let (server, venice) = replying(&json!({"verified": true}));
    venice.tee().attestation("org/model a", NONCE).await.unwrap();
    let sent = &server.requests()[0];
    let query = format!("model=org%2Fmodel+a&nonce={}", "5a".repeat(32));
    assert_eq!((&*sent.method, &*sent.target), ("GET", &*format!("/api/v1/tee/attestation?{query}")));
    assert_eq!(sent.header("authorization").unwrap(), format!("Bearer {KEY}"));
    assert!(sent.body.is_empty());
}

#[tokio::test]
async fn a_signature_is_asked_for_with_model_and_request() {
    let body = json!({"text": "a:b", "signature": "0xc4", "signing_address": "0x7f", "signing_algo": "ecdsa", "new": 1,
            "tee_provider": "near-ai", "receipt": {"chat_id": "chatcmpl-7", "signature": {"algo": "ecdsa-secp256k1"},
            "event_log": [{"seq": 1, "type": "request", "body_hash": "0xab"}]}});
    let (server, venice) = replying(&body);
    let signature = venice.tee().signature("e2ee-x", "chatcmpl-7").await.unwrap();
    assert_eq!(server.requests()[0].target, "/api/v1/tee/signature?model=e2ee-x&request_id=chatcmpl-7");
    assert_eq!(server.requests()[0].method, "GET");
    let text = |member: Option<String>| member.unwrap();
    assert_eq!((text(signature.text), text(signature.signature)), ("a:b".to_owned(), "0xc4".to_owned()));
    assert_eq!(
        (text(signature.signing_address), text(signature.signing_algo)),
        ("0x7f".to_owned(), "ecdsa".to_owned())
    );
    assert_eq!(signature.extra["new"], 1);
    let receipt = signature.receipt.unwrap();
    assert_eq!(signature.tee_provider.as_deref(), Some("near-ai"));
    assert_eq!(receipt.event_log.unwrap()[0].body_hash.as_deref(), Some("0xab"));
    assert_eq!(receipt.signature.unwrap().algo.as_deref(), Some("ecdsa-secp256k1"));
}

#[tokio::test]
async fn a_nonce_may_be_bytes_or_digits() {
    let digits = "AB".repeat(32);
    for nonce in
        [TeeNonce::from([0xab; 32]), TeeNonce::from(&[0xab; 32]), TeeNonce::from("ab".repeat(32)), (&*digits).into()]
    {
        let (server, venice) = replying(&json!({"verified": true, "nonce": "ab".repeat(32)}));
        let attestation = venice.tee().attestation("m", &nonce).await.unwrap();
        assert!(attestation.claims_to_be_verified_for(&nonce), "{nonce:?}");
        assert!(server.requests()[0].target.to_lowercase().ends_with(&format!("nonce={}", "ab".repeat(32))));
    }
}

async fn refused<T: std::fmt::Debug>(call: impl FnOnce(&Client) -> Call<T>, operation: &str, field: &str) {
    let (server, venice) = replying(&json!({}));
    let error = call(&venice).await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::InvalidRequest, None), "{error}");
    assert_eq!((error.operation(), &*error.field_errors()[0].field), (Some(operation), field), "{error}");
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn wrong_nonces_and_empty_names_are_rejected_before_anything_is_sent() {
    for nonce in [
        "",
        "ab",
        &"ab".repeat(16),
        &"ab".repeat(33),
        &"0x".repeat(32),
        &"zz".repeat(32),
        &format!("0x{}", "ab".repeat(31)),
    ] {
        refused(|venice| venice.tee().attestation("m", nonce), "getTeeAttestation", "nonce").await;
    }
    refused(|venice| venice.tee().attestation(" ", NONCE), "getTeeAttestation", "model").await;
    refused(|venice| venice.tee().signature("", "chatcmpl-7"), "getTeeSignature", "model").await;
    refused(|venice| venice.tee().signature("m", ""), "getTeeSignature", "request_id").await;
}

#[tokio::test]
async fn a_reply_of_the_first_form_is_read() {
    let nonce = "5a".repeat(32);
    let reply = attested(json!({
        "verified": true, "nonce": nonce, "model": "e2ee-x", "tee_provider": "phala", "tee_hardware": "intel-tdx",
        "intel_quote": "0x04000200", "nvidia_payload": r#"{"arch":"HOPPER"}"#, "signing_key": "ab".repeat(64),
        "signing_address": "0x7f", "signing_algo": "ecdsa", "event_log": r#"[{"imr":3}]"#, "candidates_total": 2,
        "info": {"compose_hash": "00", "tcb_info": {"app_compose": "x"}},
        "server_verification": {
            "tdx": {"valid": true, "signatureValid": true, "rootCaPinned": false, "reportData": "00",
                    "measurements": {"mrtd": "11", "rtmr3": "22", "tdAttributes": "33", "other": 1}, "crlCheck": {"a": 1}},
            "nvidia": {"valid": false}, "signingAddressBinding": {"bound": true, "reportDataAddress": "0x7f"},
            "nonceBinding": {"bound": true, "method": "sha256"}, "verifiedAt": "2026-08-01", "verificationDurationMs": 12.5,
        },
    }))
    .await;
    assert!(reply.claims_to_be_verified_for(NONCE));
    assert_eq!((reply.tee_provider.as_deref(), reply.tee_hardware.as_deref()), (Some("phala"), Some("intel-tdx")));
    assert_eq!(reply.quote(), Some(vec![4, 0, 2, 0]));
    assert_eq!(reply.nvidia_evidence().unwrap()["arch"], "HOPPER");
    assert_eq!(reply.events().unwrap(), json!([{"imr": 3}]));
    assert_eq!(reply.public_key().unwrap(), format!("04{}", "ab".repeat(64)));
    assert_eq!(reply.info.as_ref().unwrap()["tcb_info"]["app_compose"], "x");
    assert_eq!(reply.extra["candidates_total"], 2, "what is not known is kept");
    let checked = reply.server_verification.unwrap();
    let tdx = checked.tdx.unwrap();
    assert_eq!((tdx.valid, tdx.signature_valid, tdx.root_ca_pinned), (Some(true), Some(true), Some(false)));
    let measured = tdx.measurements.unwrap();
    assert_eq!((measured.mrtd.as_deref(), measured.td_attributes.as_deref()), (Some("11"), Some("33")));
    assert_eq!((measured.extra["other"].clone(), checked.nvidia.unwrap().valid), (json!(1), Some(false)));
    assert_eq!(checked.nonce_binding.unwrap().method.as_deref(), Some("sha256"));
    assert_eq!(checked.signing_address_binding.unwrap().report_data_address.as_deref(), Some("0x7f"));
    assert_eq!(checked.verification_duration_ms, Some(12.5));
}

#[tokio::test]
async fn a_reply_of_the_second_form_is_read() {
    let keys = json!([
        {"key_id": "k1", "algo": "x25519-aes-256-gcm-hkdf-sha256", "public_key": "aa"},
        {"key_id": "k2", "algo": "secp256k1-aes-256-gcm-hkdf-sha256", "public_key": "04bb"},
        {"key_id": "broken"},
    ]);
    let evidence = json!({"quote": "BAACAA==", "event_log": "[1]", "vm_config": "{}"});
    let reply = attested(json!({
        "verified": true, "api_version": "aci/1", "service_capabilities": {"supported_e2ee_versions": ["2"]},
        "attestation": {"workload_keyset": {"e2ee_public_keys": keys}, "evidence": evidence},
    }))
    .await;
    assert_eq!(reply.api_version.as_deref(), Some("aci/1"));
    assert_eq!((reply.public_key(), reply.quote()), (None, Some(vec![4, 0, 2, 0])));
    assert_eq!(reply.events(), Some(json!([1])));
    let keys: Vec<(String, String)> =
        reply.public_keys().into_iter().map(|key| (key.id.unwrap(), key.public_key)).collect();
    assert_eq!(keys, [("k1".to_owned(), "aa".to_owned()), ("k2".to_owned(), "04bb".to_owned())]);
    assert!(!reply.claims_to_be_verified_for(NONCE), "it echoes nothing");
}

#[tokio::test]
async fn nothing_counts_as_verified_that_is_not() {
    let nonce = || "5A".repeat(32);
    for (reply, is_verified) in [
        (json!({"verified": true, "nonce": nonce()}), true),
        (json!({"verified": true, "nonce": format!("0x{}", nonce())}), true),
        (json!({"verified": false, "nonce": nonce()}), false),
        (json!({"verified": null, "nonce": nonce()}), false),
        (json!({"nonce": nonce()}), false),
        (json!({"verified": true}), false),
        (json!({"verified": true, "nonce": ""}), false),
        (json!({"verified": true, "nonce": null}), false),
        (json!({"verified": true, "nonce": "5b".repeat(32)}), false),
        (json!({"verified": true, "nonce": "5b".repeat(32), "request_nonce": nonce()}), false),
        (json!({"verified": "true", "nonce": nonce()}), false),
    ] {
        assert_eq!(attested(reply.clone()).await.claims_to_be_verified_for(NONCE), is_verified, "{reply}");
    }
}

#[tokio::test]
async fn parts_that_cannot_be_read_are_none() {
    let reply = attested(json!({
        "intel_quote": "neither hex nor base64!", "nvidia_payload": "{", "event_log": "no JSON", "signing_key": "",
        "attestation": {"workload_keyset": {"e2ee_public_keys": {}}},
    }))
    .await;
    assert_eq!((reply.quote(), reply.nvidia_evidence(), reply.events()), (None, None, None));
    assert_eq!((reply.public_key(), reply.public_keys()), (None, vec![]));
    assert_eq!(attested(json!({"event_log": [1]})).await.events(), Some(json!([1])));
    assert_eq!(attested(json!({"intel_quote": ""})).await.quote(), None);
}

#[tokio::test]
async fn a_502_of_the_backend_is_retried_and_one_about_the_nonce_is_not() {
    for failed in ["Failed to fetch TEE attestation", "TEE signature failed"] {
        let body = json!({"error": failed}).to_string();
        let server = Server::answering([Answer::json(502, &body), Answer::json(200, r#"{"verified":true}"#)]);
        client(&server, &TestClock::without_jitter()).tee().attestation("m", NONCE).await.unwrap();
        assert_eq!(server.count(), 2);
    }
    let server = Server::answering([Answer::json(502, r#"{"error":"Nonce must be exactly 32 bytes"}"#)]);
    let error = client(&server, &TestClock::without_jitter()).tee().attestation("m", NONCE).await.unwrap_err();
    assert_eq!((server.count(), error.is_retryable()), (1, false));
    assert!(error.is_invalid_request(), "{error}");
    let server = Server::answering([Answer::json(502, r#"{"error":"Failed to fetch TEE signature"}"#)]);
    let error = once(&server).tee().signature("m", "chatcmpl-7").await.unwrap_err();
    assert_eq!((error.code(), error.is_retryable()), (Some("TEE_SIGNATURE_FAILED"), true));
}

#[tokio::test]
async fn the_mock_attests_and_signs() {
    let mock = MockVenice::start().await.unwrap();
    let venice = mock.client();
    let attestation = venice.tee().attestation("arsenale-coder", NONCE).await.unwrap();
    assert!(attestation.claims_to_be_verified_for(NONCE));
    let quote = attestation.quote().unwrap();
    assert!(quote.len() >= 632 && quote[568 + 32..568 + 64] == NONCE, "the nonce is in the report data");
    let reply = venice.chat().create(ChatCompletionRequest::new("arsenale-coder", ["Hello"])).await.unwrap();
    let signature = venice.tee().signature("arsenale-coder", &reply.id).await.unwrap();
    assert_eq!(signature.signing_address, attestation.signing_address);
    let error = venice.tee().attestation("default", NONCE).await.unwrap_err();
    assert_eq!(error.status().unwrap(), 400);
}

#[cfg(feature = "blocking")]
#[test]
fn it_works_without_async() {
    let (_, venice) = replying(&json!({"verified": true, "signature": "0x1"}));
    assert_eq!(venice.tee().attestation("m", NONCE).send_blocking().unwrap().verified, Some(true));
    assert!(venice.tee().signature("m", "x").send_blocking().is_ok());
}
