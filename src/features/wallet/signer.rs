//! `WalletSigner`: the trait of whatever signs for a wallet.

use std::pin::Pin;

use super::address::WalletAddress;
use super::error::{WalletError, WalletErrorKind};
use super::transfer::TransferAuthorization;

/// A boxed error of a signer.
pub type SignerError = Box<dyn std::error::Error + Send + Sync>;

/// The signature that a signer is making: 65 bytes `r ‖ s ‖ v` of an EVM wallet, 64 bytes of a Solana wallet.
pub type Signing<'a> = Pin<Box<dyn Future<Output = Result<Vec<u8>, SignerError>> + Send + 'a>>;

/// Signs for one wallet: a key in memory ([`LocalWallet`](super::LocalWallet)), a hardware wallet, a key service.
///
/// The SDK asks for a signature of each sign-in and of each payment. A signer that cannot make one, or whose user refuses, returns an
/// error: nothing is sent then.
pub trait WalletSigner: Send + Sync + 'static {
    /// The address whose key signs.
    fn address(&self) -> WalletAddress;

    /// Signs the text of a sign-in: an EVM wallet as a personal message (EIP-191: the prefix and the length are added by the signer), a
    /// Solana wallet the bytes as they are (Ed25519).
    fn sign_message<'a>(&'a self, message: &'a [u8]) -> Signing<'a>;

    /// Signs a transfer of USDC on an EVM chain (EIP-712 typed data). Only EVM wallets need it.
    fn sign_typed_data<'a>(&'a self, transfer: &'a TransferAuthorization) -> Signing<'a> {
        let _ = transfer;
        let error = unsupported(self.address(), "a payment on an EVM chain (typed data)");
        Box::pin(std::future::ready(Err(error)))
    }

    /// Signs the bytes of a Solana transaction's message, version included (Ed25519). Only Solana wallets need it.
    fn sign_transaction<'a>(&'a self, message: &'a [u8]) -> Signing<'a> {
        let _ = message;
        let error = unsupported(self.address(), "a payment on Solana (a transaction)");
        Box::pin(std::future::ready(Err(error)))
    }
}

pub(crate) fn unsupported(address: WalletAddress, what: &str) -> SignerError {
    let message = format!("the signer of the wallet {address} does not sign {what}");
    WalletError::new(WalletErrorKind::Unsupported, message).into()
}
