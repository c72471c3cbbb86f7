//! `CallOptions`: per-call options that override the client's settings.

use std::fmt;
use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Map, Value};

#[cfg(any(feature = "preflight", feature = "privacy"))]
use super::interceptor::CallInterceptorChange;
use super::json_merge::merge_field;
use super::limits::ReplyLimits;
use super::{ApiKey, RetryPolicy, header};
use crate::runtime::error::Error;
use crate::runtime::secret::Secret;
use crate::runtime::validation::ValidationError;
use crate::runtime::wallet::{self, SIGN_IN, SignInRequest, Signature, Signer};

/// Per-call options, which override the client's settings.
///
/// Everything that makes calls accepts them with `with_options`, and has the same options as methods; flows of several calls use them for
/// each call. Options that are not set are the client's. They are checked when a call is sent. Other hosts, such as those of downloads, get
/// neither headers nor keys nor fields from them.
///
/// ```no_run
/// # async fn run(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
/// use std::time::Duration;
/// use venice_ai::{CallOptions, RetryPolicy};
///
/// let patient = CallOptions::new()
///     .with_timeout(Duration::from_secs(900))
///     .with_retry(RetryPolicy::default().with_max_retries(5));
/// let keys = venice.api_keys().list().with_options(patient.clone()).await?;
/// let reviews = venice.characters().reviews("alan-watts").with_options(patient);
/// # Ok(()) }
/// ```
#[derive(Clone, Default)]
#[must_use = "options do nothing until they are set on a call"]
pub struct CallOptions {
    pub(crate) timeout: Option<Duration>,
    pub(crate) idle: Option<Duration>,
    pub(crate) limits: ReplyLimits,
    pub(crate) retry: Option<RetryPolicy>,
    pub(crate) key: Option<ApiKey>,
    /// The signer of each request.
    pub(crate) signer: Option<Signer>,
    /// It is made in place of a request of the same wallet that waits for it, and so does not count as one more in flight.
    pub(crate) within_slot: bool,
    /// It has a permit of the pacer, or is made for a call that has one.
    pub(crate) paced: bool,
    /// The body has no plaintext that its recipient is to keep from the API: end-to-end encryption. Only the feature that encrypts sets it.
    pub(crate) encrypted: bool,
    pub(crate) headers: HeaderMap,
    pub(crate) extra_query: Vec<(String, String)>,
    /// Fields to add to the request's body.
    pub(crate) extra_body: Map<String, Value>,
    pub(crate) validation: Option<bool>,
    /// Changes to the client's interceptors.
    #[cfg(any(feature = "preflight", feature = "privacy"))]
    pub(crate) interceptors: Vec<CallInterceptorChange>,
    /// What is invalid in the request or in an option.
    pub(crate) finding: Option<Box<ValidationError>>,
    /// The first invalid option.
    pub(crate) refused: Option<Error>,
}

impl CallOptions {
    /// Options without any set.
    pub fn new() -> Self {
        Self::default()
    }

    /// The time limit of one attempt, instead of [`ClientBuilder::timeout`](crate::ClientBuilder::timeout).
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// The idle time-out of a stream or a raw body, instead of
    /// [`ClientBuilder::stream_idle_timeout`](crate::ClientBuilder::stream_idle_timeout). Ignored for other replies.
    pub fn with_stream_idle_timeout(mut self, timeout: Duration) -> Self {
        self.idle = Some(timeout);
        self
    }

    /// The largest complete reply, instead of [`ClientBuilder::max_reply_bytes`](crate::ClientBuilder::max_reply_bytes).
    pub fn with_max_reply_bytes(mut self, bytes: usize) -> Self {
        self.limits.reply = Some(bytes);
        self
    }

    /// The largest event of a stream, instead of [`ClientBuilder::max_event_bytes`](crate::ClientBuilder::max_event_bytes).
    pub fn with_max_event_bytes(mut self, bytes: usize) -> Self {
        self.limits.event = Some(bytes);
        self
    }

