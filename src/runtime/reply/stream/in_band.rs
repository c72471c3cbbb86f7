//! In-band errors: error events of a stream whose status is 200.

use std::sync::LazyLock;

use memchr::memmem::Finder;
use serde_json::{Map, Value};

use super::sse::SseEvent;
use crate::runtime::error::{Promise, is_error_document};

/// The fields that report an error all start with this, or have it as their value.
static MARK: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"\"error"));

/// Whether an event reports an error instead of a part of the answer: `event: error` with plain text or JSON, or an error document.
pub(crate) fn is_error(event: &SseEvent) -> bool {
    // Nearly every event is cleared here, without being parsed a second time.
    event.name() == "error" || MARK.find(event.data_bytes()).is_some() && is_error_data(event.data_bytes(), false)
}

/// Whether the data of an event is an error document. One that `says_nothing` of an answer is, where it says anything at all.
#[cold]
pub(crate) fn is_error_data(data: &[u8], says_nothing: bool) -> bool {
    let Ok(document) = serde_json::from_slice::<Map<String, Value>>(data) else { return false };
    let has_choices = document.get("choices").and_then(Value::as_array).is_some_and(|choices| !choices.is_empty());
    is_error_document(
        &document,
        match has_choices {
            true => Promise::Kept,
            false if says_nothing => Promise::Broken,
            false => Promise::Unknown,
        },
    )
}

#[cfg(test)]
mod tests {
    use super::is_error_data;

    #[test]
    fn an_answer_about_errors_is_not_an_error() {
        for data in [
            r#"{"choices":[{"delta":{"content":"\"error\": \"x\""}}]}"#,
            r#"{"choices":[{"delta":{"error":"inside"}}]}"#,
            r#"{"choices":[],"error":null}"#,
            r#"{"choices":[{"delta":{"content":"x"}}],"error":"","error_type":"none"}"#,
            r#"["error"]"#,
            r#""error""#,
            "\"error",
        ] {
            assert!(!is_error_data(data.as_bytes(), true), "{data}");
        }
    }

    #[test]
    fn what_says_nothing_of_an_answer_and_something_else_is_an_error() {
        for data in [r#"{"message":"Forbidden"}"#, r#"{"details":{"_errors":["Required"]}}"#, r#"{"object":"error"}"#] {
            assert!(is_error_data(data.as_bytes(), true), "{data}");
        }
        assert!(!is_error_data(br#"{"message":"Forbidden"}"#, false));
    }
}
