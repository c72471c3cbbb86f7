//! `HttpService`: the HTTP client as a `tower` service, with the layers of a program around it.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use reqwest::header::HeaderMap;
use reqwest::{ResponseBuilderExt as _, Url};
use tower_layer::Layer;
use tower_service::Service;

use super::attempt::protected;
use super::record::SendRecord;
use super::{AttemptInfo, BoxError, HttpBody};
use crate::runtime::error::{Delivery, Error, ErrorKind};
use crate::runtime::transport::caught::caught;
use crate::runtime::transport::{failure, headers, redirect, root_cause};

/// The future of [`HttpService`].
pub type HttpResponseFuture = Pin<Box<dyn Future<Output = Result<Response<HttpBody>, BoxError>> + Send>>;

/// What a [layer](crate::ClientBuilder::layer) wraps: the HTTP client with the layers that were added later.
///
/// Its error is an [`Error`](crate::Error), or that of a layer within. A request must keep its extensions, the host, and the API's
/// authentication; `Request::from_parts` does. An operation that may cost something is sent once an attempt: a second request is an error,
/// unless the first was not sent or was rejected.
pub struct HttpService(Box<dyn CloneService>);

impl Clone for HttpService {
    fn clone(&self) -> Self {
        Self(self.0.clone_box())
    }
}

impl fmt::Debug for HttpService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpService").finish_non_exhaustive()
    }
}

impl Service<Request<HttpBody>> for HttpService {
    type Response = Response<HttpBody>;
    type Error = BoxError;
    type Future = HttpResponseFuture;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, request: Request<HttpBody>) -> HttpResponseFuture {
        self.0.call(request)
    }
}

/// A service that can be cloned behind a pointer.
trait CloneService:
    Service<Request<HttpBody>, Response = Response<HttpBody>, Error = BoxError, Future = HttpResponseFuture> + Send + Sync
{
    fn clone_box(&self) -> Box<dyn CloneService>;
}

impl<S> CloneService for S
where
    S: Service<Request<HttpBody>, Response = Response<HttpBody>, Error = BoxError, Future = HttpResponseFuture>
        + Clone
        + Send
        + Sync
        + 'static,
{
    fn clone_box(&self) -> Box<dyn CloneService> {
        Box::new(self.clone())
    }
}

/// A service of a layer, with the types of [`HttpService`].
#[derive(Clone)]
struct Layered<S>(S);

impl<S, B> Service<Request<HttpBody>> for Layered<S>
where
    S: Service<Request<HttpBody>, Response = Response<B>>,
    S::Error: Into<BoxError>,
    S::Future: Send + 'static,
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    type Response = Response<HttpBody>;
    type Error = BoxError;
    type Future = HttpResponseFuture;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.0.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, request: Request<HttpBody>) -> HttpResponseFuture {
        let sending = self.0.call(request);
        Box::pin(async move {
            let response = sending.await.map_err(Into::into)?;
            Ok(response.map(HttpBody::new))
        })
    }
}

/// Wraps what is within.
pub(super) type LayerFn = Box<dyn FnOnce(HttpService) -> HttpService + Send + Sync>;

/// A layer, applied when the client is built.
pub(super) fn layered<L, B>(layer: L) -> LayerFn
where
    L: Layer<HttpService> + Send + Sync + 'static,
    L::Service: Service<Request<HttpBody>, Response = Response<B>> + Clone + Send + Sync + 'static,
    <L::Service as Service<Request<HttpBody>>>::Error: Into<BoxError>,
    <L::Service as Service<Request<HttpBody>>>::Future: Send + 'static,
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    Box::new(move |inner| HttpService(Box::new(Layered(layer.layer(inner)))))
}

impl HttpService {
    /// The layers around the HTTP client, the first one outermost; `None` without any.
    pub(super) fn stack(layers: Vec<LayerFn>) -> Option<Self> {
        let client = (!layers.is_empty()).then(|| Self(Box::new(Network)))?;
        Some(layers.into_iter().rev().fold(client, |inner, layer| layer(inner)))
    }
}

/// What the innermost service needs, in the extensions of a request.
#[derive(Clone)]
struct Within {
    http: reqwest::Client,
    url: Url,
    /// As the layers get them.
    headers: Arc<HeaderMap>,
    record: Arc<SendRecord>,
}

