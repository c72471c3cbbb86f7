//! `FailureBudget`: counts failed requests as the API does, and stops before it blocks them.
//!
//! The API counts failures of 30 seconds in buckets of an API key (wallets: of an IP address), a model and a `user`; multipart requests
//! share the bucket of their key, as the API does not read their fields in time. When a bucket is exhausted, each request in it is answered
//! with a 429 until the window ends.

use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use reqwest::header::HeaderValue;

use super::fields;
use super::window::Window;
use crate::runtime::error::{Error, PaymentRequired};
use crate::runtime::meta::{ErrorBudget, RateLimit};

const WINDOW: Duration = FailureBudget::WINDOW;
/// The longest block, whatever a header says.
const LONGEST_BLOCK: Duration = Duration::from_secs(120);
/// Larger JSON bodies are rejected before anything is counted.
const MOST_JSON_BYTES: usize = 35 * 1024 * 1024;
/// The most buckets; those without a recent failure are dropped.
const MOST_BUCKETS: usize = 256;

/// The recent failures of all clones of a client.
#[derive(Debug, Default)]
pub(crate) struct FailureBudget {
    hasher: RandomState,
    buckets: Mutex<HashMap<Bucket, Counts>>,
}

/// The key by which the API counts failures.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Bucket {
    /// Distinguishes API keys without containing one. All wallets share one.
    pub(crate) account: u64,
    model: Box<str>,
    user: Box<str>,
}

/// How a failure is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Counted {
    /// A 4xx except 429.
    Failed,
    /// A capability that the model lacks, in the chat and Responses endpoints.
    Unsupported,
}

/// How many more requests of a bucket may fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Room {
    pub(crate) left: usize,
    /// When there will be more; `None` while nothing has failed.
    pub(crate) more_in: Option<Duration>,
}

/// The failures of a bucket.
#[derive(Clone, Debug, Default)]
pub(crate) struct Counts {
    /// The times of the latest failures, the oldest first.
    pub(crate) failed: VecDeque<Instant>,
    pub(crate) unsupported: VecDeque<Instant>,
    /// What replies report, which includes the failures of other programs.
    pub(crate) reported: Window,
    /// The API blocks the bucket until then.
    pub(crate) blocked_until: Option<Instant>,
}

impl Bucket {
    /// The model and the `user`.
    #[cfg(feature = "redis")]
    pub(crate) fn names(&self) -> (&str, &str) {
        (&self.model, &self.user)
    }
}

impl FailureBudget {
    /// The window in which the API counts failures.
    pub(crate) const WINDOW: Duration = Duration::from_secs(30);
    /// The most failures in 30 seconds, of the 50 at which the API blocks a bucket. The rest is left to other programs with the same key.
    pub(crate) const GUARD: usize = 40;
    /// The same for missing capabilities, of 200.
    const GUARD_UNSUPPORTED: usize = 160;
    /// The limit of a bucket without failures.
    pub(crate) const LIMIT: u64 = 50;

    /// Distinguishes API keys without containing one.
    pub(crate) fn account(&self, credential: Option<&HeaderValue>) -> u64 {
        self.hasher.hash_one(credential.map(HeaderValue::as_bytes))
    }

    /// The bucket of a request. `body` is its JSON; other bodies are not read.
    pub(crate) fn bucket(&self, credential: Option<&HeaderValue>, body: Option<&[u8]>) -> Bucket {
        let mut named = body.and_then(|body| fields(body, &["model", "user"])).unwrap_or_default();
        let mut text =
            |name: &str| named.remove(name).and_then(|value| value.as_str().map(Box::from)).unwrap_or_default();
        Bucket { account: self.account(credential), model: text("model"), user: text("user") }
    }

    /// Counts a failure.
    pub(crate) fn record_failure(&self, bucket: &Bucket, counted: Counted, now: Instant) {
        let mut buckets = self.lock();
        let counts = counts_of(&mut buckets, bucket, now);
        let (failures, most) = match counted {
            Counted::Failed => (&mut counts.failed, Self::GUARD),
            Counted::Unsupported => (&mut counts.unsupported, Self::GUARD_UNSUPPORTED),
        };
        if failures.len() >= most {
            failures.pop_front();
        }
        failures.push_back(now);
    }

