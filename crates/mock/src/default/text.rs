//! Sample strings and numbers, by the name and the schema of a field.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use regex_lite::Regex;
use serde_json::Value;

use crate::state::State;
use crate::{encoding, media, time};

/// Texts for the patterns of fields; the first match counts.
const SHAPED: [&str; 5] =
    ["2026-08-21", "2026-08-21T12:00:00.000Z", "7d", "1", "0x00000000000000000000000000000000000000aa"];

/// A text that matches the schema of a field.
pub(super) fn of(state: &mut State, name: &str, schema: &Value) -> String {
    let mut text = plain(state, name, schema);
    if let Some(pattern) = schema["pattern"].as_str().and_then(|pattern| Regex::new(pattern).ok())
        && !pattern.is_match(&text)
    {
        text = SHAPED.iter().find(|text| pattern.is_match(text)).copied().unwrap_or_default().to_owned();
    }
    let length = |keyword: &str| schema[keyword].as_u64().and_then(|length| usize::try_from(length).ok());
    let short = length("minLength").unwrap_or_default().saturating_sub(text.chars().count());
    text.extend(std::iter::repeat_n('.', short));
    match length("maxLength") {
        Some(most) if text.chars().count() > most => text.chars().take(most).collect(),
        _ => text,
    }
}

fn plain(state: &mut State, name: &str, schema: &Value) -> String {
    match schema["format"].as_str() {
        Some("date-time") => return time::iso(time::now()),
        Some("date") => return "2026-08-21".to_owned(),
        Some("uri") => return format!("https://mock.example/{}", name.to_lowercase()),
        Some("uuid") => return state.next_uuid(),
        _ => {}
    }
    let lower = name.to_lowercase();
    match lower.as_str() {
        "id" | "queue_id" | "requestid" | "request_id" | "paymentid" | "characterid" | "apikeyid" => {
            return state.next_uuid();
        }
        "model" | "modelid" | "modelname" => "gondola-9b",
        "usd" | "diem" | "vcu" => "0.0500",
        "slug" => "gondolier",
        "name" => "Gondolier",
        "title" => "Tide tables of the lagoon",
        "b64_json" => return picture("image/png"),
        "images" => return picture("image/webp"),
        "embedding" => return STANDARD.encode([0.25_f32, -0.5, 0.75].map(f32::to_le_bytes).concat()),
        "walletaddress" | "payer" | "from" => "0x00000000000000000000000000000000000000aa",
        "currency" | "consumptioncurrency" => "USD",
        "role" => "assistant",
        "author" | "username" => "mock",
        "locale" | "lang" | "language" => "en",
        "jsonrpc" => "2.0",
        "networks" => "ethereum-mainnet",
        "lookback" => "7d",
        "date" => "2026-08-21",
        "sku" => "gondola-9b-llm-output-mtoken",
        _ if name.ends_with("At") || name.ends_with("_at") || lower.contains("timestamp") => {
            return time::iso(time::now());
        }
        _ if lower.ends_with("url") => return format!("https://mock.example/{lower}"),
        _ => "This is the mock that comes with the crate.",
    }
    .to_owned()
}

/// A picture in a URL.
pub(super) fn data_url() -> String {
    encoding::data_url("image/png", &media::file("image/png").unwrap_or_default())
}

fn picture(media: &str) -> String {
    STANDARD.encode(media::file(media).unwrap_or_default())
}

/// Whether a boolean field is usually `false`: there is no next page, and no owner.
pub(super) fn is_usually_false(name: &str) -> bool {
    matches!(name, "hasMore" | "has_more" | "adult" | "isOwner" | "store" | "background")
}

/// A number by the name of the field.
pub(super) fn number(name: &str, is_integer: bool) -> f64 {
    let lower = name.to_lowercase();
    match lower.as_str() {
        "created" | "created_at" | "date" | "timestamp" => time::now().as_secs() as f64,
        "average_execution_time" | "execution_duration" => 20_000.0,
        "offset" | "start" => 0.0,
        "limit" | "pagesize" => 50.0,
        "rating" | "averagerating" => 5.0,
        _ if is_integer => 1.0,
        _ if ["usd", "diem", "quote", "amount", "balance"].iter().any(|money| lower.contains(money)) => 0.05,
        // Whole, as many fields that the document declares as numbers are counts.
        _ => 2.0,
    }
}
