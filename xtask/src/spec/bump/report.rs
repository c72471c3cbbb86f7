//! The report of a bump: its changes, or why there are none, and the remaining work.

use serde_json::{Value, json};

use venice_ai_spec::adapt::{self, Adapted, Unfit};
use venice_ai_spec::diff::{Diff, Format, render as render_diff};

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// The document is the committed one.
    Nothing,
    /// It was taken.
    Bumped,
    /// It would have been taken.
    WouldBump,
}

impl Status {
    fn name(self) -> &'static str {
        match self {
            Self::Nothing => "nothing to do",
            Self::Bumped => "bumped",
            Self::WouldBump => "would bump",
        }
    }
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
    /// Types whose name changed though their place is the same.
    pub renamed: Vec<String>,
    /// Types that do not exist any more.
    pub gone: Vec<String>,
}

/// The whole report.
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
    pub adapted: Adapted,
    /// What the compiler says to the crate with what was generated.
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
            adapted: Adapted::default(),
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

/// A report in one line: what was done, and how much of it is for people to look at.
pub fn line(report: &Report) -> String {
    let class = report.diff.class().map_or("no changes", |class| class.name());
    let (adapted, left) = (&report.adapted, &report.left);
    let counts = [
        ("followed", adapted.followed.len()),
        ("dropped", adapted.dropped.len()),
        ("left out", adapted.left_out.len()),
        ("renamed", left.renamed.len()),
        ("gone", left.gone.len()),
        ("stale docs", left.stale_docs.len()),
    ];
    let counts = counts.into_iter().filter(|(_, count)| *count > 0).map(|(what, count)| format!(", {what} {count}"));
    format!("{}, {class}{}", report.status.name(), counts.collect::<String>())
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
    let adapted = &report.adapted;
    let all = [
        section(
            "To change by hand: the crate does not compile with this document",
            "They use an item that is gone or has another type.",
            report.compiler.iter().cloned().collect(),
        ),
        section("To change by hand: these types have another name", "", report.left.renamed.clone()),
        section("These types are gone", "Code that uses them has to change.", report.left.gone.clone()),
        section(
            "Operations that cannot be generated, and are left out",
            "They need a pass in crates/codegen/src/lower, or a correction in spec/overlay.yaml. `Client::request` reaches them.",
            adapted.left_out.clone(),
        ),
        section(
            "Actions of the overlay with new targets",
            "Check their new targets.",
            adapted
                .followed
                .iter()
                .map(|(unfit, targets)| format!("{}\n  now: {}", action(unfit), targets.join("\n  now: ")))
                .collect(),
        ),
        section(
            "Actions of the overlay that were dropped: their targets are gone",
            "Check whether they are still needed elsewhere.",
            adapted.dropped.iter().map(|dropped| format!("{}\n{}", dropped.reason, dropped.text)).collect(),
        ),
        section(
            "Actions that apply to less than before, or may have no effect",
            "Look whether what they lost has moved; of what is a reference now, correct what it refers to.",
            adapted.narrowed.iter().map(action).collect(),
        ),
        section(
            "New and undocumented: documented from the document's facts",
            "Describe them in spec/docs.yaml when there is more to say.",
            report.left.undocumented.clone(),
        ),
        section(
            "Left to do: documentation of removed items; `cargo xtask spec check` fails until it is removed",
            "Remove these entries from spec/docs.yaml.",
            report.left.stale_docs.clone(),
        ),
        section(
            "New and not wrapped or tested by hand: automatic in spec/coverage.toml",
            "The generated method, documentation from facts and the wire test of the operation table are there. A handle and tests can follow.",
            report.left.uncovered.clone(),
        ),
        section("Closed gaps", "Their entries were removed from spec/coverage.toml.", report.left.stale.clone()),
        section("Notes", "", report.notes.clone()),
    ];
    all.into_iter().filter(|section| !section.lines.is_empty()).collect()
}

/// An action with its place in the file, and where it may have to go.
fn action(unfit: &Unfit) -> String {
    let line = unfit.line.map(|line| format!(":{line}")).unwrap_or_default();
    let name = unfit.description.as_ref().map(|text| format!("\n  about: {text}")).unwrap_or_default();
    let mut text =
        format!("{}{line} $.actions[{}] {}\n  target: {}{name}", adapt::FILE, unfit.index, unfit.problem, unfit.target);
    for lost in &unfit.lost {
        let fate = match &lost.successor {
            Some(place) => format!("probably now {place}"),
            None if lost.reach == lost.place => "is there, and is not what the target asks for".to_owned(),
            None => format!("gone; {} is still there", lost.reach),
        };
        let place = if lost.place == unfit.target { String::new() } else { format!("{}: ", lost.place) };
        text.push_str(&format!("\n  {place}{fate}"));
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
            "file": adapt::FILE,
            "line": unfit.line,
            "path": format!("$.actions[{}]", unfit.index),
            "target": unfit.target,
            "description": unfit.description,
            "problem": unfit.problem,
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
        "followed": report.adapted.followed.iter().map(|(action, targets)| json!({"action": unfit(action), "targets": targets})).collect::<Vec<_>>(),
        "dropped": report.adapted.dropped.iter().map(|dropped| json!({"reason": dropped.reason, "text": dropped.text})).collect::<Vec<_>>(),
        "narrowed": report.adapted.narrowed.iter().map(unfit).collect::<Vec<_>>(),
        "left_out": report.adapted.left_out,
        "compiler": report.compiler,
        "left": {
            "uncovered": report.left.uncovered,
            "stale": report.left.stale,
            "undocumented": report.left.undocumented,
            "stale_docs": report.left.stale_docs,
            "renamed": report.left.renamed,
            "gone": report.left.gone,
        },
        "changelog": report.entry,
        "notes": report.notes,
        "diff": diff,
    })
}
