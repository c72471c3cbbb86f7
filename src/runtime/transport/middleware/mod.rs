//! `Middleware`: the interceptors and layers of a client, around each request of an attempt.

mod attempt;
#[cfg(feature = "tower")]
mod body;
mod exchange;
mod interceptor;
mod record;
#[cfg(feature = "tower")]
mod service;

use std::sync::Arc;

use reqwest::{Request, Response};

pub use self::attempt::{AttemptEnd, AttemptInfo, AttemptRequest, ReplyHead};
#[cfg(feature = "tower")]
pub use self::body::HttpBody;
pub(super) use self::exchange::{Exchange, ended};
pub use self::interceptor::Interceptor;
pub(crate) use self::interceptor::SharedInterceptor;
#[cfg(feature = "tower")]
pub use self::service::{HttpResponseFuture, HttpService};
#[cfg(feature = "tower")]
pub(crate) use self::service::{LayerFn, layered};
use super::{Outgoing, failure};
use crate::runtime::error::Error;

/// The error of a layer or an interceptor.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// What a program added around each request.
#[derive(Default)]
pub(crate) struct Middleware {
    /// In the order in which they were added.
    pub(crate) interceptors: Arc<[SharedInterceptor]>,
    /// The layers around the HTTP client, if there are any.
    #[cfg(feature = "tower")]
    pub(crate) stack: Option<HttpService>,
}

impl Middleware {
    /// Whether a request is sent as if there was none. Other hosts get no request that middleware has seen.
    pub(super) fn is_bypassed(&self, outgoing: &Outgoing) -> bool {
        #[cfg(feature = "tower")]
        let has_layers = self.stack.is_some();
        #[cfg(not(feature = "tower"))]
        let has_layers = false;
        self.interceptors.is_empty() && !has_layers || !outgoing.is_of_api()
    }
}

/// Sends one request of an attempt through the interceptors and the layers.
pub(super) async fn exchange(
    http: &reqwest::Client,
    outgoing: &mut Outgoing,
    mut request: Request,
) -> Result<Response, Error> {
    let shared = Arc::clone(&outgoing.shared);
    let middleware = &shared.middleware;
    let exchange = Exchange::begin(outgoing, &mut request, &middleware.interceptors)?;
    let exchange = outgoing.exchange.insert(exchange);
    let prepared = exchange.before_attempt().await;
    let secrets = exchange.finish(&mut request);
    let record = Arc::clone(exchange.record());
    #[cfg(feature = "tower")]
    let info = middleware.stack.is_some().then(|| exchange.info().clone());
    outgoing.scope.hide(secrets);
    prepared?;
    #[cfg(feature = "tower")]
    let response = match info.zip(middleware.stack.as_ref()) {
        Some((info, stack)) => {
            let sent = service::send(stack, http, request, info, &record).await;
            outgoing.scope.hide(record.secrets());
            sent
        }
        None => record.execute(http, request).await,
    };
    #[cfg(not(feature = "tower"))]
    let response = record.execute(http, request).await;
    let response = response?;
    match &mut outgoing.exchange {
        Some(exchange) => exchange.after_headers(&response).map(|()| response),
        None => Ok(response),
    }
}

/// The error of a request that the HTTP client could not send, or of one without a reply.
fn not_answered(error: reqwest::Error) -> Error {
    failure::of_request(error)
}
