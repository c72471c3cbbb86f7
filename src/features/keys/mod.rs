//! API keys in operation: rotate them, spread calls over several of them, check one.
//!
//! | To | Call |
//! |---|---|
//! | replace a key by a new one, safe at every step | [`api_keys().rotate()`](crate::ApiKeys::rotate) |
//! | spread the calls of a client over several keys | [`ClientBuilder::key_pool`](crate::ClientBuilder::key_pool) |
//! | see whether the API, the key and the account work, free of charge | [`Client::health`](crate::Client::health) |
//! | see why a request was not paid for | [`Error::payment_cause`](crate::Error::payment_cause) |
//!
//! ```no_run
//! use venice_ai::{Client, keys::KeyPool};
//!
//! # async fn example(first: venice_ai::Secret, second: venice_ai::Secret) -> Result<(), venice_ai::Error> {
//! let venice = Client::builder().key_pool(KeyPool::new([first, second])).build()?;
//! println!("{}", venice.health().await?);
//! # Ok(()) }
//! ```

mod health;
mod pool;
mod rotate;
mod unfinished;

pub use self::health::{Health, KeyHealth};
#[cfg(feature = "batch")]
pub(crate) use self::pool::interceptor::PoolInterceptor;
pub use self::pool::{KeyPool, SkippedKey};
pub use self::rotate::RotatedKey;
pub use self::unfinished::{RotationStep, UnfinishedRotation};
