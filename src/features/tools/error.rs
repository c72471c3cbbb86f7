//! `ToolError`: the error of a tool call.

use std::fmt;

/// The error of a tool call, from a function of [`ToolBox::try_implement`](super::ToolBox::try_implement).
///
/// Every displayable type converts into it, so `?` works on any error. The model gets the text as the result, and the run continues; only
/// [`stop`](Self::stop) ends it. Like `anyhow::Error` it does not implement [`std::error::Error`] itself, which would conflict with that
/// conversion.
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
    /// An error text for the model. It can correct itself if the text says what would be right.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), ends_run: false }
    }

    /// Ends the run: there is nothing left to do, or nothing that the model could do.
    ///
    /// Running tools finish, no other is started, and nothing more is sent. The run fails with [`ToolRun`](crate::ErrorKind::ToolRun) and
    /// this reason. The reason is the tool's result in the conversation, so the model reads it if the run is
    /// [resumed](super::ToolRun::resume).
    pub fn stop(reason: impl Into<String>) -> Self {
        Self { message: reason.into(), ends_run: true }
    }
}

impl<E: fmt::Display> From<E> for ToolError {
    fn from(error: E) -> Self {
        Self::new(error.to_string())
    }
}
