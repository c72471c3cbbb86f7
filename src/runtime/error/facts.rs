//! Getters of `Error`.

use std::time::Duration;

use bytes::Bytes;
use reqwest::StatusCode;

use super::{ConsentRequired, ContentPolicy, Error, ErrorKind, FieldError, PaymentRequired};
use crate::runtime::meta::Meta;
use crate::runtime::operation::OperationRef;

impl Error {
    /// The kind of the error, to match on.
    ///
    /// ```
    /// # fn look(error: &venice_ai::Error) {
    /// match error.kind() {
    ///     venice_ai::ErrorKind::Connect => println!("are you online?"),
    ///     _ => println!("{error}"),
    /// }
    /// # }
    /// ```
    pub fn kind(&self) -> ErrorKind {
        self.inner.kind
    }

    /// The operation that failed: its id in the API's document, such as `createApiKey`, or method and path of a request made with
    /// [`Client::request`](crate::Client::request). `None` if no call was made, as when building a client.
    pub fn operation(&self) -> Option<&str> {
        self.inner.operation.as_ref().map(OperationRef::name)
    }

    /// The HTTP status, if the API answered.
    ///
    /// ```
    /// # fn look(error: &venice_ai::Error) {
    /// if error.status().is_some_and(|status| status.is_client_error()) {
    ///     println!("asking again will not help");
    /// }
    /// # }
    /// ```
    pub fn status(&self) -> Option<StatusCode> {
        self.inner.meta.as_ref().map(Meta::status)
    }

    /// The API's error code, such as `RATE_LIMIT_EXCEEDED`. The API rarely sends one: most are inferred from status and message, by the
    /// API's own table of errors.
    ///
    /// ```
    /// # fn look(error: &venice_ai::Error) {
    /// if error.code() == Some("MODEL_OVERLOADED") {
    ///     println!("try another model");
    /// }
    /// # }
    /// ```
    pub fn code(&self) -> Option<&str> {
        self.inner.code.as_deref()
    }

    /// The message, the API's own if it answered. Not shortened, unlike `Display`.
    pub fn message(&self) -> &str {
        &self.inner.message
    }

    /// The invalid fields of the request, as far as known.
    ///
    /// ```
    /// # fn look(error: &venice_ai::Error) {
    /// for wrong in error.field_errors() {
    ///     println!("{}: {}", wrong.field, wrong.message);
    /// }
    /// # }
    /// ```
    pub fn field_errors(&self) -> &[FieldError] {
        self.inner.details.as_ref().map_or(&[], |details| &details.fields)
    }

    /// The request id that Venice's support needs.
    pub fn request_id(&self) -> Option<&str> {
        let from_body = || self.inner.details.as_ref()?.request_id.as_deref();
        self.inner.meta.as_ref().and_then(Meta::request_id).or_else(from_body)
    }

    /// How long the API asks to wait, from the time of the reply: `Retry-After`, the end of the exhausted limit's window, or of the block
    /// after too many failures (30 seconds if the API does not say).
    ///
    /// ```
    /// # fn look(error: &venice_ai::Error) {
    /// if let Some(wait) = error.retry_after() {
    ///     println!("come back in {} s", wait.as_secs());
    /// }
    /// # }
    /// ```
    pub fn retry_after(&self) -> Option<Duration> {
        self.inner.retry_after
    }

    /// The metadata of the reply, if the API answered.
    pub fn meta(&self) -> Option<&Meta> {
        self.inner.meta.as_ref()
    }

    /// The body of the reply, except for an echoed API key. It may contain data that must not be logged.
    ///
    /// ```
    /// # fn look(error: &venice_ai::Error) {
    /// if let Some(body) = error.body() {
    ///     let document: Result<serde_json::Value, _> = serde_json::from_slice(body);
    /// }
    /// # }
    /// ```
    pub fn body(&self) -> Option<&Bytes> {
        self.inner.body.as_ref()
    }

    /// The path of the unexpected value in a reply that could not be decoded: `data[3].created`.
    ///
    /// ```
    /// # fn look(error: &venice_ai::Error) {
    /// if let Some(path) = error.json_path() {
    ///     println!("the reply has something new at {path}");
    /// }
    /// # }
    /// ```
    pub fn json_path(&self) -> Option<&str> {
        self.inner.json_path.as_deref()
    }

    /// The number of attempts to send the request.
    pub fn attempts(&self) -> u32 {
        self.inner.attempts
    }

    /// Similar names for one that was not found, from the "did you mean" of a 404 or from the [catalogue](crate::models::Catalogue).
    pub fn did_you_mean(&self) -> &[String] {
        self.inner.details.as_ref().map_or(&[], |details| &details.did_you_mean)
    }

    /// The payment details of a 402.
    ///
    /// ```
    /// # fn look(error: &venice_ai::Error) {
    /// use venice_ai::PaymentRequired;
    ///
    /// if let Some(PaymentRequired::Wallet(wallet)) = error.payment_required() {
    ///     println!("top up {:?} dollars", wallet.suggested_top_up_usd);
    /// }
    /// # }
    /// ```
    pub fn payment_required(&self) -> Option<&PaymentRequired> {
        self.attached()
    }

    /// The consent that a 409 asks for.
    ///
    /// ```
    /// # fn look(error: &venice_ai::Error) {
    /// if let Some(consent) = error.consent_required() {
    ///     println!("{}", consent.policy_text.as_deref().unwrap_or_default());
    /// }
    /// # }
    /// ```
    pub fn consent_required(&self) -> Option<&ConsentRequired> {
        self.attached()
    }

    /// Details of a content-policy rejection or a failed job: a suggested prompt, whether it was refunded.
    ///
    /// ```
    /// # fn look(error: &venice_ai::Error) {
    /// if let Some(policy) = error.content_policy() {
    ///     println!("how about: {:?}", policy.suggested_prompt);
    /// }
    /// # }
    /// ```
    pub fn content_policy(&self) -> Option<&ContentPolicy> {
        self.attached()
    }
}
