//! The entry in `CHANGELOG.md`: what a bump means to who uses the crate.

use crate::diff::{Change, Class, Diff};

/// The heading under which entries go.
const UNRELEASED: &str = "## Unreleased";
/// The line that says from which document the crate is made.
const MADE_FROM: &str = "Made from version ";
/// How the heading of an entry begins.
const HEADING: &str = "### API ";

/// The entry for a bump, without the version that it proposes.
pub fn entry(diff: &Diff) -> String {
    let mut text = format!("{HEADING}{} → {}\n", diff.old, diff.new);
    for class in [Class::Breaking, Class::Behaviour, Class::Additive] {
        let changes: Vec<&Change> = diff.changes.iter().filter(|change| change.class == class).collect();
        if !changes.is_empty() {
            text.push_str(&format!("\n#### {}\n\n", title(class)));
        }
        changes.iter().for_each(|change| text.push_str(&format!("- {}\n", line(change))));
    }
    match diff.count(Class::Cosmetic) {
        0 if diff.changes.is_empty() => text.push_str("\nNothing that callers could notice.\n"),
        0 => {}
        count => {
            text.push_str(&format!("\n#### {}\n\n- Changes that nobody notices: {count}.\n", title(Class::Cosmetic)))
        }
    }
    text
}

fn title(class: Class) -> &'static str {
    match class {
        Class::Breaking => "Breaking",
        Class::Behaviour => "Behaviour",
        Class::Additive => "Additive",
        Class::Cosmetic => "Cosmetic",
    }
}

/// A change in one line.
fn line(change: &Change) -> String {
    let value = |value: &serde_json::Value| {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let mut text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        if let Some((end, _)) = text.char_indices().nth(80) {
            text.truncate(end);
            text.push('…');
        }
        code(&text)
    };
    let values = match (&change.before, &change.after) {
        (Some(before), Some(after)) => format!(": {} → {}", value(before), value(after)),
        (Some(only), None) | (None, Some(only)) => format!(": {}", value(only)),
        (None, None) => String::new(),
    };
    let mut places = change.places.iter().map(String::as_str);
    let place = match (places.next(), places.count()) {
        (None, _) => String::new(),
        (Some(one), 0) => format!(", {one}"),
        (Some(one), more) => format!(", {one} and {more} more"),
    };
    format!(
        "{} {}{values} ({}{place})",
        change.what,
        change.direction(),
        code(change.rust.as_ref().unwrap_or(&change.path))
    )
}

/// A span of code that may hold anything.
fn code(text: &str) -> String {
    if text.contains('`') { format!("`` {text} ``") } else { format!("`{text}`") }
}

/// The worst class of the entries that are unreleased.
pub fn unreleased_class(text: &str) -> Option<Class> {
    let (_, section, _) = split(text)?;
    let mut inside = false;
    let classes = section.lines().filter_map(|line| {
        if line.starts_with("### ") {
            inside = line.starts_with(HEADING);
        }
        Class::ALL.into_iter().find(|class| inside && line == format!("#### {}", title(*class)))
    });
    classes.max()
}

/// The changelog with the entry in its unreleased part, the newest first. One that is there already is not added again.
pub fn add(text: &str, version: &str, entry: &str) -> String {
    let Some((before, section, after)) = split(text) else {
        let at = text.find("\n## ").map_or(text.len(), |at| at + 1);
        let (before, after) = text.split_at(at);
        let gap = if before.is_empty() || before.ends_with("\n\n") { "" } else { "\n" };
        let end = if after.is_empty() { "" } else { "\n" };
        return format!("{before}{gap}{UNRELEASED}\n\n{}\n\n{entry}{end}{after}", made_from(version));
    };
    let mut lines: Vec<String> = section.lines().map(str::to_owned).collect();
    if let Some(line) = lines.iter_mut().find(|line| line.starts_with(MADE_FROM)) {
        *line = made_from(version);
    }
    let section = lines.join("\n");
    if section.contains(entry.trim_end()) {
        return format!("{before}{section}\n{after}");
    }
    let at = section.find("\n### ").map_or(section.len(), |at| at + 1);
    let (intro, rest) = section.split_at(at);
    let end = if rest.is_empty() && after.is_empty() { "" } else { "\n" };
    format!(
        "{before}{}\n\n{entry}{end}{}{after}",
        intro.trim_end(),
        if rest.is_empty() { String::new() } else { format!("{rest}\n") }
    )
}

