//! Middleware of a client: [`ClientBuilder::interceptor`] and [`ClientBuilder::layer`].

use std::any::Any;
use std::sync::Arc;

#[cfg(feature = "tower")]
use super::{BoxError, HttpBody, HttpService, service::layered};
use super::{Chain, Interceptor};
use crate::runtime::client::ClientBuilder;

impl ClientBuilder {
    /// Adds hooks around each request to the API: before it is sent, after the headers of its reply, at the end of its body. May be called
    /// several times. See [`middleware`](crate::middleware).
    pub fn interceptor(self, interceptor: impl Interceptor + 'static) -> Self {
        self.change(|chain| {
            let known = chain.interceptors.iter().cloned();
            chain.interceptors = known.chain([Arc::new(interceptor) as _]).collect();
        })
    }

    /// Adds a layer of `tower` around each request to the API: [`ServiceBuilder`], `tower-http`, or your own. May be called several times;
    /// the layer that is added first is the outermost, as in [`ServiceBuilder`]. See [`middleware`](crate::middleware).
    ///
    /// Its service must be `Clone`, since each request gets a clone of it, which is awaited until it is ready.
    ///
    /// [`ServiceBuilder`]: https://docs.rs/tower/0.5/tower/struct.ServiceBuilder.html
    ///
    /// ```
    /// use tower::limit::GlobalConcurrencyLimitLayer;
    ///
    /// let venice = venice_ai::Client::builder().layer(GlobalConcurrencyLimitLayer::new(8)).build()?;
    /// # Ok::<(), venice_ai::Error>(())
    /// ```
    #[cfg(feature = "tower")]
    #[cfg_attr(docsrs, doc(cfg(feature = "tower")))]
    pub fn layer<L, B>(self, layer: L) -> Self
    where
        L: tower_layer::Layer<HttpService> + Send + Sync + 'static,
        L::Service: tower_service::Service<http::Request<HttpBody>, Response = http::Response<B>>
            + Clone
            + Send
            + Sync
            + 'static,
        <L::Service as tower_service::Service<http::Request<HttpBody>>>::Error: Into<BoxError>,
        <L::Service as tower_service::Service<http::Request<HttpBody>>>::Future: Send + 'static,
        B: http_body::Body<Data = bytes::Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        self.change(|chain| chain.layers.push(layered(layer)))
    }

    fn change(mut self, change: impl FnOnce(&mut Chain)) -> Self {
        let middleware = self.middleware.get_or_insert_with(|| Box::<Chain>::default());
        if let Some(chain) = (&mut **middleware as &mut dyn Any).downcast_mut() {
            change(chain);
        }
        self
    }
}
