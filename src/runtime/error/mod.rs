//! `Error`: the error type of all calls.

mod codes;
mod decode;
mod delivery;
mod display;
mod document;
mod facts;
mod kind;
pub(crate) mod locate;
mod payload;
mod payment_cause;
mod questions;

use std::borrow::Cow;
use std::error::Error as StdError;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

pub(crate) use self::decode::{api_error, clean_error_body, in_band_error};
pub use self::delivery::Delivery;
pub(crate) use self::document::{Promise, is_error_document};
pub use self::kind::ErrorKind;
use self::payload::Details;
#[cfg(feature = "jobs")]
pub(crate) use self::payload::text as text_field;
pub use self::payload::{
    ConsentRequired, ContentPolicy, FieldError, LowWalletBalance, PaymentOption, PaymentRequired, SpendLimit,
    X402Challenge,
};
pub use self::payment_cause::PaymentCause;
use crate::runtime::attachments::Attachment;
use crate::runtime::meta::Meta;
use crate::runtime::operation::OperationRef;
use crate::runtime::text::{scrub, without_secret};
use crate::runtime::validation::ValidationError;

/// An error of a call.
///
/// One type for all errors: a rejected request, a lost connection, an error reply. A reply with status 200 that reports an error, or lacks
/// a required field, is one too. Match on [`kind`](Self::kind), or use a predicate that combines kinds; other getters have the details. It
/// is one pointer wide, so a `Result` stays small. A clone shares the source, the body and the metadata.
///
/// `Display` is one line with the operation, the status, the code, the message and the request id. Neither `Display` nor `Debug` shows an
/// API key or the body of the reply; see [`body`](Self::body).
///
/// ```no_run
/// # async fn run(venice: venice_ai::Client) {
/// use venice_ai::ErrorKind;
///
/// # let call = venice.request::<serde_json::Value>(venice_ai::http::Method::GET, "/models");
/// match call.await {
///     Ok(models) => println!("{models}"),
///     Err(error) => match error.kind() {
///         ErrorKind::RateLimited => println!("come back in {:?}", error.retry_after()),
///         ErrorKind::InsufficientBalance => println!("top up first"),
///         _ => println!("{error}"),
///     },
/// }
/// # }
/// ```
#[derive(Clone)]
pub struct Error {
    inner: Box<ErrorData>,
}

