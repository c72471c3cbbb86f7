//! `Outgoing`: a request with its options and the state of its attempts, independent of the type of its reply.

use std::mem;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body::Body as _;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderName, HeaderValue};
use reqwest::{Method, Request, StatusCode, Url};
use serde_json::{Map, Value};

use super::boxed_cold::boxed_cold;
use super::exchange::{Exchange, Middleware};
use super::interceptor::CallInterceptors;
use super::limits::ReplyLimits;
use super::redirect::HostPolicy;
use super::{CallOptions, PooledKey, ReplyForm, Scope, Shared, failure, fields, headers, json_merge, redirect};
use crate::runtime::error::Error;
pub(crate) use crate::runtime::media::form::Built;
use crate::runtime::media::form::{Failure, Form};
use crate::runtime::media::limits::FileCheck;
use crate::runtime::operation::{AuthScheme, OperationRef};
use crate::runtime::validation::ValidationError;
use crate::runtime::wallet::{Challenge, SIGN_INS};

/// Why a transient failure is not retried.
pub(super) const READ_ONCE: &str = "not retried, as its body cannot be read twice";

/// A request, from its creation until its reply. It does not depend on the type of the reply, so the pipeline is compiled once.
pub(crate) struct Outgoing {
    pub(crate) shared: Arc<Shared>,
    pub(crate) scope: Scope,
    /// Without its body, unless it can be sent only once. `None` if it is invalid.
    pub(crate) request: Option<Box<Request>>,
    body: RequestBody,
    /// Whether a body that is rebuilt for each attempt was taken.
    given: bool,
    /// How its reply is read.
    pub(crate) reply: ReplyForm,
    /// An additional status that is a success.
    pub(crate) also: Option<StatusCode>,
    pub(crate) options: CallOptions,
    /// The interceptors that run before the first attempt.
    pub(crate) interceptors: CallInterceptors,
    /// Files to check before the first attempt.
    pub(crate) file_checks: Vec<FileCheck>,
    /// The policy of other hosts, if it does not go to the API.
    pub(crate) elsewhere: Option<Arc<dyn HostPolicy>>,
    /// The number of attempts sent.
    pub(crate) sent: u32,
    /// Whether one of those attempts may have been executed.
    pub(crate) may_have_run: bool,
    /// The last attempt was rejected for its signature, and a new one may be accepted.
    pub(crate) signs_again: bool,
    /// It was signed again after such a rejection, which is done once.
    pub(crate) signed_again: bool,
    /// What the next signature is to sign, as the last attempt was answered with it.
    pub(crate) challenge: Option<Challenge>,
    /// When the last attempt began.
    #[cfg_attr(not(feature = "wallet"), allow(dead_code))]
    pub(crate) attempted: Option<Instant>,
    /// The request of the current attempt, as middleware sees it.
    pub(crate) exchange: Option<Box<dyn Exchange>>,
    /// The key is the provider's, which is asked before each attempt.
    pub(crate) takes_key: bool,
    /// The key is one of several.
    pub(crate) pooled: PooledKey,
    /// An interceptor removed the cause of a failed attempt, which is done once.
    pub(crate) recovered: bool,
}

/// The body of a request, separate so that each attempt gets it without a copy.
enum RequestBody {
    None,
    Bytes(Bytes),
    /// Rebuilt for each attempt.
    Form(Form, Failure),
    /// Part of the request. It can be sent once.
    Stream,
    /// It was part of the request, and was sent.
    Gone,
}

/// A request as built by `reqwest`.
pub(crate) fn built(request: reqwest::Result<Request>, form: Option<Form>) -> Built {
    match request {
        Ok(request) => Ok((Box::new(request), form)),
        Err(error) => Err(failure::of_building(error)),
    }
}

impl Outgoing {
    pub(crate) fn new(
        shared: &Arc<Shared>,
        options: Option<&CallOptions>,
        operation: OperationRef,
        built: Built,
        reply: ReplyForm,
    ) -> Box<Self> {
        let is_anonymous = operation.facts().auth == AuthScheme::Anonymous;
        let mut outgoing = Box::new(Self {
            shared: Arc::clone(shared),
            scope: Scope::new(operation, shared.key.clone()),
            request: None,
            body: RequestBody::None,
            given: false,
            reply,
            also: None,
            options: CallOptions::default(),
            interceptors: shared.interceptors.clone(),
            file_checks: Vec::new(),
            elsewhere: None,
            sent: 0,
            may_have_run: false,
            signs_again: false,
            signed_again: false,
            challenge: None,
            attempted: None,
            exchange: None,
            takes_key: false,
            pooled: PooledKey::default(),
            recovered: false,
        });
        if let Some(options) = options {
            outgoing.options = if is_anonymous { options.for_other_host() } else { options.clone() };
        }
        match built {
            Ok((mut request, form)) => {
                outgoing.body = RequestBody::of(&mut request, form);
                outgoing.request = Some(request);
            }
            Err(error) => outgoing.options.refuse(error),
        }
        outgoing
    }

