//! `Call`: one request with its options, sent when it is awaited. `CallFuture`: a call in flight.

mod client;
mod options;

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use reqwest::header::HeaderName;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::runtime::Handle;

pub(crate) use self::options::call_options;
use crate::runtime::client::Client;
use crate::runtime::error::{Error, ErrorKind};
use crate::runtime::media::Form;
use crate::runtime::media::limits::{FileCheck, FileLimits, FileRef, Files};
use crate::runtime::meta::Meta;
use crate::runtime::operation::OperationRef;
use crate::runtime::reply::{Decode, RawReply};
use crate::runtime::secret::Secret;
use crate::runtime::transport::{self, Built, CallOptions, Outgoing, Reply, ReplyForm, Trace, not_json};
use crate::runtime::validation::ValidationError;

/// A request that was not sent yet.
///
/// Awaiting it sends it and returns the decoded reply. Parameters are set on the request; per-call options are the `with_*` methods here.
///
/// ```no_run
/// # async fn run(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
/// # use serde_json::Value;
/// # use std::time::Duration;
/// # use venice_ai::http::Method;
/// let call = venice.request::<Value>(Method::GET, "/models"); // nothing happens here
/// let models = call.with_timeout(Duration::from_secs(10)).await?;
/// # Ok(()) }
/// ```
#[must_use = "a call is not sent until it is awaited"]
pub struct Call<T> {
    /// Everything except the type of the reply.
    pub(crate) core: Box<Outgoing>,
    decode: Decode<T>,
}

/// Per-call options; all at once with [`CallOptions`].
impl<T> Call<T> {
    call_options!();

    fn options_mut(&mut self) -> &mut CallOptions {
        &mut self.core.options
    }
}

impl<T> Call<T> {
    /// Replaces the request's body by JSON. For calls made with [`Client::request`](crate::Client::request).
    ///
    /// ```no_run
    /// # async fn run(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// let call = venice.request::<()>(venice_ai::http::Method::POST, "/brand/new");
    /// call.with_json_body(&serde_json::json!({"model": "default"})).await
    /// # }
    /// ```
    pub fn with_json_body(mut self, body: &(impl Serialize + ?Sized)) -> Self {
        match serde_json::to_vec(body) {
            Ok(body) => self.core.set_body(body.into(), "application/json"),
            Err(error) => self.core.options.refuse(not_json(error)),
        }
        self
    }

    /// Replaces the request's body by a multipart form. For calls made with [`Client::request`](crate::Client::request).
    ///
    /// ```no_run
    /// # async fn run(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// use venice_ai::{Form, Upload, http::Method};
    ///
    /// let form = Form::new().text("purpose", "batch").file("file", Upload::path("requests.jsonl"));
    /// let reply: serde_json::Value = venice.request(Method::POST, "/files").with_form(form).await?;
    /// # Ok(()) }
    /// ```
    #[doc(alias = "multipart")]
    pub fn with_form(mut self, form: Form) -> Self {
        self.core.set_form(form);
        self
    }
}

/// Constructors. A request that could not be built is reported when the call is sent.
impl<T> Call<T> {
    fn new(
        client: &Client,
        operation: impl Into<OperationRef>,
        built: Built,
        form: ReplyForm,
        decode: Decode<T>,
    ) -> Self {
        let outgoing = Outgoing::new(client.shared(), client.call_options(), operation.into(), built, form);
        Self { core: outgoing, decode }
    }

    /// A call whose reply is JSON.
    pub(crate) fn json(client: &Client, operation: impl Into<OperationRef>, built: Built) -> Self
    where
        T: DeserializeOwned + 'static,
    {
        Self::new(client, operation, built, ReplyForm::Json, Box::new(|reply| reply.json()))
    }

    /// The same call with another reply: `form` says how it is read, and `decode` makes the value.
    pub(crate) fn read<U>(
        mut self,
        form: ReplyForm,
        decode: impl FnOnce(&mut Reply) -> Result<U, Error> + Send + 'static,
    ) -> Call<U> {
        self.core.reply = form;
        Call { core: self.core, decode: Box::new(decode) }
    }