    /// Records the budget that a reply reports. It does not include that reply itself.
    pub(crate) fn learn(&self, bucket: &Bucket, reported: Option<ErrorBudget>, counted: Option<Counted>, now: Instant) {
        let spent = u64::from(counted == Some(Counted::Failed));
        let remaining = reported.and_then(|reported| reported.remaining);
        let mut buckets = self.lock();
        let counts = counts_of(&mut buckets, bucket, now);
        match remaining {
            Some(remaining) => {
                let resets_in = reported.and_then(|reported| reported.resets_in).unwrap_or(WINDOW);
                let left = remaining.saturating_sub(spent);
                let limit = RateLimit { limit: Some(Self::LIMIT), remaining: Some(left), resets_in: Some(resets_in) };
                counts.reported.learn(limit, now);
            }
            None => counts.reported.spend(spent),
        }
    }

    /// Records that the API blocks the bucket.
    pub(crate) fn record_block(&self, bucket: &Bucket, now: Instant, wait: Duration) {
        let until = now.checked_add(wait.min(LONGEST_BLOCK));
        let mut buckets = self.lock();
        let counts = counts_of(&mut buckets, bucket, now);
        counts.blocked_until = counts.blocked_until.max(until);
    }

    /// How many more requests may fail now.
    pub(crate) fn room(&self, bucket: &Bucket, now: Instant) -> Room {
        let mut buckets = self.lock();
        let Some(counts) = buckets.get_mut(bucket) else { return Room { left: Self::GUARD, more_in: None } };
        counts.room(now)
    }

    /// The failures of a bucket, if there are any.
    #[cfg(feature = "redis")]
    pub(crate) fn counts(&self, bucket: &Bucket) -> Option<Counts> {
        self.lock().get(bucket).cloned()
    }

    /// How long the API still blocks the bucket.
    pub(crate) fn block_remaining(&self, bucket: &Bucket, now: Instant) -> Option<Duration> {
        let until = self.lock().get(bucket)?.blocked_until?;
        Some(until.saturating_duration_since(now)).filter(|wait| !wait.is_zero())
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Bucket, Counts>> {
        // Nothing panics while the lock is held, and the counts would be usable even so.
        self.buckets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn counts_of<'b>(buckets: &'b mut HashMap<Bucket, Counts>, bucket: &Bucket, now: Instant) -> &'b mut Counts {
    if buckets.len() >= MOST_BUCKETS && !buckets.contains_key(bucket) {
        buckets.retain(|_, counts| !counts.is_idle(now));
    }
    buckets.entry(bucket.clone()).or_default()
}

impl Counts {
    pub(crate) fn room(&mut self, now: Instant) -> Room {
        let own = |failures: &VecDeque<Instant>, guard: usize| {
            let ages = failures.iter().map(|at| now.saturating_duration_since(*at)).filter(|age| *age < WINDOW);
            let oldest = ages.clone().max();
            Room { left: guard.saturating_sub(ages.count()), more_in: oldest.map(|age| WINDOW.saturating_sub(age)) }
        };
        let reserve = FailureBudget::LIMIT - FailureBudget::GUARD as u64;
        let reported = self.reported.left(now).map(|(left, ends)| Room {
            left: usize::try_from(left.saturating_sub(reserve)).unwrap_or(usize::MAX).min(FailureBudget::GUARD),
            more_in: ends.filter(|_| left < FailureBudget::LIMIT).map(|ends| ends.saturating_duration_since(now)),
        });
        let failed = own(&self.failed, FailureBudget::GUARD);
        let mut least = reported.filter(|reported| reported.left < failed.left).unwrap_or(failed);
        let unsupported = own(&self.unsupported, FailureBudget::GUARD_UNSUPPORTED);
        if unsupported.left < least.left {
            least = unsupported;
        }
        least
    }

