//! GPUs: verifies what NVIDIA's attestation service (NRAS) says about the evidence of an attestation, and asks it.

use std::sync::Arc;
use std::time::SystemTime;

use reqwest::Method;
use serde_json::Value;

use super::error::AttestationError;
use super::jwt::KeySet;
use super::level::{AttestationCheck, AttestationLevel};
use super::pccs;
use super::verified::VerifiedAttestation;
use crate::features::hex;
use crate::runtime::client::Client;
use crate::runtime::error::Error;
use crate::runtime::operation::{AuthScheme, Carries, Operation, RetryClass, unknown_to_the_document};

/// NVIDIA's service, and the issuer of its tokens.
pub(super) const SERVICE: &str = "https://nras.attestation.nvidia.com";
const ATTEST: &str = "/v3/attest/gpu";
const KEYS: &str = "/.well-known/jwks.json";

static GPU_TOKEN: Operation = Operation {
    // The evidence of the GPU, and nothing of a prompt.
    carries: Carries::Nothing,
    ..unknown_to_the_document("attestGpu", "POST", "/v3/attest/gpu", RetryClass::Safe, AuthScheme::Anonymous)
};
static GPU_KEYS: Operation =
    unknown_to_the_document("getGpuKeys", "GET", "/.well-known/jwks.json", RetryClass::Safe, AuthScheme::Anonymous);

/// The public keys of NVIDIA's attestation service, with which its tokens are verified.
#[derive(Clone, Debug)]
pub struct NvidiaKeys(KeySet);

/// What a verified token of NVIDIA's attestation service says.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct VerifiedGpu {
    /// The names of the GPUs that it covers, such as `GPU-0`.
    pub gpus: Vec<String>,
    /// All claims of the token.
    pub claims: Value,
}

impl NvidiaKeys {
    /// Reads a JSON Web Key Set, such as that of `https://nras.attestation.nvidia.com/.well-known/jwks.json`. Keys of other curves than
    /// P-384 are ignored.
    ///
    /// # Errors
    /// With the check [`Gpu`](AttestationCheck::Gpu): more than 1 MiB, other JSON, or no key.
    pub fn from_jwks(json: &str) -> Result<Self, AttestationError> {
        KeySet::from_json(json).map(Self).map_err(failed)
    }

    /// Verifies a token: the service's signature (ES384), its issuer `https://nras.attestation.nvidia.com`, its times with a minute of
    /// leeway, the nonce, and that the overall result is positive.
    ///
    /// `token` is the reply of the service, or the overall token in it.
    ///
    /// # Errors
    /// With the check [`Gpu`](AttestationCheck::Gpu).
    pub fn verify(&self, token: &str, nonce: &[u8; 32], now: SystemTime) -> Result<VerifiedGpu, AttestationError> {
        let reply: Option<Value> =
            if token.trim_start().starts_with('[') { serde_json::from_str(token).ok() } else { None };
        let overall = reply.as_ref().and_then(|reply| reply.pointer("/0/1")).and_then(Value::as_str);
        let claims = self.0.verify(overall.unwrap_or(token).trim(), SERVICE, now).map_err(failed)?;
        let named = claims.get("eat_nonce").and_then(Value::as_str).unwrap_or_default();
        if !named.trim_start_matches("0x").eq_ignore_ascii_case(&hex::encode(nonce)) {
            let named: String = named.chars().take(80).collect();
            return Err(failed(format!(
                "the token of the GPUs has the nonce {named:?}, which is not that of the request"
            )));
        }
        match claims.get("x-nvidia-overall-att-result") {
            Some(Value::Bool(true)) => {}
            Some(Value::Bool(false)) => return Err(failed("NVIDIA's service could not verify the GPUs".to_owned())),
            _ => return Err(failed("the token of the GPUs has no overall result".to_owned())),
        }
        let gpus = claims.get("submods").and_then(Value::as_object);
        let gpus: Vec<_> = gpus.into_iter().flat_map(|gpus| gpus.keys().cloned()).collect();
        if gpus.is_empty() {
            return Err(failed("the token covers no GPU".to_owned()));
        }
        Ok(VerifiedGpu { gpus, claims })
    }
}

impl VerifiedAttestation {
    /// Adds a token of NVIDIA's attestation service for this attestation's nonce. The level becomes
    /// [`GpuVerified`](AttestationLevel::GpuVerified) if the measurements are pinned; otherwise it stays, and [`gpu`](Self::gpu) has the
    /// claims.
    ///
    /// # Errors
    /// Those of [`NvidiaKeys::verify`].
    pub fn with_gpu_token(mut self, token: &str, keys: &NvidiaKeys, now: SystemTime) -> Result<Self, AttestationError> {
        let gpu = keys.verify(token, self.nonce(), now)?;
        let verified = Arc::make_mut(&mut self.0);
        verified.unavailable.retain(|missing| missing.check != AttestationCheck::Gpu);
        verified.passed.push(AttestationCheck::Gpu);
        verified.gpu = Some(gpu);
        if verified.level == AttestationLevel::MeasurementsPinned {
            verified.level = AttestationLevel::GpuVerified;
        }
        Ok(self)
    }

    /// What NVIDIA's service says about the GPUs, if that was verified.
    pub fn gpu(&self) -> Option<&VerifiedGpu> {
        self.0.gpu.as_ref()
    }
}

/// Asks the service about the evidence of an attestation, and verifies its answer.
pub(super) async fn ask(
    client: &Client,
    service: &str,
    keys: Option<&NvidiaKeys>,
    attestation: VerifiedAttestation,
) -> Result<VerifiedAttestation, Error> {
    let base = pccs::service("NVIDIA service", service)?;
    let base = base.as_str().trim_end_matches('/');
    let Some(evidence) = attestation.reply().nvidia_evidence() else {
        return Err(failed("the reply has no evidence of GPUs".to_owned()).into());
    };
    let explained = |error: Error| {
        let message = format!("NVIDIA's service did not answer: {error}");
        error.attach(AttestationError::new(AttestationCheck::Gpu, message))
    };
    let call = pccs::call(client, &GPU_TOKEN, Method::POST, &format!("{base}{ATTEST}")).with_json_body(&evidence);
    let token = text(&call.await.map_err(explained)?.1)?;
    let keys = match keys {
        Some(keys) => keys.clone(),
        None => {
            let call = pccs::call(client, &GPU_KEYS, Method::GET, &format!("{base}{KEYS}"));
            NvidiaKeys::from_jwks(&text(&call.await.map_err(explained)?.1)?)?
        }
    };
    Ok(attestation.with_gpu_token(&token, &keys, client.clock().system_time())?)
}

fn text(body: &[u8]) -> Result<String, AttestationError> {
    let text = std::str::from_utf8(body).map_err(|_| failed("NVIDIA's service sent no text".to_owned()))?;
    // A token alone may come as a JSON string.
    Ok(text.trim().trim_matches('"').to_owned())
}

fn failed(problem: String) -> AttestationError {
    AttestationError::new(AttestationCheck::Gpu, problem)
}
