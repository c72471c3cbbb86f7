//! Why a command failed, as it is printed.

use std::fmt;

/// A failure: printed to standard error, and the command ends with exit code 1.
#[derive(Debug)]
pub struct Failure(String);

impl Failure {
    /// Something went wrong: what, and what to do about it.
    pub fn new(message: impl fmt::Display, help: impl fmt::Display) -> Self {
        Self(format!("error: {message}\n  = help: {help}"))
    }

    /// The command line makes no sense.
    pub fn usage(message: impl fmt::Display, usage: &str) -> Self {
        Self(format!("error: {message}\n\n{}", usage.trim_end()))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<venice_ai_codegen::Error> for Failure {
    fn from(error: venice_ai_codegen::Error) -> Self {
        Self(error.to_string())
    }
}

impl From<lexopt::Error> for Failure {
    fn from(error: lexopt::Error) -> Self {
        Self::new(error, "see `cargo xtask help`")
    }
}
