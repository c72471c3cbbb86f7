//! Billing: what the account has, and where it went.
//!
//! | To | Call |
//! |---|---|
//! | see what is left | [`balance`](Billing::balance) |
//! | see the sums by day, model and key | [`usage_analytics`](Billing::usage_analytics) |
//! | go through every charge | [`usage_history`](Billing::usage_history), [`usage_history_page`](Billing::usage_history_page) |
//! | get all charges as one table, into a file | [`usage_history_table`](Billing::usage_history_table) |
//! | get one page as CSV | [`usage_history_csv`](Billing::usage_history_csv) |
//!
//! ```no_run
//! # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
//! use venice_ai::Amount;
//! use venice_ai::types::GetBillingUsageHistoryParams;
//!
//! let params = GetBillingUsageHistoryParams::new().start_timestamp("2026-08-01T00:00:00Z");
//! let mut sum = Amount::ZERO;
//! let mut history = venice.billing().usage_history(params);
//! while let Some(entry) = history.next().await {
//!     sum += entry?.amount.unwrap_or_default();
//! }
//! println!("{sum}"); // exact
//! # Ok(()) }
//! ```
//!
//! Asking is free, needs a key of the type `ADMIN`, and is repeated after failures that may pass. The API calls it beta. Refused
//! before anything is sent: dates that the calendar does not have, ranges that end before they begin, a `cursor` beside anything else,
//! pages of fewer than 10 or more than 1000 charges. A cursor that the API has forgotten is
//! [`is_invalid_cursor`](crate::Error::is_invalid_cursor): begin again at the last charge.
//!
//! A balance also comes with every reply, without a call of its own: [`Meta::balances`](crate::Meta::balances).

pub use crate::api::billing::Billing;
#[cfg(feature = "csv")]
#[cfg_attr(docsrs, doc(cfg(feature = "csv")))]
pub use crate::features::csv::CsvTable;
