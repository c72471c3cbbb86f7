//! `Meta`: the metadata of a reply: status, request id, rate limits, balances, flags.

mod debug;
mod parse;
mod typed;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, DATE, HeaderMap, HeaderName, LINK, RETRY_AFTER};

use self::parse::{bool_of, millis_reset_of, reset_of, retry_after_of};
pub(crate) use self::parse::{essence_of, seconds};
pub use self::typed::{
    AudioInfo, Balances, ContentFlags, Deprecation, ErrorBudget, Pagination, RateLimit, RateLimitScope, RateLimits,
    RpcUsage,
};
pub use crate::runtime::amount::{Amount, NotAnAmount};
#[cfg(any(feature = "preflight", feature = "privacy"))]
use crate::runtime::attachments::{Attachment, Attachments};
use crate::runtime::url::percent_decoded;

/// The header with the server's version.
pub(crate) const VERSION: &str = "x-venice-version";

/// What is left of the failure budget. Each reply is looked at for it.
const REMAINING_ERRORS: HeaderName = HeaderName::from_static("x-ratelimit-remaining");

/// The metadata of a reply: status, request id, rate limits, balances, flags.
///
/// Every reply has it ([`Call::with_meta`](crate::Call::with_meta)), and so has every error with a reply. Headers are parsed lazily. All
/// headers are optional in practice, so each getter may return `None`. A clone shares the headers.
#[derive(Clone)]
pub struct Meta {
    inner: Arc<MetaData>,
}

#[derive(Clone)]
struct MetaData {
    status: StatusCode,
    headers: HeaderMap,
    received_at: SystemTime,
    attempts: u32,
    of_another_host: bool,
    #[cfg(any(feature = "preflight", feature = "privacy"))]
    attachments: Attachments,
}

impl Meta {
    pub(crate) fn new(status: StatusCode, headers: HeaderMap, received_at: SystemTime, attempts: u32) -> Self {
        Self {
            inner: Arc::new(MetaData {
                status,
                headers,
                received_at,
                attempts,
                of_another_host: false,
                #[cfg(any(feature = "preflight", feature = "privacy"))]
                attachments: Attachments::default(),
            }),
        }
    }

    /// Marks a reply of another host that the request was redirected to.
    #[cold]
    pub(crate) fn of_another_host(mut self) -> Self {
        Arc::make_mut(&mut self.inner).of_another_host = true;
        self
    }

    /// Whether the request was redirected to another host.
    #[cfg(feature = "jobs")]
    pub(crate) fn is_of_another_host(&self) -> bool {
        self.inner.of_another_host
    }

    /// Attaches a value of a higher module, one per type, for a getter that is defined there.
    #[cfg(any(feature = "preflight", feature = "privacy"))]
    pub(crate) fn attach<T: Attachment>(mut self, value: T) -> Self {
        Arc::make_mut(&mut self.inner).attachments.insert(value);
        self
    }

    #[cfg(any(feature = "preflight", feature = "privacy"))]
    pub(crate) fn attached<T: Attachment>(&self) -> Option<&T> {
        self.inner.attachments.get()
    }

    /// The HTTP status.
    ///
    /// ```
    /// # fn look(meta: &venice_ai::Meta) {
    /// assert!(meta.status().is_success());
    /// # }
    /// ```
    pub fn status(&self) -> StatusCode {
        self.inner.status
    }

    /// All headers, unchanged. Some may contain data that should not be logged, such as cookies.
    pub fn headers(&self) -> &HeaderMap {
        &self.inner.headers
    }

