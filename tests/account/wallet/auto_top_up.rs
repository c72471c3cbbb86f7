//! Automatic top-ups: once for a failure, within the limits, and never after an unknown outcome.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use venice_ai::wallet::{PaymentState, TopUpPolicy, WalletErrorKind};
use venice_ai::{Client, ClientBuilder, Delivery, Error, ErrorKind, Payer};

use super::bank::{BLOCKHASH, Bank, chat};
use super::evm;
use super::top_up::solana;
use crate::support::{Answer, KEY, TestClock};

const DAY: Duration = Duration::from_secs(24 * 3600);

fn builder(bank: &Bank) -> ClientBuilder {
    Client::builder().base_url(bank.server.url("/api/v1")).clock(TestClock::without_jitter()).wallet(&evm())
}

fn client(bank: &Bank, policy: &TopUpPolicy) -> Client {
    builder(bank).auto_top_up("5", policy).build().unwrap()
}

/// Why no automatic top-up was made.
fn why(error: &Error) -> Option<WalletErrorKind> {
    error.top_up_error()?.wallet_error().map(|error| error.kind())
}

#[tokio::test]
async fn a_call_without_credit_tops_up_and_is_sent_once_more() {
    let bank = Bank::new();
    let events = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&events);
    let policy = TopUpPolicy::new("5").on_event(move |event| {
        assert!(event.payment.is_automatic && event.payment.payer == evm().address());
        heard.lock().unwrap().push((event.state, event.payment_id.clone()));
    });
    let venice = client(&bank, &policy);
    let reply = venice.chat().create(chat()).await.unwrap();
    assert_eq!(reply.text(), "Scattering.");
    let paths: Vec<String> = bank.server.requests().iter().map(|request| request.target.clone()).collect();
    let balance = format!("/api/v1/x402/balance/{}", evm().address());
    let chat_path = "/api/v1/chat/completions";
    assert_eq!(paths, [chat_path, &*balance, "/api/v1/x402/top-up", "/api/v1/x402/top-up", chat_path]);
    let signatures: std::collections::HashSet<_> = bank
        .server
        .requests()
        .iter()
        .filter_map(|request| request.header("sign-in-with-x").map(str::to_owned))
        .collect();
    assert_eq!(signatures.len(), 3, "each request is signed afresh");
    assert_eq!(*events.lock().unwrap(), [(PaymentState::Sent, None), (PaymentState::Paid, Some("p-1".to_owned()))]);
    venice.chat().create(chat()).await.unwrap();
    assert_eq!(bank.payments(), (1, 1));
}

