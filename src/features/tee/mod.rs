//! `Tee`: the handle of trusted execution environments: attestations, and signatures of answers.
//!
//! | To | Call |
//! |---|---|
//! | get the attestation of a model | [`attestation`](Tee::attestation) |
//! | verify it | `verify`, with the cargo feature `attestation` |
//! | read what the API claims | [`TeeAttestation::claims_to_be_verified_for`](crate::types::TeeAttestation::claims_to_be_verified_for) |
//! | read what can be verified | [`quote`](crate::types::TeeAttestation::quote), [`events`](crate::types::TeeAttestation::events), [`nvidia_evidence`](crate::types::TeeAttestation::nvidia_evidence) |
//! | get the signature of an answer | [`signature`](Tee::signature) |
//!
//! ```no_run
//! # async fn example(venice: venice_ai::Client, fill: fn(&mut [u8; 32])) -> Result<(), venice_ai::Error> {
//! use venice_ai::tee::TeeNonce;
//!
//! let mut bytes = [0; 32];
//! fill(&mut bytes); // from the system's randomness, as with the crate `getrandom`
//! let nonce = TeeNonce::from(bytes);
//! let attestation = venice.tee().attestation("e2ee-glm-5", &nonce).await?;
//! assert!(attestation.claims_to_be_verified_for(&nonce)); // the server's word
//! # Ok(()) }
//! ```
//!
//! Both calls are free and read-only, so they are retried after transient failures. Rejected before sending: an empty model or id, a nonce
//! that is not 32 bytes.
//!
//! # What is verified
//! The models are those whose capabilities have `supports_tee_attestation`. The methods here fetch and parse attestations and do **not**
//! verify them. `verified`, `server_verification` and an echoed nonce are the API's own claims: they prove that the reply is fresh if the
//! API is honest, and nothing if it is not. The cargo feature `attestation` verifies them: the Intel quote up to Intel's root certificate,
//! its report data, its measurements, and the evidence of the GPUs.

mod attestation;
mod nonce;

pub use self::attestation::TeePublicKey;
pub use self::nonce::TeeNonce;
pub use crate::api::generated::handles::Tee;
use crate::api::generated::handles::open_get_tee_attestation;
use crate::api::generated::types::{TeeAttestation, TeeAttestationParams};
use crate::runtime::call::Call;

impl Tee<'_> {
    /// The attestation of a model's environment. It contains the nonce, which proves that it was made for this request: use 32 fresh random
    /// bytes each time.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client, nonce: [u8; 32]) -> Result<(), venice_ai::Error> {
    /// let attestation = venice.tee().attestation("e2ee-glm-5", nonce).await?;
    /// println!("{:?} by {:?}", attestation.signing_address, attestation.tee_provider);
    /// let quote = attestation.quote();
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Rejected before sending: an empty model, and a nonce that is not 64 hex digits. The API rejects a model without a trusted
    /// environment. A 502 `TEE_ATTESTATION_FAILED` may be transient and is retried.
    pub fn attestation(&self, model: impl AsRef<str>, nonce: impl Into<TeeNonce>) -> Call<TeeAttestation> {
        let params = TeeAttestationParams::new(model.as_ref(), nonce.into().as_hex());
        self.client.raw().get_tee_attestation(&params).and_then(open_get_tee_attestation)
    }
}
