//! `Error::is_…`: predicates that combine several kinds and statuses.

use reqwest::StatusCode;

use super::{Error, ErrorKind};

impl Error {
    /// A retry may help and is safe: the failure is transient, and the request was not executed or may be executed twice. The client has
    /// already retried it, as often as its [`RetryPolicy`](crate::RetryPolicy) allows.
    ///
    /// ```
    /// # fn look(error: &venice_ai::Error) {
    /// if error.is_retryable() {
    ///     println!("later, perhaps");
    /// }
    /// # }
    /// ```
    pub fn is_retryable(&self) -> bool {
        self.inner.retryable
    }

    /// The failure is transient. Unlike [`is_retryable`](Self::is_retryable) this does not say whether the request was executed: a retry
    /// may create or charge something twice.
    ///
    /// ```
    /// # fn look(error: &venice_ai::Error) {
    /// if error.is_transient() && !error.is_retryable() {
    ///     println!("look first whether it was done");
    /// }
    /// # }
    /// ```
    pub fn is_transient(&self) -> bool {
        use ErrorKind::*;
        let transient = [Connect, Timeout, Transport, StreamInterrupted, RateLimited, Overloaded, PaceExceeded, Server];
        transient.contains(&self.kind())
    }

    /// A time-out, of the client or of the server (408, 504). The request may have been executed.
    ///
    /// ```
    /// # fn look(error: &venice_ai::Error) {
    /// if error.is_timeout() {
    ///     println!("a stream would not wait for the whole answer");
    /// }
    /// # }
    /// ```
    pub fn is_timeout(&self) -> bool {
        const AT_THE_SERVER: [StatusCode; 2] = [StatusCode::REQUEST_TIMEOUT, StatusCode::GATEWAY_TIMEOUT];
        self.kind() == ErrorKind::Timeout || self.status().is_some_and(|status| AT_THE_SERVER.contains(&status))
    }

    /// The key is missing or was rejected.
    ///
    /// ```
    /// # fn look(error: &venice_ai::Error) {
    /// if error.is_authentication() {
    ///     println!("check the key");
    /// }
    /// # }
    /// ```
    pub fn is_authentication(&self) -> bool {
        matches!(self.kind(), ErrorKind::Authentication | ErrorKind::MissingApiKey)
    }

    /// The request is invalid: rejected before sending (no [`status`](Self::status)), or by the API.
    ///
    /// ```
    /// # fn look(error: &venice_ai::Error) {
    /// if error.is_invalid_request() && error.status().is_none() {
    ///     println!("nothing was sent");
    /// }
    /// # }
    /// ```
    pub fn is_invalid_request(&self) -> bool {
        matches!(self.kind(), ErrorKind::InvalidRequest | ErrorKind::PayloadTooLarge)
    }
}
