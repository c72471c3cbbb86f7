//! Billing: requests, replies, and rejected requests.

use serde_json::json;
use venice_ai::ErrorKind;
use venice_ai::types::{
    BillingCurrency, ConsumptionCurrency, GetBillingUsageAnalyticsParams, GetBillingUsageHistoryParams, UsageDay,
};
use venice_ai_mock::MockVenice;

use crate::support::refused::{refused, refused_walk};
use crate::support::replying;
use crate::support::server::Request;
use crate::support::{Answer, KEY, Server, amount, once};

const HISTORY: &str = include_str!("../fixtures/replies/usage_history.json");
const ANALYTICS: &str = include_str!("../fixtures/replies/usage_analytics.json");

pub fn history() -> GetBillingUsageHistoryParams {
    GetBillingUsageHistoryParams::new()
}

fn analytics() -> GetBillingUsageAnalyticsParams {
    GetBillingUsageAnalyticsParams::new()
}

pub fn assert_read(request: &Request, target: &str, accept: &str) {
    assert_eq!((&*request.method, &*request.target), ("GET", target));
    assert_eq!(request.header("authorization").unwrap(), format!("Bearer {KEY}"));
    assert_eq!(request.header("accept"), Some(accept));
    assert!(request.body.is_empty());
}

#[tokio::test]
async fn the_balance_is_read() {
    let body = r#"{"canConsume":true,"consumptionCurrency":"DIEM","balances":{"diem":90.5,"usd":25},"diemEpochAllocation":100}"#;
    let (server, venice) = replying(body);
    let balance = venice.billing().balance().await.unwrap();
    assert_read(&server.only(), "/api/v1/billing/balance", "application/json");
    assert_eq!((balance.balances.diem, balance.balances.usd), (amount("90.5"), amount("25")));
    assert_eq!((balance.can_consume, balance.diem_epoch_allocation), (true, amount("100")));
    assert_eq!(balance.consumption_currency, Some(ConsumptionCurrency::Diem));
}

