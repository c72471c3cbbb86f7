//! `Source`: builds the request of each attempt.

use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use http_body::Body as _;
use reqwest::header::{AUTHORIZATION, HeaderName, HeaderValue};
use reqwest::{Request, Url};

use super::boxed_cold::boxed_cold;
use crate::runtime::error::Error;
use crate::runtime::media::form::{Failure, Form};
use crate::runtime::wallet::SIGN_INS;

/// Why a request is not repeated that could be otherwise.
pub(super) const READ_ONCE: &str = "not repeated, as its body cannot be read twice";

/// A request that is sent again and again; or once, if its body is a stream, which cannot be read twice.
pub(super) struct Source<'a> {
    request: &'a mut Option<Request>,
    body: Body<'a>,
    given: bool,
}

/// The body of a request, apart from it.
enum Body<'a> {
    None,
    Bytes(Bytes),
    Form(&'a Form, Failure),
    /// It stays with the request, which is given away.
    Once(Url, Option<HeaderValue>),
}

impl<'a> Source<'a> {
    pub(super) fn new(request: &'a mut Option<Request>, form: Option<&'a Form>) -> Self {
        let body = match (form, request.as_mut()) {
            (_, None) => Body::None,
            (Some(form), Some(_)) => Body::Form(form, Failure::default()),
            (None, Some(request)) => match request.body().map(|body| body.as_bytes().is_some()) {
                Some(true) => Body::Bytes(request.body_mut().take().map(in_memory).unwrap_or_default()),
                Some(false) => Body::Once(request.url().clone(), request.headers().get(AUTHORIZATION).cloned()),
                None => Body::None,
            },
        };
        Self { request, body, given: false }
    }

    pub(super) fn is_repeatable(&self) -> bool {
        match &self.body {
            Body::None | Body::Bytes(_) => true,
            Body::Form(form, _) => form.is_replayable(),
            Body::Once(..) => false,
        }
    }

    /// Sets a header of the requests that are still to come.
    pub(super) fn set_header(&mut self, name: HeaderName, value: HeaderValue) {
        if let Some(request) = self.request.as_mut() {
            request.headers_mut().insert(name, value);
        }
    }

    /// The request for the next attempt; `None` if it was given out and cannot be again.
    pub(super) async fn next(&mut self) -> Result<Option<Request>, Error> {
        if std::mem::replace(&mut self.given, true) && !self.is_repeatable() {
            return Ok(None);
        }
        let body = match &self.body {
            Body::None => None,
            Body::Bytes(bytes) => Some(bytes.clone().into()),
            Body::Form(form, failure) => {
                failure.take();
                Some(boxed_cold(form.open(failure)).await?)
            }
            Body::Once(..) => return Ok(self.request.take()),
        };
        // `Request::try_clone` would do the same, and allocate a place for a time-out that is not set.
        let Some(kept) = self.request.as_ref() else { return Ok(None) };
        let mut copy = Request::new(kept.method().clone(), kept.url().clone());
        *copy.headers_mut() = kept.headers().clone();
        *copy.body_mut() = body;
        Ok(Some(copy))
    }

    /// What went wrong on this side while the body was sent.
    pub(super) fn failure(&self) -> Option<Error> {
        match &self.body {
            Body::Form(_, failure) => failure.take(),
            _ => None,
        }
    }

    /// The key that goes with it.
    pub(super) fn credential(&self) -> Option<&HeaderValue> {
        match &self.body {
            Body::Once(_, credential) => credential.as_ref(),
            _ => self.header(&AUTHORIZATION),
        }
    }

    /// What a wallet signed it with.
    pub(super) fn sign_in(&self) -> Option<&HeaderValue> {
        SIGN_INS.iter().find_map(|name| self.header(name))
    }

    fn header(&self, name: &HeaderName) -> Option<&HeaderValue> {
        self.request.as_ref()?.headers().get(name)
    }

    /// The body, unless it is a form or a stream.
    pub(super) fn bytes(&self) -> Option<&[u8]> {
        match &self.body {
            Body::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// Where the request goes.
    pub(super) fn url(&self) -> Option<&Url> {
        match &self.body {
            Body::Once(url, _) => Some(url),
            _ => self.request.as_ref().map(Request::url),
        }
    }
}

/// The request is whole again for whoever sends it next.
impl Drop for Source<'_> {
    fn drop(&mut self) {
        if let (Body::Bytes(bytes), Some(request)) = (&mut self.body, self.request.as_mut()) {
            *request.body_mut() = Some(std::mem::take(bytes).into());
        }
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

    #[tokio::test]
    async fn a_request_in_memory_is_given_out_again_and_again() {
        for body in [None, Some(""), Some("text")] {
            let mut kept = request(body.map(Body::from));
            let mut source = Source::new(&mut kept, None);
            for _ in 0..3 {
                assert!(source.is_repeatable());
                let given = source.next().await.unwrap().unwrap();
                assert_eq!(
                    (given.method(), given.url().path(), &given.headers()["a"] == "b"),
                    (&Method::POST, "/x", true)
                );
                assert_eq!(given.body().and_then(Body::as_bytes), body.map(str::as_bytes));
            }
            drop(source);
            let kept = kept.unwrap();
            assert_eq!(kept.body().and_then(Body::as_bytes), body.map(str::as_bytes), "and is whole afterwards");
        }
    }

    #[tokio::test]
    async fn a_stream_is_given_out_once() {
        let stream = Body::wrap(Body::from("text"));
        let mut kept = request(Some(stream));
        let mut source = Source::new(&mut kept, None);
        assert!(!source.is_repeatable());
        assert!(source.next().await.unwrap().is_some_and(|request| request.body().is_some()));
        assert!(source.next().await.unwrap().is_none());
        assert_eq!(source.url().unwrap().path(), "/x");
    }
}
