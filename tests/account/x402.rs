//! Wallets with prepaid credit: signatures, replies, and rejected requests.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use venice_ai::types::{ChatCompletionRequest, WalletTransactionType};
use venice_ai::x402::WalletTransactionsParams;
use venice_ai::{Client, Delivery, ErrorKind, RetryPolicy, Secret};
use venice_ai_mock::MockVenice;

use crate::pages::number;
use crate::support::refused::{refused, refused_walk};
use crate::support::replying;
use crate::support::server::Request;
use crate::support::{Answer, KEY, Server, TestClock, amount, client, once};

const WALLET: &str = "0x52908400098527886E0F7030069857D2E4169EE7";
const SOLANA: &str = "8qUL23aSj7mDWdoLMXGHFvnVCT9wd7jXcysiekroADEL";
const TRANSACTIONS: &str = include_str!("../fixtures/replies/wallet_transactions.json");
const BALANCE: &str = r#"{"success":true,"data":{"walletAddress":"0x52908400098527886E0F7030069857D2E4169EE7","balanceUsd":4.23,
    "canConsume":true,"minimumTopUpUsd":5,"suggestedTopUpUsd":10,"diemBalanceUsd":1.5}}"#;

/// The wallet's signature for a nonce.
pub fn signed_with(nonce: usize) -> String {
    let message = format!("api.venice.ai wants you to sign in\n\nNonce: {nonce}");
    let document =
        json!({"address": WALLET, "message": message, "signature": format!("0x{nonce:0130x}"), "chainId": 8453});
    STANDARD.encode(document.to_string())
}

pub fn signed() -> String {
    signed_with(7)
}

/// A wallet that signs with a new nonce each time, and the number of signatures.
fn a_wallet() -> (
    impl Fn(venice_ai::SignInRequest) -> std::future::Ready<Result<Secret, std::io::Error>> + Send + Sync,
    Arc<AtomicUsize>,
) {
    let count = Arc::new(AtomicUsize::new(0));
    let nonce = Arc::clone(&count);
    let sign = move |_| std::future::ready(Ok(Secret::from(signed_with(nonce.fetch_add(1, Ordering::SeqCst)))));
    (sign, count)
}

