//! Trusted execution environments: proof of where a model runs, and signatures of its answers.
//!
//! | To | Call |
//! |---|---|
//! | get the proof for a model | [`attestation`](Tee::attestation) |
//! | see the least that must be true of it | [`TeeAttestation::is_verified_for`](crate::types::TeeAttestation::is_verified_for) |
//! | check the rest | [`quote`](crate::types::TeeAttestation::quote), [`events`](crate::types::TeeAttestation::events), [`nvidia_evidence`](crate::types::TeeAttestation::nvidia_evidence) |
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
//! assert!(attestation.is_verified_for(&nonce));
//! # Ok(()) }
//! ```
//!
//! Both calls are free and only read, so they are repeated after failures that may pass. Refused before anything is sent: an empty model
//! or id, a nonce that is not 32 bytes.
//!
//! # What is proven and what is not
//! The models are those whose capabilities have `supports_tee_attestation`. This crate fetches proofs and reads them; it does
//! **not** check them. `verified`, `server_verification` and an echoed nonce are words of the API: they prove that the reply is
//! fresh if the API is honest, and nothing if it is not. A proof is one only after its checker has verified the Intel quote up to
//! Intel's root certificate, compared the quote's report data with the signing address and the nonce, its measurements with those of
//! software that it trusts, and sent the evidence of the GPUs to NVIDIA's service. All that is needed for this is here, as bytes.

mod attestation;
mod nonce;

pub use self::attestation::TeePublicKey;
pub use self::nonce::TeeNonce;
pub use crate::api::generated::handles::Tee;
use crate::api::generated::handles::open_get_tee_attestation;
use crate::api::generated::types::{TeeAttestation, TeeAttestationParams};
use crate::runtime::call::Call;

impl Tee<'_> {
    /// The proof of where a model runs. The nonce goes into it and shows that it was made for this request: take 32 fresh random
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
    /// Refused before anything is sent: an empty model, and a nonce that is not 64 hex digits. A model without a trusted environment
    /// is refused by the API. A 502 `TEE_ATTESTATION_FAILED` may pass and is repeated.
    pub fn attestation(&self, model: impl AsRef<str>, nonce: impl Into<TeeNonce>) -> Call<TeeAttestation> {
        let params = TeeAttestationParams::new(model.as_ref(), nonce.into().as_hex());
        self.client.raw().get_tee_attestation(&params).and_then(open_get_tee_attestation)
    }
}
