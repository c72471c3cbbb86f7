//! `cargo xtask bench`: the cost of the SDK, compared with its alternatives.

mod build;
mod instructions;
mod loopback;

use crate::failure::Failure;

/// Runs the benchmark of this name.
pub fn run(name: &str, args: lexopt::Parser) -> Result<(), Failure> {
    match name {
        "build" => {
            no_more(args)?;
            build::run()
        }
        "instructions" => {
            no_more(args)?;
            instructions::run()
        }
        "call" | "stream" => loopback::run(name, args),
        other => Err(Failure::new(format!("unknown benchmark `{other}`"), "see `cargo xtask help`")),
    }
}

fn no_more(mut args: lexopt::Parser) -> Result<(), Failure> {
    match args.next()? {
        None => Ok(()),
        Some(argument) => Err(argument.unexpected().into()),
    }
}
