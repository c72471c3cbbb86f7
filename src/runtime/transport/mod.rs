//! The life of every request: authentication, interceptors, attempts, redirects, time-outs, spans.

mod ahead;
pub(crate) mod base_url;
pub(crate) mod body;
mod boxed_cold;
pub(crate) mod budget;
mod clock;
pub(crate) mod failure;
mod headers;
mod heap;
pub(crate) mod http;
pub(crate) mod interceptor;
mod json_merge;
mod key;
pub(crate) mod limits;
mod members;
mod model;
mod options;
mod outgoing;
pub(crate) mod redirect;
mod reply_kind;
pub(crate) mod retry;
mod send;
mod shared;
pub(crate) mod tls;
mod trace;
mod versions;
pub(crate) mod wallets;
mod warnings;
pub(crate) mod window;

use bytes::Bytes;
use reqwest::header::HeaderValue;

pub(crate) use self::body::ReplyBody;
#[cfg(test)]
pub(crate) use self::budget::Counted;
pub(crate) use self::budget::FailureBudget;
pub use self::clock::{Clock, SystemClock};
pub(crate) use self::failure::root_cause;
pub(crate) use self::headers::{header, mark_sensitive, of_address};
pub(crate) use self::key::ApiKey;
use self::limits::ReplyLimits;
pub(crate) use self::members::members;
#[cfg(any(feature = "budget", feature = "preflight"))]
pub(crate) use self::model::model_of;
pub use self::options::CallOptions;
pub(crate) use self::outgoing::{Built, Outgoing, built, not_json};
pub use self::retry::RetryPolicy;
pub(crate) use self::send::send;
pub(crate) use self::shared::Shared;
pub(crate) use self::trace::Trace;
pub use self::versions::Compatibility;
pub(crate) use self::versions::{DEFAULT_WARNING_AGE, Versions};
pub(crate) use self::wallets::{WalletSlot, WalletSlots};
pub(crate) use self::warnings::Warnings;
use crate::runtime::error::Error;
use crate::runtime::meta::Meta;
use crate::runtime::operation::{OperationRef, RetryClass};
use crate::runtime::secret::Secret;
use crate::runtime::text::SHORTEST_SECRET;

/// What is said of a payment of which nobody knows what became of it.
const MAY_BE_PAID: &str = "it may have been paid; look at the balance before paying again";

/// The form in which the reply of a call is read: which media type is asked for, and how much of the reply an attempt waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ReplyForm {
    /// JSON, all of it, within the time of the attempt. A reply that is cut counts as a failed attempt.
    Json,
    /// All of it, in any media type of the operation.
    Whole,
    /// The headers. The body is read by whoever gets the reply, and nothing is repeated any more.
    Body,
    /// As [`Body`](Self::Body): server-sent events.
    Events,
    /// All of it if it is JSON, and else the headers: an operation that replies with a file or with its progress.
    JsonOrFile,
    /// As [`JsonOrFile`](Self::JsonOrFile), where JSON, or the page of a gateway, is an error that shows it.
    File,
}

impl ReplyForm {
    /// Whether the reply is waited for, whatever it is.
    fn is_whole(self) -> bool {
        matches!(self, Self::Json | Self::Whole)
    }

    /// The media type to ask for.
    fn accept(self, operation: &OperationRef) -> HeaderValue {
        match self {
            Self::Json => HeaderValue::from_static("application/json"),
            Self::Events => HeaderValue::from_static("text/event-stream"),
            Self::Whole | Self::Body | Self::JsonOrFile | Self::File => headers::any_of(operation.facts().reply_media),
        }
    }
}

/// What an error says of the call it happened in, and what it must not say.
#[derive(Clone, Debug)]
pub(crate) struct Scope {
    operation: OperationRef,
    key: Option<ApiKey>,
    /// What else goes with the request and must not come back in an error: signatures, headers, an address that opens by itself.
    hidden: Vec<Secret>,
    limits: ReplyLimits,
}

