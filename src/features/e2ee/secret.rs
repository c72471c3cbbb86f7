//! `ReplyKey`: the key pair that a reply is encrypted for.

use std::fmt;

use k256::ecdh::SharedSecret;
use k256::elliptic_curve::Generate as _;
use k256::elliptic_curve::sec1::ToSec1Point as _;
use k256::{PublicKey, SecretKey};

use super::envelope::POINT;
use crate::features::hex;
use crate::features::wipe::wiping_stack;

/// The key pair of one request. Its private half never leaves the process, is never printed, and is wiped when it is dropped: with the
/// stream of the reply. As no other request has it, the reply of no other request can be passed off as this one's.
pub(super) struct ReplyKey {
    /// Boxed, so that moving the pair leaves no copies.
    secret: Box<SecretKey>,
    public: [u8; POINT],
}

impl ReplyKey {
    /// A new pair. `None`: the system has no randomness.
    pub(super) fn generate() -> Option<Self> {
        wiping_stack(|| Self::new(Box::new(SecretKey::try_generate().ok()?)))
    }

    pub(super) fn new(secret: Box<SecretKey>) -> Option<Self> {
        let public = secret.public_key().to_sec1_point(false).as_bytes().try_into().ok()?;
        Some(Self { secret, public })
    }

    /// The public half as hex digits.
    pub(super) fn public_hex(&self) -> String {
        hex::encode(&self.public)
    }

    /// Hands the secret that is shared with another key to `work`.
    pub(super) fn agree<T>(&self, other: &PublicKey, work: impl FnOnce(&SharedSecret) -> T) -> T {
        wiping_stack(|| work(&self.secret.diffie_hellman(other)))
    }
}

impl fmt::Debug for ReplyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReplyKey").field("public", &self.public_hex()).field("secret", &"***").finish()
    }
}
