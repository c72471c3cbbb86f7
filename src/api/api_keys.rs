//! API keys: making them, what they may spend, and when they were held back.
//!
//! | To | Call |
//! |---|---|
//! | make a key, with limits and an end | [`create`](ApiKeys::create) |
//! | see all keys, or one | [`list`](ApiKeys::list), [`retrieve`](ApiKeys::retrieve) |
//! | change its limits, its end, its description | [`update`](ApiKeys::update) |
//! | delete it | [`delete`](ApiKeys::delete) |
//! | know what this client's own key may do | [`rate_limits`](ApiKeys::rate_limits) |
//! | know when requests were refused for their rate | [`rate_limit_log`](ApiKeys::rate_limit_log) |
//! | make a key for a wallet, without having one | [`web3_token`](ApiKeys::web3_token), then [`create_with_web3`](ApiKeys::create_with_web3) |
//!
//! ```no_run
//! # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
//! use venice_ai::types::{ApiKeyType, ConsumptionLimits, CreateApiKeyRequest, LimitPeriod};
//!
//! let request = CreateApiKeyRequest::new(ApiKeyType::Inference, "nightly build")
//!     .consumption_limit(ConsumptionLimits::new().usd(5.0))
//!     .limit_period(LimitPeriod::Month);
//! let created = venice.api_keys().create(request).await?;
//! println!("{}", created.api_key.expose()); // shown this once
//! # Ok(()) }
//! ```
//!
//! Managing keys is free and needs a key of the type `ADMIN`. Any key may read its own [`rate_limits`](ApiKeys::rate_limits), and the two
//! calls for wallets need none. Reading is repeated after failures that may pass; a creation only when it surely did not happen, so
//! after a time-out look at the list before making another. A key is a [`Secret`](crate::Secret): it prints as `***`, and
//! [`expose`](crate::Secret::expose) gives it.
//!
//! An account has at most 500 active keys, and makes at most 20 a minute. Refused before anything is sent: an empty id, an unknown
//! kind of key, a description that is empty or longer than 64 characters, a limit below zero, a malformed expiry date.

pub use crate::api::generated::handles::ApiKeys;
