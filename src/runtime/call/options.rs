//! `Call::with_…`: per-call options.

use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderValue};
use serde::Serialize;
use serde_json::Value;

use super::{Call, Response};
use crate::runtime::error::Error;
use crate::runtime::secret::Secret;
use crate::runtime::transport::RetryPolicy;
use crate::runtime::transport::{ApiKey, header};

/// Options, which say how a request is sent. They start with `with_`, so that none is taken for a member of the request.
impl<T> Call<T> {
    /// How long one attempt may take, in place of [`ClientBuilder::timeout`](crate::ClientBuilder::timeout).
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.core.timeout = Some(timeout);
        self
    }

    /// How long a stream or a raw body may stand still, in place of
    /// [`ClientBuilder::stream_idle_timeout`](crate::ClientBuilder::stream_idle_timeout). Other replies ignore it.
    pub fn with_stream_idle_timeout(mut self, timeout: Duration) -> Self {
        self.core.idle = Some(timeout);
        self
    }

    /// The largest reply that is read whole, in place of [`ClientBuilder::max_reply_bytes`](crate::ClientBuilder::max_reply_bytes).
    pub fn with_max_reply_bytes(mut self, bytes: usize) -> Self {
        self.core.scope.limits_mut().reply = Some(bytes);
        self
    }

    /// The largest event of a stream, in place of [`ClientBuilder::max_event_bytes`](crate::ClientBuilder::max_event_bytes).
    pub fn with_max_event_bytes(mut self, bytes: usize) -> Self {
        self.core.scope.limits_mut().event = Some(bytes);
        self
    }

    /// The most memory that a stream is collected in, in place of
    /// [`ClientBuilder::max_collected_bytes`](crate::ClientBuilder::max_collected_bytes).
    pub fn with_max_collected_bytes(mut self, bytes: usize) -> Self {
        self.core.scope.limits_mut().collected = Some(bytes);
        self
    }

    /// How often and when this call is repeated, in place of the client's policy. It cannot make the client repeat what is
    /// not safe to repeat.
    pub fn with_retry(mut self, policy: RetryPolicy) -> Self {
        self.core.retry = Some(policy);
        self
    }

    /// A header of this request, in place of one of the same name. `authorization` replaces the client's key.
    ///
    /// A name or value that no header can have is reported when the call is sent, and so is a header of the connection or of the
    /// body's length (`host`, `content-length`, `transfer-encoding`, `connection`); the value is not shown.
    pub fn with_header(self, name: impl AsRef<str>, value: impl AsRef<str>) -> Self {
        self.changed(|request| {
            let (name, value) = header(name.as_ref(), value.as_ref()).map_err(Error::invalid_request)?;
            request.headers_mut().insert(name, value);
            Ok(())
        })
    }

    /// The key for this call, in place of the client's.
    pub fn with_api_key(mut self, key: impl Into<Secret>) -> Self {
        match ApiKey::new(key.into()) {
            Ok(key) => {
                self.core.scope.set_key(key);
                self
            }
            Err(error) => self.changed(|_| Err(error)),
        }
    }

    /// A member of the request's JSON body that its type does not have, or other than its type allows.
    ///
    /// It replaces a member of the same name; if both are objects, they are merged member by member. So a new member of
    /// `venice_parameters` leaves the others alone. In a multipart body it takes the place of the parts of that name: a text as it
    /// is, a list as one part for each item, anything else as JSON. Any other body fails before it is sent.
    pub fn with_extra_body(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        super::merge::member(&mut self.core.extra_body, name.into(), value.into());
        self
    }

    /// A query parameter that the request does not have. One of the same name is not replaced: the query then has both.
    pub fn with_extra_query(self, name: impl AsRef<str>, value: impl AsRef<str>) -> Self {
        self.changed(|request| {
            request.url_mut().query_pairs_mut().append_pair(name.as_ref(), value.as_ref());
            Ok(())
        })
    }

    /// A JSON body in place of the one that the request has. For calls made with [`Client::request`](crate::Client::request).
    ///
    /// ```no_run
    /// # async fn run(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// let call = venice.request::<()>(venice_ai::http::Method::POST, "/brand/new");
    /// call.with_json_body(&serde_json::json!({"model": "default"})).await
    /// # }
    /// ```
    pub fn with_json_body(mut self, body: &(impl Serialize + ?Sized)) -> Self {
        self.core.form = None;
        self.changed(|request| {
            let body = serde_json::to_vec(body)
                .map_err(|error| Error::invalid_request(format!("the body cannot be written as JSON: {error}")))?;
            *request.body_mut() = Some(body.into());
            let json = HeaderValue::from_static("application/json");
            request.headers_mut().insert(CONTENT_TYPE, json);
            Ok(())
        })
    }

    /// Whether the request is checked before it is sent; it is, unless this is called with `false`. The checks come from the
    /// API's description, and the API may allow more than that says by now. An id that would make another path of the URL (an
    /// empty one, or `..`) is refused either way.
    pub fn with_validation(mut self, validate: bool) -> Self {
        self.core.validated = validate;
        self
    }

    /// Gives the reply together with its [`Meta`](crate::Meta): request id, rate limits, balances.
    ///
    /// ```no_run
    /// # async fn run(call: venice_ai::Call<()>) -> Result<(), venice_ai::Error> {
    /// let reply = call.with_meta().await?;
    /// println!("{:?} requests left", reply.meta.rate_limits().requests.remaining);
    /// # Ok(()) }
    /// ```
    pub fn with_meta(self) -> Call<Response<T>>
    where
        T: 'static,
    {
        let decode = self.decode;
        Call {
            core: self.core,
            decode: Box::new(move |reply| {
                let meta = reply.meta.clone();
                Ok(Response { value: decode(reply)?, meta })
            }),
        }
    }

    /// Changes what the call gives. The function runs when the reply is here.
    pub fn map<U: 'static>(self, function: impl FnOnce(T) -> U + Send + 'static) -> Call<U>
    where
        T: 'static,
    {
        self.and_then(|value| Ok(function(value)))
    }

    /// Changes the request, unless something is wrong with it already.
    pub(super) fn changed(mut self, change: impl FnOnce(&mut reqwest::Request) -> Result<(), Error>) -> Self {
        self.core.change(change);
        self
    }
}
