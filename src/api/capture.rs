//! `capture`: takes the request that a method of progenitor's client builds.
//!
//! The method is polled once. It builds its request and passes it to `ClientHooks::exec`, which keeps it and stays pending; then the method
//! is dropped. [`Call`](crate::Call) sends the request.

use std::cell::Cell;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use progenitor_client::{ClientHooks, ClientInfo, Error as Failure, OperationInfo, ResponseValue};
use reqwest::header::{ACCEPT, HeaderMap, HeaderName};
use reqwest::{Request, Response, Url};

use super::generated::client;
use crate::runtime::client::Client;
use crate::runtime::error::Error;
use crate::runtime::transport::{Built, failure, mark_sensitive};

/// What progenitor adds to each request.
const API_VERSION: HeaderName = HeaderName::from_static("api-version");

/// The headers that a request has at last, if the caller adds few of them.
const ROOM: usize = 6;

thread_local! {
    static REQUEST: Cell<Option<Box<Request>>> = const { Cell::new(None) };
}

impl ClientHooks for client::Client {
    async fn exec(&self, mut request: Request, _: &OperationInfo) -> reqwest::Result<Response> {
        let mut kept = HeaderMap::with_capacity(ROOM);
        for (name, value) in request.headers() {
            // The call sets these itself; streams and files need others.
            if *name != API_VERSION && *name != ACCEPT {
                kept.append(name.clone(), value.clone());
            }
        }
        mark_sensitive(&mut kept);
        *request.headers_mut() = kept;
        decode_once(request.url_mut(), self.baseurl());
        REQUEST.set(Some(Box::new(request)));
        std::future::pending().await
    }
}

impl Client {
    /// progenitor's client, shared by all calls.
    pub(crate) fn generated(&self) -> Arc<client::Client> {
        let shared = self.shared();
        shared.slots.get_or(|| client::Client::new_with_client(shared.base_url.as_str(), shared.http.first().clone()))
    }
}

/// Takes the request of a method that was not polled yet.
pub(crate) fn capture<T>(method: impl Future<Output = Result<ResponseValue<T>, Failure<()>>>) -> Built {
    match pin!(method).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Pending => match REQUEST.take() {
            Some(request) => Ok((request, None)),
            None => Err(Error::invalid_request("the request was not built")),
        },
        Poll::Ready(Err(failure)) => Err(of_method(failure)),
        Poll::Ready(Ok(_)) => Err(Error::invalid_request("there was a reply before the request was sent")),
    }
}

/// Why a method built no request.
#[cold]
fn of_method(error: Failure<()>) -> Error {
    match error {
        Failure::CommunicationError(error) => failure::of_building(error),
        Failure::InvalidRequest(problem) => Error::invalid_request(format!("the request cannot be built: {problem}")),
        other => Error::invalid_request(format!("the request cannot be built: {other}")),
    }
}

/// Decodes one level of percent-encoding below the base URL: path parameters were encoded by us and again by progenitor.
fn decode_once(url: &mut Url, base: &str) {
    // Nearly every path is without.
    if !url.path().contains('%') {
        return;
    }
    let below = url.as_str().strip_prefix(base).and_then(|rest| rest.split('?').next());
    let Some(below) = below.filter(|below| below.contains("%25")) else { return };
    let before = url.path().strip_suffix(below).unwrap_or_default();
    let path = format!("{before}{}", below.replace("%25", "%"));
    url.set_path(&path);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::url::percent_encoded;
    use reqwest::header::CONTENT_TYPE;

    fn client() -> Client {
        Client::builder().base_url("http://127.0.0.1:1/a%2525b").build().unwrap()
    }

    #[test]
    fn the_request_of_a_method_is_captured_without_headers_of_progenitor() {
        let client = client();
        let (request, _) = capture(client.generated().delete_api_key("x")).unwrap();
        assert_eq!(request.url().as_str(), "http://127.0.0.1:1/a%2525b/api_keys?id=x");
        assert_eq!((request.method(), request.headers().len()), (&reqwest::Method::DELETE, 0));
        let body = crate::api::generated::types::CompleteJobRequest::new("a model", "an id");
        let (request, _) = capture(client.generated().complete_audio(&body)).unwrap();
        assert_eq!(request.headers().keys().collect::<Vec<_>>(), [CONTENT_TYPE]);
        assert!(request.body().and_then(reqwest::Body::as_bytes).is_some());
    }

    #[test]
    fn all_calls_share_one_client() {
        let client = client();
        assert!(Arc::ptr_eq(&client.generated(), &client.clone().generated()));
    }

    #[test]
    fn a_parameter_in_the_path_is_encoded_once_and_a_query_and_the_base_stay() {
        let client = client();
        for text in ["..\\x", "50%", "%2e%2e", "a/b?c", "\u{fc}"] {
            let encoded = percent_encoded(text);
            let method = client.generated();
            let (request, _) = capture(method.get_character_reviews(&encoded, Some(25), None)).unwrap();
            let expected = format!("http://127.0.0.1:1/a%2525b/characters/{encoded}/reviews?page=25");
            assert_eq!(request.url().as_str(), expected);
        }
        let mut url = Url::parse("http://a.example/%255C?b=%25").unwrap();
        decode_once(&mut url, "http://a.example");
        assert_eq!(url.as_str(), "http://a.example/%5C?b=%25");
    }

    #[test]
    fn header_parameters_are_kept_and_sensitive() {
        let client = client();
        let (request, _) = capture(client.generated().get_x402_balance("0xab", Some("signed"))).unwrap();
        assert!(request.headers()["sign-in-with-x"].is_sensitive());
        let error = capture(client.generated().get_x402_balance("0xab", Some("a\nb"))).unwrap_err().to_string();
        assert!(error.contains("the request cannot be built") && !error.contains("a\nb"), "{error}");
    }

    #[test]
    fn a_method_that_ends_or_waits_for_something_else_makes_no_request() {
        let ended = capture(async { Err::<ResponseValue<()>, _>(Failure::Custom("no".to_owned())) });
        assert!(ended.unwrap_err().to_string().contains("no"));
        assert!(capture::<()>(std::future::pending()).is_err());
    }
}
