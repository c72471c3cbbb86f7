//! `WalletAddress`: an EVM address with its checksum (EIP-55), or a Solana public key (base58).

use std::fmt;
use std::str::FromStr;

use super::error::WalletError;
use crate::features::hex;
use crate::features::keccak::keccak256;

/// The address of a wallet.
///
/// It is parsed and printed in the form of its chain: `0x` and 40 hexadecimal digits whose case is a checksum (EIP-55), or base58. An
/// EVM address in one case has no checksum and is accepted; in mixed case the checksum must be right.
///
/// ```
/// use venice_ai::wallet::{Chain, WalletAddress};
///
/// let address: WalletAddress = "0x52908400098527886e0f7030069857d2e4169ee7".parse()?;
/// assert_eq!(address.chain(), Chain::Base);
/// assert_eq!(address.to_string(), "0x52908400098527886E0F7030069857D2E4169EE7");
/// assert!("0x52908400098527886E0F7030069857D2E4169eE7".parse::<WalletAddress>().is_err()); // a typo
/// # Ok::<(), venice_ai::wallet::WalletError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct WalletAddress(Bytes);

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Bytes {
    Evm([u8; 20]),
    Solana([u8; 32]),
}

/// A chain on which the API takes wallets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Chain {
    /// Base, an EVM chain: `eip155:8453`.
    Base,
    /// Solana's main network: `solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp`.
    Solana,
}

impl Chain {
    /// The chain's reference within its namespace, as a sign-in message has it.
    pub fn reference(self) -> &'static str {
        match self {
            Self::Base => "8453",
            Self::Solana => "5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp",
        }
    }

    /// The chain's identifier (CAIP-2).
    pub fn caip2(self) -> &'static str {
        match self {
            Self::Base => "eip155:8453",
            Self::Solana => "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp",
        }
    }

    /// The chain of a network's name, in CAIP-2 or as older replies have it (`base`, `solana`). Test networks are `None`.
    pub fn of_network(network: &str) -> Option<Self> {
        [Self::Base, Self::Solana].into_iter().find(|chain| {
            let name = match chain {
                Self::Base => "base",
                Self::Solana => "solana",
            };
            network == name || network == chain.caip2()
        })
    }
}

impl Chain {
    /// The token that the API takes: USDC, with 6 decimals.
    pub fn usdc(self) -> WalletAddress {
        match self {
            // 0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913
            Self::Base => WalletAddress::evm([
                0x83, 0x35, 0x89, 0xfc, 0xd6, 0xed, 0xb6, 0xe0, 0x8f, 0x4c, 0x7c, 0x32, 0xd4, 0xf7, 0x1b, 0x54, 0xbd,
                0xa0, 0x29, 0x13,
            ]),
            // EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v
            Self::Solana => WalletAddress::solana([
                198, 250, 122, 243, 190, 219, 173, 58, 61, 101, 243, 106, 171, 201, 116, 49, 177, 187, 228, 194, 210,
                246, 224, 228, 124, 166, 2, 3, 69, 47, 93, 97,
            ]),
        }
    }

    /// The recipient of top-ups that the API is known to name.
    pub fn known_recipient(self) -> WalletAddress {
        match self {
            // 0x2670B922ef37C7Df47158725C0CC407b5382293F
            Self::Base => WalletAddress::evm([
                0x26, 0x70, 0xb9, 0x22, 0xef, 0x37, 0xc7, 0xdf, 0x47, 0x15, 0x87, 0x25, 0xc0, 0xcc, 0x40, 0x7b, 0x53,
                0x82, 0x29, 0x3f,
            ]),
            // 8qUL23aSj7mDWdoLMXGHFvnVCT9wd7jXcysiekroADEL
            Self::Solana => WalletAddress::solana([
                116, 108, 150, 74, 78, 226, 125, 253, 254, 129, 247, 232, 116, 85, 114, 202, 110, 205, 26, 117, 65,
                245, 87, 145, 132, 255, 39, 122, 44, 132, 110, 221,
            ]),
        }
    }
}

impl fmt::Display for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Base => "Base",
            Self::Solana => "Solana",
        })
    }
}

impl WalletAddress {
    /// An EVM address from its 20 bytes.
    pub const fn evm(bytes: [u8; 20]) -> Self {
        Self(Bytes::Evm(bytes))
    }

    /// A Solana address from its 32 bytes.
    pub const fn solana(bytes: [u8; 32]) -> Self {
        Self(Bytes::Solana(bytes))
    }

    /// The chain that the address belongs to.
    pub const fn chain(&self) -> Chain {
        match self.0 {
            Bytes::Evm(_) => Chain::Base,
            Bytes::Solana(_) => Chain::Solana,
        }
    }

    /// The 32 bytes of a Solana address.
    pub(super) fn solana_bytes(&self) -> Option<[u8; 32]> {
        match self.0 {
            Bytes::Evm(_) => None,
            Bytes::Solana(bytes) => Some(bytes),
        }
    }

    /// The address as bytes: 20 of an EVM address, 32 of a Solana address.
    pub const fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Bytes::Evm(bytes) => bytes,
            Bytes::Solana(bytes) => bytes,
        }
    }
}

impl fmt::Display for WalletAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Bytes::Evm(bytes) => f.write_str(&checksummed(bytes)),
            Bytes::Solana(bytes) => f.write_str(&bs58::encode(bytes).into_string()),
        }
    }
}

