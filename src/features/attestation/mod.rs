//! Attestation of trusted execution environments: verifies that a model's key belongs to a confidential virtual machine, and which software
//! runs in it.
//!
//! | To | Use |
//! |---|---|
//! | verify the environment of a model | [`Tee::verify`] |
//! | say what it must have | [`AttestationVerifier`], [`ClientBuilder::attestation_verifier`](crate::ClientBuilder::attestation_verifier) |
//! | pin its software | [`MeasurementPolicy`] |
//! | see what was verified | [`VerifiedAttestation`], [`AttestationLevel`] |
//! | have the GPUs verified | [`AttestationVerifier::ask_nvidia`], [`VerifiedAttestation::with_gpu_token`] |
//! | verify the signature of an answer | [`VerifiedAttestation::verify_signature`] |
//! | learn why it failed | [`Error::attestation_error`](crate::Error::attestation_error) |
//! | verify without a network | [`AttestationVerifier::verify_reply`], [`Collateral`] |
//!
//! ```no_run
//! # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
//! let attestation = venice.tee().verify("e2ee-glm-5").await?;
//! println!("{attestation}"); // what was checked, and what could not be
//! # Ok(()) }
//! ```
//!
//! # What is checked
//! 1. The quote: its signature by an attestation key that Intel's quoting enclave certified, the certificates up to Intel's root (pinned by
//!    its SHA-256), CRLs, TCB info and enclave identity of today. Nothing of a quote is read before that passed.
//! 2. The TCB status: only `UpToDate` by default. The debug and profiling bits must be clear.
//! 3. The report data: the address of the reply's key, and the nonce of this request.
//! 4. The event log, replayed, results in the quote's RTMRs; the compose file has the hash in its MRCONFIGID.
//! 5. The measurements are those of the policy, if there is one.
//! 6. The GPUs, by NVIDIA's service, if the level [`GpuVerified`](AttestationLevel::GpuVerified) is required.
//!
//! A check that fails is an error. One that cannot be made, as the reply lacks something, is in
//! [`unavailable`](VerifiedAttestation::unavailable). What no signature covers is not compared and not returned as verified: the server's
//! `verified` and `server_verification`, the name of the model, `os_image_hash`, `vm_config`.
//!
//! # What it does not prove
//! That the software is harmless: measurements identify it, and its source must have been read. Without a policy, any virtual machine of anyone
//! with a TDX server passes, also one that the operator wrote for the purpose. Nor does it prove that a chat was answered there: encrypt for
//! the attested key.

mod binding;
mod collateral;
mod crypto;
mod error;
mod event_log;
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzz;
mod jwt;
mod level;
mod measurements;
mod nvidia;
mod pccs;
mod policy;
mod quote;
mod receipt;
mod report;
mod tcb;
#[cfg(test)]
mod tests;
mod verified;
mod verifier;

pub use self::binding::NonceBinding;
pub use self::collateral::{Collateral, Fmspc};
pub use self::error::AttestationError;
pub use self::level::{AttestationCheck, AttestationLevel};
pub use self::measurements::{Measurements, Sha384Digest};
pub use self::nvidia::{NvidiaKeys, VerifiedGpu};
pub use self::policy::MeasurementPolicy;
pub use self::receipt::VerifiedSignature;
pub use self::tcb::TcbStatus;
pub use self::verified::{Unavailable, VerifiedAttestation};
pub use self::verifier::AttestationVerifier;
use self::verifier::{Evidence, fresh_nonce, parse_quote};
use crate::api::generated::handles::Tee;
use crate::api::generated::operations;
use crate::features::flow::{Flow, plain_settings};
use crate::runtime::client::{Client, ClientBuilder};
use crate::runtime::error::Error;

/// The verifier of a client.
#[derive(Default)]
struct ClientVerifier(AttestationVerifier);

/// Settings of a verification.
#[derive(Debug, Default)]
pub struct VerifySettings {
    verifier: Option<AttestationVerifier>,
}

plain_settings!(VerifySettings);

