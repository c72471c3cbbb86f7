//! `Http`: the HTTP clients below a [`Client`](super::Client), and `HttpConfig`, their settings.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use hyper_util::client::proxy::matcher::Matcher;
use reqwest::dns::Resolve;
use tokio::runtime::{Handle, Id};

use super::failure;
use super::redirect::HostPolicy;
use super::tls::{self, RootCertificates};
use crate::runtime::error::Error;

/// Settings of the HTTP clients.
#[derive(Clone)]
pub(crate) struct HttpConfig {
    pub(crate) connect_timeout: Duration,
    /// A proxy has its URL, which may hold a password.
    pub(crate) proxy: ProxyChoice<(reqwest::Proxy, String)>,
    pub(crate) root_certificates: RootCertificates,
    /// Whether the base URL or the proxy needs TLS.
    pub(crate) https: bool,
}

/// The proxy of connections.
#[derive(Clone, Debug)]
pub(crate) enum ProxyChoice<P> {
    /// The one in the environment, if any.
    Environment,
    /// None.
    Direct,
    /// This one.
    Proxy(P),
}

impl HttpConfig {
    /// Builds the client for calls to the API.
    fn build(&self) -> Result<reqwest::Client, Error> {
        self.build_with(self.https, None)
    }

    /// Builds the client for other hosts, which may be https if the base URL is not. On a machine without CA certificates it supports only
    /// http.
    pub(crate) fn build_for(&self, policy: &dyn HostPolicy) -> Result<reqwest::Client, Error> {
        match self.build_with(true, self.resolver(policy)) {
            Err(_) if !self.https => self.build_with(false, self.resolver(policy)),
            built => built,
        }
    }

    /// A proxy resolves the names itself.
    fn resolver(&self, policy: &dyn HostPolicy) -> Option<Arc<dyn Resolve>> {
        policy.resolver().filter(|_| !matches!(self.proxy, ProxyChoice::Proxy(_)))
    }

    /// The host and port of the proxy of requests to this URL.
    fn proxy_of(&self, url: &str) -> Option<String> {
        let matcher = match &self.proxy {
            ProxyChoice::Environment => Matcher::from_system(),
            ProxyChoice::Direct => return None,
            ProxyChoice::Proxy((_, proxy)) => Matcher::builder().all(proxy.clone()).build(),
        };
        Some(matcher.intercept(&url.parse().ok()?)?.uri().authority()?.to_string())
    }

    fn build_with(&self, https: bool, resolver: Option<Arc<dyn Resolve>>) -> Result<reqwest::Client, Error> {
        let mut builder = reqwest::Client::builder()
            .connect_timeout(self.connect_timeout)
            // The transport follows redirects itself, as it knows where the key may go.
            .redirect(reqwest::redirect::Policy::none());
        builder = match &self.proxy {
            ProxyChoice::Environment => builder,
            ProxyChoice::Direct => builder.no_proxy(),
            ProxyChoice::Proxy((proxy, _)) => builder.proxy(proxy.clone()),
        };
        if let Some(resolver) = resolver {
            builder = builder.dns_resolver(resolver);
        }
        // It repeats what an HTTP/2 server refused to begin, and copies each request for that.
        if cfg!(not(feature = "http2")) {
            builder = builder.retry(reqwest::retry::never().max_retries_per_request(0));
        }
        let client = tls::configure(builder, &self.root_certificates, https)?.build();
        client.map_err(|error| tls::failed(error.without_url()))
    }
}

/// The id of the runtime for blocking calls, once it was started. It lives as long as the process, and does not share connections with
/// other runtimes.
pub(crate) static BLOCKING_RUNTIME: OnceLock<Id> = OnceLock::new();

/// The current runtime. A future that waits in another runtime has its connections and timers there, and that runtime may be stopped.
pub(crate) fn current_runtime() -> Option<Id> {
    Handle::try_current().ok().map(|runtime| runtime.id())
}

/// The HTTP client, and others that are built on first use: for blocking calls, and for other hosts.
///
/// A connection is driven by the runtime that opened it. A blocking call on a connection of the caller's runtime would hang if that runtime
/// stopped, so blocking calls have their own connections. Other hosts have their own too: the resolver must reject addresses that the API
/// may have, and they may need TLS when the API does not.
pub(crate) struct Http {
    client: reqwest::Client,
    /// For blocking calls, for other hosts, for other hosts whose addresses are checked, and for both in blocking calls.
    others: [OnceLock<reqwest::Client>; 5],
    /// `None` for the caller's own client: a second one cannot be built.
    config: Option<HttpConfig>,
}

impl Http {
    pub(crate) fn new(config: HttpConfig) -> Result<Self, Error> {
        Ok(Self { client: config.build()?, others: Default::default(), config: Some(config) })
    }

    pub(crate) fn given(client: reqwest::Client) -> Self {
        Self { client, others: Default::default(), config: None }
    }

    /// The client that builds requests.
    pub(crate) fn first(&self) -> &reqwest::Client {
        &self.client
    }

    /// The error of a request without a reply.
    #[cold]
    pub(crate) fn failed(&self, error: reqwest::Error) -> Error {
        let proxy = self.config.as_ref().zip(error.url()).and_then(|(config, url)| config.proxy_of(url.as_str()));
        failure::of_request(error, proxy)
    }

    /// The client that sends a request.
    pub(crate) fn to_send(&self, elsewhere: Option<&dyn HostPolicy>) -> Result<&reqwest::Client, Error> {
        let Some(config) = &self.config else { return Ok(&self.client) };
        let blocking = BLOCKING_RUNTIME.get().is_some_and(|blocking| current_runtime() == Some(*blocking));
        let elsewhere = elsewhere.filter(|policy| !config.https || config.resolver(*policy).is_some());
        let is_guarded = elsewhere.map(|policy| config.resolver(policy).is_some());
        let [blocking_calls, any, any_blocking, guarded, guarded_blocking] = &self.others;
        let place = match (blocking, is_guarded) {
            (false, None) => return Ok(&self.client),
            (true, None) => blocking_calls,
            // A client without the resolver of a policy must never serve one that has it.
            (false, Some(false)) => any,
            (true, Some(false)) => any_blocking,
            (false, Some(true)) => guarded,
            (true, Some(true)) => guarded_blocking,
        };
        if let Some(client) = place.get() {
            return Ok(client);
        }
        let client = elsewhere.map_or_else(|| config.build(), |policy| config.build_for(policy))?;
        Ok(place.get_or_init(|| client))
    }
}
