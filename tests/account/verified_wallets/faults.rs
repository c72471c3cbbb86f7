//! Faults of a top-up: whatever is lost or delayed, the wallet pays once at most, and no error says that it did not pay when it did.

use std::time::Duration;

use venice_ai::types::ChatCompletionRequest;
use venice_ai::wallet::{LocalWallet, TopUpPolicy, Wallet};
use venice_ai::{Client, Error};
use venice_ai_mock::{Fault, MockVenice};

use super::{evm, solana, start};
use crate::support::clock::HookClock;

const TOP_UP: &str = "topUpX402Balance";

/// One way in which a request can fail, and whether the API carried it out.
struct Case {
    name: &'static str,
    fault: Fault,
    is_executed: bool,
    /// Whether the client waits until its time is over.
    is_slow: bool,
}

fn cases() -> Vec<Case> {
    let case = |name, fault, is_executed| Case { name, fault, is_executed, is_slow: false };
    let slow = |name, fault, is_executed| Case { name, fault, is_executed, is_slow: true };
    let mut cases = vec![
        case("cut before the request was carried out", Fault::disconnect(), false),
        case("cut before the reply", Fault::disconnect().executed(), true),
        case("cut after the headers", Fault::cut(0), true),
        case("cut in the reply", Fault::cut(40), true),
        case("cut after the reply", Fault::cut(usize::MAX), true),
        case("a reply that is no JSON", Fault::garbage(), true),
        slow("silence after the headers", Fault::stall(0), true),
        slow("silence in the reply", Fault::stall(40), true),
    ];
    cases.push(case("a limit", Fault::status(429), false));
    for status in [408, 500, 502, 503, 504, 520] {
        cases.push(case("a status of a request that was not carried out", Fault::status(status), false));
        cases.push(case("a status of a request that was", Fault::status(status).executed(), true));
    }
    let settling = serde_json::json!({"error": "PAYMENT_IN_PROGRESS", "message": "The payment is being settled"});
    cases.push(case("settling", Fault::status(409).json(settling).executed(), true));
    let closed = serde_json::json!({"error": "X402_NOT_CONFIGURED", "message": "Payments are not taken"});
    cases.push(case("not configured", Fault::status(503).json(closed), false));
    let failed = serde_json::json!({"error": "SETTLEMENT_FAILED", "message": "The transaction was reverted"});
    cases.push(case("reverted", Fault::status(402).json(failed), false));
    cases
}

struct Payer {
    mock: MockVenice,
    venice: Client,
    policy: TopUpPolicy,
    wallet: Wallet,
}

impl Payer {
    fn new(wallet: LocalWallet, is_slow: bool) -> Self {
        let mock = start();
        let policy = TopUpPolicy::new("10").with_blockhash(|| async {
            Ok::<_, std::io::Error>("EkSnNWid2cvwEVnVx9aBqawnmiCNiDgp3gUdkDPTKN1N".to_owned())
        });
        let wallet = Wallet::new(wallet);
        // Only what never answers has to be given up on.
        let limit = Duration::from_secs(if is_slow { 1 } else { 600 });
        let builder = Client::builder().base_url(mock.base_url()).no_proxy().clock(HookClock(|| ()));
        let builder = builder.timeout(limit).wallet(&wallet).top_up_policy(&policy).auto_top_up("5", &policy);
        let venice = builder.build().unwrap();
        Self { mock, venice, policy, wallet }
    }

    /// Pays, and checks what holds whatever happens.
    async fn pay(&self, name: &str) -> Result<(), Error> {
        let outcome = self.venice.x402().top_up("5").await;
        let payments = self.mock.payments();
        let balance = self.mock.wallet(self.wallet.address()).balance();
        assert!(payments.len() <= 1, "{name}: {payments:?}");
        assert_eq!(balance, (5 * u64::try_from(payments.len()).unwrap()).into(), "{name}");
        match &outcome {
            Ok(_) => assert_eq!(payments.len(), 1, "{name}"),
            Err(error) => assert!(payments.is_empty() || error.delivery().may_have_run(), "{name}: {error}"),
        }
        outcome.map(drop)
    }
}

