//! `BudgetExceeded`: why a budget let a call not pass.

use std::fmt;

use super::Spending;
use crate::runtime::amount::Amount;
use crate::runtime::error::{Error, ErrorKind};

/// Why a budget let a call not pass, from [`Error::budget_exceeded`](crate::Error::budget_exceeded).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BudgetExceeded {
    /// The currency whose limit does not allow the call.
    pub currency: Currency,
    /// The limit, and what was spent or set aside before this call.
    pub spending: Spending,
    /// The most that the call would have cost; `None` if nobody knows.
    pub estimate: Option<Amount>,
}

impl Error {
    /// What the budget has left, and what the call would have cost.
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

/// The currencies in which calls are paid.
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
            None => f.write_str("nobody knows what it will cost")?,
        }
        let limit = limit.unwrap_or_default();
        write!(f, ", and of the budget of {limit} {currency} {spent} are spent")?;
        for (amount, what) in [(reserved, "set aside for calls on their way"), (uncertain, "perhaps spent")] {
            if !amount.is_zero() {
                write!(f, ", {amount} {what}")?;
            }
        }
        if estimate.is_none() {
            f.write_str(" (`Budget::allow_unknown_prices` lets such calls pass while anything is left)")?;
        }
        f.write_str("; nothing was sent")
    }
}
