//! `cargo xtask soak`: the tool `tools/soak`, which calls servers that fail for half an hour.

use std::process::ExitCode;

use crate::{failure::Failure, workspace};

/// Runs the tool with the rest of the command line; its exit code is the command's.
pub fn run(mut args: lexopt::Parser) -> Result<ExitCode, Failure> {
    let status = workspace::run_tool("venice-soak", args.raw_args()?)?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
