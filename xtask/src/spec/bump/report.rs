//! What a bump has done, or why it has not, and what is left to do.

use serde_json::{Value, json};

use super::fit::{self, Fit, Unfit};
use crate::spec::diff::{Diff, Format, render as render_diff};

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// The document is the committed one.
    Nothing,
    /// It was taken.
    Bumped,
    /// It would have been taken.
    WouldBump,
    /// It was not taken: something has to be mended first.
    Refused,
}

impl Status {
    fn name(self) -> &'static str {
        match self {
            Self::Nothing => "nothing to do",
            Self::Bumped => "bumped",
            Self::WouldBump => "would bump",
            Self::Refused => "refused",
        }
    }
}

/// An action that was taken out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pruned {
    pub file: &'static str,
    /// Its lines.
    pub text: String,
}

/// What is to be done by people.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Left {
    /// Rows of the coverage report that are gaps.
    pub uncovered: Vec<String>,
    /// Entries of `coverage.toml` that are none any more.
    pub stale: Vec<String>,
    /// What is new and documented from the document's facts alone.
    pub undocumented: Vec<String>,
    /// Entries of `docs.yaml` of what is gone.
    pub stale_docs: Vec<String>,
}

/// Everything that is told.
#[derive(Debug)]
pub struct Report {
    pub status: Status,
    pub diff: Diff,
    /// The crate's version now.
    pub current: String,
    /// The version that is proposed.
    pub next: Option<String>,
    /// Path in the tree, and `new`, `changed` or `removed`.
    pub files: Vec<(String, &'static str)>,
    pub fit: Fit,
    pub pruned: Vec<Pruned>,
    /// Why nothing could be generated.
    pub problem: Option<String>,
    /// What the compiler says to what was generated.
    pub compiler: Option<String>,
    pub left: Left,
    /// The entry in the changelog.
    pub entry: String,
    pub notes: Vec<String>,
}

impl Report {
    /// A report on a document that is the committed one.
    pub fn new(diff: Diff) -> Self {
        Self {
            status: Status::Nothing,
            diff,
            current: String::new(),
            next: None,
            files: Vec::new(),
            fit: Fit::default(),
            pruned: Vec::new(),
            problem: None,
            compiler: None,
            left: Left::default(),
            entry: String::new(),
            notes: Vec::new(),
        }
    }
}

/// Prints a report.
pub fn render(report: &Report, format: Format) -> String {
    match format {
        Format::Json => format!("{:#}\n", as_json(report)),
        Format::Text => text(report),
        Format::Markdown => markdown(report),
    }
}

/// A report on what came to no report.
pub fn failure(message: &str, format: Format) -> String {
    match format {
        Format::Json => format!("{:#}\n", json!({"status": "failed", "problem": message})),
        Format::Text => format!("failed\n\n{message}\n"),
        Format::Markdown => format!("**failed**\n\n{}", fenced(message)),
    }
}

/// A heading, what to do about it, and what it is about.
struct Section {
    title: &'static str,
    help: &'static str,
    lines: Vec<String>,
}

fn sections(report: &Report) -> Vec<Section> {
    let section = |title, help, lines| Section { title, help, lines };
    let unfit = |list: &[Unfit]| list.iter().map(action).collect::<Vec<_>>();
    let mut actions = unfit(&report.fit.unfit);
    actions.extend(report.fit.dangling.clone());
    let all = [
        section(
            "Actions that do not fit any more",
            "Correct their targets or delete them: `--prune` deletes those that match nothing and that nothing was found for, if that is enough.",
            actions,
        ),
        section(
            "The document cannot be generated from",
            "It needs a correction in spec/overlay.yaml, or a pass in crates/codegen/src/lower.",
            report.problem.iter().cloned().collect(),
        ),
        section(
            "The crate does not compile with it",
            "`--no-check` takes the document all the same, so that src/ can be mended against it.",
            report.compiler.iter().cloned().collect(),
        ),
        section(
            "Actions that were deleted (--prune)",
            "Look whether anything of them is still needed.",
            report.pruned.iter().map(|pruned| format!("{}:\n{}", pruned.file, pruned.text)).collect(),
        ),
        section(
            "Actions that apply to less than before, or may have no effect",
            "This builds. Look whether what they lost has moved; of what is a reference now, correct what it refers to.",
            unfit(&report.fit.narrowed),
        ),
        section(
            "New and undocumented: their documentation is what the document's facts say",
            "Describe them in spec/docs.yaml when there is more to say.",
            report.left.undocumented.clone(),
        ),
        section(
            "Left to do: documentation of what is gone, and `cargo xtask spec check` fails until it is removed",
            "Take these entries out of spec/docs.yaml.",
            report.left.stale_docs.clone(),
        ),
        section(
            "Left to do: not wrapped or tested, and `cargo xtask coverage` fails until they are",
            "Wrap them in src/api and test them, or list them in spec/coverage.toml with a reason.",
            report.left.uncovered.clone(),
        ),
        section(
            "Left to do: gaps that are none any more",
            "Take these entries out of spec/coverage.toml.",
            report.left.stale.clone(),
        ),
        section("Notes", "", report.notes.clone()),
    ];
    all.into_iter().filter(|section| !section.lines.is_empty()).collect()
}

/// An action with its place in the file, and where it may have to go.
fn action(unfit: &Unfit) -> String {
    let line = unfit.line.map(|line| format!(":{line}")).unwrap_or_default();
    let name = unfit.description.as_ref().map(|text| format!("\n  about: {text}")).unwrap_or_default();
    let mut text =
        format!("{}{line} $.actions[{}] {}\n  target: {}{name}", fit::FILE, unfit.index, unfit.problem, unfit.target);
    for lost in &unfit.lost {
        let fate = match &lost.successor {
            Some(place) => format!("probably now {place}"),
            None if lost.reach == lost.place => "is there, and is not what the target asks for".to_owned(),
            None => format!("gone; {} is still there", lost.reach),
        };
        let place = if lost.place == unfit.target { String::new() } else { format!("{}: ", lost.place) };
        text.push_str(&format!("\n  {place}{fate}"));
    }
    if unfit.is_dead {
        text.push_str("\n  nothing took its place, so --prune would delete it");
    }
    text
}

/// The first line of a report.
fn head(report: &Report) -> String {
    let mut text = format!("{}: API {} -> {}", report.status.name(), report.diff.old, report.diff.new);
    if let Some(next) = &report.next {
        text.push_str(&format!("; the next version of the crate after {} is {next}", report.current));
    }
    text
}

fn text(report: &Report) -> String {
    let mut text = format!("{}\n", head(report));
    for (path, verb) in &report.files {
        text.push_str(&format!("  {verb:<8} {path}\n"));
    }
    for section in sections(report) {
        text.push_str(&format!("\n{}\n", section.title));
        for line in &section.lines {
            text.push_str(&format!("  {}\n", line.replace('\n', "\n  ")));
        }
        if !section.help.is_empty() {
            text.push_str(&format!("  = help: {}\n", section.help));
        }
    }
    if report.status != Status::Nothing {
        text.push_str(&format!("\n{}", render_diff(&report.diff, Format::Text)));
    }
    text
}

fn markdown(report: &Report) -> String {
    let mut text = format!("**{}**\n", head(report));
    for section in sections(report) {
        text.push_str(&format!("\n### {}\n\n", section.title));
        if !section.help.is_empty() {
            text.push_str(&format!("{}\n\n", section.help));
        }
        text.push_str(&fenced(&section.lines.join("\n")));
    }
    if !report.files.is_empty() {
        let files: Vec<String> = report.files.iter().map(|(path, verb)| format!("{verb:<8} {path}")).collect();
        text.push_str(&format!("\n### Files\n\n{}", fenced(&files.join("\n"))));
    }
    if report.status != Status::Nothing {
        text.push_str(&format!("\n{}", render_diff(&report.diff, Format::Markdown)));
    }
    text
}

/// A block of code that nothing in it can end.
fn fenced(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}text\n{text}\n{fence}\n")
}