    /// The request and the decoder of its reply, for a caller that sends it in another way.
    #[cfg(feature = "batch")]
    pub(crate) fn into_parts(self) -> (Box<Outgoing>, Decode<T>) {
        (self.core, self.decode)
    }

    /// Records what is invalid in the request; sending it fails unless validation is off.
    pub(crate) fn checked(mut self, finding: Result<(), ValidationError>) -> Self {
        self.core.options.found(finding);
        self
    }

    /// Sets a header that no log and no error may show: [`CallOptions::sign`].
    pub(crate) fn signed(
        mut self,
        name: &HeaderName,
        field: &str,
        value: Secret,
        finding: Result<(), &'static str>,
    ) -> Self {
        self.core.options.sign(name, field, value, finding);
        self
    }

    /// Replaces the findings of the generated checks by a better one.
    pub(crate) fn checked_instead(mut self, finding: Result<(), ValidationError>) -> Self {
        if finding.is_err() {
            let before = &mut self.core.options.finding;
            *before = before.take().and_then(|finding| finding.fatal_part()).map(Box::new);
        }
        self.checked(finding)
    }

    /// Checks a file before it is sent. A text is checked now, a file when the call is sent, before its first attempt; nothing is checked
    /// if validation is off.
    pub(crate) fn checked_file<'a>(
        mut self,
        field: impl fmt::Display,
        file: impl Into<FileRef<'a>>,
        limits: FileLimits,
    ) -> Self {
        let field = field.to_string();
        match file.into() {
            FileRef::Text(text) => {
                self.checked(limits.text(text).map_err(|problem| ValidationError::new(field, problem)))
            }
            FileRef::Upload(upload) => {
                self.core.file_checks.push(FileCheck { field, upload: upload.clone(), limits });
                self
            }
        }
    }

    /// Checks the files of a request, each like [`checked_file`](Self::checked_file).
    pub(crate) fn checked_files(self, request: &impl Files) -> Self {
        let mut found = Vec::new();
        request.find("", &mut found);
        found.into_iter().fold(self, |call, (field, file, limits)| call.checked_file(field, file, limits))
    }

    /// Treats an additional status as a success.
    pub(crate) fn accepting(mut self, status: reqwest::StatusCode) -> Self {
        self.core.also = Some(status);
        self
    }

    /// Returns the reply together with its [`Meta`](crate::Meta): request id, rate limits, balances.
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
                let value = decode(reply)?;
                Ok(Response { value, meta: reply.meta.clone() })
            }),
        }
    }

    /// Maps the reply. The function runs when the reply arrives.
    pub fn map<U: 'static>(self, function: impl FnOnce(T) -> U + Send + 'static) -> Call<U>
    where
        T: 'static,
    {
        self.and_then(|value| Ok(function(value)))
    }

    /// Like [`map`](Self::map), with a function that may fail. Its error gets the details of the reply, and keeps the body.
    pub(crate) fn and_then<U: 'static>(self, function: impl FnOnce(T) -> Result<U, Error> + Send + 'static) -> Call<U>
    where
        T: 'static,
    {
        let decode = self.decode;
        Call { core: self.core, decode: Box::new(move |reply| function(decode(reply)?)) }
    }
}

impl Call<RawReply> {
    /// A call whose reply is bytes. If an operation replies only with files, other replies are errors.
    pub(crate) fn raw(client: &Client, operation: impl Into<OperationRef>, built: Built) -> Self {
        let operation = operation.into();
        let media = operation.facts().reply_media;
        let is_file = |media: &&str| ["image/", "audio/", "video/"].iter().any(|kind| media.starts_with(kind));
        let form = match !media.is_empty() && media.iter().all(is_file) {
            true => ReplyForm::File,
            false => ReplyForm::Body,
        };
        Self::new(client, operation, built, form, Box::new(Reply::file))
    }
}