    pub(crate) fn is_idle(&mut self, now: Instant) -> bool {
        let is_blocked = self.blocked_until.is_some_and(|until| until > now);
        !is_blocked && self.room(now).more_in.is_none()
    }
}

impl Counted {
    /// How the API counts a failure; `None` if it does not. `json_bytes` is the length of the request's body.
    pub(crate) fn of(failure: &Error, path: &str, json_bytes: usize) -> Option<Self> {
        let status = failure.status()?.as_u16();
        if !(400..500).contains(&status) || status == 429 {
            return None;
        }
        let message = failure.message().to_ascii_lowercase();
        // Rejected before the API counts.
        let is_early = match status {
            400 => message.contains("'content-type' must be") || message.contains("invalid json request"),
            402 => matches!(failure.payment_required(), Some(PaymentRequired::Challenge(_))),
            413 => json_bytes > MOST_JSON_BYTES,
            _ => false,
        };
        if is_early {
            return None;
        }
        let names_capability = |text: &str| {
            let text = text.to_ascii_lowercase();
            text.contains("not support") || text.contains("unsupported")
        };
        let is_unsupported = matches!(path, "/chat/completions" | "/responses")
            && status == 400
            && (names_capability(&message)
                || failure.field_errors().iter().any(|field| names_capability(&field.message)));
        Some(if is_unsupported { Self::Unsupported } else { Self::Failed })
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use reqwest::StatusCode;
    use reqwest::header::HeaderMap;

    use super::*;
    use crate::api::generated::operations;
    use crate::runtime::meta::Meta;

    fn bucket() -> Bucket {
        Bucket { account: 1, model: "a".into(), user: "".into() }
    }

    fn reported(remaining: u64, seconds: u64) -> Option<ErrorBudget> {
        Some(ErrorBudget { remaining: Some(remaining), resets_in: Some(Duration::from_secs(seconds)) })
    }

    #[test]
    fn forty_failures_in_thirty_seconds_exhaust_a_bucket() {
        let (budget, start) = (FailureBudget::default(), Instant::now());
        let at = |seconds| start + Duration::from_secs(seconds);
        assert_eq!(budget.room(&bucket(), start), Room { left: 40, more_in: None });
        for second in 0..20 {
            budget.record_failure(&bucket(), Counted::Failed, at(second));
            budget.record_failure(&bucket(), Counted::Failed, at(second));
        }
        assert_eq!(budget.room(&bucket(), at(29)), Room { left: 0, more_in: Some(Duration::from_secs(1)) });
        assert_eq!(budget.room(&bucket(), at(30)).left, 2, "the first ones are too old");
        let other = Bucket { user: "ada".into(), ..bucket() };
        assert_eq!(budget.room(&other, at(19)).left, 40);
    }

    #[test]
    fn reported_budgets_include_the_failures_of_others() {
        let (budget, now) = (FailureBudget::default(), Instant::now());
        budget.learn(&bucket(), reported(13, 20), None, now);
        assert_eq!(budget.room(&bucket(), now), Room { left: 3, more_in: Some(Duration::from_secs(20)) });
        budget.learn(&bucket(), reported(13, 20), Some(Counted::Failed), now);
        assert_eq!(budget.room(&bucket(), now).left, 2, "a reply does not count its own failure");
        budget.learn(&bucket(), None, Some(Counted::Failed), now);
        assert_eq!(budget.room(&bucket(), now).left, 1);
        assert_eq!(budget.room(&bucket(), now + Duration::from_secs(20)).left, 40, "the window is over");
    }

    #[test]
    fn missing_capabilities_are_counted_separately() {
        let (budget, now) = (FailureBudget::default(), Instant::now());
        for _ in 0..159 {
            budget.record_failure(&bucket(), Counted::Unsupported, now);
        }
        assert_eq!(budget.room(&bucket(), now).left, 1);
        budget.record_failure(&bucket(), Counted::Unsupported, now);
        assert_eq!(budget.room(&bucket(), now).left, 0);
    }

    #[test]
    fn a_block_expires_and_a_shorter_one_does_not_end_it_early() {
        let (budget, start) = (FailureBudget::default(), Instant::now());
        assert_eq!(budget.block_remaining(&bucket(), start), None);
        budget.record_block(&bucket(), start, WINDOW);
        budget.record_block(&bucket(), start, Duration::from_secs(1));
        let later = start + Duration::from_secs(10);
        assert_eq!(budget.block_remaining(&bucket(), later), Some(Duration::from_secs(20)));
        assert_eq!(budget.block_remaining(&bucket(), start + WINDOW), None);
        budget.record_block(&bucket(), start, Duration::from_secs(1_000_000));
        assert_eq!(budget.block_remaining(&bucket(), start), Some(LONGEST_BLOCK));
    }

    #[test]
    fn a_bucket_is_a_key_a_model_and_a_user() {
        let budget = FailureBudget::default();
        let (one, other) = (HeaderValue::from_static("Bearer one"), HeaderValue::from_static("Bearer other"));
        let of = |key, body: &str| budget.bucket(key, Some(body.as_bytes()));
        let first = of(Some(&one), r#"{"model": "a", "messages": [{"user": "x"}]}"#);
        assert_eq!(first, of(Some(&one), r#"{"messages": [], "model": "a"}"#));
        assert_ne!(first, of(Some(&other), r#"{"model": "a"}"#));
        assert_ne!(first, of(None, r#"{"model": "a"}"#));
        assert_ne!(first, of(Some(&one), r#"{"model": "b"}"#));
        assert_ne!(first, of(Some(&one), r#"{"model": "a", "user": "ada"}"#));
        assert_eq!(budget.bucket(Some(&one), None), of(Some(&one), "--boundary"), "multipart has no fields");
    }

    #[test]
    fn buckets_without_a_recent_failure_are_dropped() {
        let (budget, start) = (FailureBudget::default(), Instant::now());
        for user in 0..1000 {
            let bucket = Bucket { user: user.to_string().into(), ..bucket() };
            budget.record_failure(&bucket, Counted::Failed, start + Duration::from_secs(user));
        }
        assert!(budget.lock().len() <= MOST_BUCKETS, "{}", budget.lock().len());
    }

    #[test]
    fn a_failure_is_counted_as_the_api_counts_it() {
        let counted = |status, body: &str, path, bytes| {
            let meta =
                Meta::new(StatusCode::from_u16(status).unwrap(), HeaderMap::new(), std::time::SystemTime::now(), 1);
            let operation = (&operations::CREATE_CHAT_COMPLETION).into();
            Counted::of(&crate::runtime::error::api_error(&operation, meta, Bytes::from(body.to_owned())), path, bytes)
        };
        let (no, chat) = (r#"{"error": "no"}"#, "/chat/completions");
        for status in [400, 401, 402, 403, 404, 408, 409, 410, 413, 415, 422] {
            assert_eq!(counted(status, no, chat, 100), Some(Counted::Failed), "{status}");
        }
        for status in [429, 500, 502, 503, 504, 529] {
            assert_eq!(counted(status, no, chat, 100), None, "{status}");
        }
        assert_eq!(counted(402, r#"{"x402Version": 2, "accepts": []}"#, chat, 100), None, "no credentials");
        assert_eq!(counted(400, r#"{"error": "'Content-Type' must be 'application/json'"}"#, chat, 100), None);
        assert_eq!(counted(400, r#"{"error": "Invalid JSON request"}"#, chat, 100), None);
        assert_eq!(counted(413, no, chat, 36 * 1024 * 1024), None);
        let lacks = r#"{"error": "Invalid request", "issues": [{"message": "tools is not supported by this model"}]}"#;
        assert_eq!(counted(400, lacks, chat, 100), Some(Counted::Unsupported));
        assert_eq!(counted(400, lacks, "/image/generate", 100), Some(Counted::Failed));
        assert_eq!(Counted::of(&Error::new(crate::runtime::error::ErrorKind::Timeout, ""), chat, 100), None);
    }
}
