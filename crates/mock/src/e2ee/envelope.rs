//! `seal` and `open`: the envelope of an encrypted text, as the model's environment makes and reads it.
//!
//! Written from the description of the protocol and not from the SDK's code, so that a mistake in one of them shows.

use std::sync::atomic::{AtomicU64, Ordering};

use aes_gcm::aead::{Aead, KeyInit};
use aes_gcm::{Aes256Gcm, Nonce};
use k256::elliptic_curve::point::AffineCoordinates;
use k256::elliptic_curve::sec1::ToSec1Point;
use k256::{PublicKey, SecretKey};
use sha2::{Digest, Sha256};

use crate::evm::{from_hex, to_hex};

const POINT: usize = 65;
const NONCE: usize = 12;
const TAG: usize = 16;

/// Why a field cannot be decrypted, in the words of the API.
pub(crate) const NOT_HEX: &str = "Encrypted field is not valid hex";
pub(crate) const NOT_A_KEY: &str = "Invalid public key";
pub(crate) const NOT_DECRYPTED: &str = "Failed to decrypt field";

/// Encrypts a text for a public key.
pub(crate) fn seal(recipient: &PublicKey, text: &str) -> Option<String> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed).to_be_bytes();
    // Unique and not random: what a mock encrypts is no secret.
    let ephemeral = secret_of(&[b"ephemeral key", &count, text.as_bytes()])?;
    let nonce = hash(&[b"nonce", &count]);
    let sealed =
        cipher(&ephemeral, recipient).encrypt(&Nonce::try_from(&nonce[..NONCE]).ok()?, text.as_bytes()).ok()?;
    Some(to_hex([&point(&ephemeral.public_key()), &nonce[..NONCE], &sealed].concat()))
}

/// Decrypts an envelope.
pub(crate) fn open(secret: &SecretKey, envelope: &str) -> Result<String, &'static str> {
    let bytes = from_hex(envelope).filter(|bytes| bytes.len() >= POINT + NONCE + TAG).ok_or(NOT_HEX)?;
    let (ephemeral, rest) = bytes.split_at(POINT);
    let (nonce, sealed) = rest.split_at(NONCE);
    let ephemeral = PublicKey::from_sec1_bytes(ephemeral).map_err(|_| NOT_A_KEY)?;
    let nonce = Nonce::try_from(nonce).map_err(|_| NOT_DECRYPTED)?;
    let text = cipher(secret, &ephemeral).decrypt(&nonce, sealed).map_err(|_| NOT_DECRYPTED)?;
    String::from_utf8(text).map_err(|_| NOT_DECRYPTED)
}

fn cipher(secret: &SecretKey, public: &PublicKey) -> Aes256Gcm {
    let shared = (public.to_projective() * *secret.to_nonzero_scalar()).to_affine().x();
    // HKDF (RFC 5869) without a salt; its output is one block.
    let extracted = hmac(&[0; 32], &[&shared]);
    let key = hmac(&extracted, &[b"ecdsa_encryption", &[1]]);
    Aes256Gcm::new(&key.into())
}

/// HMAC-SHA256 (RFC 2104).
fn hmac(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    let pad = |byte: u8| {
        let mut block = [byte; 64];
        block.iter_mut().zip(key).for_each(|(block, key)| *block ^= key);
        block
    };
    let inner = parts.iter().fold(Sha256::new_with_prefix(pad(0x36)), |hash, part| hash.chain_update(part));
    Sha256::new_with_prefix(pad(0x5c)).chain_update(inner.finalize()).finalize().into()
}

fn hash(parts: &[&[u8]]) -> [u8; 32] {
    parts.iter().fold(Sha256::new(), |hash, part| hash.chain_update(part)).finalize().into()
}

/// A private key that is made from a label.
pub(crate) fn secret_of(label: &[&[u8]]) -> Option<SecretKey> {
    SecretKey::from_slice(&hash(label)).ok()
}

/// An uncompressed point.
pub(crate) fn point(key: &PublicKey) -> Vec<u8> {
    key.to_sec1_point(false).as_bytes().to_vec()
}

/// An uncompressed key in hex.
pub(crate) fn public_key(digits: &str) -> Option<PublicKey> {
    let bytes = from_hex(digits).filter(|bytes| bytes.len() == POINT && bytes.first() == Some(&4))?;
    PublicKey::from_sec1_bytes(&bytes).ok()
}
