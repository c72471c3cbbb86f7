//! Keccak-256, the hash of EVM chains, and that of their personal messages (EIP-191).

use sha3::{Digest, Keccak256};

pub(crate) fn keccak256(bytes: &[u8]) -> [u8; 32] {
    Keccak256::digest(bytes).into()
}

/// The hash that an EVM wallet signs for a personal message (EIP-191).
pub(crate) fn personal_hash(message: &[u8]) -> [u8; 32] {
    let mut bytes = format!("\x19Ethereum Signed Message:\n{}", message.len()).into_bytes();
    bytes.extend_from_slice(message);
    keccak256(&bytes)
}
