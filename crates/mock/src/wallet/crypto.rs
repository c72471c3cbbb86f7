//! `Address`, `recover` and `verify`: addresses and signatures of EVM chains (secp256k1) and Solana (Ed25519).

use std::fmt;

use k256::ecdsa::{RecoveryId, Signature, VerifyingKey};
use sha3::{Digest as _, Keccak256};

/// The address of a wallet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Address {
    Evm([u8; 20]),
    Solana([u8; 32]),
}

impl Address {
    /// Reads `0x` and 40 hexadecimal digits, whose checksum has to be right if there is one, or 32 bytes in base58.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let Some(digits) = text.strip_prefix("0x") else {
            return Some(Self::Solana(base58(text)?));
        };
        let address = Self::Evm(hex(text)?);
        let has_case = |case: fn(&u8) -> bool| digits.as_bytes().iter().any(case);
        let is_mixed = has_case(u8::is_ascii_lowercase) && has_case(u8::is_ascii_uppercase);
        (!is_mixed || address.to_string() == text).then_some(address)
    }
}

impl fmt::Display for Address {
    /// The case of an EVM address's letters is its checksum (EIP-55).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = match self {
            Self::Solana(bytes) => return f.write_str(&bs58::encode(bytes).into_string()),
            Self::Evm(bytes) => bytes,
        };
        let plain = to_hex(bytes);
        let hash = to_hex(&keccak256(plain.as_bytes()));
        let cased = plain.chars().zip(hash.chars()).map(|(digit, hash)| match hash {
            '8'..='f' => digit.to_ascii_uppercase(),
            _ => digit,
        });
        write!(f, "0x{}", cased.collect::<String>())
    }
}

pub(super) fn keccak256(bytes: &[u8]) -> [u8; 32] {
    Keccak256::digest(bytes).into()
}

/// The hash of a personal message (EIP-191).
pub(super) fn personal_hash(message: &[u8]) -> [u8; 32] {
    let prefix = format!("\x19Ethereum Signed Message:\n{}", message.len());
    keccak256(&[prefix.as_bytes(), message].concat())
}

/// The EVM address whose key signed a hash. `None` for what is no signature `r ‖ s ‖ v`, or one of the form that contracts reject
/// because a second one can be made from it (a high `s`).
pub(super) fn recover(hash: &[u8; 32], signature: &[u8; 65]) -> Option<Address> {
    let [scalars @ .., v] = signature;
    let id = RecoveryId::from_byte(match v {
        27 | 28 => v - 27,
        0 | 1 => *v,
        _ => return None,
    })?;
    let signature = Signature::from_slice(scalars).ok().filter(|signature| signature.normalize_s() == *signature)?;
    let key = VerifyingKey::recover_from_prehash(hash, &signature, id).ok()?;
    let hash = keccak256(key.to_sec1_point(false).as_bytes().get(1..)?);
    Some(Address::Evm(hash.get(12..)?.try_into().ok()?))
}

/// Whether a Solana wallet signed a message.
pub(super) fn verify(address: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> bool {
    let signature = ed25519_dalek::Signature::from_bytes(signature);
    ed25519_dalek::VerifyingKey::from_bytes(address).is_ok_and(|key| key.verify_strict(message, &signature).is_ok())
}

/// `N` bytes from `0x` and hexadecimal digits.
pub(super) fn hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits = text.strip_prefix("0x")?.as_bytes();
    let mut bytes = [0; N];
    if digits.len() != 2 * N {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let [high, low] = pair else { return None };
        let value = |digit: &u8| char::from(*digit).to_digit(16).and_then(|value| u8::try_from(value).ok());
        *byte = value(high)? << 4 | value(low)?;
    }
    Some(bytes)
}

/// `N` bytes from base58.
pub(super) fn base58<const N: usize>(text: &str) -> Option<[u8; N]> {
    bs58::decode(text).into_vec().ok()?.try_into().ok()
}

/// Hexadecimal digits without `0x`.
pub(super) fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
