//! `coverage`: which parts of the API's document the SDK covers, row by row, and whether there are unlisted gaps.

mod asserted;
mod code;
mod gaps;
mod report;
mod rows;
mod wire;
mod wrapped;

use std::{
    collections::BTreeMap,
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
};

use lexopt::{Arg, ValueExt as _};
use serde_json::Value;
use venice_ai_codegen::model::Operation;
use venice_ai_spec::{Generated, Mode};
use venice_ai_surface::Crate;

use crate::{
    failure::Failure,
    spec::{road, source::Source},
    workspace,
};
use asserted::Program;
use report::Format;
use rows::Row;
use wire::Recording;

/// The recorder of the test servers, for its fingerprint of the sources.
#[allow(dead_code)]
#[path = "../../../crates/mock/src/record.rs"]
mod record;

/// The variable that makes test servers record what reaches them. `.cargo/config.toml` sets it for every run of the tests.
const RECORD: &str = "VENICE_WIRE_RECORD";
/// Test programs that are of the mock, or that need the real API.
const NOT_OF_HANDLES: [&str; 2] = ["live", "mock"];

/// What can be said of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// `Raw` has a method for the operation, with these media types.
    Generated,
    /// A public method of a handle leads to that method, in code that is compiled.
    Wrapped,
    /// `docs.yaml` documents the operation, and the handle's method has an example.
    Documented,
    /// A test that passed calls such a method of a handle and asserts on what it gave; such a request went over a socket meanwhile, and such
    /// a reply came back. Tests of the mock do not count. `asserted.rs` says what an assertion on the reply is.
    Exercised,
}

impl Column {
    /// All of them, in the order in which an operation gets there.
    pub const ALL: [Self; 4] = [Self::Generated, Self::Wrapped, Self::Documented, Self::Exercised];

    /// Its name in the report and in `spec/coverage.toml`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Generated => "generated",
            Self::Wrapped => "wrapped",
            Self::Documented => "documented",
            Self::Exercised => "exercised",
        }
    }

    /// The column called `name`.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|column| column.name() == name)
    }
}

/// A row and what can be said of it.
#[derive(Clone, Debug)]
pub struct Covered {
    row: Row,
    has: [bool; 4],
}

impl Covered {
    fn has(&self, column: Column) -> bool {
        Column::ALL.iter().zip(self.has).any(|(known, has)| *known == column && has)
    }

    fn missing(&self) -> impl Iterator<Item = Column> {
        Column::ALL.into_iter().filter(|column| !self.has(*column))
    }
}

/// Runs the command with what is left of the command line.
pub fn run(mut args: lexopt::Parser) -> Result<(), Failure> {
    let (mut format, mut recorded) = (Format::Table, None);
    while let Some(arg) = args.next()? {
        match arg {
            Arg::Long("format") => {
                let name = args.value()?.string()?;
                format = Format::named(&name)
                    .ok_or_else(|| Failure::new(format!("no format `{name}`"), "use table, json or markdown"))?;
            }
            Arg::Long("recorded") => recorded = Some(PathBuf::from(args.value()?)),
            other => return Err(other.unexpected().into()),
        }
    }
    let recording = match recorded {
        Some(folder) => Recording::read(&folder, None)?,
        None => latest()?,
    };
    for (program, arguments) in recording.filtered() {
        eprintln!("note: the last run of `{program}` was with `{arguments}`: only these tests count");
    }
    let rows = measure(&recording)?;
    let path = workspace::path("spec/coverage.toml");
    let difference = gaps::compare(&rows, &gaps::read(&path)?);
    print!("{}", report::render(&rows, &difference, format));
    verdict(&difference, &workspace::shown(&path))
}

fn verdict(difference: &gaps::Difference, file: &str) -> Result<(), Failure> {
    let lines = |lines: &[String]| lines.iter().map(|line| format!("\n    {line}")).collect::<String>();
    match (difference.open.as_slice(), difference.stale.as_slice()) {
        ([], []) => Ok(()),
        ([], stale) => Err(Failure::new(
            format!("{file} lists entries that are not gaps:{}", lines(stale)),
            "remove these entries",
        )),
        (open, []) => Err(Failure::new(
            format!("gaps that {file} does not list:{}", lines(open)),
            "close them, or list them with a reason",
        )),
        (open, stale) => {
            let message = format!(
                "gaps that {file} does not list:{}\n  and entries that are not gaps:{}",
                lines(open),
                lines(stale)
            );
            Err(Failure::new(message, "close the gaps or list them with a reason, and remove the entries"))
        }
    }
}

/// What the last run of the tests recorded. They are run when it was none of this tree, or not of all test programs.
fn latest() -> Result<Recording, Failure> {
    let folder = std::env::var_os(RECORD).map_or_else(|| workspace::path("target/wire"), PathBuf::from);
    let areas = areas()?;
    let tree = record::fingerprint(&workspace::path(""))
        .map_err(|error| Failure::new(format!("cannot read the sources: {error}"), "check the permissions"))?;
    let recording = Recording::read(&folder, Some(&tree))?;
    if recording.is_of(&areas) {
        return Ok(recording);
    }
    run_tests(&folder, &areas)?;
    Recording::read(&folder, Some(&tree))
}

