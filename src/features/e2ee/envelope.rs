//! `seal` and `open`: the envelope of an encrypted text. ECIES with ECDH on secp256k1, HKDF-SHA256 and AES-256-GCM.
//!
//! An envelope is the lower-case hex of `ephemeral public key (65) ‖ nonce (12) ‖ ciphertext ‖ tag (16)`. The key is
//! `HKDF-SHA256(x-coordinate of the shared point, no salt, "ecdsa_encryption")`; there is no associated data. Each envelope has its own
//! ephemeral key, so no key encrypts twice.

use aes_gcm::aead::AeadInOut as _;
use aes_gcm::{Aes256Gcm, KeyInit as _, Nonce, Tag};
use k256::PublicKey;
use k256::ecdh::{EphemeralSecret, SharedSecret};
use k256::elliptic_curve::Generate as _;
use k256::elliptic_curve::sec1::ToSec1Point as _;
use sha2::Sha256;
use zeroize::Zeroizing;

use super::secret::ReplyKey;
use crate::features::hex;

/// An uncompressed point.
pub(super) const POINT: usize = 65;
pub(super) const NONCE: usize = 12;
const TAG: usize = 16;
/// The hex digits of the envelope of an empty text.
pub(crate) const SHORTEST: usize = 2 * (POINT + NONCE + TAG);
const INFO: &[u8] = b"ecdsa_encryption";

/// Why a text cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OpenError {
    /// Not an envelope: too short, or other characters than hex digits.
    Form,
    /// Its ephemeral key is not a point of the curve.
    Key,
    /// It was changed, or is for another key.
    Tampered,
    /// Its text is not UTF-8.
    Text,
}

/// What identifies an envelope: the beginning of its ephemeral key, and its nonce. No two have the same.
pub(super) type EnvelopeId = [u8; 8 + NONCE];

/// Encrypts a text for the holder of a key. `None`: the system has no randomness.
pub(super) fn seal(recipient: &PublicKey, text: &str) -> Option<String> {
    let ephemeral = EphemeralSecret::try_generate().ok()?;
    let nonce = <[u8; NONCE]>::try_generate().ok()?;
    seal_with(&ephemeral.diffie_hellman(recipient), &ephemeral.public_key(), nonce, text)
}

pub(super) fn seal_with(
    shared: &SharedSecret,
    ephemeral: &PublicKey,
    nonce: [u8; NONCE],
    text: &str,
) -> Option<String> {
    let mut bytes = text.as_bytes().to_vec();
    let tag = cipher(shared)?.encrypt_inout_detached(&Nonce::from(nonce), &[], bytes.as_mut_slice().into()).ok()?;
    let point = ephemeral.to_sec1_point(false);
    let mut envelope = String::with_capacity(SHORTEST + 2 * bytes.len());
    [point.as_bytes(), &nonce, &bytes, &tag].into_iter().for_each(|part| hex::encode_to(part, &mut envelope));
    Some(envelope)
}

/// Whether a text has the form of an envelope.
pub(crate) fn is_envelope(text: &str) -> bool {
    text.len() >= SHORTEST && text.len().is_multiple_of(2) && text.bytes().all(|digit| digit.is_ascii_hexdigit())
}

/// Decrypts an envelope. Takes memory of the size of the text.
pub(super) fn open(key: &ReplyKey, envelope: &str) -> Result<(EnvelopeId, String), OpenError> {
    if !is_envelope(envelope) {
        return Err(OpenError::Form);
    }
    let (head, sealed) = envelope.as_bytes().split_at(2 * (POINT + NONCE));
    let (sealed, tag_digits) = sealed.split_at(sealed.len() - 2 * TAG);
    let (mut point, mut nonce, mut tag, mut text) = ([0; POINT], [0; NONCE], [0; TAG], vec![0; sealed.len() / 2]);
    let (point_digits, nonce_digits) = head.split_at(2 * POINT);
    let is_hex = hex::decode_into(point_digits, &mut point)
        && hex::decode_into(nonce_digits, &mut nonce)
        && hex::decode_into(tag_digits, &mut tag)
        && hex::decode_into(sealed, &mut text);
    if !is_hex {
        return Err(OpenError::Form);
    }
    let ephemeral = point_of(&point).ok_or(OpenError::Key)?;
    let decrypted = key.agree(&ephemeral, |shared| {
        let cipher = cipher(shared)?;
        // The tag is compared in constant time.
        cipher.decrypt_inout_detached(&Nonce::from(nonce), &[], text.as_mut_slice().into(), &Tag::from(tag)).ok()
    });
    decrypted.ok_or(OpenError::Tampered)?;
    let mut id = [0; 8 + NONCE];
    id[..8].copy_from_slice(&point[1..9]);
    id[8..].copy_from_slice(&nonce);
    let text = String::from_utf8(text).map_err(|_| OpenError::Text)?;
    Ok((id, text))
}

/// A key of the curve, uncompressed.
pub(super) fn point_of(point: &[u8; POINT]) -> Option<PublicKey> {
    PublicKey::from_sec1_bytes(point).ok().filter(|_| point[0] == 4)
}

fn cipher(shared: &SharedSecret) -> Option<Aes256Gcm> {
    Some(Aes256Gcm::new((&*derived(shared)?).into()))
}

pub(super) fn derived(shared: &SharedSecret) -> Option<Zeroizing<[u8; 32]>> {
    let mut key = Zeroizing::new([0; 32]);
    shared.extract::<Sha256>(None).expand(INFO, key.as_mut_slice()).ok()?;
    Some(key)
}
