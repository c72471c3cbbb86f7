//! `cargo xtask bench call` and `bench stream`: the package `tools/bench/`, built with optimisation and run.

use std::process::Command;

use crate::failure::Failure;
use crate::workspace;

/// Runs one of its commands.
pub fn run(command: &str, args: lexopt::Parser) -> Result<(), Failure> {
    super::no_more(args)?;
    // Both programs: the one that is run starts the other one.
    for args in [&["build", "--release", "--quiet"][..], &["run", "--release", "--quiet", "--", command]] {
        let status = cargo()
            .args(args)
            .status()
            .map_err(|error| Failure::new(format!("cannot start cargo: {error}"), "is it on the PATH?"))?;
        if !status.success() {
            return Err(Failure::new(format!("`bench {command}` ended with {status}"), "what it printed says why"));
        }
    }
    Ok(())
}

/// Cargo, for the package `tools/bench/`.
pub fn cargo() -> Command {
    let mut command = workspace::cargo();
    command.current_dir(workspace::path("tools/bench"));
    command
}
