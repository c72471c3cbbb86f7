//! The tools of a run.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::function::Function;
use super::{ToolError, arguments};
use crate::api::generated::types::Tool;

/// The tools that a model may call in a run, and the functions behind them.
///
/// A function takes one value, which is read from the arguments that the model writes, and is async. What it needs besides it
/// captures, as an `Arc` for instance. Its result goes to the model: a text as it is, everything else as JSON. It runs within
/// [`ToolRun::next`](super::ToolRun::next) and on no thread of its own: one that computes for long holds up the others, and
/// belongs into `tokio::task::spawn_blocking`. If it panics, so does the call of `next` it runs in; the run is not
/// damaged by that, and who goes on with it tells the model that the tool failed.
///
/// A box is cheap enough to be cloned and can serve any number of runs at once. What is wrong with it (two tools of one name, a name
/// that is not 1 to 64 letters, digits, `_` and `-`) is the error of a run, before anything is sent.
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
#[must_use = "give it to `chat().run(…)`"]
pub struct ToolBox {
    pub(super) tools: Vec<ToolEntry>,
    /// For each tool that has none of its own.
    timeout: Option<Duration>,
    pub(super) timeouts: BTreeMap<String, Duration>,
}

#[derive(Clone)]
pub(super) struct ToolEntry {
    pub(super) tool: Tool,
    /// `None` where the caller answers, or the server.
    pub(super) function: Option<Function>,
    /// Why no schema describes its arguments.
    pub(super) problem: Option<String>,
}

impl ToolBox {
    /// A box without tools.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a tool that you describe yourself, and its function. The model is held to the schema of the description only if that is
    /// [`strict`](crate::types::Function::strict), so make the type of the arguments forgiving.
    ///
    /// What the function gives is its result, whatever it is. A `Result` whose `Err` the model shall read as an error is for
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

    /// As [`implement`](Self::implement), with a function that may fail. The model reads the error in place of a result, and the run
    /// goes on; [`ToolError::stop`] ends it.
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

    /// Adds a tool without a function. A call of it is yours to answer ([`ToolRun::answer`](super::ToolRun::answer)): where a person
    /// has to agree first, or the work is done elsewhere. Searches of the server, such as [`Tool::WebSearch`], need no answer.
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

    /// How long each tool may take. Nothing limits it unless this is called. One that takes longer is dropped, and the model reads
    /// that it did not come to an end.
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// How long the tool of this name may take, in place of [`with_timeout`](Self::with_timeout). A name without a tool is refused
    /// when the box is used.
    pub fn with_timeout_of(mut self, tool: impl Into<String>, timeout: Duration) -> Self {
        self.timeouts.insert(tool.into(), timeout);
        self
    }

    fn with_entry(mut self, tool: Tool, function: Option<Function>) -> Self {
        self.tools.push(ToolEntry { tool, function, problem: None });
        self
    }

    /// The function of this name, and how long it may take.
    pub(super) fn function(&self, name: &str) -> Option<(&Function, Option<Duration>)> {
        let of_this_name = |entry: &&ToolEntry| name_of(&entry.tool) == Some(name);
        let function = self.tools.iter().find(of_this_name)?.function.as_ref()?;
        Some((function, self.timeouts.get(name).copied().or(self.timeout)))
    }
}

/// The name of a tool that is called, and not carried out by the server.
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
