//! `Interceptor`, `HttpService`: what a program puts around each request of an attempt: interceptors, and layers of `tower`.

mod attempt;
#[cfg(feature = "tower")]
mod body;
mod builder;
mod exchange;
mod interceptor;
mod record;
#[cfg(feature = "tower")]
mod service;

use std::sync::Arc;

use reqwest::Request;

pub use self::attempt::{AttemptEnd, AttemptInfo, AttemptRequest, ReplyHead};
#[cfg(feature = "tower")]
pub use self::body::HttpBody;
use self::exchange::AttemptExchange;
pub use self::interceptor::Interceptor;
use self::interceptor::SharedInterceptor;
#[cfg(feature = "tower")]
use self::service::LayerFn;
#[cfg(feature = "tower")]
pub use self::service::{HttpResponseFuture, HttpService};
use crate::runtime::transport::Outgoing;
use crate::runtime::transport::exchange::{Exchange, Middleware};

/// The error of a layer or an interceptor.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// The interceptors and the layers of a client.
#[derive(Default)]
struct Chain {
    /// In the order in which they were added.
    interceptors: Arc<[SharedInterceptor]>,
    #[cfg(feature = "tower")]
    layers: Vec<LayerFn>,
    /// The layers around the HTTP client, if there are any.
    #[cfg(feature = "tower")]
    stack: Option<HttpService>,
}

impl Middleware for Chain {
    fn build(&mut self) {
        #[cfg(feature = "tower")]
        {
            self.stack = HttpService::stack(std::mem::take(&mut self.layers));
        }
    }

    fn begin(&self, outgoing: &Outgoing, request: &Request, redirects: usize) -> Box<dyn Exchange> {
        Box::new(AttemptExchange::new(self, outgoing, request, redirects))
    }
}
