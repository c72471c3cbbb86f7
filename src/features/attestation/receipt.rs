//! `VerifiedSignature`: the signature of an answer, verified against the attested key.

use k256::ecdsa::{RecoveryId, Signature, VerifyingKey};
use sha2::{Digest as _, Sha256};

use super::binding::{address_of, address_text, parse_address};
use super::error::AttestationError;
use super::level::AttestationCheck;
use super::verified::VerifiedAttestation;
use crate::api::generated::types::TeeSignature;
use crate::features::hex;
use crate::features::keccak::personal_hash;

/// A text that the attested key signed.
///
/// It proves that the environment with this key signed this text, and nothing else. If the text is two hashes, that is a statement about
/// one request and one answer; [`matches`](Self::matches) compares them with the bytes that one has, and without that nothing ties the
/// signature to one's own chat. Which bytes the environment hashes, and that it hashed the answer that it gave, is its software's doing: see
/// the measurements. No signature has a time, so an old one can be sent again.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct VerifiedSignature {
    /// The signed text.
    pub text: String,
    /// The address of the key: that of the attestation.
    pub signing_address: String,
    /// The two SHA-256 in a text of the form `hash:hash`: those of the request's body and of the answer's, as the environment says.
    pub hashes: Option<[[u8; 32]; 2]>,
}

impl VerifiedAttestation {
    /// Verifies the signature of an answer ([`Tee::signature`](crate::handles::Tee::signature)): EIP-191, made with the key of this
    /// attestation. [`VerifiedSignature`] says what it proves. The `receipt` of the reply is not verified, as the form that it signs is not
    /// documented.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client, request: &[u8], answer: &[u8]) -> Result<(), venice_ai::Error> {
    /// let attestation = venice.tee().verify("e2ee-glm-5").await?;
    /// let signature = venice.tee().signature("e2ee-glm-5", "chatcmpl-1").await?;
    /// let signed = attestation.verify_signature(&signature)?;
    /// assert!(signed.matches(request, answer));
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// With the check [`Signature`](AttestationCheck::Signature): a field is missing or malformed, the algorithm is another than `ecdsa`
    /// (which is over secp256k1), or another key made it.
    pub fn verify_signature(&self, reply: &TeeSignature) -> Result<VerifiedSignature, AttestationError> {
        let failed = |problem: String| AttestationError::new(AttestationCheck::Signature, problem);
        let algorithm = reply.signing_algo.as_deref().unwrap_or("ecdsa");
        if !algorithm.eq_ignore_ascii_case("ecdsa") {
            let problem =
                format!("the answer is signed with {algorithm:?}, and only ecdsa can be verified: ask for it");
            return Err(failed(problem));
        }
        let missing = |name: &str| failed(format!("the reply has no `{name}`"));
        let text = reply.text.as_deref().ok_or_else(|| missing("text"))?;
        let digits = reply.signature.as_deref().ok_or_else(|| missing("signature"))?;
        let attested = self.0.address;
        let named = reply.signing_address.as_deref().map(parse_address);
        if named.is_some_and(|named| named != Some(attested)) {
            let (named, attested) = (reply.signing_address.as_deref().unwrap_or_default(), address_text(&attested));
            return Err(failed(format!("the reply names the address {named:?}, and the attested one is {attested}")));
        }
        let signer = recover(text, digits).ok_or_else(|| failed("the signature is not one of secp256k1".to_owned()))?;
        if signer != attested {
            let (signer, attested) = (address_text(&signer), address_text(&attested));
            return Err(failed(format!("the text was signed by {signer}, and the attested address is {attested}")));
        }
        let hashes = text.split_once(':').and_then(|(request, answer)| {
            Some([hex::decode_array(request.trim())?, hex::decode_array(answer.trim())?])
        });
        Ok(VerifiedSignature { text: text.to_owned(), signing_address: address_text(&attested), hashes })
    }
}

impl VerifiedSignature {
    /// Whether the signed hashes are the SHA-256 of these bytes: the body of the request as it was sent, and that of the answer as it was
    /// received. `false` if the text has no hashes.
    #[must_use]
    pub fn matches(&self, request: impl AsRef<[u8]>, answer: impl AsRef<[u8]>) -> bool {
        self.hashes == Some([Sha256::digest(request).into(), Sha256::digest(answer).into()])
    }
}

/// The address that signed a personal message (EIP-191): 65 bytes, R, S and the recovery id with or without 27.
fn recover(text: &str, signature: &str) -> Option<[u8; 20]> {
    let bytes: [u8; 65] = hex::decode(signature.trim().trim_start_matches("0x"))?.try_into().ok()?;
    let [rs @ .., v] = bytes;
    let id = RecoveryId::from_byte(if v >= 27 { v - 27 } else { v })?;
    let signature = Signature::from_slice(&rs).ok()?;
    let key = VerifyingKey::recover_from_prehash(&personal_hash(text.as_bytes()), &signature, id).ok()?;
    let point = key.to_sec1_point(false);
    Some(address_of(point.as_bytes().try_into().ok()?))
}
