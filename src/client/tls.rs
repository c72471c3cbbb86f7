//! TLS, by the library that the crate's features choose.

use reqwest::ClientBuilder;

use crate::error::Error;

/// Without a library, plain connections are all there is.
#[cfg(not(any(feature = "rustls", feature = "rustls-aws-lc", feature = "native-tls")))]
pub(super) fn configured(builder: ClientBuilder, https: bool) -> Result<ClientBuilder, Error> {
    if https {
        return Err(Error::configuration(
            "the base URL is https and venice-ai was built without TLS: enable one of its features `rustls`, `rustls-aws-lc`, \
             `native-tls`",
        ));
    }
    Ok(builder)
}

/// The library of the system, which is chosen over `rustls` where both are enabled: nobody gets it without asking for it.
#[cfg(feature = "native-tls")]
pub(super) fn configured(builder: ClientBuilder, _https: bool) -> Result<ClientBuilder, Error> {
    Ok(builder.tls_backend_native())
}

/// `rustls` with a provider of the crate's choice. It is named here instead of taken from the process, so that neither a missing
/// nor a different global one matters.
#[cfg(all(any(feature = "rustls", feature = "rustls-aws-lc"), not(feature = "native-tls")))]
pub(super) fn configured(builder: ClientBuilder, https: bool) -> Result<ClientBuilder, Error> {
    #[cfg_attr(not(feature = "http2"), allow(unused_mut))]
    let mut config = match by_rustls::trusting_the_system() {
        Ok(config) => config,
        // A machine without certificates can still talk to a plain base URL, such as a test server.
        Err(_) if !https => by_rustls::trusting_nobody()?,
        Err(error) => return Err(error),
    };
    #[cfg(feature = "http2")]
    {
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    }
    Ok(builder.tls_backend_preconfigured(config))
}

#[cfg(all(any(feature = "rustls", feature = "rustls-aws-lc"), not(feature = "native-tls")))]
mod by_rustls {
    use std::sync::{Arc, OnceLock};

    // `aws-lc-rs` wins where both are enabled, as nobody gets it without asking for it.
    #[cfg(feature = "rustls-aws-lc")]
    use rustls::crypto::aws_lc_rs as provider;
    #[cfg(not(feature = "rustls-aws-lc"))]
    use rustls::crypto::ring as provider;
    use rustls::{ClientConfig, ConfigBuilder, RootCertStore, WantsVerifier};
    use rustls_platform_verifier::BuilderVerifierExt as _;

    use crate::error::Error;

    /// Reading the system's certificates takes milliseconds, so it is done once in a process.
    pub(super) fn trusting_the_system() -> Result<ClientConfig, Error> {
        static CONFIG: OnceLock<ClientConfig> = OnceLock::new();
        if let Some(config) = CONFIG.get() {
            return Ok(config.clone());
        }
        let config = builder()?.with_platform_verifier().map_err(failed)?.with_no_client_auth();
        Ok(CONFIG.get_or_init(|| config).clone())
    }

    pub(super) fn trusting_nobody() -> Result<ClientConfig, Error> {
        Ok(builder()?.with_root_certificates(RootCertStore::empty()).with_no_client_auth())
    }

    fn builder() -> Result<ConfigBuilder<ClientConfig, WantsVerifier>, Error> {
        ClientConfig::builder_with_provider(Arc::new(provider::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(failed)
    }

    fn failed(error: rustls::Error) -> Error {
        let message = format!("TLS cannot be set up: {error}; are the system's CA certificates installed?");
        Error::configuration(message).with_source(error)
    }
}
