//! `ToolBox`: the tools of a run and their functions.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::function::Function;
use super::{ToolError, arguments};
use crate::api::generated::types::Tool;

/// The tools that a model may call in a run, and their functions.
///
/// A function is async and takes one value, deserialised from the model's arguments. Captures, such as an `Arc`, provide everything else.
/// Its result goes to the model: a string as it is, any other value as JSON. It runs within [`ToolRun::next`](super::ToolRun::next), not in
/// a task of its own: CPU-bound work blocks the others, and belongs into `tokio::task::spawn_blocking`. A panic propagates through the call
/// of `next`; the run stays intact, and when it is resumed the model reads that the tool failed.
///
/// A box is cheap to clone and can serve any number of runs at once. Invalid boxes (duplicate names, a name that is not 1 to 64 letters,
/// digits, `_` and `-`) are reported by the run before anything is sent.
///
/// ```
/// use serde_json::{Value, json};
/// use venice_ai::tools::ToolBox;
/// use venice_ai::types::Tool;
///
/// let schema = json!({"type": "object", "properties": {"station": {"type": "string"}}, "required": ["station"]});
/// let tool = Tool::function("tide", "The water level at a station of the lagoon, now", schema);
/// let tools = ToolBox::new().implement(tool, |arguments: Value| async move {
///     json!({"station": arguments["station"], "cm": 62})
/// });
/// ```
#[derive(Clone, Default)]
#[must_use = "pass it to `chat().run(…)`"]
pub struct ToolBox {
    pub(super) tools: Vec<ToolEntry>,
    /// The time-out of tools without their own.
    timeout: Option<Duration>,
    pub(super) timeouts: BTreeMap<String, Duration>,
    pub(super) descriptions: BTreeMap<String, String>,
}

#[derive(Clone)]
pub(super) struct ToolEntry {
    pub(super) tool: Tool,
    /// `None` if the caller or the server answers.
    pub(super) function: Option<Function>,
    /// Why its arguments have no schema.
    pub(super) problem: Option<String>,
}

impl ToolBox {
    /// A box without tools.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a tool with your own description, and its function. The model is bound to the schema only if it is
    /// [`strict`](crate::types::Function::strict), so make the type of the arguments lenient.
    ///
    /// The returned value is the result. For a `Result` whose `Err` the model should read as an error, use
    /// [`try_implement`](Self::try_implement).
    ///
    /// ```
    /// use serde_json::{Value, json};
    /// use venice_ai::tools::ToolBox;
    /// use venice_ai::types::Tool;
    ///
    /// let schema = json!({"type": "object", "properties": {"numbers": {"type": "array", "items": {"type": "number"}}}});
    /// let tools = ToolBox::new().implement(Tool::function("sum", "Adds numbers", schema), |arguments: Value| async move {
    ///     arguments["numbers"].as_array().into_iter().flatten().filter_map(Value::as_f64).sum::<f64>()
    /// });
    /// ```
    pub fn implement<A, F, W>(self, tool: impl Into<Tool>, function: F) -> Self
    where
        A: DeserializeOwned,
        F: Fn(A) -> W + Send + Sync + 'static,
        W: Future<Output: Serialize> + Send + 'static,
    {
        self.with_entry(tool.into(), Some(Function::of(|text: &str| arguments::read(text), function)))
    }

    /// Like [`implement`](Self::implement), with a function that may fail. The model reads the error as the result, and the run continues;
    /// [`ToolError::stop`] ends it.
    ///
    /// ```
    /// use serde_json::{Value, json};
    /// use venice_ai::tools::ToolBox;
    /// use venice_ai::types::Tool;
    ///
    /// let schema = json!({"type": "object", "properties": {"path": {"type": "string"}}});
    /// let tools = ToolBox::new().try_implement(Tool::function("read", "Reads a file", schema), |arguments: Value| async move {
    ///     std::fs::read_to_string(arguments["path"].as_str().unwrap_or_default())
    /// });
    /// ```
    pub fn try_implement<A, F, W, O, E>(self, tool: impl Into<Tool>, function: F) -> Self
    where
        A: DeserializeOwned,
        F: Fn(A) -> W + Send + Sync + 'static,
        W: Future<Output = Result<O, E>> + Send + 'static,
        O: Serialize,
        E: Into<ToolError>,
    {
        self.with_entry(tool.into(), Some(Function::fallible(|text: &str| arguments::read(text), function)))
    }

    /// Adds a tool without a function. You answer its calls ([`ToolRun::answer`](super::ToolRun::answer)): for a person's approval, or work
    /// done elsewhere. Searches by the server, such as [`Tool::WebSearch`], need no answer.
    ///
    /// The functions among the `tools` of a request are declared in the same way.
    ///
    /// ```
    /// use serde_json::json;
    /// use venice_ai::tools::ToolBox;
    /// use venice_ai::types::Tool;
    ///
    /// let pay = Tool::function("pay", "Pays a bill, if the user agrees", json!({"properties": {"eur": {"type": "number"}}}));
    /// let tools = ToolBox::new().declare(pay).declare(Tool::WebSearch);
    /// ```
    pub fn declare(self, tool: impl Into<Tool>) -> Self {
        self.with_entry(tool.into(), None)
    }

    /// The time-out of each tool call. Default: none. A call that exceeds it is dropped, and the model reads that it did not finish.
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// The time-out of the tool with this name, instead of [`with_timeout`](Self::with_timeout). An unknown name is rejected when the box
    /// is used.
    pub fn with_timeout_of(mut self, tool: impl Into<String>, timeout: Duration) -> Self {
        self.timeouts.insert(tool.into(), timeout);
        self
    }

    /// The description of the tool with this name, instead of its own. An unknown name is rejected when the box is used.
    pub fn with_description_of(mut self, tool: impl Into<String>, description: impl Into<String>) -> Self {
        self.descriptions.insert(tool.into(), description.into());
        self
    }

    fn with_entry(mut self, tool: Tool, function: Option<Function>) -> Self {
        self.tools.push(ToolEntry { tool, function, problem: None });
        self
    }

    /// The tools as the model sees them.
    pub(super) fn declared(&self) -> impl Iterator<Item = Tool> {
        self.tools.iter().map(|entry| {
            let mut tool = entry.tool.clone();
            if let Tool::Function(tool) = &mut tool
                && let Some(description) = self.descriptions.get(&tool.function.name)
            {
                tool.function.description = Some(description.clone());
            }
            tool
        })
    }

    /// Whether a tool has this name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.tools.iter().any(|entry| name_of(&entry.tool) == Some(name))
    }

    /// The function with this name, and its time-out.
    pub(super) fn function(&self, name: &str) -> Option<(&Function, Option<Duration>)> {
        let of_this_name = |entry: &&ToolEntry| name_of(&entry.tool) == Some(name);
        let function = self.tools.iter().find(of_this_name)?.function.as_ref()?;
        Some((function, self.timeouts.get(name).copied().or(self.timeout)))
    }
}

/// The name of a tool that the caller or the box executes, not the server.
pub(super) fn name_of(tool: &Tool) -> Option<&str> {
    match tool {
        Tool::Function(tool) => Some(&tool.function.name),
        _ => None,
    }
}

/// Shows the names of the tools.
impl fmt::Debug for ToolBox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.tools.iter().filter_map(|entry| name_of(&entry.tool));
        f.debug_struct("ToolBox").field("tools", &names.collect::<Vec<_>>()).finish_non_exhaustive()
    }
}
