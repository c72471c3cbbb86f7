//! `NVIDIA's attestation service`: tokens for any evidence, signed by a key of the mock.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p384::ecdsa::signature::Signer as _;
use p384::ecdsa::{Signature, SigningKey};
use serde_json::{Value, json};

use super::AttestationFault;
use crate::reply::Reply;
use crate::time;

const KEY_ID: &str = "nv-eat-kid-mock";

fn key() -> Option<SigningKey> {
    SigningKey::from_slice(&[0x4e; 48]).ok()
}

/// The public key.
pub(super) fn keys() -> Option<Reply> {
    let point = key()?.verifying_key().to_sec1_point(false);
    let part = |range| URL_SAFE_NO_PAD.encode(&point.as_bytes()[range]);
    let key = json!({"kty": "EC", "crv": "P-384", "kid": KEY_ID, "alg": "ES384", "x": part(1..49), "y": part(49..97)});
    Some(Reply::json(200, &json!({"keys": [key]})))
}

/// The token for evidence, with its nonce.
pub(super) fn attest(evidence: &Value, fault: Option<AttestationFault>) -> Option<Reply> {
    let now = time::now().as_secs();
    let is_valid = fault != Some(AttestationFault::InvalidGpu);
    let claims = json!({
        "iss": "https://nras.attestation.nvidia.com", "sub": "NVIDIA-PLATFORM-ATTESTATION",
        "exp": now + 3600, "nbf": now, "iat": now, "jti": "mock", "x-nvidia-ver": "3.0", "eat_nonce": evidence["nonce"],
        "x-nvidia-overall-att-result": is_valid, "submods": {"GPU-0": ["DIGEST", ["SHA-256", "00".repeat(32)]]},
    });
    let header = json!({"alg": "ES384", "kid": KEY_ID, "typ": "JWT"});
    let signed = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string())).join(".");
    let signature: Signature = key()?.sign(signed.as_bytes());
    let token = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes()));
    Some(Reply::json(200, &json!([["JWT", token], {"GPU-0": token}])))
}
