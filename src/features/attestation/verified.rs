//! `VerifiedAttestation`: an attestation with everything that was compared, and what could not be.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use super::binding::{Address, NonceBinding, PublicKey, address_text};
use super::collateral::Fmspc;
use super::error::AttestationError;
use super::level::{AttestationCheck, AttestationLevel};
use super::measurements::Measurements;
use super::nvidia::VerifiedGpu;
use super::quote::VerifiedQuote;
use super::tcb::TcbStatus;
use crate::api::generated::types::TeeAttestation;
use crate::runtime::error::Error;

/// A check that could not be made, as the reply lacks what it needs.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unavailable {
    /// The check.
    pub check: AttestationCheck,
    /// Why it could not be made.
    pub reason: String,
}

/// An attestation that passed all checks which its verifier requires: [`level`](Self::level) says how many.
///
/// All getters but those named otherwise return what was verified at that level. `Display` is a report for people.
#[derive(Clone)]
pub struct VerifiedAttestation(pub(super) Arc<Verified>);

#[derive(Clone)]
pub(super) struct Verified {
    pub(super) model: String,
    pub(super) level: AttestationLevel,
    pub(super) nonce: [u8; 32],
    pub(super) address: Address,
    pub(super) public_key: Result<PublicKey, String>,
    pub(super) quote: Option<(VerifiedQuote, NonceBinding)>,
    pub(super) compose_hash: Option<[u8; 32]>,
    pub(super) gpu: Option<VerifiedGpu>,
    pub(super) passed: Vec<AttestationCheck>,
    pub(super) unavailable: Vec<Unavailable>,
    pub(super) at: SystemTime,
    pub(super) reply: TeeAttestation,
}

impl VerifiedAttestation {
    /// How much was verified.
    pub fn level(&self) -> AttestationLevel {
        self.0.level
    }

    /// The model that was asked for. No signature covers it.
    pub fn model(&self) -> &str {
        &self.0.model
    }

    /// The nonce of the request.
    pub fn nonce(&self) -> &[u8; 32] {
        &self.0.nonce
    }

    /// When it was verified.
    pub fn verified_at(&self) -> SystemTime {
        self.0.at
    }

    /// The key for end-to-end encryption: 65 bytes that start with `04`, an uncompressed point of secp256k1. Its address is
    /// [`signing_address`](Self::signing_address).
    ///
    /// # Errors
    /// With the check [`PublicKey`](AttestationCheck::PublicKey) and the reason, if the reply has no such key: the model runs without
    /// end-to-end encryption, or has keys of other algorithms only.
    pub fn public_key(&self) -> Result<&PublicKey, Error> {
        self.0.public_key.as_ref().map_err(|reason| {
            let problem = format!("the attestation has no public key for end-to-end encryption: {reason}");
            AttestationError::new(AttestationCheck::PublicKey, problem).into()
        })
    }

    /// The address that signs answers: `0x` and 40 digits in lower case. The quote binds it, above the level
    /// [`Claimed`](AttestationLevel::Claimed).
    #[must_use]
    pub fn signing_address(&self) -> String {
        address_text(&self.0.address)
    }

    /// The measurements of the quote. `None` at the level [`Claimed`](AttestationLevel::Claimed), like the following.
    pub fn measurements(&self) -> Option<&Measurements> {
        self.quote().map(|quote| &quote.measurements)
    }

    /// The TCB status of the platform, which is an accepted one.
    pub fn tcb_status(&self) -> Option<TcbStatus> {
        self.quote().map(|quote| quote.tcb_status)
    }

    /// Intel's advisories that apply to the platform, such as `INTEL-SA-00837`. Empty for an up-to-date one.
    pub fn advisories(&self) -> &[String] {
        self.quote().map_or(&[], |quote| &quote.advisories)
    }

    /// The 64 bytes of report data: the signing address, zeros, and the nonce.
    pub fn report_data(&self) -> Option<&[u8; 64]> {
        self.quote().map(|quote| &quote.report_data)
    }

    /// How the report data has the nonce.
    pub fn nonce_binding(&self) -> Option<NonceBinding> {
        self.0.quote.as_ref().map(|quote| quote.1)
    }

    /// The version of the quote: 4 or 5.
    pub fn quote_version(&self) -> Option<u16> {
        self.quote().map(|quote| quote.version)
    }

    /// The CPU model.
    pub fn fmspc(&self) -> Option<Fmspc> {
        self.quote().map(|quote| quote.fmspc)
    }

    /// When the first part of the collateral expires that the quote was verified with.
    pub fn collateral_expires(&self) -> Option<SystemTime> {
        self.quote().map(|quote| quote.collateral_expires)
    }

    /// The SHA-256 of the compose file, which the quote's MRCONFIGID has. `None` if the reply names no compose file.
    pub fn compose_hash(&self) -> Option<&[u8; 32]> {
        self.0.compose_hash.as_ref()
    }

    /// The checks that were made, in their order. All of them passed.
    pub fn passed(&self) -> &[AttestationCheck] {
        &self.0.passed
    }

    /// The checks that could not be made, with the reasons.
    pub fn unavailable(&self) -> &[Unavailable] {
        &self.0.unavailable
    }

    /// The reply as the server sent it. What the getters here do not return was not verified: `os_image_hash`, `vm_config`,
    /// `server_verification`, the names and payloads of events.
    pub fn reply(&self) -> &TeeAttestation {
        &self.0.reply
    }

    fn quote(&self) -> Option<&VerifiedQuote> {
        self.0.quote.as_ref().map(|quote| &quote.0)
    }
}

impl fmt::Debug for VerifiedAttestation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedAttestation")
            .field("model", &self.0.model)
            .field("level", &self.0.level)
            .field("signing_address", &self.signing_address())
            .field("passed", &self.0.passed)
            .field("unavailable", &self.0.unavailable)
            .finish_non_exhaustive()
    }
}
