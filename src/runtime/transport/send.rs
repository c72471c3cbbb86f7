//! `send`: sends a request with retries until it succeeds or must not be retried.
//!
//! An attempt follows redirects, and reads as much of the reply as the form of the call says.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use reqwest::{Response, Url};
use tokio::time::Instant;

use super::body::ReplyBody;
use super::boxed_cold::boxed_cold;
use super::budget::{Bucket, Counted};
use super::heap::retain_freed_memory;
use super::limits::ReplyLimits;
use super::outgoing::READ_ONCE;
use super::reply_kind::{self, ReplyKind};
use super::retry::{Decision, Failures};
use super::trace::Event;
use super::{
    Body, FailureBudget, MAY_BE_PAID, Outgoing, Reply, ReplyForm, Scope, Trace, WalletSlot, exchange, failure,
    interceptor, of_address, redirect,
};
use crate::runtime::error::{Delivery, Error, ErrorKind};
use crate::runtime::meta::Meta;
use crate::runtime::operation::RetryClass;
use crate::runtime::wallet;

/// Runs the interceptors, then sends a request until it succeeds or must not be retried. The request is unchanged, so that it can be sent
/// again if its body can.
pub(crate) async fn send(outgoing: &mut Outgoing, trace: &Trace) -> Result<Reply, Error> {
    if !interceptor::are_there(outgoing) {
        return until_done(outgoing, trace).await;
    }
    let paced = outgoing.options.paced;
    outgoing.pooled.restarts = 0;
    loop {
        let passing = boxed_cold(interceptor::pass(outgoing)).await;
        let observers =
            passing.map_err(|error| outgoing.scope.explained(error)).inspect_err(|error| trace.failed(error))?;
        let outcome = observers.ended(until_done(outgoing, trace).await, trace);
        if !std::mem::take(&mut outgoing.pooled.begins_again) {
            return outcome;
        }
        outgoing.pooled.restarts += 1;
        outgoing.options.paced = paced;
    }
}

async fn until_done(outgoing: &mut Outgoing, trace: &Trace) -> Result<Reply, Error> {
    let shared = Arc::clone(&outgoing.shared);
    let http = shared.http.to_send(outgoing.elsewhere.as_deref())?;
    loop {
        let retries = outgoing.sent;
        trace.on(&Event::Attempt(retries));
        outgoing.signs_again = false;
        let slot = match outgoing.options.signer.is_some() || outgoing.sign_in().is_some() {
            true => boxed_cold(sign(outgoing)).await.map_err(|error| outgoing.not_begun(error))?,
            false => None,
        };
        if outgoing.takes_key {
            boxed_cold(provide_key(outgoing)).await.map_err(|error| outgoing.not_begun(error))?;
        }
        outgoing.sent += 1;
        outgoing.attempted = Some(std::time::Instant::now());
        let failure = match attempt(http, outgoing).await {
            Ok(mut reply) => {
                trace.success(&mut reply);
                if outgoing.is_of_api() {
                    outgoing.replied(&reply.meta);
                    if reply.meta.remaining_errors().is_some_and(|left| left < FailureBudget::LIMIT)
                        && let Some(reported) = reply.meta.error_budget()
                    {
                        shared.budget.learn(&outgoing.bucket(), Some(reported), None, shared.clock.now());
                    }
                }
                if let Body::Pieces(body) = &mut reply.body {
                    body.hold(slot);
                }
                return Ok(reply);
            }
            Err(failure) => failure,
        };
        let recovered = match outgoing.is_recoverable() {
            true => boxed_cold(interceptor::recover(outgoing, failure)).await,
            false => Err(failure),
        };
        // The other requests of the wallet wait meanwhile.
        drop(slot);
        let pause = outgoing.pause(recovered, trace)?;
        shared.clock.sleep(pause).await;
    }
}

