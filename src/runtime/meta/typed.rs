//! Typed groups of headers: rate limits, balances, pagination, deprecation.

use std::time::{Duration, SystemTime};

use super::Amount;

/// The limits that a request counted against, as they stood after it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RateLimits {
    /// Requests in the current window.
    pub requests: RateLimit,
    /// Tokens in the current minute.
    pub tokens: RateLimit,
    /// Whose limit was enforced; set when one was.
    pub scope: Option<RateLimitScope>,
}

/// One limit. Each part is absent where the API did not send it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RateLimit {
    /// How many the window allows.
    pub limit: Option<u64>,
    /// How many are left.
    pub remaining: Option<u64>,
    /// How long after the reply the window ends; zero when it has ended. The header is read by its magnitude, as the
    /// API sends milliseconds since 1970, seconds since 1970 and plain seconds.
    pub resets_in: Option<Duration>,
}

/// How many more requests may fail before the API blocks those with the same API key (wallets: IP address), model and `user`.
///
/// The API counts each 4xx except 429, and lets 50 pass in 30 seconds. It is no limit of requests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ErrorBudget {
    /// How many were left before this reply was counted: a failure that shows `1` was the last one.
    pub remaining: Option<u64>,
    /// How long after the reply the window ends; zero when it has ended.
    pub resets_in: Option<Duration>,
}

impl RateLimit {
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Whose limit a request ran into.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RateLimitScope {
    /// The account's.
    User,
    /// The API key's.
    ApiKey,
    /// Everyone's.
    Global,
    /// Something that this version of the crate has no name for.
    Unknown(String),
}

/// What the account owned **before** the request was charged, apart from [`x402`](Self::x402).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Balances {
    /// DIEM left.
    pub diem: Option<Amount>,
    /// US dollars left, without bundled and earned credits; missing when there are none. For a wallet its credit.
    pub usd: Option<Amount>,
    /// US dollars left of a wallet's prepaid credit, **after** the request, from a header that the document has and servers do not send.
    /// Wallets find their credit, before the request, in [`usd`](Self::usd).
    pub x402: Option<Amount>,
}

/// The model or the endpoint is going away.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Deprecation {
    /// What the API says about it.
    pub warning: Option<String>,
    /// When the model goes, as the API wrote it (an ISO date).
    pub date: Option<String>,
    /// What to use instead: a model, or the target of the `Link` header.
    pub replacement: Option<String>,
    /// Since when the endpoint is deprecated (header `Deprecation`, RFC 9745).
    pub since: Option<SystemTime>,
    /// When the endpoint stops answering (header `Sunset`, RFC 8594).
    pub sunset: Option<SystemTime>,
}

/// What a moderator found in a generated image. Such a reply has status 200, and may hold a blurred or empty image.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ContentFlags {
    /// The image was blurred.
    pub blurred: bool,
    /// The prompt or the image breaks the content policy.
    pub violation: bool,
    /// It breaks the policy of a model for adults.
    pub adult_model_violation: bool,
    /// It shows a minor.
    pub minor: bool,
}

impl ContentFlags {
    /// Nothing was found.
    ///
    /// ```
    /// assert!(venice_ai::meta::ContentFlags::default().is_clear());
    /// ```
    pub fn is_clear(&self) -> bool {
        *self == Self::default()
    }
}

/// Where a page lies in a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pagination {
    /// The largest number of items on a page.
    pub limit: Option<u64>,
    /// The page, counted from 1.
    pub page: Option<u64>,
    /// The items on all pages.
    pub total: Option<u64>,
    /// The number of pages.
    pub total_pages: Option<u64>,
}

/// What a blockchain call cost.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RpcUsage {
    /// Credits.
    pub credits: Option<u64>,
    /// US dollars.
    pub cost_usd: Option<Amount>,
}

/// What a finished job says of its audio.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AudioInfo {
    /// The format, such as `mp3`.
    pub format: Option<String>,
    /// How long it is, of some models.
    pub duration: Option<Duration>,
    /// The words, of some models.
    pub subtitle: Option<String>,
    /// How long it took to make.
    pub inference_time: Option<Duration>,
}
