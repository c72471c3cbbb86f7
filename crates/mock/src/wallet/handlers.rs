//! `caller`, `handler` and `charged`: who a wallet's request is from, what answers it, and what it costs the wallet.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::http::request::Parts;
use serde_json::{Value, json};
use venice_ai::{AuthScheme, Operation};

use super::super::auth::{self, Caller, SIGN_IN_HEADERS};
use super::super::dispatch::Handler;
use super::super::errors::error;
use super::super::parsed_request::ParsedRequest;
use super::super::reply::Reply;
use super::super::state::State;
use super::crypto::Address;
use super::ledger::{self, DOLLAR, Payment};
use super::payment::{self, SignedPayment, unverified};
use super::sign_in::{self, SignIn};
use super::{MockPayment, challenge, model_of, web3};
use crate::evm::{keccak256, to_hex};

/// Where a payment is; the later names are older.
const PAYMENT_HEADERS: [&str; 3] = ["payment-signature", "x-402-payment", "x-payment"];
/// Base units of USDC are millionths of a dollar.
const UNIT: i64 = DOLLAR / 1_000_000;

/// What answers an operation of wallets.
pub(in super::super) fn handler(operation: &Operation) -> Option<Handler> {
    let handler: Handler = match operation.id {
        "getX402Balance" => balance,
        "getX402Transactions" => transactions,
        "topUpX402Balance" => top_up,
        "getApiKeyGenerateWeb3Key" => web3::token,
        "postApiKeyGenerateWeb3Key" => web3::create,
        _ => return None,
    };
    Some(handler)
}

/// Authenticates the caller of an operation, or refuses. A wallet goes before an API key.
pub(in super::super) fn caller(state: &mut State, operation: &Operation, head: &Parts) -> Result<Caller, Reply> {
    let has = |names: &[&str]| names.iter().any(|name| head.headers.contains_key(*name));
    let signed = SIGN_IN_HEADERS.iter().find_map(|name| head.headers.get(*name));
    let signed = signed.map(|header| header.to_str().unwrap_or_default());
    let is_anonymous = signed.is_none() && !has(&["authorization"]);
    match operation.auth {
        AuthScheme::BearerOrWallet if has(&PAYMENT_HEADERS) => {
            let message = "A payment is taken by POST /x402/top-up only";
            Err(Reply::json(400, &json!({"error": message, "code": "PAYMENT_HEADER_NOT_ACCEPTED"})))
        }
        AuthScheme::BearerOrWallet | AuthScheme::Bearer if is_anonymous => {
            Err(challenge::discovery(state, operation, challenge::challenge_offers()))
        }
        AuthScheme::BearerOrWallet => match signed {
            Some(header) => {
                let address = signer(state, header).map_err(|(code, message)| {
                    let code = format!("X402_SIGN_IN_{code}");
                    Reply::json(401, &json!({"error": message, "code": code}))
                })?;
                let account = state.ledger.account(address);
                let balance = account.balance;
                if !account.can_consume() && is_charged(operation) {
                    return Err(challenge::insufficient(state, operation, balance));
                }
                Ok(Caller::Wallet(Some(address.to_string())))
            }
            None => auth::caller(state, operation, head),
        },
        AuthScheme::Wallet => match signed {
            Some(header) => match signer(state, header) {
                Ok(address) => Ok(Caller::Wallet(Some(address.to_string()))),
                Err(_) => Err(error(401, "Invalid Sign-in-with-x signature")),
            },
            None => Err(challenge::discovery(state, operation, json!([]))),
        },
        _ => auth::caller(state, operation, head),
    }
}

/// The wallet that signed. Its nonce is spent, whatever becomes of the request.
fn signer(state: &mut State, header: &str) -> Result<Address, sign_in::Refusal> {
    let SignIn { address, nonce } = sign_in::verified(header, state.ledger.now())?;
    if !state.ledger.take_nonce(address, &nonce) {
        return Err(("NONCE_REUSED", "The nonce was used"));
    }
    Ok(address)
}

/// Whether an operation needs credit. The jobs behind results were paid when they were queued.
fn is_charged(operation: &Operation) -> bool {
    !["/retrieve", "/complete"].iter().any(|end| operation.path.ends_with(end))
}

/// Answers, and charges the wallet for what the account would have paid.
pub(in super::super) fn charged(
    state: &mut State,
    request: &ParsedRequest<'_>,
    answer: impl FnOnce(&mut State) -> Result<Reply, Reply>,
) -> Result<Reply, Reply> {
    let Caller::Wallet(Some(address)) = request.caller else { return answer(state) };
    let of_account = std::mem::take(&mut state.balance_usd);
    let reply = answer(state);
    let spent = -std::mem::replace(&mut state.balance_usd, of_account);
    if let (Some(address), true) = (Address::parse(address), spent > 0.0) {
        let (now, id) = (state.ledger.now(), state.next_uuid());
        let headers = reply.as_ref().ok().map(|reply| &reply.headers);
        let answered_by = headers.and_then(|headers| headers.get("x-venice-model-id")?.to_str().ok());
        let model = answered_by.or_else(|| model_of(&request.body));
        state.ledger.account(address).charge(ledger::billionths(spent), now, &id, model);
    }
    reply
}

