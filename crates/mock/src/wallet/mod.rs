//! `MockWallet`: wallets whose signatures and payments are verified, for [`MockBuilder::verify_wallets`].

mod challenge;
mod crypto;
mod handlers;
mod ledger;
mod payment;
mod sign_in;
mod solana;
mod web3;

use std::fmt;

use serde_json::Value;
use venice_ai::Amount;

use self::crypto::Address;
pub(super) use self::handlers::{caller, charged, handler};
use self::ledger::Account;
pub(super) use self::ledger::Ledger;
use super::x402::decoded;
use super::{MockBuilder, MockVenice};

/// Base and Solana's main network (CAIP-2).
const BASE: &str = "eip155:8453";
const SOLANA: &str = "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp";

/// A wallet as a [`MockVenice`] that [verifies wallets](MockBuilder::verify_wallets) knows it. Get one from [`MockVenice::wallet`].
///
/// ```
/// use venice_ai_mock::MockVenice;
///
/// let mock = MockVenice::builder().verify_wallets(true).start_blocking()?;
/// let wallet = mock.wallet("0x52908400098527886E0F7030069857D2E4169EE7");
/// wallet.set_balance(10);
/// assert_eq!(wallet.balance(), 10.into());
/// # Ok::<(), venice_ai::Error>(())
/// ```
#[derive(Debug)]
pub struct MockWallet<'m> {
    mock: &'m MockVenice,
    address: Address,
}

/// A payment that a [`MockVenice`] credited.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MockPayment {
    /// Its id, as the reply has it.
    pub id: String,
    /// The wallet that paid, and whose credit it is.
    pub wallet: String,
    /// In US dollars.
    pub amount: Amount,
    /// The network (CAIP-2): `eip155:8453` or `solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp`.
    pub network: &'static str,
    /// How often it was submitted. It was credited once.
    pub submissions: usize,
}

impl MockBuilder {
    /// Whether signatures and payments of wallets are verified. Default: `false`, which takes them at their word. Needs the cargo
    /// feature `wallet`.
    ///
    /// With it, the mock does what the API does: it recovers the address from each sign-in (EIP-4361, Solana), takes a nonce once and a
    /// signature for 5 minutes, and refuses with the API's codes; answers 402 with challenges; runs 5 requests of a wallet at a time;
    /// makes a key only for a wallet that signed the token and has [staked VVV](MockWallet::set_staked_vvv); and credits a payment once,
    /// if its signature, recipient, token, amount and times are right. A wallet starts without credit, and pays for what it asks.
    /// Smart wallets (EIP-1271) are refused, as no chain is asked.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), venice_ai::Error> {
    /// use venice_ai_mock::MockVenice;
    ///
    /// let mock = MockVenice::builder().verify_wallets(true).start().await?;
    /// let call = mock.client().x402().balance("0x52908400098527886E0F7030069857D2E4169EE7");
    /// // {"address": "0x5290…", "message": "none", "signature": "0x1b"}
    /// let sign_in = "eyJhZGRyZXNzIjoiMHg1MjkwODQwMDA5ODUyNzg4NkUwRjcwMzAwNjk4NTdEMkU0MTY5RUU3IiwibWVzc2FnZSI6Im5vbmUiLCJzaWduYXR1cmUiOiIweDFiIn0=";
    /// let error = call.with_sign_in(sign_in).await.unwrap_err();
    /// assert!(error.is_authentication(), "{error}");
    /// # Ok(()) }
    /// ```
    pub fn verify_wallets(mut self, verify: bool) -> Self {
        self.settings.verifies_wallets = verify;
        self
    }
}

