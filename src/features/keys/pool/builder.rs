//! [`ClientBuilder::key_pool`]: a client with several keys.

use std::sync::Arc;

use super::KeyPool;
use super::interceptor::PoolInterceptor;
use crate::runtime::client::ClientBuilder;
use crate::runtime::transport::ApiKey;

impl ClientBuilder {
    /// Several API keys: each call takes the one with most left, and keys that are rejected, used up or rate limited are skipped. Of this,
    /// [`api_key`](Self::api_key) and [`api_key_provider`](Self::api_key_provider) the last call wins. See [`KeyPool`].
    ///
    /// ```
    /// use venice_ai::{Client, keys::KeyPool};
    ///
    /// let pool = KeyPool::new(["key of one account", "key of another"]);
    /// let venice = Client::builder().key_pool(pool.clone()).build()?;
    /// assert!(pool.skipped().is_empty());
    /// # Ok::<(), venice_ai::Error>(())
    /// ```
    #[doc(alias("keys", "load_balancing", "failover"))]
    pub fn key_pool(mut self, pool: KeyPool) -> Self {
        self.interceptors.set(Arc::new(PoolInterceptor::new(pool.clone())));
        match pool.data.keys.first().map(ApiKey::secret) {
            Some(first) => self.pooled(first.clone()),
            None => self,
        }
    }
}
