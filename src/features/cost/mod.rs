//! `Prices`, `Budget`, `Tally`: cost estimates, spending limits and usage counts.

mod budget;
mod builder;
pub(crate) mod ledger;
mod prices;
mod tally;

pub use self::budget::{Budget, BudgetAlert, BudgetExceeded, Currency, Spending};
#[cfg(feature = "pick")]
pub(crate) use self::prices::Tokens;
pub use self::prices::{ChatEstimate, Prices};
pub use self::tally::{ModelTally, Tally, TallySnapshot};
