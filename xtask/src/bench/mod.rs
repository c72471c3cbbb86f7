//! `cargo xtask bench`: the cost of the SDK, compared with its alternatives. Each prints tables in Markdown.

mod build;
mod decoder;
mod instructions;
mod loopback;
mod page;

use crate::failure::Failure;

/// The benchmarks, in the order of the page.
const ALL: [&str; 7] = ["build", "call", "instructions", "stream", "streams", "files", "decoder"];

/// Runs the benchmark of this name, or all of them.
pub fn run(name: &str, mut args: lexopt::Parser) -> Result<(), Failure> {
    if let Some(argument) = args.next()? {
        return Err(argument.unexpected().into());
    }
    match name {
        "all" => page::run(),
        "build" => build::run(),
        "decoder" => decoder::run(),
        "instructions" => instructions::run(),
        "call" | "stream" | "streams" | "files" => loopback::run(name),
        other => Err(Failure::new(format!("unknown benchmark `{other}`"), "see `cargo xtask help`")),
    }
}
