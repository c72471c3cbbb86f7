//! `EncryptionFault`: faults of encrypted chats.

use crate::Fault;

/// What is wrong with the reply to an encrypted chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EncryptionFault {
    AnotherKey,
    Tampered,
    Replayed,
    Plaintext,
    AnotherModel,
    Stale,
    NoQuote,
}

/// Faults of encrypted chats, for the next one of them. They need the cargo feature `e2ee`. For one that breaks off see
/// [`cut`](Self::cut).
impl Fault {
    /// The attestation has no quote, only the server's word for it.
    ///
    /// ```
    /// let fault = venice_ai_mock::Fault::attestation_without_quote();
    /// ```
    pub fn attestation_without_quote() -> Self {
        Self::of_encryption(EncryptionFault::NoQuote).on("getTeeAttestation")
    }

    /// The second chunk of the answer is encrypted for another key.
    ///
    /// ```
    /// let fault = venice_ai_mock::Fault::encrypted_for_another_key();
    /// ```
    pub fn encrypted_for_another_key() -> Self {
        Self::of_encryption(EncryptionFault::AnotherKey)
    }

    /// A bit of the second chunk of the answer is changed.
    ///
    /// ```
    /// let fault = venice_ai_mock::Fault::tampered_chunk();
    /// ```
    pub fn tampered_chunk() -> Self {
        Self::of_encryption(EncryptionFault::Tampered)
    }

    /// The first chunk of the answer comes again, with the same nonce.
    ///
    /// ```
    /// let fault = venice_ai_mock::Fault::replayed_chunk();
    /// ```
    pub fn replayed_chunk() -> Self {
        Self::of_encryption(EncryptionFault::Replayed)
    }

    /// The second chunk of the answer is not encrypted.
    ///
    /// ```
    /// let fault = venice_ai_mock::Fault::plaintext_chunk();
    /// ```
    pub fn plaintext_chunk() -> Self {
        Self::of_encryption(EncryptionFault::Plaintext)
    }

    /// The answer says that it is of another model.
    ///
    /// ```
    /// let fault = venice_ai_mock::Fault::swapped_model();
    /// ```
    pub fn swapped_model() -> Self {
        Self::of_encryption(EncryptionFault::AnotherModel)
    }

    /// The environments of all models restart with new keys. The answer is an error within the stream, `e2ee_attestation_stale`, and so
    /// is each answer to a request for an old key.
    ///
    /// ```
    /// let fault = venice_ai_mock::Fault::stale_attestation();
    /// ```
    pub fn stale_attestation() -> Self {
        Self::of_encryption(EncryptionFault::Stale)
    }
}
