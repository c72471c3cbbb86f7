//! `ErrorKind`: the kind of an error, and its name as text.

use std::fmt;
use std::str::FromStr;

use crate::runtime::validation::{ValidationError, unknown_value};

/// Defines the enum, and its values as text.
macro_rules! error_kinds {
    ($(#[$attribute:meta])* pub enum ErrorKind { $($(#[$doc:meta])* $kind:ident = $name:literal,)* }) => {
        $(#[$attribute])*
        pub enum ErrorKind {
            $($(#[$doc])* $kind,)*
        }

        impl ErrorKind {
            #[cfg(test)]
            pub(super) const ALL: &[Self] = &[$(Self::$kind),*];
            const NAMES: &[&str] = &[$($name),*];

            /// The name of the kind in snake case, such as `rate_limited`. Stable across releases.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$kind => $name,)*
                }
            }
        }

        impl FromStr for ErrorKind {
            type Err = ValidationError;

            fn from_str(name: &str) -> Result<Self, ValidationError> {
                match name {
                    $($name => Ok(Self::$kind),)*
                    _ => Err(unknown_value("ErrorKind", name, Self::NAMES)),
                }
            }
        }
    };
}

error_kinds! {
    /// The kind of an error.
    ///
    /// New kinds may be added in any release, so a `match` needs a wildcard arm. [`as_str`](Self::as_str), `Display` and `FromStr` use a stable
    /// name for logs and storage: `rate_limited`.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    #[non_exhaustive]
    pub enum ErrorKind {
        /// The client cannot be built with these settings: a key that is not valid in a header, a bad base URL or proxy, a failing TLS setup.
        /// The message names the setting and never shows a secret.
        Configuration = "configuration",
        /// The operation needs an API key or a wallet's signature, and there is none. Nothing was sent.
        MissingApiKey = "missing_api_key",
        /// A call was awaited outside a Tokio runtime. Nothing was sent.
        NoRuntime = "no_runtime",
        /// A blocking call was made in an async runtime, where it would block the thread that it waits for. Nothing was sent.
        BlockingInAsync = "blocking_in_async",
        /// The caller's wallet did not sign ([`Call::with_signer`](crate::Call::with_signer)); [`source`](std::error::Error::source) is its
        /// error. This request was not sent.
        Signing = "signing",
        /// The request is invalid. Without a [`status`](super::Error::status) it was rejected before sending, and
        /// [`field_errors`](super::Error::field_errors) has the field; with one (400, 405, 411, 415, 422) the API rejected it.
        InvalidRequest = "invalid_request",
        /// The key or the wallet's signature was rejected (401, or a 402 that offers ways to sign in).
        Authentication = "authentication",
        /// The key is valid but lacks permission (403, or a 401 that asks for a Pro subscription).
        Permission = "permission",
        /// The API asks for a payment (402 of an endpoint that is paid per request, such as a top-up).
        PaymentRequired = "payment_required",
        /// The account, the key's spending limit or the wallet's credit is used up (402); [`payment_required`](super::Error::payment_required)
        /// says which.
        InsufficientBalance = "insufficient_balance",
        /// There is no such model, character, key, job or path (404).
        NotFound = "not_found",
        /// The request conflicts with existing state (409).
        Conflict = "conflict",
        /// The operation needs the user's consent first (409); [`consent_required`](super::Error::consent_required) has the text.
        ConsentRequired = "consent_required",
        /// The model or the endpoint was retired (410).
        Gone = "gone",
        /// The request is too large (413).
        PayloadTooLarge = "payload_too_large",
        /// The prompt or the result violates a content policy; see [`content_policy`](super::Error::content_policy).
        ContentPolicy = "content_policy",
        /// The job ended without a result. [`job`](super::Error::job) has its handle, and [`content_policy`](super::Error::content_policy)
        /// whether it was refunded, if the API says so.
        JobFailed = "job_failed",
        /// The job's result was deleted: it expired, or was downloaded too often. A job that is unknown to the API, or deleted, is
        /// [`NotFound`](Self::NotFound).
        JobExpired = "job_expired",
        /// The attestation of a trusted execution environment, or a signature of one, failed a check;
        /// [`attestation_error`](super::Error::attestation_error) says which. Nothing may be sent to the model then.
        Attestation = "attestation",
        /// An end-to-end encrypted chat cannot be encrypted, or its reply is not encrypted as it must be;
        /// [`e2ee_error`](super::Error::e2ee_error) says which. Nothing of such a reply may be used.
        Encryption = "encryption",
        /// The client's [`Budget`](crate::cost::Budget) does not allow the call. Nothing was sent;
        /// [`budget_exceeded`](super::Error::budget_exceeded) has the amounts.
        BudgetExceeded = "budget_exceeded",
        /// The call would have had to wait for its turn for longer than [`ClientBuilder::pace`](crate::ClientBuilder::pace) allows. Nothing was
        /// sent; [`pace_exceeded`](super::Error::pace_exceeded) and [`retry_after`](super::Error::retry_after) have the wait.
        PaceExceeded = "pace_exceeded",
        /// The [privacy policy](crate::privacy) does not allow it. Without a [`status`](super::Error::status) nothing was sent; with one, another
        /// model answered than those that it allows. [`privacy`](super::Error::privacy) says why.
        Privacy = "privacy",
        /// The quoted price is above the limit. Nothing was queued; [`price_above_limit`](super::Error::price_above_limit) has both.
        PriceLimit = "price_limit",
        /// Rate limit (429): a limit of the account, the key or the API is exhausted. See [`retry_after`](super::Error::retry_after).
        RateLimited = "rate_limited",
        /// The model is overloaded, at capacity or offline (429 or 503). Another model may be available.
        Overloaded = "overloaded",
        /// The server failed (other 5xx, 408).
        Server = "server",
        /// An unexpected status, such as a 3xx without a target.
        UnexpectedStatus = "unexpected_status",
        /// No connection: DNS, refused, TLS handshake, proxy. The request was not sent.
        Connect = "connect",
        /// An attempt timed out, or a stream was idle for too long. The request may have been executed.
        Timeout = "timeout",
        /// The connection was lost before the reply was complete. The request may have been executed.
        Transport = "transport",
        /// A layer or an interceptor of the program failed, panicked, or did what it may not; [`source`](std::error::Error::source) is its error.
        /// [`delivery`](super::Error::delivery) says whether the request was sent. See [`middleware`](crate::middleware).
        Middleware = "middleware",
        /// A local file or reader failed: the upload cannot be read or changed while it was sent, or the reply cannot be written to disk. The
        /// message names the file; [`source`](std::error::Error::source) is the [`std::io::Error`]. For an upload,
        /// [`field_errors`](super::Error::field_errors) has the field.
        Io = "io",
        /// The server redirected the request, and the client did not follow: another host must not receive the key, and a POST must not become
        /// a GET. A wrong base URL is the usual cause.
        Redirect = "redirect",
        /// The reply does not match the operation: other JSON, HTML, nothing. The request was executed, and [`body`](super::Error::body) has
        /// its result; [`json_path`](super::Error::json_path) says where it differs.
        Decode = "decode",
        /// The answer was truncated by the token limit (finish reason `length`), possibly before it began: reasoning counts. Raise
        /// `max_completion_tokens`. Like the other kinds for answers without the requested form, it keeps the answer:
        /// [`answer_text`](super::Error::answer_text), [`completion`](super::Error::completion).
        Truncated = "truncated",
        /// The model, or a content filter, refused to answer; [`answer_text`](super::Error::answer_text) has its text, if there is any. A
        /// request that the API rejects is [`ContentPolicy`](Self::ContentPolicy).
        Refusal = "refusal",
        /// The answer is not JSON, or has several different documents.
        InvalidJson = "invalid_json",
        /// The answer is JSON that does not match the type; [`json_path`](super::Error::json_path) says where.
        SchemaMismatch = "schema_mismatch",
        /// The model called tools instead of answering; the calls are in [`completion`](super::Error::completion).
        ToolCalls = "tool_calls",
        /// The reply has no answer: no choice, or an empty one.
        NoAnswer = "no_answer",
        /// A blockchain node returned an error, or no reply that matches the call; the `source` is the
        /// [`RpcError`](crate::crypto_rpc::RpcError). The API itself answered with success, and charged for it.
        Rpc = "rpc",
        /// The program did not store a new API key: the function of [`rotate`](crate::ApiKeys::rotate) failed or panicked. Both keys work;
        /// [`unfinished_rotation`](super::Error::unfinished_rotation) has the new one.
        KeyHandOver = "key_hand_over",
        /// The [journal](crate::many::Journal) of a batch run cannot be used: another run has it open, it is damaged, it belongs to another
        /// run, or the disk failed. The message names the file, and the line that is damaged.
        Journal = "journal",
        /// An earlier batch run sent the request and ended before its outcome was known. It may have been executed and charged.
        OutcomeUnknown = "outcome_unknown",
        /// The [shared state](crate::shared) in Redis cannot be used: it is not reached or too slow, lost data, or another process has changed
        /// what this one needs. Nothing was sent.
        SharedState = "shared_state",
        /// A stream ended without its end marker.
        StreamInterrupted = "stream_interrupted",
        /// A run with tools stopped without an answer, although no call to the API failed: it reached its round limit, a tool ended it, a reply
        /// was truncated within its calls, or calls wait for an answer. See [`ToolRun::stop_reason`](crate::tools::ToolRun::stop_reason).
        ToolRun = "tool_run",
        /// Pagination made no progress: the API repeated a cursor or a page, or sent only empty pages. The items before were returned; the list
        /// is incomplete. See [`Pages`](crate::Pages).
        EndlessList = "endless_list",
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