/// Runs the integration tests with servers that record.
fn run_tests(folder: &Path, areas: &[String]) -> Result<(), Failure> {
    let unwritable =
        |error| Failure::new(format!("cannot write {}: {error}", workspace::shown(folder)), "check the permissions");
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(unwritable)?;
    }
    eprintln!("running the tests of venice-ai to record their requests: there is no recording of this tree");
    let mut arguments = vec!["test".to_owned(), "--quiet".to_owned()];
    for area in areas {
        arguments.extend(["--test".to_owned(), area.clone()]);
    }
    cargo(&arguments, folder, "the tests failed")
}

/// The test programs of the handles: each folder of `tests` with a `main.rs`.
fn areas() -> Result<Vec<String>, Failure> {
    let folder = workspace::path("tests");
    let unreadable =
        |error| Failure::new(format!("cannot read {}: {error}", workspace::shown(&folder)), "check the permissions");
    let mut areas = Vec::new();
    for entry in fs::read_dir(&folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if !NOT_OF_HANDLES.contains(&&*name) && entry.path().join("main.rs").is_file() {
            areas.push(name);
        }
    }
    areas.sort();
    Ok(areas)
}

fn cargo<S: AsRef<OsStr>>(arguments: &[S], folder: &Path, failed: &str) -> Result<(), Failure> {
    let output = workspace::cargo()
        .args(arguments)
        .args(["-p", "venice-ai"])
        .current_dir(workspace::path(""))
        .env(RECORD, folder)
        .output();
    let output = output
        .map_err(|error| Failure::new(format!("cannot run cargo: {error}"), "run this as `cargo xtask coverage`"))?;
    if output.status.success() {
        return Ok(());
    }
    let shown: Vec<_> = arguments.iter().map(|argument| argument.as_ref().to_string_lossy()).collect();
    eprint!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    Err(Failure::new(
        format!("{failed}, so the sent requests are unknown"),
        format!("cargo {} -p venice-ai", shown.join(" ")),
    ))
}

fn measure(recording: &Recording) -> Result<Vec<Covered>, Failure> {
    let path = workspace::path("spec/swagger.yaml");
    let document = Source { name: workspace::shown(&path), text: workspace::read(&path)? };
    let rows = rows::read(
        &venice_ai_codegen::yaml::parse(&document.text).map_err(|error| error.in_file(document.name.as_str()))?,
    );
    let road = road::run(&document, &workspace::path("spec"), Mode::Strict)?;
    let mut programs = BTreeMap::new();
    let helpers = workspace::path("tests/support/src/lib.rs");
    for area in areas()? {
        let root = workspace::path(&format!("tests/{area}/main.rs"));
        programs.insert(area, Program::read(&root, &helpers)?);
    }
    cover(&rows, &road.generated, &workspace::path("src/lib.rs"), |row, wrapping| {
        is_exercised(row, wrapping, recording, &programs)
    })
}

/// What is said of each row; `exercised` says the last of it. `root` is the root file of the crate.
fn cover(
    rows: &[Row],
    generated: &Generated,
    root: &Path,
    exercised: impl Fn(&Row, &wrapped::Wrapping) -> bool,
) -> Result<Vec<Covered>, Failure> {
    let table = code::read(&generated.code)?;
    let wrapped = wrapped::read(&Crate::read(root, &generated.code, false)?);
    let covered = |row: &Row| {
        let operation = operation_of(row, generated);
        let row =
            Row { operation: operation.map_or_else(|| row.operation.clone(), |known| known.id.clone()), ..row.clone() };
        judged(&row, &table, &wrapped, operation.is_some_and(|known| known.doc().is_some()), &exercised)
    };
    Ok(rows.iter().map(covered).collect())
}

fn judged(
    row: &Row,
    table: &code::Table,
    wrapped: &wrapped::Wrapped,
    described: bool,
    exercised: impl Fn(&Row, &wrapped::Wrapping) -> bool,
) -> Covered {
    let raw = table.get(&(row.method.clone(), row.path.clone())).and_then(|generated| generated.raw.as_ref());
    // What no handle has, a handle cannot have sent.
    let wrapping = raw.and_then(|raw| wrapped.get(raw)).cloned().unwrap_or_default();
    Covered { row: row.clone(), has: has(row, table, wrapped, described, exercised(row, &wrapping)) }
}

/// Whether a test of one of the programs exercised a row.
fn is_exercised(
    row: &Row,
    wrapping: &wrapped::Wrapping,
    recording: &Recording,
    programs: &BTreeMap<String, Program>,
) -> bool {
    recording
        .tests_of(row)
        .any(|(program, test)| programs.get(program).is_some_and(|program| program.asserts(test, &wrapping.handles)))
}

/// What a report on another document would find.
pub struct Outlook {
    /// Gaps that are not listed.
    pub open: Vec<String>,
    /// Entries of the list that are no gaps.
    pub stale: Vec<String>,
    /// The list with all of them, and without entries of operations that are gone.
    pub list: String,
}

