//! `RootCertificates`, and the TLS backend of the HTTP clients, selected by the crate's features.

use reqwest::ClientBuilder;

use crate::runtime::error::Error;

/// Whether there is a backend.
pub(crate) const IS_COMPILED: bool = cfg!(any(feature = "rustls", feature = "rustls-ring", feature = "native-tls"));

/// CA certificates in addition to those of the system.
#[derive(Clone)]
pub(crate) struct RootCertificates(Vec<backend::Certificate>);

impl RootCertificates {
    /// Parses certificates in PEM, also several in one text, or in DER.
    pub(crate) fn parse(given: &[Vec<u8>]) -> Result<Self, Error> {
        let mut certificates = Vec::new();
        for (index, bytes) in given.iter().enumerate() {
            let found = backend::certificates(bytes)
                .map_err(|error| unusable(index, error.to_string().as_str()).with_source(error))?;
            if found.is_empty() {
                return Err(unusable(index, "it has no certificate"));
            }
            certificates.extend(found);
        }
        Ok(Self(certificates))
    }
}

fn unusable(index: usize, cause: &str) -> Error {
    let message = format!("root certificate {} is not an X.509 certificate in PEM or DER: {cause}", index + 1);
    Error::configuration(message)
}

/// Sets up TLS. Without `https` the system's certificates are not read, which takes milliseconds and fails on a machine without any.
pub(crate) fn configure(builder: ClientBuilder, roots: &RootCertificates, https: bool) -> Result<ClientBuilder, Error> {
    backend::configure(builder, &roots.0, https)
}

#[cfg(not(any(feature = "rustls", feature = "rustls-ring", feature = "native-tls")))]
mod backend {
    use super::{ClientBuilder, Error};

    const MISSING: &str =
        "venice-ai was built without TLS: enable one of its features `rustls`, `rustls-ring`, `native-tls`";

    pub(crate) type Certificate = std::convert::Infallible;

    pub(crate) fn certificates(_: &[u8]) -> Result<Vec<Certificate>, &'static str> {
        Err(MISSING)
    }

    pub(crate) fn configure(builder: ClientBuilder, _: &[Certificate], https: bool) -> Result<ClientBuilder, Error> {
        if https { Err(Error::configuration(format!("the URL is https and {MISSING}"))) } else { Ok(builder) }
    }
}

/// The backends of `reqwest`. That of the operating system comes first: it is never a default.
#[cfg(any(feature = "rustls", feature = "native-tls"))]
mod backend {
    pub(crate) use reqwest::Certificate;

    use super::{ClientBuilder, Error, is_pem};

    fn select(builder: ClientBuilder) -> ClientBuilder {
        #[cfg(feature = "native-tls")]
        return builder.tls_backend_native();
        #[cfg(not(feature = "native-tls"))]
        return builder.tls_backend_rustls();
    }

    pub(crate) fn certificates(bytes: &[u8]) -> reqwest::Result<Vec<Certificate>> {
        let found = match is_pem(bytes) {
            true => Certificate::from_pem_bundle(bytes)?,
            false => vec![Certificate::from_der(bytes)?],
        };
        // rustls parses a certificate only when a client is built with it.
        select(reqwest::Client::builder()).tls_certs_only(found.clone()).build()?;
        Ok(found)
    }

    pub(crate) fn configure(
        builder: ClientBuilder,
        roots: &[Certificate],
        https: bool,
    ) -> Result<ClientBuilder, Error> {
        let (builder, roots) = (select(builder), roots.to_vec());
        Ok(if https { builder.tls_certs_merge(roots) } else { builder.tls_certs_only(roots) })
    }
}

/// rustls with `ring`, which `reqwest` does not provide. The provider is set here, so that none has to be installed in the process.
#[cfg(all(feature = "rustls-ring", not(any(feature = "rustls", feature = "native-tls"))))]
mod backend {
    use std::sync::Arc;

    use rustls::client::danger::ServerCertVerifier;
    use rustls::crypto::{CryptoProvider, ring};
    use rustls::pki_types::CertificateDer;
    use rustls::pki_types::pem::PemObject as _;
    use rustls::{ClientConfig, RootCertStore};
    use rustls_platform_verifier::Verifier;

    use super::{ClientBuilder, Error, is_pem};

    type Boxed = Box<dyn std::error::Error + Send + Sync>;

    pub(crate) type Certificate = CertificateDer<'static>;

    pub(crate) fn certificates(bytes: &[u8]) -> Result<Vec<Certificate>, Boxed> {
        let found = match is_pem(bytes) {
            true => Certificate::pem_slice_iter(bytes).collect::<Result<Vec<_>, _>>()?,
            false => vec![Certificate::from(bytes.to_vec())],
        };
        store(&found)?;
        Ok(found)
    }

    pub(crate) fn configure(
        builder: ClientBuilder,
        roots: &[Certificate],
        https: bool,
    ) -> Result<ClientBuilder, Error> {
        let config = config(roots, https).map_err(super::failed)?;
        Ok(builder.tls_backend_preconfigured(config))
    }

    fn config(roots: &[Certificate], https: bool) -> Result<ClientConfig, rustls::Error> {
        let provider = Arc::new(ring::default_provider());
        let config =
            ClientConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions()?;
        let config = match https {
            true => config.dangerous().with_custom_certificate_verifier(platform(roots, provider)?),
            false => config.with_root_certificates(store(roots)?),
        };
        #[cfg_attr(not(feature = "http2"), allow(unused_mut))]
        let mut config = config.with_no_client_auth();
        #[cfg(feature = "http2")]
        {
            config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        }
        Ok(config)
    }

    fn platform(
        roots: &[Certificate],
        provider: Arc<CryptoProvider>,
    ) -> Result<Arc<dyn ServerCertVerifier>, rustls::Error> {
        if roots.is_empty() {
            return Ok(Arc::new(Verifier::new(provider)?));
        }
        #[cfg(not(target_os = "android"))]
        return Ok(Arc::new(Verifier::new_with_extra_roots(roots.to_vec(), provider)?));
        #[cfg(target_os = "android")]
        return Err(rustls::Error::General("Android takes no root certificates besides its own".to_owned()));
    }

    fn store(roots: &[Certificate]) -> Result<RootCertStore, rustls::Error> {
        let mut store = RootCertStore::empty();
        roots.iter().try_for_each(|certificate| store.add(certificate.clone()))?;
        Ok(store)
    }
}

#[cfg(any(feature = "rustls", feature = "rustls-ring", feature = "native-tls"))]
fn is_pem(bytes: &[u8]) -> bool {
    memchr::memmem::find(bytes, b"-----BEGIN").is_some()
}

/// The HTTP client cannot be built, usually because of TLS.
pub(crate) fn failed(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    let cause = crate::runtime::transport::root_cause(&error);
    let message = format!(
        "TLS cannot be set up: {cause}; without CA certificates on this machine, install them (often a package `ca-certificates`) or \
         set SSL_CERT_FILE to a PEM file"
    );
    Error::configuration(message).with_source(error)
}
