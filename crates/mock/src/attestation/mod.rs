//! `AttestationFault`, `MockVenice::attestation_verifier`: attestations that can be verified, under a root that only tests trust.

mod collateral;
mod nvidia;
mod pki;
mod quote;

use std::fmt;

use k256::ecdsa::SigningKey;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use venice_ai::Error;
use venice_ai::attestation::{AttestationVerifier, Collateral};

use self::collateral::Documents;
use self::pki::TestPki;
use super::reply::Reply;
use super::route::Route;
use super::state::State;
use super::{MockBuilder, MockVenice};
use crate::evm::{address_of, from_hex, personal_hash, to_hex};

/// What is wrong with the attestations of a mock: see [`MockVenice::attestation_fault`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AttestationFault {
    /// The reply names another key and address than the quote binds.
    WrongKey,
    /// The reply names an address that is not that of its key.
    WrongAddress,
    /// The quote was made for another nonce, which the reply hides.
    ReplayedNonce,
    /// The reply is that of another request: it has another nonce, and so has the quote.
    ReplayedReply,
    /// The virtual machine runs in debug mode.
    Debug,
    /// The platform lacks updates: the TCB status is `OutOfDate`, with advisories.
    OutdatedTcb,
    /// The TCB status of the platform is `Revoked`.
    RevokedTcb,
    /// The certificate of the platform is revoked by a CRL.
    RevokedCertificate,
    /// A measurement was changed after the quote was signed.
    TamperedQuote,
    /// The collateral has expired.
    StaleCollateral,
    /// The event log has one event more than the boot had.
    WrongEventLog,
    /// The compose file is another one.
    WrongCompose,
    /// There is no quote.
    MissingQuote,
    /// There is neither an address nor a key.
    MissingKey,
    /// The key is null: the model runs in a TEE, without E2EE.
    WithoutE2ee,
    /// The server says that it could not verify the attestation.
    Unverified,
    /// NVIDIA's service could not verify the GPUs.
    InvalidGpu,
    /// The signature of an answer is by another key.
    WrongSignature,
}

/// The state of signed attestations.
#[derive(Default)]
pub(super) struct Attestations {
    /// Whether quotes are signed.
    pub(super) signs: bool,
    pub(super) fault: Option<AttestationFault>,
    /// Made on first use.
    pki: Option<TestPki>,
}

impl Attestations {
    fn pki(&mut self) -> Option<&TestPki> {
        if self.pki.is_none() {
            self.pki = TestPki::new().ok();
        }
        self.pki.as_ref()
    }
}

impl fmt::Debug for Attestations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attestations").field("fault", &self.fault).finish_non_exhaustive()
    }
}

impl MockBuilder {
    /// Whether attestations can be verified. Default: `false`, with made-up quotes. Needs the cargo feature `attestation`.
    ///
    /// With it, the mock makes real TDX quotes for the key of the model and the nonce, under a root certificate of its own, and is also the
    /// server of their collateral (PCCS) and NVIDIA's attestation service. Signatures of answers are made with the model's key, of made-up
    /// hashes.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), venice_ai::Error> {
    /// use venice_ai_mock::MockVenice;
    ///
    /// let mock = MockVenice::builder().sign_attestations(true).start().await?;
    /// let verifier = mock.attestation_verifier();
    /// let attestation = mock.client().tee().verify("arsenale-coder").with_verifier(&verifier).await?;
    /// println!("{attestation}");
    /// # Ok(()) }
    /// ```
    pub fn sign_attestations(mut self, sign: bool) -> Self {
        self.settings.signs_attestations = sign;
        self
    }
}

impl MockVenice {
    /// A verifier that trusts the root of the mock **instead of Intel's**, and asks the mock for collateral and about GPUs.
    pub fn attestation_verifier(&self) -> AttestationVerifier {
        let root = self.shared.lock().attestations.pki().map(|pki| pki.root.clone()).unwrap_or_default();
        let origin = self.shared.lock().jobs.origin.clone();
        AttestationVerifier::new()
            .dangerously_trust_test_root_instead_of_intel(root)
            .pccs_url(&origin)
            .nvidia_url(origin)
    }

    /// The collateral of the mock's platform at this moment, for verification without a network.
    ///
    /// # Errors
    /// Only if it cannot be made.
    pub fn attestation_collateral(&self) -> Result<Collateral, Error> {
        let mut state = self.shared.lock();
        let fault = state.attestations.fault;
        let documents = state.attestations.pki().and_then(|pki| Some(Documents::new(pki, fault).ok()?.json(pki)));
        let documents = documents.ok_or_else(|| Error::configuration("the mock cannot make its certificates"))?;
        Ok(Collateral::from_json(&documents.to_string())?)
    }

    /// Makes something wrong with each attestation that follows, until another fault or `None` is set.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), venice_ai::Error> {
    /// use venice_ai_mock::{AttestationFault, MockVenice};
    ///
    /// let mock = MockVenice::builder().sign_attestations(true).start().await?;
    /// mock.attestation_fault(AttestationFault::Debug);
    /// let verifier = mock.attestation_verifier();
    /// let error = mock.client().tee().verify("arsenale-coder").with_verifier(&verifier).await.unwrap_err();
    /// println!("{error}");
    /// # Ok(()) }
    /// ```
    pub fn attestation_fault(&self, fault: impl Into<Option<AttestationFault>>) {
        self.shared.lock().attestations.fault = fault.into();
    }
}

