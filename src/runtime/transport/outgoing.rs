//! `Outgoing`: a request and its options, whatever the type of its reply.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::HeaderValue;
use reqwest::{Request, StatusCode};
use serde_json::{Map, Value};

use super::interceptor::Interceptors;
use super::{Mode, RetryPolicy, Scope, Shared};
use crate::runtime::error::Error;
use crate::runtime::media::form::Form;
use crate::runtime::media::limits::FileCheck;
use crate::runtime::operation::OperationRef;
use crate::runtime::validation::ValidationError;
use crate::runtime::wallet::Signer;

/// A request and how it is to be sent. It does not know the type of the reply, so that what handles it is compiled once.
pub(crate) struct Outgoing {
    pub(crate) shared: Arc<Shared>,
    pub(crate) scope: Scope,
    /// `None` if there is something wrong with it, and once it was sent if it can be sent only once.
    pub(crate) request: Option<Request>,
    /// What its body is made of, for each attempt anew, if it goes as multipart.
    pub(crate) form: Option<Form>,
    /// The first thing that is wrong with it.
    pub(crate) refused: Option<Error>,
    pub(crate) mode: Mode,
    /// A status that is a success here, besides those that always are.
    pub(crate) also: Option<StatusCode>,
    /// The wallet that signs each request.
    pub(crate) signer: Option<Signer>,
    /// The media type to ask for; what the operation promises unless set.
    pub(crate) accept: Option<HeaderValue>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) idle: Option<Duration>,
    pub(crate) retry: Option<RetryPolicy>,
    /// What is wrong with the request by the API's description.
    pub(crate) finding: Option<ValidationError>,
    /// What it passes before the first attempt.
    pub(crate) interceptors: Interceptors,
    /// Files to look at before the first attempt.
    pub(crate) file_checks: Vec<FileCheck>,
    /// Whether what is found wrong is heeded.
    pub(crate) validated: bool,
    /// Members to add to the request's JSON.
    pub(crate) extra_body: Map<String, Value>,
    /// Use the connections of blocking calls.
    pub(crate) blocking: bool,
    /// How often it was sent.
    pub(crate) sent: u32,
    /// One of those attempts may have been carried out.
    pub(crate) may_have_run: bool,
    /// It was signed anew because its signature was refused, which is done once.
    pub(crate) signed_again: bool,
}

impl Outgoing {
    pub(crate) fn new(
        shared: &Arc<Shared>,
        blocking: bool,
        operation: OperationRef,
        built: Result<(Request, Option<Form>), Error>,
        mode: Mode,
    ) -> Self {
        let (request, form, refused) = match built {
            Ok((request, form)) => (Some(request), form, None),
            Err(error) => (None, None, Some(error)),
        };
        let mut scope = Scope::new(operation, shared.key.clone());
        *scope.limits_mut() = scope.limits().or(shared.limits);
        Self {
            shared: Arc::clone(shared),
            scope,
            request,
            form,
            refused,
            mode,
            also: None,
            signer: None,
            accept: None,
            timeout: None,
            idle: None,
            retry: None,
            finding: None,
            interceptors: shared.interceptors.clone(),
            file_checks: Vec::new(),
            validated: true,
            extra_body: Map::new(),
            blocking,
            sent: 0,
            may_have_run: false,
            signed_again: false,
        }
    }

    /// Whether it can be sent once more, after it was sent.
    pub(crate) fn is_repeatable(&self) -> bool {
        self.request.is_some() && self.form.as_ref().is_none_or(Form::is_replayable)
    }

    /// The body, unless it is a form or a stream.
    pub(crate) fn body(&self) -> Option<&[u8]> {
        self.request.as_ref()?.body()?.as_bytes()
    }

    /// Changes the request, unless something is wrong with it already.
    pub(crate) fn change(&mut self, change: impl FnOnce(&mut Request) -> Result<(), Error>) {
        if let Some(request) = &mut self.request
            && let Err(error) = change(request)
        {
            self.request = None;
            self.refused = Some(error);
        }
    }
}

/// What interceptors need of it.
impl Outgoing {
    /// The JSON of the body as it will be sent; of a form, its texts by name, lists as lists, and `null` for each file.
    pub(crate) fn json(&self) -> Option<Value> {
        match &self.form {
            Some(form) => Some(form.to_json()),
            None => serde_json::from_slice(self.request.as_ref()?.body()?.as_bytes()?).ok(),
        }
    }

    /// Sends this JSON in place of the body. Forms stay as they are.
    pub(crate) fn set_json(&mut self, body: &Value) {
        if let (None, Some(request)) = (&self.form, &mut self.request) {
            *request.body_mut() = Some(body.to_string().into());
        }
    }
}