fn signatures(server: &Server) -> Vec<String> {
    server.requests().iter().map(|request| request.header("sign-in-with-x").unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_balance_is_asked_for_with_the_wallets_signature_and_without_the_key() {
    let (server, venice) = replying(BALANCE);
    let balance = venice.x402().balance(WALLET).with_sign_in(signed()).await.unwrap();
    let request = server.only();
    assert_eq!((&*request.method, &*request.target), ("GET", &*format!("/api/v1/x402/balance/{WALLET}")));
    assert_eq!((request.header("sign-in-with-x"), request.header("authorization")), (Some(&*signed()), None));
    assert_eq!(
        (balance.balance_usd, balance.can_consume, balance.diem_balance_usd),
        (amount("4.23"), true, amount("1.5"))
    );
    assert_eq!((balance.minimum_top_up_usd, balance.suggested_top_up_usd), (amount("5"), amount("10")));
}

#[tokio::test]
async fn no_key_is_needed() {
    let server = Server::answering([Answer::json(200, BALANCE)]);
    let venice = Client::builder().base_url(server.url("/api/v1")).build().unwrap();
    assert_eq!(venice.x402().balance(SOLANA).with_sign_in(signed()).await.unwrap().balance_usd, amount("4.23"));
    assert_eq!(server.only().target, format!("/api/v1/x402/balance/{SOLANA}"));
}

#[tokio::test]
async fn a_reply_without_a_balance_is_not_a_balance_of_zero() {
    for body in ["{}", r#"{"success":true,"data":null}"#, r#"{"success":true,"data":{}}"#, r#"{"success":false}"#] {
        let (_, venice) = replying(body);
        let error = venice.x402().balance(WALLET).with_sign_in(signed()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode, "{body}: {error}");
    }
}

#[tokio::test]
async fn a_wallet_can_pay_for_other_calls_too() {
    let server = Server::answering([Answer::json(200, crate::support::chat::ANSWER)]);
    let call = once(&server).chat().create(ChatCompletionRequest::new("default", ["Hello"]));
    call.with_sign_in(signed()).await.unwrap();
    let (sign, _) = a_wallet();
    once(&server).chat().create(ChatCompletionRequest::new("default", ["Hello"])).with_signer(sign).await.unwrap();
    for (request, signature) in server.requests().iter().zip([signed(), signed_with(0)]) {
        assert_eq!((request.header("sign-in-with-x"), request.header("authorization")), (Some(&*signature), None));
    }
}

#[tokio::test]
async fn without_a_signature_nothing_is_sent() {
    let (server, venice) = replying(BALANCE);
    let error = venice.x402().balance(WALLET).await.unwrap_err();
    assert_eq!((error.kind(), error.operation()), (ErrorKind::MissingApiKey, Some("getX402Balance")));
    assert!(error.message().contains("with_sign_in") && error.is_authentication(), "{error}");
    let mut transactions = venice.x402().transactions(WALLET);
    assert_eq!(transactions.next().await.unwrap().unwrap_err().kind(), ErrorKind::MissingApiKey);
    assert!(transactions.next().await.is_none());
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn a_signer_is_reported_what_it_signs_for_and_signs_each_request() {
    let server = Server::answering([Answer::json(500, "{}"), Answer::json(503, "{}"), Answer::json(200, BALANCE)]);
    let venice = client(&server, &TestClock::without_jitter());
    let asked = Arc::new(std::sync::Mutex::new(Vec::new()));
    let seen = Arc::clone(&asked);
    let call = venice.x402().balance(WALLET).with_extra_query("a", "secret").with_signer(move |request| {
        let mut seen = seen.lock().unwrap();
        seen.push((request.operation, request.url));
        let signature = signed_with(seen.len());
        async move { Ok::<_, std::io::Error>(Secret::from(signature)) }
    });
    call.await.unwrap();
    let expected = ("getX402Balance".to_owned(), server.url(&format!("/api/v1/x402/balance/{WALLET}")));
    assert_eq!(*asked.lock().unwrap(), vec![expected; 3]);
    assert_eq!(signatures(&server), [1, 2, 3].map(signed_with));
}

#[tokio::test]
async fn a_stale_signature_is_made_again_once() {
    let stale = || Answer::json(401, r#"{"error":"Invalid Sign-in-with-x signature"}"#);
    let server = Server::answering([stale(), Answer::json(200, BALANCE)]);
    let (sign, _) = a_wallet();
    client(&server, &TestClock::without_jitter()).x402().balance(WALLET).with_signer(sign).await.unwrap();
    assert_eq!(signatures(&server), [0, 1].map(signed_with));

    let server = Server::answering([stale()]);
    let (sign, count) = a_wallet();
    let call = client(&server, &TestClock::without_jitter()).x402().balance(WALLET).with_signer(sign);
    let error = call.await.unwrap_err();
    assert_eq!((error.code(), error.is_authentication()), (Some("X402_INVALID_SIGN_IN"), true));
    assert_eq!((server.count(), count.load(Ordering::SeqCst)), (2, 2));

    // A signature that cannot be renewed is not sent again, nor is anything if the caller turns retries off.
    let server = Server::answering([stale()]);
    let venice = client(&server, &TestClock::without_jitter());
    venice.x402().balance(WALLET).with_sign_in(signed()).await.unwrap_err();
    let (sign, _) = a_wallet();
    venice.x402().balance(WALLET).with_signer(sign).with_retry(RetryPolicy::disabled()).await.unwrap_err();
    assert_eq!(server.count(), 2);
}

#[tokio::test]
async fn only_a_refusal_that_a_new_signature_cures_is_signed_again() {
    const CODES: [&str; 16] = [
        "EXPIRED",
        "NONCE_REUSED",
        "FUTURE_TIMESTAMP",
        "NOT_BEFORE",
        "TIMESTAMP_MISMATCH",
        "INVALID_PAYLOAD",
        "PARSE_ERROR",
        "INVALID_MESSAGE",
        "MISSING_NONCE",
        "DOMAIN_MISMATCH",
        "ADDRESS_MISMATCH",
        "INVALID_CHAIN_ID",
        "CHAIN_MISMATCH",
        "UNSUPPORTED_CHAIN",
        "INVALID_SIGNATURE",
        "INVALID_WALLET",
    ];
    for code in CODES {
        let refusal = format!(r#"{{"error":"Invalid Sign-in-with-x signature","code":"X402_SIGN_IN_{code}"}}"#);
        let server = Server::answering([Answer::json(401, &refusal)]);
        let (sign, _) = a_wallet();
        let request = ChatCompletionRequest::new("default", ["Hello"]);
        let call = client(&server, &TestClock::without_jitter()).chat().create(request).with_signer(sign);
        let error = call.await.unwrap_err();
        assert_eq!((error.kind(), error.code()), (ErrorKind::Authentication, Some(&*format!("X402_SIGN_IN_{code}"))));
        let attempts = if matches!(code, "EXPIRED" | "NONCE_REUSED") { 2 } else { 1 };
        assert_eq!(server.count(), attempts, "{code}");
    }

    // Inference always gives the reason; without one, a new signature would not help. A 402 is unrelated.
    let bodies = [(401, r#"{"error":"Invalid Sign-in-with-x signature"}"#), (402, r#"{"x402Version":2,"accepts":[]}"#)];
    for (status, body) in bodies {
        let server = Server::answering([Answer::json(status, body)]);
        let (sign, _) = a_wallet();
        let request = ChatCompletionRequest::new("default", ["Hello"]);
        let call = client(&server, &TestClock::without_jitter()).chat().create(request).with_signer(sign);
        call.await.unwrap_err();
        assert_eq!(server.count(), 1, "{body}");
    }
}

#[tokio::test]
async fn a_signature_is_renewed_after_another_failure_too_and_once_at_most() {
    let expired = || Answer::json(401, r#"{"error":"Signature expired","code":"X402_SIGN_IN_EXPIRED"}"#);
    let server = Server::answering([Answer::json(429, "{}"), expired(), Answer::json(200, BALANCE)]);
    let (sign, _) = a_wallet();
    client(&server, &TestClock::without_jitter()).x402().balance(WALLET).with_signer(sign).await.unwrap();
    assert_eq!(signatures(&server), [0, 1, 2].map(signed_with));
    let server = Server::answering([expired(), Answer::json(429, "{}"), expired(), Answer::json(200, BALANCE)]);
    let (sign, _) = a_wallet();
    let policy = RetryPolicy::default().with_max_retries(9);
    let venice = client(&server, &TestClock::without_jitter());
    venice.x402().balance(WALLET).with_signer(sign).with_retry(policy).await.unwrap_err();
    assert_eq!(server.count(), 3);
}

#[tokio::test]
async fn a_wallet_that_does_not_sign_sends_nothing() {
    let (server, venice) = replying(BALANCE);
    let call =
        venice.x402().balance(WALLET).with_signer(|_| async { Err::<Secret, _>(std::io::Error::other("locked")) });
    let error = call.await.unwrap_err();
    assert_eq!((error.kind(), error.operation(), error.attempts()), (ErrorKind::Signing, Some("getX402Balance"), 0));
    assert!(error.message().contains("locked") && std::error::Error::source(&error).is_some(), "{error}");
    for nonsense in ["", "signed", "e30=", "line\nbreak"] {
        let sign = move |_| async move { Ok::<_, std::io::Error>(Secret::from(nonsense)) };
        let error = venice.x402().balance(WALLET).with_signer(sign).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Signing, "{nonsense:?}");
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn the_last_of_two_ways_to_sign_counts() {
    let server = Server::answering([Answer::json(200, BALANCE)]);
    let venice = once(&server);
    let (sign, count) = a_wallet();
    venice.x402().balance(WALLET).with_signer(sign).with_sign_in(signed()).await.unwrap();
    assert_eq!(count.load(Ordering::SeqCst), 0);
    let (sign, _) = a_wallet();
    venice.x402().balance(WALLET).with_sign_in(signed()).with_signer(sign).await.unwrap();
    assert_eq!(signatures(&server), [signed(), signed_with(0)]);
}

#[tokio::test]
async fn transactions_are_read_a_page_at_a_time() {
    let (server, venice) = replying(TRANSACTIONS);
    let params = WalletTransactionsParams::new().limit(2).offset(0);
    let page = venice.x402().transactions_page(WALLET, params).with_sign_in(signed()).await.unwrap();
    let request = server.only();
    assert_eq!(request.target, format!("/api/v1/x402/transactions/{WALLET}?limit=2&offset=0"));
    assert_eq!((request.header("sign-in-with-x"), request.header("authorization")), (Some(&*signed()), None));
    assert_eq!((page.current_balance, page.pagination.has_more), (amount("4.23"), Some(true)));
    let [charge, gift] = &page.transactions[..] else { panic!("{page:?}") };
    assert_eq!(
        (charge.amount, &charge.type_, charge.request_id.as_deref()),
        (amount("-0.02"), &WalletTransactionType::Charge, Some("chatcmpl-1"))
    );
    assert_eq!((gift.type_.as_str(), &gift.request_id, &gift.model_id), ("GIFT", &None, &None));
}

/// `count` transactions, at most `most` per page.
fn transactions(count: usize, most: usize) -> Server {
    Server::start(move |_, request| {
        let (offset, limit) = (number(request, "offset"), number(request, "limit").min(most));
        let data: Vec<Value> = (offset..count).take(limit).map(|id| json!({"id": id.to_string()})).collect();
        let pagination = json!({"limit": limit, "offset": offset, "hasMore": offset + limit < count});
        let body = json!({"success": true, "data": {"transactions": data, "pagination": pagination}});
        Answer::json(200, &body.to_string())
    })
}

#[tokio::test]
async fn all_transactions_are_read_with_a_signature_for_each_page() {
    for (count, most, requests) in [(0, 100, 1), (1, 100, 1), (100, 100, 1), (101, 100, 2), (200, 100, 2), (120, 50, 3)]
    {
        let server = transactions(count, most);
        let (sign, signed) = a_wallet();
        let found =
            once(&server).x402().transactions(WALLET).with_signer(sign).collect_up_to(usize::MAX).await.unwrap();
        let ids: Vec<String> = found.into_iter().map(|transaction| transaction.id).collect();
        assert_eq!(ids, (0..count).map(|id| id.to_string()).collect::<Vec<_>>());
        assert_eq!(signatures(&server), (0..requests).map(signed_with).collect::<Vec<_>>());
        assert_eq!(signed.load(Ordering::SeqCst), requests);
        assert!(server.requests().iter().all(|request| request.header("authorization").is_none()));
    }
}

#[tokio::test]
async fn transactions_without_a_word_on_pages_end_with_a_short_one() {
    let server = Server::start(|_, request| {
        let data: Vec<Value> =
            (number(request, "offset")..150).take(100).map(|id| json!({"id": id.to_string()})).collect();
        Answer::json(200, &json!({"success": true, "data": {"transactions": data, "pagination": null}}).to_string())
    });
    let mut pages = once(&server).x402().transactions(WALLET).with_sign_in(signed());
    assert_eq!((pages.collect_up_to(usize::MAX).await.unwrap().len(), server.count()), (150, 2));
}

#[tokio::test]
async fn an_empty_page_in_the_middle_is_not_asked_for_again() {
    let server = Server::start(|n, request| {
        let transactions = if n == 1 { json!([]) } else { json!([{"id": n.to_string()}]) };
        let pagination = json!({"offset": number(request, "offset"), "limit": 100, "hasMore": n < 2});
        Answer::json(
            200,
            &json!({"success": true, "data": {"transactions": transactions, "pagination": pagination}}).to_string(),
        )
    });
    let mut pages = once(&server).x402().transactions(WALLET).with_sign_in(signed());
    assert_eq!(pages.collect_up_to(10).await.unwrap().len(), 2);
    let offsets: Vec<usize> = server.requests().iter().map(|request| number(request, "offset")).collect();
    assert_eq!(offsets, [0, 1, 101]);
}

#[tokio::test]
async fn a_server_that_ignores_the_offset_is_found_out() {
    let (server, venice) = replying(TRANSACTIONS);
    let mut pages = venice.x402().transactions(WALLET).with_sign_in(signed());
    assert_eq!(pages.collect_up_to(10).await.unwrap_err().kind(), ErrorKind::EndlessList);
    assert_eq!((pages.collect_up_to(10).await.unwrap().len(), server.count()), (2, 2));
}

#[tokio::test]
async fn a_wallet_that_did_not_sign_for_a_page_may_sign_later() {
    let server = transactions(150, 100);
    let count = AtomicUsize::new(0);
    let mut pages = once(&server).x402().transactions(WALLET).with_signer(move |_| {
        let n = count.fetch_add(1, Ordering::SeqCst);
        std::future::ready(if n == 1 { Err("locked") } else { Ok(Secret::from(signed_with(n))) })
    });
    assert_eq!(pages.collect_up_to(1000).await.unwrap_err().kind(), ErrorKind::Signing);
    assert_eq!(pages.collect_up_to(1000).await.unwrap().len(), 150);
    assert_eq!(signatures(&server), [0, 2].map(signed_with));
}

#[tokio::test]
async fn what_the_api_would_refuse_is_not_sent() {
    let sign = signed;
    let wallets = [
        "",
        "0x123",
        &WALLET[2..],
        "0x5290840009852788 E0F7030069857D2E4169EE7",
        "..",
        "0OIl0OIl0OIl0OIl0OIl0OIl0OIl0OIl",
    ];
    for wallet in wallets {
        refused(|venice| venice.x402().balance(wallet).with_sign_in(sign()), "getX402Balance", "walletAddress").await;
        refused_walk(
            |venice| venice.x402().transactions(wallet).with_sign_in(sign()),
            "getX402Transactions",
            "walletAddress",
        )
        .await;
    }
    let params = WalletTransactionsParams::new;
    for (params, field) in
        [(params().limit(0), "limit"), (params().limit(101), "limit"), (params().offset(-1), "offset")]
    {
        let call = |venice: &Client| venice.x402().transactions_page(WALLET, params).with_sign_in(sign());
        refused(call, "getX402Transactions", field).await;
    }
}

#[tokio::test]
async fn a_header_that_the_api_would_not_understand_is_not_sent() {
    let coded = |document: Value| STANDARD.encode(document.to_string());
    for (value, said) in [
        (String::new(), "base64"),
        ("0x1234 secret".to_owned(), "base64"),
        (STANDARD.encode("secret but no JSON"), "base64"),
        (coded(json!(["secret"])), "base64"),
        (coded(json!({"message": "secret", "signature": "0x"})), "`address`"),
        (coded(json!({"address": WALLET, "message": " ", "signature": "secret"})), "`message`"),
        (coded(json!({"address": WALLET, "message": "secret", "signature": null})), "`signature`"),
        ("secret\nline".to_owned(), "header"),
    ] {
        let call = |venice: &Client| venice.x402().balance(WALLET).with_sign_in(&value);
        let error = refused(call, "getX402Balance", "SIGN-IN-WITH-X").await;
        assert!(error.message().contains(said), "{value:?}: {error}");
        assert!(!format!("{error} {error:?}").contains("secret"), "{error:?}");
    }
    // The API may accept more by now; but an invalid header value is never sent.
    let (server, venice) = replying(BALANCE);
    venice.x402().balance(WALLET).with_sign_in("something-new").with_validation(false).await.unwrap();
    assert_eq!(signatures(&server), ["something-new"]);
    venice.x402().balance(WALLET).with_sign_in("line\nbreak").with_validation(false).await.unwrap_err();
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn rejections_say_whose_fault_it_is_and_show_no_signature() {
    let echo = format!(r#"{{"error":"You can only access your own wallet, not with {}"}}"#, signed());
    let server = Server::answering([Answer::json(403, &echo)]);
    let error = once(&server).x402().balance(WALLET).with_sign_in(signed()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Permission);
    assert_eq!(error.code(), Some("X402_WALLET_MISMATCH"));
    let body = String::from_utf8(error.body().unwrap().to_vec()).unwrap();
    assert!(!format!("{error} {error:?} {} {body}", error.message()).contains(&signed()), "{error:?}");
    // A signature created on the way is as secret.
    let server = Server::answering([Answer::json(403, &echo.replace(&signed(), &signed_with(0)))]);
    let (sign, _) = a_wallet();
    let error = once(&server).x402().balance(WALLET).with_signer(sign).await.unwrap_err();
    let body = String::from_utf8(error.body().unwrap().to_vec()).unwrap();
    assert!(!format!("{error} {error:?} {} {body}", error.message()).contains(&signed_with(0)), "{error:?}");
}

#[tokio::test]
async fn the_signature_goes_to_no_other_host() {
    let other = Server::answering([Answer::json(200, BALANCE)]);
    let server = Server::answering([Answer::redirect(307, &other.url("/api/v1/elsewhere"))]);
    let error = once(&server).x402().balance(WALLET).with_sign_in(signed()).await.unwrap_err();
    assert_eq!((error.kind(), other.count()), (ErrorKind::Redirect, 0));
}

#[tokio::test]
async fn the_mock_knows_wallets() {
    let mock = MockVenice::start().await.unwrap();
    let venice = mock.client();
    let balance = venice.x402().balance(WALLET).with_sign_in(signed()).await.unwrap();
    assert_eq!((balance.balance_usd, &*balance.wallet_address), (amount("7.52"), WALLET));
    let (sign, _) = a_wallet();
    let mut pages = venice.x402().transactions(WALLET).with_signer(sign);
    let all = pages.collect_up_to(usize::MAX).await.unwrap();
    assert_eq!((all.len(), &all[124].type_), (125, &WalletTransactionType::TopUp));
    assert_eq!(all[0].balance_after, amount("7.52"), "the newest comes first");
    let error = venice.x402().balance(SOLANA).with_sign_in(signed()).await.unwrap_err();
    assert_eq!(error.code(), Some("X402_WALLET_MISMATCH"));
    assert!(mock.requests().iter().all(|request| request.header("authorization").is_none()));
    assert!(!format!("{:?}", mock.requests()).contains(&signed()) && !KEY.is_empty());
}

#[cfg(feature = "blocking")]
#[test]
fn wallets_are_read_without_async() {
    use venice_ai::blocking;

    let mock = MockVenice::start_blocking().unwrap();
    let venice = mock.client();
    assert!(venice.x402().balance(WALLET).with_sign_in(signed()).send_blocking().unwrap().can_consume);
    let (sign, _) = a_wallet();
    let pages = blocking::iter(venice.x402().transactions(WALLET).with_signer(sign));
    assert_eq!(pages.map(Result::unwrap).count(), 125);
}

fn a_chat(venice: &Client) -> venice_ai::Call<venice_ai::types::ChatCompletion> {
    venice.chat().create(ChatCompletionRequest::new("default", ["Hello"]))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_requests_of_a_wallet_are_in_flight_at_most() {
    let answer = |_: &Request| Answer::json(200, r#"{"choices":[{}]}"#);
    let (server, most) = Server::counting_in_flight(5, answer);
    let venice = once(&server);
    let mut calls = Vec::new();
    for n in 0..12 {
        let call = a_chat(&venice);
        let call = if n % 2 == 0 { call.with_sign_in(signed_with(n)) } else { call.with_signer(a_wallet().0) };
        calls.push(tokio::spawn(call.into_future()));
    }
    for call in calls {
        call.await.unwrap().unwrap();
    }
    assert_eq!((server.count(), most.load(Ordering::SeqCst)), (12, 5));
}

#[tokio::test]
async fn a_stream_of_a_wallet_counts_until_it_is_read_or_dropped() {
    let server =
        Server::answering([Answer::head(200, &[("content-type", "text/event-stream")]).send(": hi\n\n").hang()]);
    let venice = once(&server);
    let mut streams = Vec::new();
    for n in 0..5 {
        let request = ChatCompletionRequest::new("default", ["Hello"]);
        streams.push(venice.chat().stream(request).with_sign_in(signed_with(n)).await.unwrap());
    }
    let request = || ChatCompletionRequest::new("default", ["Hello"]);
    let call = venice.chat().stream(request()).with_sign_in(signed_with(5)).with_timeout(Duration::from_millis(100));
    let error = call.await.unwrap_err();
    assert_eq!((error.kind(), error.delivery(), server.count()), (ErrorKind::Timeout, Delivery::NotSent, 5), "{error}");
    assert!(error.to_string().contains("nothing was sent"), "{error}");
    streams.pop();
    drop(venice.chat().stream(request()).with_sign_in(signed_with(6)).await.unwrap());
    assert_eq!(server.count(), 6);
}

#[tokio::test]
async fn too_many_requests_of_a_wallet_at_once_come_back_soon_and_newly_signed() {
    let limit = r#"{"error":"Too many concurrent requests","code":"X402_CONCURRENCY_LIMIT"}"#;
    let headers = [("x-ratelimit-remaining-requests", "0"), ("x-ratelimit-reset-requests", "50")];
    let refused = || Answer::new(429, &headers, limit);
    let server = Server::answering([refused(), refused(), Answer::json(200, r#"{"choices":[{}]}"#)]);
    let clock = TestClock::with_jitter(0.5);
    let (sign, _) = a_wallet();
    a_chat(&client(&server, &clock)).with_signer(sign).await.unwrap();
    assert_eq!(clock.pauses(), [Duration::from_millis(250); 2], "a short jitter, whatever other limits say");
    assert_eq!(signatures(&server), [0, 1, 2].map(signed_with));
}
