//! `venice-ai-bench call|stream|streams|files`: what the SDK costs beside doing the same by hand.

use std::process::ExitCode;

use venice_ai_bench::{Failure, call, files, server, stream};

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let outcome = match args[..] {
        ["call"] => call::run(),
        ["stream"] => stream::run(),
        ["streams"] => stream::run_many(),
        ["files"] => files::run(),
        // For those above.
        ["call-once", flavor, reply, who] => call::once(flavor, reply, who),
        ["stream-once", place, who, write_bytes] => stream::once(place, who, write_bytes),
        ["streams-once", who] => stream::many_once(who),
        ["files-once", direction, who] => files::once(direction, who),
        ["serve", ref reply @ ..] => server::run(reply),
        // For a program that counts instructions or system calls.
        ["call-only", flavor, reply, who, calls] => {
            calls.parse().map_err(Failure::from).and_then(|calls| call::only(flavor, reply, who, calls))
        }
        ["stream-only", place, who, write_bytes] => stream::only(place, who, write_bytes),
        _ => Err("the commands are `call`, `stream`, `streams` and `files`".into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::FAILURE
        }
    }
}
