//! Conversions from errors of the HTTP stack.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use reqwest::Url;

use crate::runtime::error::{Delivery, Error, ErrorKind};

/// A request without a reply, which went to this proxy.
#[cold]
pub(super) fn of_request(error: reqwest::Error, proxy: Option<String>) -> Error {
    // The only part of the URL that may be shown: its query may contain secrets.
    let host = error.url().map_or_else(|| "the server".to_owned(), host_and_port);
    let error = error.without_url();
    let root = root_cause(&error);
    let cause = root.to_string();
    let (kind, message) = if root.is::<RefusedHost>() {
        (ErrorKind::InvalidRequest, format!("no file is downloaded from {host}: {cause}; nothing was sent"))
    } else if error.is_connect() {
        let through = proxy.map(|proxy| format!(" through the proxy {proxy}")).unwrap_or_default();
        (ErrorKind::Connect, format!("cannot connect to {host}{through}: {cause}{}", advice(&error)))
    } else if error.is_timeout() {
        (ErrorKind::Timeout, format!("no reply from {host}: {cause}"))
    } else if error.is_redirect() {
        (ErrorKind::Redirect, format!("{host} redirected the request: {cause}"))
    } else if error.is_builder() {
        (ErrorKind::InvalidRequest, format!("the request cannot be built: {cause}"))
    } else {
        (ErrorKind::Transport, format!("the connection to {host} was lost before a reply: {cause}"))
    };
    Error::new(kind, message).with_source(error)
}

/// The error of a resolver that rejects a host, with the reason.
#[derive(Debug)]
#[cfg_attr(not(feature = "jobs"), allow(dead_code))]
pub(crate) struct RefusedHost(pub(crate) &'static str);

impl fmt::Display for RefusedHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl StdError for RefusedHost {}

/// What to do about a certificate whose CA is not trusted. TLS libraries have no common error type, and with OpenSSL the cause is not the
/// innermost error.
fn advice(error: &dyn StdError) -> &'static str {
    const UNTRUSTED: [&str; 5] = [
        "UnknownIssuer",
        "unable to get local issuer certificate",
        "self-signed certificate",
        "self signed certificate",
        "not trusted",
    ];
    let mut layers = std::iter::successors(Some(error), |&error| error.source()).map(ToString::to_string);
    if !layers.any(|text| UNTRUSTED.iter().any(|sign| text.contains(sign))) {
        return "";
    }
    "; the CA that signed the server's certificate is not trusted here: add it with `ClientBuilder::add_root_certificate`, or name a PEM \
     file in the environment variable SSL_CERT_FILE"
}

fn host_and_port(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port_or_known_default().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// A body that ended too early.
#[cold]
pub(super) fn of_body(error: reqwest::Error, received: u64) -> Error {
    let error = error.without_url();
    let cause = root_cause(&error);
    let kind = if error.is_timeout() { ErrorKind::Timeout } else { ErrorKind::Transport };
    let message = format!("the reply broke off after {received} bytes: {cause}");
    Error::new(kind, message).with_source(error)
}

/// A reply in an encoding that was not requested. A requested one is decoded by now, and its header is removed.
#[cold]
pub(super) fn of_encoding(encoding: &str) -> Error {
    let message = format!(
        "the reply has the content-encoding `{encoding}`, which was not requested and cannot be decoded; check for a proxy in between \
         (the feature `gzip` reads gzip, where replies are not streamed)"
    );
    Error::new(ErrorKind::Decode, message)
}

/// A body that ended with its runtime.
#[cold]
pub(super) fn of_runtime(received: u64) -> Error {
    let message = format!("the reply broke off after {received} bytes: the Tokio runtime that read it was shut down");
    Error::new(ErrorKind::Transport, message)
}

/// A request that could not be built.
#[cold]
pub(crate) fn of_building(error: reqwest::Error) -> Error {
    let error = error.without_url();
    let message = format!("the request cannot be built: {}", root_cause(&error));
    Error::invalid_request(message).with_source(error)
}

/// The error of an attempt that timed out.
#[cold]
pub(crate) fn out_of_time(limit: Duration) -> Error {
    let message = format!("no whole reply within {limit:?} (time-out of one attempt)");
    Error::new(ErrorKind::Timeout, message)
}

/// The check of a request's files timed out. Nothing was sent.
pub(super) fn no_file(limit: Duration) -> Error {
    let message = format!("the file to send could not be read within {limit:?}; nothing was sent");
    Error::new(ErrorKind::Timeout, message).with_delivery(Delivery::NotSent)
}

/// The root cause of an error, which is the informative one: "connection refused" and not "error sending request".
pub(crate) fn root_cause<'e>(error: &'e (dyn StdError + 'static)) -> &'e (dyn StdError + 'static) {
    let mut cause = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause
}
