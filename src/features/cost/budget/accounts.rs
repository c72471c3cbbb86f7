//! `Accounts`: the spending in both currencies, and the reservations of calls.

use super::{BudgetExceeded, Currency, Spending};
use crate::api::generated::types::Money;
use crate::api::usage::Cost;
use crate::runtime::amount::Amount;

/// The spending in both currencies.
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(
    feature = "redis",
    derive(serde::Serialize, serde::Deserialize),
    serde(from = "super::shared::Sums", into = "super::shared::Sums")
)]
pub(super) struct Accounts {
    pub(super) usd: Spending,
    pub(super) diem: Spending,
}

/// The amounts reserved for a call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Reserved {
    pub(super) usd: Amount,
    pub(super) diem: Amount,
    /// Its id in a shared budget.
    pub(super) id: u64,
}

/// The maximum cost of a call, as far as it is known.
#[derive(Clone, Copy, Debug)]
pub(super) struct Estimate {
    pub(super) usd: Option<Amount>,
    pub(super) diem: Option<Amount>,
}

impl Estimate {
    /// A negative estimate is invalid: a reservation is never a credit.
    pub(super) fn of(price: Option<&Money>) -> Self {
        let valid = |amount: Option<Amount>| amount.filter(|amount| !amount.is_negative());
        Self { usd: valid(price.and_then(|price| price.usd)), diem: valid(price.and_then(|price| price.diem)) }
    }

    pub(super) fn reserved(self, id: u64) -> Reserved {
        Reserved { usd: self.usd.unwrap_or_default(), diem: self.diem.unwrap_or_default(), id }
    }
}

impl Accounts {
    /// Reserves the estimate if there is room for it.
    pub(super) fn reserve(
        &mut self,
        estimate: Estimate,
        allows_unknown: bool,
    ) -> Result<Reserved, Box<BudgetExceeded>> {
        let both = [(Currency::Usd, self.usd, estimate.usd), (Currency::Diem, self.diem, estimate.diem)];
        for (currency, spending, estimate) in both {
            if !spending.has_room_for(estimate, allows_unknown) {
                return Err(Box::new(BudgetExceeded { currency, spending, estimate }));
            }
        }
        let reserved = estimate.reserved(0);
        self.add(reserved);
        Ok(reserved)
    }

    pub(super) fn add(&mut self, reserved: Reserved) {
        self.usd.reserve(reserved.usd);
        self.diem.reserve(reserved.diem);
    }

    pub(super) fn release(&mut self, reserved: Reserved) {
        self.usd.release(reserved.usd);
        self.diem.release(reserved.diem);
    }

    pub(super) fn settle(&mut self, reserved: Reserved, cost: Cost) {
        self.usd.settle(reserved.usd, cost.usd);
        self.diem.settle(reserved.diem, cost.diem);
    }

    pub(super) fn keep(&mut self, reserved: Reserved) {
        self.usd.keep(reserved.usd);
        self.diem.keep(reserved.diem);
    }

    pub(super) fn forget(&mut self) {
        self.usd.forget();
        self.diem.forget();
    }
}