    /// The most memory of a collected stream, instead of [`ClientBuilder::max_collected_bytes`](crate::ClientBuilder::max_collected_bytes).
    pub fn with_max_collected_bytes(mut self, bytes: usize) -> Self {
        self.limits.collected = Some(bytes);
        self
    }

    /// The retry policy, instead of the client's. It cannot enable retries that are not safe.
    pub fn with_retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = Some(policy);
        self
    }

    /// Sets a header of each request; replaces the client's header of that name. `authorization` replaces the client's key. Name and value are
    /// texts, or a [`HeaderName`](crate::http::HeaderName) and a [`HeaderValue`](crate::http::HeaderValue).
    ///
    /// An invalid name or value is reported when the call is sent, and so is a header of the connection or of the body's length (`host`,
    /// `content-length`, `transfer-encoding`, `connection`); the value is not shown.
    pub fn with_header(
        mut self,
        name: impl TryInto<HeaderName> + AsRef<[u8]>,
        value: impl TryInto<HeaderValue>,
    ) -> Self {
        match header(name, value) {
            Ok((name, value)) => drop(self.headers.insert(name, value)),
            Err(problem) => self.refuse(Error::invalid_request(problem)),
        }
        self
    }

    /// The API key, instead of the client's.
    pub fn with_api_key(mut self, key: impl Into<Secret>) -> Self {
        match ApiKey::new(key.into()) {
            Ok(key) => self.key = Some(key),
            Err(error) => self.refuse(error),
        }
        self
    }

    /// Adds or replaces a field of the request's JSON body.
    ///
    /// It replaces a field of the same name; two objects are merged field by field, so a new field of `venice_parameters` keeps the others.
    /// In a multipart body it replaces the parts of that name: a string as it is, a list as one part per item, anything else as JSON. Any
    /// other body fails before it is sent.
    pub fn with_extra_body(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        merge_field(&mut self.extra_body, name.into(), value.into());
        self
    }

    /// Adds a query parameter. One of the same name is not replaced: the query then has both.
    pub fn with_extra_query(mut self, name: impl AsRef<str>, value: impl AsRef<str>) -> Self {
        self.extra_query.push((name.as_ref().to_owned(), value.as_ref().to_owned()));
        self
    }

    /// Whether the request is validated before it is sent. Default: `true`. The rules come from the API's document, and the API may already
    /// allow more. An id that would change the path of the URL (an empty one, or `..`) is always rejected.
    pub fn with_validation(mut self, validate: bool) -> Self {
        self.validation = Some(validate);
        self
    }

    /// Authenticates with a wallet: the value of the header `SIGN-IN-WITH-X`, created and signed by the caller. The API key is not sent.
    ///
    /// The value is base64 of a JSON object with at least `address`, `message` and `signature`; any other is rejected before sending. A
    /// signature is valid for at most 5 minutes and its nonce for one request: for retries or several requests use
    /// [`with_signer`](Self::with_signer).
    ///
    /// ```no_run
    /// # async fn run(venice: venice_ai::Client, signed: venice_ai::Secret) -> Result<(), venice_ai::Error> {
    /// let wallet = "0x52908400098527886E0F7030069857D2E4169EE7";
    /// let balance = venice.x402().balance(wallet).with_sign_in(signed).await?;
    /// println!("{:?} US dollars", balance.balance_usd);
    /// # Ok(()) }
    /// ```
    pub fn with_sign_in(mut self, value: impl Into<Secret>) -> Self {
        let value = value.into();
        let finding = wallet::check(&value);
        self.signer = None;
        self.sign(&SIGN_IN, "SIGN-IN-WITH-X", value, finding);
        self
    }

    /// Like [`with_sign_in`](Self::with_sign_in), with a wallet that signs each request, including retries. A nonce is valid once.
    ///
    /// A request that is rejected because its signature expired (`X402_SIGN_IN_EXPIRED`) or its nonce was used
    /// (`X402_SIGN_IN_NONCE_REUSED`) is signed again and retried once, and so is any rejected signature of wallet-only operations, which do
    /// not say why. All other rejections are reported at once: a new signature does not fix a wrong clock, domain, chain or key.
    ///
    /// At most 5 requests of a wallet are in flight, as the API accepts no more; the next one waits, at most for its time-out. A stream
    /// counts until it is read or dropped.
    ///
    /// The wallet's time is not limited. If it fails, the error is [`ErrorKind::Signing`](crate::ErrorKind::Signing), and the request is
    /// not sent.
    ///
    /// ```no_run
    /// # use venice_ai::Secret;
    /// # async fn sign(url: &str) -> Result<Secret, std::io::Error> { Ok(Secret::from("")) }
    /// # async fn run(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// let wallet = "0x52908400098527886E0F7030069857D2E4169EE7";
    /// let call = venice.x402().balance(wallet).with_signer(|request| async move { sign(&request.url).await });
    /// println!("{:?} US dollars", call.await?.balance_usd);
    /// # Ok(()) }
    /// ```
    pub fn with_signer<F, E>(mut self, sign: impl Fn(SignInRequest) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<Secret, E>> + Send + 'static,
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        self.signer = Some(Signer::new(sign));
        self
    }

    /// Sets a header that no log and no error may show. `field` is its name in errors, `finding` what is invalid in its value.
    pub(crate) fn sign(&mut self, name: &HeaderName, field: &str, value: Secret, finding: Result<(), &'static str>) {
        match Signature::new(value) {
            Ok(Signature { header, .. }) => {
                self.found(finding.map_err(|problem| ValidationError::new(field, problem)));
                self.headers.insert(name, header);
            }
            Err(problem) => self.found(Err(ValidationError::new(field, problem).into_fatal())),
        }
    }

    /// Records what is invalid in a request; sending it fails unless validation is off.
    pub(crate) fn found(&mut self, finding: Result<(), ValidationError>) {
        if let Err(finding) = finding {
            self.finding = Some(match self.finding.take() {
                Some(before) => Box::new(before.and(finding)),
                None => Box::new(finding),
            });
        }
    }

    /// Records why a request cannot be sent. The first reason counts.
    pub(crate) fn refuse(&mut self, error: Error) {
        self.refused.get_or_insert(error);
    }

    /// The options for another host: nothing that identifies the caller.
    pub(crate) fn for_other_host(&self) -> Self {
        let Self { timeout, idle, limits, retry, validation, refused, .. } = self.clone();
        Self { timeout, idle, limits, retry, validation, refused, ..Self::default() }
    }

    /// Adds other options, which take precedence.
    pub(crate) fn add(&mut self, other: Self) {
        self.timeout = other.timeout.or(self.timeout);
        self.idle = other.idle.or(self.idle);
        self.limits = other.limits.or(self.limits);
        self.retry = other.retry.or(self.retry.take());
        self.key = other.key.or(self.key.take());
        if other.signer.is_some() || other.headers.contains_key(SIGN_IN) {
            self.signer = other.signer;
        }
        self.within_slot |= other.within_slot;
        self.paced |= other.paced;
        self.encrypted |= other.encrypted;
        self.headers.extend(other.headers);
        self.extra_query.extend(other.extra_query);
        for (name, value) in other.extra_body {
            merge_field(&mut self.extra_body, name, value);
        }
        self.validation = other.validation.or(self.validation);
        #[cfg(any(feature = "preflight", feature = "privacy"))]
        self.interceptors.extend(other.interceptors);
        self.found(other.finding.map_or(Ok(()), |finding| Err(*finding)));
        if let Some(error) = other.refused {
            self.refuse(error);
        }
    }
}

/// Neither headers nor fields, whose values are not for logs.
impl fmt::Debug for CallOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallOptions")
            .field("timeout", &self.timeout)
            .field("retry", &self.retry)
            .field("key", &self.key)
            .field("validation", &self.validation)
            .finish_non_exhaustive()
    }
}
