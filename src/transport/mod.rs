//! What happens to every request: authentication, redirects, repetition, time-outs, spans.

mod attempt;
mod body;
mod budget;
mod clock;
pub(crate) mod failure;
pub(crate) mod gates;
mod headers;
mod hidden;
mod outgoing;
mod redirect;
mod retry;
mod source;
mod told_apart;
mod trace;
mod warnings;

use bytes::Bytes;

pub(crate) use self::body::ReplyBody;
pub(crate) use self::budget::FailureBudget;
pub use self::clock::{Clock, SystemClock};
pub(crate) use self::headers::{any_of, complete};
pub(crate) use self::hidden::{of_address, of_headers};
pub(crate) use self::outgoing::Outgoing;
use self::retry::Decision;
pub use self::retry::RetryPolicy;
pub(crate) use self::retry::{dice, may_repeat};
pub(crate) use self::trace::Trace;
pub(crate) use self::warnings::Warnings;
use crate::client::ApiKey;
use crate::error::{Error, SHORTEST_SECRET};
use crate::meta::Meta;
use crate::operation::{AuthScheme, OperationRef, RetryClass};
use crate::secret::Secret;
use crate::wallet;

/// What is said of a payment of which nobody knows what became of it.
const MAY_BE_PAID: &str = "it may have been paid; look at the balance before paying again";

/// How much of a successful reply to wait for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// All of it, within the time of the attempt. A reply that is cut counts as a failed attempt.
    Whole,
    /// The headers. The body is read by whoever gets the reply, and nothing is repeated any more.
    Pieces,
    /// All of it if it is JSON, and else the beginning: an operation that answers with a file or with how far it is.
    JsonOrFile,
}

/// What an error says of the call it happened in, and what it must not say.
#[derive(Clone, Debug)]
pub(crate) struct Scope {
    operation: OperationRef,
    key: Option<ApiKey>,
    /// What else goes with the request and must not come back in an error: signatures, headers, an address that opens by itself.
    hidden: Vec<Secret>,
}

impl Scope {
    pub(crate) fn new(operation: OperationRef, key: Option<ApiKey>) -> Self {
        Self { operation, key, hidden: Vec::new() }
    }

    pub(crate) fn operation(&self) -> &OperationRef {
        &self.operation
    }

    pub(crate) fn key(&self) -> Option<&ApiKey> {
        self.key.as_ref()
    }

