//! `venice-ai-bench call` and `venice-ai-bench stream`: what the SDK costs beside doing the same by hand.

mod call;
mod processes;
mod replies;
mod rounds;
mod server;
mod stream;

use std::process::ExitCode;

type Failure = Box<dyn std::error::Error + Send + Sync>;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let outcome = match args[..] {
        ["call"] => call::run(),
        // For the one above.
        ["call-once"] => call::once(),
        // For a program that counts instructions.
        ["call-only", reply, who, calls] => {
            calls.parse().map_err(Failure::from).and_then(|calls| call::only(reply, who, calls))
        }
        ["stream"] => stream::run(),
        _ => Err("the commands are `call` and `stream`".into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::FAILURE
        }
    }
}

/// All clients run on one thread, whose CPU time and allocations are theirs alone.
fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?)
}
