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
use crate::api::generated::operations;
use crate::api::generated::types::WalletTransaction;
pub use crate::api::generated::types::WalletTransactionsParams;
use crate::runtime::client::Client;
use crate::runtime::pages::{Batch, PageStart, Pages};

/// The most transactions that a page holds.
const LARGEST_PAGE: i64 = 100;

impl X402<'_> {
    /// A wallet's top-ups and charges, over all pages. Each request is signed by that wallet: see [`Pages::with_signer`].
    ///
    /// ```no_run
    /// # use venice_ai::Secret;
    /// # async fn sign(url: &str) -> Result<Secret, std::io::Error> { Ok(Secret::from("")) }
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// let wallet = "0x52908400098527886E0F7030069857D2E4169EE7";
    /// let transactions = venice.x402().transactions(wallet);
    /// let mut transactions = transactions.with_signer(|request| async move { sign(&request.url).await });
    /// while let Some(transaction) = transactions.next().await {
    ///     let transaction = transaction?;
    ///     println!("{} {} {:?}", transaction.created_at, transaction.type_, transaction.amount);
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`Pages`] and of [`balance`](Self::balance).
    pub fn transactions(&self, wallet: impl Into<String>) -> Pages<WalletTransaction> {
        let wallet = wallet.into();
        let ask = move |client: &Client, place: &PageStart| {
            let offset = if let PageStart::Offset(offset) = place { *offset } else { 0 };
            let params = WalletTransactionsParams::new().limit(LARGEST_PAGE).offset(offset);
            client.x402().transactions_page(&wallet, params).map(move |page| {
                let came = i64::try_from(page.transactions.len()).unwrap_or(i64::MAX);
                // An empty page in the middle must not be asked for again and again.
                let step = if came > 0 { came } else { LARGEST_PAGE };
                // Where the reply does not say whether there are more, a full page is not the last one.
                let more = page.pagination.has_more.unwrap_or(came >= LARGEST_PAGE);
                let next = more.then(|| PageStart::Offset(offset.saturating_add(step)));
                Batch::new(page.transactions, next).marked(|transaction| &transaction.id)
            })
        };
        Pages::new(self.client, &operations::GET_X402_TRANSACTIONS, Box::new(ask))
    }
}
