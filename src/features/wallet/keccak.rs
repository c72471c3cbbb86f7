//! Keccak-256, the hash of EVM chains.

use sha3::{Digest, Keccak256};

pub(crate) fn keccak256(bytes: &[u8]) -> [u8; 32] {
    Keccak256::digest(bytes).into()
}
