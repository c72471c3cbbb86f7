//! `Billing`: the handle of billing: balance, analytics, charges.

mod error;

pub use crate::api::generated::handles::Billing;
use crate::api::generated::types::GetBillingUsageHistoryParams;
use crate::runtime::call::Call;
use crate::runtime::reply::RawReply;
use crate::runtime::transport::{Reply, ReplyForm};

pub(crate) const CSV: &str = "text/csv";

impl Billing<'_> {
    /// One page of charges as the API's own CSV. The cursor of the next page is [`Meta::next_cursor`](crate::Meta::next_cursor).
    ///
    /// Each page starts with the header row; [`usage_history_table`](Self::usage_history_table) joins all pages to one table.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// use venice_ai::types::GetBillingUsageHistoryParams;
    ///
    /// let reply = venice.billing().usage_history_csv(GetBillingUsageHistoryParams::new()).await?;
    /// let next = reply.meta().next_cursor().map(str::to_owned);
    /// let csv = reply.bytes().await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`usage_history_page`](Self::usage_history_page).
    pub fn usage_history_csv(&self, params: impl Into<GetBillingUsageHistoryParams>) -> Call<RawReply> {
        let call = self.client.raw().get_billing_usage_history(&params.into());
        call.with_header("accept", CSV).read(ReplyForm::File, Reply::file)
    }
}
