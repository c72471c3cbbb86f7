//! The contract validator: what a server answers, compared with what the API's document says. `cargo xtask contract` runs it.
//!
//! It is a package of its own and no command of `xtask`, which would have to be built with the SDK then.

mod cases;
mod cassette;
mod compare;
mod discretion;
mod document;
mod exchange;
mod failure;
mod finding;
mod options;
mod recorder;
mod report;
mod run;
mod verdict;

use std::fs;
use std::io::Write as _;
use std::process::ExitCode;

use failure::Failure;
use options::{Format, Options, Target};
use report::{Baseline, Report};

/// Nothing was compared.
const COULD_NOT_RUN: u8 = 3;

fn main() -> ExitCode {
    match run() {
        Ok(code) => ExitCode::from(code),
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::from(COULD_NOT_RUN)
        }
    }
}

fn run() -> Result<u8, Failure> {
    let options = Options::parse(lexopt::Parser::from_env())?;
    if options.help {
        return Ok(printed(options::USAGE));
    }
    let cases = run::chosen(cases::all(), &options.only)?;
    if options.list {
        let line = |case: &cases::Case| format!("{:<32} {:<8} {}\n", case.operation, case.size.word(), case.cost);
        return Ok(printed(&cases.iter().map(line).collect::<String>()));
    }
    // Whatever can be wrong is found before anything is sent.
    let baseline = match &options.baseline {
        Some(path) => Some(Baseline::read(path)?),
        None if options.target == Target::Mock && options.cassettes.is_empty() => Some(Baseline::of_the_mock()?),
        None => None,
    };
    let document = document::Document::read(&options.spec)?;
    if !options.cassettes.is_empty() {
        let report = cassette::run(&options.cassettes, &document, baseline)?;
        deliver(&options, &report)?;
        return Ok(report.code());
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::new(format!("no runtime: {error}"), "free some memory"))?;
    let report = runtime.block_on(run::run(&options, &document, cases, baseline))?;
    deliver(&options, &report)?;
    Ok(report.code())
}

/// Prints a text. A reader that has seen enough is no failure.
fn printed(text: &str) -> u8 {
    let _ = std::io::stdout().write_all(text.as_bytes());
    0
}

fn deliver(options: &Options, report: &Report) -> Result<(), Failure> {
    let text = match options.format {
        Format::Text => report.text(),
        Format::Json => report.json(),
    };
    let Some(path) = &options.out else {
        printed(&text);
        return Ok(());
    };
    fs::write(path, text)
        .map_err(|error| Failure::new(format!("cannot write {}: {error}", path.display()), "check --out"))?;
    eprintln!(
        "{} new, {} findings, {} failed: see {}",
        report.counts.new,
        report.counts.findings,
        report.counts.failed,
        path.display()
    );
    Ok(())
}
