//! The result as text, as JSON and as Markdown.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::change::{Change, Class, Diff};

/// How the result is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For a terminal.
    Text,
    /// For programs.
    Json,
    /// For a pull request.
    Markdown,
}

impl Format {
    /// The format called `name`.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "text" => Some(Self::Text),
            "json" => Some(Self::Json),
            "markdown" => Some(Self::Markdown),
            _ => None,
        }
    }
}

/// How many places of one change are shown to people.
const PLACES: usize = 3;
/// How many characters of a value are shown to people.
const LENGTH: usize = 120;

/// Prints a result.
pub fn render(diff: &Diff, format: Format) -> String {
    match format {
        Format::Json => format!("{:#}\n", as_json(diff)),
        Format::Text => text(diff),
        Format::Markdown => markdown(diff),
    }
}

/// The result for programs; CONTRIBUTING.md describes it.
fn as_json(diff: &Diff) -> Value {
    let change = |change: &Change| {
        json!({
            "class": change.class.name(),
            "change": change.direction(),
            "what": change.what,
            "path": change.path,
            "also": change.also,
            "rust": change.rust,
            "before": change.before,
            "after": change.after,
            "why": change.why,
            "places": change.places,
        })
    };
    let counts: serde_json::Map<String, Value> =
        Class::ALL.into_iter().map(|class| (class.name().to_owned(), diff.count(class).into())).collect();
    json!({
        "old": diff.old,
        "new": diff.new,
        "class": diff.class().map(Class::name),
        "counts": counts,
        "changes": diff.changes.iter().map(change).collect::<Vec<_>>(),
        "notes": diff.notes,
    })
}

/// `3 breaking, 1 additive`.
pub fn summary(diff: &Diff) -> String {
    let counts = Class::ALL.into_iter().map(|class| (diff.count(class), class.name())).filter(|(count, _)| *count > 0);
    let counts: Vec<String> = counts.map(|(count, name)| format!("{count} {name}")).collect();
    if counts.is_empty() { "no changes".to_owned() } else { counts.join(", ") }
}

fn text(diff: &Diff) -> String {
    let mut text = format!("{} -> {}: {}\n", diff.old, diff.new, summary(diff));
    for class in Class::ALL {
        let changes: Vec<&Change> = diff.changes.iter().filter(|change| change.class == class).collect();
        if changes.is_empty() {
            continue;
        }
        let _ = write!(text, "\n{}\n", class.name());
        for change in changes {
            let _ = writeln!(text, "  {} {}: {}", change.what, change.direction(), values(change, |value| value));
            let _ = writeln!(text, "    at {}", change.path);
            if !change.also.is_empty() {
                let _ = writeln!(text, "    and at {} more places", change.also.len());
            }
            if let Some(rust) = &change.rust {
                let _ = writeln!(text, "    for `{rust}`");
            }
            if let Some(places) = places(change) {
                let _ = writeln!(text, "    in {places}");
            }
            let _ = writeln!(text, "    = {}", change.why);
        }
    }
    for note in &diff.notes {
        let _ = write!(text, "\nnote: {note}\n");
    }
    text
}

fn markdown(diff: &Diff) -> String {
    let mut text = format!("## API {} → {}\n\n{}.\n", diff.old, diff.new, summary(diff));
    for class in Class::ALL {
        let changes: Vec<&Change> = diff.changes.iter().filter(|change| change.class == class).collect();
        if changes.is_empty() {
            continue;
        }
        let _ = write!(
            text,
            "\n### {} ({})\n\n| change | where | in | why |\n| --- | --- | --- | --- |\n",
            class.name(),
            changes.len()
        );
        for change in changes {
            let rust = change.rust.as_ref().map(|rust| format!(", {}", code(rust))).unwrap_or_default();
            let cells = [
                format!("{} {}: {}{rust}", change.what, change.direction(), values(change, |value| code(&value))),
                code(&change.path),
                places(change).unwrap_or_default(),
                change.why.to_owned(),
            ];
            let cells: Vec<String> = cells.iter().map(|cell| cell.replace('|', "\\|").replace('\n', " ")).collect();
            let _ = writeln!(text, "| {} |", cells.join(" | "));
        }
    }
    for note in &diff.notes {
        let _ = write!(text, "\n> {}\n", note.replace('\n', "\n> "));
    }
    text
}

/// What was and what is, in one line; cut when it is long.
fn values(change: &Change, show: impl Fn(String) -> String) -> String {
    let cut = |text: String| match text.char_indices().nth(LENGTH) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    };
    let shown = |value: &Value| {
        show(cut(value.as_str().filter(|text| !text.is_empty()).map_or_else(|| value.to_string(), str::to_owned)))
    };
    match (&change.before, &change.after) {
        (Some(before), Some(after)) => format!("{} -> {}", shown(before), shown(after)),
        (Some(only), None) | (None, Some(only)) => shown(only),
        (None, None) => String::new(),
    }
}

/// A span of code that may hold anything.
fn code(text: &str) -> String {
    if text.contains('`') { format!("`` {text} ``") } else { format!("`{text}`") }
}

fn places(change: &Change) -> Option<String> {
    let shown: Vec<&str> = change.places.iter().take(PLACES).map(String::as_str).collect();
    let more = change.places.len().saturating_sub(PLACES);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    (!shown.is_empty()).then(|| format!("{}{more}", shown.join(", ")))
}
