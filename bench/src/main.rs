//! `venice-ai-bench call` and `venice-ai-bench stream`: what the SDK costs beside doing the same by hand.

mod call;
mod replies;
mod rounds;
mod server;
mod stream;

use std::process::ExitCode;

type Failure = Box<dyn std::error::Error + Send + Sync>;

fn main() -> ExitCode {
    let command = std::env::args().nth(1);
    let outcome = match command.as_deref() {
        Some("call") => call::run(),
        Some("stream") => stream::run(),
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