/// The innermost service. The HTTP client comes with the request, as blocking calls have another one.
#[derive(Clone)]
struct Network;

impl Service<Request<HttpBody>> for Network {
    type Response = Response<HttpBody>;
    type Error = BoxError;
    type Future = HttpResponseFuture;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: Request<HttpBody>) -> HttpResponseFuture {
        let within = request.extensions_mut().remove::<Within>();
        Box::pin(async move {
            let within = within.ok_or_else(|| rejected("removed the extensions of the request"))?;
            let request: reqwest::Request = request.try_into().map_err(failure::of_building)?;
            within.check(&request)?;
            let response = within.record.execute(&within.http, request).await?;
            Ok(Response::from(response).map(HttpBody::from))
        })
    }
}

impl Within {
    /// Rejects what no layer may change, and keeps what it added out of errors.
    fn check(&self, request: &reqwest::Request) -> Result<(), Error> {
        if redirect::origin(request.url()) != redirect::origin(&self.url) {
            return Err(rejected("changed the host of the request; make that host the base URL"));
        }
        let changed = |name| self.headers.get_all(name).iter().ne(request.headers().get_all(name));
        let names = request.headers().keys().chain(self.headers.keys());
        for name in names.filter(|name| changed(*name)) {
            if let Some(what) = protected(name) {
                return Err(rejected(&format!("changed `{name}`, {what}")));
            }
            if headers::is_of_the_connection(name) && request.headers().contains_key(name) {
                return Err(rejected(&format!("set `{name}`, which the HTTP client sets")));
            }
            let values = request.headers().get_all(name).iter();
            self.record.hide(values.filter_map(|value| headers::secret_of(name, value)));
        }
        Ok(())
    }
}

fn rejected(problem: &str) -> Error {
    let message = format!("a layer {problem}; nothing was sent");
    Error::new(ErrorKind::Middleware, message).with_delivery(Delivery::NotSent)
}

/// Sends a request through the layers.
pub(super) async fn send(
    stack: &HttpService,
    http: &reqwest::Client,
    request: reqwest::Request,
    info: AttemptInfo,
    record: &Arc<SendRecord>,
) -> Result<reqwest::Response, Error> {
    let url = request.url().clone();
    let within = Within {
        http: http.clone(),
        url: url.clone(),
        headers: Arc::new(request.headers().clone()),
        record: Arc::clone(record),
    };
    let mut request = Request::<reqwest::Body>::try_from(request).map_err(failure::of_building)?.map(HttpBody::from);
    request.extensions_mut().insert(info);
    request.extensions_mut().insert(within);
    let sending = async {
        let mut service = stack.clone();
        poll_fn(|cx| service.poll_ready(cx)).await?;
        service.call(request).await
    };
    match caught(sending).await {
        Ok(Ok(response)) => of_url(response, record.url().unwrap_or(url)),
        Ok(Err(error)) => Err(of_layer(error)),
        Err(panic) => Err(Error::new(ErrorKind::Middleware, format!("a layer panicked: {panic}"))),
    }
}

/// The reply of the layers, as one of the HTTP client.
fn of_url(response: Response<HttpBody>, url: Url) -> Result<reqwest::Response, Error> {
    let (parts, body) = response.into_parts();
    let with_url = Response::builder().url(url).body(body.into_inner());
    let mut response = with_url.map_err(|error| Error::decode(format!("the reply of a layer is invalid: {error}")))?;
    *response.status_mut() = parts.status;
    *response.version_mut() = parts.version;
    *response.headers_mut() = parts.headers;
    response.extensions_mut().extend(parts.extensions);
    Ok(response.into())
}

/// The error of the layers. The SDK's own error keeps its kind, also if a layer wraps it.
fn of_layer(error: BoxError) -> Error {
    let error = match error.downcast::<Error>() {
        Ok(own) => return *own,
        Err(error) => error,
    };
    let mut causes = std::iter::successors(error.source(), |cause| cause.source());
    let own = causes.find_map(|cause| cause.downcast_ref::<Error>());
    let kind = own.map_or(ErrorKind::Middleware, Error::kind);
    let root = own.map_or_else(|| root_cause(&*error).to_string(), |own| own.message().to_owned());
    let text = error.to_string();
    let message = if text.contains(&root) { text } else { format!("{text}: {root}") };
    Error::new(kind, format!("a layer failed: {message}")).with_source(error)
}
