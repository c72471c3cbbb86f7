//! Handlers of rate limits and of the rate-limit log.

use std::time::Duration;

use serde_json::{Value, json};

use crate::auth::Caller;
use crate::parsed_request::ParsedRequest;
use crate::reply::Reply;
use crate::state::State;
use crate::{models, time};

pub(crate) fn current(state: &mut State, request: &ParsedRequest<'_>) -> Result<Reply, Reply> {
    let own = state.keys.iter().find(|key| *request.caller == Caller::Key(key.id.clone()));
    let limits: Vec<Value> = models::catalogue().iter().map(of_model).collect();
    let data = json!({
        "accessPermitted": own.is_none_or(|key| key.used_up().is_none()),
        "apiTier": {"id": "paid", "isCharged": true},
        "balances": {"USD": state.balance_usd, "DIEM": state.balance_diem},
        "keyExpiration": own.and_then(|key| key.expires_at.clone()),
        "nextEpochBegins": time::iso(time::next_midnight(time::now())),
        "rateLimits": limits,
    });
    Ok(Reply::json(200, &json!({"data": data})))
}

fn of_model(model: &Value) -> Value {
    let limits = match model["type"].as_str() {
        Some("text") => json!([{"amount": 500, "type": "RPM"}, {"amount": 1_000_000, "type": "TPM"}]),
        Some("embedding") => json!([{"amount": 500, "type": "RPM"}]),
        Some("asr" | "tts" | "music") => json!([{"amount": 60, "type": "RPM"}]),
        Some("video") => json!([{"amount": 40, "type": "RPM"}]),
        _ => json!([{"amount": 20, "type": "RPM"}]),
    };
    json!({"apiModelId": model["id"], "rateLimits": limits})
}

/// Two entries of an hour ago, newest first.
pub(crate) fn log(state: &mut State, _: &ParsedRequest<'_>) -> Result<Reply, Reply> {
    let key = state.keys.first().map(|key| key.id.clone()).unwrap_or_default();
    let ago = |seconds| time::iso(time::now().saturating_sub(Duration::from_secs(seconds)));
    let entry = |kind: &str, seconds| {
        json!({
            "apiKeyId": key,
            "modelId": models::DEFAULT,
            "rateLimitTier": "paid",
            "rateLimitType": kind,
            "timestamp": ago(seconds),
        })
    };
    let data = [entry("RPM", 3600), entry("FAILED_REQUESTS", 3660)];
    Ok(Reply::json(200, &json!({"object": "list", "data": data})))
}
