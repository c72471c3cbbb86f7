//! Features as a suffix of the model's name.

use crate::ValidationError;
use crate::types::VeniceParameters;
use serde_json::Value;
use std::collections::BTreeMap;

impl VeniceParameters {
    /// The model's name with these parameters as a suffix, for programs that can set nothing but the model.
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
    /// A model that has a suffix already, and a value with one of the characters `:`, `=`, `&` or white space, which the
    /// suffix has no way to write.
    pub fn model_with_suffix(&self, model: impl AsRef<str>) -> Result<String, ValidationError> {
        let model = model.as_ref();
        if model.trim().is_empty() || model.contains(':') {
            return Err(ValidationError::new(
                "model",
                format!("is {model:?}, which is no model name without a suffix"),
            ));
        }
        let parameters = serde_json::to_value(self).unwrap_or_default();
        // By name, whatever order the JSON library keeps.
        let parameters: BTreeMap<&String, &Value> = parameters.as_object().into_iter().flatten().collect();
        let mut name = model.to_owned();
        for (index, (key, value)) in parameters.into_iter().enumerate() {
            let text = match value {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            if text.is_empty() || text.contains(|c: char| matches!(c, ':' | '=' | '&') || c.is_whitespace()) {
                return Err(ValidationError::new(key, format!("is {text:?}, which a model suffix cannot hold")));
            }
            name.push(if index == 0 { ':' } else { '&' });
            name.push_str(key);
            name.push('=');
            name.push_str(&text);
        }
        Ok(name)
    }
}
