//! `cargo xtask soak`: the tool `tools/soak`, which calls servers that fail for half an hour.

use std::process::ExitCode;

use crate::{failure::Failure, workspace};

/// Runs the tool with the rest of the command line; its exit code is the command's.
pub fn run(mut args: lexopt::Parser) -> Result<ExitCode, Failure> {
    let mut command = workspace::cargo();
    command.args(["run", "--quiet", "--package", "venice-soak", "--manifest-path"]).arg(workspace::path("Cargo.toml"));
    let status = command.arg("--").args(args.raw_args()?).status();
    let status = status.map_err(|error| Failure::new(format!("cannot run cargo: {error}"), "check PATH"))?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
