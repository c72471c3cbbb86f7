//! `venice_parameters`, from the body and from the suffix of the model id.

use serde_json::{Value, json};

use crate::encoding::percent_decoded;

/// The model id, and its suffix: `default:enable_web_search=on&strip_thinking_response=true`.
pub(super) fn split(name: &str) -> (&str, &str) {
    name.split_once(':').unwrap_or((name, ""))
}

/// The effective parameters, as the API echoes them. The suffix takes precedence.
pub(super) fn applied(given: &Value, suffix: &str) -> Value {
    let mut applied = json!({
        "disable_thinking": false,
        "enable_e2ee": true,
        "enable_web_citations": false,
        "enable_web_scraping": false,
        "enable_web_search": "off",
        "enable_x_search": false,
        "include_search_results_in_stream": false,
        "include_venice_system_prompt": true,
        "return_search_results_as_documents": false,
        "strip_thinking_response": false,
    });
    let from_suffix = suffix.split('&').filter_map(|pair| pair.split_once('=')).map(|(name, value)| {
        let value = match &*percent_decoded(value) {
            "true" => true.into(),
            "false" => false.into(),
            text => text.into(),
        };
        (name, value)
    });
    let from_body = given.as_object().into_iter().flatten().map(|(name, value)| (name.as_str(), value.clone()));
    for (name, value) in from_body.chain(from_suffix) {
        applied[name] = value;
    }
    applied
}
