//! `KeyPool`: several API keys for one client.

mod builder;
pub(crate) mod interceptor;
mod state;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use self::state::PoolState;
use crate::runtime::error::{Error, ErrorKind};
use crate::runtime::secret::Secret;
use crate::runtime::transport::ApiKey;

/// Several API keys for one client, for [`ClientBuilder::key_pool`](crate::ClientBuilder::key_pool).
///
/// Each call that is paid for takes the key with which most requests like it may still be sent, by the rate limits of its model that replies
/// report, and of equals the one that was used least recently. The API's rate limits are those of an account, so several accounts have
/// more of them; keys of one account differ in their spending limits.
///
/// | A call that is answered with | The call | The key |
/// |---|---|---|
/// | 401; 403 that the account is inactive, or that the key is for other addresses | is made with another key | is skipped for 5 minutes |
/// | 402: the key's limit or the account's balance | the same | the same; at most until 00:00 UTC, when DIEM come back |
/// | 429: a rate limit | the same, if another key has something left; otherwise it is [retried](crate::RetryPolicy) | is skipped for the model until the window ends |
/// | anything else | fails, or is retried with its key | is used |
///
/// A call is made with another key only if the API has rejected it and did not execute it ([`Error::delivery`]). If all keys are skipped, the
/// one that may work first is tried. Streams have one key. The polls of a job are made with the key that queued it; of a job from another
/// process the first poll finds the key. Everything else uses the first key: the account ([`api_keys`](crate::api_keys),
/// [`billing`](crate::billing), [characters](crate::characters)), public endpoints, [`Client::request`](crate::Client::request). So does a
/// call with its own [key](crate::Call::with_api_key) use that one.
///
/// What only one account has, such as a cloned voice, needs [`with_api_key`](crate::Client::with_api_key). [`pace`](crate::pace) and
/// [batches](crate::many) wait in the queue of the key that a call has got.
///
/// A clone shares the state of the keys. `Debug` shows no key.
#[derive(Clone)]
pub struct KeyPool {
    data: Arc<PoolData>,
}

struct PoolData {
    keys: Vec<ApiKey>,
    /// The first invalid key.
    refused: Option<Error>,
    state: Mutex<PoolState>,
}

/// A key that a pool skips for now, from [`KeyPool::skipped`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SkippedKey {
    /// Its place in the list that the pool was made from, from 0.
    pub index: usize,
    /// The kind of the error for which it is skipped.
    pub kind: ErrorKind,
    /// When it is tried again, by the client's [clock](crate::ClientBuilder::clock).
    pub until: Instant,
}

impl KeyPool {
    /// A pool of these keys. The first one is used for everything that is not paid for. An empty pool, or an invalid key, is an error of
    /// [`ClientBuilder::build`](crate::ClientBuilder::build).
    pub fn new<K: Into<Secret>>(keys: impl IntoIterator<Item = K>) -> Self {
        let (mut valid, mut refused) = (Vec::new(), None);
        for (index, key) in keys.into_iter().enumerate() {
            match ApiKey::new(key.into()) {
                Ok(key) => valid.push(key),
                Err(error) => {
                    let message = format!("key {index} of the key pool: {}", error.message());
                    refused.get_or_insert(Error::configuration(message));
                }
            }
        }
        if valid.is_empty() {
            refused.get_or_insert(Error::configuration("the key pool has no keys"));
        }
        let state = Mutex::new(PoolState::new(valid.len()));
        Self { data: Arc::new(PoolData { keys: valid, refused, state }) }
    }

    /// The keys that are skipped, or were tried again without success.
    ///
    /// ```
    /// # fn look(pool: &venice_ai::keys::KeyPool) {
    /// for key in pool.skipped() {
    ///     println!("key {}: {}", key.index, key.kind);
    /// }
    /// # }
    /// ```
    pub fn skipped(&self) -> Vec<SkippedKey> {
        self.lock().skipped().collect()
    }

    fn lock(&self) -> MutexGuard<'_, PoolState> {
        // Nothing panics while the lock is held, and the state would be usable even so.
        self.data.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for KeyPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyPool")
            .field("keys", &self.data.keys.len())
            .field("skipped", &self.skipped())
            .finish_non_exhaustive()
    }
}
