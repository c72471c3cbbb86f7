//! x402: wallets that pay in advance.
//!
//! | To | Call |
//! |---|---|
//! | see what credit costs and how it can be paid | [`payment_requirements`](X402::payment_requirements) |
//! | pay for credit | [`top_up`](X402::top_up) |
//! | see what a wallet has left | [`balance`](X402::balance) |
//! | go through its top-ups and charges | [`transactions`](X402::transactions), [`transactions_page`](X402::transactions_page) |
//! | let a wallet pay for any other call | [`Call::with_sign_in`], [`Call::with_signer`] |
//!
//! ```no_run
//! # use venice_ai::{PaymentOption, Secret};
//! # fn sign_payment(option: &PaymentOption) -> Secret { Secret::from("") }
//! # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
//! let price = venice.x402().payment_requirements().await?;
//! let affordable = |option: &&PaymentOption| option.amount_usd().is_some_and(|usd| usd <= 10.into());
//! if let Some(option) = price.accepts.iter().find(affordable) {
//!     let done = venice.x402().top_up(sign_payment(option)).await?;
//!     println!("{:?} US dollars of credit", done.top_up.new_balance);
//! }
//! # Ok(()) }
//! ```
//!
//! Looking is free, and is repeated after failures that may pass. A signed payment is credited at most once, so the same one is sent
//! again where its reply was lost; look at the balance before you sign another. This crate holds no private key and signs nothing: it takes what the caller's wallet made, sends it without the API
//! key, and prints it nowhere. Balance and transactions are told to the wallet itself alone, so those calls take
//! [`Call::with_sign_in`] or [`Call::with_signer`]. Refused before anything is sent: what is no address of a wallet, a value that is
//! no base64 of a JSON object, a call that only a wallet may make and none signed.

mod pay;

pub use self::pay::{CompletedTopUp, PaymentReceipt};
use super::envelope::present;
use crate::api::generated::operations;
use crate::api::generated::types::{WalletBalance, WalletTransaction, WalletTransactions};
use crate::runtime::call::Call;
use crate::runtime::client::Client;
use crate::runtime::pages::{Batch, PageStart, Pages};

/// The prepaid credit of a wallet, which pays in place of an account.
///
/// To buy credit, ask for the [`payment_requirements`](Self::payment_requirements), sign one of them with the wallet, and send it with
/// [`top_up`](Self::top_up). To spend it, sign other calls with the wallet ([`Call::with_sign_in`], [`Call::with_signer`]). What is
/// left and where it went: [`balance`](Self::balance), [`transactions`](Self::transactions), which only the wallet itself may ask
/// for. No API key is needed for any of this, and none goes along with what a wallet signed.
///
/// This crate signs nothing: it takes what the caller's wallet made, keeps it out of logs and errors, and never pays with
/// another signature than the one that it was given.
#[derive(Clone, Copy, Debug)]
pub struct X402<'c> {
    client: &'c Client,
}

/// The most transactions that a page holds.
const LARGEST_PAGE: i64 = 100;

impl<'c> X402<'c> {
    pub(super) fn new(client: &'c Client) -> Self {
        Self { client }
    }

    /// What a wallet has left, and what a top-up costs. The request is signed by that wallet: see [`Call::with_sign_in`].
    ///
    /// A wallet is an address of an EVM chain (`0x` and 40 hexadecimal digits) or of Solana.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client, signed: venice_ai::Secret) -> Result<(), venice_ai::Error> {
    /// let wallet = "0x52908400098527886E0F7030069857D2E4169EE7";
    /// let balance = venice.x402().balance(wallet).with_sign_in(signed).await?;
    /// println!("{:?} US dollars, enough to run: {}", balance.balance_usd, balance.can_consume);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// Refused before anything is sent: what is no address, and a call without a signature
    /// ([`ErrorKind::MissingApiKey`](crate::ErrorKind::MissingApiKey)). A signature that is not accepted is
    /// [`is_authentication`](crate::Error::is_authentication); one of another wallet is
    /// [`Permission`](crate::ErrorKind::Permission).
    pub fn balance(&self, wallet: impl AsRef<str>) -> Call<WalletBalance> {
        let call = self.client.raw().get_x402_balance(wallet.as_ref(), None);
        call.and_then(|reply| present(reply.data, "balance"))
    }

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
            let params = WalletTransactionsParams { limit: Some(LARGEST_PAGE), offset: Some(offset) };
            client.x402().transactions_page(&wallet, params).map(move |page| {
                let came = i64::try_from(page.transactions.len()).unwrap_or(i64::MAX);
                // An empty page in the middle must not be asked for again and again.
                let step = if came > 0 { came } else { LARGEST_PAGE };
                // Where the reply does not say whether there are more, a full page is not the last one.
                let told = page.pagination.limit > 0;
                let more = page.pagination.has_more || (!told && came >= LARGEST_PAGE);
                let next = more.then(|| PageStart::Offset(offset.saturating_add(step)));
                Batch::new(page.transactions, next).marked(|transaction| &transaction.id)
            })
        };
        Pages::new(self.client, &operations::GET_X402_TRANSACTIONS, Box::new(ask))
    }

    /// One page of a wallet's top-ups and charges, with its credit. The request is signed by that wallet: see
    /// [`Call::with_sign_in`].
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client, signed: venice_ai::Secret) -> Result<(), venice_ai::Error> {
    /// use venice_ai::x402::WalletTransactionsParams;
    ///
    /// let wallet = "0x52908400098527886E0F7030069857D2E4169EE7";
    /// let params = WalletTransactionsParams::new().limit(10);
    /// let page = venice.x402().transactions_page(wallet, params).with_sign_in(signed).await?;
    /// println!("{:?} US dollars left, more: {}", page.current_balance, page.pagination.has_more);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`balance`](Self::balance). A `limit` outside of 1 to 100 and a negative `offset` are refused before anything is sent.
    pub fn transactions_page(
        &self,
        wallet: impl AsRef<str>,
        params: WalletTransactionsParams,
    ) -> Call<WalletTransactions> {
        let call = self.client.raw().get_x402_transactions(wallet.as_ref(), params.limit, params.offset, None);
        call.map(|reply| reply.data)
    }
}

/// Which of a wallet's transactions to read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct WalletTransactionsParams {
    /// How many transactions a page holds, from 1 to 100; 50 unless set.
    pub limit: Option<i64>,
    /// How many transactions to skip; none unless set.
    pub offset: Option<i64>,
}

impl WalletTransactionsParams {
    /// The first page.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How many transactions a page holds, from 1 to 100.
    #[must_use]
    pub fn limit(mut self, limit: i64) -> Self {
        self.limit = Some(limit);
        self
    }

    /// How many transactions to skip.
    #[must_use]
    pub fn offset(mut self, offset: i64) -> Self {
        self.offset = Some(offset);
        self
    }
}
