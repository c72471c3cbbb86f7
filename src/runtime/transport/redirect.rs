//! Redirect policy: whether and where redirects are followed.

use std::sync::Arc;

use reqwest::dns::Resolve;
use reqwest::header::LOCATION;
use reqwest::{Method, Request, Response, StatusCode, Url};

use super::Outgoing;
use crate::runtime::error::{Error, ErrorKind};
use crate::runtime::operation::RetryClass;

/// More redirects than this are a loop.
pub(super) const MOST_REDIRECTS: usize = 5;

/// Whether a reply is a redirect.
pub(super) fn is_redirect(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

/// Decides which hosts other than the API a request may be sent to.
pub(crate) trait HostPolicy: Send + Sync {
    /// Returns what is wrong with a URL, without the URL.
    fn check(&self, url: &Url) -> Result<(), &'static str>;

    /// A resolver that applies the same rule to resolved names; `None` if any address is allowed.
    fn resolver(&self) -> Option<Arc<dyn Resolve>>;
}

/// Which redirects are followed.
#[derive(Clone, Copy)]
enum Bounds<'c> {
    /// Only to the same host: others must see neither the key nor the prompt.
    SameHost,
    /// A file is public to anyone with its URL, and storage is often on another host.
    AnyHost(&'c dyn HostPolicy),
    /// None: a payment goes only where it was sent.
    Nowhere,
}

impl<'c> Bounds<'c> {
    fn of(outgoing: &'c Outgoing) -> Self {
        match &outgoing.elsewhere {
            _ if outgoing.scope.operation().retry() == RetryClass::Payment => Self::Nowhere,
            Some(policy) => Self::AnyHost(&**policy),
            None => Self::SameHost,
        }
    }

    /// Why a redirect is not followed.
    fn check(self, from: &Url, to: &Url, method: Option<&Method>) -> Result<(), &'static str> {
        match self {
            _ if origin(to) == origin(from) => Ok(()),
            // A file is deleted only at its own host.
            Self::AnyHost(policy) if method.is_some_and(Method::is_safe) => match policy.check(to) {
                Ok(()) if to.scheme() != "https" && to.scheme() != from.scheme() => Err("is not https"),
                checked => checked,
            },
            _ => Err("is another host"),
        }
    }
}

/// Sends a request to another URL. Authentication goes to no other host.
#[cold]
pub(super) fn aim(request: &mut Request, target: &Url) {
    if origin(request.url()) != origin(target) {
        let headers = request.headers_mut();
        let private: Vec<_> =
            headers.iter().filter(|header| header.1.is_sensitive()).map(|header| header.0.clone()).collect();
        for name in private {
            headers.remove(name);
        }
    }
    *request.url_mut() = target.clone();
}

/// The URL of the redirected request.
///
/// The method must not change: browsers turn a POST into a GET, which would be a different request.
#[cold]
pub(super) fn target(outgoing: &Outgoing, response: &Response) -> Result<Url, Error> {
    let (bounds, method) = (Bounds::of(outgoing), outgoing.method());
    if matches!(bounds, Bounds::Nowhere) {
        return Err(not_followed("the server redirects a payment, which is not followed"));
    }
    let (status, headers, from) = (response.status(), response.headers(), response.url());
    let location = headers.get(LOCATION).and_then(|value| std::str::from_utf8(value.as_bytes()).ok());
    let Some(location) = location else {
        return Err(not_followed("a redirect without a target"));
    };
    let Ok(target) = from.join(location) else {
        return Err(not_followed("a redirect to something that is not a URL"));
    };
    if let Err(problem) = bounds.check(from, &target, method) {
        let advice = match bounds {
            Bounds::SameHost => "; if that is where the API lives, make it the base URL",
            Bounds::AnyHost(_) | Bounds::Nowhere => "",
        };
        let site = site(&target);
        return Err(not_followed(format!(
            "the server redirects to {site}, which {problem}, and nothing was sent there{advice}"
        )));
    }
    let keeps_method = matches!(status.as_u16(), 307 | 308) || matches!(method, Some(&(Method::GET | Method::HEAD)));
    if !keeps_method {
        return Err(not_followed(format!(
            "the server redirects a {} to {} in a way that would make it a GET; is the base URL right?",
            method.map_or("request", Method::as_str),
            match bounds {
                Bounds::SameHost | Bounds::Nowhere => target.path().to_owned(),
                // The path may be a secret.
                Bounds::AnyHost(_) => site(&target),
            }
        )));
    }
    Ok(target)
}

/// A redirect that is not followed.
#[cold]
pub(super) fn not_followed(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Redirect, message)
}

/// Scheme, host and port.
pub(crate) fn origin(url: &Url) -> (&str, Option<&str>, Option<u16>) {
    (url.scheme(), url.host_str(), url.port_or_known_default())
}

/// A URL without path and query, which may contain secrets.
fn site(url: &Url) -> String {
    let host = url.host_str().unwrap_or("no host");
    match url.port() {
        Some(port) => format!("{}://{host}:{port}", url.scheme()),
        None => format!("{}://{host}", url.scheme()),
    }
}
