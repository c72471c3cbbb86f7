//! `RunEvent`: the events of a run.

use std::fmt;

use crate::api::generated::types::{ChatCompletion, ChatCompletionChunk, ToolCall};
use crate::runtime::meta::Meta;

/// An event of a run, from [`ToolRun::next`](super::ToolRun::next). `Debug` shows nothing of the conversation.
#[derive(Clone)]
#[non_exhaustive]
pub enum RunEvent {
    /// A chunk of a streamed reply. Only for [`run_stream`](crate::Chat::run_stream).
    Chunk(Box<ChatCompletionChunk>),
    /// A complete reply. The last one is the answer, those before it have tool calls.
    Reply(Box<RoundReply>),
    /// A tool was started.
    CallStarted(Box<ToolCall>),
    /// A call has its result for the model.
    CallFinished(Box<FinishedCall>),
    /// A call of a tool that the box only [declares](super::ToolBox::declare): pass the result to
    /// [`ToolRun::answer`](super::ToolRun::answer).
    AnswerNeeded(Box<ToolCall>),
}

/// A complete reply of a run.
#[derive(Clone)]
#[non_exhaustive]
pub struct RoundReply {
    /// The number of the reply, from 1.
    pub round: u32,
    /// The reply, with its usage and cost.
    pub reply: ChatCompletion,
    /// Its metadata: request id, rate limits, balances.
    pub meta: Meta,
}

/// A finished tool call.
#[derive(Clone)]
#[non_exhaustive]
pub struct FinishedCall {
    /// The call.
    pub call: ToolCall,
    /// The result for the model.
    pub output: String,
    /// The status of the call.
    pub status: CallStatus,
}

/// The status of a call. The model gets a result in each case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CallStatus {
    /// The tool returned a result.
    Done,
    /// The tool returned an error, or a result that cannot be serialised.
    Failed,
    /// The tool exceeded its time-out, and was dropped.
    TimedOut,
    /// The arguments are not JSON or do not match, and the tool was not called.
    BadArguments,
    /// There is no tool with this name.
    UnknownTool,
    /// The tool ended the run ([`ToolError::stop`](super::ToolError::stop)).
    Stopped,
    /// The tool was not called, because another one ended the run.
    NotCalled,
    /// The tool panicked, and the program resumed the run.
    Panicked,
}

impl RunEvent {
    /// The text of a [`Chunk`](Self::Chunk), if it has any.
    ///
    /// ```no_run
    /// # async fn example(mut run: venice_ai::tools::ToolRun) -> Result<(), venice_ai::Error> {
    /// while let Some(event) = run.next().await {
    ///     print!("{}", event?.text().unwrap_or_default());
    /// }
    /// # Ok(()) }
    /// ```
    pub fn text(&self) -> Option<&str> {
        let Self::Chunk(chunk) = self else { return None };
        let first = chunk.choices.iter().find(|choice| choice.index == 0)?;
        first.delta.content.as_deref().filter(|text| !text.is_empty())
    }
}

impl fmt::Debug for RunEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let call = |name: &str, f: &mut fmt::Formatter<'_>, call: &ToolCall| {
            f.debug_struct(name).field("id", &call.id).field("tool", &call.function.name).finish_non_exhaustive()
        };
        match self {
            Self::Chunk(_) => f.write_str("Chunk"),
            Self::Reply(reply) => reply.fmt(f),
            Self::CallStarted(started) => call("CallStarted", f, started),
            Self::CallFinished(finished) => finished.fmt(f),
            Self::AnswerNeeded(needed) => call("AnswerNeeded", f, needed),
        }
    }
}

impl fmt::Debug for RoundReply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RoundReply")
            .field("round", &self.round)
            .field("finish_reason", &self.reply.finish_reason())
            .field("usage", &self.reply.usage)
            .field("cost", &self.reply.cost)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for FinishedCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FinishedCall")
            .field("id", &self.call.id)
            .field("tool", &self.call.function.name)
            .field("status", &self.status)
            .field("output", &format_args!("{} bytes", self.output.len()))
            .finish()
    }
}
