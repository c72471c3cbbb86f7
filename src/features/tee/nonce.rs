//! `TeeNonce`: makes an attestation fresh.

use std::fmt;

use crate::features::hex;

/// A nonce: 32 bytes, or their 64 hex digits. Invalid digits are reported when the call is sent.
///
/// It must be fresh and unpredictable, so use a cryptographic source of randomness. `verify` of the cargo feature `attestation` makes its
/// own.
///
/// ```
/// use venice_ai::tee::TeeNonce;
///
/// let nonce = TeeNonce::from([0xab; 32]);
/// assert_eq!(nonce.as_hex(), "ab".repeat(32));
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct TeeNonce(String);

impl TeeNonce {
    /// The hex digits.
    ///
    /// ```
    /// assert!(venice_ai::tee::TeeNonce::from([1; 32]).as_hex().starts_with("0101"));
    /// ```
    #[must_use]
    pub fn as_hex(&self) -> &str {
        &self.0
    }
}

impl From<[u8; 32]> for TeeNonce {
    fn from(bytes: [u8; 32]) -> Self {
        Self(hex::encode(&bytes))
    }
}

impl From<&[u8; 32]> for TeeNonce {
    fn from(bytes: &[u8; 32]) -> Self {
        Self::from(*bytes)
    }
}

impl From<&str> for TeeNonce {
    fn from(hex: &str) -> Self {
        Self(hex.to_owned())
    }
}

impl From<String> for TeeNonce {
    fn from(hex: String) -> Self {
        Self(hex)
    }
}

impl From<&TeeNonce> for TeeNonce {
    fn from(nonce: &TeeNonce) -> Self {
        nonce.clone()
    }
}

impl fmt::Debug for TeeNonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TeeNonce({})", self.0)
    }
}