/// Makes one attempt.
async fn attempt(http: &reqwest::Client, outgoing: &mut Outgoing) -> Result<Reply, Error> {
    let (begun, limit) = (Instant::now(), outgoing.timeout());
    let outcome = {
        // Pinned in place: moving it would copy all of it.
        let exchange = pin!(async {
            let mut response = follow(http, outgoing).await?;
            let headers = std::mem::take(response.headers_mut());
            let now = outgoing.shared.clock.system_time();
            let mut meta = Meta::new(response.status(), headers, now, outgoing.sent);
            let mut scope = outgoing.scope.clone();
            if !outgoing.is_of_api() {
                // The storage behind the URL has a URL of its own, which is secret too.
                scope.hide(of_address(response.url()));
                if outgoing.url().is_none_or(|url| redirect::origin(url) != redirect::origin(response.url())) {
                    meta = meta.of_another_host();
                }
            }
            let left = || limit.saturating_sub(begun.elapsed());
            if !meta.status().is_success() && outgoing.also != Some(meta.status()) {
                let body = boxed_cold(error_body(response, left())).await;
                return Err(scope.api_error(meta, body));
            }
            if let Some(encoding) = meta.content_encoding() {
                let error = failure::of_encoding(encoding);
                let body = boxed_cold(error_body(response, left())).await;
                return Err(error.with_meta(meta).with_body(body));
            }
            // Here and not in a function, whose future would hold what is passed to it twice.
            let body = match outgoing.reply {
                ReplyForm::Json | ReplyForm::Whole => whole(&mut response, scope.limits()).await.map(Body::Whole),
                ReplyForm::Body | ReplyForm::Events => Ok(pieces(Bytes::new(), response, outgoing, &scope, &meta)),
                ReplyForm::JsonOrFile | ReplyForm::File => {
                    let kind = boxed_cold(reply_kind::detect(&mut response, &meta, scope.limits())).await;
                    kind.map(|kind| match kind {
                        ReplyKind::Json(body) => Body::Whole(body),
                        ReplyKind::File { beginning } => pieces(beginning, response, outgoing, &scope, &meta),
                    })
                }
            };
            let body = body.map_err(|error| error.with_meta(meta.clone()))?;
            Ok(Reply { meta, body, scope })
        });
        tokio::time::timeout(limit, exchange).await
    };
    let outcome = outcome.unwrap_or_else(|_| Err(failure::out_of_time(limit)));
    let outcome = outcome.map_err(|error| outgoing.scope.explained(error));
    match outgoing.exchange.take() {
        Some(exchange) => exchange::ended(exchange, outgoing, outcome),
        None => outcome,
    }
}

/// The first response that is not a redirect.
async fn follow(http: &reqwest::Client, outgoing: &mut Outgoing) -> Result<Response, Error> {
    let mut elsewhere: Option<Url> = None;
    for redirects in 0..=redirect::MOST_REDIRECTS {
        // Not borrowed, so that it is no part of this future when it is sent.
        let Some(request) = outgoing.next_request(elsewhere.as_ref()).await? else {
            return Err(redirect::not_followed("the server redirects a request that can be sent only once"));
        };
        let response = match outgoing.middleware() {
            None => http.execute(request).await.map_err(|error| outgoing.shared.http.failed(error)),
            Some(middleware) => boxed_cold(exchange::send(&*middleware, http, outgoing, request, redirects)).await,
        };
        let response = response.map_err(|error| outgoing.body_failure().unwrap_or(error))?;
        let sent_to = elsewhere.as_ref().or(outgoing.url());
        if sent_to.is_some_and(|url| redirect::origin(url) != redirect::origin(response.url())) {
            // Only the caller's own HTTP client does this.
            return Err(redirect::not_followed(
                "the HTTP client followed a redirect to another host by itself; build it with \
                            `redirect(Policy::none())`",
            ));
        }
        if !redirect::is_redirect(response.status()) {
            return Ok(response);
        }
        elsewhere = Some(redirect::target(outgoing, &response)?);
    }
    Err(redirect::not_followed(format!("more than {} redirects", redirect::MOST_REDIRECTS)))
}

/// The body of a reply that its caller reads, from its beginning, which was read before.
fn pieces(beginning: Bytes, response: Response, outgoing: &Outgoing, scope: &Scope, meta: &Meta) -> Body {
    let body = ReplyBody::new(reqwest::Body::from(response), outgoing.idle_timeout(), scope.clone(), meta.clone());
    Body::Pieces(Box::new(body.after(beginning)))
}

/// Signs the next request with the wallet, and waits for its slot.
async fn sign(outgoing: &mut Outgoing) -> Result<Option<WalletSlot>, Error> {
    /// The API accepts signatures for five minutes.
    const FRESH: Duration = Duration::from_secs(60);
    // A signature is valid for one request. The wallet, and so whether it has to wait, is known only from the signature.
    put_signature(outgoing).await?;
    let Some(header) = outgoing.sign_in().cloned().filter(|_| !outgoing.options.within_slot) else { return Ok(None) };
    let begun = Instant::now();
    let slot = outgoing.shared.wallets.enter(&header, outgoing.timeout()).await;
    let slot = slot.map_err(|error| outgoing.scope.explained(error))?;
    if begun.elapsed() > FRESH {
        put_signature(outgoing).await?;
    }
    Ok(Some(slot))
}

