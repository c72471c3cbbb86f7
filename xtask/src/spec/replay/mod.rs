//! `spec replay`: imports, generates and compiles every document of a folder.

mod scratch;
mod table;

use std::fs;
use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use lexopt::{Arg, ValueExt as _};
use serde_json::Value;
use venice_ai_codegen::{Inputs, document, yaml};
use venice_ai_spec::diff::{self, Diff, Document};
use venice_ai_spec::{Generated, Mode, generate, import};

use self::scratch::Scratch;
use super::bump;
use super::road;
use crate::{failure::Failure, workspace};

/// What became of one document.
struct Row {
    /// The file's name.
    file: String,
    /// The document's version, if it could be read as far as that.
    version: Option<String>,
    /// How far it came, and how long that took.
    import: Duration,
    generate: Option<Duration>,
    check: Option<Duration>,
    counts: Option<Counts>,
    /// What changed since the last document before it that is valid; of the first one nothing.
    changes: Option<Diff>,
    /// What stopped it.
    failure: Option<Stop>,
}

/// What stopped a document.
struct Stop {
    /// `invalid`, `generation` or `check`.
    stage: &'static str,
    reason: String,
}

struct Counts {
    /// Those of the document; the overlay may add some.
    operations: usize,
    types: usize,
    /// Pass name and the number of places it changed.
    passes: Vec<(&'static str, usize)>,
    /// Overlay actions that did not fit.
    skipped: usize,
}

struct Options {
    folder: PathBuf,
    spec: PathBuf,
    check: bool,
    /// Take each document after the one before it instead.
    walk: bool,
    json: bool,
}

/// Runs the command with what is left of the command line.
pub fn run(args: lexopt::Parser) -> Result<(), Failure> {
    let options = options(args)?;
    let files = files(&options.folder)?;
    if options.walk {
        return walk(&options.spec, files);
    }
    let inputs_of_spec = road::inputs(&options.spec)?;
    let scratch = if options.check { Some(Scratch::new("replay")?) } else { None };
    let mut inputs: Vec<Input> = files.iter().map(|path| Input::read(path)).collect();
    inputs.sort_by_key(Input::order);
    let mut before: Option<Document> = None;
    let mut rows = Vec::new();
    for input in inputs {
        if !options.json {
            eprintln!("{}", input.file);
        }
        rows.push(replay(input, &inputs_of_spec, scratch.as_ref(), &mut before));
    }
    print!("{}", if options.json { table::json(&rows) } else { table::text(&rows) });
    let failed = rows.iter().filter(|row| row.failure.is_some()).count();
    if failed == 0 {
        return Ok(());
    }
    Err(Failure::new(
        format!("{failed} of {} documents failed", rows.len()),
        "the reasons are below the table; only the vendor can correct an invalid document",
    ))
}

fn options(mut args: lexopt::Parser) -> Result<Options, Failure> {
    let (mut folder, mut spec, mut check, mut json) = (None, workspace::path("spec"), true, false);
    let mut walk = false;
    while let Some(arg) = args.next()? {
        match arg {
            Arg::Long("no-check") => check = false,
            Arg::Long("walk") => walk = true,
            Arg::Long("spec") => spec = args.value()?.into(),
            Arg::Long("format") => {
                json = match args.value()?.string()?.as_str() {
                    "text" => false,
                    "json" => true,
                    other => return Err(Failure::new(format!("unknown format `{other}`"), "use text or json")),
                };
            }
            Arg::Value(value) if folder.is_none() => folder = Some(PathBuf::from(value)),
            other => return Err(other.unexpected().into()),
        }
    }
    let folder = folder.ok_or_else(|| Failure::new("no folder given", "cargo xtask spec replay DIR"))?;
    Ok(Options { folder, spec, check, walk, json })
}

/// Takes each document into a copy of `spec`, after the one before it, and says what each step would cost.
fn walk(spec: &Path, mut files: Vec<PathBuf>) -> Result<(), Failure> {
    files.sort_by_cached_key(|path| Input::read(path).order());
    let failed = bump::walk(spec, &files)?;
    if failed == 0 {
        return Ok(());
    }
    Err(Failure::new(
        format!("{failed} of {} documents were not accepted", files.len()),
        "the reasons are in their lines",
    ))
}

/// The documents of a folder: what ends like YAML or JSON and is not hidden.
fn files(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let unreadable = |error: std::io::Error| {
        Failure::new(
            format!("cannot read the folder {}: {error}", workspace::shown(folder)),
            "give a folder with documents",
        )
    };
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if ["yaml", "yml", "json"].contains(&ending) && !hidden && path.is_file() {
            files.push(path);
        }
    }
    if files.is_empty() {
        return Err(Failure::new(
            format!("{} has no documents", workspace::shown(folder)),
            "put documents into it that end in .yaml, .yml or .json",
        ));
    }
    Ok(files)
}

