//! Top-ups that the SDK signs: what is checked, what is sent, and what is paid once.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use venice_ai::wallet::{
    Chain, LocalWallet, PaymentState, TopUpPolicy, Wallet, WalletAddress, WalletErrorKind, WalletSigner as _,
};
use venice_ai::{Client, ClientBuilder, Delivery, ErrorKind, RetryPolicy};

use super::bank::{BLOCKHASH, Bank, REQUIREMENTS};
use super::{EVM_KEY, Refusing, SOLANA_SEED, Short, evm};
use crate::support::{Answer, KEY, Server, TestClock, amount};

const DAY: Duration = Duration::from_secs(24 * 3600);

pub(super) fn solana() -> Wallet {
    Wallet::new(LocalWallet::from_base58(SOLANA_SEED).unwrap())
}

fn builder(server: &Server) -> ClientBuilder {
    Client::builder().base_url(server.url("/api/v1")).clock(TestClock::without_jitter())
}

fn paying(bank: &Bank, policy: &TopUpPolicy) -> Client {
    builder(&bank.server).wallet(&evm()).top_up_policy(policy).build().unwrap()
}

#[tokio::test]
async fn a_top_up_on_base_is_signed_and_sent_as_the_api_expects_it() {
    let bank = Bank::new();
    let policy = TopUpPolicy::new("25");
    let venice = paying(&bank, &policy);
    let prepared = venice.x402().prepare_top_up("7.5").await.unwrap();
    assert_eq!(bank.payments(), (0, 0), "a dry run sends no payment");
    assert!(policy.payments().is_empty());
    assert_eq!((prepared.amount(), prepared.chain()), (amount("7.5").unwrap(), Chain::Base));
    assert_eq!((prepared.payer(), prepared.recipient()), (evm().address(), Chain::Base.known_recipient()));
    let transfer = prepared.transfer().unwrap().clone();
    assert_eq!((transfer.value, transfer.valid_after, transfer.chain_id), (7_500_000, 0, 8453));
    assert_eq!(transfer.valid_before, 1_700_000_300);
    assert!(prepared.solana_message().is_none());

    let signed = prepared.sign().await.unwrap();
    let done = signed.send().await.unwrap();
    assert_eq!(done.top_up.new_balance, amount("7.5"));
    let requests = bank.server.requests();
    let [asked, paid] = &requests[..] else { panic!("{requests:?}") };
    for request in [asked, paid] {
        assert_eq!((&*request.method, &*request.target), ("POST", "/api/v1/x402/top-up"));
        assert!(request.header("authorization").is_none() && request.header("sign-in-with-x").is_none());
        assert!(request.body.is_empty());
    }
    let [payment] = &bank.submitted()[..] else { panic!("one payment") };
    let requirements: Value = serde_json::from_str(REQUIREMENTS).unwrap();
    let signature = LocalWallet::from_hex(EVM_KEY).unwrap().sign_typed_data(&transfer).await.unwrap();
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let expected = json!({
        "x402Version": 2,
        "payload": {
            "signature": format!("0x{}", hex(&signature)),
            "authorization": {
                "from": evm().address().to_string(), "to": "0x2670B922ef37C7Df47158725C0CC407b5382293F", "value": "7500000",
                "validAfter": "0", "validBefore": transfer.valid_before.to_string(), "nonce": format!("0x{}", hex(&transfer.nonce)),
            },
        },
        "accepted": requirements["accepts"][0],
    });
    assert_eq!(*payment, expected);
    let [(known, state)] = &policy.payments()[..] else { panic!("one payment") };
    assert_eq!((known.amount, *state), (amount("7.5").unwrap(), PaymentState::Paid));
    let error = signed.send().await.unwrap_err();
    assert!(error.to_string().contains("was paid already"), "{error}");
    assert_eq!(bank.payments(), (1, 1));
    let shown = format!("{prepared:?} {signed:?} {policy:?}");
    assert!(!shown.contains(&hex(&signature)), "{shown}");
}

