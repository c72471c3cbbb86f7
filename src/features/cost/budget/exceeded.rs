//! `BudgetExceeded`: why a budget rejected a call.

use std::fmt;

use super::Spending;
use crate::runtime::amount::Amount;
use crate::runtime::error::{Error, ErrorKind};

/// Why a budget rejected a call, from [`Error::budget_exceeded`](crate::Error::budget_exceeded).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BudgetExceeded {
    /// The currency whose limit was exceeded.
    pub currency: Currency,
    /// The limit, and what was spent or reserved before this call.
    pub spending: Spending,
    /// The estimated maximum cost of the call; `None` if it is unknown.
    pub estimate: Option<Amount>,
}

impl Error {
    /// The state of the budget and the estimated cost of the call, if the call exceeded a budget.
    ///
    /// ```
    /// # fn look(error: &venice_ai::Error) {
    /// if let Some(exceeded) = error.budget_exceeded() {
    ///     println!("{:?} left, {:?} needed", exceeded.spending.remaining(), exceeded.estimate);
    /// }
    /// # }
    /// ```
    pub fn budget_exceeded(&self) -> Option<BudgetExceeded> {
        self.attached().copied()
    }

    pub(super) fn budget_exceeded_by(exceeded: BudgetExceeded) -> Self {
        Self::new(ErrorKind::BudgetExceeded, exceeded.to_string()).attach(exceeded)
    }
}

/// The currencies of the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Currency {
    /// US dollars.
    Usd,
    /// DIEM.
    Diem,
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Usd => "USD",
            Self::Diem => "DIEM",
        })
    }
}

impl fmt::Display for BudgetExceeded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { currency, spending, estimate } = self;
        let Spending { limit, spent, reserved, uncertain } = spending;
        match estimate {
            Some(estimate) => write!(f, "it may cost {estimate} {currency}")?,
            None => f.write_str("its cost is unknown")?,
        }
        let limit = limit.unwrap_or_default();
        write!(f, ", and of the budget of {limit} {currency} {spent} are spent")?;
        for (amount, what) in [(reserved, "reserved for calls in flight"), (uncertain, "perhaps spent")] {
            if !amount.is_zero() {
                write!(f, ", {amount} {what}")?;
            }
        }
        if estimate.is_none() {
            f.write_str(" (`Budget::allow_unknown_prices` allows such calls while anything is left)")?;
        }
        f.write_str("; nothing was sent")
    }
}
