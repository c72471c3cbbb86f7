//! Replies with status 402: how a wallet can pay, and what it can sign.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use venice_ai::Operation;

use super::super::reply::Reply;
use super::super::state::State;
use super::super::time;
use super::ledger::{self, Account};
use super::{BASE, SOLANA};

/// USDC on Base, and the recipient of payments there.
pub(super) const USDC: &str = "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913";
pub(super) const PAY_TO: &str = "0x2670B922ef37C7Df47158725C0CC407b5382293F";
/// USDC on Solana, the recipient of payments there, and who pays the fees of the chain.
pub(super) const SOLANA_USDC: &str = "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v";
pub(super) const SOLANA_PAY_TO: &str = "8qUL23aSj7mDWdoLMXGHFvnVCT9wd7jXcysiekroADEL";
pub(super) const FEE_PAYER: &str = "BFK9TLC3edb13K6v4YyH3DwPb5DSUpkWvb7XnqCL9b4F";

/// In base units of USDC, a millionth each.
pub(super) const MINIMUM_TOP_UP: u64 = 5_000_000;
pub(super) const SUGGESTED_TOP_UP: u64 = 10_000_000;
pub(super) const MAXIMUM_TOP_UP: u64 = 10_000_000_000;

/// The ways to pay.
pub(super) fn offers(amount: u64, solana: &str) -> Value {
    json!([
        {
            "scheme": "exact", "network": BASE, "amount": amount.to_string(), "asset": USDC, "payTo": PAY_TO,
            "maxTimeoutSeconds": 300, "extra": {"name": "USD Coin", "version": "2"},
        },
        {
            "scheme": "exact", "network": solana, "amount": amount.to_string(), "asset": SOLANA_USDC, "payTo": SOLANA_PAY_TO,
            "maxTimeoutSeconds": 300, "extra": {"name": "USD Coin", "version": "2", "feePayer": FEE_PAYER},
        },
    ])
}

/// The price of a top-up.
pub(super) fn price() -> Reply {
    let body = json!({"x402Version": 2, "accepts": offers(MINIMUM_TOP_UP, SOLANA)});
    with_header(&body, &body)
}

/// The answer to a request without credentials: how to pay and how to sign in. Only inference can be paid for.
pub(super) fn discovery(state: &mut State, operation: &Operation, accepts: Value) -> Reply {
    let mut body = json!({
        "x402Version": 2,
        "error": "Payment or authentication required",
        "resource": resource(operation),
        "accepts": accepts,
        "extensions": {"sign-in-with-x": sign_in(state, operation)},
    });
    let header = body.clone();
    body["authOptions"] = json!({
        "apiKey": {
            "header": "Authorization",
            "getKey": "https://venice.ai/settings/api",
            "docs": "https://docs.venice.ai/api-reference/api-spec",
        },
        "x402Wallet": {
            "header": "SIGN-IN-WITH-X",
            "legacyHeader": "X-Sign-In-With-X",
            "topUp": "https://api.venice.ai/api/v1/x402/top-up",
            "docs": "https://docs.venice.ai/overview/guides/x402-venice-api",
        },
    });
    with_header(&body, &header)
}

/// The answer to a wallet whose credit is too low.
pub(super) fn insufficient(state: &mut State, operation: &Operation, balance: i64) -> Reply {
    let sign_in = sign_in(state, operation);
    let minimum = ledger::dollars(ledger::MINIMUM);
    let (least, suggested) = (usdc(MINIMUM_TOP_UP), usdc(SUGGESTED_TOP_UP));
    let body = json!({
        "error": "Payment required",
        "code": "PAYMENT_REQUIRED",
        "reason": "insufficient_balance",
        "message": format!("The balance of the wallet is below ${minimum:.2}"),
        "currentBalanceUsd": ledger::dollars(balance),
        "minimumBalanceUsd": minimum,
        "description": "Top up the wallet, then repeat the request",
        "suggestedTopUpUsd": suggested,
        "minimumTopUpUsd": least,
        "supportedTokens": ["USDC"],
        "supportedChains": ["base", "solana"],
        "topUpInstructions": {
            "step1": "POST /api/v1/x402/top-up without a payment, and choose one of `accepts`",
            "step2": "Sign the payment with the wallet",
            "step3": "POST /api/v1/x402/top-up with the payment in the header PAYMENT-SIGNATURE",
            "receiverWallet": PAY_TO,
            "tokenAddress": USDC,
            "tokenDecimals": 6,
            "network": BASE,
            "minimumAmountUsd": least,
        },
        "siwxChallenge": sign_in,
    });
    let header = json!({
        "x402Version": 2,
        "error": "Payment required",
        "resource": resource(operation),
        "accepts": challenge_offers(),
        "extensions": {"sign-in-with-x": sign_in},
    });
    with_header(&body, &header)
}

/// The ways to pay as challenges have them: another amount and another name of Solana than in the price of a top-up.
pub(super) fn challenge_offers() -> Value {
    offers(SUGGESTED_TOP_UP, "solana")
}

/// What a wallet can sign to be let in.
fn sign_in(state: &mut State, operation: &Operation) -> Value {
    let (now, nonce) = (state.ledger.now(), format!("{:016x}", state.next_id()));
    json!({
        "info": {
            "domain": "api.venice.ai",
            "uri": url(operation),
            "version": "1",
            "nonce": nonce,
            "issuedAt": time::iso(now),
            "expirationTime": time::iso(now + std::time::Duration::from_secs(300)),
            "statement": "Sign in to Venice AI",
        },
        "supportedChains": [
            {"chainId": BASE, "type": "eip191"},
            {"chainId": BASE, "type": "eip1271"},
            {"chainId": SOLANA, "type": "ed25519"},
        ],
    })
}

fn resource(operation: &Operation) -> Value {
    json!({"url": url(operation), "description": "Venice AI inference", "mimeType": "application/json"})
}

fn url(operation: &Operation) -> String {
    format!("https://api.venice.ai/api/v1{}", operation.path)
}

fn with_header(body: &Value, header: &Value) -> Reply {
    Reply::json(402, body).with("payment-required", STANDARD.encode(header.to_string()))
}

/// The balance that `GET /x402/balance/{wallet}` shows.
pub(super) fn balance(address: &str, account: &Account) -> Value {
    let mut data = json!({
        "walletAddress": address,
        "balanceUsd": ledger::dollars(account.balance),
        "canConsume": account.can_consume(),
        "minimumTopUpUsd": usdc(MINIMUM_TOP_UP),
        "suggestedTopUpUsd": usdc(SUGGESTED_TOP_UP),
    });
    if let Some(diem) = account.diem {
        data["diemBalanceUsd"] = ledger::dollars(diem).into();
    }
    data
}

/// Base units of USDC in dollars.
pub(super) fn usdc(units: u64) -> f64 {
    units as f64 / 1e6
}
