//! `Failure`: the error of a command, with its help, as it is printed.

use std::fmt;

/// A failure: printed to standard error, and the command ends with its exit code, which is 1 where nothing else is said.
#[derive(Debug)]
pub struct Failure {
    text: String,
    code: u8,
}

impl Failure {
    /// Something went wrong: what, and what to do about it.
    pub fn new(message: impl fmt::Display, help: impl fmt::Display) -> Self {
        Self::from_text(format!("error: {message}\n  = help: {help}"))
    }

    /// The command line makes no sense.
    pub fn usage(message: impl fmt::Display, usage: &str) -> Self {
        Self::from_text(format!("error: {message}\n\n{}", usage.trim_end()))
    }

    /// The same failure with another exit code, for a command whose codes mean something.
    pub fn with_code(self, code: u8) -> Self {
        Self { code, ..self }
    }

    /// The exit code of the command.
    pub fn code(&self) -> u8 {
        self.code
    }

    fn from_text(text: String) -> Self {
        Self { text, code: 1 }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl From<venice_ai_codegen::Error> for Failure {
    fn from(error: venice_ai_codegen::Error) -> Self {
        Self::from_text(error.to_string())
    }
}

impl From<lexopt::Error> for Failure {
    fn from(error: lexopt::Error) -> Self {
        Self::new(error, "see `cargo xtask help`")
    }
}
