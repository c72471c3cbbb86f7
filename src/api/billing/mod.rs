//! `Billing`: the handle of billing: balance, analytics, charges.

mod error;

pub use crate::api::generated::handles::Billing;
use crate::api::generated::operations;
use crate::api::generated::types::{BillingUsageEntry, GetBillingUsageHistoryParams};
use crate::runtime::call::Call;
use crate::runtime::client::Client;
use crate::runtime::pages::{Batch, PageStart, Pages};
use crate::runtime::reply::RawReply;
use crate::runtime::transport::{Reply, ReplyForm};

pub(crate) const CSV: &str = "text/csv";

impl Billing<'_> {
    /// Every charge, oldest first, over all pages. An `amount` below zero is a charge, one above zero a credit.
    ///
    /// The filters are sent with the first page; each further page is requested by its cursor alone, as the API requires. With only a
    /// `cursor`, the list starts there.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// use venice_ai::types::{BillingCurrency, GetBillingUsageHistoryParams};
    ///
    /// let params = GetBillingUsageHistoryParams::new()
    ///     .currency(BillingCurrency::Usd)
    ///     .start_timestamp("2026-08-01T00:00:00Z");
    /// let mut history = venice.billing().usage_history(params);
    /// while let Some(entry) = history.next().await {
    ///     let entry = entry?;
    ///     println!("{} {} {:?}", entry.timestamp, entry.sku, entry.amount);
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`Pages`] and of [`usage_history_page`](Self::usage_history_page). If the cursor is unknown or expired
    /// ([`is_invalid_cursor`](crate::Error::is_invalid_cursor)), the list ends: start another one with the `timestamp` of the last entry as
    /// `start_timestamp`, and skip the entries of that moment that you already have.
    pub fn usage_history(&self, params: impl Into<GetBillingUsageHistoryParams>) -> Pages<BillingUsageEntry> {
        let params = params.into();
        let cursor = params.cursor.clone();
        let ask = move |client: &Client, place: &PageStart| {
            let call = client.billing().usage_history_page(at(&params, place));
            call.map(|page| Batch::new(page.data, page.next_cursor.and_then(behind)))
        };
        let pages = Pages::new(self.client, &operations::GET_BILLING_USAGE_HISTORY, Box::new(ask));
        pages.beginning_at(cursor.as_deref())
    }

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

/// The parameters of the request for a page: the caller's, or the cursor alone.
#[inline]
pub(crate) fn at(params: &GetBillingUsageHistoryParams, place: &PageStart) -> GetBillingUsageHistoryParams {
    match place {
        PageStart::Cursor(cursor) => GetBillingUsageHistoryParams::new().cursor(cursor),
        _ => params.clone(),
    }
}

/// The start of the next page. `None` for an empty cursor, which ends the list.
pub(crate) fn behind(cursor: String) -> Option<PageStart> {
    (!cursor.is_empty()).then_some(PageStart::Cursor(cursor))
}
