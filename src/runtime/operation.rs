//! `Operation`: static facts of an endpoint: method, path, authentication, retry class.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use percent_encoding::percent_decode_str;

/// One row of the operation table: the facts of an endpoint that decide how a call to it is made.
///
/// The rows are generated from the API's own description. Retries, authentication, headers, spans and error messages all
/// read them, so that a fact is stated once.
#[derive(Debug)]
#[non_exhaustive]
pub struct Operation {
    /// The operation's name in the API description, such as `createApiKey`.
    pub id: &'static str,
    /// The HTTP method in capitals.
    pub method: &'static str,
    /// The path below the base URL, with its parameters in braces: `/api_keys/{id}`.
    pub path: &'static str,
    /// The area that the API description files it under.
    pub tag: &'static str,
    /// What may be sent again after a failure.
    pub retry: RetryClass,
    /// The member of the JSON body that, when it is `true`, makes the class [`Once`](RetryClass::Once): the API deletes what it
    /// answers with, and a second request would find nothing.
    pub once_with: Option<&'static str>,
    /// Who may call it.
    pub auth: AuthScheme,
    /// The media types that a request may have; empty where there is no body.
    pub request_media: &'static [&'static str],
    /// The media types of a successful reply.
    pub reply_media: &'static [&'static str],
    /// The statuses that the API description names. The API answers with others too.
    pub statuses: &'static [u16],
    /// The API means to take it away.
    pub deprecated: bool,
    /// The top-level fields without which a JSON reply is worthless.
    pub(crate) essential: &'static [Essential],
    /// Whether an `error` field is a part of a successful reply, such as the report of a job that failed.
    pub(crate) error_inside: bool,
}

impl Operation {
    /// The parameters of a path that fits a template such as [`path`](Self::path), percent-decoded; `None` when it does not fit.
    ///
    /// Where several templates fit, as `/api_keys/{id}` fits `/api_keys/rate_limits` too, the one with the fewest parameters is meant.
    ///
    /// ```
    /// use venice_ai::Operation;
    /// let id = Operation::path_parameters("/api_keys/{id}", "/api_keys/a%2Fb");
    /// assert_eq!(id, Some(vec!["a/b".to_owned()]));
    /// assert_eq!(Operation::path_parameters("/api_keys/{id}", "/api_keys"), None);
    /// ```
    pub fn path_parameters(template: &str, path: &str) -> Option<Vec<String>> {
        let mut parameters = Vec::new();
        let mut segments = path.split('/');
        for part in template.split('/') {
            let segment = segments.next()?;
            if part.starts_with('{') {
                let decoded = percent_decode_str(segment).decode_utf8();
                parameters.push(decoded.map_or_else(|_| segment.to_owned(), Cow::into_owned));
            } else if part != segment {
                return None;
            }
        }
        segments.next().is_none().then_some(parameters)
    }

    /// Of items with path templates, the one that a path belongs to, with the path's parameters: the one with the fewest of them.
    ///
    /// ```
    /// use venice_ai::{Operation, operations};
    /// let reads = operations::ALL.iter().filter(|operation| operation.method == "GET");
    /// let found = Operation::of_path(reads.map(|operation| (operation.path, operation.id)), "/api_keys/rate_limits");
    /// assert_eq!(found, Some(("getApiKeyRateLimits", vec![])));
    /// ```
    pub fn of_path<'t, T>(templates: impl IntoIterator<Item = (&'t str, T)>, path: &str) -> Option<(T, Vec<String>)> {
        let fits = |(template, item)| Some((item, Self::path_parameters(template, path)?));
        templates.into_iter().filter_map(fits).min_by_key(|(_, parameters)| parameters.len())
    }
}

/// A top-level field of a JSON reply without which the reply is worthless. `null` counts as missing.
#[derive(Debug)]
pub(crate) struct Essential {
    pub(crate) name: &'static str,
    /// Whether it is a list that must have items.
    pub(crate) filled: bool,
}