    /// Completes the request with its options, headers and authentication, or reports what is invalid.
    pub(crate) fn finish(&mut self) -> Result<(), Error> {
        let limits = self.options.limits.or(self.shared.limits);
        self.scope.set_limits(ReplyLimits { holds_files: self.scope.limits().holds_files, ..limits });
        self.choose_credential();
        #[cfg(any(feature = "preflight", feature = "privacy"))]
        for change in mem::take(&mut self.options.interceptors) {
            self.interceptors.apply(change).map_err(|error| self.scope.explained(error))?;
        }
        let finished = self.add_options().and_then(|()| headers::complete(self));
        finished.map_err(|error| self.scope.explained(error))
    }

    /// Uses the credential of the call, or the client's for operations like this.
    fn choose_credential(&mut self) {
        let options = &mut self.options;
        let own_headers = || SIGN_INS.iter().chain([&AUTHORIZATION]).any(|name| options.headers.contains_key(name));
        let auth = self.scope.operation().facts().auth;
        if options.signer.is_none()
            && (options.key.is_none() || auth == AuthScheme::Wallet)
            && let Some(wallet) = &self.shared.wallet
            && wallet.signs(auth)
            && !own_headers()
        {
            options.signer = Some(wallet.signer.clone());
        }
        match options.key.take() {
            Some(key) => self.scope.set_key(key),
            None => self.pooled.is_pooled = self.shared.is_pooled,
        }
    }

    fn add_options(&mut self) -> Result<(), Error> {
        if let Some(refused) = self.options.refused.take() {
            return Err(refused);
        }
        let finding = self.options.finding.take().map(|finding| *finding);
        let finding = if self.is_validated() { finding } else { finding.and_then(ValidationError::fatal_part) };
        if let Some(finding) = finding {
            return Err(Error::validation(finding));
        }
        let Some(request) = &mut self.request else { return Ok(()) };
        if !self.options.extra_query.is_empty() {
            request.url_mut().query_pairs_mut().extend_pairs(mem::take(&mut self.options.extra_query));
        }
        if !self.options.headers.is_empty() {
            request.headers_mut().extend(mem::take(&mut self.options.headers));
        }
        if !self.options.extra_body.is_empty() {
            let extra = mem::take(&mut self.options.extra_body);
            self.body.add(extra, request)?;
        }
        if let Some(field) = self.scope.operation().facts().once_with
            && let Some(body) = self.body()
            && fields(body, &[field]).is_some_and(|named| named.get(field) == Some(&true.into()))
        {
            self.scope.operation_mut().set_once();
        }
        Ok(())
    }

    /// The request of the next attempt, to another URL after a redirect; `None` if it was consumed.
    pub(super) async fn next_request(&mut self, redirected: Option<&Url>) -> Result<Option<Request>, Error> {
        let body = match &self.body {
            RequestBody::None => None,
            RequestBody::Bytes(bytes) => Some(bytes.clone().into()),
            RequestBody::Form(form, _) if self.given && !form.is_replayable() => return Ok(None),
            RequestBody::Form(form, failure) => {
                self.given = true;
                failure.take();
                Some(boxed_cold(form.open(failure)).await?)
            }
            RequestBody::Stream => {
                self.body = RequestBody::Gone;
                self.request.as_mut().and_then(|request| request.body_mut().take())
            }
            RequestBody::Gone => return Ok(None),
        };
        Ok(self.request.as_ref().map(|kept| {
            // `Request::try_clone` would do the same, and allocate space for a time-out that is not set.
            let mut copy = Request::new(kept.method().clone(), kept.url().clone());
            *copy.headers_mut() = kept.headers().clone();
            *copy.body_mut() = body;
            if let Some(target) = redirected {
                redirect::aim(&mut copy, target);
            }
            copy
        }))
    }

    /// Whether it can be sent again.
    pub(crate) fn is_repeatable(&self) -> bool {
        self.request.is_some()
            && match &self.body {
                RequestBody::None | RequestBody::Bytes(_) => true,
                RequestBody::Form(form, _) => form.is_replayable(),
                RequestBody::Stream | RequestBody::Gone => false,
            }
    }

    /// The local error while the body was sent.
    pub(super) fn body_failure(&self) -> Option<Error> {
        match &self.body {
            RequestBody::Form(_, failure) => failure.take(),
            _ => None,
        }
    }

