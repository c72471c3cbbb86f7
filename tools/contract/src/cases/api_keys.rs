//! API keys. What is made here is deleted at the end of the run, whatever happens in between.

use venice_ai::types::*;

use super::Cost::{Free, Keys, TestServer};
use super::Size::{Maximal, Minimal, Only};
use super::x402::WALLET;
use super::{Case, Scene, Stop, case};

const DESCRIPTION: &str = "venice-contract, to be deleted";
/// Whatever happens, a key of this tool ends some day.
const EXPIRY: &str = "2099-01-01T00:00:00Z";
const NEEDS_WALLET: &str = "needs a wallet that signs";

pub fn cases() -> Vec<Case> {
    let mut cases = reading();
    cases.extend(managing());
    cases
}

fn reading() -> Vec<Case> {
    vec![
        case("getApiKeys", Only, Free, |scene| async move {
            scene.venice().api_keys().list().await?;
            Ok(())
        }),
        case("getApiKeyById", Only, Free, |scene| async move {
            let keys = scene.venice().api_keys().list().await?;
            let key = keys.first().ok_or_else(|| Stop::Skipped("the account has no keys".to_owned()))?;
            scene.venice().api_keys().retrieve(&key.id).await?;
            Ok(())
        }),
        case("getApiKeyRateLimits", Only, Free, |scene| async move {
            scene.venice().api_keys().rate_limits().await?;
            Ok(())
        }),
        case("getApiKeyRateLimitLogs", Only, Free, |scene| async move {
            scene.venice().api_keys().rate_limit_log().await?;
            Ok(())
        }),
        case("getApiKeyGenerateWeb3Key", Only, Free, |scene| async move {
            scene.venice().api_keys().web3_token().await?;
            Ok(())
        }),
    ]
}

fn managing() -> Vec<Case> {
    vec![
        case("createApiKey", Minimal, Keys, |scene| async move { key(&scene).await.map(drop) }),
        case("createApiKey", Maximal, Keys, |scene| async move {
            let request = CreateApiKeyRequest::new(ApiKeyType::Inference, DESCRIPTION)
                .consumption_limit(ConsumptionLimits::new().usd(0.01).diem(0.01))
                .expires_at(EXPIRY)
                .ip_allowlist(["203.0.113.7"])
                .limit_period(LimitPeriod::Month)
                .model_privacy(ModelPrivacy::PrivateOnly);
            scene.made_key(&scene.venice().api_keys().create(request).await?.id);
            Ok(())
        }),
        case("updateApiKey", Minimal, Keys, |scene| async move {
            scene.venice().api_keys().update(UpdateApiKeyRequest::new(key(&scene).await?)).await?;
            Ok(())
        }),
        case("updateApiKey", Maximal, Keys, |scene| async move {
            let request = UpdateApiKeyRequest::new(key(&scene).await?)
                .consumption_limit(ConsumptionLimitsUpdate::new().usd(0.02).diem(None))
                .description(DESCRIPTION)
                .expires_at(EXPIRY)
                .ip_allowlist(["203.0.113.0/24"])
                .limit_period(LimitPeriod::Lifetime)
                .model_privacy(ModelPrivacy::All);
            scene.venice().api_keys().update(request).await?;
            Ok(())
        }),
        case("deleteApiKey", Only, Keys, |scene| async move {
            let id = key(&scene).await?;
            scene.venice().api_keys().delete(&id).await?;
            scene.deleted_key(&id);
            Ok(())
        }),
        case("postApiKeyGenerateWeb3Key", Minimal, TestServer(NEEDS_WALLET), |scene| async move {
            let request = with_wallet(&scene).await?;
            scene.made_key(&scene.venice().api_keys().create_with_web3(request).await?.id);
            Ok(())
        }),
        case("postApiKeyGenerateWeb3Key", Maximal, TestServer(NEEDS_WALLET), |scene| async move {
            let request = with_wallet(&scene)
                .await?
                .consumption_limit(ConsumptionLimits::new().usd(0.01).diem(0.01))
                .description(DESCRIPTION)
                .expires_at(EXPIRY)
                .ip_allowlist(["203.0.113.7"])
                .limit_period(LimitPeriod::Month)
                .model_privacy(ModelPrivacy::All);
            scene.made_key(&scene.venice().api_keys().create_with_web3(request).await?.id);
            Ok(())
        }),
    ]
}

/// The id of a key that this run has made.
async fn key(scene: &Scene) -> Result<String, Stop> {
    if let Some(id) = scene.a_made_key() {
        return Ok(id);
    }
    let request = CreateApiKeyRequest::new(ApiKeyType::Inference, DESCRIPTION);
    let made = scene.venice().api_keys().create(request).await?;
    scene.made_key(&made.id);
    Ok(made.id)
}

async fn with_wallet(scene: &Scene) -> Result<CreateWeb3ApiKeyRequest, Stop> {
    let token = scene.venice().api_keys().web3_token().await?;
    let signature = format!("0x{:0130x}", 9);
    Ok(CreateWeb3ApiKeyRequest::new(ApiKeyType::Inference, WALLET, signature, token))
}
