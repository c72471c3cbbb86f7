//! `Error::is_…`: predicates that combine several kinds and statuses.

use reqwest::StatusCode;

use super::{Error, ErrorKind};

impl Error {
    /// Repeating the call may help, and is safe: the failure may pass, and what is known of the operation says that it was
    /// not carried out or may be carried out twice. The client has repeated it already, as often as its
    /// [`RetryPolicy`](crate::RetryPolicy) allows.
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

    /// The failure may pass by itself. Unlike [`is_retryable`](Self::is_retryable) this says nothing about whether the
    /// operation was carried out: repeating a call that makes or costs something may do so twice.
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
        matches!(self.kind(), Connect | Timeout | Transport | StreamInterrupted | RateLimited | Overloaded | Server)
    }

    /// Time ran out: here, or at the server (408, 504). The work may have been done.
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

    /// The key is missing, or it was not accepted.
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

    /// The request is wrong: refused before it was sent (no [`status`](Self::status)), or by the API.
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
