//! `LocalWallet`: a wallet whose private key is in memory.

use std::fmt;

use ed25519_dalek::Signer as _;
use k256::ecdsa::SigningKey as EvmKey;
use zeroize::Zeroizing;

use super::address::WalletAddress;
use super::error::WalletError;
use super::keystore;
use super::signer::{Signing, WalletSigner, unsupported};
use super::transfer::TransferAuthorization;
use crate::features::hex;
use crate::features::keccak::{keccak256, personal_hash};
use crate::features::wipe::wiping_stack;

/// The environment variable that [`LocalWallet::from_env`] reads.
pub const WALLET_KEY_VARIABLE: &str = "VENICE_WALLET_KEY";

/// A wallet whose private key is in the memory of this process, for an EVM chain (Base) or Solana.
///
/// The key is wiped from memory when the wallet is dropped. It is never printed and never serialised.
///
/// ```no_run
/// use venice_ai::wallet::LocalWallet;
///
/// let wallet = LocalWallet::from_env()?; // VENICE_WALLET_KEY
/// println!("{}", wallet.address());
/// # Ok::<(), venice_ai::wallet::WalletError>(())
/// ```
pub struct LocalWallet {
    key: Key,
    address: WalletAddress,
}

enum Key {
    Evm(Box<EvmKey>),
    Solana(Box<ed25519_dalek::SigningKey>),
}

impl LocalWallet {
    /// An EVM wallet from its private key: 64 hexadecimal digits, with or without `0x`.
    ///
    /// # Errors
    /// When the text is no key of the curve. The error does not show it.
    pub fn from_hex(key: &str) -> Result<Self, WalletError> {
        wiping_stack(|| Self::hex(key))
    }

    fn hex(key: &str) -> Result<Self, WalletError> {
        let digits = key.trim().trim_start_matches("0x");
        let mut bytes = Zeroizing::new([0; 32]);
        if digits.len() != 64 {
            let problem = format!("an EVM key has 64 hexadecimal digits, and this one has {}", digits.chars().count());
            return Err(WalletError::key(problem));
        }
        if !hex::decode_into(digits.as_bytes(), bytes.as_mut_slice()) {
            return Err(WalletError::key("an EVM key has hexadecimal digits only"));
        }
        Self::from_evm_bytes(&bytes)
    }

    /// An EVM wallet from the 32 bytes of its private key.
    ///
    /// # Errors
    /// When they are zero, or above the order of the curve (secp256k1).
    pub fn from_evm_bytes(key: &[u8; 32]) -> Result<Self, WalletError> {
        wiping_stack(|| Self::evm(key))
    }

    fn evm(key: &[u8; 32]) -> Result<Self, WalletError> {
        let key = EvmKey::from_slice(key)
            .map_err(|_| WalletError::key("it is zero, or above the order of the curve secp256k1"))?;
        let address = evm_address(key.verifying_key());
        Ok(Self { key: Key::Evm(Box::new(key)), address })
    }

    /// A Solana wallet from base58: the 64 bytes of a key pair, as wallets export it, or the 32 bytes of its seed.
    ///
    /// # Errors
    /// When the text is not base58, has another length, or is a key pair whose halves do not belong together. The error does not show it.
    pub fn from_base58(key: &str) -> Result<Self, WalletError> {
        wiping_stack(|| Self::base58(key))
    }

    fn base58(key: &str) -> Result<Self, WalletError> {
        let mut bytes = Zeroizing::new([0; 64]);
        let length = bs58::decode(key.trim().as_bytes()).onto(bytes.as_mut_slice()).map_err(|error| {
            WalletError::key(match error {
                bs58::decode::Error::BufferTooSmall => {
                    "a Solana key has 64 or 32 bytes in base58, and this one has more"
                }
                _ => "a Solana key has base58 digits only",
            })
        })?;
        Self::from_solana_bytes(&bytes[..length])
    }

    /// A Solana wallet from the 64 bytes of its key pair, or the 32 bytes of its seed.
    ///
    /// # Errors
    /// When there are more or fewer bytes, or the public half does not belong to the private one.
    pub fn from_solana_bytes(key: &[u8]) -> Result<Self, WalletError> {
        wiping_stack(|| Self::solana(key))
    }

    fn solana(key: &[u8]) -> Result<Self, WalletError> {
        let key = match key.len() {
            64 => {
                let mut pair = Zeroizing::new([0; 64]);
                pair.copy_from_slice(key);
                ed25519_dalek::SigningKey::from_keypair_bytes(&pair)
                    .map_err(|_| WalletError::key("the two halves of the key pair do not belong together"))?
            }
            32 => {
                let mut seed = Zeroizing::new([0; 32]);
                seed.copy_from_slice(key);
                ed25519_dalek::SigningKey::from_bytes(&seed)
            }
            length => {
                return Err(WalletError::key(format!("a Solana key has 64 or 32 bytes, and this one has {length}")));
            }
        };
        let address = WalletAddress::solana(key.verifying_key().to_bytes());
        Ok(Self { key: Key::Solana(Box::new(key)), address })
    }

    /// A Solana wallet from the JSON of a key file of `solana-keygen`: a list of 64 numbers.
    ///
    /// # Errors
    /// As for [`from_solana_bytes`](Self::from_solana_bytes), and for what is not such a list.
    pub fn from_solana_json(json: &str) -> Result<Self, WalletError> {
        wiping_stack(|| Self::solana_json(json))
    }