    /// The body, unless it is a form or a stream.
    pub(crate) fn body(&self) -> Option<&[u8]> {
        match &self.body {
            RequestBody::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// The same, to keep.
    #[cfg(feature = "middleware")]
    pub(crate) fn body_in_memory(&self) -> Option<Bytes> {
        match &self.body {
            RequestBody::Bytes(bytes) => Some(bytes.clone()),
            _ => None,
        }
    }

    /// The body, if it is a form.
    #[cfg(request_form)]
    pub(crate) fn form(&self) -> Option<&Form> {
        match &self.body {
            RequestBody::Form(form, _) => Some(form),
            _ => None,
        }
    }

    /// Replaces the body by these bytes.
    pub(crate) fn set_body(&mut self, body: Bytes, media: &'static str) {
        if let Some(request) = &mut self.request {
            *request.body_mut() = None;
            request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media));
            self.body = RequestBody::Bytes(body);
        }
    }

    /// Replaces the body by a form.
    pub(crate) fn set_form(&mut self, form: Form) {
        if let Some(request) = &mut self.request {
            *request.body_mut() = None;
            request.headers_mut().extend(form.content_type().map(|media| (CONTENT_TYPE, media)));
            self.body = RequestBody::Form(form, Failure::default());
        }
    }

    /// Sets a header of the following attempts.
    pub(super) fn set_header(&mut self, name: HeaderName, value: HeaderValue) {
        if let Some(request) = &mut self.request {
            request.headers_mut().insert(name, value);
        }
    }

    /// Its method.
    pub(super) fn method(&self) -> Option<&Method> {
        Some(self.request.as_ref()?.method())
    }

    /// Where the request goes.
    pub(super) fn url(&self) -> Option<&Url> {
        Some(self.request.as_ref()?.url())
    }

    /// The credential of the request, as far as failures are counted by it: the keys of a provider count as one.
    pub(crate) fn credential(&self) -> Option<&HeaderValue> {
        static OF_PROVIDER: HeaderValue = HeaderValue::from_static("provider");
        if self.takes_key { Some(&OF_PROVIDER) } else { self.header(&AUTHORIZATION) }
    }

    /// The wallet's signature.
    pub(super) fn sign_in(&self) -> Option<&HeaderValue> {
        // Comparing the names of the few headers is cheaper than two look-ups.
        let mut headers = self.request.as_ref()?.headers().iter();
        headers.find(|(name, _)| SIGN_INS.contains(name)).map(|(_, value)| value)
    }

    /// A header of the finished request.
    pub(crate) fn header(&self, name: &HeaderName) -> Option<&HeaderValue> {
        self.request.as_ref()?.headers().get(name)
    }

    /// The time limit of one attempt.
    pub(crate) fn timeout(&self) -> Duration {
        self.options.timeout.unwrap_or(self.shared.timeout)
    }

    /// The idle time-out of the reply's body.
    pub(super) fn idle_timeout(&self) -> Duration {
        self.options.idle.unwrap_or(self.shared.stream_idle_timeout)
    }

    /// Whether validation is on.
    pub(super) fn is_validated(&self) -> bool {
        self.options.validation.unwrap_or(true)
    }

    /// Whether it goes to the API rather than to a file host. The API counts only its own failures, and other hosts cannot deprecate
    /// anything.
    pub(crate) fn is_of_api(&self) -> bool {
        self.scope.operation().facts().auth != AuthScheme::Anonymous
    }

    /// The client's middleware. Other hosts get no request that it has seen.
    pub(super) fn middleware(&self) -> Option<Arc<dyn Middleware>> {
        self.shared.middleware.as_ref().filter(|_| self.is_of_api()).cloned()
    }
}

/// Access for interceptors.
impl Outgoing {
    /// The JSON of the body as it will be sent; for a form, its texts by name, lists as lists, and `null` for each file.
    #[cfg(any(feature = "budget", feature = "preflight", feature = "privacy"))]
    pub(crate) fn json(&self) -> Option<Value> {
        match self.form() {
            Some(form) => Some(form.to_json()),
            None => serde_json::from_slice(self.body()?).ok(),
        }
    }

    /// Whether it has a body.
    #[cfg(feature = "privacy")]
    pub(crate) fn has_body(&self) -> bool {
        !matches!(self.body, RequestBody::None)
    }

    /// Replaces the body by this JSON. Forms are unchanged.
    #[cfg(feature = "preflight")]
    pub(crate) fn set_json(&mut self, body: &Value) {
        if self.form().is_none() && self.request.is_some() {
            self.body = RequestBody::Bytes(body.to_string().into());
        }
    }
}

impl RequestBody {
    /// Takes the body of a request.
    fn of(request: &mut Request, form: Option<Form>) -> Self {
        match (form, request.body().map(|body| body.as_bytes().is_some())) {
            (Some(form), _) => Self::Form(form, Failure::default()),
            (None, Some(true)) => Self::Bytes(request.body_mut().take().map(in_memory).unwrap_or_default()),
            (None, Some(false)) => Self::Stream,
            (None, None) => Self::None,
        }
    }

