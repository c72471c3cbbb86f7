//! `Account`: the payments of a policy and of its clones. It enforces the limits, and says which payments are unresolved.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use super::address::WalletAddress;
use super::error::{WalletError, WalletErrorKind};
use super::ledger::Ledger;
use super::payment::{Payment, PaymentEvent, PaymentState};
use crate::runtime::amount::Amount;
use crate::runtime::error::Error;

/// The payments of a policy.
#[derive(Default)]
pub(super) struct Account {
    entries: Mutex<Vec<Entry>>,
    ledger: Mutex<Option<Arc<Ledger>>>,
    /// Held while an automatic top-up is made, so that there is one at a time.
    pub(super) turn: tokio::sync::Mutex<()>,
    /// The last automatic top-up of each wallet.
    pub(super) last: Mutex<HashMap<WalletAddress, Attempt>>,
}

struct Entry {
    payment: Payment,
    stage: Stage,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Signed, and not sent.
    Signed,
    Sent,
    Unknown,
    Paid,
}

/// When an automatic top-up ended, and how.
#[derive(Clone)]
pub(super) struct Attempt {
    pub(super) ended: Instant,
    pub(super) outcome: Result<(), Error>,
}

/// How much may be paid.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub(super) payment: Amount,
    pub(super) period: Option<(Amount, Duration)>,
}

impl Limits {
    pub(super) fn check_payment(&self, amount: Amount) -> Result<(), WalletError> {
        if amount <= self.payment {
            return Ok(());
        }
        let problem =
            format!("a top-up of {amount} USD is above the limit of the policy, {} USD a payment", self.payment);
        Err(WalletError::new(WalletErrorKind::Limit, problem))
    }
}

impl Account {
    /// Whether another payment of this amount may be made.
    pub(super) fn check(&self, amount: Amount, limits: Limits, now: SystemTime) -> Result<(), WalletError> {
        Self::has_room(&self.entries(), amount, limits, now)
    }

    fn has_room(entries: &[Entry], amount: Amount, limits: Limits, now: SystemTime) -> Result<(), WalletError> {
        limits.check_payment(amount)?;
        if let Some(Entry { payment, .. }) = entries.iter().find(|entry| entry.stage == Stage::Unknown) {
            let problem = format!(
                "the outcome of the payment {} of {} USD is unknown: look at the balance, then call `TopUpPolicy::resolve`",
                payment.id, payment.amount
            );
            return Err(WalletError::new(WalletErrorKind::Unresolved, problem));
        }
        let Some((limit, period)) = limits.period else { return Ok(()) };
        // A payment that is on its way counts whenever it was signed, and so does one of the future: a clock went back.
        let counts = |entry: &&Entry| {
            entry.stage != Stage::Paid
                || entry
                    .payment
                    .time
                    .to_system_time()
                    .is_none_or(|time| now.duration_since(time).map_or(true, |age| age < period))
        };
        let paid = Amount::checked_sum(entries.iter().filter(counts).map(|entry| entry.payment.amount));
        let sum = paid.and_then(|paid| paid.checked_add(amount));
        if sum.is_some_and(|sum| sum <= limit) {
            return Ok(());
        }
        let paid = paid.unwrap_or(limit);
        let problem = format!(
            "a top-up of {amount} USD is above the limit of the policy: {paid} of {limit} USD were paid within {period:?}"
        );
        Err(WalletError::new(WalletErrorKind::Limit, problem))
    }

    /// Counts a payment that is going to be signed.
    pub(super) fn reserve(
        self: &Arc<Self>,
        payment: &Payment,
        limits: Limits,
        now: SystemTime,
    ) -> Result<Reservation, WalletError> {
        let mut entries = self.entries();
        Self::has_room(&entries, payment.amount, limits, now)?;
        entries.push(Entry { payment: payment.clone(), stage: Stage::Signed });
        Ok(Reservation { account: Arc::clone(self), id: payment.id.clone() })
    }

