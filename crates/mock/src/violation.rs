//! `Violation`: a request that the OpenAPI document does not allow.

use std::fmt;

/// A validation error: a part of a request that the OpenAPI document does not allow.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), venice_ai::Error> {
/// # use venice_ai_mock::MockVenice;
/// use venice_ai::types::WebSearchRequest;
///
/// let mock = MockVenice::start().await?;
/// let request = WebSearchRequest::new("acqua alta").limit(99);
/// mock.client().raw().web_search(&request).with_validation(false).await.unwrap_err();
///
/// let violations = mock.violations();
/// assert_eq!((violations[0].operation, violations[0].field.as_str()), (Some("webSearch"), "limit"));
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Violation {
    /// The id of the operation, such as `createApiKey`; `None` for an unknown path.
    pub operation: Option<&'static str>,
    /// The field, such as `messages[3].content`; the name of a header or of a parameter; empty for the body or the path as a whole.
    pub field: String,
    /// The problem, as the API reports it.
    pub problem: String,
}

impl Violation {
    pub(super) fn new(operation: Option<&'static str>, field: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { operation, field: field.into(), problem: problem.into() }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let field = if self.field.is_empty() { "the request" } else { &self.field };
        write!(f, "{}: `{field}`: {}", self.operation.unwrap_or("no operation"), self.problem)
    }
}

/// The handling of undocumented fields of a body: [`MockBuilder::unknown_fields`](super::MockBuilder::unknown_fields).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum UnknownFields {
    /// Rejected where the API rejects them, and ignored where its document does not say.
    #[default]
    AsDocumented,
    /// Rejected, unless the document explicitly allows any field there.
    Refuse,
}
