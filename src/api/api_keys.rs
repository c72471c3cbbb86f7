//! `ApiKeys`: the handle of API keys: create them, set their limits, read their rate limits.
//!
//! | To | Call |
//! |---|---|
//! | create a key with limits and an expiry date | [`create`](ApiKeys::create) |
//! | list keys, or retrieve one | [`list`](ApiKeys::list), [`retrieve`](ApiKeys::retrieve) |
//! | change its limits, expiry date or description | [`update`](ApiKeys::update) |
//! | replace it by a new one | [`rotate`](ApiKeys::rotate) |
//! | delete it | [`delete`](ApiKeys::delete) |
//! | get the rate limits and balances of this client's key | [`rate_limits`](ApiKeys::rate_limits) |
//! | list requests rejected by a rate limit | [`rate_limit_log`](ApiKeys::rate_limit_log) |
//! | create a key for a wallet, without having one | [`web3_token`](ApiKeys::web3_token), then [`create_with_web3`](ApiKeys::create_with_web3) |
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
//! calls for wallets need none. Reads are retried after transient failures; a creation only when it is known not to have been executed, so
//! after a time-out check the list before you create another. A key is a [`Secret`](crate::Secret): it prints as `***`, and
//! [`expose`](crate::Secret::expose) returns it.
//!
//! An account has at most 500 active keys, and creates at most 20 a minute. Rejected before sending: an empty id, an unknown kind of key, a
//! description that is empty or longer than 64 characters, a negative limit, a malformed expiry date.

pub use crate::api::generated::handles::ApiKeys;
