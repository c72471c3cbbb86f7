//! `ChatShape`: the parts of a chat request that determine its price.

use serde_json::Value;

/// The parts of a chat request that determine its price.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ChatShape {
    /// The bytes of the prompt: messages, tools and response format, as JSON.
    pub(crate) bytes: u64,
    /// It has content whose tokens cannot be derived from its text: images, audio, files, search results, a character.
    pub(crate) has_more: bool,
    /// The API adds its own system prompt.
    pub(crate) has_system_prompt: bool,
    /// The maximum completion tokens of one choice.
    pub(crate) limit: Option<u64>,
    /// The number of choices.
    pub(crate) answers: u64,
}

/// Parts of the type names of media in messages: `image_url`, `input_audio`.
const MEDIA: [&str; 4] = ["image", "audio", "video", "file"];

impl ChatShape {
    /// Reads the JSON of a request, of the chat endpoint or of the Responses API.
    pub(crate) fn read(body: &Value) -> Self {
        let model = body["model"].as_str().unwrap_or_default();
        let suffix = model.split_once(':').map(|(_, suffix)| suffix).unwrap_or_default();
        let parameter = |name: &str| {
            let in_suffix = suffix.split('&').filter_map(|part| part.split_once('=')).find(|(key, _)| *key == name);
            let in_body = match &body["venice_parameters"][name] {
                Value::Null => None,
                Value::String(text) => Some(text.clone()),
                other => Some(other.to_string()),
            };
            in_suffix.map(|(_, value)| value.to_owned()).or(in_body)
        };
        let is_on = |name: &str| parameter(name).is_some_and(|value| !matches!(value.as_str(), "off" | "false" | ""));
        let searches = ["enable_web_search", "enable_web_scraping", "enable_x_search", "character_slug"];
        let mut shape = Self {
            has_more: searches.into_iter().any(is_on) || has_server_search(&body["tools"]),
            has_system_prompt: parameter("include_venice_system_prompt").as_deref() != Some("false"),
            limit: ["max_completion_tokens", "max_tokens", "max_output_tokens"]
                .iter()
                .find_map(|name| body[name].as_u64()),
            answers: body["n"].as_u64().unwrap_or(1).max(1),
            ..Self::default()
        };
        for name in ["messages", "input", "instructions", "tools", "functions", "response_format", "text"] {
            shape.add(&body[name]);
        }
        shape
    }

    fn add(&mut self, value: &Value) {
        match value {
            Value::Null => {}
            Value::Object(fields) => {
                let kind = fields.get("type").and_then(Value::as_str);
                if kind.is_some_and(|kind| MEDIA.iter().any(|media| kind.contains(media))) {
                    self.has_more = true;
                    return;
                }
                // Two quotes, a colon and a comma.
                for (name, value) in fields {
                    self.bytes = self.bytes.saturating_add(name.len() as u64 + 4);
                    self.add(value);
                }
            }
            Value::Array(items) => items.iter().for_each(|item| self.add(item)),
            Value::String(text) => self.bytes = self.bytes.saturating_add(text.len() as u64 + 4),
            other => self.bytes = self.bytes.saturating_add(other.to_string().len() as u64 + 1),
        }
    }
}

/// Tools that the server runs itself, whose results become part of the prompt.
fn has_server_search(tools: &Value) -> bool {
    let kinds = tools.as_array().into_iter().flatten().filter_map(|tool| tool["type"].as_str());
    kinds.into_iter().any(|kind| kind != "function")
}
