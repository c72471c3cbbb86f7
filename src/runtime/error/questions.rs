//! Questions that callers ask of an error.

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

    /// Too many requests: a limit of the account, the key or everyone is exhausted. See
    /// [`retry_after`](Self::retry_after).
    ///
    /// ```
    /// # fn look(error: &venice_ai::Error) {
    /// if error.is_rate_limited() {
    ///     println!("slow down");
    /// }
    /// # }
    /// ```
    pub fn is_rate_limited(&self) -> bool {
        self.kind() == ErrorKind::RateLimited
    }

    /// The model is overloaded, at capacity or offline. Another model may answer now.
    ///
    /// ```
    /// # fn look(error: &venice_ai::Error) {
    /// if error.is_overloaded() {
    ///     println!("try another model");
    /// }
    /// # }
    /// ```
    pub fn is_overloaded(&self) -> bool {
        self.kind() == ErrorKind::Overloaded
    }

    /// The account, the key's spending limit or the wallet's credit is used up. See
    /// [`payment_required`](Self::payment_required).
    ///
    /// ```
    /// # fn look(error: &venice_ai::Error) {
    /// if error.is_insufficient_balance() {
    ///     println!("top up first");
    /// }
    /// # }
    /// ```
    pub fn is_insufficient_balance(&self) -> bool {
        self.kind() == ErrorKind::InsufficientBalance
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

    /// No connection could be made. The request was not sent.
    ///
    /// ```
    /// # fn look(error: &venice_ai::Error) {
    /// if error.is_connect() {
    ///     println!("are you online?");
    /// }
    /// # }
    /// ```
    pub fn is_connect(&self) -> bool {
        self.kind() == ErrorKind::Connect
    }

    /// The prompt or the result breaks a content policy. See [`content_policy`](Self::content_policy).
    ///
    /// ```
    /// # fn look(error: &venice_ai::Error) {
    /// if error.is_content_policy() {
    ///     println!("ask for something else");
    /// }
    /// # }
    /// ```
    pub fn is_content_policy(&self) -> bool {
        self.kind() == ErrorKind::ContentPolicy
    }

    /// The job ended without a result.
    ///
    /// ```
    /// # fn look(error: &venice_ai::Error) {
    /// if error.is_job_failed() {
    ///     println!("{}", error.message());
    /// }
    /// # }
    /// ```
    pub fn is_job_failed(&self) -> bool {
        self.kind() == ErrorKind::JobFailed
    }

    /// The job's result is not there any more. An order that the API does not know, or deleted, is
    /// [`is_not_found`](Self::is_not_found).
    ///
    /// ```
    /// # fn look(error: &venice_ai::Error) {
    /// if error.is_job_expired() {
    ///     println!("order it again");
    /// }
    /// # }
    /// ```
    pub fn is_job_expired(&self) -> bool {
        self.kind() == ErrorKind::JobExpired
    }

    /// There is no such model, character, key, job or path.
    ///
    /// ```
    /// # fn look(error: &venice_ai::Error) {
    /// if error.is_not_found() {
    ///     println!("perhaps {:?}?", error.did_you_mean());
    /// }
    /// # }
    /// ```
    pub fn is_not_found(&self) -> bool {
        self.kind() == ErrorKind::NotFound
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

    /// The key is good and may not do this.
    ///
    /// ```
    /// # fn look(error: &venice_ai::Error) {
    /// if error.is_permission() {
    ///     println!("this needs another key");
    /// }
    /// # }
    /// ```
    pub fn is_permission(&self) -> bool {
        self.kind() == ErrorKind::Permission
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

    /// The operation needs the user's consent first. See [`consent_required`](Self::consent_required).
    ///
    /// ```
    /// # fn look(error: &venice_ai::Error) {
    /// if error.is_consent_required() {
    ///     println!("ask the user");
    /// }
    /// # }
    /// ```
    pub fn is_consent_required(&self) -> bool {
        self.kind() == ErrorKind::ConsentRequired
    }

    /// The model or the endpoint was retired.
    ///
    /// ```
    /// # fn look(error: &venice_ai::Error) {
    /// if error.is_gone() {
    ///     println!("choose another model");
    /// }
    /// # }
    /// ```
    pub fn is_gone(&self) -> bool {
        self.kind() == ErrorKind::Gone
    }

    /// The server failed.
    ///
    /// ```
    /// # fn look(error: &venice_ai::Error) {
    /// if error.is_server_error() {
    ///     println!("not your fault");
    /// }
    /// # }
    /// ```
    pub fn is_server_error(&self) -> bool {
        self.kind() == ErrorKind::Server
    }

    /// The reply is not what the operation promises. See [`json_path`](Self::json_path) and [`body`](Self::body).
    ///
    /// ```
    /// # fn look(error: &venice_ai::Error) {
    /// if error.is_decode() {
    ///     println!("the API may be newer than this crate");
    /// }
    /// # }
    /// ```
    pub fn is_decode(&self) -> bool {
        self.kind() == ErrorKind::Decode
    }

    /// A stream ended before it was complete: what it brought is half an answer.
    ///
    /// ```
    /// # fn look(error: &venice_ai::Error) {
    /// if error.is_stream_interrupted() {
    ///     println!("this was half an answer");
    /// }
    /// # }
    /// ```
    pub fn is_stream_interrupted(&self) -> bool {
        self.kind() == ErrorKind::StreamInterrupted
    }

    /// The answer was cut where the tokens ran out, perhaps before it began: reasoning counts. Raise `max_completion_tokens`.
    ///
    /// ```
    /// # fn look(error: &venice_ai::Error) {
    /// if error.is_truncated() {
    ///     println!("allow more tokens, or less reasoning");
    /// }
    /// # }
    /// ```
    pub fn is_truncated(&self) -> bool {
        self.kind() == ErrorKind::Truncated
    }

    /// The model, or a filter behind it, would not answer. [`answer_text`](Self::answer_text) has its words, if there are any. A
    /// request that the API refuses is [`is_content_policy`](Self::is_content_policy).
    ///
    /// ```
    /// # fn look(error: &venice_ai::Error) {
    /// if error.is_refusal() {
    ///     println!("ask for something else, or ask another model");
    /// }
    /// # }
    /// ```
    pub fn is_refusal(&self) -> bool {
        self.kind() == ErrorKind::Refusal
    }

    /// The answer is not JSON, or holds several different documents.
    ///
    /// ```
    /// # fn look(error: &venice_ai::Error) {
    /// if error.is_invalid_json() {
    ///     println!("does the model support response schemas?");
    /// }
    /// # }
    /// ```
    pub fn is_invalid_json(&self) -> bool {
        self.kind() == ErrorKind::InvalidJson
    }

    /// The answer is JSON, and not that of the type. [`json_path`](Self::json_path) says where.
    ///
    /// ```
    /// # fn look(error: &venice_ai::Error) {
    /// if error.is_schema_mismatch() {
    ///     println!("it differs at {:?}", error.json_path());
    /// }
    /// # }
    /// ```
    pub fn is_schema_mismatch(&self) -> bool {
        self.kind() == ErrorKind::SchemaMismatch
    }

    /// The model wants tools called before it answers; they are in [`completion`](Self::completion).
    ///
    /// ```
    /// # fn look(error: &venice_ai::Error) {
    /// if let Some(reply) = error.completion().filter(|_| error.is_tool_calls()) {
    ///     println!("{} calls to answer", reply.tool_calls().len());
    /// }
    /// # }
    /// ```
    pub fn is_tool_calls(&self) -> bool {
        self.kind() == ErrorKind::ToolCalls
    }

    /// The reply has no answer in it: no choice, or an empty one.
    ///
    /// ```
    /// # fn look(error: &venice_ai::Error) {
    /// if error.is_no_answer() {
    ///     println!("ask again");
    /// }
    /// # }
    /// ```
    pub fn is_no_answer(&self) -> bool {
        self.kind() == ErrorKind::NoAnswer
    }
}
