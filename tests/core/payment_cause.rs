//! The cause of a 402, and of a 401 or 403 that is about the account.

use venice_ai::{ErrorKind, PaymentCause, SpendLimit};

use crate::support::{Answer, Server, amount, chat, once, replying};

async fn cause_of(answer: Answer) -> (Option<PaymentCause>, String) {
    let (_server, venice) = replying(answer);
    let error = venice.chat().create(chat::a_question()).await.unwrap_err();
    (error.payment_cause(), error.to_string())
}

#[tokio::test]
async fn each_cause_is_named_in_the_text() {
    let json = |status, message: &str| Answer::json(status, &serde_json::json!({"error": message}).to_string());
    let challenge = r#"{"x402Version":2,"error":"Payment required","accepts":[],"authOptions":{"apiKey":{}}}"#;
    for (answer, expected, text) in [
        (
            json(402, "API key USD spend limit exceeded. Your account may still have USD balance."),
            "KeyLimit { limit: KeyUsd",
            "the API key's own USD limit is used up",
        ),
        (json(402, "API key DIEM spend limit exceeded."), "KeyLimit { limit: KeyDiem", "own DIEM limit is used up"),
        (
            json(402, "Insufficient USD or Diem balance to complete request."),
            "Balance {",
            "the account's balance is too low",
        ),
        (json(401, "Your Pro subscription is inactive."), "Inactive", "subscription or API access is inactive"),
        (json(403, "API access has been disabled"), "Inactive", "subscription or API access is inactive"),
        (json(401, "This model is only available to Pro users"), "ProModel", "needs a Pro subscription"),
        (Answer::json(402, challenge), "NoCredential", "missing or unknown"),
    ] {
        let (cause, shown) = cause_of(answer).await;
        let cause = format!("{:?}", cause.unwrap());
        assert!(cause.starts_with(expected), "{cause}: {shown}");
        assert!(shown.contains("(payment: ") && shown.contains(text), "{shown}");
    }
}

#[tokio::test]
async fn what_the_reply_reports_is_there() {
    let headers =
        [("content-type", "application/json"), ("x-venice-balance-usd", "12.5"), ("x-venice-balance-diem", "3")];
    let body = r#"{"error": "API key USD spend limit exceeded"}"#;
    let (cause, shown) = cause_of(Answer::new(402, &headers, body)).await;
    let Some(PaymentCause::KeyLimit { limit, balances, .. }) = cause else { panic!("{cause:?}") };
    assert_eq!((limit, balances.usd, balances.diem), (SpendLimit::KeyUsd, amount("12.5"), amount("3")));
    assert!(shown.contains("used up: the account has 12.5 USD and 3 DIEM)"), "{shown}");

    let body =
        r#"{"error":"Payment required","code":"PAYMENT_REQUIRED","currentBalanceUsd":0.02,"minimumBalanceUsd":"0.10"}"#;
    let (cause, shown) = cause_of(Answer::json(402, body)).await;
    let Some(PaymentCause::Wallet { credit_usd, minimum_usd, .. }) = cause else { panic!("{cause:?}") };
    assert_eq!((credit_usd, minimum_usd), (amount("0.02"), amount("0.10")));
    assert!(shown.contains("too low: it has 0.02 USD, a request needs 0.10 USD)"), "{shown}");
}

#[tokio::test]
async fn the_price_of_a_top_up_is_its_cause() {
    let body =
        r#"{"x402Version":2,"accepts":[{"scheme":"exact","amount":"10000000"},{"scheme":"exact","amount":"5000000"}]}"#;
    let server = Server::answering([Answer::json(402, body)]);
    let error = once(&server).raw().top_up_x402_balance(None).await.unwrap_err();
    let Some(PaymentCause::Price { usd, .. }) = error.payment_cause() else { panic!("{error:?}") };
    assert_eq!((error.kind(), usd), (ErrorKind::PaymentRequired, amount("5")));
}

#[tokio::test]
async fn other_errors_have_no_cause() {
    let of_model = r#"{"error": "This API key is set to 'PRIVATE_ONLY', but m is an Anonymous model."}"#;
    for answer in [
        Answer::json(401, r#"{"error": "Authentication failed"}"#),
        Answer::json(403, of_model),
        Answer::json(429, r#"{"error": "Rate limit exceeded"}"#),
        Answer::html(402, "<html>the gateway wants money</html>"),
        Answer::nothing(),
    ] {
        let (cause, shown) = cause_of(answer).await;
        assert_eq!(cause, None, "{shown}");
        assert!(!shown.contains("payment:"), "{shown}");
    }
}

#[tokio::test]
async fn a_text_names_its_cause_and_a_page_of_a_gateway_does_not() {
    let text = Answer::new(402, &[("content-type", "text/plain")], "API key USD spend limit exceeded");
    let (cause, shown) = cause_of(text).await;
    let Some(PaymentCause::KeyLimit { limit, .. }) = cause else { panic!("{cause:?}: {shown}") };
    assert_eq!(limit, SpendLimit::KeyUsd);

    let page = Answer::new(402, &[("content-type", "text/html")], "<html><title>Pay for this site</title></html>");
    let (cause, shown) = cause_of(page).await;
    assert_eq!(cause, None, "{shown}");
}
