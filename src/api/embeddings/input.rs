//! What can be embedded.

use crate::api::generated::types::{CreateEmbeddingRequest, EmbeddingInput};
use crate::runtime::validation::ValidationError;

/// The most texts of one request.
pub(crate) const MOST_TEXTS: usize = 2048;

impl From<Vec<&str>> for EmbeddingInput {
    fn from(texts: Vec<&str>) -> Self {
        texts.as_slice().into()
    }
}

impl From<&[&str]> for EmbeddingInput {
    fn from(texts: &[&str]) -> Self {
        Self::List(texts.iter().map(|text| (*text).to_owned()).collect())
    }
}

impl From<&[String]> for EmbeddingInput {
    fn from(texts: &[String]) -> Self {
        Self::List(texts.to_vec())
    }
}

/// What is wrong with a request beyond what the API's description knows.
#[inline]
pub(super) fn check(request: &CreateEmbeddingRequest) -> Result<(), ValidationError> {
    match &request.input {
        EmbeddingInput::List(texts) if texts.len() > MOST_TEXTS => {
            let count = texts.len();
            let problem = format!(
                "has {count} texts, at most {MOST_TEXTS} go into one request; `embeddings().batch(…)` splits them"
            );
            Err(ValidationError::new("input", problem))
        }
        EmbeddingInput::Unknown(_) => Err(no_text()),
        _ => Ok(()),
    }
}

#[inline]
pub(crate) fn no_text() -> ValidationError {
    ValidationError::new(
        "input",
        "is no text and no list of texts; the API refuses token numbers, so send the texts themselves",
    )
}
