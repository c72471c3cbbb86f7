//! Credit: what calls cost a wallet, when it is too low, and how many run at a time.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use venice_ai::types::{
    ChatCompletionRequest, CreateEmbeddingRequest, GenerateImageRequest, QueueVideoRequest, RetrieveJobRequest,
};
use venice_ai::wallet::Wallet;
use venice_ai::{Amount, Client, PaymentRequired, RetryPolicy};
use venice_ai_mock::{Answer, MockVenice};

use super::{Draft, chat, evm, read, solana, start};

fn client(mock: &MockVenice, wallet: &Wallet) -> Client {
    let builder = Client::builder().base_url(mock.base_url()).no_proxy().wallet(wallet);
    builder.retry(RetryPolicy::disabled()).build().unwrap()
}

fn request() -> ChatCompletionRequest {
    ChatCompletionRequest::new("default", ["Why is the sky blue?"])
}

#[tokio::test]
async fn a_call_costs_the_wallet_what_it_costs() {
    let mock = start();
    let (first, second) = (Wallet::new(evm(0)), Wallet::new(solana(0)));
    for wallet in [&first, &second] {
        mock.wallet(wallet.address()).set_balance(5);
    }
    let venice = client(&mock, &first);
    let answer = venice.chat().create(request()).with_meta().await.unwrap();
    assert_eq!(answer.meta.balances().usd, Some(5.into()), "the credit before the request");
    let left = mock.wallet(first.address()).balance();
    let cost = Amount::from(5).checked_sub(left).unwrap();
    assert!(!cost.is_zero() && !cost.is_negative());
    venice.embeddings().create(CreateEmbeddingRequest::new("altana-embedding", ["acqua alta"])).await.unwrap();
    assert!(mock.wallet(first.address()).balance() < left);
    assert_eq!(mock.wallet(second.address()).balance(), 5.into());

    let address = first.address().to_string();
    let mut transactions = venice.x402().transactions(&address);
    let newest = transactions.next().await.unwrap().unwrap();
    let oldest = transactions.next().await.unwrap().unwrap();
    assert!(transactions.next().await.is_none());
    assert_eq!((newest.type_.as_str(), newest.model_id.as_deref()), ("CHARGE", Some("altana-embedding")));
    assert!(oldest.amount.is_some_and(|amount| amount.is_negative()) && oldest.request_id.is_some());
    // The account of the API key pays nothing.
    assert_eq!(mock.client().billing().balance().await.unwrap().balances.usd, "42.5".parse().ok());
}

#[tokio::test]
async fn below_ten_cents_nothing_runs() {
    let mock = start();
    let wallet = Wallet::new(evm(0));
    let venice = client(&mock, &wallet);
    for (balance, runs) in [("0", false), ("0.099999", false), ("0.1", true)] {
        mock.wallet(wallet.address()).set_balance(balance.parse::<Amount>().unwrap());
        let outcome = venice.chat().create(request()).await;
        assert_eq!(outcome.is_ok(), runs, "{balance}");
        let Err(error) = outcome else { continue };
        assert!(matches!(error.payment_required(), Some(PaymentRequired::Wallet(_))), "{error:?}");
    }
    mock.wallet(wallet.address()).set_balance(0);
    let local = evm(0);
    let reply = chat(&mock, Some(("SIGN-IN-WITH-X", &Draft::new(&local).signed(&local).await))).await;
    assert!(reply.headers().contains_key("payment-required"));
    let (status, body) = read(reply).await;
    assert_eq!(
        (status, &body["code"], &body["reason"]),
        (402, &json!("PAYMENT_REQUIRED"), &json!("insufficient_balance"))
    );
    for name in [
        "error",
        "currentBalanceUsd",
        "minimumBalanceUsd",
        "suggestedTopUpUsd",
        "minimumTopUpUsd",
        "supportedTokens",
        "supportedChains",
        "topUpInstructions",
        "siwxChallenge",
        "message",
        "description",
    ] {
        assert!(!body[name].is_null(), "{name}");
    }
    // Results of jobs that were paid for are handed out.
    mock.wallet(wallet.address()).set_balance(5);
    let video = || QueueVideoRequest::new("regata-video").prompt("Fog");
    let queued = venice.raw().queue_video(&video()).await.unwrap();
    mock.wallet(wallet.address()).set_balance(0);
    venice.raw().queue_video(&video()).await.unwrap_err();
    venice.raw().retrieve_video(&RetrieveJobRequest::new("regata-video", &*queued.queue_id)).await.unwrap();
}

