//! `AttestationVerifier`: what an attestation must have, and the checks that find out.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use super::binding::{self, ClaimedKeys};
use super::collateral::Collateral;
use super::error::AttestationError;
use super::event_log;
use super::level::{AttestationCheck, AttestationLevel};
use super::nvidia::{self, NvidiaKeys};
use super::pccs::{CollateralCache, DEFAULT_PCCS};
use super::policy::MeasurementPolicy;
use super::quote::{TdxQuote, TrustedRoot, VerifiedQuote};
use super::tcb::TcbStatus;
use super::verified::{Unavailable, Verified, VerifiedAttestation};
use crate::api::generated::types::TeeAttestation;
use crate::features::hex;
use crate::features::tee::TeeNonce;
use crate::runtime::error::Error;

/// Verifies attestations: with collateral of a PCCS or supplied, Intel's root certificate, the accepted TCB statuses, a policy of
/// measurements, and the level that is required.
///
/// A clone shares the cached collateral. By default it requires the level [`QuoteVerified`](AttestationLevel::QuoteVerified), or
/// [`MeasurementsPinned`](AttestationLevel::MeasurementsPinned) with a policy.
///
/// ```no_run
/// use venice_ai::Client;
/// use venice_ai::attestation::{AttestationVerifier, MeasurementPolicy};
///
/// let policy = MeasurementPolicy::from_file("venice-tee.json")?;
/// let verifier = AttestationVerifier::new().measurements(policy);
/// let venice = Client::builder().attestation_verifier(&verifier).build()?;
/// # Ok::<(), venice_ai::Error>(())
/// ```
#[derive(Clone)]
pub struct AttestationVerifier {
    pub(super) pccs: Option<String>,
    pub(super) supplied: Vec<Collateral>,
    pub(super) cache: Arc<CollateralCache>,
    pub(super) nvidia: Option<String>,
    pub(super) nvidia_keys: Option<NvidiaKeys>,
    root: TrustedRoot,
    statuses: Vec<TcbStatus>,
    policy: Option<MeasurementPolicy>,
    minimum: Option<AttestationLevel>,
}

impl Default for AttestationVerifier {
    fn default() -> Self {
        Self {
            pccs: Some(DEFAULT_PCCS.to_owned()),
            supplied: Vec::new(),
            cache: Arc::default(),
            nvidia: None,
            nvidia_keys: None,
            root: TrustedRoot::Intel,
            statuses: vec![TcbStatus::UpToDate],
            policy: None,
            minimum: None,
        }
    }
}

/// Settings.
impl AttestationVerifier {
    /// A verifier with the default settings.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The server with Intel's collateral (PCCS), `https` only. Default: `https://pccs.phala.network`; Intel's own is
    /// `https://api.trustedservices.intel.com`. It sees the CPU models that one asks about. It cannot forge anything: Intel signs the
    /// collateral. Only that host is asked, without credentials, and collateral is cached until it expires.
    #[must_use]
    pub fn pccs_url(mut self, url: impl Into<String>) -> Self {
        self.pccs = Some(url.into());
        self.cache = Arc::default();
        self
    }

    /// Collateral of a CPU model, which is used instead of that of the PCCS. May be called several times.
    #[must_use]
    pub fn collateral(mut self, collateral: Collateral) -> Self {
        self.supplied.push(collateral);
        self
    }

    /// Asks no PCCS: only supplied [`collateral`](Self::collateral) is used.
    #[must_use]
    pub fn offline(mut self) -> Self {
        self.pccs = None;
        self
    }

    /// Accepts this TCB status, too. Default: only [`UpToDate`](TcbStatus::UpToDate). [`Revoked`](TcbStatus::Revoked) is never accepted.
    #[must_use]
    pub fn accept_tcb_status(mut self, status: TcbStatus) -> Self {
        self.statuses.push(status);
        self
    }

    /// The accepted measurements.
    #[must_use]
    pub fn measurements(mut self, policy: MeasurementPolicy) -> Self {
        self.policy = Some(policy);
        self
    }

    /// The level below which verification is an error. With [`Claimed`](AttestationLevel::Claimed), a reply without a quote and a quote
    /// without collateral are accepted; a quote that fails a check never is.
    #[must_use]
    pub fn minimum_level(mut self, level: AttestationLevel) -> Self {
        self.minimum = Some(level);
        self
    }

    /// Lets NVIDIA's attestation service verify the evidence of the GPUs, if the level [`GpuVerified`](AttestationLevel::GpuVerified) is
    /// required. The evidence is sent to `https://nras.attestation.nvidia.com`, without credentials.
    #[must_use]
    pub fn ask_nvidia(self) -> Self {
        self.nvidia_url(nvidia::SERVICE)
    }

    /// Like [`ask_nvidia`](Self::ask_nvidia), with another address of the service, `https` only: that of a gateway, for example. Its tokens
    /// must be of NVIDIA's service nonetheless.
    #[must_use]
    pub fn nvidia_url(mut self, url: impl Into<String>) -> Self {
        self.nvidia = Some(url.into());
        self
    }

