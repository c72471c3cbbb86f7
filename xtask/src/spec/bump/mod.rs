//! `spec bump`: replaces the committed document by another version, as a whole or not at all.
//!
//! Files that no longer fit the document are adapted (`venice_ai_spec::adapt`) and reported; manual work is listed. See CONTRIBUTING.md.

mod compile;
mod history;
mod plan;
mod report;
mod transaction;

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use lexopt::{Arg, ValueExt as _};
use venice_ai_spec::diff::{Class, Format};

use self::report::{Report, Status};
use crate::{failure::Failure, workspace};

/// The exit code of everything that kept the document from being taken.
const FAILED: u8 = 3;

/// What the command line says.
#[derive(Debug)]
struct Options {
    source: String,
    /// `spec/`; what stands beside it belongs to the same tree.
    spec: PathBuf,
    dry_run: bool,
    allow_older: bool,
    check: bool,
    format: Format,
    reports: Vec<PathBuf>,
}

/// Runs the command with what is left of the command line.
pub fn run(args: lexopt::Parser) -> Result<ExitCode, Failure> {
    let options = options(args).map_err(|failure| failure.with_code(FAILED))?;
    let result = bump(&options);
    match &result {
        Ok(report) => {
            // The reader of the output may have closed it.
            let _ = std::io::stdout().write_all(report::render(report, options.format).as_bytes());
        }
        Err(failure) => {
            for path in &options.reports {
                // The failure is reported on standard error as well.
                let _ = fs::write(path, report::failure(&failure.to_string(), format_of(path, options.format)));
            }
        }
    }
    Ok(ExitCode::from(code(&result.map_err(|failure| failure.with_code(FAILED))?)))
}

/// 0: nothing to do; 1: nothing that a caller has to look at; 2: something that one has, or a crate that does not compile.
fn code(report: &Report) -> u8 {
    match (report.status, report.diff.class()) {
        (Status::Nothing, _) => 0,
        _ if report.compiler.is_some() => 2,
        (_, None | Some(Class::Cosmetic | Class::Additive)) => 1,
        (_, Some(Class::Behaviour | Class::Breaking)) => 2,
    }
}

fn bump(options: &Options) -> Result<Report, Failure> {
    let mut recovered = false;
    if options.dry_run {
        transaction::none_pending(&options.spec)?;
    } else {
        recovered = transaction::recover(&options.spec)?;
    }
    let plan = plan::make(options)?;
    let mut report = plan.report;
    if recovered {
        report.notes.push("an interrupted bump left its files; they were restored first".to_owned());
    }
    for path in &options.reports {
        workspace::replace(path, &report::render(&report, format_of(path, options.format)))?;
    }
    if report.status == Status::Bumped {
        transaction::commit(&options.spec, &plan.changes)?;
    }
    Ok(report)
}

/// Takes documents one after the other into a copy of `spec`, prints a line for each, and returns the number of rejected ones.
pub fn walk(spec: &Path, documents: &[PathBuf]) -> Result<usize, Failure> {
    let folder = std::env::temp_dir().join(format!("spec-walk-{}", std::process::id()));
    let copy = folder.join("spec");
    let made = fs::create_dir_all(&copy).and_then(|()| copy_files(spec, &copy));
    made.map_err(|error| Failure::new(format!("cannot copy {}: {error}", workspace::shown(spec)), "check the path"))?;
    let mut failed = 0;
    for document in documents {
        let options = Options {
            source: document.display().to_string(),
            spec: copy.clone(),
            dry_run: false,
            allow_older: true,
            check: false,
            format: Format::Text,
            reports: Vec::new(),
        };
        let line = match bump(&options) {
            Ok(report) => report::line(&report),
            Err(failure) => {
                failed += 1;
                format!("not taken: {}", failure.to_string().replace('\n', " "))
            }
        };
        println!("{}: {line}", document.file_name().unwrap_or_default().to_string_lossy());
    }
    // It is not needed any more.
    let _ = fs::remove_dir_all(folder);
    Ok(failed)
}

fn copy_files(from: &Path, to: &Path) -> std::io::Result<()> {
    for entry in fs::read_dir(from)? {
        let path = entry?.path();
        if let (true, Some(name)) = (path.is_file(), path.file_name()) {
            fs::copy(&path, to.join(name))?;
        }
    }
    Ok(())
}

/// The format of a report: what its file is called, or what was asked for.
fn format_of(path: &Path, asked: Format) -> Format {
    match path.extension().and_then(|ending| ending.to_str()) {
        Some("json") => Format::Json,
        Some("md") => Format::Markdown,
        Some("txt") => Format::Text,
        _ => asked,
    }
}

fn options(mut args: lexopt::Parser) -> Result<Options, Failure> {
    let mut source = None;
    let mut options = Options {
        source: String::new(),
        spec: workspace::path("spec"),
        dry_run: false,
        allow_older: false,
        check: true,
        format: Format::Text,
        reports: Vec::new(),
    };
    while let Some(arg) = args.next()? {
        match arg {
            Arg::Long("dry-run") => options.dry_run = true,
            Arg::Long("allow-older") => options.allow_older = true,
            Arg::Long("no-check") => options.check = false,
            Arg::Long("spec") => options.spec = args.value()?.into(),
            Arg::Long("report") => options.reports.push(args.value()?.into()),
            Arg::Long("format") => {
                let name = args.value()?.string()?;
                options.format = Format::named(&name)
                    .ok_or_else(|| Failure::new(format!("unknown format `{name}`"), "use text, json or markdown"))?;
            }
            Arg::Value(value) if source.is_none() => source = Some(value.string()?),
            other => return Err(other.unexpected().into()),
        }
    }
    options.source = source.ok_or_else(|| Failure::new("no document given", "cargo xtask spec bump FILE|URL"))?;
    Ok(options)
}
