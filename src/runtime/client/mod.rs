//! The client: what all calls share.

pub(crate) mod base_url;
mod builder;
mod compatibility;
pub(crate) mod download;
mod http;
mod key;
mod tls;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::Method;
use reqwest::header::HeaderMap;
use serde::de::DeserializeOwned;

use self::base_url::BaseUrl;
pub use self::builder::ClientBuilder;
pub(crate) use self::builder::header;
pub use self::compatibility::Compatibility;
pub(crate) use self::compatibility::{Versions, days_since_1970};
use self::download::DownloadPolicy;
use self::http::Http;
pub(crate) use self::key::ApiKey;
use crate::api::models::store::CatalogueStore;
use crate::features::many::Pacer;
use crate::runtime::call::Call;
use crate::runtime::error::Error;
use crate::runtime::operation::OperationRef;
use crate::runtime::reply::RawReply;
use crate::runtime::secret::Secret;
use crate::runtime::transport::gates::Gate;
use crate::runtime::transport::limits::ReplyLimits;
use crate::runtime::transport::{Clock, FailureBudget, RetryPolicy, WalletSlots, Warnings, of_address};
use crate::runtime::url::web_address;

/// A client of the Venice.ai API.
///
/// It holds the API key, the connections and the settings that calls share. A clone shares all of them and costs a
/// counter, so clone it instead of building a second one: the connections are reused, and the budget of failures is kept
/// in one place (see [`RetryPolicy`]).
///
/// ```no_run
/// # async fn run() -> Result<(), venice_ai::Error> {
/// let venice = venice_ai::Client::from_env()?;
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
    /// Calls use the connections of blocking calls, as they are made on behalf of one.
    blocking: bool,
}

pub(crate) struct Inner {
    http: Http,
    base_url: BaseUrl,
    downloads: DownloadPolicy,
    key: Option<ApiKey>,
    headers: HeaderMap,
    timeout: Duration,
    stream_idle_timeout: Duration,
    limits: ReplyLimits,
    retry: RetryPolicy,
    clock: Arc<dyn Clock>,
    budget: FailureBudget,
    wallets: WalletSlots,
    pacer: Pacer,
    warnings: Warnings,
    versions: Versions,
    catalogue: CatalogueStore,
    gates: Vec<Arc<dyn Gate>>,
}

impl Client {
    /// A client with the settings of the environment: the key from `VENICE_API_KEY`, and the base URL from
    /// `VENICE_BASE_URL` if that is set.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::MissingApiKey`](crate::ErrorKind::MissingApiKey) names the variable that is missing or empty.
    pub fn from_env() -> Result<Self, Error> {
        ClientBuilder::from_env()?.build()
    }

    /// A client with this key and the default settings.
    ///
    /// # Errors
    ///
    /// A key that no header can carry, such as one with a line break, is
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration); the error does not show it.
    pub fn new(api_key: impl Into<Secret>) -> Result<Self, Error> {
        Self::builder().api_key(api_key).build()
    }

    /// A client without a key. It reaches the public endpoints: models, image styles, quotes of audio and
    /// video, attestations, the web3 token, and the top-up.
    /// Other calls fail before they are sent, unless they bring a key ([`Call::with_api_key`]) or a wallet's signature.
    ///
    /// # Errors
    ///
    /// Only if TLS cannot be set up.
    pub fn without_api_key() -> Result<Self, Error> {
        Self::builder().build()
    }

    /// A client with other settings than the default ones.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let venice = venice_ai::Client::builder()
    ///     .api_key("my key")
    ///     .timeout(Duration::from_secs(120))
    ///     .build()?;
    /// # Ok::<(), venice_ai::Error>(())
    /// ```
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    /// A call to an endpoint that this crate does not know, or not yet.
    ///
    /// `path` is relative to the base URL and may have a query: `"/models?type=all"`. The reply is decoded as JSON; an
    /// empty one as `null`, so that `T` may be `()`. A GET or HEAD is repeated after failures like any read, everything
    /// else only when it is known not to have been executed ([`RetryClass::Once`](crate::RetryClass)).
    ///
    /// ```no_run
    /// # async fn run(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// use serde_json::{Value, json};
    /// use venice_ai::http::Method;
    ///
    /// let reply: Value = venice
    ///     .request(Method::POST, "/brand/new")
    ///     .with_json_body(&json!({"model": "default"}))
    ///     .await?;
    /// # Ok(()) }
    /// ```
    pub fn request<T: DeserializeOwned + 'static>(&self, method: Method, path: &str) -> Call<T> {
        let operation = OperationRef::ad_hoc(&method, path);
        Call::json(self, operation, self.ad_hoc_request(method, path))
    }

    /// As [`request`](Self::request), with the reply's bytes instead of decoded JSON.
    ///
    /// ```no_run
    /// # async fn run(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// use venice_ai::http::Method;
    ///
    /// let csv = venice
    ///     .request_raw(Method::GET, "/billing/usage-history")
    ///     .with_header("accept", "text/csv")
    ///     .await?
    ///     .bytes()
    ///     .await?;
    /// # Ok(()) }
    /// ```
    pub fn request_raw(&self, method: Method, path: &str) -> Call<RawReply> {
        let operation = OperationRef::ad_hoc(&method, path);
        Call::raw(self, operation, self.ad_hoc_request(method, path))
    }

    fn ad_hoc_request(&self, method: Method, path: &str) -> Result<reqwest::Request, Error> {
        let url = base_url::join(self.inner.base_url.as_str(), path)?;
        Ok(reqwest::Request::new(method, url))
    }
}