/// The report for programs; CONTRIBUTING.md describes it.
fn as_json(report: &Report) -> Value {
    let unfit = |unfit: &Unfit| {
        let lost = unfit.lost.iter();
        json!({
            "file": fit::FILE,
            "line": unfit.line,
            "path": format!("$.actions[{}]", unfit.index),
            "target": unfit.target,
            "description": unfit.description,
            "problem": unfit.problem,
            "prunable": unfit.is_dead,
            "lost": lost.map(|lost| json!({"place": lost.place, "reach": lost.reach, "successor": lost.successor})).collect::<Vec<_>>(),
        })
    };
    let diff: Value = serde_json::from_str(&render_diff(&report.diff, Format::Json)).unwrap_or_default();
    json!({
        "status": report.status.name(),
        "old": report.diff.old,
        "new": report.diff.new,
        "class": report.diff.class().map(|class| class.name()),
        "next_version": report.next,
        "files": report.files.iter().map(|(path, verb)| json!({"path": path, "change": verb})).collect::<Vec<_>>(),
        "unfit": report.fit.unfit.iter().map(unfit).collect::<Vec<_>>(),
        "dangling": report.fit.dangling,
        "narrowed": report.fit.narrowed.iter().map(unfit).collect::<Vec<_>>(),
        "pruned": report.pruned.iter().map(|pruned| json!({"file": pruned.file, "text": pruned.text})).collect::<Vec<_>>(),
        "problem": report.problem,
        "compiler": report.compiler,
        "left": {
            "uncovered": report.left.uncovered,
            "stale": report.left.stale,
            "undocumented": report.left.undocumented,
            "stale_docs": report.left.stale_docs,
        },
        "changelog": report.entry,
        "notes": report.notes,
        "diff": diff,
    })
}
