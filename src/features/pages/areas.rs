//! Paginated operations over all of their pages.

use super::{Batch, PageStart, Pages};
use crate::api::billing::Billing;
use crate::api::characters::Characters;
use crate::api::generated::operations;
use crate::api::generated::types::{
    BillingUsageEntry, Character, CharacterReview, CharacterReviewsParams, GetBillingUsageHistoryParams,
    ListCharactersParams, WalletTransaction, WalletTransactionsParams,
};
use crate::api::x402::X402;
use crate::runtime::client::Client;

/// The largest page of characters, reviews or transactions.
const LARGEST_PAGE: i64 = 100;

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
}

impl Characters<'_> {
    /// All characters that match the parameters, over all pages. The API does not say how many there are; the list ends with the first page
    /// that is not full.
    ///
    /// `limit` is the page size, not a limit of the list. Default: 100. `offset` is the start of the list.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// use venice_ai::types::ListCharactersParams;
    ///
    /// let mut characters = venice.characters().list(ListCharactersParams::new().tags(["history"]));
    /// while let Some(character) = characters.next().await {
    ///     println!("{}", character?.name);
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`Pages`] and of [`list_page`](Self::list_page).
    pub fn list(&self, params: impl Into<ListCharactersParams>) -> Pages<Character> {
        let mut params = params.into();
        let page = *params.limit.get_or_insert(LARGEST_PAGE);
        let ask = move |client: &Client, place: &PageStart| {
            let mut params = params.clone();
            if let PageStart::Offset(offset) = place {
                params.offset = Some(*offset);
            }
            let offset = params.offset.unwrap_or_default();
            client.characters().list_page(params).map(move |characters| {
                let came = i64::try_from(characters.len()).unwrap_or(i64::MAX);
                let next = (came >= page).then(|| PageStart::Offset(offset.saturating_add(came)));
                Batch::new(characters, next).marked(|character| &character.id)
            })
        };
        Pages::new(self.client, &operations::LIST_CHARACTERS, Box::new(ask))
    }

    /// The reviews of a character, over all pages.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// let mut reviews = venice.characters().reviews("alan-watts");
    /// while let Some(review) = reviews.next().await {
    ///     let review = review?;
    ///     println!("{} of 5: {}", review.rating, review.message.unwrap_or_default());
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`Pages`] and of [`retrieve`](Self::retrieve).
    pub fn reviews(&self, slug: impl Into<String>) -> Pages<CharacterReview> {
        let slug = slug.into();
        let ask = move |client: &Client, place: &PageStart| {
            let number = if let PageStart::Number(number) = place { *number } else { 1 };
            let params = CharacterReviewsParams::new().page(number).page_size(LARGEST_PAGE);
            client.characters().reviews_page(&slug, params).with_meta().map(move |reply| {
                let reviews = reply.value.data;
                let headers = reply.meta.pagination().and_then(|all| all.total_pages);
                let in_headers = headers.and_then(|pages| i64::try_from(pages).ok());
                let more = match reply.value.pagination.total_pages.filter(|pages| *pages > 0).or(in_headers) {
                    Some(pages) => number < pages,
                    None => i64::try_from(reviews.len()).is_ok_and(|came| came >= LARGEST_PAGE),
                };
                Batch::new(reviews, more.then(|| PageStart::Number(number.saturating_add(1))))
                    .marked(|review| &review.id)
            })
        };
        Pages::new(self.client, &operations::GET_CHARACTER_REVIEWS, Box::new(ask))
    }
}

impl X402<'_> {
    /// A wallet's top-ups and charges, over all pages. Each request is signed by that wallet: see [`Pages::with_signer`].
    ///
    /// ```no_run
    /// # use venice_ai::Secret;
    /// # async fn sign(url: &str) -> Result<Secret, std::io::Error> { Ok(Secret::from("")) }
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// let wallet = "0x52908400098527886E0F7030069857D2E4169EE7";
    /// let transactions = venice.x402().transactions(wallet);
    /// let mut transactions = transactions.with_signer(|request| async move { sign(&request.url).await });
    /// while let Some(transaction) = transactions.next().await {
    ///     let transaction = transaction?;
    ///     println!("{} {} {:?}", transaction.created_at, transaction.type_, transaction.amount);
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`Pages`] and of [`balance`](Self::balance).
    pub fn transactions(&self, wallet: impl Into<String>) -> Pages<WalletTransaction> {
        let wallet = wallet.into();
        let ask = move |client: &Client, place: &PageStart| {
            let offset = if let PageStart::Offset(offset) = place { *offset } else { 0 };
            let params = WalletTransactionsParams::new().limit(LARGEST_PAGE).offset(offset);
            client.x402().transactions_page(&wallet, params).map(move |page| {
                let came = i64::try_from(page.transactions.len()).unwrap_or(i64::MAX);
                // An empty page in the middle must not be asked for again and again.
                let step = if came > 0 { came } else { LARGEST_PAGE };
                // Where the reply does not say whether there are more, a full page is not the last one.
                let more = page.pagination.has_more.unwrap_or(came >= LARGEST_PAGE);
                let next = more.then(|| PageStart::Offset(offset.saturating_add(step)));
                Batch::new(page.transactions, next).marked(|transaction| &transaction.id)
            })
        };
        Pages::new(self.client, &operations::GET_X402_TRANSACTIONS, Box::new(ask))
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
