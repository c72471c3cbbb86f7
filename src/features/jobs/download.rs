//! `Client::elsewhere`: downloads and deletes files that another host stores at a secret URL.

use reqwest::Method;
use reqwest::header::HeaderMap;

use super::hosts::DownloadPolicy;
use crate::runtime::call::Call;
use crate::runtime::client::Client;
use crate::runtime::error::Error;
use crate::runtime::operation::{AuthScheme, Operation, RetryClass, unknown_to_the_document};
use crate::runtime::reply::RawReply;
use crate::runtime::transport::of_address;
use crate::runtime::transport::redirect::HostPolicy as _;
use crate::runtime::url::web_address;

static DOWNLOAD: Operation = elsewhere("download", "GET");
static REVOKE: Operation = elsewhere("revokeDownload", "DELETE");

/// The URL is a secret, so nothing of it is shown.
const fn elsewhere(id: &'static str, method: &'static str) -> Operation {
    unknown_to_the_document(id, method, "{download_url}", RetryClass::Safe, AuthScheme::Anonymous)
}

impl Client {
    /// Downloads (or with DELETE deletes) a file that another host stores. Neither the key nor the client's headers are sent there, and the
    /// URL is never shown.
    pub(super) fn elsewhere(&self, method: Method, url: &str, headers: HeaderMap) -> Call<RawReply> {
        let operation = if method.is_safe() { &DOWNLOAD } else { &REVOKE };
        // The error does not show the URL, which may be a secret.
        let refused = |problem| Error::invalid_request(format!("the URL of the file {problem}; nothing was sent"));
        let url = web_address(url).ok_or_else(|| refused("is not an http(s) URL"));
        let hidden = url.as_ref().map(of_address).unwrap_or_default();
        let policy = self.shared().slots.get_or(|| DownloadPolicy::of(&self.url("")));
        let url = url.and_then(|url| policy.check(&url).map(|()| url).map_err(refused));
        let mut call = Call::raw(
            self,
            operation,
            url.map(|url| {
                let mut request = Box::new(reqwest::Request::new(method, url));
                *request.headers_mut() = headers;
                (request, None)
            }),
        );
        call.core.scope.hide(hidden);
        call.core.elsewhere = Some(policy);
        call
    }
}
