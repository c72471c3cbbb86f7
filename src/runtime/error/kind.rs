//! `ErrorKind`: what went wrong, to match on, and its name as text.

use std::fmt;
use std::str::FromStr;

use crate::runtime::validation::{ValidationError, unknown_value};

/// What went wrong.
///
/// New kinds may come in any release, so a `match` needs a last arm. [`as_str`](Self::as_str), `Display` and `FromStr` use a name that
/// stays the same in later releases, for logs and storage: `rate_limited`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The client cannot be built from what it was given: a key that no header can carry, a bad base URL or proxy, TLS
    /// that does not start. The message names the setting and never shows a secret.
    Configuration,
    /// The operation needs an API key or the signature of a wallet, and there is none. Nothing was sent.
    MissingApiKey,
    /// A call was awaited outside a Tokio runtime. Nothing was sent.
    NoRuntime,
    /// A blocking call was made inside an async runtime, where it would block the thread that it waits for. Nothing was sent.
    BlockingInAsync,
    /// The caller's wallet did not sign ([`Call::with_signer`](crate::Call::with_signer)); [`source`](std::error::Error::source) is
    /// what it said. This request was not sent.
    Signing,
    /// The request is wrong. Without a [`status`](super::Error::status) it was refused before it was sent, and
    /// [`field_errors`](super::Error::field_errors) names the member; with one (400, 405, 411, 415, 422) the API refused it.
    InvalidRequest,
    /// The key or the wallet's signature was not accepted (401, or a 402 that offers ways to sign in).
    Authentication,
    /// The key is good and may not do this (403, or a 401 that asks for a Pro subscription).
    Permission,
    /// The API names its price (402 of an endpoint that is paid by the request, such as a top-up).
    PaymentRequired,
    /// The account, the key's spending limit or the wallet's credit is used up (402);
    /// [`payment_required`](super::Error::payment_required) says which.
    InsufficientBalance,
    /// There is no such model, character, key, job or path (404).
    NotFound,
    /// The request clashes with what is there (409).
    Conflict,
    /// The operation needs the user's consent first (409); [`consent_required`](super::Error::consent_required) has the text.
    ConsentRequired,
    /// The model or the endpoint was retired (410).
    Gone,
    /// The request is too large (413).
    PayloadTooLarge,
    /// The prompt or the result breaks a content policy; [`content_policy`](super::Error::content_policy) says more.
    ContentPolicy,
    /// The job ended without a result. [`job`](super::Error::job) names it, and [`content_policy`](super::Error::content_policy)
    /// says where the API told that the credits were given back.
    JobFailed,
    /// The job's result is not there any more: it was kept for a while and not fetched, or fetched too often. A job that the API
    /// does not know, or deleted, is [`NotFound`](Self::NotFound).
    JobExpired,
    /// The client's [`Budget`](crate::cost::Budget) has not enough left for the call. Nothing was sent;
    /// [`budget_exceeded`](super::Error::budget_exceeded) has the numbers.
    BudgetExceeded,
    /// The price is above the limit that was set. Nothing was ordered;
    /// [`price_above_limit`](super::Error::price_above_limit) has both.
    PriceLimit,
    /// Too many requests (429): a limit of the account, the key or everyone is exhausted. See
    /// [`retry_after`](super::Error::retry_after).
    RateLimited,
    /// The model is overloaded, at capacity or offline (429 or 503). Another model may answer now.
    Overloaded,
    /// The server failed (other 5xx, 408).
    Server,
    /// A status that no rule knows, such as a 3xx without a target.
    UnexpectedStatus,
    /// No connection: DNS, refused, TLS handshake, proxy. The request was not sent.
    Connect,
    /// No whole reply within the time-out of an attempt, or silence in the middle of a stream. The API may have done the
    /// work.
    Timeout,
    /// The connection broke before the reply was whole. The API may have done the work.
    Transport,
    /// A file or a reader on this machine failed: the upload cannot be read or changed while it was sent, the reply cannot be
    /// written to disk. The message names the file, [`source`](std::error::Error::source) is the [`std::io::Error`]. Where it is
    /// about an upload, [`field_errors`](super::Error::field_errors) names the member.
    Io,
    /// The server sends the client elsewhere, and it did not go: another host must not see the key, and a POST must not
    /// turn into a GET. A wrong base URL is the usual cause.
    Redirect,
    /// The reply is not what the operation promises: other JSON, HTML, nothing. The work was done and
    /// [`body`](super::Error::body) holds its result; [`json_path`](super::Error::json_path) says where it differs.
    Decode,
    /// The answer was cut where the tokens ran out (finish reason `length`), perhaps before it began: reasoning counts. Raise
    /// `max_completion_tokens`. This kind and those of other answers that are not what was asked for keep the answer:
    /// [`answer_text`](super::Error::answer_text), [`completion`](super::Error::completion).
    Truncated,
    /// The model, or a filter behind it, would not answer; [`answer_text`](super::Error::answer_text) has its words, if there are any.
    /// A request that the API refuses is [`ContentPolicy`](Self::ContentPolicy).
    Refusal,
    /// The answer is not JSON, or it holds several different documents.
    InvalidJson,
    /// The answer is JSON, and not that of the type; [`json_path`](super::Error::json_path) says where.
    SchemaMismatch,
    /// The model wants tools called, where an answer was expected; they are in [`completion`](super::Error::completion).
    ToolCalls,
    /// The reply has no answer in it: no choice, or an empty one.
    NoAnswer,
    /// A block-chain node refused a call, or gave no answer that fits it; the `source` is the
    /// [`RpcError`](crate::crypto_rpc::RpcError). The API itself answered with success, and charged for it.
    Rpc,
    /// The [journal](crate::many::Journal) of a run of many calls cannot be used: another run has it open, it is damaged, it belongs to
    /// another run, the disk failed. The message names the file, and the line where one is damaged.
    Journal,
    /// A run of many calls that ended too early had sent the request, and did not live to see what became of it. It may have been
    /// carried out and paid for.
    OutcomeUnknown,
    /// A stream ended without a sign that it was complete.
    StreamInterrupted,
    /// A run with tools stopped without an answer, though no call to the API failed: it reached its limit of rounds, a tool ended it, a
    /// reply was cut in the middle of its calls, or calls wait for an answer.
    /// [`ToolRun::stop_reason`](crate::tools::ToolRun::stop_reason) says which.
    ToolRun,
    /// The pages of a list go round in circles: the API sent a cursor again, the same page again, or nothing but empty pages. What
    /// came before was given out, and the list is not complete. See [`Pages`](crate::Pages).
    EndlessList,
}

