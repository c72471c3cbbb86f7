//! `is_suspicious`: whether a JSON reply may report an error, or may lack a field that its operation promises.
//!
//! Checks only the names of the top-level fields. Suspicious replies are examined again ([`super::verdict`]).

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use crate::runtime::operation::{Essential, Operation};

/// Whether it is an object with a field that reports errors, or without an essential one.
pub(super) fn is_suspicious(operation: &Operation, json: &[u8]) -> bool {
    let Ok(fields) = serde_json::from_slice::<BTreeMap<String, &RawValue>>(json) else { return false };
    let essential = operation.essential;
    let may_report_an_error = |name: &String| match name.as_str() {
        name if essential.iter().any(|field| field.name == name) => false,
        "error" | "error_type" | "error_message" | "success" => true,
        "object" | "type" | "issues" | "x402Version" => essential.is_empty(),
        _ => false,
    };
    let is_lacking = |field: &Essential| !fields.get(field.name).is_some_and(|value| is_there(field, value.get()));
    fields.keys().any(may_report_an_error) || essential.iter().any(is_lacking)
}

/// Whether a field is not null and, if required, a list that is not empty.
fn is_there(field: &Essential, value: &str) -> bool {
    match value.strip_prefix('[') {
        Some(items) => !field.filled || !items.trim_start().starts_with(']'),
        None => !field.filled && value != "null",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::generated::operations;

    fn suspicious(operation: &Operation, json: &str) -> bool {
        is_suspicious(operation, json.as_bytes())
    }

    #[test]
    fn a_missing_a_null_and_an_empty_field_are_noted() {
        let chat = &operations::CREATE_CHAT_COMPLETION;
        let lacking = [r#"{}"#, r#"{"choices": null}"#, r#"{"choices": [ ], "id": "x"}"#, r#"{"a": {"choices": [1]}}"#];
        for lacking in lacking {
            assert!(suspicious(chat, lacking), "{lacking}");
        }
        let answer = r#"{"object": "x", "ch\u006fices": [{"message": {"error": 1}}], "message": "x"}"#;
        assert!(!suspicious(chat, answer));
        assert!(suspicious(chat, r#"{"choices": [{}], "error": null}"#), "it is looked at again");
    }

    #[test]
    fn a_list_may_be_empty_unless_required() {
        assert!(!suspicious(&operations::LIST_MODELS, r#"{"data": []}"#));
        assert!(suspicious(&operations::LIST_MODELS, r#"{"data": null}"#));
        assert!(!suspicious(&operations::LIST_MODELS, "[]"), "no object, no fields");
    }

    #[test]
    fn invalid_json_is_left_to_the_decoder() {
        for text in ["", "null", "{", "{\"error\": 1", "plain text"] {
            assert!(!suspicious(&operations::CREATE_CHAT_COMPLETION, text), "{text}");
        }
    }
}
