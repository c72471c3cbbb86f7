//! Handlers of x402 wallets with prepaid credit. Signatures are parsed but not verified.

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use serde_json::{Value, json};

use super::auth::{SIGN_IN_HEADERS, payment_required};
use super::errors::error;
use super::parsed_request::ParsedRequest;
use super::reply::Reply;
use super::state::State;
use super::time;

/// Millionths of a dollar.
const DOLLAR: i64 = 1_000_000;
/// The price of each of the charges that a wallet has from the start.
const CHARGE: i64 = DOLLAR / 50;
/// What every wallet begins with: a top-up, and so many charges.
const CHARGES: i64 = 124;

/// The wallets that were seen, with their transactions, the oldest first.
pub(super) type Wallets = BTreeMap<String, Vec<Value>>;

pub(super) fn balance(state: &mut State, request: &ParsedRequest<'_>) -> Result<Reply, Reply> {
    let address = own(request)?;
    let balance = balance_of(transactions_of(state, &address));
    let data = json!({
        "walletAddress": address,
        "balanceUsd": balance,
        "canConsume": balance >= 0.1,
        "minimumTopUpUsd": 5.0,
        "suggestedTopUpUsd": 10.0,
    });
    Ok(Reply::json(200, &json!({"success": true, "data": data})))
}

pub(super) fn transactions(state: &mut State, request: &ParsedRequest<'_>) -> Result<Reply, Reply> {
    let address = own(request)?;
    let (limit, offset) = (request.route.number("limit", 50), request.route.number("offset", 0));
    let all = transactions_of(state, &address);
    let page: Vec<&Value> = all.iter().rev().skip(offset).take(limit).collect();
    let data = json!({
        "walletAddress": address,
        "currentBalance": balance_of(all),
        "transactions": page,
        "pagination": {"limit": limit, "offset": offset, "hasMore": offset.saturating_add(limit) < all.len()},
    });
    Ok(Reply::json(200, &json!({"success": true, "data": data})))
}

/// Without a payment the answer says how to pay, and with one the wallet in it is credited.
pub(super) fn top_up(state: &mut State, request: &ParsedRequest<'_>) -> Result<Reply, Reply> {
    let Some(header) = request.header("payment-signature") else {
        return Ok(price());
    };
    let refused = |message: &str| Err(Reply::json(400, &json!({"error": "X402_INVALID_PAYMENT", "message": message})));
    let Some(payment) = decoded(header) else {
        return refused("The payment is not base64 of a JSON object");
    };
    let authorization = &payment["payload"]["authorization"];
    let (from, value) = (authorization["from"].as_str(), authorization["value"].as_str());
    let (Some(from), Some(Ok(value))) = (from, value.map(str::parse::<i64>)) else {
        return refused("The payment has no authorization");
    };
    let options = options();
    if !options.as_array().is_some_and(|options| options.contains(&payment["accepted"])) {
        return refused("The payment was made for something else");
    }
    if value < 5 * DOLLAR {
        return refused("The least top-up is $5");
    }
    let (id, hash) = (state.next_uuid(), format!("0x{:032x}{:032x}", state.next_id(), state.next_id()));
    let all = transactions_of(state, from);
    all.push(transaction(all, &id, value, "TOP_UP", time::now()));
    let data = json!({
        "walletAddress": from,
        "amountCredited": dollars(value),
        "newBalance": balance_of(all),
        "paymentId": id,
    });
    let receipt = json!({
        "success": true, "network": payment["accepted"]["network"], "payer": from, "transaction": hash,
    });
    let reply = Reply::json(200, &json!({"success": true, "data": data}));
    Ok(reply.with("payment-response", STANDARD.encode(receipt.to_string())))
}

/// The JSON object that x402 packs into a header as base64, with padding or without.
pub(super) fn decoded(header: &str) -> Option<Value> {
    let json = STANDARD_NO_PAD.decode(header.trim_end_matches('=')).ok()?;
    serde_json::from_slice(&json).ok().filter(Value::is_object)
}

fn price() -> Reply {
    let body = json!({"x402Version": 2, "accepts": options()});
    payment_required(&body)
}

fn options() -> Value {
    json!([
        {
            "scheme": "exact", "network": "eip155:8453", "amount": "10000000",
            "asset": "0x0000000000000000000000000000000000000001",
            "payTo": "0x0000000000000000000000000000000000000002",
            "maxTimeoutSeconds": 300,
            "extra": {"name": "USD Coin", "version": "2"},
        },
        {
            "scheme": "exact", "network": "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp", "amount": "10000000",
            "asset": "MockAsset111111111111111111111111111111111",
            "payTo": "MockPayee111111111111111111111111111111111",
            "maxTimeoutSeconds": 300,
            "extra": {"name": "USD Coin", "version": "2", "feePayer": "MockFees1111111111111111111111111111111111"},
        },
    ])
}

/// The wallet in the path, if it is the one that signed.
fn own(request: &ParsedRequest<'_>) -> Result<String, Reply> {
    let header = SIGN_IN_HEADERS.iter().find_map(|name| request.header(name));
    let signed = header.and_then(decoded);
    let Some(address) = signed.as_ref().and_then(|signed| signed["address"].as_str()) else {
        return Err(error(401, "Invalid Sign-in-with-x signature"));
    };
    match request.route.parameter() {
        own if own.eq_ignore_ascii_case(address) => Ok(own.to_owned()),
        _ => Err(error(403, "You can only access your own wallet")),
    }
}

fn transactions_of<'s>(state: &'s mut State, address: &str) -> &'s mut Vec<Value> {
    state.wallets.entry(address.to_lowercase()).or_insert_with(|| {
        let mut all = Vec::new();
        let beginning = Duration::from_secs(1_785_542_400);
        for number in 0..=CHARGES {
            let id = format!("mock-transaction-{number:03}");
            let (amount, kind) = if number == 0 { (10 * DOLLAR, "TOP_UP") } else { (-CHARGE, "CHARGE") };
            all.push(transaction(&all, &id, amount, kind, beginning + Duration::from_secs(60 * number as u64)));
        }
        all
    })
}

fn transaction(before: &[Value], id: &str, amount: i64, kind: &str, moment: Duration) -> Value {
    let is_charge = kind == "CHARGE";
    json!({
        "id": id,
        "amount": dollars(amount),
        "balanceAfter": dollars(amount + micros(balance_of(before))),
        "type": kind,
        "createdAt": time::iso(moment),
        "requestId": if is_charge { format!("request-of-{id}").into() } else { Value::Null },
        "modelId": if is_charge { "gondola-9b".into() } else { Value::Null },
    })
}

fn balance_of(all: &[Value]) -> f64 {
    all.last().and_then(|last| last["balanceAfter"].as_f64()).unwrap_or_default()
}

fn dollars(micros: i64) -> f64 {
    micros as f64 / DOLLAR as f64
}

fn micros(dollars: f64) -> i64 {
    (dollars * DOLLAR as f64).round() as i64
}
