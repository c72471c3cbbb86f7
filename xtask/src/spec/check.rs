//! `spec check`: validates the files of `spec/` together.

use std::collections::HashSet;
use std::path::Path;

use lexopt::Arg;
use venice_ai_spec::{Mode, content, docs, names, wire_test};

use super::{road, source::Source};
use crate::{failure::Failure, workspace};

/// How many findings of one kind are shown.
const SHOWN: usize = 20;

/// Runs the command with what is left of the command line.
pub fn run(mut args: lexopt::Parser) -> Result<(), Failure> {
    let (mut folder, mut update) = (workspace::path("spec"), false);
    while let Some(arg) = args.next()? {
        match arg {
            Arg::Long("update") => update = true,
            Arg::Long("spec") => folder = args.value()?.into(),
            other => return Err(other.unexpected().into()),
        }
    }
    check(&folder, update)
}

fn check(folder: &Path, update: bool) -> Result<(), Failure> {
    let path = folder.join("swagger.yaml");
    let document = Source { name: workspace::shown(&path), text: workspace::read(&path)? };
    let road = road::run(&document, folder, Mode::Strict)?;
    if road.text != document.text {
        let help = format!(
            "cargo xtask spec import --check --out {} shows where, and an import of the vendor's document rewrites it",
            document.name
        );
        return Err(Failure::new(format!("{} differs from an import", document.name), help));
    }
    committed(&(road.generated.api.join("\n") + "\n"), &folder.join("api.txt"), update)?;
    committed(&names::record(&road.generated), &folder.join(road::NAMES), update)?;
    for (path, text) in wire_test::files(&road.generated) {
        let path = folder.join("..").join(path);
        // A folder that is not that of the crate has no tests beside it.
        if path.parent().is_some_and(Path::exists) {
            committed(&text, &path, update)?;
        }
    }
    for notice in &road.generated.notices {
        println!("note: {notice}");
    }
    let file = workspace::shown(&folder.join("docs.yaml"));
    if !road.generated.stale_docs.is_empty() {
        return Err(Failure::new(
            listed(&format!("{file} documents items that do not exist:"), &road.generated.stale_docs),
            format!("remove these entries from {file}, or correct their names"),
        ));
    }
    let missing = docs::missing(&road.generated.model);
    if !missing.is_empty() {
        println!("{}", listed("note: documented from the document's facts alone:", &missing));
    }
    let model = &road.generated.model;
    let unclassified = content::unclassified(model);
    if !unclassified.is_empty() {
        let title =
            "note: refused by privacy policies until `x-carries`, `x-sends-on` or `x-harmless` of the overlay has it:";
        println!("{}", listed(title, &unclassified));
    }
    println!(
        "{}: API version {}, {} operations, {} types; everything fits",
        document.name,
        model.version,
        model.operations.len(),
        model.types.len()
    );
    let share = road.generated.share;
    println!(
        "progenitor made {} type declarations and {} methods: {} of {} lines of generated code, documentation not counted",
        share.types, share.methods, share.lines, share.of_lines
    );
    Ok(())
}

/// Compares a text with the committed file, or writes it.
fn committed(text: &str, path: &Path, update: bool) -> Result<(), Failure> {
    let before = workspace::read(path).unwrap_or_default();
    let name = workspace::shown(path);
    if before == text {
        return Ok(());
    }
    let changes = changes(&before, text);
    if update {
        workspace::replace(path, text)?;
        println!("{name}: written, {} lines changed", changes.len());
        return Ok(());
    }
    Err(Failure::new(
        listed(&format!("{name} is stale:"), &changes),
        "cargo xtask spec check --update, and review the difference",
    ))
}

/// The lines that went and came.
fn changes(before: &str, after: &str) -> Vec<String> {
    let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let (before, after): (HashSet<&str>, HashSet<&str>) =
        (old.iter().copied().collect(), new.iter().copied().collect());
    let gone = old.iter().filter(|line| !after.contains(*line)).map(|line| format!("- {line}"));
    let came = new.iter().filter(|line| !before.contains(*line)).map(|line| format!("+ {line}"));
    gone.chain(came).collect()
}

fn listed(title: &str, lines: &[String]) -> String {
    let shown = lines.iter().take(SHOWN).map(|line| format!("\n    {line}"));
    let rest = lines.len().saturating_sub(SHOWN);
    let rest = if rest > 0 { format!("\n    and {rest} more") } else { String::new() };
    format!("{title}{}{rest}", shown.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_name_what_went_and_what_came() {
        assert_eq!(changes("a\nc\n", "a\nb\n"), ["- c", "+ b"]);
        assert!(changes("a\nb\n", "a\nb\n").is_empty());
    }

    #[test]
    fn a_long_list_is_cut() {
        let lines: Vec<String> = (0..30).map(|number| number.to_string()).collect();
        let text = listed("x:", &lines);
        assert!(text.ends_with("and 10 more") && text.lines().count() == 22, "{text}");
    }
}
