//! `Violation`: a request that the OpenAPI document does not allow.

use std::fmt;

/// A validation error: something about a request that the OpenAPI document does not allow.
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
    /// The id of the operation, such as `createApiKey`; `None` for a path that the API does not have.
    pub operation: Option<&'static str>,
    /// The field, such as `messages[3].content`; the name of a header or of a parameter; empty for the body or the path as a whole.
    pub field: String,
    /// What is wrong with it, as the API reports it.
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

/// What a mock makes of fields of a body that the API's description does not name:
/// [`MockBuilder::unknown_fields`](super::MockBuilder::unknown_fields).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum UnknownFields {
    /// They are refused where the API refuses them, and let through where its description says nothing about them.
    #[default]
    AsDocumented,
    /// They are refused, unless the description expressly takes any field in that place.
    Refuse,
}
