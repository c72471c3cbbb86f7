//! What is found: changes, each once, with all the places that it reaches.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::rules::Rule;

/// What a change means to who calls the generated Rust API. Later ones are worse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Without any effect.
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
    /// What it means to callers.
    pub class: Class,
    /// What changed: `operation`, `field`, `enum value`, `maximum`.
    pub what: String,
    /// The JSON path in the new document; of what is gone, in the old one.
    pub path: String,
    /// Other paths at which the same change was found.
    pub also: BTreeSet<String>,
    /// What it is in Rust: `types::Model.id`, `types::Model`, `Raw::list_models`.
    pub rust: Option<String>,
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

/// Where a change is: in the document and in Rust.
#[derive(Clone, Debug, Default)]
pub struct Location {
    pub path: String,
    pub rust: Option<String>,
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
    pub fn add(&mut self, rule: Rule, what: &str, at: Location, sides: (Option<Value>, Option<Value>), place: &str) {
        let (before, after) = sides;
        let places = if place.is_empty() { BTreeSet::new() } else { BTreeSet::from([place.to_owned()]) };
        let (what, also) = (what.to_owned(), BTreeSet::new());
        let Location { path, rust } = at;
        self.insert(Change { class: rule.class, what, path, also, rust, before, after, why: rule.why, places });
    }

    /// Adds a change with its places.
    pub fn insert(&mut self, change: Change) {
        self.reports += 1;
        let text = |value: &Option<Value>| value.as_ref().map(Value::to_string);
        let key = (change.path.clone(), change.what.clone(), text(&change.before), text(&change.after));
        match self.changes.get_mut(&key) {
            Some(known) => {
                known.places.extend(change.places);
                // What many operations share is of none of them.
                known.rust = known.rust.take().filter(|rust| change.rust.as_ref() == Some(rust));
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

    /// The worst first, then by path. What is the same change of the same Rust item is one, wherever the document has it.
    pub fn into_changes(self) -> Vec<Change> {
        let mut changes: Vec<Change> = Vec::new();
        for change in self.changes.into_values() {
            match changes.iter_mut().find(|known| is_same(known, &change)) {
                Some(known) => {
                    known.also.insert(change.path);
                    known.places.extend(change.places);
                }
                None => changes.push(change),
            }
        }
        changes.sort_by_key(|change| std::cmp::Reverse(change.class));
        changes
    }
}

/// Whether two findings are one to who uses the crate: of one Rust item, or of what operations repeat word by word.
fn is_same(one: &Change, other: &Change) -> bool {
    let below = |change: &Change| below_operation(&change.path).map(str::to_owned);
    let same_place = match (&one.rust, &other.rust) {
        (Some(one), Some(other)) => one == other,
        (None, None) => below(one).is_some() && below(one) == below(other),
        _ => false,
    };
    same_place
        && (one.class, &one.what, one.why) == (other.class, &other.what, other.why)
        && (&one.before, &one.after) == (&other.before, &other.after)
}

/// What follows the operation in a JSON path.
fn below_operation(path: &str) -> Option<&str> {
    let (_, operation) = path.strip_prefix("$.paths['")?.split_once("'].")?;
    operation.split_once('.').map(|(_, below)| below)
}