impl<T: 'static> Flow<T, VerifySettings> {
    /// The verifier, in place of the client's ([`ClientBuilder::attestation_verifier`](crate::ClientBuilder::attestation_verifier)).
    pub fn with_verifier(mut self, verifier: &AttestationVerifier) -> Self {
        self.settings.verifier = Some(verifier.clone());
        self
    }
}

impl ClientBuilder {
    /// The verifier of attestations. Default: [`AttestationVerifier::new`].
    pub fn attestation_verifier(self, verifier: &AttestationVerifier) -> Self {
        self.slots().set(ClientVerifier(verifier.clone()));
        self
    }
}

impl Tee<'_> {
    /// Fetches the attestation of a model's environment for a fresh nonce, and verifies it.
    ///
    /// Verification takes some milliseconds of CPU time, inline. The first one for a CPU model fetches collateral from the verifier's PCCS.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// use venice_ai::attestation::{AttestationVerifier, TcbStatus};
    ///
    /// let verifier = AttestationVerifier::new().accept_tcb_status(TcbStatus::SWHardeningNeeded);
    /// let attestation = venice.tee().verify("e2ee-glm-5").with_verifier(&verifier).await?;
    /// println!("{}: {:?}", attestation.level(), attestation.advisories());
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Attestation`](crate::ErrorKind::Attestation) if a check fails: [`attestation_error`](Error::attestation_error) says
    /// which, and nothing must be sent to the model then. Others are those of [`attestation`](Self::attestation), and of the PCCS.
    pub fn verify(&self, model: impl Into<String>) -> Flow<VerifiedAttestation, VerifySettings> {
        let model = model.into();
        let settings = VerifySettings::default();
        Flow::with_settings(self.client, "the attestation", settings, |client, settings, _| async move {
            let verifier = settings.verifier.unwrap_or_else(|| of_client(&client));
            verify(&client, &verifier, model).await
        })
    }
}

/// The verifier of a client.
pub(crate) fn of_client(client: &Client) -> AttestationVerifier {
    client.shared().slots.get_or(ClientVerifier::default).0.clone()
}

/// Fetches and verifies an attestation.
pub(crate) async fn verify(
    client: &Client,
    verifier: &AttestationVerifier,
    model: String,
) -> Result<VerifiedAttestation, Error> {
    let nonce = fresh_nonce()?;
    let reply = client.tee().attestation(&model, nonce).await?;
    let explained = |error: Error| error.with_operation(&operations::GET_TEE_ATTESTATION);
    let quote = parse_quote(&reply).map_err(|failed| explained(failed.into()))?;
    let (required, now) = (verifier.required_level(), client.clock().system_time());
    let supplied = quote.as_ref().and_then(|quote| verifier.supplied_for(quote));
    let mut fetched = None;
    let collateral = match (&quote, &verifier.pccs, supplied) {
        (_, _, Some(collateral)) => Ok(collateral),
        (Some(quote), Some(pccs), None) => {
            fetched = Some((quote.fmspc(), quote.ca()));
            match pccs::collateral(client, pccs, &verifier.cache, quote).await {
                Err(error) if required > AttestationLevel::Claimed => return Err(error),
                outcome => outcome.map_err(|error| format!("the PCCS has no collateral: {error}")),
            }
        }
        _ => Err("no collateral was supplied for its CPU model".to_owned()),
    };
    let verified = verifier.assess(Evidence { reply, model, nonce, quote }, collateral, now);
    if let Some(key) = fetched {
        verifier.cache.settle(key, &verified);
    }
    let mut verified = verified.map_err(|failed| explained(failed.into()))?;
    if required == AttestationLevel::GpuVerified
        && verified.level() == AttestationLevel::MeasurementsPinned
        && let Some(service) = &verifier.nvidia
    {
        verified = nvidia::ask(client, service, verifier.nvidia_keys.as_ref(), verified).await.map_err(explained)?;
    }
    verified.at_least(required).map_err(|failed| explained(failed.into()))
}
