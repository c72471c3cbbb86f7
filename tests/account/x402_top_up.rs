//! Top-ups: the price, and a payment that is credited once.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use venice_ai::{Client, Delivery, Error, ErrorKind, PaymentRequired, RetryClass, RetryPolicy, Secret, operations};
use venice_ai_mock::{Fault, MockVenice};

use crate::support::refused::refused;
use crate::support::{Answer, PATIENCE, Server, TestClock, amount, client, nobody, once};

const REQUIREMENTS: &str = include_str!("../fixtures/replies/payment_requirements.json");
const WALLET: &str = "0x52908400098527886E0F7030069857D2E4169EE7";
const DONE: &str = r#"{"success":true,"data":{"walletAddress":"0x52908400098527886E0F7030069857D2E4169EE7","amountCredited":5,
    "newBalance":9.23,"paymentId":"p-1"}}"#;

fn coded(document: &Value) -> String {
    STANDARD.encode(document.to_string())
}

/// A payment for one of the options.
fn payment(accepted: &Value, value: &str) -> String {
    let authorization = json!({
        "from": WALLET, "to": accepted["payTo"], "value": value, "validAfter": "0", "validBefore": "1787184000",
        "nonce": format!("0x{:064x}", 7),
    });
    let payload = json!({"signature": format!("0x{:0130x}", 9), "authorization": authorization});
    coded(&json!({"x402Version": 2, "payload": payload, "accepted": accepted}))
}

fn a_payment() -> String {
    let requirements: Value = serde_json::from_str(REQUIREMENTS).unwrap();
    payment(&requirements["accepts"][0], "5000000")
}

/// The longest waits that a caller can configure.
fn patient() -> RetryPolicy {
    RetryPolicy::default().with_max_retries(9).with_max_retry_after(Duration::from_secs(3600))
}