impl MockVenice {
    /// What the mock knows of a wallet. A text that is not the address of a wallet is reported by the next request and by
    /// [`verify`](Self::verify).
    ///
    /// ```
    /// # use venice_ai_mock::MockVenice;
    /// let mock = MockVenice::builder().verify_wallets(true).start_blocking()?;
    /// assert!(mock.wallet("8qUL23aSj7mDWdoLMXGHFvnVCT9wd7jXcysiekroADEL").balance().is_zero());
    /// # Ok::<(), venice_ai::Error>(())
    /// ```
    pub fn wallet(&self, address: impl fmt::Display) -> MockWallet<'_> {
        let text = address.to_string();
        let address = Address::parse(&text).unwrap_or_else(|| {
            self.shared.lock().ledger.misplanned.push(format!("{text:?} is not the address of a wallet"));
            Address::Evm([0; 20])
        });
        MockWallet { mock: self, address }
    }

    /// The payments that were credited, in their order, with the number of times that each was submitted.
    ///
    /// ```
    /// # use venice_ai_mock::MockVenice;
    /// let mock = MockVenice::builder().verify_wallets(true).start_blocking()?;
    /// assert_eq!(mock.payments(), []);
    /// # Ok::<(), venice_ai::Error>(())
    /// ```
    pub fn payments(&self) -> Vec<MockPayment> {
        self.shared.lock().ledger.payments.iter().map(|payment| payment.shown.clone()).collect()
    }

    /// Sets how many seconds the server's clock is ahead of this machine's, or behind it if the number is negative. It is the clock of
    /// signatures, tokens, payments and the header `Date`.
    ///
    /// ```
    /// # use venice_ai_mock::MockVenice;
    /// let mock = MockVenice::builder().verify_wallets(true).start_blocking()?;
    /// mock.shift_clock(-600);
    /// # Ok::<(), venice_ai::Error>(())
    /// ```
    pub fn shift_clock(&self, seconds: i64) {
        self.shared.lock().ledger.clock_shift = seconds.saturating_mul(1000);
    }
}

impl MockWallet<'_> {
    fn account<T>(&self, read: impl FnOnce(&mut Account) -> T) -> T {
        read(self.mock.shared.lock().ledger.account(self.address))
    }

    /// Its credit in US dollars.
    ///
    /// ```
    /// # use venice_ai_mock::MockVenice;
    /// let mock = MockVenice::builder().verify_wallets(true).start_blocking()?;
    /// assert!(mock.wallet("0x52908400098527886E0F7030069857D2E4169EE7").balance().is_zero());
    /// # Ok::<(), venice_ai::Error>(())
    /// ```
    pub fn balance(&self) -> Amount {
        ledger::amount(self.account(|account| account.balance))
    }

    /// Sets its credit in US dollars. Its transactions stay as they are.
    ///
    /// ```
    /// # use venice_ai_mock::MockVenice;
    /// let mock = MockVenice::builder().verify_wallets(true).start_blocking()?;
    /// mock.wallet("0x52908400098527886E0F7030069857D2E4169EE7").set_balance(3);
    /// # Ok::<(), venice_ai::Error>(())
    /// ```
    pub fn set_balance(&self, usd: impl Into<Amount>) {
        let balance = ledger::billionths(usd.into().to_f64());
        self.account(|account| account.balance = balance);
    }

    /// Links it to an account with so much DIEM, which is spent first.
    ///
    /// ```
    /// # use venice_ai_mock::MockVenice;
    /// let mock = MockVenice::builder().verify_wallets(true).start_blocking()?;
    /// mock.wallet("0x52908400098527886E0F7030069857D2E4169EE7").set_diem(1);
    /// # Ok::<(), venice_ai::Error>(())
    /// ```
    pub fn set_diem(&self, diem: impl Into<Amount>) {
        let diem = ledger::billionths(diem.into().to_f64());
        self.account(|account| account.diem = Some(diem));
    }

    /// Sets how much VVV it has staked on Base. API keys are made only for wallets that have some; at first none has.
    ///
    /// ```
    /// # use venice_ai_mock::MockVenice;
    /// let mock = MockVenice::builder().verify_wallets(true).start_blocking()?;
    /// mock.wallet("0x52908400098527886E0F7030069857D2E4169EE7").set_staked_vvv(100);
    /// # Ok::<(), venice_ai::Error>(())
    /// ```
    pub fn set_staked_vvv(&self, vvv: impl Into<Amount>) {
        let vvv = vvv.into();
        self.account(|account| account.has_staked_vvv = !vvv.is_zero() && !vvv.is_negative());
    }
}

/// The model that a body asks for.
fn model_of(body: &Value) -> Option<&str> {
    ["model", "modelId"].iter().find_map(|name| body[*name].as_str())
}