fn made_from(version: &str) -> String {
    format!("{MADE_FROM}{version} of the API's document.")
}

/// What stands before the unreleased part, the part with its heading, and what stands behind it.
fn split(text: &str) -> Option<(&str, &str, &str)> {
    let start = text.lines().scan(0, |at, line| {
        let start = *at;
        *at += line.len() + 1;
        Some((start, line))
    });
    let start = start.into_iter().find(|(_, line)| line.trim_end() == UNRELEASED)?.0;
    let (before, rest) = text.split_at_checked(start)?;
    let end = rest.find("\n## ").map_or(rest.len(), |at| at + 1);
    let (section, after) = rest.split_at(end);
    Some((before, section, after))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::collections::BTreeSet;

    fn change(class: Class, what: &str, places: &[&str]) -> Change {
        Change {
            class,
            what: what.to_owned(),
            path: "$.paths['/a']".to_owned(),
            also: BTreeSet::new(),
            rust: (what == "field").then(|| "types::Wick.id".to_owned()),
            before: None,
            after: Some(json!("a`b\n## x")),
            why: "",
            places: places.iter().map(|place| (*place).to_owned()).collect(),
        }
    }

    fn diff(changes: Vec<Change>) -> Diff {
        Diff { old: "7".into(), new: "8".into(), changes, notes: Vec::new() }
    }

    const LOG: &str = "# Changelog\n\n## Unreleased\n\nMade from version 7 of the API's document.\n\n### Added\n\n- A.\n\n## 0.1.0\n\n- B.\n";

    #[test]
    fn an_entry_has_its_changes_by_class_each_in_a_line() {
        let text = entry(&diff(vec![
            change(Class::Breaking, "field", &["x request", "y request"]),
            change(Class::Additive, "operation", &[]),
            change(Class::Cosmetic, "tag", &[]),
        ]));
        assert_eq!(
            text,
            "### API 7 → 8\n\n#### Breaking\n\n- field added: `` a`b ## x `` (`types::Wick.id`, x request and 1 more)\n\
             \n#### Additive\n\n- operation added: `` a`b ## x `` (`$.paths['/a']`)\n\
             \n#### Cosmetic\n\n- Changes that nobody notices: 1.\n"
        );
        assert!(entry(&diff(Vec::new())).contains("Nothing that callers could notice."));
    }

    #[test]
    fn entries_stand_before_the_rest_the_newest_first_and_each_once() {
        let first = add(LOG, "8", "### API 7 → 8\n\n#### Breaking\n\n- x\n");
        let expected = LOG
            .replace("version 7", "version 8")
            .replace("### Added", "### API 7 → 8\n\n#### Breaking\n\n- x\n\n### Added");
        assert_eq!(first, expected);
        assert_eq!(add(&first, "8", "### API 7 → 8\n\n#### Breaking\n\n- x\n"), first);
        let second = add(&first, "9", "### API 8 → 9\n\n#### Additive\n\n- y\n");
        assert!(second.find("8 → 9") < second.find("7 → 8") && second.contains("version 9"), "{second}");
        assert_eq!(unreleased_class(&second), Some(Class::Breaking), "the worst of them");
        assert_eq!(unreleased_class(LOG), None);
    }

    #[test]
    fn a_changelog_without_an_unreleased_part_gets_one() {
        let log = add("# Changelog\n\n## 0.1.0\n\n- B.\n", "8", "### API 7 → 8\n");
        assert_eq!(
            log,
            "# Changelog\n\n## Unreleased\n\nMade from version 8 of the API's document.\n\n### API 7 → 8\n\n## 0.1.0\n\n- B.\n"
        );
        assert_eq!(add("", "8", "e\n"), "## Unreleased\n\nMade from version 8 of the API's document.\n\ne\n");
        let last = add("## Unreleased\n", "8", "### API 7 → 8\n");
        assert_eq!(last, "## Unreleased\n\n### API 7 → 8\n");
    }
}
