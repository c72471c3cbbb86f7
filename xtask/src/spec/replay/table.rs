//! The rows as a table and as JSON.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::Row;
use venice_ai_spec::diff::Class;

const HEAD: [&str; 9] =
    ["version", "operations", "types", "passes", "skipped", "changes", "generate", "check", "result"];

/// A line each, then what each pass did, then what went wrong.
pub fn text(rows: &[Row]) -> String {
    let mut lines = vec![HEAD.map(str::to_owned)];
    lines.extend(rows.iter().map(line));
    let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or_default();
    let widths: Vec<usize> = (0..HEAD.len()).map(width).collect();
    let mut text = String::new();
    for line in &lines {
        let cells: Vec<String> = line.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        text.push_str(cells.join("  ").trim_end());
        text.push('\n');
    }
    text.push_str(
        "\npasses: places that the lowering passes changed; skipped: actions of the overlay and the docs that do not fit;\n\
         changes since the document before: breaking/behaviour/additive/cosmetic\n",
    );
    for row in rows {
        if let Some(stop) = &row.failure {
            text.push_str(&format!("\n{}: {}\n{}\n", row.file, result(row), stop.reason.trim_end()));
        }
    }
    text
}

fn line(row: &Row) -> [String; 9] {
    let none = || "-".to_owned();
    let count =
        |of: fn(&super::Counts) -> usize| row.counts.as_ref().map_or_else(none, |counts| of(counts).to_string());
    let time = |time: Option<Duration>| time.map_or_else(none, |time| format!("{:.1} s", time.as_secs_f64()));
    let changes = row.changes.as_ref().map_or_else(none, |diff| {
        let counts: Vec<String> = Class::ALL.iter().map(|class| diff.count(*class).to_string()).collect();
        counts.join("/")
    });
    [
        row.version.clone().unwrap_or_else(|| row.file.clone()),
        count(|counts| counts.operations),
        count(|counts| counts.types),
        count(|counts| counts.passes.iter().map(|(_, places)| places).sum()),
        count(|counts| counts.skipped),
        changes,
        time(row.generate.map(|generate| generate + row.import)),
        time(row.check),
        result(row).to_owned(),
    ]
}

fn result(row: &Row) -> &'static str {
    match row.failure.as_ref().map(|stop| stop.stage) {
        None => "ok",
        Some("invalid") => "no valid OpenAPI document",
        Some("generation") => "cannot be generated",
        Some(_) => "does not compile",
    }
}

/// Everything that is known of each document.
pub fn json(rows: &[Row]) -> String {
    let seconds = |time: Duration| time.as_secs_f64();
    let row = |row: &Row| {
        let counts = row.counts.as_ref();
        let passes = counts.map(|counts| {
            let passes = counts.passes.iter().map(|(name, places)| ((*name).to_owned(), Value::from(*places)));
            Value::Object(passes.collect())
        });
        let changes = row.changes.as_ref().map(|diff| {
            let counts = Class::ALL.iter().map(|class| (class.name().to_owned(), Value::from(diff.count(*class))));
            Value::Object(counts.collect::<Map<_, _>>())
        });
        json!({
            "file": row.file,
            "version": row.version,
            "operations": counts.map(|counts| counts.operations),
            "types": counts.map(|counts| counts.types),
            "passes": passes,
            "skipped": counts.map(|counts| counts.skipped),
            "changes": changes,
            "seconds": {"import": seconds(row.import), "generate": row.generate.map(seconds), "check": row.check.map(seconds)},
            "failure": row.failure.as_ref().map(|stop| json!({"stage": stop.stage, "reason": stop.reason})),
        })
    };
    format!("{:#}\n", Value::Array(rows.iter().map(row).collect()))
}
