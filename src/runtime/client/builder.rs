//! `ClientBuilder`: the settings of a client.

mod credentials;
mod environment;

#[cfg(any(feature = "compatibility", feature = "spans"))]
use std::any::Any;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue, USER_AGENT};

use self::credentials::client_wallet;
use super::Client;
use crate::runtime::error::Error;
#[cfg(doc)]
use crate::runtime::error::ErrorKind;
use crate::runtime::secret::Secret;
use crate::runtime::slots::Slots;
use crate::runtime::transport::base_url::{self, BaseUrl};
use crate::runtime::transport::exchange::Middleware;
use crate::runtime::transport::http::{Http, HttpConfig, ProxyChoice};
use crate::runtime::transport::interceptor::CallInterceptors;
use crate::runtime::transport::limits::ReplyLimits;
use crate::runtime::transport::tls::{self, RootCertificates};
use crate::runtime::transport::trace::Observe;
use crate::runtime::transport::{
    ApiKey, Clock, FailureBudget, KeyProvider, RetryPolicy, Shared, SystemClock, WalletSlots, header,
};
use crate::runtime::wallet::{Payer, Signer};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Long reasoning takes minutes, and the API itself times out before this.
const TIMEOUT: Duration = Duration::from_secs(600);
/// Models that reason may be silent for a while within an answer.
const STREAM_IDLE_TIMEOUT: Duration = Duration::from_secs(120);

const PRODUCT: &str = concat!("venice-ai-rust/", env!("CARGO_PKG_VERSION"));

/// The settings of a [`Client`].
///
/// Everything is validated by [`build`](Self::build), which returns what is invalid.
#[must_use = "it does nothing until `build()` is called"]
pub struct ClientBuilder {
    api_key: Option<Secret>,
    key_provider: Option<KeyProvider>,
    /// The key is one of several, and a feature chooses among them.
    is_pooled: bool,
    base_url: String,
    allow_insecure_http: bool,
    http: Option<reqwest::Client>,
    connect_timeout: Duration,
    /// Or what is invalid in the environment; so are the two below.
    timeout: Result<Duration, Error>,
    stream_idle_timeout: Duration,
    limits: ReplyLimits,
    retry: Result<RetryPolicy, Error>,
    user_agent_suffix: String,
    /// Headers of each request, or what is invalid in one.
    headers: Vec<Result<(HeaderName, HeaderValue), String>>,
    /// A URL, and the setting or the variable that it is from.
    proxy: ProxyChoice<(String, &'static str)>,
    root_certificates: Vec<Vec<u8>>,
    clock: Arc<dyn Clock>,
    /// The interceptors of each call.
    pub(crate) interceptors: CallInterceptors,
    /// What observes each call.
    observe: Vec<Arc<dyn Observe>>,
    pub(crate) middleware: Option<Box<dyn Middleware>>,
    /// The initial state of features, if it is not the default.
    slots: Slots,
    wallet: Option<Signer>,
    payer: Option<Payer>,
}

impl ClientBuilder {
    /// Without what features add to each client.
    pub(crate) fn bare() -> Self {
        Self {
            api_key: None,
            key_provider: None,
            is_pooled: false,
            base_url: base_url::DEFAULT.to_owned(),
            allow_insecure_http: false,
            http: None,
            connect_timeout: CONNECT_TIMEOUT,
            timeout: Ok(TIMEOUT),
            stream_idle_timeout: STREAM_IDLE_TIMEOUT,
            limits: ReplyLimits::default(),
            retry: Ok(RetryPolicy::default()),
            user_agent_suffix: String::new(),
            headers: Vec::new(),
            proxy: ProxyChoice::Environment,
            root_certificates: Vec::new(),
            clock: Arc::new(SystemClock),
            interceptors: CallInterceptors::default(),
            observe: Vec::new(),
            middleware: None,
            slots: Slots::default(),
            wallet: None,
            payer: None,
        }
    }