async fn put_signature(outgoing: &mut Outgoing) -> Result<(), Error> {
    let challenge = outgoing.challenge.take();
    let (Some(signer), Some(url)) = (&outgoing.options.signer, outgoing.url().cloned()) else { return Ok(()) };
    let time = outgoing.shared.clock.system_time();
    let signature = signer.sign(outgoing.scope.operation(), &url, time, challenge).await;
    let signature = signature.map_err(|error| outgoing.scope.explained(error))?;
    outgoing.set_header(wallet::SIGN_IN, signature.header);
    outgoing.scope.hide([signature.secret]);
    Ok(())
}

/// Sets the key of the next request.
async fn provide_key(outgoing: &mut Outgoing) -> Result<(), Error> {
    let Some(provider) = outgoing.shared.key_provider.clone() else { return Ok(()) };
    let key = provider.key(outgoing.timeout()).await.map_err(|error| outgoing.scope.explained(error))?;
    outgoing.set_key(key);
    Ok(())
}

/// After a failed attempt.
impl Outgoing {
    /// The error of an attempt for which there is no credential. Those before it may have been executed.
    #[cold]
    fn not_begun(&self, error: Error) -> Error {
        let error = error.with_attempts(self.sent);
        if self.may_have_run { error.with_delivery(Delivery::Unknown) } else { error }
    }

    /// Shows a reply of the API to the observers.
    fn replied(&self, meta: &Meta) {
        self.shared.observe.iter().for_each(|observe| observe.replied(self.scope.operation(), meta));
    }

    /// The failure bucket of the request.
    #[cold]
    fn bucket(&self) -> Bucket {
        self.shared.budget.bucket(self.credential(), self.body())
    }

    /// Counts the failure as the API does.
    fn counted(&self, failure: &Error) -> Failures {
        let (budget, now, bucket) = (&self.shared.budget, self.shared.clock.now(), self.bucket());
        let bytes = self.body().map_or(0, <[u8]>::len);
        let counted = Counted::of(failure, self.scope.operation().facts().path, bytes);
        if let Some(counted) = counted {
            budget.record_failure(&bucket, counted, now);
        }
        if let Some(meta) = failure.meta() {
            budget.learn(&bucket, meta.error_budget(), counted, now);
        }
        if failure.is_abuse_block() {
            budget.record_block(&bucket, now, failure.retry_after().unwrap_or_default());
        }
        Failures {
            are_too_many: counted.is_some() && budget.room(&bucket, now).left == 0,
            blocked_for: budget.block_remaining(&bucket, now),
        }
    }

    /// Whether an interceptor may remove the cause of a failed attempt.
    fn is_recoverable(&self) -> bool {
        !self.recovered && self.is_of_api() && self.is_repeatable() && interceptor::are_there(self)
    }

    /// The pause before the next attempt, or the error to report if there is none. `Ok`: the cause of the failure is removed.
    #[cold]
    fn pause(&mut self, failure: Result<Error, Error>, trace: &Trace) -> Result<Duration, Error> {
        let (failure, recovered) = match failure {
            Ok(failure) => (failure, true),
            Err(failure) => (failure, false),
        };
        let mut failures = Failures::default();
        let (shared, operation) = (&self.shared, self.scope.operation());
        if self.is_of_api() {
            if let Some(meta) = failure.meta() {
                self.replied(meta);
            }
            failures = self.counted(&failure);
        }
        let retry = self.options.retry.as_ref().unwrap_or(&shared.retry);
        let retries = self.sent.saturating_sub(1 + self.pooled.restarts);
        // It was rejected for the signature, which the next attempt creates again.
        let signer = self.options.signer.as_ref().filter(|_| !self.signed_again);
        let now = shared.clock.system_time();
        let signs_again = signer.is_some_and(|signer| signer.can_cure(operation, &failure, now));
        let challenge = signer.filter(|_| !signs_again).zip(self.url());
        let challenge = challenge.and_then(|(signer, url)| signer.challenge(&failure, url, now));
        let signs_again = signs_again || challenge.is_some();
        (self.signs_again, self.challenge) = (signs_again, challenge);
        self.recovered |= recovered;
        let decision = match self.is_repeatable() {
            true if recovered || self.pooled.begins_again => Decision::Repeat(Duration::ZERO),
            true if signs_again => match failures.are_too_many {
                true => Decision::Stop("failure_budget_exhausted"),
                false => retry.at_once(retries),
            },
            true => retry.decide(&failure, retries, failures, &*shared.clock),
            false => Decision::Stop("body_not_replayable"),
        };
        let may_have_run = self.may_have_run;
        self.may_have_run |= failure.delivery().may_have_run();
        match decision {
            Decision::Repeat(pause) if self.pooled.begins_again => {
                trace.retry(&failure, pause);
                Err(failure.with_attempts(self.sent))
            }
            Decision::Repeat(pause) => {
                self.signed_again |= signs_again;
                trace.retry(&failure, pause);
                Ok(pause)
            }
            Decision::Stop(reason) => {
                let retryable = failure.is_repeatable();
                let mut failure = failure.with_attempts(self.sent).with_retryable(retryable);
                if may_have_run && !failure.delivery().may_have_run() {
                    failure = failure.with_delivery(Delivery::Unknown);
                }
                if retryable && !self.is_repeatable() {
                    failure = failure.with_note(READ_ONCE);
                } else if self.scope.operation().retry() == RetryClass::Payment {
                    failure = about_payment(failure);
                }
                trace.failure(&failure, reason);
                Err(failure)
            }
        }
    }
}