impl<T> fmt::Debug for Call<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("operation", &self.core.scope.operation().name())
            .field("options", &self.core.options)
            .finish_non_exhaustive()
    }
}

/// A reply and its [`Meta`], from [`Call::with_meta`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Response<T> {
    /// The value of the call.
    pub value: T,
    /// The metadata: status, request id, limits, balances, flags.
    pub meta: Meta,
}

impl<T> Response<T> {
    /// The value and the metadata.
    ///
    /// ```no_run
    /// # async fn run(call: venice_ai::Call<String>) -> Result<(), venice_ai::Error> {
    /// let (text, meta) = call.with_meta().await?.into_parts();
    /// println!("{text} ({:?})", meta.request_id());
    /// # Ok(()) }
    /// ```
    pub fn into_parts(self) -> (T, Meta) {
        (self.value, self.meta)
    }
}

impl<T> IntoFuture for Call<T> {
    type Output = Result<T, Error>;
    type IntoFuture = CallFuture<T>;

    fn into_future(self) -> CallFuture<T> {
        CallFuture { state: CallState::Waiting(self.core), decode: Some(self.decode) }
    }
}

/// A [`Call`] in flight. Lazy: it sends nothing before it is polled; dropping it cancels the request by closing the connection.
///
/// ```no_run
/// # async fn run(call: venice_ai::Call<String>) -> Result<(), venice_ai::Error> {
/// let future = call.into_future();
/// let reply = future.await?;
/// # Ok(()) }
/// ```
#[must_use = "a call is not sent until it is awaited"]
pub struct CallFuture<T> {
    state: CallState,
    decode: Option<Decode<T>>,
}

/// The part that does not depend on the type of the reply.
enum CallState {
    Waiting(Box<Outgoing>),
    Sent(Pin<Box<dyn Future<Output = Result<Reply, Error>> + Send>>, Trace),
    Done,
}

impl CallState {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<(Reply, Trace), Error>> {
        if let Self::Waiting(_) = self {
            let Self::Waiting(mut outgoing) = std::mem::replace(self, Self::Done) else {
                return Poll::Pending;
            };
            in_runtime("a call").map_err(|error| error.with_operation(outgoing.scope.operation()))?;
            outgoing.finish()?;
            let trace = Trace::begin(&outgoing);
            let within = trace.clone();
            let sending = async move { transport::send(&mut outgoing, &within).await };
            *self = Self::Sent(Box::pin(sending), trace);
        }
        let Self::Sent(sending, trace) = self else { return Poll::Pending };
        let outcome = {
            let _entered = trace.enter();
            ready!(sending.as_mut().poll(cx))
        };
        let trace = trace.clone();
        *self = Self::Done;
        Poll::Ready(outcome.map(|reply| (reply, trace)))
    }
}

impl<T> Future for CallFuture<T> {
    type Output = Result<T, Error>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let (reply, trace) = ready!(self.state.poll(cx))?;
        let Some(decode) = self.decode.take() else { return Poll::Pending };
        let _entered = trace.enter();
        Poll::Ready(reply.decoded(decode).inspect_err(|error| trace.failed(error)))
    }
}

/// Timers and sockets would panic without a runtime.
pub(crate) fn in_runtime(what: &str) -> Result<(), Error> {
    if Handle::try_current().is_ok() {
        return Ok(());
    }
    let message = format!(
        "{what} was awaited outside a Tokio runtime and nothing was sent; use #[tokio::main], or `send_blocking()` \
         (feature `blocking`)"
    );
    Err(Error::new(ErrorKind::NoRuntime, message))
}

impl<T> fmt::Debug for CallFuture<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match self.state {
            CallState::Waiting(_) => "not sent",
            CallState::Sent(..) => "sent",
            CallState::Done => "done",
        };
        f.debug_struct("CallFuture").field("state", &state).finish_non_exhaustive()
    }
}