    /// The base URL, instead of `https://api.venice.ai/api/v1`: the API itself, a gateway, or another OpenAI-compatible server such as
    /// `http://localhost:11434/v1` ([guide](crate::guide::compatible_servers)). It is the part before `/chat/completions`, is http or https,
    /// and has neither query nor credentials. A trailing slash is ignored.
    #[doc(alias("api_base", "endpoint", "openai"))]
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = url.into();
        self
    }

    /// Whether the base URL may be `http` on another machine. Default: `false`, as the API key and every prompt are then sent unencrypted.
    /// `http` on this machine (`localhost`, `127.0.0.1`, `[::1]`) is always allowed.
    ///
    /// ```
    /// let gateway = "http://gateway.internal:8080/api/v1";
    /// let refused = venice_ai::Client::builder().base_url(gateway).build();
    /// assert!(refused.unwrap_err().to_string().contains("allow_insecure_http"));
    /// let venice = venice_ai::Client::builder().base_url(gateway).allow_insecure_http(true).build()?;
    /// # Ok::<(), venice_ai::Error>(())
    /// ```
    pub fn allow_insecure_http(mut self, allow: bool) -> Self {
        self.allow_insecure_http = allow;
        self
    }

    /// Your own HTTP client, with its own TLS, proxy, DNS and connections: a client of `reqwest` 0.13, which this crate re-exports as
    /// [`venice_ai::reqwest`](crate::reqwest).
    ///
    /// If you depend on `reqwest` yourself, `reqwest = { version = "0.13", default-features = false }` is enough with the default feature
    /// `rustls` of this crate, which turns on `reqwest/rustls`. With `rustls-ring` instead, install a provider before you build the client:
    /// `rustls::crypto::ring::default_provider().install_default()`; without one, `reqwest` panics. Without a TLS feature of this crate,
    /// turn on one of `reqwest`: `rustls` or `native-tls`.
    ///
    /// Its settings replace [`connect_timeout`](Self::connect_timeout), [`proxy`](Self::proxy), [`no_proxy`](Self::no_proxy) and
    /// [`add_root_certificate`](Self::add_root_certificate). Build it with `redirect(Policy::none())`: otherwise it follows redirects
    /// itself, also to other hosts, which then receive the body of the request, though not the key. A total time-out of its own would
    /// interrupt long streams. Blocking calls share its connections, so do not use one client both ways. It resolves names itself, so a
    /// job's `download_url` is rejected for a private address only if it, or a redirect, has that address literally.
    ///
    /// ```no_run
    /// use venice_ai::reqwest;
    ///
    /// let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
    /// let venice = venice_ai::Client::builder().api_key("my key").http_client(http).build()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn http_client(mut self, client: reqwest::Client) -> Self {
        self.http = Some(client);
        self
    }

    /// The time-out of connecting, including TLS. Default: 5 seconds.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// The time limit of one attempt, from the first byte sent to the last byte received. Default: 600 seconds.
    ///
    /// Each retry has its own limit, and the pauses between attempts do not count. For streams and raw replies it ends with the headers of
    /// the reply; then the [idle time-out](Self::stream_idle_timeout) applies.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Ok(timeout);
        self
    }

    /// The idle time-out of a stream. Default: 120 seconds. Models that reason pause for long, so be generous. The time between two reads
    /// of the caller does not count.
    pub fn stream_idle_timeout(mut self, timeout: Duration) -> Self {
        self.stream_idle_timeout = timeout;
        self
    }

    /// The largest complete reply, in bytes. Default: 32 MiB, and [`RawReply::MAX_BYTES`](crate::RawReply::MAX_BYTES) for image generation,
    /// whose JSON contains the images. A longer one is [`ErrorKind::Decode`], and so is JSON that would take more than 16 times this limit
    /// in memory when parsed, because it has very many small values.
    ///
    /// It does not apply to streams, files and raw replies.
    pub fn max_reply_bytes(mut self, bytes: usize) -> Self {
        self.limits.reply = Some(bytes);
        self
    }

    /// The largest event of a stream, in bytes. Default: 4 MiB. A larger one is [`ErrorKind::Decode`] and ends the stream, and so does one
    /// that would take more than 16 times this limit in memory when parsed.
    pub fn max_event_bytes(mut self, bytes: usize) -> Self {
        self.limits.event = Some(bytes);
        self
    }

    /// The most memory of a collected stream, in bytes: for `collect()` of any text stream, streams of parsed values, runs with tools, and
    /// [`ChatStream::cited`](crate::stream::ChatStream::cited) for text that waits for its citations. Default: 64 MiB, compared with an
    /// estimate that counts more than the text. A longer answer is [`ErrorKind::Decode`].
    pub fn max_collected_bytes(mut self, bytes: usize) -> Self {
        self.limits.collected = Some(bytes);
        self
    }

    /// The retry policy. Whether a retry is safe depends on the operation ([`RetryClass`](crate::RetryClass)).
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = Ok(policy);
        self
    }

    /// The name of your program, added to `User-Agent`: `my-app/1.0`.
    pub fn user_agent_suffix(mut self, suffix: impl Into<String>) -> Self {
        self.user_agent_suffix = suffix.into();
        self
    }

    /// A header of each request, unless the call has its own. If set twice, the last value is sent. Name and value are texts, or a
    /// [`HeaderName`](crate::http::HeaderName) and a [`HeaderValue`](crate::http::HeaderValue).
    ///
    /// Headers of the connection or of the body's length, such as `host`, `content-length`, `transfer-encoding` and `connection`, cannot be
    /// set.
    ///
    /// Its value is kept out of errors and logs, as it may be a credential for a gateway, unless the header is known to be harmless
    /// (`accept`, `user-agent`, `traceparent` and the like) or the value is shorter than 6 characters or a plain word.
    pub fn default_header(
        mut self,
        name: impl TryInto<HeaderName> + AsRef<[u8]>,
        value: impl TryInto<HeaderValue>,
    ) -> Self {
        self.headers.push(header(name, value));
        self
    }

    /// The proxy for all requests, such as `http://proxy.example:3128`, instead of that of the environment (`HTTPS_PROXY`, `HTTP_PROXY`,
    /// `ALL_PROXY`, `NO_PROXY`). `socks5://` and `socks5h://`, which resolves names at the proxy, need the feature `socks` and one for
    /// TLS; without them [`build`](Self::build) rejects the URL.
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.proxy = ProxyChoice::Proxy((url.into(), "the proxy"));
        self
    }

    /// Uses no proxy, whatever the environment has. For servers on this machine and in the same network. Of this and [`proxy`](Self::proxy)
    /// the last call wins.
    pub fn no_proxy(mut self) -> Self {
        self.proxy = ProxyChoice::Direct;
        self
    }

    /// Trusts this CA in addition to those of the system, for a proxy or a server with a certificate of its own. PEM (also several
    /// certificates in one text) or DER. May be called several times.
    ///
    /// Alternatives: on Linux and other Unix systems the environment variables `SSL_CERT_FILE` (a PEM file) and `SSL_CERT_DIR` replace the
    /// system's certificates. On macOS and Windows (and with `native-tls`) add the CA to the system. Not supported on Android.
    ///
    /// [`build`](Self::build) fails with [`ErrorKind::Configuration`] if it is not a certificate. A server with an untrusted CA is
    /// [`ErrorKind::Connect`] with a message about it.
    ///
    /// ```no_run
    /// let ca = std::fs::read("/etc/company/ca.pem")?;
    /// let venice = venice_ai::ClientBuilder::from_env()?.add_root_certificate(ca).build()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn add_root_certificate(mut self, certificate: impl AsRef<[u8]>) -> Self {
        self.root_certificates.push(certificate.as_ref().to_vec());
        self
    }

    /// The source of time, sleep and randomness. Replace it to test retries without waiting and without randomness.
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Sets what observes each call, in place of one of the same type.
    #[cfg(any(feature = "compatibility", feature = "spans"))]
    pub(crate) fn set_observer(&mut self, observer: impl Observe) {
        self.observe.retain(|known| (&**known as &dyn Any).type_id() != observer.type_id());
        self.observe.push(Arc::new(observer));
    }

    /// The initial state of features.
    #[cfg(any(feature = "attestation", feature = "catalogue", feature = "wallet"))]
    pub(crate) fn slots(&self) -> &Slots {
        &self.slots
    }

    /// Builds the client.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`] names the invalid setting: a key that is not valid in a header, a bad base URL, proxy or header, a
    /// budget whose limit is not an amount, a failing TLS setup. Keys and passwords are not shown.
    ///
    /// ```
    /// let refused = venice_ai::Client::builder().base_url("api.venice.ai").build();
    /// assert!(refused.unwrap_err().to_string().contains("base URL"));
    /// ```
    pub fn build(self) -> Result<Client, Error> {
        let base_url = BaseUrl::new(&self.base_url, self.allow_insecure_http)?;
        let key = self.api_key.clone().map(ApiKey::new).transpose()?;
        let headers = self.default_headers()?;
        self.interceptors.validate()?;
        let http = match self.http {
            Some(client) => Http::given(client),
            None => {
                let through_https = matches!(&self.proxy, ProxyChoice::Proxy((url, _)) if url.starts_with("https:"));
                Http::new(HttpConfig {
                    connect_timeout: self.connect_timeout,
                    proxy: match &self.proxy {
                        ProxyChoice::Environment => ProxyChoice::Environment,
                        ProxyChoice::Direct => ProxyChoice::Direct,
                        ProxyChoice::Proxy((url, from)) => ProxyChoice::Proxy((proxy(url, from)?, url.clone())),
                    },
                    root_certificates: RootCertificates::parse(&self.root_certificates)?,
                    https: through_https || base_url.as_str().starts_with("https:"),
                })?
            }
        };
        Ok(Client {
            options: None,
            shared: Arc::new(Shared {
                http,
                base_url,
                wallet: client_wallet(self.wallet, self.payer, key.is_some() || self.key_provider.is_some())?,
                key,
                key_provider: self.key_provider,
                is_pooled: self.is_pooled,
                headers,
                timeout: self.timeout?,
                stream_idle_timeout: self.stream_idle_timeout,
                limits: self.limits,
                retry: self.retry?,
                clock: self.clock,
                budget: FailureBudget::default(),
                wallets: WalletSlots::default(),
                middleware: self.middleware.map(|mut middleware| {
                    middleware.build();
                    Arc::from(middleware)
                }),
                interceptors: self.interceptors,
                observe: self.observe,
                slots: self.slots,
            }),
        })
    }

    fn default_headers(&self) -> Result<HeaderMap, Error> {
        let mut headers = HeaderMap::with_capacity(self.headers.len() + 1);
        let agent = match self.user_agent_suffix.trim() {
            "" => HeaderValue::from_static(PRODUCT),
            suffix => HeaderValue::try_from(format!("{PRODUCT} {suffix}"))
                .map_err(|_| Error::configuration("the user agent suffix is not valid in a header"))?,
        };
        headers.insert(USER_AGENT, agent);
        for header in &self.headers {
            let (name, value) = header.clone().map_err(Error::configuration)?;
            headers.insert(name, value);
        }
        Ok(headers)
    }
}

fn proxy(url: &str, from: &str) -> Result<reqwest::Proxy, Error> {
    // Without TLS, `reqwest` connects to none.
    if url.trim_start().starts_with("socks") && !(tls::IS_COMPILED && cfg!(feature = "socks")) {
        let missing = "the feature `socks` of venice-ai, and one for TLS (`rustls`, `rustls-ring` or `native-tls`)";
        return Err(Error::configuration(format!("{from}: a SOCKS proxy needs {missing}")));
    }
    // The parser's error would show a password in the URL.
    reqwest::Proxy::all(url)
        .map_err(|_| Error::configuration(format!("{from} is not a URL; it looks like http://proxy.example:3128")))
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("api_key", &self.api_key)
            .field("timeout", &self.timeout)
            .field("retry", &self.retry)
            .finish_non_exhaustive()
    }
}
