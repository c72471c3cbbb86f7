//! `cargo xtask bench call|stream|streams|files`: the package `tools/bench/`, built with optimisation and run.

use std::process::Command;

use crate::failure::Failure;
use crate::workspace;

/// Runs one of its commands.
pub fn run(command: &str) -> Result<(), Failure> {
    // Both programs: the one that is run starts the other one.
    for args in [&["build", "--release", "--quiet"][..], &["run", "--release", "--quiet", "--", command]] {
        workspace::succeed(cargo().args(args))?;
    }
    Ok(())
}

/// Cargo, for the package `tools/bench/`.
pub fn cargo() -> Command {
    let mut command = workspace::cargo();
    command.current_dir(workspace::path("tools/bench"));
    command
}
