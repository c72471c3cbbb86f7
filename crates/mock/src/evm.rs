//! `keccak256`, `personal_hash` and `address_of`: hashes and addresses of EVM chains, which wallets and the environments of models have.
//! Hexadecimal digits.

use sha3::{Digest as _, Keccak256};

pub(crate) fn keccak256(bytes: &[u8]) -> [u8; 32] {
    Keccak256::digest(bytes).into()
}

/// The hash of a personal message (EIP-191).
#[cfg(any(feature = "attestation", feature = "wallet"))]
pub(crate) fn personal_hash(message: &[u8]) -> [u8; 32] {
    let prefix = format!("\x19Ethereum Signed Message:\n{}", message.len());
    keccak256(&[prefix.as_bytes(), message].concat())
}

/// The address of a public key, which is an uncompressed point.
pub(crate) fn address_of(point: &[u8]) -> [u8; 20] {
    let mut address = [0; 20];
    address.copy_from_slice(&keccak256(point.get(1..).unwrap_or_default())[12..]);
    address
}

/// Hexadecimal digits without `0x`.
pub(crate) fn to_hex(bytes: impl AsRef<[u8]>) -> String {
    bytes.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The bytes of hexadecimal digits without `0x`.
pub(crate) fn from_hex(digits: &str) -> Option<Vec<u8>> {
    let value = |digit: u8| char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok());
    let byte = |pair: &[u8]| match pair {
        [high, low] => Some(value(*high)? << 4 | value(*low)?),
        _ => None,
    };
    digits.as_bytes().chunks(2).map(byte).collect()
}
