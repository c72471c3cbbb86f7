//! Handlers of billing, with a made-up usage history.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use venice_ai::types::BillingCurrency;

use super::errors::error;
use super::parsed_request::ParsedRequest;
use super::reply::Reply;
use super::route::Route;
use super::state::State;
use super::time;

/// The number of charges.
const ENTRIES: usize = 2_345;
/// The time of the first one: 2026-08-01.
const BEGINNING: Duration = Duration::from_secs(1_785_542_400);
const STEP: Duration = Duration::from_secs(900);

pub(super) fn balance(state: &mut State, _: &ParsedRequest<'_>) -> Result<Reply, Reply> {
    let body = json!({
        "canConsume": state.balance_usd > 0.0 || state.balance_diem > 0.0,
        "consumptionCurrency": if state.balance_diem > 0.0 { "DIEM" } else { "USD" },
        "balances": {"diem": state.balance_diem, "usd": state.balance_usd},
        "diemEpochAllocation": 5.0,
    });
    Ok(Reply::json(200, &body))
}

pub(super) fn analytics(_: &mut State, request: &ParsedRequest<'_>) -> Result<Reply, Reply> {
    let route = request.route;
    let (start, end) = (route.query("startDate"), route.query("endDate"));
    if start.is_some() != end.is_some() {
        return Err(error(400, "startDate and endDate are needed together"));
    }
    let days = match (start, route.query("lookback").unwrap_or("7d").strip_suffix('d').map(str::parse::<usize>)) {
        (Some(_), _) => 7,
        (None, Some(Ok(days @ 1..=90))) => days,
        _ => return Err(error(400, "lookback must be between 1d and 90d")),
    };
    let day = |number: usize| time::iso(BEGINNING + Duration::from_secs(86_400) * number as u32);
    let dates: Vec<String> = (0..days).map(|number| day(number).chars().take(10).collect()).collect();
    let by_date = dates.iter().map(|date| json!({"date": date, "USD": 0.25, "DIEM": 0.5})).collect::<Vec<_>>();
    let daily = |name: &str| {
        let day = |number: usize| BEGINNING.as_millis() as u64 + 86_400_000 * number as u64;
        (0..days).map(|number| json!({"date": day(number), name: 0.75})).collect::<Vec<_>>()
    };
    let (usd, diem) = (0.25 * days as f64, 0.5 * days as f64);
    let body = json!({
        "lookback": format!("{days}d"),
        "byDate": by_date,
        "byModel": [{
            "modelName": "gondola-9b", "unitType": "tokens", "modelType": "LLM",
            "totalUsd": usd, "totalDiem": diem, "totalUnits": 1_000.0 * days as f64,
            "breakdown": [{"type": "output", "usd": usd, "diem": diem, "units": 1_000.0 * days as f64}],
        }],
        "byModelDaily": daily("gondola-9b"),
        "topModels": ["gondola-9b"],
        "byKey": [{
            "apiKeyId": null, "description": "the key of this mock",
            "totalUsd": usd, "totalDiem": diem, "totalUnits": 1_000.0 * days as f64,
        }],
        "byKeyDaily": daily("the key of this mock"),
        "topKeyNames": ["the key of this mock"],
    });
    Ok(Reply::json(200, &body))
}

/// The content of a cursor: the filters of the first page, and the position in the list.
struct Walk {
    currency: String,
    start: String,
    end: String,
    size: usize,
    read: usize,
}

impl Walk {
    fn begin(route: &Route) -> Self {
        let text = |name: &str| route.query(name).unwrap_or_default().to_owned();
        let size = route.number("pageSize", 1_000);
        Self { currency: text("currency"), start: text("startTimestamp"), end: text("endTimestamp"), size, read: 0 }
    }

    fn resume(cursor: &str) -> Option<Self> {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
        let mut parts = text.split('|').map(str::to_owned);
        let (currency, start, end) = (parts.next()?, parts.next()?, parts.next()?);
        let (size, read) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        Some(Self { currency, start, end, size, read })
    }

    fn cursor(&self, read: usize) -> String {
        let Self { currency, start, end, size, .. } = self;
        URL_SAFE_NO_PAD.encode(format!("{currency}|{start}|{end}|{size}|{read}"))
    }

    /// Timestamps in the same format compare as text.
    fn fits(&self, entry: &Value) -> bool {
        let timestamp = entry["timestamp"].as_str().unwrap_or_default().trim_end_matches('Z');
        (self.currency.is_empty() || entry["currency"] == self.currency.as_str())
            && (self.start.is_empty() || self.start.trim_end_matches('Z') <= timestamp)
            && (self.end.is_empty() || timestamp < self.end.trim_end_matches('Z'))
    }
}

pub(super) fn history(_: &mut State, request: &ParsedRequest<'_>) -> Result<Reply, Reply> {
    let walk = match request.route.query("cursor") {
        Some(_) if request.route.query.len() > 1 => {
            return Err(error(400, "A cursor cannot be combined with other parameters"));
        }
        Some(cursor) => Walk::resume(cursor).ok_or_else(|| error(400, "Invalid or expired cursor"))?,
        None => Walk::begin(request.route),
    };
    let found: Vec<Value> = (0..ENTRIES).map(entry).filter(|entry| walk.fits(entry)).collect();
    let read = found.len().min(walk.read + walk.size);
    let page = found.get(walk.read..read).unwrap_or_default();
    let next = (read < found.len()).then(|| walk.cursor(read));
    if !request.header("accept").is_some_and(|media| media.starts_with("text/csv")) {
        return Ok(Reply::json(200, &json!({"data": page, "nextCursor": next})));
    }
    let name = "attachment; filename=billing-usage-history-20260822T120000000Z.csv";
    let reply = Reply::new(200, "text/csv; charset=utf-8", table(page)).with("content-disposition", name);
    Ok(match next {
        Some(next) => reply.with("x-next-cursor", next),
        None => reply,
    })
}

fn entry(number: usize) -> Value {
    let tokens = 100 + number * 37 % 900;
    let details = json!({
        "requestId": format!("chatcmpl-{number:08x}"),
        "promptTokens": tokens,
        "completionTokens": tokens / 2,
        "inferenceExecutionTime": 40 + number % 1_000,
    });
    let is_inference = number % 10 != 9;
    json!({
        "timestamp": time::iso(BEGINNING + STEP * number as u32),
        "sku": if is_inference { "gondola-9b-llm-output-mtoken" } else { "monthly-credits" },
        "pricePerUnitUsd": 2.8,
        "units": tokens as f64 / 1e6,
        // Divided once, so that it has the digits of the product and not those of a binary fraction.
        "amount": -((tokens * 28) as f64) / 1e7,
        "currency": BillingCurrency::KNOWN[number % BillingCurrency::KNOWN.len()],
        "notes": if is_inference { "API Inference" } else { "Credits" },
        "inferenceDetails": if is_inference { details } else { Value::Null },
    })
}

fn table(entries: &[Value]) -> String {
    const COLUMNS: [&str; 7] = ["timestamp", "sku", "pricePerUnitUsd", "units", "amount", "currency", "notes"];
    let mut table = COLUMNS.join(",") + "\n";
    for entry in entries {
        let cell = |column: &&str| match &entry[*column] {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        table.push_str(&COLUMNS.iter().map(cell).collect::<Vec<_>>().join(","));
        table.push('\n');
    }
    table
}
