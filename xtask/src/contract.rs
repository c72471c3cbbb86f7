//! `cargo xtask contract`: compares the replies of a server with the document.
//!
//! The tool is a package of its own, which is built with the SDK and run here: a command of this program would make every other
//! one wait for the SDK to be built.

use std::process::ExitCode;

use crate::{failure::Failure, workspace};

/// Runs the tool with the rest of the command line; its exit code is the command's.
pub fn run(mut args: lexopt::Parser) -> Result<ExitCode, Failure> {
    let status = workspace::run_tool("venice-contract", args.raw_args()?).map_err(|failure| failure.with_code(3))?;
    // A signal leaves no code.
    Ok(ExitCode::from(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(3)))
}
