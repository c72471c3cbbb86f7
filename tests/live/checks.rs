//! The checks of the tests against the real API. The tests of the mock use them too, so that this code runs without a key.

use std::time::{SystemTime, UNIX_EPOCH};

use venice_ai::types::{
    ApiKeyType, ChatCompletionRequest, ConsumptionLimits, CreateApiKeyRequest, FinishReason, LimitPeriod, ModelFilter,
    VeniceParameters,
};
use venice_ai::{Client, Error};

/// The prefix of the descriptions of keys created here.
pub const MARK: &str = "venice-ai live test";

pub async fn models_are_listed(venice: &Client) {
    let (models, meta) = venice.models().list(ModelFilter::Text).with_meta().await.unwrap().into_parts();
    assert!(models.iter().any(|model| model.model_spec.traits.iter().flatten().any(|name| name == "default")));
    assert!(models.iter().all(|model| !model.id.is_empty()));
    assert!(meta.request_id().is_some());
}

pub async fn a_web3_token_is_fetched(venice: &Client) {
    let token = venice.api_keys().web3_token().await.unwrap();
    assert_eq!(token.expose().split('.').count(), 3, "a JWT has three parts");
}

pub async fn ten_tokens_are_streamed(venice: &Client) {
    let parameters = VeniceParameters::new().disable_thinking(true).include_venice_system_prompt(false);
    let request = ChatCompletionRequest::new("default", ["Count from one to fifty, in words."])
        .max_completion_tokens(10)
        .venice_parameters(parameters);
    let stream = venice.chat().stream(request).await.unwrap();
    assert!(stream.meta().model_id().is_some());
    let reply = stream.collect().await.unwrap();
    assert_eq!(reply.finish_reason(), Some(&FinishReason::Length));
    let tokens = reply.usage.as_ref().unwrap().completion_tokens;
    assert!((1..=12).contains(&tokens), "{tokens} tokens");
    assert!(reply.cost.is_some());
}

/// No key is left behind, whatever fails, also if the reply to a creation is lost.
pub async fn a_key_is_made_and_deleted(venice: &Client) {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos();
    let description = format!("{MARK} {now}");
    // In its own task: a failed assertion ends the task but not the cleanup.
    let trial = tokio::spawn(life_of_a_key(venice.clone(), description.clone())).await;
    let left = clean_up(venice, &description).await;
    match trial {
        Err(failure) => std::panic::resume_unwind(failure.into_panic()),
        Ok(()) => assert_eq!(left.unwrap(), 0, "keys were left"),
    }
}

async fn life_of_a_key(venice: Client, description: String) {
    let request = CreateApiKeyRequest::new(ApiKeyType::Inference, &description)
        .consumption_limit(ConsumptionLimits::new().usd(0.01))
        .limit_period(LimitPeriod::Lifetime)
        .expires_at("2099-12-31");
    let created = venice.api_keys().create(request).await.unwrap();
    assert_eq!(created.api_key_type, ApiKeyType::Inference);

    let key = venice.api_keys().retrieve(&created.id).await.unwrap();
    assert_eq!(key.description.as_deref(), Some(description.as_str()));
    assert_eq!(key.consumption_limits.usd, Some(0.01));
    assert!(created.api_key.expose().ends_with(&key.last6_chars));

    let works = venice.api_keys().rate_limits().with_api_key(&created.api_key).await;
    assert!(works.is_ok(), "the new key works: {works:?}");

    venice.api_keys().delete(&created.id).await.unwrap();
    assert!(venice.api_keys().retrieve(&created.id).await.is_err());
    assert!(!venice.api_keys().list().await.unwrap().iter().any(|key| key.id == created.id));
}

/// Deletes the keys with this description, and returns their number.
async fn clean_up(venice: &Client, description: &str) -> Result<usize, Error> {
    let mut deleted = 0;
    for key in venice.api_keys().list().await? {
        if key.description.as_deref() == Some(description) {
            venice.api_keys().delete(&key.id).await?;
            deleted += 1;
        }
    }
    Ok(deleted)
}
