//! `Shared`, `Outgoing`, `Reply`: the request pipeline: authentication, interceptors, retries, redirects, time-outs, spans.

mod ahead;
pub(crate) mod base_url;
pub(crate) mod body;
mod boxed_cold;
pub(crate) mod budget;
pub(crate) mod caught;
mod clock;
pub(crate) mod exchange;
pub(crate) mod failure;
pub(crate) mod headers;
mod heap;
pub(crate) mod http;
pub(crate) mod interceptor;
mod json_fields;
mod json_merge;
mod key;
pub(crate) mod limits;
mod options;
mod outgoing;
pub(crate) mod redirect;
mod reply_kind;
pub(crate) mod retry;
mod send;
mod shared;
pub(crate) mod tls;
pub(crate) mod trace;
pub(crate) mod wallets;
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
pub(crate) use self::json_fields::fields;
pub(crate) use self::key::{ApiKey, KeyProvider, PooledKey};
use self::limits::ReplyLimits;
pub use self::options::CallOptions;
pub(crate) use self::outgoing::{Built, Outgoing, built, not_json};
pub use self::retry::RetryPolicy;
pub(crate) use self::send::send;
pub(crate) use self::shared::Shared;
pub(crate) use self::trace::Trace;
pub(crate) use self::wallets::{WalletSlot, WalletSlots};
use crate::runtime::error::Error;
use crate::runtime::meta::Meta;
use crate::runtime::operation::{OperationRef, RetryClass};
use crate::runtime::secret::Secret;
use crate::runtime::text::SHORTEST_SECRET;

/// Added to errors of payments with an unknown outcome.
const MAY_BE_PAID: &str = "it may have been paid; check the balance before paying again";

/// How the reply of a call is read: the requested media type, and how much of the reply an attempt waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ReplyForm {
    /// Complete JSON, within the time limit of the attempt. A reply that breaks off is a failed attempt.
    Json,
    /// Complete, in any media type of the operation.
    Whole,
    /// The headers only. The caller reads the body, and nothing is retried any more.
    Body,
    /// Like [`Body`](Self::Body): server-sent events.
    Events,
    /// Complete if it is JSON, otherwise the headers only: an operation that replies with a file or with its progress.
    JsonOrFile,
    /// Like [`JsonOrFile`](Self::JsonOrFile), but JSON or a gateway's HTML page is an error.
    File,
}

impl ReplyForm {
    /// Whether the complete reply is read.
    fn is_whole(self) -> bool {
        matches!(self, Self::Json | Self::Whole)
    }

    /// The `Accept` header.
    fn accept(self, operation: &OperationRef) -> HeaderValue {
        match self {
            Self::Json => HeaderValue::from_static("application/json"),
            Self::Events => HeaderValue::from_static("text/event-stream"),
            Self::Whole | Self::Body | Self::JsonOrFile | Self::File => headers::any_of(operation.facts().reply_media),
        }
    }
}

/// The details of a call for its errors, and the secrets to keep out of them.
#[derive(Clone, Debug)]
pub(crate) struct Scope {
    operation: OperationRef,
    key: Option<ApiKey>,
    /// Further secrets that must not be echoed in an error: signatures, headers, a secret URL.
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

    /// Replaces the key. The one before may still be echoed.
    pub(crate) fn set_key(&mut self, key: ApiKey) {
        let before = self.key.replace(key);
        self.hide(before.map(|before| before.secret().clone()));
    }

    /// The memory limits of the reply.
    pub(crate) fn limits(&self) -> &ReplyLimits {
        &self.limits
    }

    fn set_limits(&mut self, limits: ReplyLimits) {
        self.limits = limits;
    }

    /// Keeps secrets out of errors.
    pub(crate) fn hide(&mut self, secrets: impl IntoIterator<Item = Secret>) {
        // Shorter ones would hide ordinary words, and an empty one everything.
        self.hidden.extend(secrets.into_iter().filter(|secret| secret.expose().len() >= SHORTEST_SECRET));
    }

    fn secrets(&self) -> impl Iterator<Item = &str> {
        let key = self.key.as_ref().map(ApiKey::expose);
        key.into_iter().chain(self.hidden.iter().map(Secret::expose))
    }

    /// Adds the operation to the error, and removes secrets from it.
    #[cold]
    pub(crate) fn explained(&self, error: Error) -> Error {
        let error = error.with_operation(&self.operation);
        self.secrets().fold(error, Error::scrubbed)
    }

    /// Bytes from the server, without secrets.
    #[cfg(feature = "batch")]
    pub(crate) fn without_secrets(&self, bytes: Bytes) -> Bytes {
        self.secrets().fold(bytes, crate::runtime::text::without_secret)
    }

    /// Headers from the server; those that echo a secret are marked as sensitive.
    pub(crate) fn without_secrets_in(&self, mut meta: Meta) -> Meta {
        self.secrets().for_each(|secret| meta.hide(secret));
        meta
    }

    /// The error of an error reply.
    #[cold]
    pub(crate) fn api_error(&self, meta: Meta, body: Bytes) -> Error {
        let body = crate::runtime::error::clean_error_body(body, self.secrets());
        self.explained(crate::runtime::error::api_error(&self.operation, meta, body))
    }

    /// Builds the error of a document with a success status: a complete reply, or an event of a stream.
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
    /// Changes the metadata of the reply in every place.
    #[cfg(any(feature = "preflight", feature = "privacy"))]
    pub(crate) fn change_meta(&mut self, change: impl FnOnce(Meta) -> Meta) {
        self.meta = change(self.meta.clone());
        if let Body::Pieces(body) = &mut self.body {
            body.set_meta(self.meta.clone());
        }
    }

    /// The body if it was read, otherwise empty.
    pub(crate) fn bytes(&self) -> &Bytes {
        static NONE: Bytes = Bytes::new();
        match &self.body {
            Body::Whole(body) => body,
            Body::Pieces(_) => &NONE,
        }
    }
}

/// The body of a reply, as far as its [`ReplyForm`] says.
#[derive(Debug)]
pub(crate) enum Body {
    Whole(Bytes),
    Pieces(Box<ReplyBody>),
}

/// The error of a reply that cannot be decoded. A payment may have been made anyway.
pub(crate) fn unreadable(class: RetryClass, error: Error) -> Error {
    if class == RetryClass::Payment { error.with_note(MAY_BE_PAID) } else { error }
}
