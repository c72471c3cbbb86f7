//! `spec diff`: prints the changes between two documents; the exit code is their severity.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use lexopt::{Arg, ValueExt as _};

use venice_ai_spec::diff::{Class, Diff, Document, Format, compare, render};

use super::{agreement, road, source};
use crate::{failure::Failure, workspace};

/// The exit code of everything that kept the documents from being compared.
const FAILED: u8 = 3;

/// Runs the command with what is left of the command line.
pub fn run(args: lexopt::Parser) -> Result<ExitCode, Failure> {
    run_diff(args).map_err(|failure| failure.with_code(FAILED))
}

fn run_diff(mut args: lexopt::Parser) -> Result<ExitCode, Failure> {
    let (mut format, mut folder, mut documents) = (Format::Text, workspace::path("spec"), Vec::new());
    let mut history = None;
    while let Some(arg) = args.next()? {
        match arg {
            Arg::Long("format") => {
                let name = args.value()?.string()?;
                format = Format::named(&name)
                    .ok_or_else(|| Failure::new(format!("unknown format `{name}`"), "use text, json or markdown"))?;
            }
            Arg::Long("history") => history = Some(PathBuf::from(args.value()?)),
            Arg::Long("spec") => folder = args.value()?.into(),
            Arg::Value(value) if documents.len() < 2 => documents.push(value.string()?),
            other => return Err(other.unexpected().into()),
        }
    }
    if let Some(history) = history {
        return agreement::run(&history, &road::inputs(&folder)?);
    }
    let [old, new] = documents.as_slice() else {
        return Err(Failure::new("two documents are needed", "cargo xtask spec diff OLD NEW, each a file or a URL"));
    };
    let inputs = road::inputs(&folder)?;
    let prepared = |name: &str| -> Result<Document, Failure> {
        let source = source::read(name)?;
        let named = |error: venice_ai_codegen::Error| error.in_file(source.name.as_str());
        let document = venice_ai_codegen::yaml::parse(&source.text).map_err(named)?;
        Ok(Document::prepare(&document, &inputs).map_err(named)?)
    };
    let found = compare(&prepared(old)?, &prepared(new)?);
    // The reader of the output may have closed it.
    let _ = std::io::stdout().write_all(render(&found, format).as_bytes());
    Ok(ExitCode::from(code(&found)))
}

/// 0: no change; 1: nothing that a caller has to look at; 2: something that one has.
fn code(diff: &Diff) -> u8 {
    match diff.class() {
        None => 0,
        Some(Class::Cosmetic | Class::Additive) => 1,
        Some(Class::Behaviour | Class::Breaking) => 2,
    }
}
