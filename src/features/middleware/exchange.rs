//! `AttemptExchange`: one request and its reply, through the interceptors and the layers.

use std::sync::Arc;

use reqwest::header::HeaderMap;
use reqwest::{Request, Response};

use super::record::SendRecord;
use super::{AttemptEnd, AttemptInfo, AttemptRequest, BoxError, Chain, ReplyHead, SharedInterceptor};
#[cfg(feature = "tower")]
use super::{HttpService, service};
use crate::runtime::error::{Delivery, Error, ErrorKind};
use crate::runtime::secret::Secret;
use crate::runtime::transport::Outgoing;
use crate::runtime::transport::caught::{caught, caught_now};
use crate::runtime::transport::exchange::{Exchange, Sending};

/// A request and its reply, until the end of the reply's body. Dropped before that, it was cancelled.
pub(super) struct AttemptExchange {
    request: AttemptRequest,
    interceptors: Arc<[SharedInterceptor]>,
    #[cfg(feature = "tower")]
    stack: Option<HttpService>,
    /// How many of them have seen the request, and are to see its end.
    begun: usize,
    record: Arc<SendRecord>,
}

impl AttemptExchange {
    pub(super) fn new(chain: &Chain, outgoing: &Outgoing, request: &Request, redirects: usize) -> Self {
        Self {
            request: AttemptRequest {
                info: AttemptInfo::new(outgoing, request, redirects),
                headers: HeaderMap::new(),
                body: outgoing.body_in_memory(),
                secrets: Vec::new(),
            },
            interceptors: Arc::clone(&chain.interceptors),
            #[cfg(feature = "tower")]
            stack: chain.stack.clone(),
            begun: 0,
            record: Arc::new(SendRecord::new(outgoing)),
        }
    }

    /// The interceptors have the headers of the request meanwhile.
    async fn before_attempt(&mut self, request: &mut Request) -> Result<(), Error> {
        self.request.headers = std::mem::take(request.headers_mut());
        for interceptor in self.interceptors.iter() {
            let outcome = caught(interceptor.before(&mut self.request)).await;
            outcome_of(outcome, "before an attempt; nothing was sent", Delivery::NotSent)?;
            self.begun += 1;
        }
        *request.headers_mut() = std::mem::take(&mut self.request.headers);
        self.request.body = None;
        Ok(())
    }

    async fn execute(&self, http: &reqwest::Client, request: Request) -> Result<Response, Error> {
        #[cfg(feature = "tower")]
        if let Some(stack) = &self.stack {
            return service::send(stack, http, request, self.info().clone(), &self.record).await;
        }
        self.record.execute(http, request).await
    }

    fn info(&self) -> &AttemptInfo {
        &self.request.info
    }

    /// The reply passes the interceptors in the opposite order.
    fn after_headers(&self, response: &Response) -> Result<(), Error> {
        let head = ReplyHead { status: response.status(), headers: response.headers() };
        for interceptor in self.interceptors.iter().rev() {
            let outcome = caught_now(|| interceptor.headers(self.info(), &head));
            outcome_of(outcome, "after the headers of the reply", Delivery::Unknown)?;
        }
        Ok(())
    }

    /// Reports the end. The error is that of an interceptor that panicked.
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

impl Exchange for AttemptExchange {
    fn send<'a>(&'a mut self, http: &'a reqwest::Client, mut request: Request) -> Sending<'a> {
        Box::pin(async move {
            self.before_attempt(&mut request).await?;
            let response = self.execute(http, request).await?;
            self.after_headers(&response)?;
            Ok(response)
        })
    }

    fn secrets(&mut self) -> Vec<Secret> {
        let mut secrets = std::mem::take(&mut self.request.secrets);
        secrets.extend(self.record.secrets());
        secrets
    }

    fn completed(mut self: Box<Self>, bytes: u64) -> Result<(), Error> {
        self.report(&AttemptEnd::Complete { bytes })
    }

    fn failed(mut self: Box<Self>, error: Error) -> Error {
        let error = self.record.judged(error);
        // The transport says it of the last attempt only.
        let reported = error.clone().with_retryable(error.is_repeatable());
        if let Err(panic) = self.report(&AttemptEnd::Failed(&reported)) {
            log(&panic);
        }
        error
    }
}

impl Drop for AttemptExchange {
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
