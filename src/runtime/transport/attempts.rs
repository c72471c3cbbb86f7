//! The retry loop: sends a request until it succeeds or must not be repeated.

use std::time::{Duration, Instant};

use super::boxed_cold::boxed_cold;
use super::budget::{Bucket, Counted};
use super::retry::{Decision, Failures};
use super::source::{self, Source};
use super::{
    Body, FailureBudget, MAY_BE_PAID, Outgoing, Reply, RetryPolicy, Scope, Shared, Trace, WalletSlot, attempt, redirect,
};
use crate::runtime::error::{Delivery, Error, ErrorKind};
use crate::runtime::operation::{AuthScheme, OperationRef, RetryClass};
use crate::runtime::wallet::{self, Signer};

/// Sends a request until it succeeds or must not be repeated.
pub(super) async fn until_done(outgoing: &mut Outgoing, trace: &Trace) -> Result<Reply, Error> {
    let Outgoing {
        shared,
        scope,
        request,
        form,
        mode,
        also,
        signer,
        timeout,
        idle,
        retry,
        blocking,
        sent,
        may_have_run,
        signed_again,
        ..
    } = outgoing;
    let clock = &*shared.clock;
    let retry = retry.as_ref().unwrap_or(&shared.retry);
    let http = shared.http.to_send(*blocking, scope.operation().facts().auth == AuthScheme::Anonymous)?;
    let mut source = Source::new(request, form.as_ref());
    let plan = attempt::Plan {
        mode: *mode,
        also: *also,
        timeout: timeout.unwrap_or(shared.timeout),
        idle: idle.unwrap_or(shared.stream_idle_timeout),
        bounds: redirect::Bounds::of(shared, scope),
    };
    loop {
        let retries = *sent;
        trace.attempt(retries);
        let slot = match signer.is_some() || source.sign_in().is_some() {
            true => {
                let signing = boxed_cold(sign(shared, signer.as_ref(), scope, &mut source, plan.timeout));
                signing.await.map_err(|error| error.with_attempts(retries))?
            }
            false => None,
        };
        *sent += 1;
        let failure = match attempt::attempt(http, &mut source, plan, scope, clock, retries + 1).await {
            Ok(mut reply) => {
                trace.success(&reply);
                if is_of_api(scope.operation()) {
                    shared.warnings.of(scope.operation(), &reply.meta, &shared.versions);
                    let told = reply.meta.error_budget();
                    if told.and_then(|told| told.remaining).is_some_and(|left| left < FailureBudget::LIMIT) {
                        shared.budget.learn(&bucket(shared, &source), told, None, clock.now());
                    }
                }
                if let Body::Pieces(body) = &mut reply.body {
                    body.hold(slot);
                }
                return Ok(reply);
            }
            Err(failure) => failure,
        };
        drop(slot);
        // It was refused for what the next request has anew.
        let signs_again =
            signer.is_some() && !*signed_again && wallet::is_cured_by_signing_again(scope.operation(), &failure);
        let failed = Failed {
            shared,
            operation: scope.operation(),
            source: &source,
            retry,
            signs_again,
            retries,
            may_have_run: *may_have_run,
        };
        *may_have_run |= failure.delivery().may_have_run();
        let pause = failed.pause(failure, trace)?;
        *signed_again |= signs_again;
        clock.sleep(pause).await;
    }
}

/// Puts a wallet's signature on the next request, and waits until the wallet may send it.
async fn sign(
    shared: &Shared,
    signer: Option<&Signer>,
    scope: &mut Scope,
    source: &mut Source<'_>,
    limit: Duration,
) -> Result<Option<WalletSlot>, Error> {
    /// The API takes signatures for five minutes.
    const FRESH: Duration = Duration::from_secs(60);
    // A signature is good for one request. Whose it is, and so whether it has to wait, is known only from the signature.
    put_signature(signer, scope, source).await?;
    let Some(header) = source.sign_in().cloned() else { return Ok(None) };
    let begun = Instant::now();
    let slot = shared.wallets.enter(&header, limit).await.map_err(|error| scope.explained(error))?;
    if begun.elapsed() > FRESH {
        put_signature(signer, scope, source).await?;
    }
    Ok(Some(slot))
}

