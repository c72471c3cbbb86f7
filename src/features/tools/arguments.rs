//! `NoArguments`, and reading the arguments of a tool call.

use serde::de::{Deserialize, DeserializeOwned, Deserializer, IgnoredAny};

use crate::runtime::error::locate;
use crate::runtime::json_cost;
use crate::runtime::transport::limits::MOST_ANSWER_MEMORY;

/// The arguments of a tool without parameters. Whatever the model sends is ignored.
///
/// ```
/// use serde_json::json;
/// use venice_ai::tools::{NoArguments, ToolBox};
/// use venice_ai::types::Tool;
///
/// let tool = Tool::function("tide", "The water level in the lagoon, now", json!({"type": "object", "properties": {}}));
/// let tools = ToolBox::new().implement(tool, |_: NoArguments| async { "62 cm" });
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct NoArguments;

impl<'de> Deserialize<'de> for NoArguments {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| Self)
    }
}

#[cfg(feature = "structured")]
impl schemars::JsonSchema for NoArguments {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "NoArguments".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "object", "properties": {}, "additionalProperties": false})
    }
}

/// Normalises missing arguments: for a tool without parameters models send `{}`, nothing, or null.
pub(super) fn or_empty(text: &str) -> &str {
    match text.trim() {
        "" | "null" => "{}",
        text => text,
    }
}

/// Deserialises arguments. The error text is for the model, so that it can correct them.
pub(super) fn read<A: DeserializeOwned>(text: &str) -> Result<A, String> {
    let text = or_empty(text);
    if json_cost::exceeds(text.as_bytes(), MOST_ANSWER_MEMORY) {
        return Err("The arguments have too many values. Call the tool again with fewer.".to_owned());
    }
    serde_json::from_str(text).map_err(|error| if error.is_data() { misfit(text, &error) } else { no_json(&error) })
}

pub(super) fn no_json(error: &serde_json::Error) -> String {
    format!("The arguments are not JSON: {error}. Call the tool again with arguments that are.")
}

pub(super) fn misfit(text: &str, error: &serde_json::Error) -> String {
    let (problem, _) = locate::unexpected("the value of the arguments", text.as_bytes(), error);
    format!("The tool was not called: {problem}. Call it again with arguments that follow its schema.")
}
