//! What the account has, and what it was charged.

use venice_ai::types::{BillingCurrency, GetBillingUsageAnalyticsParams, GetBillingUsageHistoryParams};

use super::Cost::Free;
use super::Size::{Maximal, Minimal, Only};
use super::{Case, case};

const BEGINNING: &str = "2026-08-01T00:00:00Z";
const END: &str = "2026-08-20T00:00:00Z";

pub fn cases() -> Vec<Case> {
    vec![
        case("getBillingBalance", Only, Free, |scene| async move {
            scene.venice().billing().balance().await?;
            Ok(())
        }),
        case("getBillingUsageAnalytics", Minimal, Free, |scene| async move {
            scene.venice().billing().usage_analytics(GetBillingUsageAnalyticsParams::new()).await?;
            Ok(())
        }),
        case("getBillingUsageAnalytics", Maximal, Free, |scene| async move {
            scene.venice().billing().usage_analytics(GetBillingUsageAnalyticsParams::new().lookback("7d")).await?;
            Ok(())
        }),
        // Days instead of a number of them.
        case("getBillingUsageAnalytics", Maximal, Free, |scene| async move {
            let params = GetBillingUsageAnalyticsParams::new().start_date("2026-08-01").end_date("2026-08-20");
            scene.venice().billing().usage_analytics(params).await?;
            Ok(())
        }),
        case("getBillingUsageHistory", Minimal, Free, |scene| async move {
            scene.venice().billing().usage_history_page(GetBillingUsageHistoryParams::new()).await?;
            Ok(())
        }),
        case("getBillingUsageHistory", Minimal, Free, |scene| async move {
            scene.venice().billing().usage_history_csv(GetBillingUsageHistoryParams::new()).await?.bytes().await?;
            Ok(())
        }),
        case("getBillingUsageHistory", Maximal, Free, |scene| async move {
            let params = GetBillingUsageHistoryParams::new()
                .currency(BillingCurrency::Usd)
                .end_timestamp(END)
                .page_size(10)
                .start_timestamp(BEGINNING);
            scene.venice().billing().usage_history_page(params).await?;
            Ok(())
        }),
        // A cursor stands for the rest of the query, and only a first page has one.
        case("getBillingUsageHistory", Maximal, Free, |scene| async move {
            let first = GetBillingUsageHistoryParams::new().page_size(10);
            let page = scene.venice().billing().usage_history_page(first).await?;
            if let Some(cursor) = page.next_cursor {
                let next = GetBillingUsageHistoryParams::new().cursor(cursor);
                scene.venice().billing().usage_history_page(next).await?;
            }
            Ok(())
        })
        .leaving_out(&["cursor"]), // Whether there is a second page hangs on the account.
    ]
}
