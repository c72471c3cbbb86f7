//! `BudgetAlert`: a share of a limit was spent.

use std::fmt;
use std::sync::Arc;

use super::{Currency, Spending};
use crate::runtime::transport::caught::caught_now;

/// A share of the limit was spent: the argument of [`Budget::on_share`](super::Budget::on_share).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BudgetAlert {
    /// The currency of the limit.
    pub currency: Currency,
    /// The share that was reached, as it was set: 1 to 100.
    pub percent: u32,
    /// The limit, and what was spent.
    pub spending: Spending,
}

type Callback = Arc<dyn Fn(&BudgetAlert) + Send + Sync>;

/// A callback at a share of the limits.
pub(super) struct Alert {
    percent: u32,
    callback: Callback,
    /// Whether it was called, for US dollars and for DIEM.
    called: [bool; 2],
}

impl Alert {
    pub(super) fn new(percent: u32, callback: impl Fn(&BudgetAlert) + Send + Sync + 'static) -> Self {
        Self { percent, callback: Arc::new(callback), called: [false; 2] }
    }

    /// The calls to make, once each: below the share again, it may be reached again.
    pub(super) fn due(&mut self, usd: Spending, diem: Spending) -> Vec<DueAlert> {
        let currencies = [(Currency::Usd, usd), (Currency::Diem, diem)];
        let mut due = Vec::new();
        for (called, (currency, spending)) in self.called.iter_mut().zip(currencies) {
            let is_reached = spending.reaches(self.percent);
            if is_reached && !*called {
                let alert = BudgetAlert { currency, percent: self.percent, spending };
                due.push(DueAlert { alert, callback: Arc::clone(&self.callback) });
            }
            *called = is_reached;
        }
        due
    }
}

impl fmt::Debug for Alert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Alert").field("percent", &self.percent).field("called", &self.called).finish_non_exhaustive()
    }
}

/// An alert to be called, when the budget is not locked any more.
pub(super) struct DueAlert {
    alert: BudgetAlert,
    callback: Callback,
}

impl DueAlert {
    pub(super) fn call(&self) {
        if let Err(panic) = caught_now(|| (self.callback)(&self.alert)) {
            tracing::error!(problem = panic, "the alert of a budget panicked");
        }
    }
}
