//! `Address`, `recover` and `verify`: addresses and signatures of EVM chains (secp256k1) and Solana (Ed25519).

use std::fmt;

use k256::ecdsa::{RecoveryId, Signature, VerifyingKey};

use crate::evm::{address_of, from_hex, keccak256, to_hex};

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
        let hash = to_hex(keccak256(plain.as_bytes()));
        let cased = plain.chars().zip(hash.chars()).map(|(digit, hash)| match hash {
            '8'..='f' => digit.to_ascii_uppercase(),
            _ => digit,
        });
        write!(f, "0x{}", cased.collect::<String>())
    }
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
    Some(Address::Evm(address_of(key.to_sec1_point(false).as_bytes())))
}

/// Whether a Solana wallet signed a message.
pub(super) fn verify(address: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> bool {
    let signature = ed25519_dalek::Signature::from_bytes(signature);
    ed25519_dalek::VerifyingKey::from_bytes(address).is_ok_and(|key| key.verify_strict(message, &signature).is_ok())
}

/// `N` bytes from `0x` and hexadecimal digits.
pub(super) fn hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits = text.strip_prefix("0x").filter(|digits| digits.len() == 2 * N)?;
    from_hex(digits)?.try_into().ok()
}

/// `N` bytes from base58.
pub(super) fn base58<const N: usize>(text: &str) -> Option<[u8; N]> {
    bs58::decode(text).into_vec().ok()?.try_into().ok()
}
