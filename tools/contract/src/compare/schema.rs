//! `Drift`: reports the differences between a reply and its schema as findings.

use serde_json::Value;
use venice_ai_mock::schema::{self, Judge, Others, Step, kind_of};

use crate::discretion::Discretion;
use crate::finding::Kind;

/// A difference, in a body.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    pub kind: Kind,
    pub path: String,
    pub expected: String,
    pub found: String,
}

pub struct Drift<'d> {
    pub discretion: &'d Discretion,
}

impl Judge for Drift<'_> {
    type Finding = Difference;
    const TAGS: bool = true;

    fn report(&self, path: &[Step<'_>], difference: &schema::Difference<'_>, found: &mut Vec<Difference>) {
        use schema::Difference as Of;
        let path = shown(path);
        let (kind, expected, value) = match difference {
            Of::Missing { expected } => (Kind::MissingMember, words(expected), String::new()),
            Of::Null { expected } => (Kind::Null, words(expected), String::new()),
            Of::WrongType { expected, value } => (Kind::WrongType, words(expected), kind_of(value).to_owned()),
            Of::NotInEnum { known, value } => (Kind::NewEnumValue, format!("one of {}", known.len()), self.word(value)),
            Of::UnknownTag { alternatives, value } => {
                (Kind::NewEnumValue, format!("one of {alternatives}"), self.word(value))
            }
            Of::Unknown { names, fields } => {
                return found.extend(names.iter().map(|name| Difference {
                    kind: Kind::UnknownMember,
                    path: format!("{path}.{}", self.discretion.shown(name)),
                    expected: String::new(),
                    found: kind_of(&fields[*name]).to_owned(),
                }));
            }
        };
        found.push(Difference { kind, path, expected, found: value });
    }

    /// What a server sends and the document does not name is drift, whatever the document says of others.
    fn counts_unknown(&self, _: Others) -> bool {
        true
    }
}

impl Drift<'_> {
    /// A value of an enum, if it may be shown.
    fn word(&self, value: &Value) -> String {
        match value {
            Value::String(text) => self.discretion.shown(text),
            Value::Number(_) => self.discretion.shown(&value.to_string()),
            other => kind_of(other).to_owned(),
        }
    }
}

/// Lists have no indices, and the names of free keys are data: ids, wallets, models.
fn shown(path: &[Step<'_>]) -> String {
    path.iter().fold("$".to_owned(), |path, step| match step {
        Step::Field(name) => path + "." + name,
        Step::Other(_) => path + ".*",
        Step::Item(_) => path + "[]",
    })
}

/// JSON types, sorted.
fn words(kinds: &[&str]) -> String {
    let mut kinds = kinds.to_vec();
    kinds.sort_unstable();
    kinds.dedup();
    kinds.join(" | ")
}
