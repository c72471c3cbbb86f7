//! `Caller`: authentication and authorization of a request.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::http::request::Parts;
use serde_json::{Value, json};
use venice_ai::types::ApiKeyType;
use venice_ai::{AuthScheme, Operation};

use super::errors::error;
use super::reply::Reply;
use super::state::State;
use super::time;

/// The headers for a wallet's signature; the second name is the older one.
pub(super) const SIGN_IN_HEADERS: [&str; 2] = ["sign-in-with-x", "x-sign-in-with-x"];

/// The caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Caller {
    Nobody,
    /// The id of an API key.
    Key(String),
    /// The address of a wallet; `None` where signatures are not verified.
    Wallet(Option<String>),
}

/// Authenticates the caller of an operation, or rejects the request.
pub(super) fn caller(state: &mut State, operation: &Operation, head: &Parts) -> Result<Caller, Reply> {
    let wallet = SIGN_IN_HEADERS.iter().any(|name| head.headers.contains_key(*name));
    match operation.auth {
        AuthScheme::Public | AuthScheme::Anonymous => {
            Ok(key(state, head).ok().flatten().map_or(Caller::Nobody, Caller::Key))
        }
        AuthScheme::Bearer => match key(state, head)? {
            Some(id) => may(state, operation, id),
            None => Err(error(401, "Authentication failed")),
        },
        AuthScheme::BearerOrWallet => match key(state, head)? {
            Some(id) => can_pay(state, operation, id),
            // Signatures of wallets are not verified.
            None if wallet => Ok(Caller::Wallet(None)),
            None => Err(price_of(operation)),
        },
        AuthScheme::Wallet if wallet => Ok(Caller::Wallet(None)),
        _ => Err(error(401, "Invalid Sign-in-with-x signature")),
    }
}

/// The id of the key in the header; `None` without a key.
fn key(state: &mut State, head: &Parts) -> Result<Option<String>, Reply> {
    let Some(header) = head.headers.get("authorization") else { return Ok(None) };
    let text = header.to_str().unwrap_or_default();
    let secret = text.strip_prefix("Bearer ").unwrap_or_default().trim();
    let now = time::iso(time::now());
    let mut keys = state.keys.iter_mut();
    match keys.find(|key| key.secret == secret && !key.is_expired(&now)) {
        Some(key) => {
            key.last_used_at = Some(now);
            Ok(Some(key.id.clone()))
        }
        None => Err(error(401, "Authentication failed")),
    }
}

/// Keys and billing need a key of the type `ADMIN`; any key may read its own limits.
fn may(state: &State, operation: &Operation, id: String) -> Result<Caller, Reply> {
    let needs_admin = operation.path != "/api_keys/rate_limits"
        && ["/api_keys", "/billing/"].iter().any(|area| operation.path.starts_with(area));
    let admin = |key: &super::keys::Key| key.id == id && key.kind == ApiKeyType::Admin.as_str();
    if needs_admin && !state.keys.iter().any(admin) {
        return Err(error(401, "Admin API key required"));
    }
    Ok(Caller::Key(id))
}

/// A spending limit of zero is used up. The polls of a job are free.
fn can_pay(state: &State, operation: &Operation, id: String) -> Result<Caller, Reply> {
    let is_free = ["/retrieve", "/complete"].iter().any(|end| operation.path.ends_with(end));
    let key = state.keys.iter().find(|key| key.id == id && !is_free);
    match key.and_then(super::keys::Key::used_up) {
        Some(currency) => {
            let message =
                format!("API key {currency} spend limit exceeded. Your account may still have {currency} balance.");
            Err(error(402, &message))
        }
        None => Ok(Caller::Key(id)),
    }
}

/// If a wallet can pay, the API answers 402 to a request without any credentials, with the payment options.
fn price_of(operation: &Operation) -> Reply {
    let resource = format!("https://api.venice.ai/api/v1{}", operation.path);
    let accepts = json!([{
        "scheme": "exact",
        "network": "eip155:8453",
        "amount": "10000000",
        "asset": "0x0000000000000000000000000000000000000001",
        "payTo": "0x0000000000000000000000000000000000000002",
        "maxTimeoutSeconds": 300,
        "extra": {"name": "USD Coin", "version": "2"},
    }]);
    let body: Value = json!({
        "x402Version": 2,
        "error": "Payment or authentication required",
        "resource": {"url": resource, "mimeType": "application/json"},
        "accepts": accepts,
        "authOptions": {
            "apiKey": {"header": "Authorization"},
            "x402Wallet": {"header": "SIGN-IN-WITH-X", "legacyHeader": "X-Sign-In-With-X"},
        },
    });
    payment_required(&body)
}

/// Prices are in the body and, as base64, in a header.
pub(super) fn payment_required(body: &Value) -> Reply {
    Reply::json(402, body).with("payment-required", STANDARD.encode(body.to_string()))
}
