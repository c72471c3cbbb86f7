//! `ApiKey`: a validated API key and its `Authorization` header. `KeyProvider`: the caller's source of keys. `PooledKey`: one of several.

use std::error::Error as StdError;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, HeaderValue};

use super::Outgoing;
use super::caught::caught;
use crate::runtime::error::{Delivery, Error, ErrorKind};
use crate::runtime::secret::Secret;

/// A valid key and its header. Cheap to clone, as each call has it.
#[derive(Clone)]
pub(crate) struct ApiKey {
    inner: Arc<KeyData>,
}

struct KeyData {
    secret: Secret,
    header: HeaderValue,
}

impl ApiKey {
    pub(crate) fn new(secret: Secret) -> Result<Self, Error> {
        let key = secret.expose();
        if key.trim().is_empty() {
            return Err(Error::configuration("the API key is empty"));
        }
        if key.trim() != key || !key.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ') {
            return Err(Error::configuration(
                "the API key has a leading or trailing space, a line break, or another character that is not valid in a header",
            ));
        }
        let mut header = HeaderValue::try_from(format!("Bearer {key}"))
            .map_err(|_| Error::configuration("the API key is not valid in a header"))?;
        header.set_sensitive(true);
        Ok(Self { inner: Arc::new(KeyData { secret, header }) })
    }

    /// The value of `Authorization`. It is marked as sensitive.
    pub(crate) fn header(&self) -> &HeaderValue {
        &self.inner.header
    }

    pub(crate) fn expose(&self) -> &str {
        self.inner.secret.expose()
    }

    pub(crate) fn secret(&self) -> &Secret {
        &self.inner.secret
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.inner.secret, f)
    }
}

/// The key of a call among those of a pool.
#[derive(Debug, Default)]
pub(crate) struct PooledKey {
    /// Whether the call uses the client's key, which is one of several.
    pub(crate) is_pooled: bool,
    /// The number of the key that was chosen before the call is sent.
    #[cfg(feature = "keys")]
    pub(crate) assigned: Option<usize>,
    /// The failed attempt is to be made with another key, after all interceptors.
    pub(crate) begins_again: bool,
    /// How often it did.
    pub(crate) restarts: u32,
}

impl Outgoing {
    /// Sets the key of the following attempts.
    pub(crate) fn set_key(&mut self, key: ApiKey) {
        self.set_header(AUTHORIZATION, key.header().clone());
        self.scope.set_key(key);
    }
}

type Providing = Pin<Box<dyn Future<Output = Result<Secret, Box<dyn StdError + Send + Sync>>> + Send>>;

/// The caller's source of API keys, which is asked before each attempt.
#[derive(Clone)]
pub(crate) struct KeyProvider(Arc<dyn Fn() -> Providing + Send + Sync>);

impl KeyProvider {
    pub(crate) fn new<F, E>(provide: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<Secret, E>> + Send + 'static,
        E: Into<Box<dyn StdError + Send + Sync>>,
    {
        Self(Arc::new(move || {
            let providing = provide();
            Box::pin(async move { providing.await.map_err(Into::into) })
        }))
    }

    /// Asks for a key, at most for `limit`. Nothing was sent if it fails.
    pub(super) async fn key(&self, limit: Duration) -> Result<ApiKey, Error> {
        let failed = |problem: String| {
            Error::new(ErrorKind::MissingApiKey, format!("the API key provider {problem}; nothing was sent"))
        };
        let providing = caught(async { (self.0)().await });
        match tokio::time::timeout(limit, providing).await {
            Ok(Ok(Ok(secret))) => {
                ApiKey::new(secret).map_err(|error| failed(format!("returned an invalid key: {}", error.message())))
            }
            Ok(Ok(Err(error))) => Err(failed(format!("failed: {error}")).with_source(error)),
            Ok(Err(panic)) => Err(failed(format!("panicked: {panic}"))),
            Err(_) => {
                let message = format!("the API key provider did not return within {limit:?}; nothing was sent");
                Err(Error::new(ErrorKind::Timeout, message).with_delivery(Delivery::NotSent))
            }
        }
    }
}

impl fmt::Debug for KeyProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyProvider")
    }
}
