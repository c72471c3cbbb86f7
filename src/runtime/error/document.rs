//! `is_error_document`: recognises JSON objects that report an error with a success status.

use serde_json::{Map, Value};

/// Whether a document has the required fields of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Promise {
    Kept,
    /// It lacks a required field, so a field that could report an error does.
    Broken,
    /// Nothing is known of the answer's fields.
    Unknown,
}

/// Whether an object reports an error. Observed: `{"error": "…"}`, `{"error": {…}}`, `{"error_type": …, "error_message": …}`, `{"object":
/// "error", …}`, `{"details": …, "issues": […]}` without `error`, and gateways' `{"message": "…"}`.
pub(crate) fn is_error_document(object: &Map<String, Value>, promise: Promise) -> bool {
    let says = |name: &str| object.get(name).is_some_and(says_something);
    let is = |name: &str, value: &str| object.get(name).is_some_and(|found| found == value);
    // An answer of JSON-RPC, whose errors are answers too.
    if object.contains_key("jsonrpc") {
        return false;
    }
    let failed = object.get("success") == Some(&Value::Bool(false));
    let reports_anywhere =
        says("error") || is("object", "error") || failed && (says("message") || says("error_message"));
    let reports_alone = || says("error_type") || says("error_message") || is("type", "error") || lists_issues(object);
    let could_report =
        || ["message", "customMessage", "detail", "details", "errors", "x402Version"].into_iter().any(says);
    match promise {
        Promise::Kept => reports_anywhere,
        Promise::Unknown => reports_anywhere || reports_alone(),
        Promise::Broken => reports_anywhere || reports_alone() || could_report(),
    }
}

/// A list of issues from the API's validator.
fn lists_issues(object: &Map<String, Value>) -> bool {
    let issues = object.get("issues").and_then(Value::as_array);
    issues.is_some_and(|issues| issues.iter().any(|issue| issue.get("message").is_some_and(Value::is_string)))
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
    use super::*;

    fn is_error(json: &str, promise: Promise) -> bool {
        is_error_document(&serde_json::from_str(json).unwrap(), promise)
    }

    #[test]
    fn every_shape_of_an_error_is_recognised() {
        for json in [
            r#"{"error": "Inference failed"}"#,
            r#"{"error": {"message": "Model overloaded", "code": "MODEL_OVERLOADED"}}"#,
            r#"{"object": "error", "message": "No room", "code": 400}"#,
            r#"{"id": "x", "choices": [{}], "error": {"message": "late"}}"#,
            r#"{"success": false, "data": {}, "message": "no"}"#,
        ] {
            for promise in [Promise::Kept, Promise::Broken, Promise::Unknown] {
                assert!(is_error(json, promise), "{json} {promise:?}");
            }
        }
        for json in [
            r#"{"error_type": "upstream_error", "error_message": "worker lost"}"#,
            r#"{"details": {"_errors": []}, "issues": [{"message": "Required", "path": ["model"]}]}"#,
            r#"{"type": "error", "code": "x"}"#,
        ] {
            let found = [Promise::Kept, Promise::Broken, Promise::Unknown].map(|promise| is_error(json, promise));
            assert_eq!(found, [false, true, true], "{json}");
        }
        for json in [r#"{"message": "Forbidden"}"#, r#"{"details": {"model": {"_errors": ["Required"]}}}"#] {
            let found = [Promise::Kept, Promise::Broken, Promise::Unknown].map(|promise| is_error(json, promise));
            assert_eq!(found, [false, true, false], "{json}");
        }
    }

    #[test]
    fn an_answer_that_mentions_errors_is_not_an_error() {
        for json in [
            r#"{"error": null}"#,
            r#"{"error": "", "error_type": null, "issues": [{"title": "x"}]}"#,
            r#"{"jsonrpc": "2.0", "id": 1, "error": {"code": -32000, "message": "reverted"}}"#,
            r#"{"success": false}"#,
            r#"{}"#,
        ] {
            for promise in [Promise::Kept, Promise::Broken, Promise::Unknown] {
                assert!(!is_error(json, promise), "{json} {promise:?}");
            }
        }
    }
}
