//! `reconcile`: the classes of a diff, held against the interfaces that are generated from both documents.

use std::collections::BTreeSet;

use serde_json::Value;
use venice_ai_codegen::{Error, emit, generate, model::Model};

use super::change::{Change, Class, Diff};
use super::document::Document;
use super::rules::{self, Rule};
use venice_ai_surface::Crate;

/// The public items that are generated from a document, without names of arguments, which callers do not write, and without `validate`,
/// which depends on the limits of a request.
pub type Surface = BTreeSet<String>;

/// What is generated from a document.
pub fn surface(document: &Document) -> Result<Surface, Error> {
    let lowered = document.lowered.clone()?;
    let model = Model::read(&lowered);
    let file = emit::emit(&generate::run(&lowered, &model)?, &model)?;
    let lines = venice_ai_surface::list(&Crate::of_file(file)).into_iter().map(|line| line.text);
    let is_of_callers = |line: &String| {
        let is_trait = line.starts_with("impl ") && !line.starts_with("impl From<");
        !is_trait && !line.contains("::validate(")
    };
    Ok(lines.filter(is_of_callers).map(|line| without_argument_names(&line)).collect())
}

/// Corrects what the rules cannot know. Where one of the documents cannot be generated from, the rules stand.
pub fn reconcile(diff: &mut Diff, old: Result<Surface, Error>, new: Result<Surface, Error>) {
    let (Ok(old), Ok(new)) = (old, new) else { return };
    let gone: Vec<&String> = old.difference(&new).collect();
    for change in diff.changes.iter_mut().filter(|change| change.class == Class::Breaking) {
        let is_lost = match &change.rust {
            // A name that is new says nothing of what it was called before.
            Some(item) if old.iter().any(|line| mentions(line, item)) => gone.iter().any(|line| mentions(line, item)),
            Some(_) => !gone.is_empty(),
            None => !gone.is_empty(),
        };
        if !is_lost {
            let Rule { class, why } = rules::KEPT;
            (change.class, change.why) = (class, why);
        }
    }
    if !gone.is_empty() && diff.class() != Some(Class::Breaking) {
        let names: Vec<Value> = gone.iter().map(|line| line.as_str().into()).collect();
        diff.changes.push(Change {
            class: rules::LOST.class,
            what: "generated items".to_owned(),
            path: "$".to_owned(),
            also: BTreeSet::new(),
            rust: None,
            before: Some(names.into()),
            after: None,
            why: rules::LOST.why,
            places: BTreeSet::new(),
        });
    }
    diff.changes.sort_by_key(|change| std::cmp::Reverse(change.class));
}

/// Whether a line is about an item: its last name, with the type that it is of.
fn mentions(line: &str, item: &str) -> bool {
    let item = item.split('.').next().unwrap_or(item);
    let name = item.rsplit("::").next().unwrap_or(item);
    line.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == name)
}

/// A signature without the names of its arguments.
fn without_argument_names(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some(at) = rest.find(['(', ',']) {
        let (before, after) = rest.split_at(at + 1);
        out.push_str(before);
        let trimmed = after.trim_start();
        let name = trimmed.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
        rest = match trimmed[name.len()..].strip_prefix(": ") {
            Some(argument) if !name.is_empty() => {
                out.push_str(if before.ends_with(',') { " " } else { "" });
                argument
            }
            _ => after,
        };
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn surface_of(lines: &[&str]) -> Result<Surface, Error> {
        Ok(lines.iter().map(|line| (*line).to_owned()).collect())
    }

    fn diff(class: Class, rust: Option<&str>) -> Diff {
        let change = Change {
            class,
            what: "field".into(),
            path: "$.a".into(),
            also: BTreeSet::new(),
            rust: rust.map(str::to_owned),
            before: Some("x".into()),
            after: None,
            why: "",
            places: BTreeSet::new(),
        };
        Diff { old: "1".into(), new: "2".into(), changes: vec![change], notes: Vec::new() }
    }

    #[test]
    fn what_the_generated_interface_keeps_does_not_break() {
        for (rust, gone, class) in [
            (None, &[][..], Class::Behaviour),
            (None, &["field types::Wick.id: String"][..], Class::Breaking),
            (Some("types::Wick.id"), &["field types::Wick.id: String"][..], Class::Breaking),
            (Some("types::Wick"), &["fn types::Wick::new(String) -> Self"][..], Class::Breaking),
        ] {
            let mut found = diff(Class::Breaking, rust);
            reconcile(&mut found, surface_of(gone), surface_of(&[]));
            assert_eq!(found.class(), Some(class), "{rust:?} {gone:?}");
            assert_eq!(found.changes.len(), 1);
        }
    }

    #[test]
    fn what_goes_unseen_by_the_rules_breaks() {
        let mut found = diff(Class::Additive, None);
        reconcile(
            &mut found,
            surface_of(&["struct types::Wick", "struct types::Lamp"]),
            surface_of(&["struct types::Lamp"]),
        );
        assert_eq!(found.changes[0].before, Some(vec![Value::from("struct types::Wick")].into()));
        assert_eq!(found.class(), Some(Class::Breaking));
    }

    #[test]
    fn names_of_arguments_are_left_out() {
        for (line, expected) in [
            (
                "fn Raw::get(&self, id: &str, limit: Option<i64>) -> Call<Wick>",
                "fn Raw::get(&self, &str, Option<i64>) -> Call<Wick>",
            ),
            ("fn types::Wick::new(id: impl Into<String>) -> Self", "fn types::Wick::new(impl Into<String>) -> Self"),
            ("enum types::Wick::Flat(types::Flat)", "enum types::Wick::Flat(types::Flat)"),
        ] {
            assert_eq!(without_argument_names(line), expected);
        }
    }
}
