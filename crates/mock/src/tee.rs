//! Handlers of TEE attestation: made-up quotes in the form of real ones, which prove nothing, or signed ones.

use serde_json::{Value, json};

#[cfg(feature = "attestation")]
use super::attestation;
#[cfg(feature = "e2ee")]
use super::e2ee;
use super::errors::error;
#[cfg(feature = "e2ee")]
use super::evm::{address_of, to_hex};
use super::parsed_request::ParsedRequest;
use super::reply::Reply;
use super::state::State;
use super::{models, time};

/// The model in a trusted environment.
const IN_AN_ENCLAVE: &str = "arsenale-coder";
#[cfg(not(feature = "e2ee"))]
const ADDRESS: &str = "0x7f3c1d5e9a2b4c6d8e0f1a3b5c7d9e0f2a4b6c8d";

pub(super) fn attestation(state: &mut State, request: &ParsedRequest<'_>) -> Result<Reply, Reply> {
    let model = model(request, request.route.query("model").unwrap_or_default())?;
    let nonce = request.route.query("nonce").unwrap_or_default();
    if nonce.len() != 64 || !nonce.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(error(502, "Nonce must be exactly 32 bytes"));
    }
    let nonce = nonce.to_ascii_lowercase();
    let (public_key, signing_address) = key(state, &model);
    let address = signing_address.trim_start_matches("0x");
    let report_data = format!("{address}{}{nonce}", "0".repeat(24));
    // The header of a quote of version 4 and its body, with the report data in its place.
    let quote = format!("0400020081000000{}{report_data}{}", "00".repeat(560), "00".repeat(64));
    let now = time::iso(time::now());
    #[cfg_attr(not(any(feature = "attestation", feature = "e2ee")), allow(unused_mut))]
    let mut body = json!({
        "verified": true,
        "nonce": nonce,
        "model": model["id"],
        "tee_provider": "phala",
        "tee_hardware": "intel-tdx",
        "intel_quote": quote,
        "nvidia_payload": json!({"nonce": nonce, "arch": "HOPPER", "evidence_list": []}).to_string(),
        "signing_public_key": public_key,
        "signing_address": signing_address,
        "signing_algo": "ecdsa",
        "event_log": json!([{"imr": 3, "event": "app-id", "digest": "00"}]).to_string(),
        "server_verification": {
            "tdx": {"valid": true, "signatureValid": true, "certificateChainValid": true, "reportData": report_data},
            "nvidia": {"valid": true},
            "signingAddressBinding": {"bound": true, "reportDataAddress": signing_address},
            "nonceBinding": {"bound": true, "method": "raw"},
            "verifiedAt": now,
            "verificationDurationMs": 12,
        },
    });
    #[cfg(feature = "attestation")]
    if state.attestations.signs {
        let key = attestation::model_point(state, model["id"].as_str().unwrap_or_default());
        attestation::attest(state, &nonce, &key, &mut body).ok_or_else(|| error(500, "no quote can be made"))?;
    }
    #[cfg(feature = "e2ee")]
    if request.encryption_fault == Some(e2ee::EncryptionFault::NoQuote)
        && let Some(fields) = body.as_object_mut()
    {
        fields.retain(|name, _| !matches!(name.as_str(), "intel_quote" | "nvidia_payload" | "event_log"));
    }
    Ok(Reply::json(200, &body))
}

pub(super) fn signature(state: &mut State, request: &ParsedRequest<'_>) -> Result<Reply, Reply> {
    let model = model(request, request.route.query("model").unwrap_or_default())?;
    let text = format!("{}:{}", "1a".repeat(32), "2b".repeat(32));
    let made_up = (format!("0x{}1b", "c4".repeat(64)), key(state, &model).1);
    #[cfg(feature = "attestation")]
    let signed =
        state.attestations.signs.then(|| attestation::sign(state, model["id"].as_str().unwrap_or_default(), &text));
    #[cfg(not(feature = "attestation"))]
    let signed: Option<Option<(String, String)>> = None;
    let (signature, address) = signed.flatten().unwrap_or(made_up);
    let body = json!({"text": text, "signature": signature, "signing_address": address, "signing_algo": "ecdsa"});
    Ok(Reply::json(200, &body))
}

/// The public key of a model's environment, and its address.
#[cfg(feature = "e2ee")]
fn key(state: &State, model: &Value) -> (String, String) {
    let key = e2ee::model_key(model["id"].as_str().unwrap_or_default(), state.key_generation);
    let point = key.map(|key| e2ee::point(&key.public_key())).unwrap_or_default();
    (to_hex(&point), format!("0x{}", to_hex(address_of(&point))))
}

#[cfg(not(feature = "e2ee"))]
fn key(_: &State, _: &Value) -> (String, String) {
    (format!("04{}", "5e".repeat(64)), ADDRESS.to_owned())
}

/// The model of a request that needs a trusted environment.
pub(super) fn model(request: &ParsedRequest<'_>, name: &str) -> Result<Value, Reply> {
    if models::resolve("text", name).is_none() && !request.checks_models {
        return Ok(models::named(models::resolve("text", IN_AN_ENCLAVE).unwrap_or_default(), name));
    }
    let model = models::wanted(request, "text", name)?;
    match model["model_spec"]["capabilities"]["supportsTeeAttestation"] == true {
        true => Ok(model),
        false => Err(error(400, "This model does not run in a trusted environment")),
    }
}