#[derive(Clone)]
struct ErrorData {
    kind: ErrorKind,
    message: String,
    /// The client's addition to the API's message.
    note: Option<Cow<'static, str>>,
    operation: Option<OperationRef>,
    attempts: u32,
    retryable: bool,
    /// The delivery, if it does not follow from the kind.
    delivery: Option<Delivery>,
    meta: Option<Meta>,
    code: Option<Box<str>>,
    body: Option<Bytes>,
    /// Whether the reply is the API's own error document, not a gateway's.
    from_api: bool,
    json_path: Option<Box<str>>,
    details: Option<Box<Details>>,
    retry_after: Option<Duration>,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

/// Constructors.
impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            inner: Box::new(ErrorData {
                kind,
                message: message.into(),
                note: None,
                operation: None,
                attempts: 0,
                retryable: false,
                delivery: None,
                meta: None,
                code: None,
                body: None,
                from_api: false,
                json_path: None,
                details: None,
                retry_after: None,
                source: None,
            }),
        }
    }

    /// An error of the kind [`ErrorKind::Configuration`], for crates that build on this one and have settings of their own.
    ///
    /// ```
    /// let error = venice_ai::Error::configuration("no folder for the answers");
    /// assert_eq!(error.kind(), venice_ai::ErrorKind::Configuration);
    /// ```
    #[must_use]
    pub fn configuration(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Configuration, message)
    }

    /// The error of a reply that does not match the operation.
    pub(crate) fn decode(problem: impl Into<String>) -> Self {
        Self::new(ErrorKind::Decode, problem)
    }

    /// The error of a request that is rejected before sending.
    pub(crate) fn invalid_request(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::InvalidRequest, message)
    }

    pub(crate) fn validation(finding: ValidationError) -> Self {
        let mut error = Self::invalid_request(format!("{finding}; nothing was sent"));
        let fields = finding.fields().map(|(field, problem)| FieldError::new(field, problem, None));
        error.details_mut().fields.extend(fields);
        error
    }

    /// The error of a local file that a request needs and that cannot be read.
    pub(crate) fn of_file(field: &str, problem: String, error: std::io::Error) -> Self {
        Self::new(ErrorKind::Io, format!("`{field}` {problem}")).with_field(field, &problem).with_source(error)
    }

    /// Adds the invalid field of the request.
    pub(crate) fn with_field(mut self, field: &str, problem: &str) -> Self {
        self.details_mut().fields.push(FieldError::new(field, problem, None));
        self
    }

    /// Adds similar names for an unknown one.
    #[cfg(feature = "catalogue")]
    pub(crate) fn with_did_you_mean(mut self, names: Vec<String>) -> Self {
        if !names.is_empty() {
            self.details_mut().did_you_mean = names;
        }
        self
    }

    /// Attaches a value of a higher module, one per type, for a getter that is defined there.
    #[cfg(any(
        feature = "attestation",
        feature = "budget",
        feature = "jobs",
        feature = "pace",
        feature = "preflight",
        feature = "privacy",
        feature = "structured",
        feature = "wallet"
    ))]
    pub(crate) fn attach<T: Attachment>(mut self, value: T) -> Self {
        self.details_mut().attachments.insert(value);
        self
    }

    pub(crate) fn attached<T: Attachment>(&self) -> Option<&T> {
        self.inner.details.as_ref()?.attachments.get()
    }

    /// Adds a note to the message.
    pub(crate) fn with_note(mut self, note: impl Into<Cow<'static, str>>) -> Self {
        self.inner.note = Some(note.into());
        self
    }

    pub(crate) fn with_operation(mut self, operation: impl Into<OperationRef>) -> Self {
        self.inner.operation.get_or_insert_with(|| operation.into());
        self
    }

    pub(crate) fn with_attempts(mut self, attempts: u32) -> Self {
        self.inner.attempts = self.inner.attempts.max(attempts);
        self
    }

    pub(crate) fn with_retryable(mut self, retryable: bool) -> Self {
        self.inner.retryable = retryable;
        self
    }

    pub(crate) fn with_meta(mut self, meta: Meta) -> Self {
        self.inner.retry_after = meta.retry_after().or(self.inner.retry_after);
        self.inner.attempts = self.inner.attempts.max(meta.attempts());
        self.inner.meta = Some(meta);
        self
    }

    /// Sets the wait before the next request.
    #[cfg(feature = "pace")]
    pub(crate) fn with_retry_after(mut self, wait: Duration) -> Self {
        self.inner.retry_after = Some(wait);
        self
    }

    pub(crate) fn with_body(mut self, body: Bytes) -> Self {
        self.inner.body = Some(body);
        self
    }

    pub(crate) fn with_json_path(mut self, path: Option<String>) -> Self {
        self.inner.json_path = path.map(String::into_boxed_str);
        self
    }

    pub(crate) fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.inner.source = Some(source.into().into());
        self
    }

    /// Prefixes the message with the part that it is about.
    #[cfg(feature = "long-speech")]
    pub(crate) fn about(mut self, part: std::fmt::Arguments<'_>) -> Self {
        self.inner.message.insert_str(0, &format!("{part}: "));
        self
    }

    #[cfg(any(feature = "jobs", feature = "wallet"))]
    pub(crate) fn with_kind(mut self, kind: ErrorKind) -> Self {
        self.inner.kind = kind;
        self
    }

    /// Whether the body is the API's own error document, not a gateway's.
    pub(crate) fn is_from_api(&self) -> bool {
        self.inner.from_api
    }

    fn details_mut(&mut self) -> &mut Details {
        self.inner.details.get_or_insert_default()
    }

    /// Removes an API key that the server echoed from everything that may be printed.
    pub(crate) fn scrubbed(mut self, key: &str) -> Self {
        let inner = &mut *self.inner;
        scrub(&mut inner.message, key);
        for part in [&mut inner.code, &mut inner.json_path].into_iter().flatten() {
            let mut text = std::mem::take(part).into_string();
            scrub(&mut text, key);
            *part = text.into_boxed_str();
        }
        if let Some(details) = &mut inner.details {
            details.scrub(key);
        }
        inner.body = inner.body.take().map(|body| without_secret(body, key));
        if let Some(meta) = &mut inner.meta {
            meta.hide(key);
        }
        self
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.inner.source.as_deref().map(|source| source as _)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_one_pointer_wide() {
        assert_eq!(size_of::<Error>(), size_of::<usize>());
        assert_eq!(size_of::<Option<Error>>(), size_of::<usize>());
    }
}
