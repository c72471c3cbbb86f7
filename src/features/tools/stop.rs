//! `StopReason`: why a run stopped without an answer.

use super::turn::Turn;
use crate::api::generated::operations;
use crate::runtime::error::{Error, ErrorKind};

/// Why a run stopped without an answer, although no call to the API failed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StopReason {
    /// The model still calls tools at the round limit. Raise the limit ([`with_max_rounds`](super::ToolRun::with_max_rounds)), or
    /// [`push`](super::ToolRun::push) a message that asks for an answer.
    RoundLimit,
    /// A reply was truncated within its tool calls, usually by `max_completion_tokens`. None of them was executed, as arguments may be
    /// truncated too.
    Cut,
    /// A reply announces tool calls, and has none that can be decoded.
    NoCalls,
    /// Calls wait for the caller's [`answer`](super::ToolRun::answer).
    Unanswered,
    /// The tool of this name ended the run ([`ToolError::stop`](super::ToolError::stop)).
    Tool(String),
}

/// Ends the iteration over a run's events.
pub(super) struct Halt {
    pub(super) error: Error,
    pub(super) reason: Option<StopReason>,
}

impl From<Error> for Halt {
    #[inline]
    fn from(error: Error) -> Self {
        Self { error: error.with_operation(&operations::CREATE_CHAT_COMPLETION), reason: None }
    }
}

impl Halt {
    #[inline]
    fn because(reason: StopReason, message: String) -> Self {
        Self { reason: Some(reason), ..Error::new(ErrorKind::ToolRun, message).into() }
    }

    pub(super) fn at_limit(rounds: u32) -> Self {
        let message =
            format!("the model called tools in each of {rounds} replies, which is the limit; nothing more was sent");
        Self::because(StopReason::RoundLimit, message)
    }

    pub(super) fn cut(why: &str) -> Self {
        let message = format!(
            "the reply was truncated within its tool calls (finish reason `{why}`), and none of them was executed; \
             `max_completion_tokens` may be too low"
        );
        Self::because(StopReason::Cut, message)
    }

    #[inline]
    pub(super) fn without_calls() -> Self {
        Self::because(
            StopReason::NoCalls,
            "the reply announces tool calls, and has none that can be decoded".to_owned(),
        )
    }

    pub(super) fn unanswered(turn: &Turn) -> Self {
        let calls = turn.unanswered().map(|call| format!("{:?} of `{}`", call.id, call.function.name));
        let message = format!("calls wait for `answer`: {}", calls.collect::<Vec<_>>().join(", "));
        Self::because(StopReason::Unanswered, message)
    }

    pub(super) fn by_tool(name: &str, why: &str) -> Self {
        Self::because(StopReason::Tool(name.to_owned()), format!("the tool `{name}` ended the run: {why}"))
    }
}
