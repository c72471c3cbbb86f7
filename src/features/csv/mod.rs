//! `CsvTable`: every charge as one CSV table, over all pages.

#[cfg(any(test, fuzzing))]
pub(crate) mod fuzz;
mod table;

pub use self::table::CsvTable;
use crate::api::billing::Billing;
use crate::api::generated::types::GetBillingUsageHistoryParams;

impl Billing<'_> {
    /// Every charge as one CSV table, over all pages, with the header in its first line only.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// use venice_ai::types::GetBillingUsageHistoryParams;
    ///
    /// let params = GetBillingUsageHistoryParams::new().start_timestamp("2026-08-01T00:00:00Z");
    /// venice.billing().usage_history_table(params).save("august.csv").await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`usage_history`](Self::usage_history).
    pub fn usage_history_table(&self, params: impl Into<GetBillingUsageHistoryParams>) -> CsvTable {
        table::table(self.client, params.into())
    }
}
