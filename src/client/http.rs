//! The HTTP stack below the client.

use std::time::Duration;

use super::tls;
use crate::error::Error;

/// What the connections are made with.
#[derive(Clone, Debug)]
pub(super) struct Recipe {
    pub(super) connect_timeout: Duration,
    pub(super) proxy: Way<reqwest::Proxy>,
    /// The base URL needs TLS.
    pub(super) https: bool,
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
    pub(super) fn cook(&self) -> Result<reqwest::Client, Error> {
        let mut builder = reqwest::Client::builder()
            .connect_timeout(self.connect_timeout)
            // Redirects are followed by the transport, which knows where the key may go.
            .redirect(reqwest::redirect::Policy::none());
        builder = match &self.proxy {
            Way::Environment => builder,
            Way::Direct => builder.no_proxy(),
            Way::Proxy(proxy) => builder.proxy(proxy.clone()),
        };
        tls::configured(builder, self.https)?
            .build()
            .map_err(|error| Error::configuration("the HTTP client cannot be set up").with_source(error.without_url()))
    }
}

/// The HTTP client, and for blocking calls a second one.
///
/// A connection is served by the runtime that opened it. If blocking calls took one that an async runtime of the caller
/// opened, and that runtime stood still, they would wait for ever. So they have connections of their own.
#[derive(Debug)]
pub(super) struct Http {
    client: reqwest::Client,
    #[cfg(feature = "blocking")]
    blocking: std::sync::OnceLock<reqwest::Client>,
    /// `None` for a client that the caller brought: it cannot be made twice.
    #[cfg(feature = "blocking")]
    recipe: Option<Recipe>,
}

impl Http {
    pub(super) fn from_recipe(recipe: Recipe) -> Result<Self, Error> {
        Ok(Self {
            client: recipe.cook()?,
            #[cfg(feature = "blocking")]
            blocking: std::sync::OnceLock::new(),
            #[cfg(feature = "blocking")]
            recipe: Some(recipe),
        })
    }

    pub(super) fn given(client: reqwest::Client) -> Self {
        Self {
            client,
            #[cfg(feature = "blocking")]
            blocking: std::sync::OnceLock::new(),
            #[cfg(feature = "blocking")]
            recipe: None,
        }
    }

    pub(super) fn for_async(&self) -> &reqwest::Client {
        &self.client
    }

    #[cfg(feature = "blocking")]
    pub(super) fn for_blocking(&self) -> Result<&reqwest::Client, Error> {
        match (&self.recipe, self.blocking.get()) {
            (None, _) => Ok(&self.client),
            (Some(_), Some(client)) => Ok(client),
            (Some(recipe), None) => {
                let client = recipe.cook()?;
                Ok(self.blocking.get_or_init(|| client))
            }
        }
    }
}
