//! Handlers of TEE attestation: made-up quotes in the form of real ones, which prove nothing, or signed ones.

use serde_json::{Value, json};

#[cfg(feature = "attestation")]
use super::attestation;
use super::errors::error;
use super::parsed_request::ParsedRequest;
use super::reply::Reply;
use super::state::State;
use super::{models, time};

/// The model in a trusted environment.
const IN_AN_ENCLAVE: &str = "arsenale-coder";
const ADDRESS: &str = "0x7f3c1d5e9a2b4c6d8e0f1a3b5c7d9e0f2a4b6c8d";

#[cfg_attr(not(feature = "attestation"), allow(unused_variables))]
pub(super) fn attestation(state: &mut State, request: &ParsedRequest<'_>) -> Result<Reply, Reply> {
    let model = model(request)?;
    let nonce = request.route.query("nonce").unwrap_or_default();
    if nonce.len() != 64 || !nonce.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(error(502, "Nonce must be exactly 32 bytes"));
    }
    let nonce = nonce.to_ascii_lowercase();
    let address = ADDRESS.trim_start_matches("0x");
    let report_data = format!("{address}{}{nonce}", "0".repeat(24));
    // The header of a quote of version 4 and its body, with the report data in its place.
    let quote = format!("0400020081000000{}{report_data}{}", "00".repeat(560), "00".repeat(64));
    let now = time::iso(time::now());
    #[cfg_attr(not(feature = "attestation"), allow(unused_mut))]
    let mut reply = json!({
            "verified": true,
            "nonce": nonce,
            "model": model["id"],
            "tee_provider": "phala",
            "tee_hardware": "intel-tdx",
            "intel_quote": quote,
            "nvidia_payload": json!({"nonce": nonce, "arch": "HOPPER", "evidence_list": []}).to_string(),
            "signing_public_key": format!("04{}", "5e".repeat(64)),
            "signing_address": ADDRESS,
            "signing_algo": "ecdsa",
            "event_log": json!([{"imr": 3, "event": "app-id", "digest": "00"}]).to_string(),
            "server_verification": {
                "tdx": {"valid": true, "signatureValid": true, "certificateChainValid": true, "reportData": report_data},
                "nvidia": {"valid": true},
                "signingAddressBinding": {"bound": true, "reportDataAddress": ADDRESS},
                "nonceBinding": {"bound": true, "method": "raw"},
                "verifiedAt": now,
                "verificationDurationMs": 12,
            },
    });
    #[cfg(feature = "attestation")]
    if state.attestations.signs {
        let key = attestation::model_point(model["id"].as_str().unwrap_or_default());
        attestation::attest(state, &nonce, &key, &mut reply).ok_or_else(|| error(500, "no quote can be made"))?;
    }
    Ok(Reply::json(200, &reply))
}

#[cfg_attr(not(feature = "attestation"), allow(unused_variables))]
pub(super) fn signature(state: &mut State, request: &ParsedRequest<'_>) -> Result<Reply, Reply> {
    let model = model(request)?;
    let text = format!("{}:{}", "1a".repeat(32), "2b".repeat(32));
    let made_up = (format!("0x{}1b", "c4".repeat(64)), ADDRESS.to_owned());
    #[cfg(feature = "attestation")]
    let signed =
        state.attestations.signs.then(|| attestation::sign(state, model["id"].as_str().unwrap_or_default(), &text));
    #[cfg(not(feature = "attestation"))]
    let signed: Option<Option<(String, String)>> = None;
    let (signature, address) = signed.flatten().unwrap_or(made_up);
    let body = json!({"text": text, "signature": signature, "signing_address": address, "signing_algo": "ecdsa"});
    Ok(Reply::json(200, &body))
}

fn model(request: &ParsedRequest<'_>) -> Result<Value, Reply> {
    let name = request.route.query("model").unwrap_or_default();
    if models::resolve("text", name).is_none() && !request.checks_models {
        return Ok(models::named(models::resolve("text", IN_AN_ENCLAVE).unwrap_or_default(), name));
    }
    let model = models::wanted(request, "text", name)?;
    match model["model_spec"]["capabilities"]["supportsTeeAttestation"] == true {
        true => Ok(model),
        false => Err(error(400, "This model does not run in a trusted environment")),
    }
}
