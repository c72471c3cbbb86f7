//! `AttemptInfo`, `AttemptRequest`, `ReplyHead`, `AttemptEnd`: what an interceptor sees of a request and of its reply.

use std::fmt;

use bytes::Bytes;
use http::Extensions;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, Request, StatusCode, Url};

use crate::runtime::error::Error;
use crate::runtime::operation::OperationRef;
use crate::runtime::secret::Secret;
use crate::runtime::transport::{Outgoing, headers};
use crate::runtime::wallet;

/// A request of an attempt: its operation, number, method and URL. Layers find it in the extensions of the request.
#[derive(Clone)]
pub struct AttemptInfo {
    operation: OperationRef,
    attempt: u32,
    redirects: u32,
    method: Method,
    url: Url,
    extensions: Extensions,
}

impl AttemptInfo {
    pub(super) fn new(outgoing: &Outgoing, request: &Request, redirects: usize) -> Self {
        Self {
            operation: outgoing.scope.operation().clone(),
            attempt: outgoing.sent,
            redirects: u32::try_from(redirects).unwrap_or(u32::MAX),
            method: request.method().clone(),
            url: request.url().clone(),
            extensions: Extensions::new(),
        }
    }

    /// The operation's id in the API's document, such as `createChatCompletion`; of [`Client::request`](crate::Client::request) the method
    /// and the path.
    pub fn operation(&self) -> &str {
        self.operation.name()
    }

    /// The number of the attempt, from 1. Retries count.
    pub fn attempt(&self) -> u32 {
        self.attempt
    }

    /// How many redirects of this attempt were followed before this request.
    pub fn redirects(&self) -> u32 {
        self.redirects
    }

    /// The HTTP method.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// The URL. Its path may have ids of the account, such as a wallet's address, which `Debug` does not show.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// What [`before_attempt`](super::Interceptor::before_attempt) inserted.
    pub fn extensions(&self) -> &Extensions {
        &self.extensions
    }
}

/// Neither path nor query, which may have secrets.
impl fmt::Debug for AttemptInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AttemptInfo")
            .field("operation", &self.operation())
            .field("attempt", &self.attempt)
            .field("redirects", &self.redirects)
            .field("method", &self.method)
            .field("host", &self.url.host_str())
            .finish_non_exhaustive()
    }
}

/// A request that is about to be sent, for [`Interceptor::before_attempt`](super::Interceptor::before_attempt).
///
/// It has the API's authentication. `Debug` shows neither the values of identifying headers nor the body.
pub struct AttemptRequest {
    pub(super) info: AttemptInfo,
    pub(super) headers: HeaderMap,
    pub(super) body: Option<Bytes>,
    /// Values that were set and may be credentials.
    pub(super) secrets: Vec<Secret>,
}

impl AttemptRequest {
    /// The operation, the number of the attempt, the method and the URL.
    pub fn info(&self) -> &AttemptInfo {
        &self.info
    }

    /// The headers, without those that the connection adds (`host`, `content-length`).
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Sets a header of this request, replacing one of the same name. Like
    /// [`default_header`](crate::ClientBuilder::default_header), its value is kept out of errors and logs.
    ///
    /// # Errors
    ///
    /// A header of the connection or of the body's length, the API's authentication (`authorization`, a wallet's signature or payment),
    /// `x-venice-tee-…` of end-to-end encryption, and what is not valid in a header. For keys there is [`api_key_provider`](crate::ClientBuilder::api_key_provider).
    pub fn set_header(&mut self, name: impl AsRef<str>, value: impl AsRef<str>) -> Result<(), Error> {
        let (name, value) = headers::header(name.as_ref(), value.as_ref()).map_err(Error::invalid_request)?;
        check_protected(&name)?;
        self.secrets.extend(headers::secret_of(&name, &value));
        self.headers.insert(name, value);
        Ok(())
    }

    /// Removes a header of this request.
    ///
    /// # Errors
    ///
    /// The API's authentication and the headers of end-to-end encryption cannot be removed.
    pub fn remove_header(&mut self, name: &HeaderName) -> Result<Option<HeaderValue>, Error> {
        check_protected(name)?;
        Ok(self.headers.remove(name))
    }

    /// The body, if it is in memory: JSON is, a form or a stream is not. `None` without a body, too.
    pub fn body(&self) -> Option<&[u8]> {
        self.body.as_deref()
    }

    /// Values for later hooks of this request: [`AttemptInfo::extensions`].
    pub fn extensions_mut(&mut self) -> &mut Extensions {
        &mut self.info.extensions
    }
}

fn check_protected(name: &HeaderName) -> Result<(), Error> {
    match protected(name) {
        Some(what) => Err(Error::invalid_request(format!("an interceptor cannot change `{name}`, {what}"))),
        None => Ok(()),
    }
}

/// What a header is that middleware cannot change: the API's authentication, a payment, a key of end-to-end encryption.
pub(super) fn protected(name: &HeaderName) -> Option<&'static str> {
    match name {
        _ if *name == AUTHORIZATION || wallet::is_signature(name) => {
            Some("the API's authentication; use `api_key_provider` for keys")
        }
        _ if name.as_str().starts_with(headers::OF_ENCRYPTION) => Some("a header of end-to-end encryption"),
        _ => None,
    }
}

impl fmt::Debug for AttemptRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AttemptRequest")
            .field("info", &self.info)
            .field("headers", &self.headers)
            .field("body_bytes", &self.body.as_ref().map(Bytes::len))
            .finish_non_exhaustive()
    }
}

/// The head of a reply, for [`Interceptor::after_headers`](super::Interceptor::after_headers).
#[derive(Clone, Copy)]
pub struct ReplyHead<'a> {
    pub(super) status: StatusCode,
    pub(super) headers: &'a HeaderMap,
}

impl<'a> ReplyHead<'a> {
    /// The status, also of an error or a redirect.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The headers as the server sent them.
    pub fn headers(&self) -> &'a HeaderMap {
        self.headers
    }
}

/// The status and the names of the headers.
impl fmt::Debug for ReplyHead<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.headers.keys().map(HeaderName::as_str).collect();
        f.debug_struct("ReplyHead").field("status", &self.status).field("headers", &names).finish()
    }
}

/// How a request ended, for [`Interceptor::at_end`](super::Interceptor::at_end).
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum AttemptEnd<'a> {
    /// The reply was read to its end, or was a redirect. What the SDK makes of it is not known yet: it may lack what the operation promises.
    #[non_exhaustive]
    Complete {
        /// The length of the body, decompressed.
        bytes: u64,
    },
    /// The request failed: no reply, an error status, a body that broke off or is not what was requested. The call may retry it
    /// if it [`is_retryable`](Error::is_retryable).
    Failed(&'a Error),
    /// The call or the stream was dropped before the reply ended.
    Cancelled,
}