    /// The public keys of NVIDIA's service. Default: they are fetched from the service.
    #[must_use]
    pub fn nvidia_keys(mut self, keys: NvidiaKeys) -> Self {
        self.nvidia_keys = Some(keys);
        self
    }

    /// Trusts this root certificate (DER) and no longer Intel's. **For tests only**: anyone with its key can forge any attestation.
    #[must_use]
    pub fn dangerously_trust_test_root_instead_of_intel(mut self, der: impl Into<Vec<u8>>) -> Self {
        self.root = TrustedRoot::Test(der.into());
        self
    }

    /// The level that is required.
    pub fn required_level(&self) -> AttestationLevel {
        let by_default = match self.policy {
            Some(_) => AttestationLevel::MeasurementsPinned,
            None => AttestationLevel::QuoteVerified,
        };
        self.minimum.unwrap_or(by_default)
    }
}

/// Verification.
impl AttestationVerifier {
    /// Verifies a reply that was fetched before, without any request: with the supplied collateral. `model` and `nonce` are those of the
    /// request, and `now` must be within the time of the collateral.
    ///
    /// It takes some milliseconds of CPU time. For the level [`GpuVerified`](AttestationLevel::GpuVerified), require a lower one and add the
    /// token: [`VerifiedAttestation::with_gpu_token`].
    ///
    /// # Errors
    /// The first check that failed. [`Collateral`](AttestationCheck::Collateral) if there is none for the quote's CPU model.
    pub fn verify_reply(
        &self,
        reply: TeeAttestation,
        model: impl Into<String>,
        nonce: impl Into<TeeNonce>,
        now: SystemTime,
    ) -> Result<VerifiedAttestation, AttestationError> {
        let nonce = nonce.into();
        let nonce = hex::decode_array(nonce.as_hex().trim_start_matches("0x"));
        let nonce = nonce.ok_or_else(|| AttestationError::new(AttestationCheck::Reply, "the nonce is not 32 bytes"))?;
        let quote = parse_quote(&reply)?;
        let collateral = quote.as_ref().and_then(|quote| self.supplied_for(quote));
        let collateral = collateral.ok_or_else(|| "no collateral was supplied for its CPU model".to_owned());
        let verified = self.assess(Evidence { reply, model: model.into(), nonce, quote }, collateral, now)?;
        verified.at_least(self.required_level())
    }

    pub(super) fn supplied_for(&self, quote: &TdxQuote) -> Option<Collateral> {
        self.supplied.iter().find(|collateral| collateral.fmspc() == quote.fmspc()).cloned()
    }

    /// All checks but that of the GPUs.
    pub(super) fn assess(
        &self,
        evidence: Evidence,
        collateral: Result<Collateral, String>,
        now: SystemTime,
    ) -> Result<VerifiedAttestation, AttestationError> {
        let Evidence { reply, model, nonce, quote } = evidence;
        let keys = ClaimedKeys::of(&reply)?;
        let mut verified = Verified {
            model,
            level: AttestationLevel::Claimed,
            nonce,
            address: keys.address,
            public_key: keys.public_key,
            quote: None,
            compose_hash: None,
            gpu: None,
            passed: vec![AttestationCheck::Reply],
            unavailable: Vec::new(),
            at: now,
            reply,
        };
        match verified.public_key {
            Ok(_) => verified.passed.push(AttestationCheck::KeyAddress),
            Err(_) => verified.is_unavailable(AttestationCheck::KeyAddress, "the reply has no key of secp256k1"),
        }
        verified.check_claim()?;
        match (quote, collateral) {
            (Some(quote), Ok(collateral)) => {
                let quote = quote.verify(&collateral, &self.root, now)?;
                self.compare(&mut verified, quote)?;
            }
            (Some(_), Err(reason)) => verified.is_unavailable(AttestationCheck::Quote, reason),
            (None, _) => verified.is_unavailable(AttestationCheck::Quote, "the reply has no quote"),
        }
        verified.is_unavailable(AttestationCheck::Gpu, "NVIDIA's service was not asked");
        Ok(VerifiedAttestation(Arc::new(verified)))
    }

