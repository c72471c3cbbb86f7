//! What there is of a run, and what the caller adds to it.

use std::borrow::Cow;

use super::phase::Phase;
use super::{FinishedRun, StopReason, ToolRun, UnfinishedRun};
use crate::api::generated::operations;
use crate::api::generated::types::{ChatCompletion, ChatMessage, ToolCall, Usage};
use crate::api::usage::Cost;
use crate::runtime::error::Error;
use crate::runtime::validation;

/// What there is of it so far.
impl ToolRun {
    /// The conversation so far, with what the model said and what the tools gave. While tools are at work the last message is the one
    /// that calls them; a reply that was cut is not in it.
    ///
    /// The API wants what the model said back unchanged. Within a run it goes back byte for byte, so a conversation goes on best
    /// with [`push`](Self::push).
    #[must_use]
    pub fn messages(&self) -> &[ChatMessage] {
        self.conversation.messages()
    }

    /// The newest whole reply: the answer, once the run is finished.
    #[must_use]
    pub fn reply(&self) -> Option<&ChatCompletion> {
        self.reply.as_ref()
    }

    /// The text of the newest whole reply; empty before there is one.
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

    /// How many replies came whole. Each was paid for.
    #[must_use]
    pub fn rounds(&self) -> u32 {
        self.rounds
    }

    /// The tokens of all replies together, unless one of them did not say. A stream that broke off counts as far as it said.
    #[must_use]
    pub fn usage(&self) -> Option<&Usage> {
        self.totals.usage()
    }

    /// What all replies together cost, unless one of them did not say. A stream that broke off before it said is one.
    #[must_use]
    pub fn cost(&self) -> Option<Cost> {
        self.totals.cost()
    }

    /// Why the run stopped by itself, after an error of the kind [`ToolRun`](crate::ErrorKind::ToolRun).
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

/// What the caller adds.
impl ToolRun {
    /// The result of a call that the box only [declares](super::ToolBox::declare), by the call's id.
    ///
    /// # Errors
    /// No call of this id waits for an answer.
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
        let error = Error::invalid_request(format!("no call of the id {id:?} waits for an answer"));
        Err(error.with_operation(&operations::CREATE_CHAT_COMPLETION))
    }

    /// Adds to the conversation, such as the next question behind an answer, and lets the run go on. The limit of rounds counts anew.
    ///
    /// # Errors
    /// A request is under way or tools are at work; and a message that the API would refuse.
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
            return Err(named(Error::invalid_request(
                "a message can be added behind a turn, and not in the middle of it",
            )));
        }
        validation::run(&message).map_err(|finding| named(Error::validation(finding)))?;
        *phase = Phase::Ready;
        self.conversation.push(message);
        self.rounds_of_turn = 0;
        self.is_finished = false;
        self.resume();
        Ok(())
    }

    /// The run as what it has become.
    #[inline]
    pub(super) fn settle(self, outcome: Result<(), Error>) -> Result<FinishedRun, UnfinishedRun> {
        match outcome {
            Ok(()) => Ok(FinishedRun::new(self)),
            Err(error) => Err(UnfinishedRun::new(error, self)),
        }
    }
}
