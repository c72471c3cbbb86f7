//! `venice-ai-bench call` and `venice-ai-bench stream`: what the SDK costs beside doing the same by hand.

use std::process::ExitCode;

use venice_ai_bench::{Failure, call, server, stream};

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let outcome = match args[..] {
        ["call"] => call::run(),
        ["stream"] => stream::run(),
        // For the two above.
        ["call-once", flavor, reply, who] => call::once(flavor, reply, who),
        ["stream-once", place, who, write_bytes] => stream::once(place, who, write_bytes),
        ["serve", ref reply @ ..] => server::run(reply),
        // For a program that counts instructions or system calls.
        ["call-only", flavor, reply, who, calls] => {
            calls.parse().map_err(Failure::from).and_then(|calls| call::only(flavor, reply, who, calls))
        }
        ["stream-only", place, who, write_bytes] => stream::only(place, who, write_bytes),
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