    /// Compares what a verified quote has.
    fn compare(&self, verified: &mut Verified, quote: VerifiedQuote) -> Result<(), AttestationError> {
        verified.passed.extend([AttestationCheck::Collateral, AttestationCheck::Quote, AttestationCheck::TdAttributes]);
        let status = quote.tcb_status;
        let accepts_status =
            self.statuses.contains(&status) || self.policy.as_ref().is_some_and(|policy| policy.accepts_status(status));
        if !accepts_status || status == TcbStatus::Revoked {
            let advisories = match &*quote.advisories {
                [] => "without advisories".to_owned(),
                advisories => format!("with the advisories {}", advisories.join(", ")),
            };
            let problem = format!("the TCB status of the platform is {status}, {advisories}, which is not accepted");
            let failed = AttestationError::new(AttestationCheck::TcbStatus, problem);
            return Err(failed.with_tcb(status, &quote.advisories));
        }
        verified.passed.push(AttestationCheck::TcbStatus);
        let binding = binding::check_report_data(&quote.report_data, &verified.address, &verified.nonce)?;
        verified.passed.push(AttestationCheck::ReportData);
        match event_log::check_events(&verified.reply, &quote.measurements)? {
            true => verified.passed.push(AttestationCheck::EventLog),
            false => verified.is_unavailable(AttestationCheck::EventLog, "the reply has no event log"),
        }
        verified.compose_hash = event_log::check_compose(&verified.reply, &quote.measurements)?;
        match verified.compose_hash {
            Some(_) => verified.passed.push(AttestationCheck::Compose),
            None => {
                let reason = "the reply names no compose file; pin mrconfigid and the RTMRs instead";
                verified.is_unavailable(AttestationCheck::Compose, reason);
            }
        }
        verified.level = AttestationLevel::QuoteVerified;
        match &self.policy {
            Some(policy) => {
                policy.check(&quote.measurements, verified.compose_hash.as_ref())?;
                verified.passed.push(AttestationCheck::Measurements);
                verified.level = AttestationLevel::MeasurementsPinned;
            }
            None => {
                let reason = "the verifier has no policy: any software is accepted";
                verified.is_unavailable(AttestationCheck::Measurements, reason);
            }
        }
        verified.quote = Some((quote, binding));
        Ok(())
    }
}

/// What is to be verified.
pub(super) struct Evidence {
    pub(super) reply: TeeAttestation,
    pub(super) model: String,
    pub(super) nonce: [u8; 32],
    pub(super) quote: Option<TdxQuote>,
}

/// The quote of a reply. One that cannot be read is not the same as none.
pub(super) fn parse_quote(reply: &TeeAttestation) -> Result<Option<TdxQuote>, AttestationError> {
    match reply.quote() {
        Some(bytes) => TdxQuote::parse(bytes).map(Some),
        None if reply.intel_quote.as_deref().is_some_and(|text| !text.trim().is_empty()) => {
            Err(AttestationError::new(AttestationCheck::Reply, "the quote of the reply is neither hex nor base64"))
        }
        None => Ok(None),
    }
}

impl Verified {
    pub(super) fn is_unavailable(&mut self, check: AttestationCheck, reason: impl Into<String>) {
        self.unavailable.push(Unavailable { check, reason: reason.into() });
    }

    /// What the server says. It may be silent about it if there is a quote.
    fn check_claim(&mut self) -> Result<(), AttestationError> {
        let failed = |problem| Err(AttestationError::new(AttestationCheck::ServerClaim, problem));
        let nonce = TeeNonce::from(self.nonce);
        let reply = &self.reply;
        if reply.verified == Some(false) {
            return failed("the server says that it could not verify the attestation");
        }
        if reply.nonce.is_some() && !reply.echoes(nonce) {
            return failed("the reply has another nonce than the request: it was made for another one");
        }
        match (reply.verified, &reply.nonce) {
            (Some(true), Some(_)) => self.passed.push(AttestationCheck::ServerClaim),
            _ => self.is_unavailable(AttestationCheck::ServerClaim, "the reply lacks `verified` or `nonce`"),
        }
        Ok(())
    }
}

impl VerifiedAttestation {
    /// Whether the required level was reached.
    pub(super) fn at_least(self, required: AttestationLevel) -> Result<Self, AttestationError> {
        let failed = |check, problem: String| Err(AttestationError::new(check, problem));
        let level = self.level();
        let claim_is_complete = self.passed().contains(&AttestationCheck::ServerClaim);
        if level < required {
            let reasons = self.unavailable().iter().map(|missing| format!("{}: {}", missing.check, missing.reason));
            let reasons = reasons.collect::<Vec<_>>().join("; ");
            return failed(
                AttestationCheck::Level,
                format!("the attestation is only {level}, and {required} is required; not checked: {reasons}"),
            );
        }
        if level == AttestationLevel::Claimed && !claim_is_complete {
            let problem = "the reply has neither a quote that can be verified nor the server's own claim";
            return failed(AttestationCheck::ServerClaim, problem.to_owned());
        }
        Ok(self)
    }
}

impl fmt::Debug for AttestationVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AttestationVerifier")
            .field("pccs", &self.pccs)
            .field("collateral", &self.supplied)
            .field("tcb_statuses", &self.statuses)
            .field("policy", &self.policy)
            .field("nvidia", &self.nvidia)
            .field("required_level", &self.required_level())
            .field("trusts_intel", &(self.root == TrustedRoot::Intel))
            .finish_non_exhaustive()
    }
}

/// A nonce from the system's randomness.
pub(super) fn fresh_nonce() -> Result<[u8; 32], Error> {
    let mut nonce = [0; 32];
    let failed = |error: getrandom::Error| Error::configuration(format!("the system has no randomness: {error}"));
    getrandom::fill(&mut nonce).map_err(failed)?;
    Ok(nonce)
}
