//! A wallet without an account: sign in, buy credit, chat, create an API key. On the bundled mock, which verifies the signatures and moves
//! no money.
//!
//! ```text
//! cargo run --example wallet
//! ```

use venice_ai::Client;
use venice_ai::types::{ApiKeyType, ChatCompletionRequest, CreateApiKeyRequest};
use venice_ai::wallet::{LocalWallet, TopUpPolicy, Wallet};
use venice_ai_mock::MockVenice;

/// A key that everybody knows. Yours comes from `LocalWallet::from_env()`, a keystore file, or a signer of your own.
const KEY: &str = "0x4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318";

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mock = MockVenice::builder().verify_wallets(true).start().await?;
    println!("Talking to the bundled mock at {}.", mock.base_url());

    // With the real API, `base_url` and `no_proxy` are left out.
    let policy = TopUpPolicy::new("10").on_event(|event| {
        println!("Payment of {} USD: {}", event.payment.amount, event.state.as_str());
    });
    let wallet = Wallet::new(LocalWallet::from_hex(KEY)?);
    let address = wallet.address().to_string();
    let builder = || Client::builder().base_url(mock.base_url()).no_proxy();
    let venice = builder().wallet(&wallet).top_up_policy(&policy).build()?;

    // Every request is signed by the wallet. Without credit, none is answered.
    let request = || ChatCompletionRequest::new("default", ["Why is the sky blue?"]);
    let balance = venice.x402().balance(&address).await?;
    println!("{address} has {} USD of credit", balance.balance_usd.unwrap_or_default());
    if let Err(error) = venice.chat().create(request()).await {
        println!("Rejected: {error}");
    }

    // What would be signed, then the payment.
    let top_up = venice.x402().prepare_top_up("5").await?;
    println!("{} USD on {} to {}", top_up.amount(), top_up.chain(), top_up.recipient());
    let done = top_up.sign().await?.send().await?;
    println!("{} USD of credit", done.top_up.new_balance.unwrap_or_default());

    let answer = venice.chat().create(request()).await?;
    println!("{}", answer.text());
    let mut transactions = venice.x402().transactions(&address);
    while let Some(transaction) = transactions.next().await {
        let transaction = transaction?;
        println!("{} {} USD", transaction.type_, transaction.amount.unwrap_or_default());
    }

    // A wallet that stakes VVV gets a key, and needs no signature from then on.
    mock.wallet(&address).set_staked_vvv(1);
    let created = venice.api_keys().create_for_wallet(CreateApiKeyRequest::new(ApiKeyType::Inference, "agent")).await?;
    let with_key = builder().api_key(created.api_key).build()?;
    println!("With a key: {}", with_key.chat().create(request()).await?.text());

    println!("{} payment, {} USD left", mock.payments().len(), mock.wallet(&address).balance());
    Ok(mock.verify()?)
}