    /// A header, if it is present and is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.inner.headers.get(name)?.to_str().ok()
    }

    /// The request id that Venice's support needs (`CF-RAY`, or `X-Request-ID` without it). Log it with every failure. A header that echoes
    /// the API key is not used.
    pub fn request_id(&self) -> Option<&str> {
        self.id("cf-ray").or_else(|| self.id("x-request-id"))
    }

    /// A header that may be shown.
    fn id(&self, name: &str) -> Option<&str> {
        self.inner.headers.get(name).filter(|value| !value.is_sensitive())?.to_str().ok()
    }

    /// When the headers arrived, by the local clock.
    pub fn received_at(&self) -> SystemTime {
        self.inner.received_at
    }

    /// The number of attempts until this reply; 1 without retries.
    ///
    /// ```
    /// # fn look(meta: &venice_ai::Meta) {
    /// if meta.attempts() > 1 {
    ///     println!("the first attempt failed");
    /// }
    /// # }
    /// ```
    pub fn attempts(&self) -> u32 {
        self.inner.attempts
    }

    /// The server's version, such as `20250828.222653`.
    pub fn server_version(&self) -> Option<&str> {
        self.header(VERSION)
    }

    /// The id of the model that answered. It differs from the requested one if that was an alias, a trait, or a retired model that the API
    /// replaced.
    pub fn model_id(&self) -> Option<&str> {
        self.id("x-venice-model-id")
    }

    /// The remaining requests and tokens of the rate limits.
    ///
    /// ```
    /// # fn look(meta: &venice_ai::Meta) {
    /// let requests = meta.rate_limits().requests;
    /// println!("{:?} of {:?} left", requests.remaining, requests.limit);
    /// # }
    /// ```
    pub fn rate_limits(&self) -> RateLimits {
        let requests = self.rate_limit("-requests");
        RateLimits {
            requests: if requests.is_empty() { self.rpc_limit() } else { requests },
            tokens: self.rate_limit("-tokens"),
            scope: self.header("x-ratelimit-type").map(|scope| match scope {
                "user" => RateLimitScope::User,
                "api_key" => RateLimitScope::ApiKey,
                "global" => RateLimitScope::Global,
                other => RateLimitScope::Unknown(other.to_owned()),
            }),
        }
    }

    fn rate_limit(&self, suffix: &str) -> RateLimit {
        let header = |part: &str| self.header(&format!("x-ratelimit-{part}{suffix}"));
        RateLimit {
            limit: header("limit").and_then(whole),
            remaining: header("remaining").and_then(whole),
            resets_in: header("reset").and_then(|text| reset_of(text, self.server_time())),
        }
    }

    /// The rate limit of the blockchain endpoints, whose headers have no suffix.
    fn rpc_limit(&self) -> RateLimit {
        let mut limit = self.rate_limit("");
        if self.error_budget().is_some() {
            // The header has two meanings: this number belongs to the other one.
            limit.remaining = None;
        }
        limit
    }

    /// How many more requests with this API key, model and `user` may fail, from the headers `x-ratelimit-remaining` and
    /// `x-ratelimit-resets`. With none left the API blocks them until the window ends. `None` without these headers, and on blockchain
    /// endpoints, which use the same name for their rate limit.
    ///
    /// ```
    /// # fn look(meta: &venice_ai::Meta) {
    /// if let Some(budget) = meta.error_budget() {
    ///     println!("{:?} more failures until {:?} from now", budget.remaining, budget.resets_in);
    /// }
    /// # }
    /// ```
    pub fn error_budget(&self) -> Option<ErrorBudget> {
        let remaining = self.remaining_errors();
        let resets = self.header("x-ratelimit-resets");
        let is_rpc =
            || ["x-ratelimit-limit", "x-ratelimit-reset"].iter().any(|name| self.inner.headers.contains_key(*name));
        if resets.is_none() && (remaining.is_none() || is_rpc()) {
            return None;
        }
        let resets_in = resets.and_then(|text| millis_reset_of(text, self.server_time()));
        Some(ErrorBudget { remaining, resets_in })
    }

    /// What is left of the failure budget, unless [`error_budget`](Self::error_budget) says that the headers are those of another limit.
    pub(crate) fn remaining_errors(&self) -> Option<u64> {
        whole(self.inner.headers.get(REMAINING_ERRORS)?.to_str().ok()?)
    }

    /// How long the API asks to wait before the next request: `Retry-After`, or on a 429 the end of the exhausted limit's window. Counted
    /// from the arrival of the reply.
    ///
    /// ```
    /// # fn look(meta: &venice_ai::Meta) {
    /// if let Some(wait) = meta.retry_after() {
    ///     println!("come back in {} s", wait.as_secs());
    /// }
    /// # }
    /// ```
    pub fn retry_after(&self) -> Option<Duration> {
        let text = self.inner.headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok());
        if let Some(wait) = text.and_then(|text| retry_after_of(text, self.server_time())) {
            return Some(wait);
        }
        if self.inner.status != StatusCode::TOO_MANY_REQUESTS {
            return None;
        }
        let limits = self.rate_limits();
        let exhausted = |limit: RateLimit| match limit.remaining {
            // An overloaded model also answers 429. Its limits are not exhausted, and their end means nothing.
            Some(left) if left > 0 => None,
            _ => limit.resets_in,
        };
        exhausted(limits.requests).max(exhausted(limits.tokens))
    }

    /// The balance before this request (of a wallet: after it).
    ///
    /// ```
    /// # fn look(meta: &venice_ai::Meta) {
    /// if let Some(diem) = meta.balances().diem {
    ///     println!("{diem} DIEM");
    /// }
    /// # }
    /// ```
    pub fn balances(&self) -> Balances {
        Balances {
            diem: self.header("x-venice-balance-diem").and_then(Amount::read),
            usd: self.header("x-venice-balance-usd").and_then(Amount::read),
            x402: self.header("x-balance-remaining").and_then(Amount::read),
        }
    }

    /// The deprecation of the model or the endpoint, if there is one.
    ///
    /// ```
    /// # fn look(meta: &venice_ai::Meta) {
    /// if let Some(deprecation) = meta.deprecation() {
    ///     println!("until {:?}: {:?}", deprecation.date, deprecation.warning);
    /// }
    /// # }
    /// ```
    pub fn deprecation(&self) -> Option<Deprecation> {
        let text = |name: &str| self.header(name).map(str::to_owned);
        let found = Deprecation {
            warning: text("x-venice-model-deprecation-warning"),
            date: text("x-venice-model-deprecation-date"),
            replacement: text("x-venice-deprecated-replacement").or_else(|| self.successor()),
            since: self.header("deprecation").and_then(structured_date),
            sunset: self.header("sunset").and_then(|text| httpdate::parse_http_date(text).ok()),
        };
        let flagged = self.flag("x-venice-deprecated");
        (flagged || found != Deprecation::default()).then_some(found)
    }

    /// The target of `Link: <target>; rel="successor-version"`.
    fn successor(&self) -> Option<String> {
        let links = self.inner.headers.get_all(LINK).iter();
        links.filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(',')).find_map(|link| {
            let (target, relation) = link.trim().strip_prefix('<')?.split_once('>')?;
            relation.contains("successor-version").then(|| target.to_owned())
        })
    }

    /// The moderation flags of a generated image. Check them: a violation has status 200.
    ///
    /// ```
    /// # fn look(meta: &venice_ai::Meta) {
    /// if meta.content_flags().violation {
    ///     println!("the image shows nothing");
    /// }
    /// # }
    /// ```
    pub fn content_flags(&self) -> ContentFlags {
        ContentFlags {
            blurred: self.flag("x-venice-is-blurred"),
            violation: self.flag("x-venice-is-content-violation"),
            adult_model_violation: self.flag("x-venice-is-adult-model-content-violation"),
            minor: self.flag("x-venice-contains-minor"),
        }
    }

    /// The prompt as rewritten by `enhance_prompt`.
    pub fn enhanced_prompt(&self) -> Option<String> {
        self.header("x-venice-enhanced-prompt").map(percent_decoded)
    }

    /// The position of this page in its list.
    ///
    /// ```
    /// # fn look(meta: &venice_ai::Meta) {
    /// if let Some(page) = meta.pagination() {
    ///     println!("{:?} of {:?}", page.page, page.total_pages);
    /// }
    /// # }
    /// ```
    pub fn pagination(&self) -> Option<Pagination> {
        let found = Pagination {
            limit: self.number("x-pagination-limit"),
            page: self.number("x-pagination-page"),
            total: self.number("x-pagination-total"),
            total_pages: self.number("x-pagination-total-pages"),
        };
        (found != Pagination::default()).then_some(found)
    }

    /// The metadata of the audio of finished music and voice-changer jobs.
    ///
    /// ```
    /// # fn look(meta: &venice_ai::Meta) {
    /// if let Some(audio) = meta.audio() {
    ///     println!("{:?} in {:?}", audio.duration, audio.format);
    /// }
    /// # }
    /// ```
    pub fn audio(&self) -> Option<AudioInfo> {
        let seconds = |name: &str| Duration::try_from_secs_f64(self.header(name)?.trim().parse().ok()?).ok();
        let found = AudioInfo {
            format: self.header("x-venice-audio-format").map(str::to_owned),
            duration: seconds("x-venice-audio-duration"),
            subtitle: self.header("x-venice-audio-subtitle").map(str::to_owned),
            inference_time: seconds("x-venice-inference-time"),
        };
        (found != AudioInfo::default()).then_some(found)
    }

    /// The provider of the trusted execution environment (TEE) that answered, such as `near-ai`. `None`: the reply does not name one.
    ///
    /// ```
    /// # fn look(meta: &venice_ai::Meta) {
    /// println!("{:?}", meta.tee_provider());
    /// # }
    /// ```
    pub fn tee_provider(&self) -> Option<&str> {
        self.header("x-venice-tee-provider").filter(|_| self.flag("x-venice-tee"))
    }

    /// The cost of a blockchain call.
    ///
    /// ```
    /// # fn look(meta: &venice_ai::Meta) {
    /// if let Some(usage) = meta.rpc_usage() {
    ///     println!("{:?} credits", usage.credits);
    /// }
    /// # }
    /// ```
    pub fn rpc_usage(&self) -> Option<RpcUsage> {
        let found = RpcUsage {
            credits: self.number("x-venice-rpc-credits"),
            cost_usd: self.header("x-venice-rpc-cost-usd").and_then(Amount::read),
        };
        (found != RpcUsage::default()).then_some(found)
    }

    /// The media type without its parameters, in lower case.
    pub(crate) fn content_type(&self) -> Option<String> {
        Some(essence_of(self.header(CONTENT_TYPE.as_str())?)).filter(|media| !media.is_empty())
    }

    /// The encoding of a body that was not decoded, such as `br`.
    pub(crate) fn content_encoding(&self) -> Option<&str> {
        let encoding = self.inner.headers.get(reqwest::header::CONTENT_ENCODING)?.to_str().ok()?.trim();
        Some(encoding).filter(|encoding| !encoding.is_empty() && !encoding.eq_ignore_ascii_case("identity"))
    }

    /// The media type as sent, for messages.
    pub(crate) fn shown_content_type(&self) -> &str {
        self.header(CONTENT_TYPE.as_str()).unwrap_or("no content type")
    }

    /// A header as text; an empty one counts as absent.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.header(name).filter(|text| !text.is_empty())
    }

    /// A header as a whole number.
    pub(crate) fn number(&self, name: &str) -> Option<u64> {
        self.header(name).and_then(whole)
    }

    /// A header as a flag; an absent one is off.
    pub(crate) fn flag(&self, name: &str) -> bool {
        self.header(name).and_then(bool_of).unwrap_or_default()
    }

    /// The server's time, if it sent it.
    pub(crate) fn date(&self) -> Option<SystemTime> {
        self.header(DATE.as_str()).and_then(|text| httpdate::parse_http_date(text).ok())
    }

    /// The server's time, if it sent it, otherwise the local one. Times in other headers are relative to it, so that a wrong local clock
    /// does not turn a short wait into a long one.
    fn server_time(&self) -> SystemTime {
        self.date().unwrap_or(self.inner.received_at)
    }

    /// Hides every header that contains `secret` from `Debug`.
    pub(crate) fn hide(&mut self, secret: &str) {
        let leaks = |value: &[u8]| memchr::memmem::find(value, secret.as_bytes()).is_some();
        if !self.inner.headers.values().any(|value| leaks(value.as_bytes())) {
            return;
        }
        for value in Arc::make_mut(&mut self.inner).headers.values_mut() {
            if leaks(value.as_bytes()) {
                value.set_sensitive(true);
            }
        }
    }
}

fn whole(text: &str) -> Option<u64> {
    let text = text.trim();
    // Some numbers have a fraction of zero.
    text.parse().ok().or_else(|| text.parse::<f64>().ok().filter(|number| *number >= 0.0).map(|number| number as u64))
}

/// `@1783555200`: a date in a structured header (RFC 9651).
fn structured_date(text: &str) -> Option<SystemTime> {
    let seconds = text.trim().strip_prefix('@')?.parse().ok()?;
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds))
}