impl Scope {
    pub(crate) fn new(operation: OperationRef, key: Option<ApiKey>) -> Self {
        let holds_files = matches!(operation.facts().path, "/image/generate" | "/images/generations");
        Self { operation, key, hidden: Vec::new(), limits: ReplyLimits { holds_files, ..ReplyLimits::default() } }
    }

    pub(crate) fn operation(&self) -> &OperationRef {
        &self.operation
    }

    pub(crate) fn operation_mut(&mut self) -> &mut OperationRef {
        &mut self.operation
    }

    pub(crate) fn key(&self) -> Option<&ApiKey> {
        self.key.as_ref()
    }

    pub(crate) fn set_key(&mut self, key: ApiKey) {
        self.key = Some(key);
    }

    /// How much of the reply is read into memory.
    pub(crate) fn limits(&self) -> &ReplyLimits {
        &self.limits
    }

    fn set_limits(&mut self, limits: ReplyLimits) {
        self.limits = limits;
    }

    /// Keeps something out of errors.
    pub(crate) fn hide(&mut self, secrets: impl IntoIterator<Item = Secret>) {
        // Shorter ones would hide ordinary words, and an empty one everything.
        self.hidden.extend(secrets.into_iter().filter(|secret| secret.expose().len() >= SHORTEST_SECRET));
    }

    fn secrets(&self) -> impl Iterator<Item = &str> {
        let key = self.key.as_ref().map(ApiKey::expose);
        key.into_iter().chain(self.hidden.iter().map(Secret::expose))
    }

    /// Names the operation in the error, and removes what is secret from it.
    #[cold]
    pub(crate) fn explained(&self, error: Error) -> Error {
        let error = error.with_operation(&self.operation);
        self.secrets().fold(error, Error::scrubbed)
    }

    /// `bytes` from the server without what is secret.
    #[cfg(feature = "batch")]
    pub(crate) fn without_secrets(&self, bytes: Bytes) -> Bytes {
        self.secrets().fold(bytes, crate::runtime::text::without_secret)
    }

    /// Headers from the server, with those marked as sensitive that repeat what is secret.
    pub(crate) fn without_secrets_in(&self, mut meta: Meta) -> Meta {
        self.secrets().for_each(|secret| meta.hide(secret));
        meta
    }

    /// The error of a reply that is no success.
    #[cold]
    pub(crate) fn api_error(&self, meta: Meta, body: Bytes) -> Error {
        let body = crate::runtime::error::clean_error_body(body, self.secrets());
        self.explained(crate::runtime::error::api_error(&self.operation, meta, body))
    }

    /// Builds the error of a document that came with a success status: a whole reply, or an event of a stream.
    #[cold]
    pub(crate) fn in_band_error(&self, meta: Meta, document: Bytes) -> Error {
        let document = crate::runtime::error::clean_error_body(document, self.secrets());
        self.explained(crate::runtime::error::in_band_error(&self.operation, meta, document))
    }
}

/// A successful reply.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) meta: Meta,
    pub(crate) body: Body,
    pub(crate) scope: Scope,
}

impl Reply {
    /// Changes what is known of the reply, wherever it is told.
    #[cfg(feature = "preflight")]
    pub(crate) fn change_meta(&mut self, change: impl FnOnce(Meta) -> Meta) {
        self.meta = change(self.meta.clone());
        if let Body::Pieces(body) = &mut self.body {
            body.set_meta(self.meta.clone());
        }
    }

    /// The body if it was waited for, and else nothing.
    pub(crate) fn bytes(&self) -> &Bytes {
        static NONE: Bytes = Bytes::new();
        match &self.body {
            Body::Whole(body) => body,
            Body::Pieces(_) => &NONE,
        }
    }
}

/// As much of a reply's body as its [`ReplyForm`] asked for.
#[derive(Debug)]
pub(crate) enum Body {
    Whole(Bytes),
    Pieces(Box<ReplyBody>),
}

/// An error of a reply that came and cannot be read. What was to be paid may be paid all the same.
pub(crate) fn unreadable(class: RetryClass, error: Error) -> Error {
    if class == RetryClass::Payment { error.with_note(MAY_BE_PAID) } else { error }
}
