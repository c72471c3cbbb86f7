//! API keys: create one with limits, list, rotate, delete, and the token from which a wallet gets a key.
//!
//! ```text
//! cargo run --example api_keys                       # on the bundled mock
//! VENICE_API_KEY=… cargo run --example api_keys -- --manage-keys    # on a real account; the key must be of the type ADMIN
//! ```

mod common;

use venice_ai::types::{ApiKeyType, ConsumptionLimits, CreateApiKeyRequest, LimitPeriod, ModelPrivacy};
use venice_ai::{Client, Error, Secret};

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

    let new_id = rotate(venice, &first.id, made).await?;
    println!("Rotated it: {new_id} takes its place");
    list(venice).await
}

/// Replaces a key by a new one with the same settings. The old one is deleted when the new one works and is stored.
async fn rotate(venice: &Client, id: &str, made: &mut Vec<String>) -> Result<String, Error> {
    // Store the key here, for the programs that use it: the API does not show it again.
    let hand_over = |key: Secret| async move {
        println!("The new key works, and has {} characters", key.expose().len());
        Ok::<(), std::io::Error>(())
    };
    let rotated = venice.api_keys().rotate(id, hand_over).await.inspect_err(|error| {
        made.extend(error.unfinished_rotation().filter(|it| !it.new_is_deleted).and_then(|it| it.new_id.clone()));
    })?;
    made.retain(|made| made != id);
    made.push(rotated.new.id.clone());
    Ok(rotated.new.id)
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
