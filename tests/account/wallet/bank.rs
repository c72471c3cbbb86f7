//! `Bank`: a server with what a wallet needs of the API: credit, top-ups, and a chat that costs credit.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use venice_ai::types::ChatCompletionRequest;

use super::COMPLETION;
use crate::support::server::Request;
use crate::support::{Answer, Server};

pub(super) const REQUIREMENTS: &str = include_str!("../../fixtures/replies/payment_requirements.json");

/// Millionths of a dollar.
type Micros = i64;

/// What happens to a payment: the number of the payment, counted from 0, and the reply of a success.
type OnPayment = dyn Fn(usize, Answer) -> (bool, Answer) + Send + Sync;

/// The state of the server.
pub(super) struct Account {
    pub(super) credit: Micros,
    pub(super) price: Micros,
    /// `None`: the wallet has no account.
    pub(super) diem: Option<f64>,
    /// The nonces of payments that were credited.
    credited: HashSet<String>,
    /// Payments that arrived, one that comes again included.
    pub(super) submitted: Vec<Value>,
}

/// The server.
#[derive(Clone)]
pub(super) struct Bank {
    pub(super) server: Server,
    account: Arc<Mutex<Account>>,
}

impl Bank {
    pub(super) fn new() -> Self {
        Self::with(|_, done| (true, done))
    }

    /// `on_payment` decides of each payment whether it is credited, and what is replied.
    pub(super) fn with(on_payment: impl Fn(usize, Answer) -> (bool, Answer) + Send + Sync + 'static) -> Self {
        let account = Account { credit: 0, price: 50_000, diem: None, credited: HashSet::new(), submitted: Vec::new() };
        let account = Arc::new(Mutex::new(account));
        let shared = Arc::clone(&account);
        let on_payment: Box<OnPayment> = Box::new(on_payment);
        let server = Server::start(move |_, request| answer(&mut shared.lock().unwrap(), request, &*on_payment));
        Self { server, account }
    }

    pub(super) fn change(&self, change: impl FnOnce(&mut Account)) {
        change(&mut self.account.lock().unwrap());
    }

    /// Payments that arrived, and how many of them were credited.
    pub(super) fn payments(&self) -> (usize, usize) {
        let account = self.account.lock().unwrap();
        (account.submitted.len(), account.credited.len())
    }

    pub(super) fn submitted(&self) -> Vec<Value> {
        self.account.lock().unwrap().submitted.clone()
    }

    /// How many requests of a path came.
    pub(super) fn count(&self, path: &str) -> usize {
        self.server.requests().iter().filter(|request| request.target.contains(path)).count()
    }
}

fn answer(account: &mut Account, request: &Request, on_payment: &OnPayment) -> Answer {
    let target = &*request.target;
    if target.contains("/x402/top-up") {
        let Some(payment) = request.header("payment-signature") else {
            return Answer::json(402, REQUIREMENTS);
        };
        let payment: Value = serde_json::from_slice(&STANDARD.decode(payment).unwrap()).unwrap();
        let authorization = &payment["payload"]["authorization"];
        // The nonce of a transfer, or the transaction, which has one in its memo.
        let once = authorization["nonce"].as_str().or(payment["payload"]["transaction"].as_str()).unwrap().to_owned();
        let amount: Micros = authorization["value"].as_str().map_or(5_000_000, |value| value.parse().unwrap());
        let number = account.submitted.len();
        account.submitted.push(payment);
        let is_new = !account.credited.contains(&once);
        let balance = account.credit + if is_new { amount } else { 0 };
        let data = json!({"walletAddress": "0x", "amountCredited": dollars(amount), "newBalance": dollars(balance), "paymentId": "p-1"});
        let done = Answer::json(200, &json!({"success": true, "data": data}).to_string());
        let (is_credited, answer) = on_payment(number, done);
        if is_credited && account.credited.insert(once) {
            account.credit += amount;
        }
        return answer;
    }
    if target.contains("/x402/balance") {
        let mut data = json!({"walletAddress": "0x", "balanceUsd": dollars(account.credit), "canConsume": account.credit >= 100_000,
            "minimumTopUpUsd": 5, "suggestedTopUpUsd": 10});
        if let Some(diem) = account.diem {
            data["diemBalanceUsd"] = json!(diem);
        }
        return Answer::json(200, &json!({"success": true, "data": data}).to_string());
    }
    if target.contains("/crypto/rpc/") {
        let result = json!({"context": {"slot": 1}, "value": {"blockhash": BLOCKHASH, "lastValidBlockHeight": 9}});
        return Answer::json(200, &json!({"jsonrpc": "2.0", "id": 1, "result": result}).to_string());
    }
    if account.credit < 100_000 || account.diem.is_some() {
        return Answer::json(402, &low(account.credit));
    }
    account.credit -= account.price;
    Answer::json(200, COMPLETION)
}

pub(super) const BLOCKHASH: &str = "DtBcSsbZZ8WbSFUbRXVhceGZFJzEmsUXLs8AYySyeEoA";

/// The body of a 402 for a wallet with too little credit.
fn low(credit: Micros) -> String {
    let info = json!({"domain": "api.venice.ai", "uri": "https://api.venice.ai", "version": "1", "nonce": "0123456789abcdef",
        "issuedAt": "2026-01-01T00:00:00.000Z"});
    json!({
        "error": "Payment required", "code": "PAYMENT_REQUIRED", "reason": "insufficient_balance",
        "currentBalanceUsd": dollars(credit), "minimumBalanceUsd": 0.1, "suggestedTopUpUsd": 10, "minimumTopUpUsd": 5,
        "supportedTokens": ["USDC"], "supportedChains": ["base", "solana"], "siwxChallenge": {"info": info, "supportedChains": []},
    })
    .to_string()
}

fn dollars(micros: Micros) -> f64 {
    micros as f64 / 1e6
}

pub(super) fn chat() -> ChatCompletionRequest {
    ChatCompletionRequest::new("default", ["Why is the sky blue?"])
}
