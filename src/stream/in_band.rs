//! Errors that arrive as events: by then the status of the reply is 200.

use std::sync::LazyLock;

use memchr::memmem::Finder;
use serde_json::Value;

use super::sse::SseEvent;

/// Every member that tells of an error starts with this.
static MARK: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"\"error"));

/// Whether an event reports an error instead of a part of the answer. Seen are `event: error` with plain text or JSON,
/// `{"error": "…"}`, `{"error": {…}}` and `{"error_type": …, "error_message": …}`.
pub(crate) fn is_error(event: &SseEvent) -> bool {
    event.name() == "error" || is_error_document(event.data_bytes())
}

fn is_error_document(data: &[u8]) -> bool {
    // Nearly every event is cleared here, without being parsed a second time.
    if MARK.find(data).is_none() {
        return false;
    }
    let Ok(Value::Object(document)) = serde_json::from_slice(data) else { return false };
    let says = |name: &str| document.get(name).is_some_and(says_something);
    says("error") || !says("choices") && (says("error_type") || says("error_message"))
}

fn says_something(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::is_error_document;

    #[test]
    fn every_shape_of_an_error_is_recognised() {
        for data in [
            r#"{"error":"Inference failed"}"#,
            r#"{"error":{"message":"Model overloaded","code":"MODEL_OVERLOADED"}}"#,
            r#"{"error_type":"upstream_error","error_message":"worker lost"}"#,
            r#"{ "id":"x", "choices":[], "error" : {"message":"late"} }"#,
        ] {
            assert!(is_error_document(data.as_bytes()), "{data}");
        }
    }

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
            assert!(!is_error_document(data.as_bytes()), "{data}");
        }
    }
}
