//! Where the server may send a request.

use reqwest::header::{HeaderMap, LOCATION};
use reqwest::{Method, StatusCode, Url};

use crate::error::{Error, ErrorKind};

/// More than this is a circle.
pub(super) const MOST_REDIRECTS: usize = 5;

/// Whether a reply sends the client elsewhere.
pub(super) fn is_redirect(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

/// The URL to send the same request to.
///
/// It must be on the same host: another one must see neither the key nor the prompt. And the method must stay as it is: the
/// rule of browsers, to turn a POST into a GET, would ask for something else than the caller did.
pub(super) fn target(status: StatusCode, headers: &HeaderMap, method: &Method, from: &Url) -> Result<Url, Error> {
    let refused = |message: String| Err(Error::new(ErrorKind::Redirect, message));
    let location = headers.get(LOCATION).and_then(|value| std::str::from_utf8(value.as_bytes()).ok());
    let Some(location) = location else {
        return refused("a redirect without a place to go to".to_owned());
    };
    let Ok(target) = from.join(location) else {
        return refused("a redirect to something that is not a URL".to_owned());
    };
    if origin(&target) != origin(from) {
        return refused(format!(
            "the server redirects to {}, and nothing was sent there; if that is where the API lives, make it the base \
             URL",
            site(&target)
        ));
    }
    let keeps_method = matches!(status.as_u16(), 307 | 308) || matches!(*method, Method::GET | Method::HEAD);
    if !keeps_method {
        return refused(format!(
            "the server redirects a {method} to {} in a way that would make it a GET; is the base URL right?",
            target.path()
        ));
    }
    Ok(target)
}

/// Scheme, host and port.
pub(super) fn origin(url: &Url) -> (&str, Option<&str>, Option<u16>) {
    (url.scheme(), url.host_str(), url.port_or_known_default())
}

/// A URL without path and query, which may hold what is not meant for logs.
fn site(url: &Url) -> String {
    let host = url.host_str().unwrap_or("no host");
    match url.port() {
        Some(port) => format!("{}://{host}:{port}", url.scheme()),
        None => format!("{}://{host}", url.scheme()),
    }
}