#[tokio::test]
async fn a_top_up_on_solana_has_a_transaction_with_a_recent_blockhash() {
    let bank = Bank::new();
    let memo_of = |payment: &Value| {
        let transaction = STANDARD.decode(payment["payload"]["transaction"].as_str().unwrap()).unwrap();
        assert_eq!((transaction[0], &transaction[1..65]), (2, &[0; 64][..]), "the fee payer signs later");
        assert_eq!(transaction[129], 0x80, "version 0");
        let blockhash: WalletAddress = BLOCKHASH.parse().unwrap();
        assert!(transaction.windows(32).any(|bytes| bytes == blockhash.as_bytes()));
        assert!(transaction.windows(8).any(|bytes| bytes == 11_000_000_u64.to_le_bytes()));
        transaction[transaction.len() - 33..transaction.len() - 1].to_vec()
    };
    // From the crypto RPC: paid with the key, with the wallet of the client, with the wallet of the top-up.
    let with_key = builder(&bank.server).api_key(KEY).build().unwrap();
    with_key.x402().top_up("11").with_wallet(&solana()).await.unwrap();
    let with_wallet = builder(&bank.server).wallet(&solana()).build().unwrap();
    with_wallet.x402().top_up("11").await.unwrap();
    let bare = builder(&bank.server).build().unwrap();
    bare.x402().top_up("11").with_wallet(&solana()).await.unwrap();
    let asked: Vec<_> = bank.server.requests().into_iter().filter(|request| request.target.contains("rpc")).collect();
    assert_eq!(asked.len(), 3);
    assert!(asked.iter().all(|request| request.json()["method"] == "getLatestBlockhash"));
    let is_signed = |n: usize| asked[n].header("sign-in-with-x").is_some();
    assert_eq!([is_signed(0), is_signed(1), is_signed(2)], [false, true, true]);
    // From the caller.
    bare.x402().top_up("11").with_wallet(&solana()).with_recent_blockhash(BLOCKHASH).await.unwrap();
    let policy = TopUpPolicy::new("11").with_blockhash(|| async { Ok::<_, std::io::Error>(BLOCKHASH.to_owned()) });
    bare.x402().top_up("11").with_wallet(&solana()).with_policy(&policy).await.unwrap();
    assert_eq!(bank.count("rpc"), 3);
    let memos: std::collections::HashSet<_> = bank.submitted().iter().map(memo_of).collect();
    assert_eq!(memos.len(), 5, "each payment has a memo of its own");

    let broken = TopUpPolicy::new("11").with_blockhash(|| async { Err::<String, _>(std::io::Error::other("no node")) });
    let error = bare.x402().top_up("11").with_wallet(&solana()).with_policy(&broken).await.unwrap_err();
    assert!(error.kind() == ErrorKind::Signing && error.to_string().contains("no node"), "{error}");
    for blockhash in ["", "0OIl", "3yZe7d"] {
        let call = bare.x402().top_up("11").with_wallet(&solana()).with_recent_blockhash(blockhash);
        assert_eq!(call.await.unwrap_err().kind(), ErrorKind::Signing);
    }
    assert_eq!(bank.payments(), (5, 5));
}

