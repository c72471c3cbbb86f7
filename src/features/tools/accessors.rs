//! `ToolRun`: getters of its conversation, and input from the caller.

use std::borrow::Cow;

use super::phase::Phase;
use super::{FinishedRun, StopReason, ToolRun, UnfinishedRun};
use crate::api::generated::operations;
use crate::api::generated::types::{ChatCompletion, ChatMessage, ToolCall, Usage};
use crate::api::usage::Cost;
use crate::runtime::error::Error;
use crate::runtime::validation;

/// The state of the run.
impl ToolRun {
    /// The conversation so far, with assistant messages and tool results. While tools are running the last message is the one that calls
    /// them; a truncated reply is not in it.
    ///
    /// The API requires assistant messages to be sent back unchanged. A run sends them back byte for byte, so continue a conversation with
    /// [`push`](Self::push).
    #[must_use]
    pub fn messages(&self) -> &[ChatMessage] {
        self.conversation.messages()
    }

    /// The newest complete reply: the answer, once the run is finished.
    #[must_use]
    pub fn reply(&self) -> Option<&ChatCompletion> {
        self.reply.as_ref()
    }

    /// The text of the newest complete reply; empty before there is one.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        self.reply.as_ref().map(ChatCompletion::text).unwrap_or_default()
    }

    /// Whether the model has given its final answer.
    ///
    /// ```no_run
    /// # fn example(run: venice_ai::tools::ToolRun) {
    /// assert!(!run.is_finished());
    /// # }
    /// ```
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.is_finished
    }

    /// The number of complete replies. Each was charged.
    #[must_use]
    pub fn rounds(&self) -> u32 {
        self.rounds
    }

    /// The usage of all replies, unless one of them did not report it. An interrupted stream counts with what it reported.
    #[must_use]
    pub fn usage(&self) -> Option<&Usage> {
        self.totals.usage()
    }

    /// The cost of all replies, unless one of them, such as an interrupted stream, did not report it.
    #[must_use]
    pub fn cost(&self) -> Option<Cost> {
        self.totals.cost()
    }

    /// Why the run stopped, after an error of the kind [`ToolRun`](crate::ErrorKind::ToolRun).
    ///
    /// ```no_run
    /// # fn example(run: venice_ai::tools::ToolRun) {
    /// use venice_ai::tools::StopReason;
    /// if run.stop_reason() == Some(&StopReason::RoundLimit) {
    ///     println!("it called tools {} times and has no answer", run.rounds());
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn stop_reason(&self) -> Option<&StopReason> {
        self.stop_reason.as_ref()
    }

    /// The calls that wait for [`answer`](Self::answer).
    ///
    /// ```no_run
    /// # fn example(run: venice_ai::tools::ToolRun) {
    /// for call in run.unanswered() {
    ///     println!("{}({})", call.function.name, call.function.arguments);
    /// }
    /// # }
    /// ```
    #[must_use]
    #[inline]
    pub fn unanswered(&self) -> &[ToolCall] {
        &self.unanswered
    }
}

/// Input from the caller.
impl ToolRun {
    /// Sets the result of a call that the box only [declares](super::ToolBox::declare), by the call's id.
    ///
    /// # Errors
    /// No call with this id waits for an answer.
    ///
    /// ```no_run
    /// # async fn example(mut run: venice_ai::tools::ToolRun) -> Result<(), venice_ai::Error> {
    /// use venice_ai::tools::RunEvent;
    /// while let Some(event) = run.next().await {
    ///     if let RunEvent::AnswerNeeded(call) = event? {
    ///         println!("{}? {}", call.function.name, call.function.arguments);
    ///         run.answer(&call.id, "The user said no.")?;
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    pub fn answer(&mut self, id: impl AsRef<str>, output: impl Into<String>) -> Result<(), Error> {
        let id = id.as_ref();
        if let Phase::Acting(turn) = self.phase.get_mut()
            && turn.answer(id, output.into())
        {
            self.unanswered.retain(|call| call.id != id);
            return Ok(());
        }
        let error = Error::invalid_request(format!("no call with the id {id:?} waits for an answer"));
        Err(error.with_operation(&operations::CREATE_CHAT_COMPLETION))
    }

    /// Adds a message to the conversation, such as the next question, and continues the run. The round limit starts again.
    ///
    /// # Errors
    /// A request is in flight or tools are running; or the API would reject the message.
    ///
    /// ```no_run
    /// # async fn example(mut run: venice_ai::tools::ToolRun) -> Result<(), venice_ai::Error> {
    /// run.finish().await?;
    /// println!("{}", run.text());
    /// run.push("And tomorrow?")?;
    /// run.finish().await?;
    /// println!("{}", run.text());
    /// # Ok(()) }
    /// ```
    pub fn push(&mut self, message: impl Into<ChatMessage>) -> Result<(), Error> {
        let message = message.into();
        let named = |error: Error| error.with_operation(&operations::CREATE_CHAT_COMPLETION);
        let phase = self.phase.get_mut();
        if !matches!(phase, Phase::Ready | Phase::Finished) {
            return Err(named(Error::invalid_request("a message can be added after a turn, not during it")));
        }
        validation::run(&message).map_err(|finding| named(Error::validation(finding)))?;
        *phase = Phase::Ready;
        self.conversation.push(message);
        self.rounds_of_turn = 0;
        self.is_finished = false;
        self.resume();
        Ok(())
    }

    /// Turns the run into its result.
    #[inline]
    pub(super) fn settle(self, outcome: Result<(), Error>) -> Result<FinishedRun, UnfinishedRun> {
        match outcome {
            Ok(()) => Ok(FinishedRun::new(self)),
            Err(error) => Err(UnfinishedRun::new(error, self)),
        }
    }
}