/// Adds the state of a payment.
fn about_payment(failure: Error) -> Error {
    let is_open = failure.delivery().may_have_run() || failure.is_transient() && failure.kind() != ErrorKind::Connect;
    match failure.code() {
        _ if is_open => failure.with_note(MAY_BE_PAID),
        Some("SETTLEMENT_FAILED") => failure.with_note("no funds were moved; the same payment may be sent again"),
        _ => failure,
    }
}

/// Rejects a body that would exceed the memory limit.
pub(super) fn check_length(bytes: u64, limits: &ReplyLimits) -> Result<(), Error> {
    let most = limits.reply_bytes();
    if bytes <= most as u64 {
        return Ok(());
    }
    let message = format!("the reply is longer than {most} bytes (limit: `max_reply_bytes`)");
    Err(Error::new(ErrorKind::Decode, message))
}

/// Rejects JSON that would exceed the memory limit when parsed.
pub(super) fn check_cost(body: Bytes, limits: &ReplyLimits) -> Result<Bytes, Error> {
    if limits.reply_is_too_costly(&body) {
        let message = format!("{} bytes of JSON would take too much memory (limit: `max_reply_bytes`)", body.len());
        return Err(Error::new(ErrorKind::Decode, message));
    }
    Ok(body)
}

/// The complete body. A single chunk is not copied.
pub(super) async fn whole(response: &mut Response, limits: &ReplyLimits) -> Result<Bytes, Error> {
    /// The most memory reserved for an announced length.
    const MOST_RESERVED: u64 = 16 * 1024 * 1024;
    let announced = response.content_length().unwrap_or(0);
    check_length(announced, limits)?;
    let expected = announced.min(MOST_RESERVED);
    let mut received = 0;
    let mut first = Bytes::new();
    let mut all = Vec::new();
    while let Some(piece) = response.chunk().await.map_err(|error| failure::of_body(error, received))? {
        received += piece.len() as u64;
        check_length(received, limits)?;
        if first.is_empty() {
            first = piece;
            continue;
        }
        if all.is_empty() {
            all.reserve((expected as usize).max(first.len() + piece.len()));
            all.extend_from_slice(&first);
        }
        all.extend_from_slice(&piece);
    }
    retain_freed_memory(received as usize);
    check_cost(if all.is_empty() { first } else { all.into() }, limits)
}

/// The body of an error, as far as it arrives. The status is known by now, so a truncated, endless or slow body does not hide it; nor does
/// one that arrives when little time is left.
async fn error_body(mut response: Response, left: Duration) -> Bytes {
    const LARGEST: usize = 1024 * 1024;
    const PATIENCE: Duration = Duration::from_secs(10);
    let mut body = Vec::new();
    let reading = async {
        while let Ok(Some(piece)) = response.chunk().await {
            let room = LARGEST.saturating_sub(body.len());
            body.extend_from_slice(piece.get(..room).unwrap_or(&piece));
            if room < piece.len() {
                break;
            }
        }
    };
    // It must end before the attempt does, otherwise only a time-out would be reported.
    let _ = tokio::time::timeout(PATIENCE.min(left / 2), reading).await;
    body.into()
}

#[cfg(test)]
mod tests {
    use reqwest::{Method, Request};

    use super::*;
    use crate::runtime::client::Client;
    use crate::runtime::operation::OperationRef;

    /// Larger blocks are not in the caches of allocators, and cost a thousand instructions.
    #[test]
    fn a_request_on_its_way_is_a_small_block() {
        let client = Client::without_api_key().unwrap();
        let request = Request::new(Method::GET, Url::parse("http://a.example").unwrap());
        let operation = OperationRef::ad_hoc(&Method::GET, "/");
        let mut outgoing =
            Outgoing::new(client.shared(), None, operation, Ok((Box::new(request), None)), ReplyForm::Json);
        let trace = Trace::begin(&outgoing);
        let sending = async move { send(&mut outgoing, &trace).await };
        assert!(size_of_val(&sending) <= 1024, "{} bytes", size_of_val(&sending));
    }
}