impl fmt::Debug for WalletAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WalletAddress({self})")
    }
}

impl FromStr for WalletAddress {
    type Err = WalletError;

    fn from_str(text: &str) -> Result<Self, WalletError> {
        match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
            Some(digits) => evm(digits).map(Self::evm),
            None => solana(text).map(Self::solana),
        }
        .map_err(|problem| WalletError::address(text, problem))
    }
}

fn evm(digits: &str) -> Result<[u8; 20], String> {
    if digits.len() != 40 {
        return Err(format!("an EVM address has 40 hexadecimal digits after `0x`, and this one has {}", digits.len()));
    }
    let bytes = hex::decode_array::<20>(digits).ok_or("an EVM address has hexadecimal digits only")?;
    let one_case = |case: fn(&char) -> bool| digits.chars().filter(char::is_ascii_alphabetic).all(|c| case(&c));
    if one_case(char::is_ascii_lowercase) || one_case(char::is_ascii_uppercase) {
        return Ok(bytes);
    }
    if checksummed(&bytes).get(2..) == Some(digits) {
        Ok(bytes)
    } else {
        Err("its checksum (the case of its letters) is wrong: a digit was mistyped".to_owned())
    }
}

fn solana(text: &str) -> Result<[u8; 32], String> {
    /// An address has 44 digits. Decoding more takes the square of their number.
    const MOST_DIGITS: usize = 128;
    if text.len() > MOST_DIGITS {
        return Err(format!("a Solana address has at most 44 characters, and this one has {}", text.len()));
    }
    let bytes = bs58::decode(text)
        .into_vec()
        .map_err(|error| format!("it is neither `0x` and hexadecimal digits (EVM) nor base58 (Solana): {error}"))?;
    let length = bytes.len();
    bytes.try_into().map_err(|_| format!("a Solana address has 32 bytes in base58, and this one has {length}"))
}

/// The address with the case of its letters as a checksum (EIP-55).
fn checksummed(bytes: &[u8; 20]) -> String {
    let plain = hex::encode(bytes);
    let hash = keccak256(plain.as_bytes());
    let cased = plain.chars().enumerate().map(|(n, digit)| {
        let nibble = hash[n / 2] >> (4 * (1 - n % 2)) & 0xf;
        if nibble >= 8 { digit.to_ascii_uppercase() } else { digit }
    });
    "0x".chars().chain(cased).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evm_addresses_have_the_checksum_of_eip_55() {
        // The examples of EIP-55.
        for address in [
            "0x52908400098527886E0F7030069857D2E4169EE7",
            "0x8617E340B3D01FA5F11F306F4090FD50E238070D",
            "0xde709f2102306220921060314715629080e2fb77",
            "0x27b1fdb04752bbc536007a920d24acb045561c26",
            "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
            "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
            "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
            "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
        ] {
            let parsed: WalletAddress = address.parse().unwrap();
            assert_eq!(parsed.to_string(), address);
            assert_eq!(address.to_lowercase().parse::<WalletAddress>().unwrap(), parsed);
        }
    }

    #[test]
    fn malformed_addresses_are_rejected_with_the_reason() {
        for (address, reason) in [
            ("", "32 bytes"),
            ("0x", "40 hexadecimal digits"),
            ("0x52908400098527886E0F7030069857D2E4169EE", "and this one has 39"),
            ("0x52908400098527886E0F7030069857D2E4169EE77", "and this one has 41"),
            ("0x52908400098527886E0F7030069857D2E4169EEg", "hexadecimal digits only"),
            ("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD", "checksum"),
            ("8qUL23aSj7mDWdoLMXGHFvnVCT9wd7jXcysie", "32 bytes"),
            ("8qUL23aSj7mDWdoLMXGHFvnVCT9wd7jXcysiekroADE0", "base58"),
            ("0x5290840009852788\u{e9}E0F7030069857D2E4169EE7", "hexadecimal"),
        ] {
            let error = address.parse::<WalletAddress>().unwrap_err().to_string();
            assert!(error.contains(reason), "{address}: {error}");
        }
    }

    #[test]
    fn tokens_and_recipients_are_those_of_the_api() {
        for (chain, token, recipient) in [
            (Chain::Base, "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913", "0x2670B922ef37C7Df47158725C0CC407b5382293F"),
            (
                Chain::Solana,
                "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v",
                "8qUL23aSj7mDWdoLMXGHFvnVCT9wd7jXcysiekroADEL",
            ),
        ] {
            assert_eq!(
                (chain.usdc().to_string(), chain.known_recipient().to_string()),
                (token.into(), recipient.into())
            );
            assert_eq!((chain.usdc().chain(), chain.known_recipient().chain()), (chain, chain));
        }
    }

    #[test]
    fn networks_have_the_names_of_both_versions_and_test_networks_none() {
        for (name, chain) in [
            ("base", Some(Chain::Base)),
            ("eip155:8453", Some(Chain::Base)),
            ("solana", Some(Chain::Solana)),
            ("solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp", Some(Chain::Solana)),
            ("eip155:84532", None),
            ("base-sepolia", None),
            ("solana:EtWTRABZaYq6iMfeYKouRu166VU2xqa1", None),
            ("Base", None),
        ] {
            assert_eq!(Chain::of_network(name), chain, "{name}");
        }
    }
}
