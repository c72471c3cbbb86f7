//! x402: wallets that pay in advance.
//!
//! | To | Call |
//! |---|---|
//! | see what credit costs and how it can be paid | [`payment_requirements`](X402::payment_requirements) |
//! | pay for credit with a wallet of the SDK | `top_up` (feature `wallet`, module `wallet`) |
//! | pay for credit with a payment that you signed | [`top_up_with_payment`](X402::top_up_with_payment) |
//! | see what a wallet has left | [`balance`](X402::balance) |
//! | go through its top-ups and charges | [`transactions`](X402::transactions), [`transactions_page`](X402::transactions_page) |
//! | let a wallet pay for any other call | [`Call::with_sign_in`](crate::Call::with_sign_in), [`Call::with_signer`](crate::Call::with_signer) |
//!
//! ```no_run
//! # use venice_ai::{PaymentOption, Secret};
//! # fn sign_payment(option: &PaymentOption) -> Secret { Secret::from("") }
//! # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
//! let price = venice.x402().payment_requirements().await?;
//! let affordable = |option: &&PaymentOption| option.amount_usd().is_some_and(|usd| usd <= 10.into());
//! if let Some(option) = price.accepts.iter().find(affordable) {
//!     let done = venice.x402().top_up_with_payment(sign_payment(option)).await?;
//!     println!("{:?} US dollars of credit", done.top_up.new_balance);
//! }
//! # Ok(()) }
//! ```
//!
//! The price is free to read, and read again after transient failures. A signed payment is credited at most once, so the same one is sent
//! again if its reply was lost; check the balance before you sign another. Without the feature `wallet` this crate holds no private key
//! and signs nothing: it sends the caller's signature without the API key, and never prints it. Balance and transactions are returned
//! only to the wallet itself, so those calls take [`Call::with_sign_in`](crate::Call::with_sign_in) or
//! [`Call::with_signer`](crate::Call::with_signer). Rejected before anything is sent: an invalid address, a signature that is not base64
//! of a JSON object, an unsigned call to an operation for wallets.

mod pay;

pub use self::pay::{CompletedTopUp, PaymentReceipt};
pub use crate::api::generated::handles::X402;
pub use crate::api::generated::types::WalletTransactionsParams;
