//! Developer commands of this workspace, run as `cargo xtask COMMAND`. One module a command.

mod api;
mod bench;
mod contract;
mod coverage;
mod failure;
mod soak;
mod spec;
mod workspace;

use std::process::ExitCode;

use failure::Failure;
use lexopt::Arg;

const USAGE: &str = "\
cargo xtask COMMAND

  spec import FILE|URL [--out PATH]   write spec/swagger.yaml: the facts of the vendor's OpenAPI document
  spec import --check [FILE|URL]      only check that spec/swagger.yaml equals the result of an import
  spec bump FILE|URL [--dry-run] [--allow-older] [--no-check] [--format text|json|markdown] [--report FILE] [--spec DIR]
                                      replace the committed document by another version, or change nothing;
                                      exit code 0: the same document, or only its version changed, 1: additive or cosmetic,
                                      2: breaking or behaviour, or the crate does not compile with it,
                                      3: not accepted
  spec check [--update] [--spec DIR]  check that everything in spec/ fits together; write spec/api.txt and spec/names.yaml
  spec diff OLD NEW [--format text|json|markdown] [--spec DIR]
                                      what changed between two documents; exit code 0: nothing, 1: additive or cosmetic,
                                      2: breaking or behaviour, 3: they could not be compared
  spec diff --history DIR [--spec DIR]
                                      compare each document of a folder with the later ones: whether the diff reports as breaking exactly
                                      the removals from the generated interface; exit code 1 below 99 %
  spec replay DIR [--no-check | --walk] [--format text|json] [--spec DIR]
                                      import, generate and compile every document of a folder
  api [--check]                       write api.txt: the handwritten public items; or only compare with it
  coverage [--format table|json|markdown] [--recorded DIR]
                                      which parts of the document the SDK covers; fails on a gap that spec/coverage.toml does not list
  contract [OPTIONS]                  send requests of every operation through the SDK, and compare the replies with the document
                                      (`contract --help`); exit code 0: nothing new, 1: drift, 2: incomplete, 3: could not run
  bench build                         cost of a first build, compared with the same program on async-openai (takes minutes)
  bench call|stream|streams|files     calls, streams and files over loopback, compared with handwritten code (see tools/bench/README.md)
  bench instructions                  count the instructions of a call, compared with handwritten code (needs valgrind)
  bench decoder                       the decoder of event streams alone
  bench all                           all of these, and write their tables to docs/benchmarks.md (takes half an hour)
  soak [--minutes MINUTES] [--seed SEED]
                                      call servers that fail for half an hour: memory stays flat, every call ends, nothing is paid
                                      twice, and nothing is left at the end (Linux)
  help                                print this
";

fn main() -> ExitCode {
    match run(lexopt::Parser::from_env()) {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::from(failure.code())
        }
    }
}

fn run(mut args: lexopt::Parser) -> Result<ExitCode, Failure> {
    let done = |()| ExitCode::SUCCESS;
    let Some(command) = next_word(&mut args)? else {
        return Err(Failure::usage("no command given", USAGE));
    };
    match command.as_str() {
        "spec" => match next_word(&mut args)?.as_deref() {
            Some("import") => spec::import::run(args).map(done),
            Some("bump") => spec::bump::run(args),
            Some("check") => spec::check::run(args).map(done),
            Some("replay") => spec::replay::run(args).map(done),
            Some("diff") => spec::diff::run(args),
            Some(other) => Err(Failure::usage(format!("unknown command `spec {other}`"), USAGE)),
            None => Err(Failure::usage("`spec` needs a command", USAGE)),
        },
        "api" => api::run(args).map(done),
        "coverage" => coverage::run(args).map(done),
        "contract" => contract::run(args),
        "bench" => match next_word(&mut args)? {
            Some(name) => bench::run(&name, args).map(done),
            None => Err(Failure::usage("`bench` needs a name", USAGE)),
        },
        "soak" => soak::run(args),
        "help" => {
            print!("{USAGE}");
            Ok(ExitCode::SUCCESS)
        }
        other => Err(Failure::usage(format!("unknown command `{other}`"), USAGE)),
    }
}

/// The next word of a command's name; `--help` counts as `help`.
fn next_word(args: &mut lexopt::Parser) -> Result<Option<String>, Failure> {
    match args.next()? {
        None => Ok(None),
        Some(Arg::Value(word)) => Ok(Some(word.to_string_lossy().into_owned())),
        Some(Arg::Short('h') | Arg::Long("help")) => Ok(Some("help".to_owned())),
        Some(other) => Err(Failure::usage(other.unexpected().to_string(), USAGE)),
    }
}
