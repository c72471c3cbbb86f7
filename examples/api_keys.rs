//! API keys: create one with limits, list, rotate, delete, and the token from which a wallet gets a key.
//!
//! ```text
//! cargo run --example api_keys                       # on the bundled mock
//! VENICE_API_KEY=… cargo run --example api_keys -- --manage-keys    # on a real account; the key must be of the type ADMIN
//! ```

mod common;

use venice_ai::types::{ApiKey, ApiKeyType, ConsumptionLimits, CreateApiKeyRequest, LimitPeriod, ModelPrivacy};
use venice_ai::{Client, Error};

#[tokio::main]
async fn main() -> Result<(), Error> {
    let (venice, mock) = common::client_or_mock().await?;

    if common::may_manage_keys(mock.as_ref()) {
        let mut made = Vec::new();
        let outcome = tour(&venice, &mut made).await;
        // Whatever happens, no key is left behind.
        for id in made {
            match venice.api_keys().delete(&id).await {
                Ok(()) => println!("Deleted {id}"),
                Err(error) => eprintln!("{id} is still there: {error}"),
            }
        }
        outcome?;
    } else {
        list(&venice).await?;
        println!("No key is created on a real account without --manage-keys");
    }

    let token = venice.api_keys().web3_token().await?;
    println!("A wallet that stakes VVV signs this token of {} characters to get a key", token.expose().len());
    Ok(())
}

/// Creates a key and rotates it. `made` has the ids of the keys that are to be deleted.
async fn tour(venice: &Client, made: &mut Vec<String>) -> Result<(), Error> {
    let request = CreateApiKeyRequest::new(ApiKeyType::Inference, "example of venice-ai")
        .consumption_limit(ConsumptionLimits::new().usd(0.01).diem(0.0))
        .limit_period(LimitPeriod::Month)
        .model_privacy(ModelPrivacy::PrivateOnly)
        .expires_at("2099-12-31");
    let first = venice.api_keys().create(request).await?;
    made.push(first.id.clone());
    println!("Created {}, limited to a cent a month, until {}", first.id, first.expires_at.unwrap_or_default());

    let old = venice.api_keys().retrieve(&first.id).await?;
    let new_id = rotate(venice, &old, made).await?;
    println!("Rotated it: {new_id} takes its place");
    list(venice).await
}

/// Replaces a key by a new one with the same settings. The old one is deleted when the new one is known to work.
async fn rotate(venice: &Client, old: &ApiKey, made: &mut Vec<String>) -> Result<String, Error> {
    let mut request = CreateApiKeyRequest::new(old.api_key_type.clone(), old.description.clone().unwrap_or_default())
        .consumption_limit(old.consumption_limits.clone())
        .limit_period(old.limit_period.clone())
        .model_privacy(old.model_privacy.clone());
    request.expires_at = old.expires_at.clone();
    let new = venice.api_keys().create(request).await?;
    made.push(new.id.clone());

    // Store `new.api_key` now: the API does not show it again. Here it is only tested.
    venice.api_keys().rate_limits().with_api_key(&new.api_key).await?;

    venice.api_keys().delete(&old.id).await?;
    made.retain(|id| *id != old.id);
    Ok(new.id)
}

async fn list(venice: &Client) -> Result<(), Error> {
    println!("The account's keys:");
    for key in venice.api_keys().list().await? {
        println!(
            "  {} …{} {:9} {}",
            key.id,
            key.last6_chars,
            key.api_key_type.as_str(),
            key.description.unwrap_or_default()
        );
    }
    Ok(())
}
