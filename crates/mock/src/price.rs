//! `of_tokens`: the exact price of a chat completion by the prices in the model list.

use serde_json::Value;
use venice_ai::Amount;

use super::chat::Cached;

/// The price of prompt and completion tokens, in US dollars, with long-context prices and the discount applied.
pub(super) fn of_tokens(model: &Value, read: u64, cached: Cached, written: u64) -> Amount {
    let pricing = &model["model_spec"]["pricing"];
    let threshold = pricing["extended"]["context_token_threshold"].as_u64();
    let pricing = if threshold.is_some_and(|threshold| read > threshold) { &pricing["extended"] } else { pricing };
    let part = |name: &str, tokens: u64| {
        // Without a price of their own, prompt tokens cost the same as others.
        let price = pricing.get(name).unwrap_or(&pricing["input"]);
        amount(&price["usd"]).checked_mul(tokens.into())?.checked_mul(a_millionth()?)
    };
    let list = || {
        let fresh = read.saturating_sub(cached.read + cached.written);
        let parts = [
            part("input", fresh)?,
            part("cache_input", cached.read)?,
            part("cache_write", cached.written)?,
            part("output", written)?,
        ];
        Amount::checked_sum(parts)
    };
    let paid = || Amount::from(1).checked_sub(amount(&model["discount_to_user"]));
    list().and_then(|list| list.checked_mul(paid()?)).unwrap_or_default()
}

fn a_millionth() -> Option<Amount> {
    "0.000001".parse().ok()
}

fn amount(value: &Value) -> Amount {
    serde_json::from_value(value.clone()).unwrap_or_default()
}
