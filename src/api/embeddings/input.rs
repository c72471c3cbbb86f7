//! What can be embedded.

use crate::api::generated::types::{CreateEmbeddingRequest, EmbeddingInput};
use crate::runtime::validation::{self, ValidationError};

/// The most texts of one request.
pub(super) const MOST_TEXTS: usize = 2048;

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
fn no_text() -> ValidationError {
    ValidationError::new(
        "input",
        "is no text and no list of texts; the API refuses token numbers, so send the texts themselves",
    )
}

/// The texts of a request, however many, with what is wrong with them or with the rest of it. All are looked at before the first
/// is paid for.
#[inline]
pub(super) fn texts(request: &mut CreateEmbeddingRequest) -> Result<Vec<String>, ValidationError> {
    let input = std::mem::replace(&mut request.input, EmbeddingInput::Text("text".to_owned()));
    validation::run(request)?;
    let texts = match input {
        EmbeddingInput::Text(text) if text.is_empty() => return Err(ValidationError::new("input", "is empty")),
        EmbeddingInput::Text(text) => vec![text],
        EmbeddingInput::List(texts) => texts,
        EmbeddingInput::Unknown(_) => return Err(no_text()),
    };
    if texts.is_empty() {
        return Err(ValidationError::new("input", "has no texts"));
    }
    match texts.iter().position(String::is_empty) {
        Some(index) => Err(ValidationError::new(format!("input[{index}]"), "is empty")),
        None => Ok(texts),
    }
}
