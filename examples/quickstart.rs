//! A first look: models, a streamed answer, an API key, a web3 token, rate limits and request ids.
//!
//! ```text
//! cargo run --example quickstart                     # talks to the bundled mock
//! VENICE_API_KEY=… cargo run --example quickstart    # talks to the real API, and leaves the account's keys alone
//! VENICE_API_KEY=… cargo run --example quickstart -- --manage-keys
//! ```

mod common;

use std::fmt::Display;
use std::io::Write;

use venice_ai::types::{
    ApiKeyType, ChatCompletionRequest, ConsumptionLimits, CreateApiKeyRequest, LimitPeriod, ModelFilter,
};
use venice_ai::{Client, Error, Meta};

#[tokio::main]
async fn main() -> Result<(), Error> {
    let (venice, mock) = common::client_or_mock().await?;

    let (models, meta) = venice.models().list(ModelFilter::Text).with_meta().await?.into_parts();
    let ids: Vec<&str> = models.iter().map(|model| model.id.as_str()).take(5).collect();
    println!("\n{} text models, such as {} [{}]", models.len(), ids.join(", "), request_id(&meta));

    let request = ChatCompletionRequest::new("default", ["Why is the sky blue? One sentence, please."])
        .max_completion_tokens(300);
    let mut text = venice.chat().stream(request).await?.text();
    let meta = text.meta().clone();
    println!("\n{} answers [{}]:", meta.model_id().unwrap_or("the model"), request_id(&meta));
    while let Some(piece) = text.next().await {
        print!("{}", piece?);
        std::io::stdout().flush().ok();
    }
    println!("\n");

    if common::may_manage_keys(mock.as_ref()) {
        make_and_delete_a_key(&venice).await?;
    } else {
        println!("No key is created on a real account without --manage-keys");
    }

    let (token, token_meta) = venice.api_keys().web3_token().with_meta().await?.into_parts();
    println!("A web3 token of {} characters, for a wallet to sign [{}]", token.expose().len(), request_id(&token_meta));

    let (limits, balances) = (meta.rate_limits(), meta.balances());
    println!("\nLeft this minute: {} of {} requests", told(limits.requests.remaining), told(limits.requests.limit));
    println!("                  {} of {} tokens", told(limits.tokens.remaining), told(limits.tokens.limit));
    println!("Balance before the answer: {} USD, {} DIEM", told(balances.usd), told(balances.diem));
    Ok(())
}

async fn make_and_delete_a_key(venice: &Client) -> Result<(), Error> {
    // Limited to a cent: a key left behind by a power failure does no harm.
    let request = CreateApiKeyRequest::new(ApiKeyType::Inference, "quickstart")
        .consumption_limit(ConsumptionLimits::new().usd(0.01))
        .limit_period(LimitPeriod::Lifetime);
    let (created, meta) = venice.api_keys().create(request).with_meta().await?.into_parts();
    println!("Created the key {}: {} [{}]", created.id, created.api_key, request_id(&meta)); // A secret prints as ***

    // Deleted even if retrieving it fails.
    let read = venice.api_keys().retrieve(&created.id).await;
    venice.api_keys().delete(&created.id).await?;
    println!("Read it back: it ends in {}. Deleted it", read?.last6_chars);
    Ok(())
}

/// Headers may be missing.
fn told(value: Option<impl Display>) -> String {
    value.map_or_else(|| "?".to_owned(), |value| value.to_string())
}

/// Venice's support needs it.
fn request_id(meta: &Meta) -> &str {
    meta.request_id().unwrap_or("no request id")
}
