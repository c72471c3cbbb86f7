//! The HTTP stack below the client.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use super::download::PublicAddresses;
use super::tls;
use crate::error::Error;

/// What the connections are made with.
#[derive(Clone, Debug)]
pub(super) struct Recipe {
    pub(super) connect_timeout: Duration,
    pub(super) proxy: Way<reqwest::Proxy>,
    /// The base URL needs TLS.
    pub(super) https: bool,
    /// How the hosts of downloads are found, if not like the API.
    pub(super) resolver: Option<Arc<PublicAddresses>>,
}

/// Which way connections take.
#[derive(Clone, Debug)]
pub(super) enum Way<P> {
    /// Through the proxy that the environment names, if it names one.
    Environment,
    /// Through none.
    Direct,
    /// Through this one.
    Proxy(P),
}

impl Recipe {
    pub(super) fn cook(&self, downloads: bool) -> Result<reqwest::Client, Error> {
        let mut builder = reqwest::Client::builder()
            .connect_timeout(self.connect_timeout)
            // Redirects are followed by the transport, which knows where the key may go.
            .redirect(reqwest::redirect::Policy::none());
        builder = match &self.proxy {
            Way::Environment => builder,
            Way::Direct => builder.no_proxy(),
            Way::Proxy(proxy) => builder.proxy(proxy.clone()),
        };
        if let (true, Some(resolver)) = (downloads, &self.resolver) {
            builder = builder.dns_resolver(Arc::clone(resolver));
        }
        tls::configured(builder, self.https)?
            .build()
            .map_err(|error| Error::configuration("the HTTP client cannot be set up").with_source(error.without_url()))
    }
}

/// The HTTP client, and others that are built when they are first needed: for blocking calls, and for downloads.
///
/// A connection is served by the runtime that opened it. If blocking calls took one that an async runtime of the caller
/// opened, and that runtime stood still, they would wait for ever. So they have connections of their own. Downloads have them too,
/// where they must not reach each address that the API may have.
#[derive(Debug)]
pub(super) struct Http {
    client: reqwest::Client,
    /// For blocking calls, for downloads, and for downloads of blocking calls.
    others: [OnceLock<reqwest::Client>; 3],
    /// `None` for a client that the caller brought: it cannot be made twice.
    recipe: Option<Recipe>,
}

impl Http {
    pub(super) fn from_recipe(recipe: Recipe) -> Result<Self, Error> {
        Ok(Self { client: recipe.cook(false)?, others: Default::default(), recipe: Some(recipe) })
    }

    pub(super) fn given(client: reqwest::Client) -> Self {
        Self { client, others: Default::default(), recipe: None }
    }

    /// The client that requests are built with.
    pub(super) fn first(&self) -> &reqwest::Client {
        &self.client
    }

    /// The client to send a request with.
    pub(super) fn to_send(&self, blocking: bool, download: bool) -> Result<&reqwest::Client, Error> {
        let Some(recipe) = &self.recipe else { return Ok(&self.client) };
        let download = download && recipe.resolver.is_some();
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
        let client = recipe.cook(download)?;
        Ok(place.get_or_init(|| client))
    }
}
