//! A request, sent until it succeeds or must not be repeated.

use std::time::Duration;

use super::aside::aside;
use super::retry::{self, Decision};
use super::source::{self, Source};
use super::{MAY_BE_PAID, Outgoing, Reply, RetryPolicy, Scope, Trace, attempt, redirect};
use crate::client::Client;
use crate::error::Error;
use crate::operation::{AuthScheme, OperationRef, RetryClass};
use crate::wallet::{self, Signer};

/// Sends a request until it succeeds or must not be repeated.
pub(super) async fn until_done(outgoing: &mut Outgoing, trace: &Trace) -> Result<Reply, Error> {
    let Outgoing { client, scope, request, form, mode, also, signer, timeout, idle, retry, blocking, sent, .. } =
        outgoing;
    let class = scope.operation().facts().retry;
    let clock = client.clock();
    let retry = retry.as_ref().unwrap_or_else(|| client.retry());
    let http = client.http_to_send(*blocking, scope.operation().facts().auth == AuthScheme::Anonymous)?;
    let mut source = Source::new(request, form.as_ref(), class == RetryClass::Never);
    let plan = attempt::Plan {
        mode: *mode,
        also: *also,
        timeout: timeout.unwrap_or_else(|| client.timeout()),
        idle: idle.unwrap_or_else(|| client.stream_idle_timeout()),
        bounds: redirect::Bounds::of(client, scope),
    };
    let mut signed_again = false;
    loop {
        let retries = *sent;
        *sent += 1;
        trace.attempt(retries);
        // A signature is good for one request.
        if let Some(signer) = &*signer {
            aside(sign(signer, scope, &mut source)).await.map_err(|error| error.with_attempts(retries))?;
        }
        let failure = match attempt::attempt(http, &mut source, plan, scope, clock, retries + 1).await {
            Ok(reply) => {
                trace.success(&reply);
                if is_of_api(scope.operation()) {
                    client.warnings().of(scope.operation(), &reply.meta, client.versions());
                }
                return Ok(reply);
            }
            Err(failure) => failure,
        };
        // It was refused for what the next request has anew.
        let signs_again =
            signer.is_some() && !signed_again && wallet::is_cured_by_signing_again(scope.operation(), &failure);
        signed_again |= signs_again;
        let failed = Failed { client, operation: scope.operation(), source: &source, retry, signs_again, retries };
        let pause = failed.pause(failure, trace)?;
        clock.sleep(pause).await;
    }
}

/// Puts a wallet's signature on the next request.
async fn sign(signer: &Signer, scope: &mut Scope, source: &mut Source<'_>) -> Result<(), Error> {
    let Some(url) = source.url().cloned() else { return Ok(()) };
    let signature = signer.sign(scope.operation(), &url).await.map_err(|error| scope.explained(error))?;
    source.set_header(wallet::SIGN_IN, signature.header);
    scope.hide([signature.secret]);
    Ok(())
}

/// An attempt that brought no reply, or an error.
struct Failed<'a> {
    client: &'a Client,
    operation: &'a OperationRef,
    source: &'a Source<'a>,
    retry: &'a RetryPolicy,
    /// A new signature cures it.
    signs_again: bool,
    /// How many attempts were made before it.
    retries: u32,
}

impl Failed<'_> {
    /// The pause before the next attempt, or the error to report if there is none.
    #[cold]
    fn pause(self, failure: Error, trace: &Trace) -> Result<Duration, Error> {
        let Self { client, operation, source, retry, signs_again, retries } = self;
        let (class, clock) = (operation.facts().retry, client.clock());
        if is_of_api(operation) {
            if let Some(meta) = failure.meta() {
                client.warnings().of(operation, meta, client.versions());
            }
            if failure.status().is_some() {
                client.budget().record_failure(clock.now());
            }
            if failure.is_abuse_block() {
                client.budget().record_block(clock.now(), failure.retry_after().unwrap_or_default());
            }
        }
        let decision = match source.is_repeatable() {
            true if signs_again => retry.at_once(retries),
            true => retry.decide(&failure, retries, class, client.budget(), clock),
            false if class == RetryClass::Never => Decision::Stop("a payment is sent once"),
            false => Decision::Stop(source::READ_ONCE),
        };
        match decision {
            Decision::Repeat(pause) => {
                trace.retry(&failure, pause);
                Ok(pause)
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
                Err(failure)
            }
        }
    }
}

/// The API counts its own failures, and other hosts have no say in what is deprecated.
fn is_of_api(operation: &OperationRef) -> bool {
    operation.facts().auth != AuthScheme::Anonymous
}