/// A document as far as it could be read.
struct Input {
    file: String,
    version: Option<String>,
    facts: Result<Value, String>,
    time: Duration,
}

impl Input {
    fn read(path: &Path) -> Self {
        let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let start = Instant::now();
        let parsed = workspace::read(path)
            .map_err(|failure| failure.to_string())
            .and_then(|text| yaml::parse(&text).map_err(|error| error.in_file(file.as_str()).to_string()));
        let version = |doc: &Value| doc.pointer("/info/version").and_then(Value::as_str).map(str::to_owned);
        let version = parsed.as_ref().ok().and_then(version);
        let facts =
            parsed.and_then(|doc| import::import(&doc).map_err(|error| error.in_file(file.as_str()).to_string()));
        Self { file, version, facts, time: start.elapsed() }
    }

    /// Versions are numbers between dots. A document without one goes by its file's name.
    fn order(&self) -> (Vec<u64>, String) {
        let name = self.version.as_deref().unwrap_or(&self.file);
        let numbers = name.split('.').map_while(|part| part.parse().ok()).collect();
        (numbers, self.file.clone())
    }
}

fn replay(input: Input, given: &Inputs, scratch: Option<&Scratch>, before: &mut Option<Document>) -> Row {
    let mut row = Row {
        file: input.file,
        version: input.version,
        import: input.time,
        generate: None,
        check: None,
        counts: None,
        changes: None,
        failure: None,
    };
    let stop = |stage, reason: String| Some(Stop { stage, reason });
    let facts = match input.facts {
        Ok(facts) => facts,
        Err(reason) => return Row { failure: stop("invalid", reason), ..row },
    };
    match Document::prepare(&facts, given) {
        Ok(document) => {
            row.changes = before.as_ref().map(|before| diff::diff(before, &document));
            *before = Some(document);
        }
        Err(error) => return Row { failure: stop("invalid", error.in_file(row.file.as_str()).to_string()), ..row },
    }
    let start = Instant::now();
    // A new document may cause a panic, and the others must still be replayed.
    let caught = std::panic::catch_unwind(AssertUnwindSafe(|| generate(&facts, given, Mode::Lenient)));
    let generated = match caught {
        Ok(Ok(generated)) => generated,
        Ok(Err(error)) => {
            return Row { failure: stop("generation", error.in_file(row.file.as_str()).to_string()), ..row };
        }
        Err(_) => return Row { failure: stop("generation", "the generator panicked, see above".to_owned()), ..row },
    };
    row.generate = Some(start.elapsed());
    row.counts = Some(counts(&facts, &generated));
    if let Some(scratch) = scratch {
        let start = Instant::now();
        let checked = scratch.check(&generated.code);
        row.check = Some(start.elapsed());
        row.failure = checked.err().and_then(|failure| stop("check", failure.to_string()));
    }
    row
}

fn counts(facts: &Value, generated: &Generated) -> Counts {
    Counts {
        operations: document::operations(facts).count(),
        types: generated.model.types.len(),
        passes: generated.report.passes.clone(),
        skipped: generated.skipped.len(),
    }
}
