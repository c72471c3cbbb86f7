//! `VeniceParameters::model_with_suffix`: features as a suffix of the model id.

use crate::api::generated::types::VeniceParameters;
use crate::runtime::url::percent_encoded;
use crate::runtime::validation::ValidationError;
use serde_json::Value;
use std::collections::BTreeMap;

/// The parameters that the API reads from a suffix. It silently ignores others.
const KEYS: [&str; 9] = [
    "character_slug",
    "disable_thinking",
    "enable_web_citations",
    "enable_web_scraping",
    "enable_web_search",
    "include_search_results_in_stream",
    "include_venice_system_prompt",
    "return_search_results_as_documents",
    "strip_thinking_response",
];

impl VeniceParameters {
    /// The model id with these parameters as a suffix, for programs that can only set the model. Values are percent-encoded. The API reads
    /// a suffix only in chat completions.
    ///
    /// ```
    /// use venice_ai::types::{VeniceParameters, WebSearchMode};
    /// let parameters = VeniceParameters::new().enable_web_search(WebSearchMode::On).enable_web_citations(true);
    /// let model = parameters.model_with_suffix("qwen3-4b")?;
    /// assert_eq!(model, "qwen3-4b:enable_web_citations=true&enable_web_search=on");
    /// # Ok::<(), venice_ai::ValidationError>(())
    /// ```
    ///
    /// # Errors
    /// A model that already has a suffix, an empty value, and a parameter that the API does not read from a suffix (`enable_e2ee`,
    /// `enable_x_search`).
    pub fn model_with_suffix(&self, model: impl AsRef<str>) -> Result<String, ValidationError> {
        let model = model.as_ref();
        if model.trim().is_empty() || model.contains(':') {
            return Err(ValidationError::new(
                "model",
                format!("is {model:?}, which is not a model id without a suffix"),
            ));
        }
        let parameters = serde_json::to_value(self).unwrap_or_default();
        // Sorted by name, independent of the JSON library's order.
        let parameters: BTreeMap<&String, &Value> = parameters.as_object().into_iter().flatten().collect();
        let mut name = model.to_owned();
        for (index, (key, value)) in parameters.into_iter().enumerate() {
            if !KEYS.contains(&key.as_str()) {
                let problem = "is not read from a model suffix; set it in `venice_parameters`";
                return Err(ValidationError::new(key, problem));
            }
            let text = match value {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            if text.trim().is_empty() {
                return Err(ValidationError::new(key, format!("is {text:?}, which is not allowed in a model suffix")));
            }
            name.push(if index == 0 { ':' } else { '&' });
            name.push_str(key);
            name.push('=');
            name.push_str(&percent_encoded(&text));
        }
        Ok(name)
    }
}