/// What calls need of it.
impl Client {
    /// The URL of a path below the base URL. The path starts with a slash, and its parameters are percent-encoded.
    pub(crate) fn url(&self, path: &str) -> reqwest::Url {
        self.inner.base_url.below(path)
    }

    /// The same client, with the connections that blocking calls have.
    #[cfg(feature = "blocking")]
    pub(crate) fn on_blocking_connections(&self) -> Self {
        Self { inner: Arc::clone(&self.inner), blocking: true }
    }

    pub(crate) fn is_on_blocking_connections(&self) -> bool {
        self.blocking
    }

    /// Downloads (or with DELETE revokes) a file that another host stores, at a URL that is the right to it. Neither the key nor the
    /// client's headers go there, and nothing shows the URL.
    pub(crate) fn elsewhere(&self, method: Method, url: &str) -> Call<RawReply> {
        let operation = OperationRef::file_elsewhere(&method);
        // The error does not show the URL, as it may be the right to what it names.
        let refused = |problem| Error::invalid_request(format!("the address of the file {problem}; nothing was sent"));
        let url = web_address(url).ok_or_else(|| refused("is not an http(s) URL"));
        let hidden = url.as_ref().map(of_address).unwrap_or_default();
        let url = url.and_then(|url| self.inner.downloads.check(&url).map(|()| url).map_err(refused));
        Call::raw(self, operation, url.map(|url| reqwest::Request::new(method, url))).hiding(hidden)
    }

    /// Where downloads may lead.
    pub(crate) fn downloads(&self) -> &DownloadPolicy {
        &self.inner.downloads
    }

    /// The client that requests are built with.
    pub(crate) fn http(&self) -> &reqwest::Client {
        self.inner.http.first()
    }

    /// The client that requests are sent with: blocking calls have one of their own, and so may downloads.
    pub(crate) fn http_to_send(&self, blocking: bool, download: bool) -> Result<&reqwest::Client, Error> {
        self.inner.http.to_send(blocking, download)
    }

    pub(crate) fn key(&self) -> Option<&ApiKey> {
        self.inner.key.as_ref()
    }

    /// The headers that each request has unless it brings its own.
    pub(crate) fn headers(&self) -> &HeaderMap {
        &self.inner.headers
    }

    pub(crate) fn timeout(&self) -> Duration {
        self.inner.timeout
    }

    pub(crate) fn stream_idle_timeout(&self) -> Duration {
        self.inner.stream_idle_timeout
    }

    /// How much of a reply is read into memory.
    pub(crate) fn reply_limits(&self) -> ReplyLimits {
        self.inner.limits
    }

    pub(crate) fn retry(&self) -> &RetryPolicy {
        &self.inner.retry
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.inner.clock
    }

    pub(crate) fn budget(&self) -> &FailureBudget {
        &self.inner.budget
    }

    pub(crate) fn wallets(&self) -> &WalletSlots {
        &self.inner.wallets
    }

    pub(crate) fn pacer(&self) -> &Pacer {
        &self.inner.pacer
    }

    pub(crate) fn warnings(&self) -> &Warnings {
        &self.inner.warnings
    }

    pub(crate) fn versions(&self) -> &Versions {
        &self.inner.versions
    }

    /// What each call passes before its first attempt.
    pub(crate) fn gates(&self) -> &[Arc<dyn Gate>] {
        &self.inner.gates
    }

    pub(crate) fn catalogue_store(&self) -> &CatalogueStore {
        &self.inner.catalogue
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("base_url", &self.inner.base_url.as_str())
            .field("api_key", &self.inner.key)
            .field("timeout", &self.inner.timeout)
            .field("stream_idle_timeout", &self.inner.stream_idle_timeout)
            .field("retry", &self.inner.retry)
            .finish_non_exhaustive()
    }
}