#[tokio::test]
async fn nulls_and_new_currencies_in_a_balance_are_read() {
    let (_, venice) = replying(r#"{"canConsume":false,"consumptionCurrency":null,"balances":{"diem":null,"usd":0.5}}"#);
    let balance = venice.billing().balance().await.unwrap();
    assert_eq!(
        (balance.consumption_currency, balance.balances.diem, balance.balances.usd),
        (None, None, amount("0.5"))
    );
    let (_, venice) =
        replying(r#"{"canConsume":true,"consumptionCurrency":"TULIPS","balances":{"usd":null},"new":[1]}"#);
    let balance = venice.billing().balance().await.unwrap();
    assert_eq!(balance.consumption_currency, Some(ConsumptionCurrency::Unknown("TULIPS".into())));
    assert_eq!(balance.balances.usd, None);
}

#[tokio::test]
async fn a_reply_without_a_balance_is_not_a_balance() {
    let (_, venice) = replying("{}");
    let error = venice.billing().balance().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode, "{error}");
}

#[tokio::test]
async fn sums_are_read() {
    let (server, venice) = replying(ANALYTICS);
    let sums = venice.billing().usage_analytics(analytics().lookback("90d")).await.unwrap();
    assert_read(&server.only(), "/api/v1/billing/usage-analytics?lookback=90d", "application/json");
    assert_eq!(
        (&*sums.by_date[0].date, sums.by_date[0].usd, sums.by_date[0].diem),
        ("2026-08-20", amount("1.25"), amount("0.5"))
    );
    assert_eq!((&sums.by_model[0].model_type, sums.by_model[1].breakdown.is_none()), (&None, true));
    assert_eq!(sums.by_model[0].breakdown.as_ref().unwrap()[0].units, 200.0);
    assert_eq!(sums.by_model_daily[0].date, Some(UsageDay::Number(1_787_184_000_000.0)));
    assert_eq!(sums.by_model_daily[0].extra["GLM 4.6"], json!(1.25));
    assert_eq!(sums.by_model_daily_usd.unwrap()[0].date, Some(UsageDay::Text("2026-08-20".into())));
    assert_eq!((&sums.by_key[0].api_key_id, &*sums.top_key_names[0]), (&None, "Web App"));
}

#[tokio::test]
async fn a_range_is_sent_as_days() {
    let (server, venice) = replying(ANALYTICS);
    let params = analytics().start_date("2026-02-28").end_date("2026-03-01");
    venice.billing().usage_analytics(params).await.unwrap();
    assert_read(
        &server.only(),
        "/api/v1/billing/usage-analytics?endDate=2026-03-01&startDate=2026-02-28",
        "application/json",
    );
    let (server, venice) = replying(ANALYTICS);
    venice.billing().usage_analytics(analytics()).await.unwrap();
    assert_eq!(server.only().target, "/api/v1/billing/usage-analytics");
}

#[tokio::test]
async fn sums_that_take_too_long_are_a_timeout() {
    let server = Server::answering([Answer::json(504, r#"{"error":"Query timed out"}"#)]);
    let error = once(&server).billing().usage_analytics(analytics().lookback("90d")).await.unwrap_err();
    assert!(error.is_timeout() && error.is_retryable(), "{error}");
}

#[tokio::test]
async fn a_page_of_charges_is_read() {
    let (server, venice) = replying(HISTORY);
    let params = history()
        .currency(BillingCurrency::BundledCredits)
        .start_timestamp("2026-08-01T00:00:00Z")
        .end_timestamp("2026-08-21T12:30:00.5+02:00")
        .page_size(10);
    let page = venice.billing().usage_history_page(params).await.unwrap();
    let target = "/api/v1/billing/usage-history?currency=BUNDLED_CREDITS&endTimestamp=2026-08-21T12%3A30%3A00.5%2B02%3A00\
                  &pageSize=10&startTimestamp=2026-08-01T00%3A00%3A00Z";
    assert_read(&server.only(), target, "application/json");
    assert_eq!(page.next_cursor.as_deref(), Some("eyJwIjoxfQ_-"));
    let [charge, credit, new] = &page.data[..] else { panic!("{page:?}") };
    assert_eq!(
        (charge.amount, charge.units, &charge.currency),
        (amount("-0.00062425"), 0.000227, &BillingCurrency::Usd)
    );
    let details = charge.inference_details.as_ref().unwrap();
    assert_eq!((details.prompt_tokens, details.inference_execution_time), (Some(339), Some(2964)));
    assert_eq!((credit.amount, &*credit.notes, &credit.inference_details), (amount("10"), "", &None));
    assert_eq!(new.currency, BillingCurrency::Unknown("TULIPS".into()));
    assert_eq!(
        (new.price_per_unit_usd, new.inference_details.as_ref().unwrap().completion_tokens),
        (amount("0.01"), None)
    );
}

#[tokio::test]
async fn the_next_pages_are_asked_for_by_their_cursor_alone() {
    let page = |note: &str, next: Option<&str>| {
        Answer::json(200, &json!({"data": [{"notes": note}], "nextCursor": next}).to_string())
    };
    let server = Server::answering([page("a", Some("one")), page("b", Some("t-w_o")), page("c", None)]);
    let params = history().currency(BillingCurrency::Diem).start_timestamp("2026-08-01T00:00:00Z").page_size(10);
    let mut charges = once(&server).billing().usage_history(params);
    let first = charges.next_page().await.unwrap().unwrap();
    assert_eq!((&*first.items[0].notes, first.next_cursor.as_deref()), ("a", Some("one")));
    let rest: Vec<String> = charges.collect_up_to(10).await.unwrap().into_iter().map(|entry| entry.notes).collect();
    assert_eq!(rest, ["b", "c"]);
    let targets: Vec<String> = server.requests().into_iter().map(|request| request.target).collect();
    let filters = "currency=DIEM&pageSize=10&startTimestamp=2026-08-01T00%3A00%3A00Z";
    assert_eq!(
        targets,
        [filters, "cursor=one", "cursor=t-w_o"].map(|query| format!("/api/v1/billing/usage-history?{query}"))
    );
}

#[tokio::test]
async fn a_list_without_a_next_cursor_has_ended() {
    for end in [r#"{"data":[]}"#, r#"{"data":[],"nextCursor":null}"#, r#"{"data":[],"nextCursor":""}"#] {
        let (server, venice) = replying(end);
        assert!(venice.billing().usage_history(history()).next().await.is_none());
        assert_eq!(server.count(), 1);
    }
}

#[tokio::test]
async fn a_cursor_that_is_not_known_any_more_can_be_recognised() {
    let entry = r#"{"data":[{"notes":"a","timestamp":"2026-08-20T10:15:00.000Z"}],"nextCursor":"old"}"#;
    for body in [
        r#"{"error":"Invalid or expired cursor"}"#,
        r#"{"error":"Invalid request","details":{"_errors":[],"cursor":{"_errors":["Invalid"]}}}"#,
        r#"{"error":"Bad","issues":[{"path":["cursor"],"message":"Expired","code":"custom"}]}"#,
    ] {
        let server = Server::answering([Answer::json(200, entry), Answer::json(400, body)]);
        let mut charges = once(&server).billing().usage_history(history());
        let last = charges.next().await.unwrap().unwrap().timestamp;
        let error = charges.next().await.unwrap().unwrap_err();
        assert!(error.is_invalid_cursor() && error.is_invalid_request(), "{error}");
        assert!(charges.next().await.is_none(), "asking again would not help");
        // Starting again where it ended.
        let mut again = once(&server).billing().usage_history(history().start_timestamp(last));
        again.next().await;
        assert!(server.requests()[2].target.ends_with("startTimestamp=2026-08-20T10%3A15%3A00.000Z"));
    }
    for (status, body) in [(400, r#"{"error":"Invalid pageSize"}"#), (404, r#"{"error":"No such cursor"}"#)] {
        let server = Server::answering([Answer::json(status, body)]);
        let error = once(&server).billing().usage_history_page(history()).await.unwrap_err();
        assert!(!error.is_invalid_cursor(), "{error}");
    }
    let other = Server::answering([Answer::json(400, r#"{"error":"Invalid cursor"}"#)]);
    assert!(!once(&other).billing().balance().await.unwrap_err().is_invalid_cursor());
}

#[tokio::test]
async fn what_the_api_would_refuse_is_not_sent() {
    for (params, field) in [
        (analytics().lookback("0d"), "lookback"),
        (analytics().lookback("91d"), "lookback"),
        (analytics().lookback("100d"), "lookback"),
        (analytics().lookback("7"), "lookback"),
        (analytics().lookback("7h"), "lookback"),
        (analytics().lookback("-7d"), "lookback"),
        (analytics().lookback(""), "lookback"),
        (analytics().lookback("7d\n"), "lookback"),
        (analytics().lookback("7d").start_date("2026-08-01").end_date("2026-08-02"), "lookback"),
        (analytics().start_date("2026-08-01"), "endDate"),
        (analytics().end_date("2026-08-01"), "startDate"),
        (analytics().start_date("2026-02-30").end_date("2026-03-01"), "startDate"),
        (analytics().start_date("2026-08-01").end_date("2026-8-2"), "endDate"),
        (analytics().start_date("2026-08-01").end_date("2026-08-02T00:00:00Z"), "endDate"),
        (analytics().start_date("2026-08-02").end_date("2026-08-01"), "endDate"),
    ] {
        refused(|venice| venice.billing().usage_analytics(params), "getBillingUsageAnalytics", field).await;
    }
    let moment = "2026-08-01T00:00:00Z";
    for (params, field) in [
        (history().page_size(9), "pageSize"),
        (history().page_size(1001), "pageSize"),
        (history().page_size(-1), "pageSize"),
        (history().cursor(""), "cursor"),
        (history().cursor("a b"), "cursor"),
        (history().cursor("a=="), "cursor"),
        (history().cursor("x".repeat(513)), "cursor"),
        (history().cursor("one").page_size(100), "cursor"),
        (history().cursor("one").currency(BillingCurrency::Usd), "cursor"),
        (history().cursor("one").start_timestamp(moment), "cursor"),
        (history().cursor("one").end_timestamp(moment), "cursor"),
        (history().start_timestamp("2026-08-01"), "startTimestamp"),
        (history().start_timestamp("2026-08-01T00:00:00"), "startTimestamp"),
        (history().start_timestamp("yesterday"), "startTimestamp"),
        (history().end_timestamp("2026-08-01 00:00:00Z"), "endTimestamp"),
        (history().end_timestamp(format!("2026-08-01T00:00:00.{}Z", "0".repeat(40))), "endTimestamp"),
        (history().start_timestamp("2026-08-01T00:00:00.5Z").end_timestamp(moment), "endTimestamp"),
    ] {
        let operation = "getBillingUsageHistory";
        refused(|venice| venice.billing().usage_history_page(params.clone()), operation, field).await;
        refused(|venice| venice.billing().usage_history_csv(params.clone()), operation, field).await;
        refused_walk(|venice| venice.billing().usage_history(params.clone()), operation, field).await;
        #[cfg(feature = "csv")]
        refused_walk(|venice| venice.billing().usage_history_table(params), operation, field).await;
    }
}

#[tokio::test]
async fn the_longest_cursor_and_the_widest_ranges_are_sent() {
    let (server, venice) = replying(HISTORY);
    venice.billing().usage_history_page(history().cursor("x".repeat(512))).await.unwrap();
    venice.billing().usage_history_page(history().page_size(10)).await.unwrap();
    venice.billing().usage_history_page(history().page_size(1000)).await.unwrap();
    let moment = "2026-08-01T00:00:00Z";
    venice.billing().usage_history_page(history().start_timestamp(moment).end_timestamp(moment)).await.unwrap();
    assert_eq!(server.count(), 4);
    let (server, venice) = replying(ANALYTICS);
    for days in ["1d", "89d", "90d"] {
        venice.billing().usage_analytics(analytics().lookback(days)).await.unwrap();
    }
    venice.billing().usage_analytics(analytics().start_date("2028-02-29").end_date("2028-02-29")).await.unwrap();
    assert_eq!(server.count(), 4);
}

#[tokio::test]
async fn the_mock_keeps_books_that_are_read_page_by_page() {
    let mock = MockVenice::start().await.unwrap();
    let billing = mock.client();
    let billing = billing.billing();
    assert!(billing.balance().await.unwrap().balances.usd > amount("0"));
    assert_eq!(billing.usage_analytics(analytics().lookback("3d")).await.unwrap().by_date.len(), 3);
    let all = billing.usage_history(history()).collect_up_to(usize::MAX).await.unwrap();
    assert_eq!(all.len(), 2_345);
    assert!(all.is_sorted_by(|a, b| a.timestamp <= b.timestamp));
    let before = mock.requests().len();
    let params = history().currency(BillingCurrency::Usd).end_timestamp("2026-08-03T00:00:00Z").page_size(10);
    let some = billing.usage_history(params).collect_up_to(usize::MAX).await.unwrap();
    assert!(some.iter().all(|entry| entry.currency == BillingCurrency::Usd && &*entry.timestamp < "2026-08-03"));
    assert_eq!(mock.requests().len() - before, some.len().div_ceil(10));
    let error = billing.usage_history_page(history().cursor("never_given")).await.unwrap_err();
    assert!(error.is_invalid_cursor());
    let both = history().cursor("x").page_size(10);
    let error = billing.usage_history_page(both).with_validation(false).await.unwrap_err();
    assert_eq!(error.status().unwrap().as_u16(), 400);
}

#[tokio::test]
async fn the_list_of_old_is_gone_and_says_what_took_its_place() {
    let mock = MockVenice::start().await.unwrap();
    #[allow(deprecated)]
    let error = mock.client().raw().get_billing_usage().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Gone);
    let deprecation = error.meta().unwrap().deprecation().unwrap();
    assert_eq!(deprecation.replacement.as_deref(), Some("/api/v1/billing/usage-history"));
    assert!(deprecation.sunset.is_some() && deprecation.since.is_some());
}

#[cfg(feature = "blocking")]
#[test]
fn billing_is_read_without_async() {
    use venice_ai::blocking;

    let mock = MockVenice::start_blocking().unwrap();
    let venice = mock.client();
    let billing = venice.billing();
    assert!(billing.balance().send_blocking().unwrap().can_consume);
    assert_eq!(billing.usage_analytics(analytics()).send_blocking().unwrap().lookback, "7d");
    assert_eq!(blocking::iter(billing.usage_history(history())).map(Result::unwrap).count(), 2_345);
    assert!(billing.usage_history_page(history()).send_blocking().unwrap().next_cursor.is_some());
}

#[tokio::test]
async fn earned_and_bundled_credits_are_read() {
    let body = r#"{"canConsume":true,"consumptionCurrency":"EARNED_CREDITS",
        "balances":{"diem":null,"usd":null,"bundledCredits":1.25,"earnedCredits":0.5}}"#;
    let (_, venice) = replying(body);
    let balance = venice.billing().balance().await.unwrap();
    assert_eq!(balance.consumption_currency, Some(ConsumptionCurrency::EarnedCredits));
    assert_eq!((balance.balances.bundled_credits, balance.balances.earned_credits), (amount("1.25"), amount("0.5")));
    let (server, venice) = replying(HISTORY);
    let params = history().currency(BillingCurrency::EarnedCredits);
    venice.billing().usage_history_page(params).await.unwrap();
    assert!(server.only().target.ends_with("usage-history?currency=EARNED_CREDITS"));
}
