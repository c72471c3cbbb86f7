//! Checks that an input is not blank.

use crate::api::generated::types::{ResponseInputContent, ResponseInputItem, ResponsesInput, ResponsesRequest};
use crate::runtime::validation::ValidationError;

/// Rejects a blank input.
pub(super) fn input(request: &ResponsesRequest) -> Result<(), ValidationError> {
    let is_empty = |field: String| Err(ValidationError::new(field, "is empty"));
    match &request.input {
        ResponsesInput::Text(text) if text.is_empty() => is_empty("input".to_owned()),
        ResponsesInput::Items(items) if items.is_empty() => is_empty("input".to_owned()),
        ResponsesInput::Items(items) => match items.iter().position(is_blank) {
            Some(index) => is_empty(format!("input[{index}].content")),
            None => Ok(()),
        },
        _ => Ok(()),
    }
}

fn is_blank(item: &ResponseInputItem) -> bool {
    let ResponseInputItem::Message(message) = item else { return false };
    match &message.content {
        ResponseInputContent::Text(text) => text.is_empty(),
        ResponseInputContent::Parts(parts) => parts.is_empty(),
        ResponseInputContent::Unknown(_) => false,
    }
}