fn balance(state: &mut State, request: &ParsedRequest<'_>) -> Result<Reply, Reply> {
    let address = own(request, "balance")?;
    let data = challenge::balance(request.route.parameter(), state.ledger.account(address));
    Ok(Reply::json(200, &json!({"success": true, "data": data})))
}

fn transactions(state: &mut State, request: &ParsedRequest<'_>) -> Result<Reply, Reply> {
    let address = own(request, "transactions")?;
    let (limit, offset) = (request.route.number("limit", 50), request.route.number("offset", 0));
    let account = state.ledger.account(address);
    let page: Vec<&Value> = account.transactions.iter().rev().skip(offset).take(limit).collect();
    let has_more = offset.saturating_add(limit) < account.transactions.len();
    let data = json!({
        "walletAddress": request.route.parameter(),
        "currentBalance": ledger::dollars(account.balance),
        "transactions": page,
        "pagination": {"limit": limit, "offset": offset, "hasMore": has_more},
    });
    Ok(Reply::json(200, &json!({"success": true, "data": data})))
}

/// The wallet in the path, if it is the one that signed.
fn own(request: &ParsedRequest<'_>, what: &str) -> Result<Address, Reply> {
    let Caller::Wallet(Some(signer)) = request.caller else {
        return Err(error(401, "Invalid Sign-in-with-x signature"));
    };
    let asked = request.route.parameter();
    let is_own = if signer.starts_with("0x") { signer.eq_ignore_ascii_case(asked) } else { signer == asked };
    Address::parse(signer)
        .filter(|_| is_own)
        .ok_or_else(|| error(403, &format!("You can only access {what} for your own wallet")))
}

/// Without a payment the reply says how to pay. With one, the wallet that signed it is credited, once.
fn top_up(state: &mut State, request: &ParsedRequest<'_>) -> Result<Reply, Reply> {
    let Some(header) = PAYMENT_HEADERS.iter().find_map(|name| request.header(name)) else {
        return Ok(challenge::price());
    };
    let payment = payment::read(header).map_err(payment::refused)?;
    let known = state.ledger.payments.iter_mut().position(|known| known.digest == payment.digest);
    let place = match known {
        Some(place) => place,
        None => credit(state, &payment).map_err(payment::refused)?,
    };
    let Some(known) = state.ledger.payments.get_mut(place) else { return Err(error(500, "The payment is lost")) };
    known.shown.submissions += 1;
    let (address, transaction, shown) = (known.address, known.transaction.clone(), known.shown.clone());
    let data = json!({
        "walletAddress": shown.wallet,
        "amountCredited": challenge::usdc(payment.units),
        "newBalance": ledger::dollars(state.ledger.account(address).balance),
        "paymentId": shown.id,
    });
    let receipt = json!({"success": true, "network": shown.network, "payer": shown.wallet, "transaction": transaction});
    let reply = Reply::json(200, &json!({"success": true, "data": data}));
    Ok(reply.with("payment-response", STANDARD.encode(receipt.to_string())))
}

/// Credits a payment that was not seen before; its place in the list.
fn credit(state: &mut State, payment: &SignedPayment) -> Result<usize, payment::Refusal> {
    let now = state.ledger.now();
    payment.check_time(now)?;
    let is_used = |known: &Payment| known.address == payment.payer && known.nonce == payment.nonce;
    if payment.nonce.is_some() && state.ledger.payments.iter().any(is_used) {
        return Err(unverified("The nonce was used"));
    }
    let digits = to_hex(keccak256(&payment.digest));
    let id = format!("topup-{}", &digits[..32]);
    let transaction = match payment.signature {
        Some(signature) => bs58::encode(signature).into_string(),
        None => format!("0x{digits}"),
    };
    let amount = i64::try_from(payment.units).unwrap_or(i64::MAX).saturating_mul(UNIT);
    state.ledger.account(payment.payer).add(amount, "TOP_UP", now, &id, None, None);
    let shown = MockPayment {
        id,
        wallet: payment.payer.to_string(),
        amount: ledger::amount(amount),
        network: payment.network,
        submissions: 0,
    };
    let SignedPayment { digest, nonce, payer: address, .. } = *payment;
    state.ledger.payments.push(Payment { digest, nonce, address, transaction, shown });
    Ok(state.ledger.payments.len() - 1)
}
