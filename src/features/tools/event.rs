//! What happens in a run.

use std::fmt;

use crate::api::generated::types::{ChatCompletion, ChatCompletionChunk, ToolCall};
use crate::runtime::meta::Meta;

/// What happens in a run, from [`ToolRun::next`](super::ToolRun::next). `Debug` shows no words of the conversation.
#[derive(Clone)]
#[non_exhaustive]
pub enum RunEvent {
    /// A piece of a reply, while it is written. Only a run of [`run_stream`](crate::Chat::run_stream) has them.
    Chunk(Box<ChatCompletionChunk>),
    /// A reply is whole. The last one has the answer, those before it want tools called.
    Reply(Box<RoundReply>),
    /// A tool is at work.
    CallStarted(Box<ToolCall>),
    /// A call has its result, which the model will read.
    CallFinished(Box<FinishedCall>),
    /// A call of a tool that the box only [declares](super::ToolBox::declare): give the result to
    /// [`ToolRun::answer`](super::ToolRun::answer).
    AnswerNeeded(Box<ToolCall>),
}

/// A whole reply of a run.
#[derive(Clone)]
#[non_exhaustive]
pub struct RoundReply {
    /// Which reply of the run it is, counted from 1.
    pub round: u32,
    /// What the model said, with what it cost.
    pub reply: ChatCompletion,
    /// What came beside it: request id, limits, balances.
    pub meta: Meta,
}

/// A call of a tool that has its result.
#[derive(Clone)]
#[non_exhaustive]
pub struct FinishedCall {
    /// What the model wanted.
    pub call: ToolCall,
    /// What it reads as the result.
    pub output: String,
    /// What became of the call.
    pub status: CallStatus,
}

/// What became of a call. Whatever it is, the model reads a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CallStatus {
    /// The tool gave a result.
    Done,
    /// The tool gave an error, or a result that cannot be JSON.
    Failed,
    /// The tool took longer than it may, and was dropped.
    TimedOut,
    /// The arguments are no JSON or do not fit, and the tool was not called.
    BadArguments,
    /// There is no tool of this name.
    UnknownTool,
    /// The tool ended the run ([`ToolError::stop`](super::ToolError::stop)).
    Stopped,
    /// The tool was not called, because another one ended the run.
    NotCalled,
    /// The tool panicked, and the program went on with the run all the same.
    Panicked,
}

impl RunEvent {
    /// The piece of the answer's text that it brings, if it is a [`Chunk`](Self::Chunk) with one.
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
