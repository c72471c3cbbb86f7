//! `TransferAuthorization`: a signed permission to move tokens (EIP-3009), as typed data (EIP-712).

use serde_json::{Value, json};

use super::address::WalletAddress;
use super::error::{WalletError, WalletErrorKind};
use crate::features::hex;
use crate::features::keccak::keccak256;

/// Permission to move an amount of a token from the wallet to a recipient, once, until a time. Anyone with the signature can submit
/// it and pays the fees of the chain (EIP-3009).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TransferAuthorization {
    /// The wallet that pays.
    pub from: WalletAddress,
    /// The recipient.
    pub to: WalletAddress,
    /// The amount in base units of the token; USDC has 6 decimals.
    pub value: u128,
    /// The signature is valid after this time, in seconds since 1970.
    pub valid_after: u64,
    /// The signature is valid before this time, in seconds since 1970.
    pub valid_before: u64,
    /// A random number that makes the permission usable once.
    pub nonce: [u8; 32],
    /// The name of the token's contract, as its typed data has it: `USD Coin`.
    pub token_name: String,
    /// The version of the token's contract, as its typed data has it.
    pub token_version: String,
    /// The chain: 8453 is Base.
    pub chain_id: u64,
    /// The contract of the token.
    pub token: WalletAddress,
}

const DOMAIN: &str = "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)";
const TRANSFER: &str = "TransferWithAuthorization(address from,address to,uint256 value,uint256 validAfter,\
    uint256 validBefore,bytes32 nonce)";

impl TransferAuthorization {
    /// The hash that the wallet signs (EIP-712).
    pub fn signing_hash(&self) -> [u8; 32] {
        let domain = keccak256(
            &[
                keccak256(DOMAIN.as_bytes()),
                keccak256(self.token_name.as_bytes()),
                keccak256(self.token_version.as_bytes()),
                uint(self.chain_id.into()),
                address(&self.token),
            ]
            .concat(),
        );
        let transfer = keccak256(
            &[
                keccak256(TRANSFER.as_bytes()),
                address(&self.from),
                address(&self.to),
                uint(self.value),
                uint(self.valid_after.into()),
                uint(self.valid_before.into()),
                self.nonce,
            ]
            .concat(),
        );
        keccak256(&[[0x19, 0x01].as_slice(), &domain, &transfer].concat())
    }

    /// The typed data as JSON, as `eth_signTypedData_v4` of a remote wallet takes it.
    pub fn to_typed_data(&self) -> Value {
        let field = |kind: &str, name: &str| json!({"name": name, "type": kind});
        json!({
            "types": {
                "EIP712Domain": [
                    field("string", "name"), field("string", "version"),
                    field("uint256", "chainId"), field("address", "verifyingContract"),
                ],
                "TransferWithAuthorization": [
                    field("address", "from"), field("address", "to"), field("uint256", "value"),
                    field("uint256", "validAfter"), field("uint256", "validBefore"), field("bytes32", "nonce"),
                ],
            },
            "primaryType": "TransferWithAuthorization",
            "domain": {
                "name": self.token_name, "version": self.token_version,
                "chainId": self.chain_id, "verifyingContract": self.token.to_string(),
            },
            "message": self.to_json(),
        })
    }

    /// Rejects what no chain would execute. `now` is in seconds since 1970.
    pub(super) fn check(&self, now: u64) -> Result<(), WalletError> {
        let reject = |kind, problem: String| Err(WalletError::new(kind, problem));
        for (role, address) in [("payer", self.from), ("recipient", self.to), ("token", self.token)] {
            if address.as_bytes().len() != 20 {
                let problem = format!("the {role} {address} of the payment is not an address of an EVM chain");
                return reject(WalletErrorKind::Network, problem);
            }
        }
        if self.value == 0 {
            return reject(WalletErrorKind::Amount, "a payment of nothing is not signed".to_owned());
        }
        if self.valid_before <= now || self.valid_before <= self.valid_after {
            return reject(WalletErrorKind::Expiry, "the payment expired before it was signed".to_owned());
        }
        Ok(())
    }

    /// The fields of the authorization, as a payment has them: all of them strings.
    pub(super) fn to_json(&self) -> Value {
        json!({
            "from": self.from.to_string(), "to": self.to.to_string(), "value": self.value.to_string(),
            "validAfter": self.valid_after.to_string(), "validBefore": self.valid_before.to_string(),
            "nonce": format!("0x{}", hex::encode(&self.nonce)),
        })
    }
}

fn uint(value: u128) -> [u8; 32] {
    let mut word = [0; 32];
    word[16..].copy_from_slice(&value.to_be_bytes());
    word
}

fn address(address: &WalletAddress) -> [u8; 32] {
    let (mut word, bytes) = ([0; 32], address.as_bytes());
    let bytes = &bytes[bytes.len() - 20..];
    word[12..].copy_from_slice(bytes);
    word
}
