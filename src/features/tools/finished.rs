//! `FinishedRun`: a run with its answer.

use std::borrow::Cow;
use std::fmt;

use super::ToolRun;
use crate::api::generated::types::{ChatCompletion, ChatMessage, Usage};
use crate::api::usage::Cost;
use crate::runtime::error::Error;

/// The answer of a run, its conversation and its cost.
///
/// ```no_run
/// # async fn example(run: venice_ai::tools::ToolRun) -> Result<(), venice_ai::Error> {
/// let finished = run.await?;
/// println!("{} ({} replies, {:?})", finished.text(), finished.rounds(), finished.cost().map(|cost| cost.to_string()));
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct FinishedRun {
    run: Box<ToolRun>,
}

/// The text of the answer.
impl fmt::Display for FinishedRun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text())
    }
}

impl FinishedRun {
    pub(super) fn new(run: ToolRun) -> Self {
        Self { run: Box::new(run) }
    }

    /// The text of the answer. If a length limit truncated it, the finish reason is `length`, as without tools.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        self.run.text()
    }

    /// The text of the answer as a `String`, like [`text`](Self::text).
    #[must_use]
    pub fn into_text(self) -> String {
        self.text().into_owned()
    }

    /// The last reply; its usage and cost are its own.
    #[must_use]
    pub fn reply(&self) -> Option<&ChatCompletion> {
        self.run.reply()
    }

    /// The whole conversation, including the answer.
    #[must_use]
    pub fn messages(&self) -> &[ChatMessage] {
        self.run.messages()
    }

    /// The number of replies. Each was charged.
    #[must_use]
    pub fn rounds(&self) -> u32 {
        self.run.rounds()
    }

    /// The usage of all replies, unless one of them did not report it.
    #[must_use]
    pub fn usage(&self) -> Option<&Usage> {
        self.run.usage()
    }

    /// The cost of all replies, unless one of them did not report it.
    #[must_use]
    pub fn cost(&self) -> Option<Cost> {
        self.run.cost()
    }

    /// Continues the conversation with another question, as a new run. Assistant messages are sent back byte for byte.
    ///
    /// # Errors
    /// A message that the API would reject.
    pub fn ask(self, message: impl Into<ChatMessage>) -> Result<ToolRun, Error> {
        let mut run = self.into_run();
        run.push(message)?;
        Ok(run)
    }

    /// The run.
    ///
    /// ```no_run
    /// # fn example(finished: venice_ai::tools::FinishedRun) {
    /// assert!(finished.into_run().is_finished());
    /// # }
    /// ```
    pub fn into_run(self) -> ToolRun {
        *self.run
    }
}