/// The price is asked for first, with the same operation.
fn on_payment(mock: &MockVenice, fault: Fault) {
    mock.fault(Fault::delay(Duration::ZERO).on(TOP_UP));
    mock.fault(fault.on(TOP_UP));
}

fn wallets() -> [LocalWallet; 2] {
    [evm(0), solana(0)]
}

#[tokio::test]
async fn a_payment_that_fails_once_is_made_once_or_not_at_all() {
    for case in cases() {
        for wallet in wallets() {
            let payer = Payer::new(wallet, case.is_slow);
            on_payment(&payer.mock, case.fault.clone());
            let name = format!("{} ({:?})", case.name, case.fault);
            let outcome = payer.pay(&name).await;
            let submissions: usize = payer.mock.payments().iter().map(|payment| payment.submissions).sum();
            // One request that was carried out and lost, and the one that repeated it.
            assert!(submissions <= 2, "{name}: {submissions}");
            if let (Err(error), false) = (&outcome, case.is_executed) {
                assert_eq!(submissions, 0, "{name}: {error}");
            }
            // Another top-up pays only after the first one is known to have failed.
            let unresolved = payer.policy.unresolved().len();
            let before = payer.mock.payments().len();
            let again = payer.venice.x402().top_up("5").await;
            assert_eq!(again.is_ok(), unresolved == 0, "{name}: {again:?}");
            assert_eq!(payer.mock.payments().len(), before + usize::from(unresolved == 0), "{name}");
        }
    }
}

#[tokio::test]
async fn a_payment_that_fails_every_time_is_made_once_at_most() {
    for case in cases() {
        // What is cut after its last byte has not failed.
        if case.name == "cut after the reply" || case.is_slow {
            continue;
        }
        for wallet in wallets() {
            let payer = Payer::new(wallet, false);
            payer.mock.fault(Fault::delay(Duration::ZERO).on(TOP_UP));
            payer.mock.fault(case.fault.clone().on(TOP_UP).times(usize::MAX));
            let name = format!("{} ({:?}) every time", case.name, case.fault);
            let error = payer.pay(&name).await.unwrap_err();
            assert_eq!(payer.mock.payments().len(), usize::from(case.is_executed), "{name}: {error}");
        }
    }
}

#[tokio::test]
async fn a_price_that_fails_costs_nothing() {
    for case in cases() {
        for wallet in wallets() {
            let payer = Payer::new(wallet, case.is_slow);
            payer.mock.fault(case.fault.clone().on(TOP_UP));
            let name = format!("{} for the price", case.name);
            if payer.pay(&name).await.is_err() {
                assert_eq!(payer.mock.payments().len(), 0, "{name}");
                assert_eq!(payer.policy.unresolved().len(), 0, "{name}");
            }
        }
    }
}

#[tokio::test]
async fn a_call_that_needs_credit_buys_it_once_at_most() {
    for case in cases() {
        for wallet in wallets() {
            let payer = Payer::new(wallet, case.is_slow);
            on_payment(&payer.mock, case.fault.clone());
            let name = format!("{} ({:?})", case.name, case.fault);
            let request = || ChatCompletionRequest::new("default", ["Why is the sky blue?"]);
            let answered = payer.venice.chat().create(request()).await;
            let payments = payer.mock.payments().len();
            assert!(payments <= 1, "{name}");
            assert!(answered.is_err() || payments == 1, "{name}: {answered:?}");
            // The next call pays only after the first payment is known to have failed.
            let unresolved = payer.policy.unresolved().len();
            let again = payer.venice.chat().create(request()).await;
            assert!(payer.mock.payments().len() <= 1, "{name}: {again:?}");
            assert!(again.is_err() || unresolved == 0 || payments == 1, "{name}");
        }
    }
}
