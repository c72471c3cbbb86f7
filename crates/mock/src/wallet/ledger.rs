//! `Ledger`: what the mock knows of each wallet: credit, DIEM, staked VVV, transactions, nonces and requests in flight.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use venice_ai::Amount;

use super::super::reply::Reply;
use super::super::time;
use super::MockPayment;
use super::crypto::Address;
use super::web3::Audience;

/// A billionth of a US dollar: a token costs less than a millionth.
pub(super) const DOLLAR: i64 = 1_000_000_000;
/// The least credit with which a request runs.
pub(super) const MINIMUM: i64 = DOLLAR / 10;
/// How many requests of a wallet run at the same time.
const IN_FLIGHT: usize = 5;
/// How long a nonce is remembered.
const NONCE_LIFETIME: Duration = Duration::from_secs(330);

#[derive(Debug, Default)]
pub(in super::super) struct Ledger {
    /// How far the clock is ahead, in milliseconds.
    pub(super) clock_shift: i64,
    accounts: BTreeMap<Address, Account>,
    pub(super) payments: Vec<Payment>,
    /// Texts of the test that are no addresses.
    pub(in super::super) misplanned: Vec<String>,
    pub(super) audience: Audience,
}

/// A payment that was credited.
#[derive(Debug)]
pub(super) struct Payment {
    /// The hash that was signed.
    pub(super) digest: [u8; 32],
    /// What the chain takes once: the authorization's nonce, or nothing on Solana, where it takes a signature once.
    pub(super) nonce: Option<[u8; 32]>,
    pub(super) address: Address,
    pub(super) transaction: String,
    pub(super) shown: MockPayment,
}

/// A wallet that was seen.
#[derive(Debug)]
pub(super) struct Account {
    /// In billionths of a dollar.
    pub(super) balance: i64,
    /// The DIEM of the account that the wallet is linked to, in billionths; `None` if it is not linked.
    pub(super) diem: Option<i64>,
    pub(super) has_staked_vvv: bool,
    /// The oldest first.
    pub(super) transactions: Vec<Value>,
    nonces: Vec<(String, Duration)>,
    in_flight: Arc<Semaphore>,
}

impl Default for Account {
    fn default() -> Self {
        Self {
            balance: 0,
            diem: None,
            has_staked_vvv: false,
            transactions: Vec::new(),
            nonces: Vec::new(),
            in_flight: Arc::new(Semaphore::new(IN_FLIGHT)),
        }
    }
}

impl Ledger {
    /// The time since 1970, as the mock's clock has it.
    pub(super) fn now(&self) -> Duration {
        let shift = Duration::from_millis(self.clock_shift.unsigned_abs());
        if self.clock_shift < 0 { time::now().saturating_sub(shift) } else { time::now() + shift }
    }

    /// The header `Date`, if it is not that of the real clock.
    pub(in super::super) fn date(&self) -> Option<String> {
        (self.clock_shift != 0).then(|| time::http_date(self.now()))
    }

    pub(super) fn account(&mut self, address: Address) -> &mut Account {
        self.accounts.entry(address).or_default()
    }

    /// The credit of the wallet with this address, in US dollars.
    pub(in super::super) fn balance_usd(&self, address: &str) -> f64 {
        let account = Address::parse(address).and_then(|address| self.accounts.get(&address));
        account.map_or(0.0, |account| dollars(account.balance))
    }

    /// Takes a nonce, unless it was taken before.
    pub(super) fn take_nonce(&mut self, address: Address, nonce: &str) -> bool {
        let now = self.now();
        let nonces = &mut self.account(address).nonces;
        nonces.retain(|(_, since)| now.saturating_sub(*since) <= NONCE_LIFETIME);
        if nonces.iter().any(|(known, _)| known == nonce) {
            return false;
        }
        nonces.push((nonce.to_owned(), now));
        true
    }

    /// Lets a request of a wallet in until the permit is dropped.
    pub(in super::super) fn enter(&mut self, address: &str) -> Result<Option<OwnedSemaphorePermit>, Reply> {
        let Some(address) = Address::parse(address) else { return Ok(None) };
        Arc::clone(&self.account(address).in_flight).try_acquire_owned().map(Some).map_err(|_| {
            let body = json!({"error": "Too many concurrent requests", "code": "X402_CONCURRENCY_LIMIT"});
            Reply::json(429, &body)
        })
    }
}

impl Account {
    pub(super) fn can_consume(&self) -> bool {
        self.balance >= MINIMUM || self.diem.is_some_and(|diem| diem > 0)
    }

    /// Charges a request: DIEM first, and no more than there is.
    pub(super) fn charge(&mut self, amount: i64, at: Duration, request_id: &str, model: Option<&str>) {
        if let Some(diem) = self.diem.as_mut().filter(|diem| **diem > 0) {
            *diem = diem.saturating_sub(amount).max(0);
            return;
        }
        let amount = amount.min(self.balance);
        if amount > 0 {
            self.add(-amount, "CHARGE", at, &format!("charge-{request_id}"), Some(request_id), model);
        }
    }

    /// Adds a transaction.
    pub(super) fn add(
        &mut self,
        amount: i64,
        kind: &str,
        at: Duration,
        id: &str,
        request_id: Option<&str>,
        model: Option<&str>,
    ) {
        self.balance += amount;
        self.transactions.push(json!({
            "id": id,
            "amount": dollars(amount),
            "balanceAfter": dollars(self.balance),
            "type": kind,
            "createdAt": time::iso(at),
            "requestId": request_id,
            "modelId": model,
        }));
    }
}

pub(super) fn dollars(billionths: i64) -> f64 {
    billionths as f64 / DOLLAR as f64
}

pub(super) fn billionths(usd: f64) -> i64 {
    (usd * DOLLAR as f64).round() as i64
}

/// With two decimal places at least.
pub(super) fn amount(billionths: i64) -> Amount {
    let sign = if billionths < 0 { "-" } else { "" };
    let (whole, part) = (billionths.unsigned_abs() / 1_000_000_000, billionths.unsigned_abs() % 1_000_000_000);
    let part = format!("{part:09}");
    let part = format!("{:0<2}", part.trim_end_matches('0'));
    format!("{sign}{whole}.{part}").parse().unwrap_or_default()
}