#[tokio::test]
async fn the_last_charge_takes_what_is_left() {
    let mock = start();
    let wallet = Wallet::new(evm(0));
    mock.wallet(wallet.address()).set_balance("0.1".parse::<Amount>().unwrap());
    let venice = client(&mock, &wallet);
    while venice.raw().generate_image(&GenerateImageRequest::new("murano-image", "Fog")).await.is_ok() {}
    let left = mock.wallet(wallet.address()).balance();
    assert!(!left.is_negative() && left < "0.1".parse().unwrap(), "{left}");
}

#[tokio::test]
async fn diem_of_a_linked_account_is_spent_first() {
    let mock = start();
    let wallet = Wallet::new(evm(0));
    let address = wallet.address().to_string();
    let venice = client(&mock, &wallet);
    mock.wallet(&address).set_diem(1);
    venice.chat().create(request()).await.unwrap();
    let balance = venice.x402().balance(&address).await.unwrap();
    assert!(balance.diem_balance_usd.is_some_and(|diem| diem < 1.into() && !diem.is_zero()) && balance.can_consume);
    assert!(venice.x402().transactions(&address).next().await.is_none(), "spent DIEM is not listed");
}

#[tokio::test]
async fn five_requests_of_a_wallet_are_in_flight() {
    let mock = start();
    let (local, other) = (evm(0), evm(1));
    for wallet in [&local, &other] {
        mock.wallet(wallet.address()).set_balance(5);
    }
    let hold = Duration::from_secs(600);
    mock.answer(Answer::json(&json!({})).after(hold).on("createChatCompletion").times(5));
    let mut held = tokio::task::JoinSet::new();
    let mock = std::sync::Arc::new(mock);
    for _ in 0..5 {
        let (mock, header) = (std::sync::Arc::clone(&mock), Draft::new(&local).signed(&local).await);
        held.spawn(async move { chat(&mock, Some(("SIGN-IN-WITH-X", &header))).await.status() });
    }
    while mock.requests().len() < 5 {
        tokio::task::yield_now().await;
    }
    let header = Draft::new(&local).signed(&local).await;
    let refused = read(chat(&mock, Some(("SIGN-IN-WITH-X", &header))).await).await;
    assert_eq!(refused, (429, json!({"error": "Too many concurrent requests", "code": "X402_CONCURRENCY_LIMIT"})));
    let header = Draft::new(&other).signed(&other).await;
    assert_eq!(chat(&mock, Some(("SIGN-IN-WITH-X", &header))).await.status(), 200, "another wallet");
    // A client that goes away ends its requests.
    held.shutdown().await;
    loop {
        let header = Draft::new(&local).signed(&local).await;
        if chat(&mock, Some(("SIGN-IN-WITH-X", &header))).await.status() == 200 {
            break;
        }
    }
}

#[tokio::test]
async fn a_wallet_on_solana_gets_a_blockhash_from_a_node_that_it_pays() {
    let mock = start();
    let wallet = Wallet::new(solana(0));
    let venice = client(&mock, &wallet);
    // The API's own node wants to be paid: a wallet without credit needs another one.
    let error = venice.x402().top_up("5").await.unwrap_err();
    assert!(matches!(error.payment_required(), Some(PaymentRequired::Wallet(_))), "{error:?}");
    assert_eq!(mock.payments(), []);
    mock.wallet(wallet.address()).set_balance(1);
    venice.x402().top_up("5").await.unwrap();
    let balance = mock.wallet(wallet.address()).balance();
    assert!(balance > "5.9".parse().unwrap() && balance < 6.into(), "{balance}");
}

#[tokio::test]
async fn the_mint_of_usdc_is_on_the_node() {
    let mock = start();
    let usdc = "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v";
    let account = async |address: &str, encoding: &str| {
        let params = json!([address, {"encoding": encoding}]);
        let call = venice_ai::types::JsonRpcRequest::new("getAccountInfo").params(params);
        let reply = mock.client().crypto_rpc().call("solana-mainnet", call).await.unwrap();
        reply.result::<serde_json::Value>().unwrap()["value"].clone()
    };
    let parsed = account(usdc, "jsonParsed").await;
    assert_eq!(parsed["data"]["parsed"]["info"]["decimals"], 6);
    assert_eq!(parsed["owner"], "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA");
    let raw = account(usdc, "base64").await;
    let bytes = STANDARD.decode(raw["data"][0].as_str().unwrap()).unwrap();
    assert_eq!((bytes.len(), bytes[44]), (82, 6));
    assert!(account(&solana(0).address().to_string(), "base64").await.is_null());
}
