//! Report data and keys: what binds a quote to a request and to a key.

use sha2::{Digest as _, Sha256};

use super::error::AttestationError;
use super::level::AttestationCheck;
use crate::api::generated::types::TeeAttestation;
use crate::features::hex;
use crate::features::keccak::keccak256;

/// An uncompressed public key of secp256k1: `04`, X and Y.
pub(super) type PublicKey = [u8; 65];
/// The last 20 bytes of the Keccak-256 of a public key.
pub(super) type Address = [u8; 20];

/// How the second half of the report data has the nonce.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NonceBinding {
    /// The nonce itself.
    Raw,
    /// The SHA-256 of its 32 bytes.
    Sha256,
}

/// The keys that a reply names.
#[derive(Clone, Debug)]
pub(super) struct ClaimedKeys {
    pub(super) address: Address,
    /// The key for end-to-end encryption, or why there is none.
    pub(super) public_key: Result<PublicKey, String>,
}

/// The address of a key.
pub(super) fn address_of(key: &PublicKey) -> Address {
    let [_, coordinates @ ..] = key;
    let hash = keccak256(coordinates);
    let mut address = [0; 20];
    address.copy_from_slice(&hash[12..]);
    address
}

/// An address as text: `0x` and 40 digits in lower case.
pub(super) fn address_text(address: &Address) -> String {
    format!("0x{}", hex::encode(address))
}

pub(super) fn parse_address(text: &str) -> Option<Address> {
    hex::decode_array(text.trim().trim_start_matches("0x"))
}

/// A point of the curve, not just 65 bytes.
fn parse_key(text: &str) -> Option<PublicKey> {
    let digits = text.trim();
    let digits = digits.strip_prefix("0x").unwrap_or(digits);
    let bytes = match digits.len() {
        128 => hex::decode(&format!("04{digits}"))?,
        _ => hex::decode(digits)?,
    };
    let key: PublicKey = bytes.try_into().ok()?;
    k256::ecdsa::VerifyingKey::from_sec1_bytes(&key).ok()?;
    Some(key)
}

impl ClaimedKeys {
    /// The signing address of a reply and the key that belongs to it.
    pub(super) fn of(reply: &TeeAttestation) -> Result<Self, AttestationError> {
        let broken = |problem: &str| AttestationError::new(AttestationCheck::Reply, problem);
        let address = reply.signing_address.as_deref().map(|text| {
            parse_address(text).ok_or_else(|| broken("the signing address of the reply is not an address"))
        });
        let address = address.transpose()?;
        let no_key = |reason: &str| Err(reason.to_owned());
        let (found, public_key) = match reply.public_key() {
            Some(text) => {
                let key =
                    parse_key(&text).ok_or_else(|| broken("the public key of the reply is not one of secp256k1"))?;
                (vec![key], Ok(key))
            }
            None => {
                let keys = reply.public_keys();
                let secp256k1 = keys.iter().filter(|key| {
                    key.algorithm.as_deref().is_some_and(|name| name.starts_with("secp256k1") || name == "ecdsa")
                });
                let found: Option<Vec<_>> = secp256k1.map(|key| parse_key(&key.public_key)).collect();
                let found = found.ok_or_else(|| broken("a public key of the reply is not one of secp256k1"))?;
                let of_address = found.iter().find(|key| address.is_none_or(|address| address_of(key) == address));
                let public_key = match of_address {
                    Some(key) => Ok(*key),
                    None if keys.is_empty() => no_key("the reply has none: the model runs in a TEE, without E2EE"),
                    None => {
                        let names = keys.iter().filter_map(|key| key.algorithm.as_deref()).collect::<Vec<_>>();
                        let names = names.join(", ").chars().take(200).collect::<String>();
                        Err(format!("no key of the reply is one of secp256k1: its algorithms are {names:?}"))
                    }
                };
                (found, public_key)
            }
        };
        let address = match (address, found.first()) {
            (Some(address), Some(_)) if !found.iter().any(|key| address_of(key) == address) => {
                let (named, key) = (address_text(&address), address_text(&address_of(&found[0])));
                let problem = format!("the signing address is {named}, and that of the public key is {key}");
                return Err(AttestationError::new(AttestationCheck::KeyAddress, problem));
            }
            (Some(address), _) => address,
            (None, Some(key)) => address_of(key),
            (None, None) => return Err(broken("the reply has neither a signing address nor a public key")),
        };
        Ok(Self { address, public_key })
    }
}

/// Compares the report data of a verified quote with the address and the nonce.
pub(super) fn check_report_data(
    report_data: &[u8; 64],
    address: &Address,
    nonce: &[u8; 32],
) -> Result<NonceBinding, AttestationError> {
    let failed = |problem: String| Err(AttestationError::new(AttestationCheck::ReportData, problem));
    let (key, fresh) = report_data.split_at(32);
    let (bound, padding) = key.split_at(20);
    if bound != address {
        let (bound, address) = (hex::encode(bound), address_text(address));
        return failed(format!("the quote binds the address 0x{bound}, and the reply names {address}"));
    }
    if padding != [0; 12] {
        return failed(format!("the quote has {} after the address, and not zeros", hex::encode(padding)));
    }
    let hashed: [u8; 32] = Sha256::digest(nonce).into();
    match fresh {
        fresh if fresh == nonce => Ok(NonceBinding::Raw),
        fresh if fresh == hashed => Ok(NonceBinding::Sha256),
        fresh => failed(format!("the quote has the nonce {}, which is not that of this request", hex::encode(fresh))),
    }
}
