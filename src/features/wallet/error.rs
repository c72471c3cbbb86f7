//! `WalletError`: a key, an address or a payment that is not usable.

use std::error::Error as _;
use std::fmt;

use crate::api::generated::operations;
use crate::runtime::error::{Error, ErrorKind};

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
    /// The API offers no payment on the wallet's network, or the policy does not allow that network.
    Network,
    /// The token to pay with is not USDC.
    Token,
    /// The recipient is neither one of the API's known ones nor one that the policy allows.
    Recipient,
    /// The amount of a payment is zero, negative, not a multiple of 0.000001, too small or too large for the API.
    Amount,
    /// The payment would exceed a limit of the policy.
    Limit,
    /// The payment has expired, or would be valid for too long.
    Expiry,
    /// The outcome of an earlier payment is unknown, and no other payment is made until it is resolved.
    Unresolved,
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

impl Error {
    /// Why the wallet did not sign, where the SDK decided so: the kind of this error is [`Signing`](ErrorKind::Signing) then, and nothing
    /// was sent.
    ///
    /// ```
    /// # fn look(error: &venice_ai::Error) {
    /// use venice_ai::wallet::WalletErrorKind;
    ///
    /// if error.wallet_error().is_some_and(|error| error.kind() == WalletErrorKind::Limit) {
    ///     println!("enough for today");
    /// }
    /// # }
    /// ```
    pub fn wallet_error(&self) -> Option<&WalletError> {
        self.source()?.downcast_ref()
    }

    /// A payment that the signer did not sign.
    pub(super) fn not_signed(error: Box<dyn std::error::Error + Send + Sync>) -> Self {
        let message = format!("the wallet did not sign the payment: {error}; nothing was paid");
        Self::new(ErrorKind::Signing, message).with_source(error).with_operation(&operations::TOP_UP_X402_BALANCE)
    }

    /// A payment that is not made.
    pub(super) fn not_paid(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        let error = error.into();
        Self::new(ErrorKind::Signing, format!("{error}; nothing was paid"))
            .with_source(error)
            .with_operation(&operations::TOP_UP_X402_BALANCE)
    }
}