/// What may be sent again after a failure, without asking the caller.
///
/// The classes differ in what a second request could do: nothing, cost money, or make a second thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RetryClass {
    /// Reads, and free: repeated after any failure that may pass. That is a connection that could not be made, a
    /// time-out, a reply that was cut, and the statuses 408, 429, 500, 502, 503, 504 (once) and 520 to 524.
    Safe,
    /// Costs money: repeated only when the request is known not to have been executed. That is a connection that could not be
    /// made, a 429, and a 408 or 503 that carries the API's own error body; a bare 408 or 503 may come from a gateway that had
    /// already passed the request on.
    Inference,
    /// Makes a key, a job or a voice, or deletes what it answers with: repeated only when the request is known not to have been
    /// executed. That is a connection that could not be made, a 429, and a 503 that carries the API's own error body.
    Once,
    /// Submits a signed payment, which the API credits at most once. The same payment is sent again while the API says that it is
    /// being settled (409 `PAYMENT_IN_PROGRESS`), and where the reply was lost: a time-out, a broken connection, a 504 (once).
    /// Nothing else leads to a second request, and no redirect is followed.
    Payment,
}

/// Who may call an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AuthScheme {
    /// Anyone. A key that the client has is sent all the same.
    Public,
    /// An API key.
    Bearer,
    /// An API key, or a wallet that signs each request with the header `SIGN-IN-WITH-X`.
    BearerOrWallet,
    /// A wallet alone. The API key stays at home.
    Wallet,
    /// Whoever has the URL, which lies on another host as a rule. Neither the key nor the client's own headers go there.
    Anonymous,
}

/// An operation together with what to call it in messages.
#[derive(Clone, Debug)]
pub(crate) struct OperationRef {
    facts: &'static Operation,
    /// The class of this request, which may be another than that of the operation.
    retry: RetryClass,
    /// What an ad-hoc request is called, as it has no id.
    name: Option<Arc<str>>,
}

impl OperationRef {
    /// A request that the API description does not know. It is named by its path, without the query.
    pub(crate) fn ad_hoc(method: &reqwest::Method, path: &str) -> Self {
        let facts = if method.is_safe() { &AD_HOC_READ } else { &AD_HOC_WRITE };
        let path = path.split(['?', '#']).next().unwrap_or_default();
        Self { facts, retry: facts.retry, name: Some(format!("{method} {path}").into()) }
    }

    pub(crate) fn facts(&self) -> &'static Operation {
        self.facts
    }

    /// What may be sent again after a failure of this request.
    pub(crate) fn retry(&self) -> RetryClass {
        self.retry
    }

    /// This request deletes what it is answered with.
    pub(crate) fn set_once(&mut self) {
        self.retry = RetryClass::Once;
    }

    pub(crate) fn is_ad_hoc(&self) -> bool {
        self.name.is_some()
    }

    pub(crate) fn name(&self) -> &str {
        self.name.as_deref().unwrap_or(self.facts.id)
    }
}

impl From<&'static Operation> for OperationRef {
    fn from(facts: &'static Operation) -> Self {
        Self { facts, retry: facts.retry, name: None }
    }
}

impl From<&OperationRef> for OperationRef {
    fn from(operation: &OperationRef) -> Self {
        operation.clone()
    }
}

impl fmt::Display for OperationRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

static AD_HOC_READ: Operation = ad_hoc(RetryClass::Safe);
static AD_HOC_WRITE: Operation = ad_hoc(RetryClass::Once);

const fn ad_hoc(retry: RetryClass) -> Operation {
    unknown_to_the_document("request", "", "", retry, AuthScheme::Public)
}

pub(crate) const fn unknown_to_the_document(
    id: &'static str,
    method: &'static str,
    path: &'static str,
    retry: RetryClass,
    auth: AuthScheme,
) -> Operation {
    Operation {
        id,
        method,
        path,
        tag: "",
        retry,
        once_with: None,
        auth,
        request_media: &[],
        reply_media: &[],
        statuses: &[],
        deprecated: false,
        essential: &[],
        error_inside: false,
    }
}