/// What a report on another document would find.
///
/// No test is run: what `old`, the document that the tests were written for, has too counts as exercised unless the list says
/// otherwise, and what is new does not.
pub fn outlook(old: &Value, new: &Value, generated: &Generated, root: &Path, list: &Path) -> Result<Outlook, Failure> {
    let (before, gaps) = (rows::read(old), gaps::read(list)?);
    let same = |row: &Row, known: &Row| {
        (&known.method, &known.path, &known.request, &known.success)
            == (&row.method, &row.path, &row.request, &row.success)
    };
    let rows = cover(&rows::read(new), generated, root, |row, _| {
        before.iter().any(|known| same(row, known)) && !gaps::lists(&gaps, row, Column::Exercised)
    })?;
    let gaps::Difference { open, stale } = gaps::compare(&rows, &gaps);
    let text = if list.exists() { workspace::read(list)? } else { String::new() };
    Ok(Outlook { open, stale, list: gaps::updated(&text, &rows)? })
}

fn operation_of<'g>(row: &Row, generated: &'g Generated) -> Option<&'g Operation> {
    generated.model.operations.iter().find(|known| known.method == row.method && known.path == row.path)
}

fn has(row: &Row, table: &code::Table, wrapped: &wrapped::Wrapped, described: bool, exercised: bool) -> [bool; 4] {
    let generated = table.get(&(row.method.clone(), row.path.clone()));
    let lists = |names: &[String], name: &Option<String>| name.as_ref().is_none_or(|name| names.contains(name));
    let media = generated
        .is_some_and(|generated| lists(&generated.request, &row.request) && lists(&generated.success, &row.success));
    let raw = generated.and_then(|generated| generated.raw.as_ref());
    let wrapping = raw.and_then(|raw| wrapped.get(raw));
    let documented = described && wrapping.is_none_or(|wrapping| wrapping.example);
    [media && raw.is_some(), wrapping.is_some(), documented, exercised]
}

#[cfg(test)]
mod trials;

#[cfg(test)]
mod tests {
    use super::*;

    pub fn covered(operation: &str, success: Option<&str>, columns: &[Column]) -> Covered {
        let row = Row {
            operation: operation.into(),
            method: "GET".into(),
            path: format!("/{operation}"),
            request: None,
            success: success.map(str::to_owned),
            statuses: vec!["200".into()],
        };
        Covered { row, has: Column::ALL.map(|column| columns.contains(&column)) }
    }

    fn row(method: &str, request: Option<&str>, success: &str) -> Row {
        Row {
            method: method.into(),
            path: "/wicks".into(),
            request: request.map(str::to_owned),
            ..covered("wick", Some(success), &[]).row
        }
    }

    #[test]
    fn a_row_is_generated_when_a_method_takes_and_gives_its_media_types() {
        let table = code::read(code::tests::SOURCE).unwrap_or_default();
        let generated = |row: &Row| has(row, &table, &wrapped::Wrapped::new(), false, false)[0];
        assert!(generated(&row("POST", Some("application/json"), "image/png")));
        assert!(!generated(&row("POST", Some("multipart/form-data"), "image/png")));
        assert!(!generated(&row("POST", Some("application/json"), "image/webp")));
        assert!(!generated(&row("GET", None, "application/json")), "in the table, but without a method");
        assert!(!generated(&row("DELETE", None, "application/json")));
    }

    #[test]
    fn a_wrapped_row_is_documented_only_with_an_example() {
        let table = code::read(code::tests::SOURCE).unwrap_or_default();
        let row = row("POST", Some("application/json"), "image/png");
        let columns = |wrapped: &[(&str, bool)], described: bool| {
            let wrapping = |example| wrapped::Wrapping { example, ..wrapped::Wrapping::default() };
            let wrapped = wrapped.iter().map(|(name, example)| ((*name).to_owned(), wrapping(*example))).collect();
            let has = has(&row, &table, &wrapped, described, false);
            (has[1], has[2])
        };
        assert_eq!(columns(&[], true), (false, true), "not wrapped yet: only its documentation can exist");
        assert_eq!(columns(&[("add_wick", false)], true), (true, false));
        assert_eq!(columns(&[("add_wick", true)], true), (true, true));
        assert_eq!(columns(&[("add_wick", true)], false), (true, false));
    }

    #[test]
    fn gaps_and_stale_entries_fail_and_are_named() {
        let difference = |open: &[&str], stale: &[&str]| gaps::Difference {
            open: open.iter().map(|line| (*line).to_owned()).collect(),
            stale: stale.iter().map(|line| (*line).to_owned()).collect(),
        };
        assert!(verdict(&difference(&[], &[]), "f").is_ok());
        for (open, stale) in
            [(&["a: not wrapped"][..], &[][..]), (&[], &["b: is wrapped"]), (&["a: not wrapped"], &["b: is wrapped"])]
        {
            let failure = verdict(&difference(open, stale), "f").map_err(|failure| failure.to_string()).unwrap_err();
            assert!(open.iter().chain(stale).all(|line| failure.contains(line)), "{failure}");
        }
    }
}
