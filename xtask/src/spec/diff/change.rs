//! What is found: changes, each once, with all the places that it reaches.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::rules::Rule;

/// What a change means to who calls the generated Rust API. Later ones are worse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Nobody notices.
    Cosmetic,
    /// There is more than before; what was there works as it did.
    Additive,
    /// Callers compile as before, and the server (or what the SDK checks before it sends) acts differently.
    Behaviour,
    /// Callers have to change their code, or it does not compile.
    Breaking,
}

impl Class {
    /// All of them, the worst first.
    pub const ALL: [Self; 4] = [Self::Breaking, Self::Behaviour, Self::Additive, Self::Cosmetic];

    /// Its name, as every format prints it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cosmetic => "cosmetic",
            Self::Additive => "additive",
            Self::Behaviour => "behaviour",
            Self::Breaking => "breaking",
        }
    }
}

/// One change.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    pub class: Class,
    /// What changed: `operation`, `field`, `enum value`, `maximum`.
    pub what: String,
    /// The JSON path in the new document; of what is gone, in the old one.
    pub path: String,
    /// `None`: it is new.
    pub before: Option<Value>,
    /// `None`: it is gone.
    pub after: Option<Value>,
    /// Why it has its class.
    pub why: &'static str,
    /// The requests and replies that it reaches: `createImage request`, `listModels reply 200`.
    pub places: BTreeSet<String>,
}

impl Change {
    /// `added`, `removed` or `changed`.
    pub fn direction(&self) -> &'static str {
        match (&self.before, &self.after) {
            (None, _) => "added",
            (_, None) => "removed",
            _ => "changed",
        }
    }
}

/// What changed between two documents.
#[derive(Clone, Debug, PartialEq)]
pub struct Diff {
    /// The version of the old document.
    pub old: String,
    /// The version of the new document.
    pub new: String,
    /// The worst first, then by path.
    pub changes: Vec<Change>,
    /// What could not be compared, and why.
    pub notes: Vec<String>,
}

impl Diff {
    /// The class of the worst change.
    pub fn class(&self) -> Option<Class> {
        self.changes.iter().map(|change| change.class).max()
    }

    /// How many changes have a class.
    pub fn count(&self, class: Class) -> usize {
        self.changes.iter().filter(|change| change.class == class).count()
    }
}

/// The changes that were found so far.
#[derive(Debug, Default)]
pub struct Found {
    changes: BTreeMap<Key, Change>,
    /// How often anything was found, also what was known already.
    pub reports: usize,
}

/// What makes two findings one: path, what it is, before and after.
pub type Key = (String, String, Option<String>, Option<String>);

impl Found {
    /// Adds a finding. One that is known already takes the worse of the two classes and gets one more place.
    pub fn add(&mut self, rule: Rule, what: &str, path: String, sides: (Option<Value>, Option<Value>), place: &str) {
        let (before, after) = sides;
        let places = if place.is_empty() { BTreeSet::new() } else { BTreeSet::from([place.to_owned()]) };
        self.insert(Change { class: rule.class, what: what.to_owned(), path, before, after, why: rule.why, places });
    }

    /// Adds a change with its places.
    pub fn insert(&mut self, change: Change) {
        self.reports += 1;
        let text = |value: &Option<Value>| value.as_ref().map(Value::to_string);
        let key = (change.path.clone(), change.what.clone(), text(&change.before), text(&change.after));
        match self.changes.get_mut(&key) {
            Some(known) => {
                known.places.extend(change.places);
                if change.class > known.class {
                    (known.class, known.why) = (change.class, change.why);
                }
            }
            None => {
                self.changes.insert(key, change);
            }
        }
    }

    /// The findings with what makes each of them one.
    pub fn into_entries(self) -> impl Iterator<Item = (Key, Change)> {
        self.changes.into_iter()
    }

    /// The worst first, then by path.
    pub fn into_changes(self) -> Vec<Change> {
        let mut changes: Vec<Change> = self.changes.into_values().collect();
        changes.sort_by_key(|change| std::cmp::Reverse(change.class));
        changes
    }
}
