//! `Client`: a cheap handle to the settings and state shared by all calls.

mod builder;

use std::fmt;
use std::sync::Arc;

pub use self::builder::ClientBuilder;
use crate::runtime::error::Error;
use crate::runtime::secret::Secret;
use crate::runtime::transport::{CallOptions, Shared};

/// A client of the Venice.ai API.
///
/// It has the API key, the connections and the settings. A clone is cheap and shares all of them, so clone it instead of building a second
/// one: the connections are reused, and the failure budget is shared (see [`RetryPolicy`](crate::RetryPolicy)).
///
/// ```no_run
/// # async fn run() -> Result<(), venice_ai::Error> {
/// let venice = venice_ai::Client::from_env()?;
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
    /// The options of calls made with it.
    options: Option<Arc<CallOptions>>,
}

impl Client {
    /// A client with the settings of the environment: the key from `VENICE_API_KEY`, and `VENICE_BASE_URL`, `VENICE_TIMEOUT`,
    /// `VENICE_MAX_RETRIES` and `VENICE_PROXY` if they are set. See [`ClientBuilder::from_env`].
    ///
    /// # Errors
    ///
    /// [`ErrorKind::MissingApiKey`](crate::ErrorKind::MissingApiKey) names the variable that is missing or empty,
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) one that is invalid.
    pub fn from_env() -> Result<Self, Error> {
        ClientBuilder::from_env()?.build()
    }

    /// A client with this key and the default settings.
    ///
    /// # Errors
    ///
    /// A key that is not valid in a header, such as one with a line break, is
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration); the error does not show it.
    pub fn new(api_key: impl Into<Secret>) -> Result<Self, Error> {
        Self::builder().api_key(api_key).build()
    }

    /// A client without a key, for the public endpoints: models, image styles, quotes of audio and video, attestations, the web3 token, and
    /// the top-up. Other calls fail before they are sent, unless they have a key ([`Call::with_api_key`](crate::Call::with_api_key)) or a
    /// wallet's signature.
    ///
    /// # Errors
    ///
    /// Only if TLS cannot be set up.
    pub fn without_api_key() -> Result<Self, Error> {
        Self::builder().build()
    }

    /// A builder with the default settings.
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

    /// The same client with these options for its calls. Everything else is shared.
    ///
    /// ```no_run
    /// # async fn run(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// use venice_ai::CallOptions;
    ///
    /// let traced = venice.with_options(CallOptions::new().with_header("traceparent", "00-4bf9-00f0-01"));
    /// let keys = traced.api_keys().list().await?;
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn with_options(&self, options: CallOptions) -> Self {
        let mut client = self.clone();
        client.options_mut().add(options);
        client
    }

    /// The same client with another API key, for programs that serve several accounts. It shares everything else: connections, settings,
    /// middleware, budget, tally, wallet, the pacing of [`many`](crate::many), and the cache of the catalogue.
    ///
    /// What the API counts or answers by key stays separate: failures, rate limits, and the catalogue, which has only the models that the
    /// key may use. The wallet still signs what only wallets may ask; the key is used for all else, whatever the
    /// [`payer`](ClientBuilder::payer).
    ///
    /// A key that is not valid in a header is reported when a call is sent, as [`ErrorKind::Configuration`](crate::ErrorKind::Configuration).
    ///
    /// ```no_run
    /// # async fn run(venice: venice_ai::Client, key_of_tenant: venice_ai::Secret) -> Result<(), venice_ai::Error> {
    /// let tenant = venice.with_api_key(key_of_tenant);
    /// println!("{:?}", tenant.billing().balance().await?);
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn with_api_key(&self, key: impl Into<Secret>) -> Self {
        self.with_options(CallOptions::new().with_api_key(key))
    }
}

/// Access for calls.
impl Client {
    /// Distinguishes the accounts of clients that share their state, without containing a key. The keys of a provider count as one.
    #[cfg(feature = "catalogue")]
    pub(crate) fn account(&self) -> u64 {
        let own = |options: &CallOptions| {
            let key = options.key.as_ref().map(|key| key.header().clone());
            options.headers.get(reqwest::header::AUTHORIZATION).cloned().or(key)
        };
        let own = self.options.as_deref().and_then(own);
        let shared = self.shared.key.as_ref().map(|key| key.header().clone());
        self.shared.budget.account(own.or(shared).as_ref())
    }

    /// The URL of a path below the base URL. The path starts with a slash, and its parameters are percent-encoded.
    pub(crate) fn url(&self, path: &str) -> reqwest::Url {
        self.shared.base_url.below(path)
    }

    /// A client for further calls that a call needs, with the key of that call.
    #[cfg(any(feature = "budget", feature = "pace", feature = "preflight", feature = "privacy", feature = "wallet"))]
    pub(crate) fn of_call(outgoing: &crate::runtime::transport::Outgoing) -> Self {
        let shared = Arc::clone(&outgoing.shared);
        let of_client = shared.key.as_ref().map(|key| key.expose());
        let own = outgoing.scope.key().filter(|key| !outgoing.takes_key && Some(key.expose()) != of_client);
        let paced = outgoing.options.paced;
        let options = CallOptions { key: own.cloned(), paced, ..CallOptions::default() };
        let options = (own.is_some() || paced).then(|| Arc::new(options));
        Self { shared, options }
    }

    /// The options of its calls.
    pub(crate) fn call_options(&self) -> Option<&CallOptions> {
        self.options.as_deref()
    }

    pub(crate) fn options_mut(&mut self) -> &mut CallOptions {
        Arc::make_mut(self.options.get_or_insert_default())
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    /// The HTTP client to build requests with.
    pub(crate) fn http(&self) -> &reqwest::Client {
        self.shared.http.first()
    }

    #[cfg(any(feature = "batch", feature = "jobs"))]
    pub(crate) fn timeout(&self) -> std::time::Duration {
        self.options.as_ref().and_then(|options| options.timeout).unwrap_or(self.shared.timeout)
    }

    #[cfg(any(feature = "batch", feature = "wallet"))]
    pub(crate) fn retry(&self) -> &crate::runtime::transport::RetryPolicy {
        self.options.as_ref().and_then(|options| options.retry.as_ref()).unwrap_or(&self.shared.retry)
    }

    #[cfg(any(feature = "attestation", feature = "catalogue", feature = "jobs", feature = "pace", feature = "wallet"))]
    pub(crate) fn clock(&self) -> &dyn crate::runtime::transport::Clock {
        &*self.shared.clock
    }

    #[cfg(feature = "pace")]
    pub(crate) fn budget(&self) -> &crate::runtime::transport::FailureBudget {
        &self.shared.budget
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("base_url", &self.shared.base_url.as_str())
            .field("api_key", &self.shared.key)
            .field("timeout", &self.shared.timeout)
            .field("stream_idle_timeout", &self.shared.stream_idle_timeout)
            .field("retry", &self.shared.retry)
            .finish_non_exhaustive()
    }
}
