//! Typed groups of headers: rate limits, balances, pagination, deprecation.

use std::time::{Duration, SystemTime};

use super::Amount;

/// The rate limits after the request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RateLimits {
    /// Requests in the current window.
    pub requests: RateLimit,
    /// Tokens in the current minute.
    pub tokens: RateLimit,
    /// The scope of an enforced limit.
    pub scope: Option<RateLimitScope>,
}

/// One rate limit. A field is `None` if the API did not send it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RateLimit {
    /// The maximum in the window.
    pub limit: Option<u64>,
    /// The rest.
    pub remaining: Option<u64>,
    /// The time from the reply to the end of the window; zero if it has ended. The header is read by its magnitude, as the API sends
    /// milliseconds since 1970, seconds since 1970 and plain seconds.
    pub resets_in: Option<Duration>,
}

/// How many more requests may fail before the API blocks those with the same API key (wallets: IP address), model and `user`.
///
/// The API counts each 4xx except 429, and allows 50 in 30 seconds. It does not limit requests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ErrorBudget {
    /// The rest before this reply was counted: a failure with `1` was the last one allowed.
    pub remaining: Option<u64>,
    /// The time from the reply to the end of the window; zero if it has ended.
    pub resets_in: Option<Duration>,
}

impl RateLimit {
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The scope of a rate limit.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RateLimitScope {
    /// The account.
    User,
    /// The API key.
    ApiKey,
    /// All users.
    Global,
    /// A scope unknown to this version of the crate.
    Unknown(String),
}

/// The balance **before** the request was charged, except for [`x402`](Self::x402).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Balances {
    /// DIEM left.
    pub diem: Option<Amount>,
    /// US dollars left, without bundled and earned credits; absent if there are none. For a wallet its credit.
    pub usd: Option<Amount>,
    /// US dollars left of a wallet's prepaid credit, **after** the request, from a header that is documented but not sent. Wallets find
    /// their credit, before the request, in [`usd`](Self::usd).
    pub x402: Option<Amount>,
}

/// The deprecation of a model or an endpoint.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Deprecation {
    /// The API's warning.
    pub warning: Option<String>,
    /// When the model is removed, as sent (an ISO date).
    pub date: Option<String>,
    /// The replacement: a model, or the target of the `Link` header.
    pub replacement: Option<String>,
    /// Since when the endpoint is deprecated (header `Deprecation`, RFC 9745).
    pub since: Option<SystemTime>,
    /// When the endpoint stops answering (header `Sunset`, RFC 8594).
    pub sunset: Option<SystemTime>,
}

/// The moderation flags of a generated image. Such a reply has status 200, and may have a blurred or empty image.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ContentFlags {
    /// The image was blurred.
    pub blurred: bool,
    /// The prompt or the image violates the content policy.
    pub violation: bool,
    /// It violates the policy of a model for adults.
    pub adult_model_violation: bool,
    /// It shows a minor.
    pub minor: bool,
}

impl ContentFlags {
    /// Whether no flag is set.
    ///
    /// ```
    /// assert!(venice_ai::meta::ContentFlags::default().is_clear());
    /// ```
    pub fn is_clear(&self) -> bool {
        *self == Self::default()
    }
}

/// The position of a page in a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pagination {
    /// The largest number of items on a page.
    pub limit: Option<u64>,
    /// The page, from 1.
    pub page: Option<u64>,
    /// The total number of items.
    pub total: Option<u64>,
    /// The number of pages.
    pub total_pages: Option<u64>,
}

/// The cost of a blockchain call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RpcUsage {
    /// Credits.
    pub credits: Option<u64>,
    /// US dollars.
    pub cost_usd: Option<Amount>,
}

/// The metadata of the audio of a finished job.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AudioInfo {
    /// The format, such as `mp3`.
    pub format: Option<String>,
    /// The duration, for some models.
    pub duration: Option<Duration>,
    /// The text, for some models.
    pub subtitle: Option<String>,
    /// The time of generation.
    pub inference_time: Option<Duration>,
}
