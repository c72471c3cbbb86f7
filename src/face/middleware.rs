//! Middleware: hooks of a program around each request, as [`Interceptor`] or as a layer of `tower`.
//!
//! | To | Use |
//! |---|---|
//! | observe requests and replies, or set a header | [`ClientBuilder::interceptor`](crate::ClientBuilder::interceptor) |
//! | use `tower` and `tower-http`, or change bodies | [`ClientBuilder::layer`](crate::ClientBuilder::layer) (feature `tower`) |
//! | rotate keys | [`ClientBuilder::api_key_provider`](crate::ClientBuilder::api_key_provider) |
//!
//! ```
//! # #[cfg(feature = "tower")] {
//! use std::time::Duration;
//! use tower::ServiceBuilder;
//! use venice_ai::http::HeaderValue;
//!
//! let layers = ServiceBuilder::new()
//!     .concurrency_limit(8)
//!     .timeout(Duration::from_secs(30)) // until the headers of the reply
//!     .layer(tower_http::set_header::SetRequestHeaderLayer::overriding(
//!         "x-team".parse()?,
//!         HeaderValue::from_static("search"),
//!     ));
//! let venice = venice_ai::Client::builder().layer(layers).build()?;
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Order
//!
//! Validation, preflight and budget come first: they see a call once. Then, for each attempt: the wallet's signature or the provider's key;
//! the interceptors in the order in which they were added; the layers, of which the first that was added is the outermost; the network. A
//! reply passes the layers and the interceptors in the opposite order. Retries, the time-out of an attempt and the idle time-out are outside of
//! middleware, so its time counts as time of the attempt. A redirect that is followed is one more request of the same attempt
//! ([`AttemptInfo::redirects`]).
//!
//! # What is visible
//!
//! Every request to the API, including those that the SDK makes by itself (the catalogue, quotes, polls of jobs), also of clones and of
//! blocking calls. Not the downloads from other hosts, whose URLs are secrets: neither interceptors nor layers see them, so nothing that
//! they add leaves for another host.
//!
//! Middleware sees the key, the prompt and the answer; it is the program's own code. `Debug` of what it gets shows none of them.
//!
//! | | [`Interceptor`] | layer |
//! |---|---|---|
//! | headers of the request | read, set, remove | the same |
//! | body of the request | read, if it is in memory | read, replace, stream |
//! | reply | status and headers, and how it ended | everything; may replace it, or answer without sending |
//!
//! Neither may change the host, the API's authentication (`authorization`, signatures and payments of wallets), the headers of end-to-end
//! encryption (`x-venice-tee-…`) or the headers of the
//! connection and of the body's length. What they set in other headers is kept out of errors and logs like
//! [`default_header`](crate::ClientBuilder::default_header).
//!
//! # Errors
//!
//! An error or a panic of middleware is an error of the call: [`ErrorKind::Middleware`](crate::ErrorKind::Middleware) with the error as
//! [`source`](std::error::Error::source), and it is not retried. A layer that wraps an [`Error`](crate::Error) of the SDK keeps its kind.
//! [`Error::delivery`](crate::Error::delivery) counts the requests that reached the network: *not sent* if none did, *unknown* if one may
//! have been executed, whatever the layer returns instead.
//!
//! An operation that may cost something is handed to the network once an attempt: the second request of a layer that repeats it is an error,
//! unless the first was not sent or was rejected. What the SDK cannot know: a reply that a layer makes up is taken for the API's, and a
//! request that goes elsewhere in a layer of yours is not counted.
//!
//! A panic in [`Interceptor::at_end`] where a stream is dropped is only logged.

pub use crate::features::middleware::{AttemptEnd, AttemptInfo, AttemptRequest, BoxError, Interceptor, ReplyHead};
#[cfg(feature = "tower")]
#[cfg_attr(docsrs, doc(cfg(feature = "tower")))]
pub use crate::features::middleware::{HttpBody, HttpResponseFuture, HttpService};
