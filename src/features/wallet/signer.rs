//! `WalletSigner`: the trait of whatever signs for a wallet. `FnSigner`: a signer made of closures.

use std::fmt;
use std::pin::Pin;

use super::address::WalletAddress;
use super::error::{WalletError, WalletErrorKind};
use super::transfer::TransferAuthorization;

/// A boxed error of a signer.
pub type SignerError = Box<dyn std::error::Error + Send + Sync>;

/// The signature that a signer is making: 65 bytes `r ‖ s ‖ v` of an EVM wallet, 64 bytes of a Solana wallet.
pub type Signing<'a> = Pin<Box<dyn Future<Output = Result<Vec<u8>, SignerError>> + Send + 'a>>;

/// Signs for one wallet: a key in memory ([`LocalWallet`](super::LocalWallet)), closures ([`FnSigner`]), a hardware wallet, a key service.
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
        rejected(self.address(), TYPED_DATA)
    }

    /// Signs the bytes of a Solana transaction's message, version included (Ed25519). Only Solana wallets need it.
    fn sign_transaction<'a>(&'a self, message: &'a [u8]) -> Signing<'a> {
        let _ = message;
        rejected(self.address(), TRANSACTION)
    }
}

type SignFn<T> = Box<dyn Fn(T) -> Signing<'static> + Send + Sync>;

/// A signer made of closures, for wallets of other crates: `alloy`, `solana-sdk`, a client of a key service.
///
/// Each closure takes what is to be signed and returns a future of the signature: 65 bytes `r ‖ s ‖ v` of an EVM wallet, 64 bytes of a
/// Solana wallet. Without a closure for payments the wallet signs in, and does not pay.
///
/// ```
/// use venice_ai::wallet::{FnSigner, Wallet, WalletAddress};
///
/// # #[derive(Clone)] struct Vault;
/// # impl Vault { async fn sign(&self, _: Vec<u8>) -> Result<[u8; 64], std::io::Error> { Ok([0; 64]) } }
/// # fn example(vault: Vault, address: WalletAddress) {
/// let other = vault.clone();
/// let signer = FnSigner::new(address, move |message| {
///     let vault = vault.clone();
///     async move { vault.sign(message).await }
/// })
/// .transaction(move |message| {
///     let vault = other.clone();
///     async move { vault.sign(message).await }
/// });
/// let wallet = Wallet::new(signer);
/// # }
/// ```
pub struct FnSigner {
    address: WalletAddress,
    message: SignFn<Vec<u8>>,
    typed_data: Option<SignFn<TransferAuthorization>>,
    transaction: Option<SignFn<Vec<u8>>>,
}

impl FnSigner {
    /// A signer that signs in: `sign` gets the text of the message, as [`WalletSigner::sign_message`] does.
    pub fn new<F, S, E>(address: WalletAddress, sign: impl Fn(Vec<u8>) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<S, E>> + Send + 'static,
        S: Into<Vec<u8>>,
        E: Into<SignerError>,
    {
        Self { address, message: boxed(sign), typed_data: None, transaction: None }
    }

    /// How an EVM wallet signs payments: `sign` gets the typed data, as [`WalletSigner::sign_typed_data`] does.
    #[must_use]
    pub fn typed_data<F, S, E>(self, sign: impl Fn(TransferAuthorization) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<S, E>> + Send + 'static,
        S: Into<Vec<u8>>,
        E: Into<SignerError>,
    {
        Self { typed_data: Some(boxed(sign)), ..self }
    }

    /// How a Solana wallet signs payments: `sign` gets the bytes of the transaction's message, as [`WalletSigner::sign_transaction`] does.
    #[must_use]
    pub fn transaction<F, S, E>(self, sign: impl Fn(Vec<u8>) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<S, E>> + Send + 'static,
        S: Into<Vec<u8>>,
        E: Into<SignerError>,
    {
        Self { transaction: Some(boxed(sign)), ..self }
    }
}

fn boxed<T, F, S, E>(sign: impl Fn(T) -> F + Send + Sync + 'static) -> SignFn<T>
where
    F: Future<Output = Result<S, E>> + Send + 'static,
    S: Into<Vec<u8>>,
    E: Into<SignerError>,
{
    Box::new(move |what| -> Signing<'static> {
        let signing = sign(what);
        Box::pin(async move { signing.await.map(Into::into).map_err(Into::into) })
    })
}

impl WalletSigner for FnSigner {
    fn address(&self) -> WalletAddress {
        self.address
    }

    fn sign_message<'a>(&'a self, message: &'a [u8]) -> Signing<'a> {
        (self.message)(message.to_vec())
    }

    fn sign_typed_data<'a>(&'a self, transfer: &'a TransferAuthorization) -> Signing<'a> {
        match &self.typed_data {
            Some(sign) => sign(transfer.clone()),
            None => rejected(self.address, TYPED_DATA),
        }
    }

    fn sign_transaction<'a>(&'a self, message: &'a [u8]) -> Signing<'a> {
        match &self.transaction {
            Some(sign) => sign(message.to_vec()),
            None => rejected(self.address, TRANSACTION),
        }
    }
}

impl fmt::Debug for FnSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FnSigner").field("address", &self.address).finish_non_exhaustive()
    }
}

const TYPED_DATA: &str = "a payment on an EVM chain (typed data)";
const TRANSACTION: &str = "a payment on Solana (a transaction)";

fn rejected<'a>(address: WalletAddress, what: &str) -> Signing<'a> {
    Box::pin(std::future::ready(Err(unsupported(address, what))))
}

pub(crate) fn unsupported(address: WalletAddress, what: &str) -> SignerError {
    let message = format!("the signer of the wallet {address} does not sign {what}");
    WalletError::new(WalletErrorKind::Unsupported, message).into()
}

#[cfg(test)]
mod tests {
    use super::super::LocalWallet;
    use super::*;