/// The reply of another service than the API: a PCCS, or NVIDIA's.
pub(super) fn service(state: &mut State, route: &Route, body: &[u8]) -> Option<Reply> {
    let fault = state.attestations.fault;
    match &*route.path {
        "/v3/attest/gpu" => nvidia::attest(&serde_json::from_slice(body).ok()?, fault),
        "/.well-known/jwks.json" => nvidia::keys(),
        path => {
            let pki = state.attestations.pki()?;
            Documents::new(pki, fault).ok()?.reply(pki, path, route.query("fmspc"))
        }
    }
}

/// The fields of an attestation that are signed, or that a fault changes. `key` is the uncompressed public key of the model.
pub(super) fn attest(state: &mut State, nonce: &str, key: &[u8], reply: &mut Value) -> Option<()> {
    let fault = state.attestations.fault;
    let is = |wanted: AttestationFault| fault == Some(wanted);
    let other_key = model_key("another model")?;
    let bound = if is(AttestationFault::WrongKey) { public_key(&other_key) } else { key.to_vec() };
    let is_replayed = is(AttestationFault::ReplayedNonce) || is(AttestationFault::ReplayedReply);
    let fresh = if is_replayed { "5a".repeat(32) } else { nonce.to_owned() };
    let report_data = [&address_of(&bound)[..], &[0; 12], &from_hex(&fresh)?].concat();
    let mut quote = quote::quote(state.attestations.pki()?, &report_data, is(AttestationFault::Debug)).ok()?;
    if is(AttestationFault::TamperedQuote) {
        // In RTMR 3.
        quote[540] ^= 1;
    }
    let event = |(register, digest, name): (usize, [u8; 48], &str)| json!({"imr": register, "event_type": 134_217_729, "digest": to_hex(digest), "event": name, "event_payload": ""});
    let mut events: Vec<_> = quote::events().map(event).collect();
    if is(AttestationFault::WrongEventLog) {
        events.push(event((3, [7; 48], "backdoor")));
    }
    let compose = if is(AttestationFault::WrongCompose) { "services: {}\n" } else { quote::COMPOSE };
    let named = if is(AttestationFault::WrongAddress) { address_of(&public_key(&other_key)) } else { address_of(key) };
    let (address, report_data) = (format!("0x{}", to_hex(named)), to_hex(&report_data));
    reply["intel_quote"] = to_hex(&quote).into();
    reply["signing_public_key"] = to_hex(key).into();
    reply["signing_address"] = address.clone().into();
    reply["event_log"] = Value::from(events).to_string().into();
    reply["info"] = json!({"compose_hash": to_hex(Sha256::digest(compose)), "tcb_info": {"app_compose": compose}});
    reply["server_verification"]["tdx"]["reportData"] = report_data.into();
    reply["server_verification"]["signingAddressBinding"]["reportDataAddress"] = address.into();
    let mut remove = |names: &[&str]| {
        if let Some(fields) = reply.as_object_mut() {
            names.iter().for_each(|name| drop(fields.remove(*name)));
        }
    };
    match fault {
        Some(AttestationFault::MissingQuote) => remove(&["intel_quote"]),
        Some(AttestationFault::MissingKey) => remove(&["signing_public_key", "signing_address"]),
        Some(AttestationFault::WithoutE2ee) => reply["signing_public_key"] = Value::Null,
        Some(AttestationFault::Unverified) => reply["verified"] = false.into(),
        Some(AttestationFault::ReplayedReply) => reply["nonce"] = fresh.into(),
        _ => {}
    }
    Some(())
}

/// The signature of a text with the key of a model (EIP-191), and its address.
pub(super) fn sign(state: &State, model: &str, text: &str) -> Option<(String, String)> {
    let is_wrong = state.attestations.fault == Some(AttestationFault::WrongSignature);
    let key = if is_wrong { model_key("another model") } else { key_of(state, model) }?;
    let (signature, id) = key.sign_prehash_recoverable(&personal_hash(text.as_bytes()));
    let signature = format!("0x{}{:02x}", to_hex(signature.to_bytes()), 27 + id.to_byte());
    Some((signature, format!("0x{}", to_hex(address_of(&model_point(state, model))))))
}

/// A key pair of this name.
fn model_key(model: &str) -> Option<SigningKey> {
    SigningKey::from_slice(&Sha256::digest(format!("venice-ai-mock: key of {model}"))).ok()
}

/// The key pair of a model, with which it reads encrypted chats as well.
#[cfg(feature = "e2ee")]
fn key_of(state: &State, model: &str) -> Option<SigningKey> {
    super::e2ee::model_key(model, state.key_generation).map(SigningKey::from)
}

#[cfg(not(feature = "e2ee"))]
fn key_of(_: &State, model: &str) -> Option<SigningKey> {
    model_key(model)
}

/// The public key of a model, uncompressed.
pub(super) fn model_point(state: &State, model: &str) -> Vec<u8> {
    key_of(state, model).map(|key| public_key(&key)).unwrap_or_default()
}

fn public_key(key: &SigningKey) -> Vec<u8> {
    key.verifying_key().to_sec1_point(false).as_bytes().to_vec()
}