async fn put_signature(signer: Option<&Signer>, scope: &mut Scope, source: &mut Source<'_>) -> Result<(), Error> {
    let (Some(signer), Some(url)) = (signer, source.url().cloned()) else { return Ok(()) };
    let signature = signer.sign(scope.operation(), &url).await.map_err(|error| scope.explained(error))?;
    source.set_header(wallet::SIGN_IN, signature.header);
    scope.hide([signature.secret]);
    Ok(())
}

/// The bucket in which the API counts the request, if it fails.
#[cold]
fn bucket(shared: &Shared, source: &Source<'_>) -> Bucket {
    shared.budget.bucket(source.credential(), source.bytes())
}

/// An attempt that brought no reply, or an error.
struct Failed<'a> {
    shared: &'a Shared,
    operation: &'a OperationRef,
    source: &'a Source<'a>,
    retry: &'a RetryPolicy,
    /// A new signature cures it.
    signs_again: bool,
    /// How many attempts were made before it, and whether one of them may have been carried out.
    retries: u32,
    may_have_run: bool,
}

impl Failed<'_> {
    /// Counts the failure as the API does.
    fn counted(&self, failure: &Error) -> Failures {
        let Self { shared, operation, source, .. } = self;
        let (budget, now) = (&shared.budget, shared.clock.now());
        let bucket = bucket(shared, source);
        let bytes = source.bytes().map_or(0, <[u8]>::len);
        let counted = Counted::of(failure, operation.facts().path, bytes);
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

    /// The pause before the next attempt, or the error to report if there is none.
    #[cold]
    fn pause(self, failure: Error, trace: &Trace) -> Result<Duration, Error> {
        let Self { shared, operation, source, retry, signs_again, retries, may_have_run } = self;
        let clock = &*shared.clock;
        let mut failures = Failures::default();
        if is_of_api(operation) {
            if let Some(meta) = failure.meta() {
                shared.warnings.of(operation, meta, &shared.versions);
            }
            failures = self.counted(&failure);
        }
        let decision = match source.is_repeatable() {
            // It was refused for what the next request has anew.
            true if signs_again => match failures.are_too_many {
                true => Decision::Stop("too many requests failed lately"),
                false => retry.at_once(retries),
            },
            true => retry.decide(&failure, retries, failures, clock),
            false => Decision::Stop(source::READ_ONCE),
        };
        match decision {
            Decision::Repeat(pause) => {
                trace.retry(&failure, pause);
                Ok(pause)
            }
            Decision::Stop(reason) => {
                let retryable = failure.is_repeatable();
                let mut failure = failure.with_attempts(retries + 1).with_retryable(retryable);
                if may_have_run && !failure.delivery().may_have_run() {
                    failure = failure.with_delivery(Delivery::Unknown);
                }
                if retryable && !source.is_repeatable() {
                    failure = failure.with_note(source::READ_ONCE);
                } else if operation.retry() == RetryClass::Payment {
                    failure = about_payment(failure);
                }
                trace.failure(&failure, reason);
                Err(failure)
            }
        }
    }
}

/// Says what became of a payment.
fn about_payment(failure: Error) -> Error {
    let is_open = failure.delivery().may_have_run() || failure.is_transient() && failure.kind() != ErrorKind::Connect;
    match failure.code() {
        _ if is_open => failure.with_note(MAY_BE_PAID),
        Some("SETTLEMENT_FAILED") => failure.with_note("no funds were moved; the same payment may be sent again"),
        _ => failure,
    }
}

/// The API counts its own failures, and other hosts have no say in what is deprecated.
fn is_of_api(operation: &OperationRef) -> bool {
    operation.facts().auth != AuthScheme::Anonymous
}