    fn transfer() -> TransferAuthorization {
        TransferAuthorization {
            from: WalletAddress::evm([1; 20]),
            to: WalletAddress::evm([2; 20]),
            value: 5_000_000,
            valid_after: 0,
            valid_before: 1_767_225_600,
            nonce: [3; 32],
            token_name: "USD Coin".to_owned(),
            token_version: "2".to_owned(),
            chain_id: 8453,
            token: WalletAddress::evm([4; 20]),
        }
    }

    /// Closures around another signer sign as it does.
    #[tokio::test]
    async fn closures_sign_what_they_are_given() {
        for key in [&*"7".repeat(64), "GMN7AVX1CihAK9LJpvd2mKb4jU1mqDfGVz7b7BPZJHuc"] {
            let local = || std::sync::Arc::new(LocalWallet::from_text(key).unwrap());
            let (messages, payments, transactions) = (local(), local(), local());
            let signer = FnSigner::new(messages.address(), move |message| {
                let wallet = messages.clone();
                async move { wallet.sign_message(&message).await }
            })
            .typed_data(move |transfer| {
                let wallet = payments.clone();
                async move { wallet.sign_typed_data(&transfer).await }
            })
            .transaction(move |message| {
                let wallet = transactions.clone();
                async move { wallet.sign_transaction(&message).await }
            });
            let local = local();
            assert_eq!(signer.address(), local.address());
            let text = |outcome: Result<Vec<u8>, SignerError>| outcome.map_err(|error| error.to_string());
            assert_eq!(text(signer.sign_message(b"in").await), text(local.sign_message(b"in").await));
            let transfer = transfer();
            assert_eq!(text(signer.sign_typed_data(&transfer).await), text(local.sign_typed_data(&transfer).await));
            assert_eq!(text(signer.sign_transaction(b"tx").await), text(local.sign_transaction(b"tx").await));
        }
    }

    #[tokio::test]
    async fn what_has_no_closure_is_not_signed() {
        let address = WalletAddress::solana([7; 32]);
        let signer = FnSigner::new(address, |_| async { Err::<[u8; 64], _>("the vault is closed") });
        assert_eq!(signer.sign_message(b"in").await.unwrap_err().to_string(), "the vault is closed");
        let error = signer.sign_transaction(b"tx").await.unwrap_err().to_string();
        assert!(error.contains("does not sign a payment on Solana"), "{error}");
        let error = signer.sign_typed_data(&transfer()).await.unwrap_err().to_string();
        assert!(error.contains("does not sign a payment on an EVM chain"), "{error}");
        assert_eq!(format!("{signer:?}"), format!("FnSigner {{ address: {address:?}, .. }}"));
    }
}
