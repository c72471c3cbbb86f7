//! `HttpBody`: the body of a request or a reply in a layer, streamed.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use sync_wrapper::SyncWrapper;

use super::BoxError;
use crate::runtime::transport::caught::caught_now;

/// The body of a request or a reply in a [layer](crate::ClientBuilder::layer): an [`http_body::Body`] in bounded memory.
///
/// A reply's body arrives as it is read; a request's JSON is in memory ([`as_bytes`](Self::as_bytes)), a form is streamed.
///
/// ```
/// use venice_ai::middleware::HttpBody;
///
/// let body = HttpBody::from(r#"{"model": "default"}"#);
/// assert_eq!(body.as_bytes(), Some(&br#"{"model": "default"}"#[..]));
/// ```
#[derive(Default)]
pub struct HttpBody(reqwest::Body);

impl HttpBody {
    /// A body of any type. Its error is the [`source`](std::error::Error::source) of the call's error.
    pub fn new<B>(body: B) -> Self
    where
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        let mut body = Some(body);
        // A layer that leaves the body alone costs nothing.
        if let Some(own) = (&mut body as &mut dyn std::any::Any).downcast_mut::<Option<Self>>() {
            return own.take().unwrap_or_default();
        }
        body.map_or_else(Self::default, |body| Self(reqwest::Body::wrap(Foreign::new(body))))
    }

    /// The bytes of a body that is in memory; `None` for a stream. A reply's body is always a stream.
    pub fn as_bytes(&self) -> Option<&[u8]> {
        self.0.as_bytes()
    }

    pub(super) fn into_inner(self) -> reqwest::Body {
        self.0
    }
}

macro_rules! in_memory {
    ($($bytes:ty),*) => {$(
        impl From<$bytes> for HttpBody {
            fn from(bytes: $bytes) -> Self {
                Self(bytes.into())
            }
        }
    )*};
}

in_memory!(Bytes, String, Vec<u8>, &'static str, &'static [u8]);

impl From<reqwest::Body> for HttpBody {
    fn from(body: reqwest::Body) -> Self {
        Self(body)
    }
}

impl From<HttpBody> for reqwest::Body {
    fn from(body: HttpBody) -> Self {
        body.0
    }
}

impl Body for HttpBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        Pin::new(&mut self.0).poll_frame(cx).map_err(Into::into)
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.0.size_hint()
    }
}

/// The length, not the content.
impl fmt::Debug for HttpBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpBody").field("bytes", &self.0.size_hint().exact()).finish_non_exhaustive()
    }
}

/// A body of a layer. It need not be `Sync`, and its panics are errors.
struct Foreign<B> {
    body: SyncWrapper<Option<Pin<Box<B>>>>,
    /// As of the last frame, since `Sync` forbids to ask.
    size: SizeHint,
    is_at_end: bool,
}

impl<B: Body> Foreign<B> {
    fn new(body: B) -> Self {
        let (size, is_at_end) = (body.size_hint(), body.is_end_stream());
        Self { body: SyncWrapper::new(Some(Box::pin(body))), size, is_at_end }
    }
}

impl<B> Body for Foreign<B>
where
    B: Body<Data = Bytes>,
    B::Error: Into<BoxError>,
{
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = &mut *self;
        let place = this.body.get_mut();
        let Some(body) = place else { return Poll::Ready(None) };
        let polled = caught_now(|| {
            let polled = body.as_mut().poll_frame(cx);
            (polled, body.size_hint(), body.is_end_stream())
        });
        match polled {
            Ok((polled, size, is_at_end)) => {
                (this.size, this.is_at_end) = (size, is_at_end);
                polled.map_err(Into::into)
            }
            Err(panic) => {
                *place = None;
                (this.size, this.is_at_end) = (SizeHint::default(), true);
                Poll::Ready(Some(Err(format!("the body of a layer panicked: {panic}").into())))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.is_at_end
    }

    #[allow(clippy::clone_on_copy, reason = "it is `Copy` only from http-body 1.1 on")]
    fn size_hint(&self) -> SizeHint {
        self.size.clone()
    }
}