    /// Adds fields to a JSON body or a form.
    fn add(&mut self, extra: Map<String, Value>, request: &mut Request) -> Result<(), Error> {
        let merged = match self {
            Self::Form(form, _) => {
                extra.into_iter().for_each(|(name, value)| form.set(&name, value));
                return Ok(());
            }
            Self::Bytes(bytes) => json_merge::merge_into(Some(bytes), extra),
            Self::None if !request.method().is_safe() => json_merge::merge_into(None, extra),
            Self::None | Self::Stream | Self::Gone => None,
        };
        let merged = merged.ok_or_else(|| {
            Error::invalid_request(
                "extra fields of the body need a request whose body is a JSON object; nothing was sent",
            )
        })?;
        *self = Self::Bytes(merged.map_err(not_json)?);
        request.headers_mut().entry(CONTENT_TYPE).or_insert(HeaderValue::from_static("application/json"));
        Ok(())
    }
}

/// The error of a body that cannot be serialised.
pub(crate) fn not_json(error: serde_json::Error) -> Error {
    Error::invalid_request(format!("the body cannot be serialised as JSON: {error}"))
}

/// The bytes of a body in memory, without a copy.
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
    use reqwest::Body;

    use super::*;
    use crate::runtime::client::Client;
    use crate::runtime::operation::{AuthScheme, Operation, OperationRef, RetryClass, unknown_to_the_document};

    static DOWNLOAD: Operation =
        unknown_to_the_document("download", "GET", "{url}", RetryClass::Safe, AuthScheme::Anonymous);

    fn outgoing(body: Option<Body>) -> Box<Outgoing> {
        let mut request = Request::new(Method::POST, Url::parse("http://a.example/x").unwrap());
        request.headers_mut().insert("a", "b".parse().unwrap());
        *request.body_mut() = body;
        let operation = OperationRef::ad_hoc(&Method::POST, "/x");
        let client = Client::without_api_key().unwrap();
        Outgoing::new(client.shared(), None, operation, Ok((Box::new(request), None)), ReplyForm::Json)
    }

    #[tokio::test]
    async fn a_request_in_memory_can_be_sent_repeatedly() {
        for body in [None, Some(""), Some("text")] {
            let mut outgoing = outgoing(body.map(Body::from));
            for _ in 0..3 {
                assert!(outgoing.is_repeatable());
                let given = outgoing.next_request(None).await.unwrap().unwrap();
                assert_eq!(
                    (given.method(), given.url().path(), &given.headers()["a"] == "b"),
                    (&Method::POST, "/x", true)
                );
                assert_eq!(given.body().and_then(Body::as_bytes), body.map(str::as_bytes));
            }
            assert_eq!(outgoing.body(), body.map(str::as_bytes), "and is whole afterwards");
        }
    }

    #[test]
    fn another_host_gets_no_identifying_options() {
        let options = CallOptions::new()
            .with_header("x-team", "search")
            .with_api_key("vk-another")
            .with_extra_query("user", "me")
            .with_timeout(Duration::from_secs(7));
        let client = Client::without_api_key().unwrap();
        for (operation, is_api) in
            [(OperationRef::from(&DOWNLOAD), false), (OperationRef::ad_hoc(&Method::GET, "/x"), true)]
        {
            let request = Request::new(Method::GET, Url::parse("http://a.example/x").unwrap());
            let mut outgoing = Outgoing::new(
                client.shared(),
                Some(&options),
                operation,
                Ok((Box::new(request), None)),
                ReplyForm::Body,
            );
            outgoing.finish().unwrap();
            assert_eq!(outgoing.timeout(), Duration::from_secs(7));
            assert_eq!(outgoing.header(&HeaderName::from_static("x-team")).is_some(), is_api);
            assert_eq!(outgoing.header(&AUTHORIZATION).is_some(), is_api);
            assert_eq!(outgoing.url().unwrap().query().is_some(), is_api);
        }
    }

    #[tokio::test]
    async fn a_stream_is_sent_once() {
        let mut outgoing = outgoing(Some(Body::wrap(Body::from("text"))));
        assert!(!outgoing.is_repeatable());
        assert!(outgoing.next_request(None).await.unwrap().is_some_and(|request| request.body().is_some()));
        assert!(outgoing.next_request(None).await.unwrap().is_none());
        assert_eq!(outgoing.url().unwrap().path(), "/x");
    }

    /// Larger blocks are not in the caches of allocators, and cost a thousand instructions.
    #[test]
    fn a_request_is_a_small_block() {
        assert!(size_of::<Outgoing>() <= 1024, "{} bytes", size_of::<Outgoing>());
    }
}
