//! Why a run could not be made.

use std::fmt;

/// Nothing was compared: what is wrong, and what to do about it.
#[derive(Debug)]
pub struct Failure(String);

impl Failure {
    /// Something went wrong: what, and what to do about it.
    pub fn new(message: impl fmt::Display, help: impl fmt::Display) -> Self {
        Self(format!("error: {message}\n  = help: {help}"))
    }

    /// The command line makes no sense.
    pub fn usage(message: impl fmt::Display) -> Self {
        Self::new(message, "see `cargo xtask contract --help`")
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<lexopt::Error> for Failure {
    fn from(error: lexopt::Error) -> Self {
        Self::usage(error)
    }
}

impl From<venice_ai_codegen::Error> for Failure {
    fn from(error: venice_ai_codegen::Error) -> Self {
        Self(error.to_string())
    }
}