#[tokio::test]
async fn a_payment_goes_with_no_call_that_may_be_repeated() {
    let server = Server::answering([Answer::json(402, REQUIREMENTS)]);
    let venice = once(&server);
    let paying = crate::support::builder(&server).default_header("x-payment", a_payment()).build().unwrap();
    let mut errors = vec![paying.x402().payment_requirements().await.unwrap_err()];
    for name in ["PAYMENT-SIGNATURE", "X-402-Payment", "x-payment"] {
        errors.push(venice.x402().payment_requirements().with_header(name, a_payment()).await.unwrap_err());
        errors.push(venice.models().traits("text").with_header(name, a_payment()).await.unwrap_err());
    }
    for error in errors {
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
        let shown = format!("{error} {error:?}");
        assert!(shown.contains("top_up_with_payment()") && !shown.contains(&a_payment()), "{shown}");
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn the_price_is_a_typed_list() {
    let server = Server::answering([Answer::json(402, REQUIREMENTS)]);
    let price = once(&server).x402().payment_requirements().await.unwrap();
    let request = server.only();
    assert_eq!((&*request.method, &*request.target), ("POST", "/api/v1/x402/top-up"));
    assert!(request.body.is_empty() && request.header("payment-signature").is_none());
    assert_eq!(price.version, Some(2));
    let [base, solana] = &price.accepts[..] else { panic!("{price:?}") };
    assert_eq!((base.scheme.as_deref(), base.network.as_deref()), (Some("exact"), Some("eip155:8453")));
    assert_eq!((base.amount.as_deref(), base.max_timeout), (Some("5000000"), Some(Duration::from_secs(300))));
    assert_eq!((base.asset_name.as_deref(), base.asset_version.as_deref()), (Some("USD Coin"), Some("2")));
    assert_eq!(base.pay_to.as_deref(), Some("0x2670B922ef37C7Df47158725C0CC407b5382293F"));
    assert_eq!(base.raw["tide"], "high", "it is kept word for word");
    assert_eq!((base.fee_payer.is_none(), solana.fee_payer.as_deref().unwrap().len()), (true, 44));
    let usd = |option: &venice_ai::PaymentOption| option.amount_usd().unwrap().to_string();
    assert_eq!((usd(base), usd(solana)), ("5.00".to_owned(), "10.123456".to_owned()));
}

#[tokio::test]
async fn the_price_may_stand_in_the_header_alone() {
    let header = STANDARD.encode(REQUIREMENTS);
    for body in ["", "Payment required", "{}", r#"{"x402Version":2,"accepts":[]}"#] {
        let server = Server::answering([Answer::new(402, &[("payment-required", &header)], body)]);
        let price = once(&server).x402().payment_requirements().await.unwrap();
        assert_eq!(price.accepts.len(), 2, "{body:?}");
    }
}

#[tokio::test]
async fn an_answer_that_names_no_way_to_pay_is_an_error() {
    for answer in [
        Answer::json(402, r#"{"error":"Insufficient balance"}"#),
        Answer::json(402, r#"{"x402Version":2,"accepts":[]}"#),
        Answer::json(200, DONE),
        Answer::new(402, &[("payment-required", "no base64")], ""),
    ] {
        let server = Server::answering([answer]);
        let error = once(&server).x402().payment_requirements().await.unwrap_err();
        assert_eq!((error.kind(), error.operation()), (ErrorKind::Decode, Some("topUpX402Balance")), "{error}");
    }
}

#[tokio::test]
async fn asking_for_the_price_is_retried_like_a_read() {
    let answers = [Answer::json(500, "{}"), Answer::nothing(), Answer::json(402, REQUIREMENTS)];
    let server = Server::answering(answers);
    let venice = client(&server, &TestClock::without_jitter());
    assert_eq!(venice.x402().payment_requirements().await.unwrap().accepts.len(), 2);
    assert_eq!(server.count(), 3);
}

#[tokio::test]
async fn prices_are_read_leniently() {
    let body = r#"{"x402Version":"2","accepts":[{"amount":5000000,"maxTimeoutSeconds":"90","extra":null,"network":null},{"amount":"five"},
        {"amount":"500","extra":{"decimals":2}},7]}"#;
    let server = Server::answering([Answer::json(402, body)]);
    let price = once(&server).x402().payment_requirements().await.unwrap();
    assert_eq!((price.version, price.accepts.len()), (None, 4));
    let amounts: Vec<_> = price.accepts.iter().map(|option| option.amount_usd().map(|usd| usd.to_string())).collect();
    assert_eq!(amounts, [Some("5.00".to_owned()), None, Some("5.00".to_owned()), None]);
    assert_eq!(price.accepts[0].max_timeout, Some(Duration::from_secs(90)));
}

#[tokio::test]
async fn a_signed_payment_is_sent_and_its_receipt_read() {
    let receipt =
        coded(&json!({"success": true, "network": "eip155:8453", "payer": WALLET, "transaction": "0xabc", "new": 1}));
    let headers = [("content-type", "application/json"), ("payment-response", &*receipt)];
    let server = Server::answering([Answer::new(200, &headers, DONE)]);
    let done = once(&server).x402().top_up_with_payment(a_payment()).await.unwrap();
    let request = server.only();
    assert_eq!((&*request.method, &*request.target), ("POST", "/api/v1/x402/top-up"));
    assert_eq!((request.header("payment-signature"), request.header("authorization")), (Some(&*a_payment()), None));
    assert!(request.body.is_empty());
    assert_eq!(
        (done.top_up.amount_credited, done.top_up.new_balance, &*done.top_up.payment_id),
        (amount("5"), amount("9.23"), "p-1")
    );
    let receipt = done.receipt.unwrap();
    assert_eq!((receipt.success, receipt.transaction.as_deref()), (Some(true), Some("0xabc")));
    assert_eq!((receipt.payer.as_deref(), &receipt.raw["new"]), (Some(WALLET), &json!(1)));
}

#[tokio::test]
async fn a_receipt_that_is_missing_or_broken_does_not_hide_the_top_up() {
    for receipt in [None, Some("no base64"), Some("bnVsbA==")] {
        let mut headers = vec![("content-type", "application/json")];
        headers.extend(receipt.map(|receipt| ("payment-response", receipt)));
        let server = Server::answering([Answer::new(200, &headers, DONE)]);
        let done = once(&server).x402().top_up_with_payment(a_payment()).await.unwrap();
        assert_eq!((done.top_up.new_balance, done.receipt), (amount("9.23"), None));
    }
}

/// Pays a failing server, with a client and a call that allow all retries. Returns the error and the number of requests.
async fn paid(answer: Answer) -> (Error, usize) {
    let server = Server::answering([answer, Answer::json(200, DONE)]);
    let clock = TestClock::without_jitter();
    let call = client(&server, &clock).x402().top_up_with_payment(a_payment()).with_retry(patient());
    let error = call.with_timeout(Duration::from_millis(800)).await.unwrap_err();
    assert!(!error.is_retryable(), "{error}");
    assert!(clock.pauses().is_empty());
    assert_eq!(error.attempts(), 1);
    (error, server.count())
}

#[tokio::test]
async fn a_payment_that_was_rejected_or_failed_is_not_repeated() {
    for (answer, kind) in [
        (Answer::json(429, r#"{"error":"Rate limit exceeded"}"#), ErrorKind::RateLimited),
        (Answer::new(429, &[("retry-after", "0")], ""), ErrorKind::RateLimited),
        (Answer::json(503, r#"{"error":"busy"}"#), ErrorKind::Overloaded),
        (Answer::html(503, "busy"), ErrorKind::Overloaded),
        (Answer::json(500, r#"{"error":"X","message":"y"}"#), ErrorKind::Server),
        (Answer::html(502, "bad gateway"), ErrorKind::Server),
        (Answer::json(408, "{}"), ErrorKind::Server),
        (Answer::json(409, r#"{"error":"CONFLICT","message":"x"}"#), ErrorKind::Conflict),
        (Answer::json(401, r#"{"error":"Invalid Sign-in-with-x signature"}"#), ErrorKind::Authentication),
        (Answer::redirect(307, "/api/v1/x402/top-up"), ErrorKind::Redirect),
        (Answer::redirect(308, "/elsewhere"), ErrorKind::Redirect),
        (Answer::json(200, "{\"success\":true,\"data\":"), ErrorKind::Decode),
        (Answer::html(200, "<html>One moment"), ErrorKind::Decode),
    ] {
        let shown = format!("{answer:?}");
        let (error, count) = paid(answer).await;
        assert_eq!((error.kind(), count), (kind, 1), "{shown}: {error}");
        assert_eq!(error.operation(), Some("topUpX402Balance"));
        let is_open = error.is_transient() || error.kind() == ErrorKind::Decode;
        assert_eq!(error.to_string().contains("check the balance"), is_open, "{error}");
        assert!(!format!("{error} {error:?}").contains(&a_payment()));
    }
}

/// Replies after which the same payment may be sent again: the API credits it once.
fn resubmitted() -> Vec<(Answer, ErrorKind)> {
    let slow = Answer::head(200, &[("content-type", "application/json"), ("content-length", "900")]).send("{\"succ");
    let settling = r#"{"error":"PAYMENT_IN_PROGRESS","message":"This payment is being settled"}"#;
    let late = r#"{"error":"SETTLEMENT_TIMEOUT","message":"Settling takes too long"}"#;
    vec![
        (Answer::json(409, settling), ErrorKind::Conflict),
        (Answer::json(504, late), ErrorKind::Server),
        (Answer::html(504, "<html>"), ErrorKind::Server),
        (Answer::nothing(), ErrorKind::Transport),
        (slow.clone().close(), ErrorKind::Transport),
        (slow.hang(), ErrorKind::Timeout),
        (Answer::silence(), ErrorKind::Timeout),
    ]
}

#[tokio::test]
async fn a_payment_whose_outcome_is_open_is_submitted_again_with_the_same_signature() {
    for (answer, _) in resubmitted() {
        let shown = format!("{answer:?}");
        let server = Server::answering([answer, Answer::json(200, DONE)]);
        let call = client(&server, &TestClock::without_jitter()).x402().top_up_with_payment(a_payment());
        let done = call.with_timeout(Duration::from_secs(2)).await.unwrap_or_else(|error| panic!("{shown}: {error}"));
        assert_eq!(done.top_up.new_balance, amount("9.23"), "{shown}");
        let [first, second] = &server.requests()[..] else { panic!("two requests: {shown}") };
        assert_eq!(first.header("payment-signature"), Some(&*a_payment()));
        assert_eq!(first.header("payment-signature"), second.header("payment-signature"));
        assert_eq!(second.header("authorization"), None);
    }
}

#[tokio::test]
async fn the_policy_bounds_how_often_a_payment_is_submitted() {
    for (answer, kind) in resubmitted() {
        let shown = format!("{answer:?}");
        for (policy, count) in [(RetryPolicy::disabled(), 1), (RetryPolicy::default().with_max_retries(1), 2)] {
            let server = Server::answering([answer.clone()]);
            let call = client(&server, &TestClock::without_jitter())
                .x402()
                .top_up_with_payment(a_payment())
                .with_retry(policy);
            // Only a missing reply needs a time-out.
            let limit = if kind == ErrorKind::Timeout { Duration::from_millis(500) } else { PATIENCE };
            let error = call.with_timeout(limit).await.unwrap_err();
            assert_eq!((error.kind(), server.count()), (kind, count), "{shown}: {error}");
            assert_eq!(error.delivery(), Delivery::Unknown, "{error}");
            assert!(error.to_string().contains("check the balance"), "{error}");
            assert!(!format!("{error} {error:?}").contains(&a_payment()));
        }
    }
}

#[tokio::test]
async fn a_refusal_after_a_lost_reply_does_not_say_that_nothing_was_paid() {
    let used = r#"{"error":"PAYMENT_VERIFICATION_FAILED","message":"The nonce was used"}"#;
    let server = Server::answering([Answer::nothing(), Answer::json(400, used)]);
    let error =
        client(&server, &TestClock::without_jitter()).x402().top_up_with_payment(a_payment()).await.unwrap_err();
    assert_eq!((error.code(), error.delivery()), (Some("PAYMENT_VERIFICATION_FAILED"), Delivery::Unknown));
    assert!(error.to_string().contains("check the balance"), "{error}");
}

#[tokio::test]
async fn a_payment_that_is_being_settled_is_asked_about_again_after_a_pause() {
    let settling = Answer::json(409, r#"{"error":"PAYMENT_IN_PROGRESS","message":"x"}"#);
    let server = Server::answering([settling.clone(), settling, Answer::json(200, DONE)]);
    let clock = TestClock::without_jitter();
    client(&server, &clock).x402().top_up_with_payment(a_payment()).await.unwrap();
    assert_eq!(clock.pauses(), [Duration::from_millis(500), Duration::from_secs(1)]);
}

#[tokio::test]
async fn a_payment_that_could_not_be_settled_moved_no_funds() {
    let body = r#"{"error":"SETTLEMENT_FAILED","message":"The transaction was reverted"}"#;
    let (error, count) = paid(Answer::json(402, body)).await;
    assert_eq!((error.kind(), error.code(), count), (ErrorKind::PaymentRequired, Some("SETTLEMENT_FAILED"), 1));
    assert_eq!(error.delivery(), Delivery::Refused);
    assert!(error.to_string().contains("no funds were moved"), "{error}");
    assert_ne!(error.kind(), ErrorKind::InsufficientBalance);
}

#[tokio::test]
async fn a_payment_without_a_connection_is_not_retried_either() {
    let closed = nobody();
    let clock = TestClock::without_jitter();
    let venice = Client::builder().base_url(format!("http://{closed}/api/v1")).clock(clock.clone()).build().unwrap();
    let error = venice.x402().top_up_with_payment(a_payment()).with_retry(patient()).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts(), error.is_retryable()), (ErrorKind::Connect, 1, false));
    assert!(clock.pauses().is_empty());
}

#[tokio::test]
async fn options_cannot_enable_an_unsafe_retry() {
    assert_eq!(operations::TOP_UP_X402_BALANCE.retry, RetryClass::Payment);
    let server = Server::answering([Answer::json(429, "{}")]);
    let venice = client(&server, &TestClock::without_jitter());
    venice.raw().top_up_x402_balance(Some(&a_payment())).with_retry(patient()).await.unwrap_err();
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn a_payment_on_a_connection_that_the_server_just_closed_is_submitted_again() {
    // The price arrives on a connection that is closed when the payment is sent on it.
    let server = Server::answering([Answer::json(402, REQUIREMENTS), Answer::nothing(), Answer::json(200, DONE)]);
    let venice = client(&server, &TestClock::without_jitter());
    venice.x402().payment_requirements().await.unwrap();
    venice.x402().top_up_with_payment(a_payment()).await.unwrap();
    let signatures = server
        .requests()
        .iter()
        .map(|request| request.header("payment-signature").map(str::to_owned))
        .collect::<Vec<_>>();
    assert_eq!(signatures, [None, Some(a_payment()), Some(a_payment())]);
}

#[tokio::test]
async fn what_is_wrong_with_a_payment_is_reported() {
    for (status, code) in
        [(400, "X402_INVALID_PAYMENT"), (400, "PAYMENT_VERIFICATION_FAILED"), (500, "SETTLEMENT_FAILED")]
    {
        let body = json!({"error": code, "message": "The nonce was used", "details": {"nonce": "0x07"}}).to_string();
        let (error, _) = paid(Answer::json(status, &body)).await;
        assert_eq!((error.code(), error.message()), (Some(code), "The nonce was used"));
        assert_eq!(error.is_invalid_request(), status == 400);
    }
    // The API asks for another payment than the one it received.
    let (error, _) = paid(Answer::json(402, REQUIREMENTS)).await;
    assert_eq!(error.kind(), ErrorKind::PaymentRequired);
    let Some(PaymentRequired::Challenge(challenge)) = error.payment_required() else { panic!("{error:?}") };
    assert_eq!(challenge.accepts[1].amount_usd().unwrap().to_string(), "10.123456");
}

#[tokio::test]
async fn a_success_that_says_nothing_sends_the_caller_to_the_balance() {
    for body in
        ["{}", r#"{"success":true}"#, r#"{"success":true,"data":{}}"#, r#"{"success":false,"data":{"newBalance":1}}"#]
    {
        let (error, count) = paid(Answer::json(200, body)).await;
        assert!(
            error.kind() == ErrorKind::Decode && error.to_string().contains("check the balance"),
            "{body}: {error}"
        );
        assert_eq!(count, 1);
    }
}

#[tokio::test]
async fn a_payment_that_the_server_echoes_is_not_shown() {
    let echo = json!({"error": "X402_INVALID_PAYMENT", "message": format!("cannot read {}", a_payment())}).to_string();
    let (error, _) = paid(Answer::json(400, &echo)).await;
    let body = String::from_utf8(error.body().unwrap().to_vec()).unwrap();
    assert!(!format!("{error} {error:?} {body}").contains(&a_payment()), "{error:?}");
}

#[tokio::test]
async fn what_is_not_a_payment_is_not_sent() {
    for value in ["", "secret", "e30=", "bnVsbA==", &coded(&json!({"payload": "secret"})), "secret\nline"] {
        let call = |venice: &Client| venice.x402().top_up_with_payment(value);
        let error = refused(call, "topUpX402Balance", "PAYMENT-SIGNATURE").await;
        assert!(!format!("{error} {error:?}").contains("secret"), "{error:?}");
    }
    assert_eq!(format!("{:?}", Secret::from(a_payment())), "***");
}

#[tokio::test]
async fn the_mock_is_paid_once() {
    let mock = MockVenice::start().await.unwrap();
    let venice = mock.client();
    let price = venice.x402().payment_requirements().await.unwrap();
    assert_eq!(price.accepts[0].amount_usd().unwrap().to_string(), "10.00");
    let done = venice.x402().top_up_with_payment(payment(&price.accepts[0].raw, "10000000")).await.unwrap();
    assert_eq!((done.top_up.amount_credited, done.top_up.new_balance), (amount("10"), amount("17.52")));
    assert_eq!(done.receipt.unwrap().network.as_deref(), Some("eip155:8453"));
    for (wrong, said) in [
        (payment(&price.accepts[0].raw, "1"), "$5"),
        (payment(&json!({"scheme": "exact"}), "10000000"), "something else"),
    ] {
        let error = venice.x402().top_up_with_payment(wrong).await.unwrap_err();
        assert_eq!(error.code(), Some("X402_INVALID_PAYMENT"));
        assert!(error.message().contains(said), "{error}");
    }
    let before = mock.requests().len();
    mock.fault(Fault::status(503));
    venice.x402().top_up_with_payment(a_payment()).await.unwrap_err();
    assert_eq!(mock.requests().len() - before, 1);
    let balance = venice.x402().balance(WALLET).with_sign_in(crate::x402::signed()).await.unwrap();
    assert_eq!(balance.balance_usd, amount("17.52"));
}

#[cfg(feature = "blocking")]
#[test]
fn credit_is_bought_without_async() {
    let mock = MockVenice::start_blocking().unwrap();
    let venice = mock.client();
    let price = venice.x402().payment_requirements().send_blocking().unwrap();
    let done = venice.x402().top_up_with_payment(payment(&price.accepts[0].raw, "10000000")).send_blocking().unwrap();
    assert_eq!(done.top_up.wallet_address, WALLET);
    let server = Server::answering([Answer::json(429, "{}")]);
    client(&server, &TestClock::without_jitter()).x402().top_up_with_payment(a_payment()).send_blocking().unwrap_err();
    assert_eq!(server.count(), 1);
}
