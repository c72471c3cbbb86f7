//! `check`: the limits of texts to embed.

use crate::api::generated::types::{CreateEmbeddingRequest, EmbeddingInput};
use crate::runtime::validation::ValidationError;

/// The most tokens of a text for any model, by the API's own estimate.
const MOST_TOKENS: usize = 8192;

/// The API's estimate, `ceil(characters / 3.2 * 0.95)`, in integer arithmetic.
fn estimated_tokens(text: &str) -> usize {
    (text.chars().count() * 19).div_ceil(64)
}

pub(crate) fn too_long(field: impl Fn() -> String, text: &str) -> Option<ValidationError> {
    // Most texts are short enough in bytes.
    let tokens = if text.len() > MOST_TOKENS { estimated_tokens(text) } else { 0 };
    let problem = || format!("has about {tokens} tokens by the API's estimate, at most {MOST_TOKENS} are allowed");
    (tokens > MOST_TOKENS).then(|| ValidationError::new(field(), problem()))
}

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

/// Checks a request beyond the API's document.
#[inline]
pub(super) fn check(request: &CreateEmbeddingRequest) -> Result<(), ValidationError> {
    match &request.input {
        EmbeddingInput::List(texts) if texts.len() > MOST_TEXTS => {
            let count = texts.len();
            let problem = format!(
                "has {count} texts, at most {MOST_TEXTS} are allowed in a request; `embeddings().batch(…)` splits them"
            );
            Err(ValidationError::new("input", problem))
        }
        EmbeddingInput::Unknown(_) => Err(no_text()),
        EmbeddingInput::Text(text) => too_long(|| "input".to_owned(), text).map_or(Ok(()), Err),
        EmbeddingInput::List(texts) => each_length(texts),
    }
}

pub(crate) fn each_length(texts: &[String]) -> Result<(), ValidationError> {
    let texts = texts.iter().enumerate();
    ValidationError::all(texts.filter_map(|(index, text)| too_long(|| format!("input[{index}]"), text)))
}

#[inline]
pub(crate) fn no_text() -> ValidationError {
    ValidationError::new(
        "input",
        "is neither a text nor a list of texts; the API rejects token numbers, so send the texts",
    )
}
