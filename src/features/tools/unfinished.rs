//! `UnfinishedRun`: a run that stopped before its answer.

use std::fmt;

use super::ToolRun;
use crate::runtime::error::Error;

/// A run that stopped before its answer: the error, and the run with the conversation so far, to resume it.
///
/// `?` turns it into the [`Error`] and drops the run with the paid conversation. To keep it, match on it.
///
/// ```no_run
/// # async fn example(run: venice_ai::tools::ToolRun) -> Result<(), venice_ai::Error> {
/// use venice_ai::tools::StopReason;
///
/// let finished = match run.await {
///     Err(unfinished) if unfinished.error().is_transient() => unfinished.resume().await?,
///     Err(unfinished) if unfinished.run().stop_reason() == Some(&StopReason::RoundLimit) => {
///         let mut run = unfinished.resume();
///         run.push("Answer with what you know now.")?;
///         run.await?
///     }
///     outcome => outcome?,
/// };
/// # Ok(()) }
/// ```
pub struct UnfinishedRun {
    inner: Box<(Error, ToolRun)>,
}

impl UnfinishedRun {
    #[inline]
    pub(super) fn new(error: Error, run: ToolRun) -> Self {
        Self { inner: Box::new((error, run)) }
    }

    /// Why it stopped.
    ///
    /// ```no_run
    /// # fn example(unfinished: venice_ai::tools::UnfinishedRun) {
    /// if unfinished.error().kind() == venice_ai::ErrorKind::InsufficientBalance {
    ///     println!("top up, then resume");
    /// }
    /// # }
    /// ```
    #[must_use]
    #[inline]
    pub fn error(&self) -> &Error {
        &self.inner.0
    }

    /// The run: its messages, its cost, the calls that wait for an answer.
    pub fn run(&self) -> &ToolRun {
        &self.inner.1
    }

    /// Resumes the run from before the failed step: a failed request is sent again, and may be charged again.
    pub fn resume(self) -> ToolRun {
        let mut run = self.inner.1;
        run.resume();
        run
    }

    /// The error and the run.
    #[inline]
    pub fn into_parts(self) -> (Error, ToolRun) {
        *self.inner
    }
}

impl From<UnfinishedRun> for Error {
    fn from(unfinished: UnfinishedRun) -> Self {
        unfinished.inner.0
    }
}

impl fmt::Display for UnfinishedRun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no answer after {} replies: {}", self.run().rounds(), self.error())
    }
}

impl fmt::Debug for UnfinishedRun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnfinishedRun").field("error", self.error()).field("run", self.run()).finish()
    }
}

impl std::error::Error for UnfinishedRun {
    #[inline]
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(self.error())
    }
}
