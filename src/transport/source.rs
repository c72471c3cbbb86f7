//! Where the request of each attempt comes from.

use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use http_body::Body as _;
use reqwest::{Request, Url};

/// A request that is sent again and again, or once if its body is a stream, which cannot be read twice.
pub(super) struct Source<'a> {
    request: &'a mut Option<Request>,
    /// The body of a request that can be repeated.
    body: Option<Bytes>,
    /// Where a request goes that cannot.
    once: Option<Url>,
}

impl<'a> Source<'a> {
    pub(super) fn new(request: &'a mut Option<Request>) -> Self {
        let (mut body, mut once) = (None, None);
        if let Some(request) = request {
            match request.body().map(|body| body.as_bytes().is_some()) {
                Some(true) => body = request.body_mut().take().map(in_memory),
                Some(false) => once = Some(request.url().clone()),
                None => {}
            }
        }
        Self { request, body, once }
    }

    pub(super) fn is_repeatable(&self) -> bool {
        self.once.is_none()
    }

    /// The request for the next attempt.
    pub(super) fn next(&mut self) -> Option<Request> {
        if self.once.is_some() {
            return self.request.take();
        }
        // `Request::try_clone` would do the same, and allocate a place for a time-out that is not set.
        let kept = self.request.as_ref()?;
        let mut copy = Request::new(kept.method().clone(), kept.url().clone());
        *copy.headers_mut() = kept.headers().clone();
        *copy.body_mut() = self.body.clone().map(reqwest::Body::from);
        Some(copy)
    }

    /// Where the request goes.
    pub(super) fn url(&self) -> Option<&Url> {
        self.once.as_ref().or_else(|| Some(self.request.as_ref()?.url()))
    }
}

/// The bytes of a body that has them, without a copy.
fn in_memory(mut body: reqwest::Body) -> Bytes {
    let mut context = Context::from_waker(Waker::noop());
    match Pin::new(&mut body).poll_frame(&mut context) {
        Poll::Ready(Some(Ok(frame))) => frame.into_data().unwrap_or_default(),
        // Only an empty body has no frame.
        _ => Bytes::new(),
    }
}

#[cfg(test)]
mod tests {
    use reqwest::{Body, Method};

    use super::*;

    fn request(body: Option<Body>) -> Option<Request> {
        let mut request = Request::new(Method::POST, Url::parse("http://a.example/x").unwrap());
        request.headers_mut().insert("a", "b".parse().unwrap());
        *request.body_mut() = body;
        Some(request)
    }

    #[test]
    fn a_request_in_memory_is_given_out_again_and_again() {
        for body in [None, Some(""), Some("text")] {
            let mut kept = request(body.map(Body::from));
            let mut source = Source::new(&mut kept);
            for _ in 0..3 {
                assert!(source.is_repeatable());
                let given = source.next().unwrap();
                assert_eq!(
                    (given.method(), given.url().path(), &given.headers()["a"] == "b"),
                    (&Method::POST, "/x", true)
                );
                assert_eq!(given.body().and_then(Body::as_bytes), body.map(str::as_bytes));
            }
        }
    }

    #[test]
    fn a_stream_is_given_out_once() {
        let stream = Body::wrap(Body::from("text"));
        let mut kept = request(Some(stream));
        let mut source = Source::new(&mut kept);
        assert!(!source.is_repeatable());
        assert!(source.next().is_some_and(|request| request.body().is_some()));
        assert!(source.next().is_none());
        assert_eq!(source.url().unwrap().path(), "/x");
    }
}