#[tokio::test]
async fn a_stream_tops_up_too_and_a_client_without_it_never_does() {
    let bank = Bank::new();
    let policy = TopUpPolicy::new("5");
    let error = builder(&bank).top_up_policy(&policy).build().unwrap().chat().create(chat()).await.unwrap_err();
    assert_eq!((error.kind(), error.top_up_error().is_none()), (ErrorKind::InsufficientBalance, true));
    // Nor is the wallet of another signer topped up, or an account.
    let venice = client(&bank, &policy);
    let signed = bank.server.requests()[0].header("sign-in-with-x").unwrap().to_owned();
    let error = venice.chat().create(chat()).with_sign_in(signed).await.unwrap_err();
    assert_eq!((error.kind(), error.top_up_error().is_none()), (ErrorKind::InsufficientBalance, true));
    let with_key = builder(&bank).api_key(KEY).payer(Payer::ApiKey).auto_top_up("5", &policy).build().unwrap();
    with_key.chat().create(chat()).await.unwrap_err();
    assert_eq!(bank.payments(), (0, 0));
    // The bank has no stream, and the top-up comes before that matters.
    let _ = venice.chat().stream(chat()).await;
    assert_eq!(bank.payments(), (1, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_concurrent_calls_stay_within_the_limit() {
    let bank = Bank::new();
    let policy = TopUpPolicy::new("5").with_period_limit("20", DAY);
    let venice = client(&bank, &policy);
    let (done, refused) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let calls: Vec<_> = (0..1000)
        .map(|_| {
            let (venice, done, refused) = (venice.clone(), Arc::clone(&done), Arc::clone(&refused));
            tokio::spawn(async move {
                match venice.chat().create(chat()).await {
                    Ok(_) => _ = done.fetch_add(1, Ordering::SeqCst),
                    Err(error) => {
                        assert_eq!(error.kind(), ErrorKind::InsufficientBalance);
                        // Others may have spent the credit before the call was sent again.
                        assert!(matches!(why(&error), Some(WalletErrorKind::Limit) | None), "{error}");
                        refused.fetch_add(1, Ordering::SeqCst);
                    }
                }
            })
        })
        .collect();
    for call in calls {
        call.await.unwrap();
    }
    assert_eq!(bank.payments(), (4, 4));
    // 20 dollars at 0.05 each, of which less than 0.10 stays.
    let (done, refused) = (done.load(Ordering::SeqCst), refused.load(Ordering::SeqCst));
    assert_eq!(done + refused, 1000);
    assert!((398..=400).contains(&done), "{done}");
    assert_eq!(policy.payments().len(), 4);
}

#[tokio::test]
async fn concurrent_calls_share_one_top_up() {
    let bank = Bank::new();
    let policy = TopUpPolicy::new("5");
    let venice = client(&bank, &policy);
    let calls: Vec<_> = (0..40)
        .map(|_| {
            let venice = venice.clone();
            tokio::spawn(async move { venice.chat().create(chat()).await })
        })
        .collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    assert_eq!(bank.payments(), (1, 1));
    // The five that were in flight saw it, and no other.
    assert!(bank.count("chat") <= 45, "{}", bank.count("chat"));
}

#[tokio::test]
async fn a_payment_whose_outcome_is_unknown_stops_automatic_payments() {
    let bank = Bank::with(|n, done| if n < 3 { (false, Answer::nothing()) } else { (true, done) });
    let policy = TopUpPolicy::new("5");
    let venice = client(&bank, &policy);
    let error = venice.chat().create(chat()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InsufficientBalance);
    assert!(error.to_string().contains("top_up_error"), "{error}");
    let inner = error.top_up_error().unwrap();
    assert_eq!(inner.delivery(), Delivery::Unknown, "{inner}");
    assert_eq!(bank.payments(), (3, 0), "the same payment, three times");
    let submitted = bank.submitted();
    assert!(submitted.iter().all(|payment| *payment == submitted[0]));
    for _ in 0..10 {
        let error = venice.chat().create(chat()).await.unwrap_err();
        assert_eq!(why(&error), Some(WalletErrorKind::Unresolved), "{error}");
    }
    assert_eq!(bank.payments(), (3, 0));
    let id = policy.unresolved()[0].id.clone();
    policy.resolve(&id, false).await.unwrap();
    venice.chat().create(chat()).await.unwrap();
    assert_eq!(bank.payments(), (4, 1));
}

#[tokio::test]
async fn a_call_that_is_dropped_while_it_pays_stops_automatic_payments() {
    let bank = Bank::with(|_, _| (true, Answer::silence()));
    let policy = TopUpPolicy::new("5");
    let venice = client(&bank, &policy);
    let mut call = Box::pin(venice.chat().create(chat()).into_future());
    bank.server.until_asked(4, async || _ = (&mut call).await).await;
    drop(call);
    bank.change(|account| account.credit = 0);
    let error = venice.chat().create(chat()).await.unwrap_err();
    assert_eq!(why(&error), Some(WalletErrorKind::Unresolved), "{error}");
    assert_eq!(bank.payments().0, 1);
}

#[tokio::test]
async fn a_top_up_that_is_refused_is_not_tried_by_each_call() {
    let body = r#"{"error":"PAYMENT_VERIFICATION_FAILED","message":"insufficient_funds"}"#;
    let bank = Bank::with(move |_, _| (false, Answer::json(400, body)));
    let policy = TopUpPolicy::new("5");
    let venice = client(&bank, &policy);
    for _ in 0..20 {
        let error = venice.chat().create(chat()).await.unwrap_err();
        assert_eq!(error.top_up_error().and_then(Error::code), Some("PAYMENT_VERIFICATION_FAILED"), "{error}");
    }
    assert_eq!((bank.payments(), policy.payments().len()), ((1, 0), 0));
    // The balance is asked for once, too.
    assert_eq!(bank.count("balance"), 1);
}

#[tokio::test]
async fn a_wallet_whose_account_spends_diem_first_is_not_topped_up() {
    let bank = Bank::new();
    bank.change(|account| account.diem = Some(0.05));
    let venice = client(&bank, &TopUpPolicy::new("5"));
    for _ in 0..3 {
        let error = venice.chat().create(chat()).await.unwrap_err();
        assert_eq!(why(&error), Some(WalletErrorKind::Unsupported), "{error}");
        assert!(error.top_up_error().unwrap().to_string().contains("DIEM"), "{error}");
    }
    assert_eq!(bank.payments(), (0, 0));
}

#[tokio::test]
async fn credit_that_does_not_help_is_not_bought_again() {
    // The balance says that there is credit, but the call is rejected.
    let bank = Bank::new();
    bank.change(|account| (account.credit, account.diem) = (7_000_000, Some(0.0)));
    let venice = client(&bank, &TopUpPolicy::new("5"));
    for n in 1..=3 {
        let error = venice.chat().create(chat()).await.unwrap_err();
        assert_eq!((error.kind(), error.top_up_error().is_none()), (ErrorKind::InsufficientBalance, true), "{error}");
        assert_eq!(bank.count("chat"), 2 * n, "it is sent once more");
    }
    assert_eq!(bank.payments(), (0, 0));
}

#[tokio::test]
async fn an_automatic_top_up_that_cannot_be_made_is_a_wrong_configuration() {
    let bank = Bank::new();
    for (amount, policy) in [
        ("0", TopUpPolicy::new("5")),
        ("-5", TopUpPolicy::new("5")),
        ("ten", TopUpPolicy::new("5")),
        ("5.0000001", TopUpPolicy::new("25")),
        ("10", TopUpPolicy::new("5")),
        ("5", TopUpPolicy::new("five")),
        ("5", TopUpPolicy::new("5").with_period_limit("-1", DAY)),
    ] {
        let error = builder(&bank).auto_top_up(amount, &policy).build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration, "{amount}: {error}");
    }
}

#[tokio::test]
async fn an_automatic_top_up_on_solana_needs_a_source_of_blockhashes() {
    let bank = Bank::new();
    let policy = TopUpPolicy::new("11");
    let venice = |policy: &TopUpPolicy| {
        let builder = Client::builder().base_url(bank.server.url("/api/v1")).wallet(&solana());
        builder.auto_top_up("11", policy).build().unwrap()
    };
    let error = venice(&policy).chat().create(chat()).await.unwrap_err();
    assert!(error.top_up_error().unwrap().to_string().contains("with_blockhash"), "{error}");
    let policy = TopUpPolicy::new("11").with_blockhash(|| async { Ok::<_, std::io::Error>(BLOCKHASH.to_owned()) });
    venice(&policy).chat().create(chat()).await.unwrap();
    assert_eq!(bank.payments(), (1, 1));
}

#[tokio::test]
async fn repeating_the_call_does_not_depend_on_the_retry_policy() {
    let bank = Bank::new();
    let venice = builder(&bank).retry(venice_ai::RetryPolicy::disabled()).auto_top_up("5", &TopUpPolicy::new("5"));
    venice.build().unwrap().chat().create(chat()).await.unwrap();
    assert_eq!(bank.payments(), (1, 1));
}

#[cfg(feature = "blocking")]
#[test]
fn a_blocking_call_tops_up_too() {
    let bank = Bank::new();
    client(&bank, &TopUpPolicy::new("5")).chat().create(chat()).send_blocking().unwrap();
    assert_eq!(bank.payments(), (1, 1));
}
