//! `Chat::run`, `Chat::run_stream`: chat completions with tool calling.

use super::{ToolBox, ToolRun};
use crate::api::chat::Chat;
use crate::api::generated::types::ChatCompletionRequest;

impl Chat<'_> {
    /// Runs a chat completion with tool calling until the model has answered: a [`ToolRun`].
    ///
    /// Each round is a call like [`create`](Self::create). The tools of the box are added to those of the request.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
    /// use venice_ai::tools::{NoArguments, ToolBox};
    /// use venice_ai::types::{ChatCompletionRequest, Tool};
    ///
    /// let tide = Tool::function("tide", "The water level in the lagoon, now", serde_json::json!({"type": "object"}));
    /// let tools = ToolBox::new().implement(tide, |_: NoArguments| async { "62 cm" });
    /// let request = ChatCompletionRequest::new("default", ["Are my feet dry at San Marco?"]);
    /// let finished = venice.chat().run(request, &tools).await?;
    /// println!("{} ({})", finished.text(), finished.cost().unwrap_or_default());
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Those of [`create`](Self::create). Rejected before sending: `n` above 1, duplicate and invalid tool names. See [`ToolRun::next`].
    #[doc(alias("function_calling", "tool_calling", "agent"))]
    pub fn run(&self, request: impl Into<ChatCompletionRequest>, tools: &ToolBox) -> ToolRun {
        ToolRun::new(self.client, request.into(), tools, false)
    }

    /// Like [`run`](Self::run), with streamed replies: its [events](crate::tools::RunEvent) have the chunks as they arrive.
    ///
    /// ```no_run
    /// # async fn example(venice: venice_ai::Client, tools: venice_ai::tools::ToolBox) -> Result<(), venice_ai::Error> {
    /// use venice_ai::types::ChatCompletionRequest;
    ///
    /// let mut run = venice.chat().run_stream(ChatCompletionRequest::new("default", ["When can I sail?"]), &tools);
    /// while let Some(event) = run.next().await {
    ///     print!("{}", event?.text().unwrap_or_default());
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As for [`run`](Self::run). A stream that breaks off, or has an event that cannot be decoded, ends the run with an error, and none of
    /// its tool calls is executed.
    pub fn run_stream(&self, request: impl Into<ChatCompletionRequest>, tools: &ToolBox) -> ToolRun {
        ToolRun::new(self.client, request.into(), tools, true)
    }
}
