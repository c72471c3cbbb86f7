//! `Call`: one request with its options, sent when it is awaited.

mod accept;
#[cfg(feature = "blocking")]
mod blocking;
mod client;
mod files;
mod flow;
mod forms;
mod future;
mod merge;
mod options;
mod prepare;
mod response;
mod streamed;
mod wallet;

use std::fmt;

use serde::de::DeserializeOwned;

pub use self::flow::Flow;
pub(crate) use self::flow::Steps;
pub use self::future::CallFuture;
pub(crate) use self::future::in_runtime;
pub use self::response::Response;
use crate::runtime::client::Client;
use crate::runtime::error::Error;
use crate::runtime::media::form::Form;
use crate::runtime::media::limits::FileCheck;
use crate::runtime::operation::OperationRef;
use crate::runtime::reply::{RawReply, decode};
use crate::runtime::secret::Secret;
use crate::runtime::transport::{self, Mode, Outgoing, Reply};
use crate::runtime::validation::ValidationError;

/// A request that has not been sent.
///
/// Awaiting it sends it and gives the reply, decoded. Before that, the methods `with_…` change how it is sent. What it asks
/// for is part of the request that it was made with.
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
    /// All of it but the type of the reply.
    pub(crate) core: Box<Outgoing>,
    decode: Decode<T>,
}

/// What makes a `T` of a reply. A function that captures nothing costs no allocation here.
pub(crate) type Decode<T> = Box<dyn FnOnce(Reply) -> Result<T, Error> + Send>;

/// How a call is made. A request that could not be built is reported when the call is sent.
impl<T> Call<T> {
    fn new(
        client: &Client,
        operation: impl Into<OperationRef>,
        request: impl Built,
        mode: Mode,
        decode: Decode<T>,
    ) -> Self {
        Self {
            core: Box::new(Outgoing::new(
                client.shared(),
                client.is_on_blocking_connections(),
                operation.into(),
                request.built(),
                mode,
            )),
            decode,
        }
    }

    /// A call whose reply is JSON.
    pub(crate) fn json(client: &Client, operation: impl Into<OperationRef>, request: impl Built) -> Self
    where
        T: DeserializeOwned + 'static,
    {
        Self::new(client, operation, request, Mode::Whole, Box::new(decode::json::<T>))
    }

    #[cfg(feature = "blocking")]
    pub(crate) fn on_blocking_connections(mut self) -> Self {
        self.core.blocking = true;
        self
    }

    #[cfg(feature = "blocking")]
    pub(crate) fn operation_ref(&self) -> &OperationRef {
        self.core.scope.operation()
    }

    /// The request, and what makes a `T` of its reply, for whoever sends it otherwise.
    pub(crate) fn into_parts(self) -> (Box<Outgoing>, Decode<T>) {
        (self.core, self.decode)
    }

    /// Records what is wrong with the request; sending it fails unless validation is off.
    pub(crate) fn checked(mut self, finding: Result<(), ValidationError>) -> Self {
        if let Err(finding) = finding {
            self.core.finding = Some(match self.core.finding.take() {
                Some(before) => before.and(finding),
                None => finding,
            });
        }
        self
    }

    /// Says better what is wrong with the request than the checks of the API's description, which it takes the place of.
    pub(crate) fn checked_instead(mut self, finding: Result<(), ValidationError>) -> Self {
        if finding.is_err() {
            self.core.finding = self.core.finding.take().and_then(ValidationError::fatal_part);
        }
        self.checked(finding)
    }

    /// Adds a check that runs when the call is sent, unless validation is off.
    pub(crate) fn with_file_check(mut self, check: FileCheck) -> Self {
        self.core.file_checks.push(check);
        self
    }

    /// Keeps something out of the call's errors.
    pub(crate) fn hiding(mut self, secrets: Vec<Secret>) -> Self {
        self.core.scope.hide(secrets);
        self
    }

    /// Takes a status for a success that usually is none.
    pub(crate) fn accepting(mut self, status: reqwest::StatusCode) -> Self {
        self.core.also = Some(status);
        self
    }

    /// As [`map`](Self::map), with a function that may fail.
    pub(crate) fn and_then<U: 'static>(self, function: impl FnOnce(T) -> Result<U, Error> + Send + 'static) -> Call<U>
    where
        T: 'static,
    {
        let decode = self.decode;
        Call { core: self.core, decode: Box::new(move |reply| function(decode(reply)?)) }
    }
}

impl Call<RawReply> {
    /// A call whose reply is bytes. Where an operation answers with files alone, nothing else is taken for one.
    pub(crate) fn raw(client: &Client, operation: impl Into<OperationRef>, request: impl Built) -> Self {
        let operation = operation.into();
        let media = operation.facts().reply_media;
        let is_file = |media: &&str| ["image/", "audio/", "video/"].iter().any(|kind| media.starts_with(kind));
        let answers_with_files = !media.is_empty() && media.iter().all(is_file);
        let decode = Box::new(|reply| decode::pieces(reply).map(RawReply::new));
        let call = Self::new(client, operation, request, Mode::Pieces, decode);
        if answers_with_files { call.file() } else { call }
    }
}

/// A request as it comes from whoever built it.
pub(crate) trait Built {
    /// The request, and the form that is its body if it has one.
    fn built(self) -> Result<(reqwest::Request, Option<Form>), Error>;
}

impl Built for Result<reqwest::Request, Error> {
    fn built(self) -> Result<(reqwest::Request, Option<Form>), Error> {
        self.map(|request| (request, None))
    }
}

impl Built for reqwest::Result<reqwest::Request> {
    fn built(self) -> Result<(reqwest::Request, Option<Form>), Error> {
        self.map(|request| (request, None)).built()
    }
}

impl Built for reqwest::Result<(reqwest::Request, Option<Form>)> {
    fn built(self) -> Result<(reqwest::Request, Option<Form>), Error> {
        self.map_err(transport::failure::of_building)
    }
}

impl<T> fmt::Debug for Call<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("operation", &self.core.scope.operation().name())
            .field("timeout", &self.core.timeout)
            .field("retry", &self.core.retry)
            .finish_non_exhaustive()
    }
}
