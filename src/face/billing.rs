//! Billing: the account's balance and charges.
//!
//! | To | Call |
//! |---|---|
//! | get the balance | [`balance`](Billing::balance) |
//! | get totals by day, model and key | [`usage_analytics`](Billing::usage_analytics) |
//! | list every charge | [`usage_history`](Billing::usage_history), [`usage_history_page`](Billing::usage_history_page) |
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
//! All of it is free, needs a key of the type `ADMIN`, and is retried after transient failures. The API calls it beta. Rejected before
//! sending: invalid dates, ranges that end before they begin, a `cursor` together with anything else, pages of fewer than 10 or more than
//! 1000 charges. An expired cursor is [`is_invalid_cursor`](crate::Error::is_invalid_cursor): start again at the last charge.
//!
//! Every reply also has a balance: [`Meta::balances`](crate::Meta::balances).

pub use crate::api::billing::Billing;
#[cfg(feature = "csv")]
#[cfg_attr(docsrs, doc(cfg(feature = "csv")))]
pub use crate::features::csv::CsvTable;
