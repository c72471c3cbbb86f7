//! `Middleware`, `Exchange`: the seam around each request of an attempt.

use std::any::Any;
use std::pin::Pin;

use reqwest::{Request, Response};

use super::{Body, Outgoing, Reply};
use crate::runtime::error::Error;
use crate::runtime::secret::Secret;

/// What a client sends its requests to the API through.
pub(crate) trait Middleware: Any + Send + Sync {
    /// Runs once, when the client is built.
    fn build(&mut self);

    /// Takes over one request of an attempt, after this many redirects.
    fn begin(&self, outgoing: &Outgoing, request: &Request, redirects: usize) -> Box<dyn Exchange>;
}

/// The future of [`Exchange::send`].
pub(crate) type Sending<'a> = Pin<Box<dyn Future<Output = Result<Response, Error>> + Send + 'a>>;

/// A request and its reply, until the end of the reply's body. Dropped before that, it was cancelled.
pub(crate) trait Exchange: Send + Sync {
    /// Sends the request, once.
    fn send<'a>(&'a mut self, http: &'a reqwest::Client, request: Request) -> Sending<'a>;

    /// What it added to the request and must be kept out of errors.
    fn secrets(&mut self) -> Vec<Secret>;

    /// The body was read: this many bytes. An error is that of the call.
    fn completed(self: Box<Self>, bytes: u64) -> Result<(), Error>;

    /// Returns the error to report.
    fn failed(self: Box<Self>, error: Error) -> Error;
}

/// Sends one request of an attempt through the client's middleware.
pub(super) async fn send(
    middleware: &dyn Middleware,
    http: &reqwest::Client,
    outgoing: &mut Outgoing,
    request: Request,
    redirects: usize,
) -> Result<Response, Error> {
    if let Some(before) = outgoing.exchange.take() {
        // It was answered with a redirect.
        before.completed(0)?;
    }
    let exchange = middleware.begin(outgoing, &request, redirects);
    // A time-out drops this future, and ends the exchange.
    let exchange = outgoing.exchange.insert(exchange);
    let response = exchange.send(http, request).await;
    outgoing.scope.hide(exchange.secrets());
    response
}

/// Ends an exchange with its attempt, or hands it over to the body of the reply.
#[cold]
pub(super) fn ended(
    exchange: Box<dyn Exchange>,
    outgoing: &Outgoing,
    outcome: Result<Reply, Error>,
) -> Result<Reply, Error> {
    let mut reply = match outcome {
        Ok(reply) => reply,
        Err(error) => return Err(exchange.failed(error)),
    };
    match &mut reply.body {
        Body::Pieces(body) => body.set_exchange(exchange),
        Body::Whole(body) => exchange
            .completed(body.len() as u64)
            .map_err(|error| outgoing.scope.explained(error).with_meta(reply.meta.clone()))?,
    }
    Ok(reply)
}
