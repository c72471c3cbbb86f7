//! A tool that gives no result.

use std::fmt;

/// Why a tool gave no result, from a function of [`ToolBox::try_implement`](super::ToolBox::try_implement).
///
/// Anything that can be displayed becomes one, so `?` works on every error. The model reads the text in place of a result, and the
/// run goes on; only [`stop`](Self::stop) ends it. Like `anyhow::Error` it is no [`std::error::Error`] itself, or it could not be
/// made of all of them.
///
/// ```
/// use venice_ai::tools::ToolError;
///
/// async fn lines(path: String) -> Result<usize, ToolError> {
///     if path.starts_with('/') {
///         return Err(ToolError::new("give a path below the folder of the project"));
///     }
///     Ok(std::fs::read_to_string(path)?.lines().count())
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToolError {
    pub(super) message: String,
    pub(super) ends_run: bool,
}

impl ToolError {
    /// What the model reads. It can do better next time when this says what would be right.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), ends_run: false }
    }

    /// Ends the run: the question is settled, or nothing that the model could do helps.
    ///
    /// Tools that are at work come to their end, no other is begun, and nothing more is sent. The run gives an error of the kind
    /// [`ToolRun`](crate::ErrorKind::ToolRun) with this reason. The reason is the tool's result in the conversation, so that who
    /// [resumes](super::ToolRun::resume) the run lets the model read it.
    pub fn stop(reason: impl Into<String>) -> Self {
        Self { message: reason.into(), ends_run: true }
    }
}

impl<E: fmt::Display> From<E> for ToolError {
    fn from(error: E) -> Self {
        Self::new(error.to_string())
    }
}
