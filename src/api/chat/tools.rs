//! `Tool`, `ToolChoice`, `ResponseFormat`: constructors for tool calling and structured outputs.

use crate::api::generated::types::{
    Function, FunctionName, FunctionTool, JsonSchema, JsonSchemaFormat, NamedToolChoice, ResponseFormat, Tool,
    ToolCall, ToolChoice, ToolChoiceMode,
};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

impl Tool {
    /// A function that the model may call: its name, its description, and the JSON Schema of its arguments (an object).
    ///
    /// ```
    /// use serde_json::json;
    /// use venice_ai::types::Tool;
    /// let schema = json!({"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]});
    /// let tool = Tool::function("weather", "The weather in a city, now", schema);
    /// ```
    #[must_use]
    pub fn function(name: impl Into<String>, description: impl Into<String>, parameters: impl Into<Value>) -> Self {
        Self::Function(FunctionTool::new(
            Function::new(name).description(description).parameters(object(parameters.into())),
        ))
    }
}

impl ToolChoice {
    /// The model decides.
    #[must_use]
    pub fn auto() -> Self {
        Self::Mode(ToolChoiceMode::Auto)
    }

    /// The model calls no tool.
    #[must_use]
    pub fn none() -> Self {
        Self::Mode(ToolChoiceMode::None)
    }

    /// The model calls some tool.
    #[must_use]
    pub fn required() -> Self {
        Self::Mode(ToolChoiceMode::Required)
    }

    /// The model calls this function.
    #[must_use]
    pub fn function(name: impl Into<String>) -> Self {
        Self::Function(NamedToolChoice::new(FunctionName::new(name)))
    }
}

impl ToolCall {
    /// Deserialises the arguments. A model that calls a function without parameters may send no text; that reads as `{}`.
    ///
    /// # Errors
    /// The model wrote something else than the JSON of a `T`, which happens with every model.
    ///
    /// ```
    /// use venice_ai::types::ToolCall;
    /// let call: ToolCall = serde_json::from_str(r#"{"id": "1", "function": {"name": "now", "arguments": ""}}"#)?;
    /// let arguments: serde_json::Value = call.arguments()?;
    /// assert!(arguments.is_object());
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn arguments<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        let text = self.function.arguments.trim();
        serde_json::from_str(if text.is_empty() { "{}" } else { text })
    }
}

impl ResponseFormat {
    /// A strict JSON schema for the answer. Every property must be in `required` and every object must have `additionalProperties: false`;
    /// an optional value is a nullable one.
    ///
    /// ```
    /// use serde_json::json;
    /// use venice_ai::types::ResponseFormat;
    /// let schema = json!({"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"], "additionalProperties": false});
    /// let format = ResponseFormat::json_schema("person", schema);
    /// ```
    #[must_use]
    pub fn json_schema(name: impl Into<String>, schema: impl Into<Value>) -> Self {
        Self::JsonSchema(JsonSchemaFormat::new(JsonSchema::new(name, object(schema.into())).strict(true)))
    }
}

/// A schema that is not an object (`true`) allows anything, like `{}`.
fn object(schema: Value) -> Map<String, Value> {
    match schema {
        Value::Object(object) => object,
        _ => Map::new(),
    }
}
