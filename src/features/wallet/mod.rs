//! Wallets: sign in and pay with a wallet of an EVM chain (Base) or Solana, without an account.
//!
//! | To | Use |
//! |---|---|
//! | sign with a key in memory | [`LocalWallet`]: from hexadecimal digits, base58, a keystore file or the environment |
//! | sign with a hardware wallet or a key service | implement [`WalletSigner`] |
//! | let the wallet pay for the calls of a client | [`ClientBuilder::wallet`](crate::ClientBuilder::wallet) |
//! | let the wallet pay for a call | [`Call::with_wallet`](crate::Call::with_wallet) |
//! | buy credit with USDC | [`X402::top_up`](crate::X402::top_up) |
//! | see what would be signed, before it is | [`X402::prepare_top_up`](crate::X402::prepare_top_up) |
//! | limit what is paid, and know of each payment | [`TopUpPolicy`] |
//! | buy credit when a call needs it | [`ClientBuilder::auto_top_up`](crate::ClientBuilder::auto_top_up) |
//! | create an API key for a wallet that stakes VVV | [`ApiKeys::create_for_wallet`](crate::ApiKeys::create_for_wallet) |
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use venice_ai::types::ChatCompletionRequest;
//! use venice_ai::wallet::{LocalWallet, Wallet};
//!
//! let wallet = Wallet::new(LocalWallet::from_env()?); // VENICE_WALLET_KEY
//! let venice = venice_ai::Client::without_api_key()?;
//!
//! let balance = venice.x402().balance(wallet.address().to_string()).with_wallet(&wallet).await?;
//! println!("{:?} US dollars", balance.balance_usd);
//!
//! let request = ChatCompletionRequest::new("default", ["Why is the sky blue?"]);
//! println!("{}", venice.chat().create(request).with_wallet(&wallet).await?.text());
//! # Ok(()) }
//! ```
//!
//! [The guide](crate::guide::wallets) shows how money goes from a wallet to a reply.
//!
//! Each attempt of a request gets a signature of its own, as the API accepts one only once and for five minutes. Keys are wiped from
//! memory when they are dropped, and are never printed.

mod account;
mod address;
mod auto_top_up;
mod challenge;
mod error;
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzz;
mod keystore;
mod ledger;
mod local;
mod payment;
mod policy;
mod requirement;
mod sign_in;
mod signer;
mod solana;
#[cfg(test)]
mod tests;
mod top_up;
mod transfer;
mod unsigned;
mod web3_key;

pub use self::address::{Chain, WalletAddress};
pub use self::error::{WalletError, WalletErrorKind};
pub use self::local::{LocalWallet, WALLET_KEY_VARIABLE};
pub use self::payment::{Payment, PaymentEvent, PaymentState};
pub use self::policy::TopUpPolicy;
pub use self::sign_in::Wallet;
pub use self::signer::{FnSigner, SignerError, Signing, WalletSigner};
pub use self::top_up::{PreparedTopUp, SignedTopUp, TopUpSettings};
pub use self::transfer::TransferAuthorization;
pub use self::web3_key::{WalletKeyRefusal, WalletKeySettings};
