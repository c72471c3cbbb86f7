//! `Spending`: the limit, spending and reservations in one currency.

use crate::runtime::amount::Amount;

/// The limit, spending and reservations of a [`Budget`](super::Budget) in one currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Spending {
    /// The limit; `None` for no limit.
    pub limit: Option<Amount>,
    /// What was spent.
    pub spent: Amount,
    /// What is reserved for calls in flight: their maximum cost.
    pub reserved: Amount,
    /// The estimated cost of calls with an unknown outcome: connection lost, timed out, dropped. It counts as spent; the account's usage
    /// history ([`Billing::usage_history`](crate::Billing::usage_history)) has what was charged.
    pub uncertain: Amount,
}

impl Spending {
    /// What is left of the limit, at least 0; `None` for no limit.
    ///
    /// ```
    /// let budget = venice_ai::cost::Budget::usd("5");
    /// println!("{:?} USD left", budget.in_usd().remaining());
    /// ```
    #[must_use]
    pub fn remaining(&self) -> Option<Amount> {
        let limit = self.limit?;
        let left = self.committed().and_then(|committed| limit.checked_sub(committed));
        Some(left.unwrap_or_default().max(Amount::ZERO))
    }

    /// Spent, reserved and uncertain together.
    fn committed(&self) -> Option<Amount> {
        self.spent.checked_add(self.reserved)?.checked_add(self.uncertain)
    }

    pub(super) fn has_room_for(&self, estimate: Option<Amount>, allows_unknown: bool) -> bool {
        let Some(limit) = self.limit else { return true };
        let Some(committed) = self.committed() else { return false };
        match estimate {
            Some(estimate) if estimate.is_zero() => true,
            Some(estimate) => committed.checked_add(estimate).is_some_and(|all| all <= limit),
            None => allows_unknown && committed < limit,
        }
    }

    /// Whether what was spent, or perhaps was, is at least this share of the limit.
    pub(super) fn reaches(&self, percent: u32) -> bool {
        let Some(limit) = self.limit.filter(|limit| !limit.is_zero()) else { return false };
        let hundredths = |amount: Amount, n: u32| amount.checked_mul(i64::from(n).into());
        let spent = self.spent.checked_add(self.uncertain).and_then(|spent| hundredths(spent, 100));
        // Too long a number for an exact product is a large one.
        spent.is_none_or(|spent| hundredths(limit, percent).is_some_and(|share| spent >= share))
    }

    pub(super) fn reserve(&mut self, amount: Amount) {
        self.reserved += amount;
    }

    pub(super) fn release(&mut self, amount: Amount) {
        // The amount was reserved before. A difference without an exact form leaves more reserved, never less than other calls have.
        if let Some(rest) = self.reserved.checked_sub(amount) {
            self.reserved = rest.max(Amount::ZERO);
        }
    }

    pub(super) fn settle(&mut self, reserved: Amount, cost: Option<Amount>) {
        self.release(reserved);
        self.spent += cost.unwrap_or(reserved).max(Amount::ZERO);
    }

    pub(super) fn keep(&mut self, reserved: Amount) {
        self.release(reserved);
        self.uncertain += reserved;
    }

    /// Reserves again what was kept, as its outcome is known after all.
    #[cfg(feature = "redis")]
    pub(super) fn restore(&mut self, kept: Amount) {
        if let Some(rest) = self.uncertain.checked_sub(kept) {
            self.uncertain = rest.max(Amount::ZERO);
            self.reserved += kept;
        }
    }

    pub(super) fn forget(&mut self) {
        self.spent = Amount::ZERO;
        self.uncertain = Amount::ZERO;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reservations_of_other_calls_stay_when_a_difference_overflows() {
        let huge: Amount = i128::MAX.to_string().parse().unwrap();
        let tiny: Amount = "0.00000000000000000001".parse().unwrap();
        let mut spending = Spending::default();
        spending.reserve(huge);
        spending.reserve(tiny);
        spending.release(tiny);
        assert_eq!(spending.reserved, huge);
        spending.release(huge);
        assert_eq!(spending.reserved, Amount::ZERO);
    }
}
