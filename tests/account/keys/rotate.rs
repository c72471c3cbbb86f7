//! The rotation of keys on the mock.

use std::sync::{Arc, Mutex};

use serde_json::json;
use venice_ai::types::{ApiKeyType, ConsumptionLimits, CreateApiKeyRequest, LimitPeriod, ModelPrivacy};
use venice_ai::{ErrorKind, Secret};
use venice_ai_mock::MockVenice;

/// A place for a key.
#[derive(Clone, Default)]
struct Vault(Arc<Mutex<Option<Secret>>>);

impl Vault {
    async fn store(self, key: Secret) -> Result<(), std::io::Error> {
        *self.0.lock().unwrap() = Some(key);
        Ok(())
    }

    fn key(&self) -> Secret {
        self.0.lock().unwrap().clone().unwrap()
    }
}

#[tokio::test]
async fn the_new_key_has_all_that_the_old_one_had() {
    let mock = MockVenice::start().await.unwrap();
    let venice = mock.client();
    let request = CreateApiKeyRequest::new(ApiKeyType::Inference, "tide gauge")
        .consumption_limit(ConsumptionLimits::new().usd(5.0).diem(2.5))
        .limit_period(LimitPeriod::Month)
        .model_privacy(ModelPrivacy::PrivateText)
        .expires_at("2199-01-31T00:00:00.000Z")
        .ip_allowlist(["11.22.33.44", "2001:db8::/32"]);
    let old = venice.api_keys().create(request).await.unwrap();

    let vault = Vault::default();
    let handed = vault.clone();
    let rotated = venice.api_keys().rotate(&old.id, |key| handed.store(key)).await.unwrap();
    assert_eq!((&rotated.old.id, rotated.was_own), (&old.id, false));
    assert_eq!(vault.key(), rotated.new.api_key);
    assert_ne!((&rotated.new.id, &rotated.new.api_key), (&old.id, &old.api_key));

    let sent = mock.requests_of("createApiKey").pop().unwrap().json::<serde_json::Value>().unwrap();
    let same = json!({
        "apiKeyType": "INFERENCE",
        "description": "tide gauge",
        "consumptionLimit": {"usd": 5.0, "diem": 2.5},
        "limitPeriod": "MONTH",
        "modelPrivacy": "PRIVATE_TEXT",
        "expiresAt": "2199-01-31T00:00:00.000Z",
        "ipAllowlist": ["11.22.33.44/32", "2001:db8::/32"],
    });
    assert_eq!(sent, same);
    let new = venice.api_keys().retrieve(&rotated.new.id).await.unwrap();
    assert_eq!((new.consumption_limits, new.expires_at), (rotated.old.consumption_limits, rotated.old.expires_at));
    assert_eq!((new.ip_allowlist, new.description), (rotated.old.ip_allowlist, rotated.old.description));
    let with_old = venice.with_api_key(old.api_key).api_keys().rate_limits().await;
    assert_eq!(with_old.unwrap_err().kind(), ErrorKind::Authentication);
    venice.with_api_key(vault.key()).api_keys().rate_limits().await.unwrap();
    mock.verify().unwrap();
}

#[tokio::test]
async fn a_client_that_rotates_its_own_key_is_told_and_a_provider_takes_the_new_one() {
    let mock = MockVenice::start().await.unwrap();
    let own = mock.client().api_keys().list().await.unwrap().remove(0);
    let vault = Vault::default();
    vault.clone().store(mock.api_key().into()).await.unwrap();
    let keys = vault.clone();
    let provider = move || {
        let key = keys.key();
        async move { Ok::<_, std::io::Error>(key) }
    };
    let provided = mock.client_builder().api_key_provider(provider).build().unwrap();

    let fixed = mock.client();
    let handed = vault.clone();
    let rotated = fixed.api_keys().rotate(&own.id, |key| handed.store(key)).await.unwrap();
    assert!(rotated.was_own);
    assert_eq!(fixed.api_keys().list().await.unwrap_err().kind(), ErrorKind::Authentication, "it keeps its key");
    let listed = provided.api_keys().list().await.unwrap();
    assert_eq!(listed.iter().map(|key| &key.id).collect::<Vec<_>>(), [&rotated.new.id]);
}

#[tokio::test]
async fn a_key_without_limits_gets_none() {
    let mock = MockVenice::start().await.unwrap();
    let old = mock.client().api_keys().create(CreateApiKeyRequest::new(ApiKeyType::Inference, "x")).await.unwrap();
    mock.client().api_keys().rotate(&old.id, |_| std::future::ready(Ok::<(), std::io::Error>(()))).await.unwrap();
    let sent = mock.requests_of("createApiKey").pop().unwrap().json::<serde_json::Value>().unwrap();
    let plain = json!({"apiKeyType": "INFERENCE", "description": "x", "limitPeriod": "EPOCH", "modelPrivacy": "ALL"});
    assert_eq!(sent, plain);
    mock.verify().unwrap();
}