macro_rules! names {
    ($($kind:ident = $name:literal,)*) => {
        impl ErrorKind {
            #[cfg(test)]
            pub(super) const ALL: &[Self] = &[$(Self::$kind),*];
            const NAMES: &[&str] = &[$($name),*];

            /// The name of the kind in snake case, such as `rate_limited`. It stays the same in later releases.
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

names! {
    Configuration = "configuration",
    MissingApiKey = "missing_api_key",
    NoRuntime = "no_runtime",
    BlockingInAsync = "blocking_in_async",
    Signing = "signing",
    InvalidRequest = "invalid_request",
    Authentication = "authentication",
    Permission = "permission",
    PaymentRequired = "payment_required",
    InsufficientBalance = "insufficient_balance",
    NotFound = "not_found",
    Conflict = "conflict",
    ConsentRequired = "consent_required",
    Gone = "gone",
    PayloadTooLarge = "payload_too_large",
    ContentPolicy = "content_policy",
    JobFailed = "job_failed",
    JobExpired = "job_expired",
    BudgetExceeded = "budget_exceeded",
    PriceLimit = "price_limit",
    RateLimited = "rate_limited",
    Overloaded = "overloaded",
    Server = "server",
    UnexpectedStatus = "unexpected_status",
    Connect = "connect",
    Timeout = "timeout",
    Transport = "transport",
    Io = "io",
    Redirect = "redirect",
    Decode = "decode",
    Truncated = "truncated",
    Refusal = "refusal",
    InvalidJson = "invalid_json",
    SchemaMismatch = "schema_mismatch",
    ToolCalls = "tool_calls",
    NoAnswer = "no_answer",
    Rpc = "rpc",
    Journal = "journal",
    OutcomeUnknown = "outcome_unknown",
    StreamInterrupted = "stream_interrupted",
    ToolRun = "tool_run",
    EndlessList = "endless_list",
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