#[tokio::test]
async fn what_the_policy_forbids_is_known_before_anything_is_sent() {
    use WalletErrorKind::{Amount, Limit, Network, Unsupported};
    let bank = Bank::new();
    let policy = TopUpPolicy::new("25").with_period_limit("20", DAY).with_chains([Chain::Base]);
    let venice = paying(&bank, &policy);
    for (amount, kind) in [
        ("0", Amount),
        ("-5", Amount),
        ("ten", Amount),
        ("", Amount),
        ("5.0000001", Amount),
        ("10000.01", Amount),
        ("25.01", Limit),
        ("20.01", Limit),
    ] {
        let error = venice.x402().top_up(amount).await.unwrap_err();
        assert_eq!((error.kind(), error.delivery()), (ErrorKind::Signing, Delivery::NotSent), "{amount}: {error}");
        assert_eq!(error.wallet_error().map(|error| error.kind()), Some(kind), "{amount}: {error}");
        assert_eq!(error.operation(), Some("topUpX402Balance"));
        assert!(error.to_string().contains("nothing was paid"), "{error}");
    }
    let error = venice.x402().top_up("5").with_wallet(&solana()).await.unwrap_err();
    assert_eq!(error.wallet_error().unwrap().kind(), Network);
    let error = builder(&bank.server).build().unwrap().x402().top_up("5").await.unwrap_err();
    assert_eq!(error.wallet_error().unwrap().kind(), Unsupported);
    let error = venice.x402().top_up("5").with_policy(&TopUpPolicy::new("many")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert_eq!(bank.server.connections(), 0);

    // Known once the API has said what it wants.
    let error = venice.x402().top_up("4.99").await.unwrap_err();
    assert_eq!(error.wallet_error().unwrap().kind(), Amount);
    assert!(error.to_string().contains("at least 5.00"), "{error}");
    assert_eq!(bank.payments(), (0, 0));
}

#[tokio::test]
async fn a_price_that_was_tampered_with_is_not_signed() {
    type Change = fn(&mut Value);
    let changes: [(Change, WalletErrorKind); 5] = [
        (|option| option["payTo"] = "0x036CbD53842c5426634e7929541eC2318f3dCF7e".into(), WalletErrorKind::Recipient),
        (|option| option["asset"] = "0x036CbD53842c5426634e7929541eC2318f3dCF7e".into(), WalletErrorKind::Token),
        (|option| option["network"] = "eip155:84532".into(), WalletErrorKind::Network),
        (|option| option["amount"] = "5000001".into(), WalletErrorKind::Amount),
        (|option| option["maxTimeoutSeconds"] = 86_400.into(), WalletErrorKind::Expiry),
    ];
    for (change, kind) in changes {
        let mut requirements: Value = serde_json::from_str(REQUIREMENTS).unwrap();
        change(&mut requirements["accepts"][0]);
        let server = Server::answering([Answer::json(402, &requirements.to_string())]);
        let venice = builder(&server).wallet(&evm()).build().unwrap();
        let error = venice.x402().top_up("5").await.unwrap_err();
        assert_eq!(error.wallet_error().map(|error| error.kind()), Some(kind), "{error}");
        assert_eq!(server.count(), 1);
    }
    let other: WalletAddress = "0x036CbD53842c5426634e7929541eC2318f3dCF7e".parse().unwrap();
    let requirements = REQUIREMENTS.replace("0x2670B922ef37C7Df47158725C0CC407b5382293F", &other.to_string());
    let server = Server::answering([Answer::json(402, &requirements)]);
    let venice = builder(&server).wallet(&evm()).build().unwrap();
    let policy = TopUpPolicy::default().allow_recipient(other);
    let prepared = venice.x402().prepare_top_up("5").with_policy(&policy).await.unwrap();
    assert_eq!(prepared.recipient(), other);
}

#[tokio::test]
async fn a_signer_that_refuses_pays_nothing_and_counts_nothing() {
    let bank = Bank::new();
    let venice = builder(&bank.server).build().unwrap();
    let policy = TopUpPolicy::new("11").with_blockhash(|| async { Ok::<_, std::io::Error>(BLOCKHASH.to_owned()) });
    for (wallet, reason) in
        [(Wallet::new(Refusing), "does not sign a payment"), (Wallet::new(Short), "does not sign a payment")]
    {
        let error = venice.x402().top_up("11").with_wallet(&wallet).with_policy(&policy).await.unwrap_err();
        assert!(error.kind() == ErrorKind::Signing && error.to_string().contains(reason), "{error}");
        assert!(policy.payments().is_empty());
    }
    assert_eq!(bank.payments(), (0, 0));
}

#[tokio::test]
async fn a_prepared_payment_expires() {
    let bank = Bank::new();
    let clock = TestClock::without_jitter();
    let venice = builder(&bank.server).clock(clock.clone()).wallet(&evm()).build().unwrap();
    let prepared = venice.x402().prepare_top_up("5").await.unwrap();
    let signed = prepared.sign().await.unwrap();
    clock.advance(Duration::from_secs(300));
    for error in [prepared.sign().await.unwrap_err(), signed.send().await.unwrap_err()] {
        assert_eq!(error.wallet_error().unwrap().kind(), WalletErrorKind::Expiry);
    }
    assert_eq!(bank.payments(), (0, 0));
}

/// What a listener heard.
fn listening(policy: TopUpPolicy) -> (TopUpPolicy, Arc<Mutex<Vec<PaymentState>>>) {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let ear = Arc::clone(&heard);
    (policy.on_event(move |event| ear.lock().unwrap().push(event.state)), heard)
}

#[tokio::test]
async fn a_lost_reply_is_cured_by_the_same_payment() {
    for is_credited in [true, false] {
        let bank = Bank::with(move |n, done| if n == 0 { (is_credited, Answer::nothing()) } else { (true, done) });
        let (policy, heard) = listening(TopUpPolicy::new("5"));
        let done = paying(&bank, &policy).x402().top_up("5").await.unwrap();
        assert_eq!(done.top_up.new_balance, amount("5"));
        assert_eq!(bank.payments(), (2, 1));
        let submitted = bank.submitted();
        assert_eq!(submitted[0], submitted[1]);
        assert_eq!(*heard.lock().unwrap(), [PaymentState::Sent, PaymentState::Paid]);
    }
}

#[tokio::test]
async fn an_unknown_outcome_stops_further_payments_until_it_is_resolved() {
    let bank = Bank::with(|n, done| if n < 3 { (true, Answer::nothing()) } else { (true, done) });
    let (policy, heard) = listening(TopUpPolicy::new("5").with_period_limit("10", DAY));
    let venice = paying(&bank, &policy);
    let signed = venice.x402().prepare_top_up("5").await.unwrap().sign().await.unwrap();
    let error = signed.send().await.unwrap_err();
    assert_eq!((error.delivery(), bank.payments()), (Delivery::Unknown, (3, 1)));
    let [open] = &policy.unresolved()[..] else { panic!("one is unresolved") };
    assert_eq!(open, signed.payment());
    let error = venice.x402().top_up("5").await.unwrap_err();
    assert_eq!(error.wallet_error().unwrap().kind(), WalletErrorKind::Unresolved);
    assert!(error.to_string().contains(&open.id) && error.to_string().contains("resolve"), "{error}");
    assert_eq!(bank.payments(), (3, 1));
    // The same one may be sent again.
    signed.send().await.unwrap();
    assert_eq!((bank.payments(), policy.unresolved().len()), ((4, 1), 0));
    venice.x402().top_up("5").await.unwrap();
    assert_eq!(bank.payments(), (5, 2));
    use PaymentState::{Paid, Sent, Unknown};
    assert_eq!(*heard.lock().unwrap(), [Sent, Unknown, Sent, Paid, Sent, Paid]);
}

#[tokio::test]
async fn a_refusal_after_an_unknown_outcome_leaves_it_unknown() {
    let used = r#"{"error":"PAYMENT_VERIFICATION_FAILED","message":"The nonce was used"}"#;
    let bank = Bank::with(move |n, _| if n == 0 { (true, Answer::nothing()) } else { (true, Answer::json(400, used)) });
    let policy = TopUpPolicy::new("5");
    let venice = paying(&bank, &policy);
    let signed = venice.x402().prepare_top_up("5").await.unwrap().sign().await.unwrap();
    let error = signed.send().with_retry(RetryPolicy::disabled()).await.unwrap_err();
    assert_eq!(error.delivery(), Delivery::Unknown);
    signed.send().await.unwrap_err();
    assert_eq!(policy.unresolved().len(), 1);
    drop(signed);
    assert_eq!(policy.unresolved().len(), 1);
    assert!(policy.resolve(&policy.unresolved()[0].id, true).await.unwrap());
    assert_eq!(policy.payments()[0].1, PaymentState::Paid);
}

#[tokio::test]
async fn a_refused_payment_does_not_count_and_is_not_repeated() {
    for (status, code) in
        [(400, "PAYMENT_VERIFICATION_FAILED"), (402, "SETTLEMENT_FAILED"), (503, "X402_NOT_CONFIGURED")]
    {
        let body = json!({"error": code, "message": "no"}).to_string();
        let bank = Bank::with(move |_, _| (false, Answer::json(status, &body)));
        let (policy, heard) = listening(TopUpPolicy::new("5").with_period_limit("5", DAY));
        let venice = paying(&bank, &policy);
        for _ in 0..2 {
            let error = venice.x402().top_up("5").await.unwrap_err();
            assert_eq!((error.code(), error.delivery()), (Some(code), Delivery::Refused), "{error}");
        }
        assert_eq!((bank.payments(), policy.payments().len()), ((2, 0), 0));
        use PaymentState::{Refused, Sent};
        assert_eq!(*heard.lock().unwrap(), [Sent, Refused, Sent, Refused]);
    }
}

#[tokio::test]
async fn a_top_up_that_is_dropped_on_its_way_is_unresolved() {
    let bank = Bank::with(|_, _| (true, Answer::silence()));
    let (policy, heard) = listening(TopUpPolicy::new("5"));
    let venice = paying(&bank, &policy);
    let mut paying = Box::pin(venice.x402().top_up("5").into_future());
    bank.server.until_asked(2, async || (&mut paying).await.map(drop)).await;
    drop(paying);
    assert_eq!(policy.unresolved().len(), 1);
    assert_eq!(*heard.lock().unwrap(), [PaymentState::Sent, PaymentState::Unknown]);
    // A time limit is nothing else.
    let policy = TopUpPolicy::new("5");
    let call = venice.x402().top_up("5").with_policy(&policy).with_time_limit(Duration::from_millis(300));
    assert!(call.await.unwrap_err().is_timeout());
    assert!(policy.unresolved().len() <= 1 && bank.payments().0 <= 2);
}

#[tokio::test]
async fn a_ledger_knows_after_a_restart_what_was_paid() {
    let folder = crate::support::Folder::new();
    let path = folder.join("payments.jsonl");
    let bank = Bank::with(|n, done| if n == 0 { (true, done) } else { (true, Answer::nothing()) });
    let policy = || TopUpPolicy::new("5").with_period_limit("12", DAY).with_ledger(&path).unwrap();
    paying(&bank, &policy()).x402().top_up("5").await.unwrap();
    let later = policy();
    assert_eq!(later.payments().len(), 1);
    paying(&bank, &later).x402().top_up("5").with_retry(RetryPolicy::disabled()).await.unwrap_err();
    drop(later);
    let later = policy();
    let id = later.unresolved()[0].id.clone();
    let error = paying(&bank, &later).x402().top_up("5").await.unwrap_err();
    assert_eq!(error.wallet_error().unwrap().kind(), WalletErrorKind::Unresolved);
    later.resolve(&id, true).await.unwrap();
    let error = paying(&bank, &later).x402().top_up("5").await.unwrap_err();
    assert_eq!(error.wallet_error().unwrap().kind(), WalletErrorKind::Limit);
    assert_eq!(bank.payments(), (2, 2));
    let text = std::fs::read_to_string(&path).unwrap();
    for payment in bank.submitted() {
        let signature = payment["payload"]["signature"].as_str().unwrap();
        assert!(!text.contains(&signature[2..]) && !text.contains(EVM_KEY), "{text}");
    }
    assert_eq!(text.lines().count(), 6, "{text}");
}

#[tokio::test]
async fn a_ledger_has_a_line_before_and_after_each_payment() {
    let folder = crate::support::Folder::new();
    let path = folder.join("payments.jsonl");
    let bank = Bank::new();
    let policy = TopUpPolicy::new("5").with_ledger(&path).unwrap();
    let error = TopUpPolicy::new("5").with_ledger(folder.join("no/such/folder")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
    paying(&bank, &policy).x402().top_up("5").await.unwrap();
    let lines = std::fs::read_to_string(&path).unwrap();
    let lines: Vec<Value> = lines.lines().skip(1).map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines[0]["state"], "sent");
    assert_eq!(
        (&lines[1]["state"], &lines[1]["payment_id"], &lines[1]["amount"]),
        (&json!("paid"), &json!("p-1"), &json!("5"))
    );
    assert_eq!(lines[1]["network"], "eip155:8453");
}

#[cfg(feature = "blocking")]
#[test]
fn credit_is_bought_by_a_wallet_without_async() {
    let bank = Bank::new();
    let policy = TopUpPolicy::new("5");
    let venice = paying(&bank, &policy);
    assert_eq!(venice.x402().prepare_top_up("5").send_blocking().unwrap().chain(), Chain::Base);
    venice.x402().top_up("5").send_blocking().unwrap();
    assert_eq!(bank.payments(), (1, 1));
}
