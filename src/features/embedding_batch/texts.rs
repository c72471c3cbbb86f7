//! `texts`: the texts of a batch, checked before the first of them is sent.

use crate::api::embeddings::input::{each_length, no_text, too_long};
use crate::api::generated::types::{CreateEmbeddingRequest, EmbeddingInput};
use crate::runtime::validation::{self, ValidationError};

/// The texts of a request, or what is invalid in them or in the rest of it. All are checked before the first is charged.
#[inline]
pub(super) fn texts(request: &mut CreateEmbeddingRequest) -> Result<Vec<String>, ValidationError> {
    let input = std::mem::replace(&mut request.input, EmbeddingInput::Text("text".to_owned()));
    validation::run(request)?;
    let texts = match input {
        EmbeddingInput::Text(text) if text.is_empty() => return Err(ValidationError::new("input", "is empty")),
        EmbeddingInput::Text(text) => match too_long(|| "input".to_owned(), &text) {
            Some(finding) => return Err(finding),
            None => vec![text],
        },
        EmbeddingInput::List(texts) => texts,
        EmbeddingInput::Unknown(_) => return Err(no_text()),
    };
    if texts.is_empty() {
        return Err(ValidationError::new("input", "has no texts"));
    }
    if let Some(index) = texts.iter().position(String::is_empty) {
        return Err(ValidationError::new(format!("input[{index}]"), "is empty"));
    }
    each_length(&texts)?;
    Ok(texts)
}
