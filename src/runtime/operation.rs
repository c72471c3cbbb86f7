//! `Operation`: static facts of an endpoint: method, path, authentication, retry class.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use percent_encoding::percent_decode_str;

/// One row of the operation table: the facts of an endpoint that determine its calls.
///
/// The rows are generated from the API's document. Retries, authentication, headers, spans and error messages all use them.
#[derive(Debug)]
#[non_exhaustive]
pub struct Operation {
    /// The operation's id in the API's document, such as `createApiKey`.
    pub id: &'static str,
    /// The HTTP method in capitals.
    pub method: &'static str,
    /// The path below the base URL, with its parameters in braces: `/api_keys/{id}`.
    pub path: &'static str,
    /// The tag in the API's document.
    pub tag: &'static str,
    /// Which requests may be retried.
    pub retry: RetryClass,
    /// The field of the JSON body that, if `true`, makes the class [`Once`](RetryClass::Once): the API deletes the result that it returns,
    /// and a second request would find nothing.
    pub once_with: Option<&'static str>,
    /// Who may call it.
    pub auth: AuthScheme,
    /// The accepted media types of a request; empty without a body.
    pub request_media: &'static [&'static str],
    /// The media types of a successful reply.
    pub reply_media: &'static [&'static str],
    /// The documented statuses. The API sends others too.
    pub statuses: &'static [u16],
    /// Whether it is deprecated.
    pub deprecated: bool,
    /// The top-level fields that a successful JSON reply must have.
    pub(crate) essential: &'static [Essential],
    /// Whether an `error` field is part of a successful reply, such as the report of a failed job.
    pub(crate) error_inside: bool,
    /// Who gets the content of the request.
    #[cfg_attr(not(feature = "privacy"), allow(dead_code))]
    pub(crate) carries: Carries,
    /// The fields with which the API passes the content to a third party.
    #[cfg_attr(not(feature = "privacy"), allow(dead_code))]
    pub(crate) sends_on: &'static [SendsOn],
}

impl Operation {
    /// The parameters of a path that matches a template such as [`path`](Self::path), percent-decoded; `None` if it does not match.
    ///
    /// If several templates match, as `/api_keys/{id}` matches `/api_keys/rate_limits` too, the one with the fewest parameters is the right
    /// one.
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

/// Who gets the content of a request: a prompt, messages, files.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(not(feature = "privacy"), allow(dead_code))]
pub(crate) enum Carries {
    /// Not classified yet.
    Unclassified,
    /// It has no content.
    Nothing,
    /// The models named by `fields`, of these types. Without fields the API chooses one.
    Models { fields: &'static [&'static str], types: &'static [&'static str], characters: &'static [&'static str] },
    /// A recipient that is not a model of the catalogue, as text.
    Others(&'static str),
}

/// A field of a request with which the API passes the content to a third party.
#[derive(Debug)]
#[cfg_attr(not(feature = "privacy"), allow(dead_code))]
pub(crate) struct SendsOn {
    /// Its path: `a`, `a.b`, or `a[].b` for each item of a list.
    pub(crate) field: &'static str,
    /// What happens to the content.
    pub(crate) to: &'static str,
    /// The texts with which that does not happen.
    pub(crate) unless: &'static [&'static str],
}

/// A top-level field that a successful JSON reply must have. `null` counts as missing.
#[derive(Debug)]
pub(crate) struct Essential {
    pub(crate) name: &'static str,
    /// Whether it is a list that must not be empty.
    pub(crate) filled: bool,
}

/// Which requests may be retried without asking the caller.
///
/// The classes differ in the possible effect of a second request: none, a charge, or a second resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RetryClass {
    /// Free and read-only: retried after any transient failure: no connection, a time-out, a lost connection, and the statuses 408, 429,
    /// 500, 502, 503, 504 (once) and 520 to 524.
    Safe,
    /// Charged: retried only when the request is known not to have been executed: no connection, a 429, and a 408 or 503 with the API's own
    /// error body; another 408 or 503 may come from a gateway that had already forwarded the request.
    Inference,
    /// Creates a key, a job or a voice, or deletes the result that it returns: retried only when the request is known not to have been
    /// executed: no connection, a 429, and a 503 with the API's own error body.
    Once,
    /// Submits a signed payment, which the API credits at most once. The same payment is sent again while the API is settling it (409
    /// `PAYMENT_IN_PROGRESS`), and if the reply was lost: a time-out, a lost connection, a 504 (once). Nothing else is retried, and
    /// redirects are not followed.
    Payment,
}

/// Who may call an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AuthScheme {
    /// Anyone. The client's key is sent if it has one.
    Public,
    /// An API key.
    Bearer,
    /// An API key, or a wallet that signs each request with the header `SIGN-IN-WITH-X`.
    BearerOrWallet,
    /// Only a wallet. The API key is not sent.
    Wallet,
    /// Anyone with the URL, which usually is on another host. Neither the key nor the client's own headers are sent.
    Anonymous,
}

/// An operation with its name for messages.
#[derive(Clone, Debug)]
pub(crate) struct OperationRef {
    facts: &'static Operation,
    /// The retry class of this request, which may differ from that of the operation.
    retry: RetryClass,
    /// The name of an ad-hoc request, which has no id.
    name: Option<Arc<str>>,
}

impl OperationRef {
    /// A request that is not in the API's document, named by its path without the query.
    pub(crate) fn ad_hoc(method: &reqwest::Method, path: &str) -> Self {
        let facts = if method.is_safe() { &AD_HOC_READ } else { &AD_HOC_WRITE };
        let path = path.split(['?', '#']).next().unwrap_or_default();
        Self { facts, retry: facts.retry, name: Some(format!("{method} {path}").into()) }
    }

    pub(crate) fn facts(&self) -> &'static Operation {
        self.facts
    }

    /// Whether this request may be retried.
    pub(crate) fn retry(&self) -> RetryClass {
        self.retry
    }

    /// Marks a request that deletes the result that it returns.
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

/// The operation's id.
impl AsRef<str> for Operation {
    fn as_ref(&self) -> &str {
        self.id
    }
}

/// The operation's id.
impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id)
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
        carries: Carries::Unclassified,
        sends_on: &[],
    }
}