    pub(crate) fn set_key(&mut self, key: ApiKey) {
        self.key = Some(key);
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
    pub(crate) fn explained(&self, error: Error) -> Error {
        let error = error.with_operation(&self.operation);
        self.secrets().fold(error, Error::scrubbed)
    }

    /// `bytes` from the server without what is secret.
    pub(crate) fn without_secrets(&self, bytes: Bytes) -> Bytes {
        self.secrets().fold(bytes, crate::error::without_secret)
    }

    /// The error of a reply that is no success.
    pub(crate) fn api_error(&self, meta: Meta, body: Bytes) -> Error {
        let body = self.without_secrets(body);
        self.explained(crate::error::api_error(&self.operation, meta, body))
    }

    /// The error that an event in the middle of a stream stands for.
    pub(crate) fn in_stream_error(&self, meta: Meta, event: Bytes) -> Error {
        let event = self.without_secrets(event);
        self.explained(crate::error::in_stream_error(&self.operation, meta, event))
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
    pub(crate) fn change_meta(&mut self, change: impl FnOnce(Meta) -> Meta) {
        self.meta = change(self.meta.clone());
        if let Body::Pieces(body) = &mut self.body {
            body.set_meta(self.meta.clone());
        }
    }

    /// The body if it was waited for, and else nothing.
    pub(crate) fn known_body(&self) -> Bytes {
        match &self.body {
            Body::Whole(body) => body.clone(),
            Body::Pieces(_) => Bytes::new(),
        }
    }
}

/// As much of a reply's body as its [`Mode`] asked for.
#[derive(Debug)]
pub(crate) enum Body {
    Whole(Bytes),
    Pieces(Box<ReplyBody>),
}

/// An error of a reply that came and cannot be read. What was to be paid may be paid all the same.
pub(crate) fn unreadable(class: RetryClass, error: Error) -> Error {
    if class == RetryClass::Never { error.with_note(MAY_BE_PAID) } else { error }
}

/// Sends a request, after all gates, until it succeeds or must not be repeated. It stays as it was, so that it can be sent again if its
/// body can.
pub(crate) async fn send(outgoing: &mut Outgoing, trace: &Trace) -> Result<Reply, Error> {
    if !gates::are_there(outgoing) {
        return attempts(outgoing, trace).await;
    }
    // Boxed, so that calls without gates do not carry the room for them along.
    let passing = Box::pin(gates::pass(outgoing)).await;
    let watches = passing.map_err(|error| outgoing.scope.explained(error)).inspect_err(|error| trace.failed(error))?;
    watches.ended(attempts(outgoing, trace).await)
}

/// Sends a request until it succeeds or must not be repeated.
async fn attempts(outgoing: &mut Outgoing, trace: &Trace) -> Result<Reply, Error> {
    let Outgoing { client, scope, request, form, mode, also, signer, timeout, idle, retry, blocking, sent, .. } =
        outgoing;
    let class = scope.operation().facts().retry;
    let clock = client.clock();
    let retry = retry.as_ref().unwrap_or_else(|| client.retry());
    #[cfg(feature = "blocking")]
    let http = if *blocking { client.http_for_blocking()? } else { client.http() };
    #[cfg(not(feature = "blocking"))]
    let http = {
        let _ = blocking;
        client.http()
    };
    let mut source = source::Source::new(request, form.as_ref(), class == RetryClass::Never);
    let plan = attempt::Plan {
        mode: *mode,
        also: *also,
        timeout: timeout.unwrap_or_else(|| client.timeout()),
        idle: idle.unwrap_or_else(|| client.stream_idle_timeout()),
    };
    // The API counts its own failures, and other hosts have no say in what is deprecated.
    let is_api = scope.operation().facts().auth != AuthScheme::Anonymous;
    loop {
        let retries = *sent;
        *sent += 1;
        trace.attempt(retries);
        // A signature is good for one request.
        if let (Some(signer), Some(url)) = (&*signer, source.url().cloned()) {
            let signature = signer.sign(scope.operation(), &url).await;
            let signature = signature.map_err(|error| scope.explained(error).with_attempts(retries))?;
            source.set_header(wallet::SIGN_IN, signature.header);
            scope.hide([signature.secret]);
        }
        let outcome = attempt::attempt(http, &mut source, plan, scope, clock, retries + 1).await;
        let failure = match outcome {
            Ok(reply) => {
                trace.success(&reply.meta);
                if is_api {
                    client.warnings().of(scope.operation(), &reply.meta, client.versions());
                }
                return Ok(reply);
            }
            Err(failure) => failure,
        };
        if let Some(meta) = failure.meta().filter(|_| is_api) {
            client.warnings().of(scope.operation(), meta, client.versions());
        }
        if is_api && failure.status().is_some() {
            client.budget().record_failure(clock.now());
        }
        if is_api && failure.is_abuse_block() {
            client.budget().record_block(clock.now(), failure.retry_after().unwrap_or_default());
        }
        let decision = match source.is_repeatable() {
            // It was refused for what the next request has anew.
            true if signer.is_some() && retries == 0 && wallet::is_stale_signature(&failure) => retry.at_once(),
            true => retry.decide(&failure, retries, class, client.budget(), clock),
            false if class == RetryClass::Never => Decision::Stop("a payment is sent once"),
            false => Decision::Stop(source::READ_ONCE),
        };
        match decision {
            Decision::Repeat(pause) => {
                trace.retry(&failure, pause);
                clock.sleep(pause).await;
            }
            Decision::Stop(reason) => {
                let retryable = retry::may_repeat(class, &failure);
                let mut failure = failure.with_attempts(retries + 1).with_retryable(retryable);
                if retryable && !source.is_repeatable() {
                    failure = failure.with_note(source::READ_ONCE);
                } else if class == RetryClass::Never && failure.is_transient() && !failure.is_connect() {
                    failure = failure.with_note(MAY_BE_PAID);
                }
                trace.failure(&failure, reason);
                return Err(failure);
            }
        }
    }
}
