//! `WalletError`: a key, an address or a payment that is not usable.

use std::fmt;

/// What is wrong with a key, an address, or something to be signed. It never shows a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WalletError {
    kind: WalletErrorKind,
    message: String,
}

/// What a [`WalletError`] is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WalletErrorKind {
    /// An address has the wrong length, alphabet or checksum.
    Address,
    /// A private key is malformed, or not a key of its curve.
    Key,
    /// A keystore file is malformed, or of a kind that is not supported.
    Keystore,
    /// The password does not open the keystore.
    Password,
    /// What is to be signed is not: it belongs to another chain, or no API would accept it.
    Unsupported,
}

impl WalletError {
    pub(crate) fn new(kind: WalletErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }

    pub(crate) fn address(text: &str, problem: String) -> Self {
        let shown: String = text.chars().take(80).collect();
        Self::new(WalletErrorKind::Address, format!("{shown:?} is not the address of a wallet: {problem}"))
    }

    pub(crate) fn key(problem: impl fmt::Display) -> Self {
        Self::new(WalletErrorKind::Key, format!("the private key of the wallet is not usable: {problem}"))
    }

    /// What it is about.
    pub fn kind(&self) -> WalletErrorKind {
        self.kind
    }
}

impl fmt::Display for WalletError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for WalletError {}