    /// The payments whose outcome is unknown.
    pub(super) fn unresolved(&self) -> Vec<Payment> {
        let entries = self.entries();
        let open = entries.iter().filter(|entry| entry.stage == Stage::Unknown);
        open.map(|entry| entry.payment.clone()).collect()
    }

    /// The payments that count, and how far they have come.
    pub(super) fn payments(&self) -> Vec<(Payment, PaymentState)> {
        let state = |stage| match stage {
            Stage::Signed => None,
            Stage::Sent => Some(PaymentState::Sent),
            Stage::Unknown => Some(PaymentState::Unknown),
            Stage::Paid => Some(PaymentState::Paid),
        };
        self.entries().iter().filter_map(|entry| Some((entry.payment.clone(), state(entry.stage)?))).collect()
    }

    /// Ends the uncertainty about a payment. `None` if it is not unresolved.
    pub(super) fn resolve(&self, id: &str, is_paid: bool) -> Option<Payment> {
        let mut entries = self.entries();
        let place = entries.iter().position(|entry| entry.payment.id == id && entry.stage == Stage::Unknown)?;
        let entry = entries.get_mut(place)?;
        let payment = entry.payment.clone();
        if is_paid {
            entry.stage = Stage::Paid;
        } else {
            entries.remove(place);
        }
        drop(entries);
        // The next low balance is worth another look.
        lock(&self.last).remove(&payment.payer);
        Some(payment)
    }

    /// Takes a ledger, and what is in it.
    pub(super) fn restore(&self, ledger: Ledger, events: Vec<PaymentEvent>) {
        let mut entries = self.entries();
        for PaymentEvent { state, payment, .. } in events {
            entries.retain(|entry| entry.payment.id != payment.id);
            let stage = match state {
                PaymentState::Refused => continue,
                PaymentState::Paid => Stage::Paid,
                // Nothing says what became of a payment that was sent when the program ended.
                PaymentState::Sent | PaymentState::Unknown => Stage::Unknown,
            };
            entries.push(Entry { payment, stage });
        }
        *lock(&self.ledger) = Some(Arc::new(ledger));
    }

    pub(super) fn ledger(&self) -> Option<Arc<Ledger>> {
        lock(&self.ledger).clone()
    }

    fn entries(&self) -> MutexGuard<'_, Vec<Entry>> {
        lock(&self.entries)
    }
}

/// A signed payment, which counts until this is dropped. What was sent counts longer.
pub(super) struct Reservation {
    account: Arc<Account>,
    id: String,
}

impl Reservation {
    /// Marks the payment as being sent, and says whether its outcome was unknown before.
    pub(super) fn begin(&self) -> Result<bool, WalletError> {
        let mut entries = self.account.entries();
        let reject = |problem: &str| {
            Err(WalletError::new(WalletErrorKind::Unresolved, format!("the payment {} {problem}", self.id)))
        };
        let Some(entry) = entries.iter_mut().find(|entry| entry.payment.id == self.id) else {
            return reject("was resolved as not paid, so it is not sent");
        };
        match entry.stage {
            Stage::Sent => return reject("is being sent already"),
            Stage::Paid => return reject("was paid already"),
            Stage::Signed | Stage::Unknown => {}
        }
        let was_unknown = entry.stage == Stage::Unknown;
        entry.stage = Stage::Sent;
        Ok(was_unknown)
    }

    /// Records how the payment ended. One that was refused can be sent again.
    pub(super) fn end(&self, state: PaymentState) {
        let mut entries = self.account.entries();
        if let Some(entry) = entries.iter_mut().find(|entry| entry.payment.id == self.id) {
            entry.stage = match state {
                PaymentState::Sent => Stage::Sent,
                PaymentState::Paid => Stage::Paid,
                PaymentState::Refused => Stage::Signed,
                PaymentState::Unknown => Stage::Unknown,
            };
        }
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.account.entries().retain(|entry| entry.payment.id != self.id || entry.stage != Stage::Signed);
    }
}

/// Nothing panics under these locks.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
