//! Tokens of NVIDIA's attestation service.

use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p384::ecdsa::signature::Signer as _;
use p384::ecdsa::{Signature, SigningKey};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::{AttestationCheck, NvidiaKeys};
use crate::features::hex;

const NONCE: [u8; 32] = [0x5a; 32];
const NOW: u64 = 1_790_000_000;

fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(NOW)
}

fn key(seed: u8) -> SigningKey {
    SigningKey::from_slice(&[seed; 48]).unwrap()
}

fn keys(seed: u8) -> NvidiaKeys {
    let point = key(seed).verifying_key().to_sec1_point(false);
    let part = |range| URL_SAFE_NO_PAD.encode(&point.as_bytes()[range]);
    let jwk = json!({"kty": "EC", "crv": "P-384", "kid": "k1", "alg": "ES384", "x": part(1..49), "y": part(49..97)});
    let other = json!({"kty": "RSA", "kid": "k2", "n": "AQAB", "e": "AQAB"});
    NvidiaKeys::from_jwks(&json!({"keys": [other, jwk]}).to_string()).unwrap()
}

fn claims() -> Value {
    json!({
        "iss": "https://nras.attestation.nvidia.com", "sub": "NVIDIA-PLATFORM-ATTESTATION", "exp": NOW + 3600, "nbf": NOW, "iat": NOW,
        "eat_nonce": hex::encode(&NONCE), "x-nvidia-ver": "3.0", "x-nvidia-overall-att-result": true,
        "submods": {"GPU-0": ["DIGEST", ["SHA-256", "00"]], "GPU-1": ["DIGEST", ["SHA-256", "01"]]},
    })
}

fn signed(header: &Value, claims: &Value, seed: u8) -> String {
    let text = format!("{}.{}", URL_SAFE_NO_PAD.encode(header.to_string()), URL_SAFE_NO_PAD.encode(claims.to_string()));
    let signature: Signature = key(seed).sign(text.as_bytes());
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes()))
}

fn token(claims: &Value) -> String {
    signed(&json!({"alg": "ES384", "kid": "k1"}), claims, 7)
}

fn with(name: &str, value: Value) -> Value {
    let mut claims = claims();
    claims[name] = value;
    claims
}

fn accepts(token: &str) -> bool {
    match keys(7).verify(token, &NONCE, now()) {
        Ok(_) => true,
        Err(failed) => {
            assert_eq!(failed.check(), AttestationCheck::Gpu);
            false
        }
    }
}

#[test]
fn a_token_is_verified_alone_and_in_the_reply_of_the_service() {
    let token = token(&claims());
    let reply = json!([["JWT", token], {"GPU-0": "other"}]).to_string();
    for text in [token, reply] {
        let gpu = keys(7).verify(&text, &NONCE, now()).unwrap();
        assert_eq!(
            (gpu.gpus, &gpu.claims["x-nvidia-ver"]),
            (vec!["GPU-0".to_owned(), "GPU-1".to_owned()], &json!("3.0"))
        );
    }
}

#[test]
fn what_the_token_says_is_compared() {
    assert!(accepts(&token(&with("eat_nonce", json!("5A".repeat(32))))));
    for (name, value) in [
        ("iss", json!("https://nras.attestation.nvidia.com.example")),
        ("iss", Value::Null),
        ("exp", json!(NOW - 61)),
        ("exp", Value::Null),
        ("nbf", json!(NOW + 61)),
        ("iat", json!(NOW + 61)),
        ("eat_nonce", json!("5b".repeat(32))),
        ("eat_nonce", json!("")),
        ("eat_nonce", Value::Null),
        ("x-nvidia-overall-att-result", json!(false)),
        ("x-nvidia-overall-att-result", json!("true")),
        ("x-nvidia-overall-att-result", Value::Null),
        ("submods", json!({})),
        ("submods", Value::Null),
    ] {
        assert!(!accepts(&token(&with(name, value.clone()))), "{name}: {value}");
    }
    for (name, value) in [("exp", json!(NOW - 59)), ("nbf", json!(NOW + 59)), ("exp", json!(u64::MAX))] {
        assert!(accepts(&token(&with(name, value.clone()))), "{name}: {value}");
    }
}

#[test]
fn other_algorithms_and_keys_are_rejected() {
    for (header, seed) in [
        (json!({"alg": "none", "kid": "k1"}), 7),
        (json!({"alg": "HS384", "kid": "k1"}), 7),
        (json!({"alg": "ES256", "kid": "k1"}), 7),
        (json!({"alg": "es384", "kid": "k1"}), 7),
        (json!({"alg": "ES384", "kid": "k2"}), 7),
        (json!({"alg": "ES384"}), 7),
        (json!({"kid": "k1"}), 7),
        (json!({"alg": "ES384", "kid": "k1", "crit": ["b64"], "b64": false}), 7),
        (json!({"alg": "ES384", "kid": "k1"}), 8),
    ] {
        assert!(!accepts(&signed(&header, &claims(), seed)), "{header} {seed}");
    }
    let good = token(&claims());
    let (signed, _) = good.rsplit_once('.').unwrap();
    for text in [signed, &format!("{signed}."), &format!("{good}.x"), "", "a.b.c", "[]", "[[\"JWT\"]]"] {
        assert!(!accepts(text), "{text}");
    }
}

#[test]
fn a_set_without_a_key_is_none() {
    for text in [
        "",
        "{}",
        "[]",
        r#"{"keys": []}"#,
        r#"{"keys": [{"kty": "EC", "crv": "P-384", "kid": "k", "x": "AA", "y": "AA"}]}"#,
    ] {
        assert_eq!(NvidiaKeys::from_jwks(text).unwrap_err().check(), AttestationCheck::Gpu, "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn a_changed_token_is_rejected(position: prop::sample::Index, replacement in "[A-Za-z0-9_-]") {
        let good = token(&claims());
        let position = position.index(good.len());
        let mut changed = good.clone().into_bytes();
        changed[position] = replacement.as_bytes()[0];
        let changed = String::from_utf8(changed).unwrap();
        prop_assert!(changed == good || !accepts(&changed));
    }

    #[test]
    fn any_text_is_read_or_rejected(text in "[ -~.]{0,200}") {
        prop_assert!(!accepts(&text));
    }
}
