//! `Http`: the HTTP clients below a [`Client`](super::Client), and `HttpConfig`, their settings.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use super::download::PublicAddresses;
use super::tls::{self, RootCertificates};
use crate::runtime::error::Error;

/// Settings of the HTTP clients.
#[derive(Clone)]
pub(crate) struct HttpConfig {
    pub(crate) connect_timeout: Duration,
    pub(crate) proxy: ProxyChoice<reqwest::Proxy>,
    pub(crate) root_certificates: RootCertificates,
    /// The base URL or the proxy needs TLS.
    pub(crate) https: bool,
    /// How the hosts of downloads are found, if not like the API.
    pub(crate) resolver: Option<Arc<PublicAddresses>>,
}

/// Which proxy connections use.
#[derive(Clone, Debug)]
pub(crate) enum ProxyChoice<P> {
    /// The one that the environment names, if any.
    Environment,
    /// None.
    Direct,
    /// This one.
    Proxy(P),
}

impl HttpConfig {
    /// The client for calls to the API.
    fn build(&self) -> Result<reqwest::Client, Error> {
        self.build_with(self.https, None)
    }

    /// The client for downloads, which may be https where the base URL is not. A machine without CA certificates has plain ones.
    pub(crate) fn build_for_downloads(&self) -> Result<reqwest::Client, Error> {
        let resolver = self.resolver.as_ref();
        match self.build_with(true, resolver) {
            Err(_) if !self.https => self.build_with(false, resolver),
            built => built,
        }
    }

    fn build_with(&self, https: bool, resolver: Option<&Arc<PublicAddresses>>) -> Result<reqwest::Client, Error> {
        let mut builder = reqwest::Client::builder()
            .connect_timeout(self.connect_timeout)
            // Redirects are followed by the transport, which knows where the key may go.
            .redirect(reqwest::redirect::Policy::none());
        builder = match &self.proxy {
            ProxyChoice::Environment => builder,
            ProxyChoice::Direct => builder.no_proxy(),
            ProxyChoice::Proxy(proxy) => builder.proxy(proxy.clone()),
        };
        if let Some(resolver) = resolver {
            builder = builder.dns_resolver(Arc::clone(resolver));
        }
        let client = tls::configure(builder, &self.root_certificates, https)?.build();
        client.map_err(|error| tls::failed(error.without_url()))
    }
}

/// The HTTP client, and others that are built when they are first needed: for blocking calls, and for downloads.
///
/// A connection is served by the runtime that opened it. If blocking calls took one that an async runtime of the caller
/// opened, and that runtime stood still, they would wait for ever. So they have connections of their own. Downloads have them too,
/// where they must not reach each address that the API may have, and where they need TLS and the API does not.
pub(crate) struct Http {
    client: reqwest::Client,
    /// For blocking calls, for downloads, and for downloads of blocking calls.
    others: [OnceLock<reqwest::Client>; 3],
    /// `None` for a client that the caller brought: a second one cannot be built.
    config: Option<HttpConfig>,
}

impl Http {
    pub(crate) fn new(config: HttpConfig) -> Result<Self, Error> {
        Ok(Self { client: config.build()?, others: Default::default(), config: Some(config) })
    }

    pub(crate) fn given(client: reqwest::Client) -> Self {
        Self { client, others: Default::default(), config: None }
    }

    /// The client that requests are built with.
    pub(crate) fn first(&self) -> &reqwest::Client {
        &self.client
    }

    /// The client to send a request with.
    pub(crate) fn to_send(&self, download: bool) -> Result<&reqwest::Client, Error> {
        let Some(config) = &self.config else { return Ok(&self.client) };
        #[cfg(feature = "blocking")]
        let blocking = crate::runtime::blocking::is_current();
        #[cfg(not(feature = "blocking"))]
        let blocking = false;
        let download = download && (config.resolver.is_some() || !config.https);
        let [blocking_calls, downloads, blocking_downloads] = &self.others;
        let place = match (blocking, download) {
            (false, false) => return Ok(&self.client),
            (true, false) => blocking_calls,
            (false, true) => downloads,
            (true, true) => blocking_downloads,
        };
        if let Some(client) = place.get() {
            return Ok(client);
        }
        let client = if download { config.build_for_downloads()? } else { config.build()? };
        Ok(place.get_or_init(|| client))
    }
}
