//! `Exchange`: one request and its reply, as interceptors see them.

use std::sync::Arc;

use reqwest::{Request, Response};

use super::record::SendRecord;
use super::{AttemptEnd, AttemptInfo, AttemptRequest, BoxError, ReplyHead, SharedInterceptor};
use crate::runtime::error::{Delivery, Error, ErrorKind};
use crate::runtime::secret::Secret;
use crate::runtime::transport::caught::{caught, caught_now};
use crate::runtime::transport::{Body, Outgoing, Reply};

/// A request and its reply, until the end of the reply's body. Dropped before that, it was cancelled.
pub(crate) struct Exchange {
    request: AttemptRequest,
    interceptors: Arc<[SharedInterceptor]>,
    /// How many of them have seen the request, and are to see its end.
    begun: usize,
    record: Arc<SendRecord>,
}

impl Exchange {
    /// Takes the headers of the request. A redirect before it has ended.
    pub(super) fn begin(
        outgoing: &mut Outgoing,
        request: &mut Request,
        interceptors: &Arc<[SharedInterceptor]>,
    ) -> Result<Box<Self>, Error> {
        let mut redirects = 0;
        if let Some(before) = outgoing.exchange.take() {
            redirects = before.request.info.redirects() + 1;
            before.end(&AttemptEnd::Complete { bytes: 0 })?;
        }
        let info = AttemptInfo::new(outgoing, request, redirects);
        let headers = std::mem::take(request.headers_mut());
        let record = Arc::new(SendRecord::new(outgoing.scope.operation().retry()));
        let request = AttemptRequest { info, headers, body: outgoing.body_in_memory(), secrets: Vec::new() };
        Ok(Box::new(Self { request, interceptors: Arc::clone(interceptors), begun: 0, record }))
    }

    pub(super) async fn before_attempt(&mut self) -> Result<(), Error> {
        for interceptor in self.interceptors.iter() {
            let outcome = caught(interceptor.before(&mut self.request)).await;
            outcome_of(outcome, "before an attempt; nothing was sent", Delivery::NotSent)?;
            self.begun += 1;
        }
        Ok(())
    }

    /// Returns the headers to the request. Returns what must be kept out of errors.
    pub(super) fn finish(&mut self, request: &mut Request) -> Vec<Secret> {
        *request.headers_mut() = std::mem::take(&mut self.request.headers);
        self.request.body = None;
        std::mem::take(&mut self.request.secrets)
    }

    pub(super) fn info(&self) -> &AttemptInfo {
        &self.request.info
    }

    pub(super) fn record(&self) -> &Arc<SendRecord> {
        &self.record
    }

    /// The reply passes the interceptors in the opposite order.
    pub(super) fn after_headers(&self, response: &Response) -> Result<(), Error> {
        let head = ReplyHead { status: response.status(), headers: response.headers() };
        for interceptor in self.interceptors.iter().rev() {
            let outcome = caught_now(|| interceptor.headers(self.info(), &head));
            outcome_of(outcome, "after the headers of the reply", Delivery::Unknown)?;
        }
        Ok(())
    }

    /// Reports the end. The error is that of an interceptor that panicked.
    pub(crate) fn end(mut self: Box<Self>, end: &AttemptEnd<'_>) -> Result<(), Error> {
        self.report(end)
    }

    /// Reports a failure, whose error is that of the call.
    pub(crate) fn failed(self: Box<Self>, error: &Error) {
        if let Err(panic) = self.end(&AttemptEnd::Failed(error)) {
            log(&panic);
        }
    }

    fn report(&mut self, end: &AttemptEnd<'_>) -> Result<(), Error> {
        let begun = std::mem::take(&mut self.begun);
        let mut outcome = Ok(());
        for interceptor in self.interceptors.iter().take(begun).rev() {
            let ended = caught_now(|| interceptor.end(self.info(), end)).map(Ok);
            outcome = outcome.and(outcome_of(ended, "at the end of the reply", Delivery::Answered));
        }
        outcome
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        if let Err(panic) = self.report(&AttemptEnd::Cancelled) {
            log(&panic);
        }
    }
}

fn log(panic: &Error) {
    tracing::error!(problem = panic.message(), "an interceptor panicked where no call can report it");
}

fn outcome_of(outcome: Result<Result<(), BoxError>, String>, when: &str, delivery: Delivery) -> Result<(), Error> {
    let error = match outcome {
        Ok(Ok(())) => return Ok(()),
        Ok(Err(error)) => {
            Error::new(ErrorKind::Middleware, format!("an interceptor failed {when}: {error}")).with_source(error)
        }
        Err(panic) => Error::new(ErrorKind::Middleware, format!("an interceptor panicked {when}: {panic}")),
    };
    Err(error.with_delivery(delivery))
}

/// Ends an attempt, or hands its end over to the body of its reply.
#[cold]
pub(crate) fn ended(outgoing: &mut Outgoing, outcome: Result<Reply, Error>) -> Result<Reply, Error> {
    let Some(exchange) = outgoing.exchange.take() else { return outcome };
    match outcome {
        Ok(mut reply) => {
            match &mut reply.body {
                Body::Pieces(body) => body.set_exchange(exchange),
                Body::Whole(body) => {
                    let ended = exchange.end(&AttemptEnd::Complete { bytes: body.len() as u64 });
                    ended.map_err(|error| outgoing.scope.explained(error).with_meta(reply.meta.clone()))?;
                }
            }
            Ok(reply)
        }
        Err(error) => {
            let error = exchange.record.judged(error);
            exchange.failed(&error);
            Err(error)
        }
    }
}
