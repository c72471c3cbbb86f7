//! `cargo xtask bench call` and `bench stream`: the package `bench/`, built with optimisation and run.

use std::process::Command;

use crate::failure::Failure;
use crate::workspace;

/// Runs one of its commands.
pub fn run(command: &str, args: lexopt::Parser) -> Result<(), Failure> {
    super::no_more(args)?;
    let status = cargo()
        // glibc gives the memory of a large reply back to the system, or does not, depending on what happens to lie behind it:
        // a difference of up to a half that has nothing to do with the code that is measured.
        .env("MALLOC_TRIM_THRESHOLD_", "1073741824")
        .args(["run", "--release", "--quiet", "--", command])
        .status()
        .map_err(|error| Failure::new(format!("cannot start cargo: {error}"), "is it on the PATH?"))?;
    if status.success() {
        Ok(())
    } else {
        Err(Failure::new(format!("`bench {command}` ended with {status}"), "what it printed says why"))
    }
}

/// Cargo, for the package `bench/`.
pub fn cargo() -> Command {
    let mut command = workspace::cargo();
    command.current_dir(workspace::path("bench"));
    command
}