    fn solana_json(json: &str) -> Result<Self, WalletError> {
        let list = json.trim().strip_prefix('[').and_then(|list| list.strip_suffix(']'));
        let list = list.ok_or_else(|| WalletError::key("a key file of Solana is a JSON list of 64 numbers"))?;
        // Not a vector: one that grows leaves its bytes behind.
        let mut bytes = Zeroizing::new([0; 64]);
        let mut length = 0;
        for number in list.split(',') {
            let Some(byte) = bytes.get_mut(length) else {
                return Err(WalletError::key("a key file of Solana has 64 numbers, and this one has more"));
            };
            let number = number.trim().parse();
            *byte = number.map_err(|_| WalletError::key("a key file of Solana has numbers from 0 to 255 only"))?;
            length += 1;
        }
        Self::from_solana_bytes(&bytes[..length])
    }

    /// An EVM wallet from an encrypted key file (keystore, version 3), as `geth`, `ethers` and `cast` write it.
    ///
    /// The key is derived from the password with `scrypt` or `pbkdf2`, which takes a second or so by design: in async code call it in
    /// `tokio::task::spawn_blocking`.
    ///
    /// # Errors
    /// When the file is no such keystore, asks for more than 1 GiB of memory, or the password is wrong.
    pub fn from_keystore(json: &str, password: &str) -> Result<Self, WalletError> {
        wiping_stack(|| Self::keystore(json, password))
    }

    fn keystore(json: &str, password: &str) -> Result<Self, WalletError> {
        let (key, address) = keystore::open(json, password)?;
        let wallet = Self::from_evm_bytes(&key)?;
        match address {
            Some(address) if address != wallet.address => {
                Err(WalletError::key(format!("it belongs to {}, and the keystore says {address}", wallet.address)))
            }
            _ => Ok(wallet),
        }
    }

    /// A wallet from the environment variable `VENICE_WALLET_KEY`: hexadecimal digits are an EVM key, base58 is a Solana key.
    ///
    /// # Errors
    /// When the variable is missing or is no key.
    pub fn from_env() -> Result<Self, WalletError> {
        match std::env::var(WALLET_KEY_VARIABLE).map(Zeroizing::new) {
            Ok(key) if !key.trim().is_empty() => Self::from_text(&key),
            Ok(_) | Err(std::env::VarError::NotPresent) => {
                Err(WalletError::key(format!("the environment variable {WALLET_KEY_VARIABLE} is not set")))
            }
            Err(std::env::VarError::NotUnicode(_)) => {
                Err(WalletError::key(format!("the environment variable {WALLET_KEY_VARIABLE} is not text")))
            }
        }
    }

    /// A wallet from the text of its key: 64 hexadecimal digits are an EVM key, `[…]` is a key file of Solana, anything else base58.
    ///
    /// # Errors
    /// When it is no key of either kind.
    pub fn from_text(key: &str) -> Result<Self, WalletError> {
        wiping_stack(|| Self::text(key))
    }

    fn text(key: &str) -> Result<Self, WalletError> {
        let text = key.trim();
        let digits = text.trim_start_matches("0x");
        if text.starts_with("0x") || (digits.len() == 64 && digits.bytes().all(|digit| digit.is_ascii_hexdigit())) {
            Self::from_hex(text)
        } else if text.starts_with('[') {
            Self::from_solana_json(text)
        } else {
            Self::from_base58(text)
        }
    }

    /// The address of the wallet.
    pub fn address(&self) -> WalletAddress {
        self.address
    }

    /// A signature as EVM chains have it: `r ‖ s ‖ v`.
    fn sign_hash(key: &EvmKey, hash: &[u8; 32]) -> Vec<u8> {
        let (signature, recovery) = key.sign_prehash_recoverable(hash);
        let mut bytes = signature.to_bytes().to_vec();
        bytes.push(27 + recovery.to_byte());
        bytes
    }
}

impl WalletSigner for LocalWallet {
    fn address(&self) -> WalletAddress {
        self.address
    }

    fn sign_message<'a>(&'a self, message: &'a [u8]) -> Signing<'a> {
        Box::pin(async move {
            match &self.key {
                Key::Evm(key) => Ok(wiping_stack(|| Self::sign_hash(key, &personal_hash(message)))),
                Key::Solana(key) => Ok(wiping_stack(|| key.sign(message).to_bytes().to_vec())),
            }
        })
    }

    fn sign_typed_data<'a>(&'a self, transfer: &'a TransferAuthorization) -> Signing<'a> {
        Box::pin(async move {
            match &self.key {
                Key::Evm(key) => Ok(wiping_stack(|| Self::sign_hash(key, &transfer.signing_hash()))),
                Key::Solana(_) => Err(unsupported(self.address, "a payment on an EVM chain (typed data)")),
            }
        })
    }

    fn sign_transaction<'a>(&'a self, message: &'a [u8]) -> Signing<'a> {
        Box::pin(async move {
            match &self.key {
                Key::Solana(key) => Ok(wiping_stack(|| key.sign(message).to_bytes().to_vec())),
                Key::Evm(_) => Err(unsupported(self.address, "a payment on Solana (a transaction)")),
            }
        })
    }
}

impl fmt::Debug for LocalWallet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalWallet").field("address", &self.address).field("key", &"***").finish()
    }
}
/// The address of a public key: the last 20 bytes of the hash of its coordinates.
pub(crate) fn evm_address(key: &k256::ecdsa::VerifyingKey) -> WalletAddress {
    let point = key.to_sec1_point(false);
    let hash = keccak256(&point.as_bytes()[1..]);
    let mut address = [0; 20];
    address.copy_from_slice(&hash[12..]);
    WalletAddress::evm(address)
}
