//! OpenAPI Overlay 1.0: corrections to a document, kept apart from it.
//!
//! An overlay is a list of actions. Each has a `target`, a JSONPath query (RFC 9535), and either an `update`, merged into
//! every match, or `remove: true`. Actions apply in their order, each to what the one before it left.
//!
//! What people get wrong: `update` adds to arrays and never replaces them, so a new list of enum values takes two actions, one that
//! removes the old list and one that updates the schema above it. And a target of an update is an object or an array; to change a string, update the
//! object that holds it.

mod merge;
mod parse;
mod path;
mod target;

use serde_json::Value;

use crate::document::Place;
use crate::error::Error;
use target::Target;
pub use target::{Location, Step};

/// A checked overlay, ready to apply.
#[derive(Debug, Clone, Default)]
pub struct Overlay {
    actions: Vec<Action>,
}

#[derive(Debug, Clone)]
struct Action {
    target: Target,
    description: Option<String>,
    change: Change,
}

#[derive(Debug, Clone)]
enum Change {
    Update(Value),
    Remove,
}

/// What becomes of an action that cannot be applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// It is an error: the document has changed below the overlay. For the document that the overlay was written for.
    Strict,
    /// It is skipped and reported. For older and newer documents.
    Lenient,
}

/// What an overlay did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// How many actions were applied.
    pub applied: usize,
    /// How many places they changed, all together.
    pub changes: usize,
    /// The actions that were not applied (only with [`Mode::Lenient`]), a line each: index, description, reason, target.
    pub skipped: Vec<String>,
}

/// What one action met in a document.
#[derive(Debug, Clone)]
pub struct Traced {
    /// Its number in the overlay, from 0.
    pub index: usize,
    /// Its JSONPath query.
    pub target: String,
    /// What the overlay says about it.
    pub description: Option<String>,
    /// The places that it matched, and what stood there before it was applied.
    pub matches: Vec<(Location, Value)>,
    /// Why it could not be applied.
    pub problem: Option<String>,
}

impl Overlay {
    /// Reads an overlay from its document.
    ///
    /// # Errors
    /// A document that is not an Overlay 1.0; an action with an unknown member, with a target that is not JSONPath, or that does nothing.
    pub fn parse(doc: &Value) -> Result<Self, Error> {
        parse::overlay(doc)
    }

    /// How many actions the overlay has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.actions.len()
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.actions.is_empty()
    }

    /// Applies all actions to the document.
    ///
    /// # Errors
    /// With [`Mode::Strict`], the first action that matches nothing or whose update does not fit what it matches, named by index,
    /// target and description; the document then holds the changes of the actions before it.
    pub fn apply(&self, doc: &mut Value, mode: Mode) -> Result<Report, Error> {
        let mut report = Report::default();
        for (index, action) in self.actions.iter().enumerate() {
            match action.apply(doc) {
                Ok(changes) => {
                    report.applied += 1;
                    report.changes += changes;
                }
                Err(unfit) if mode == Mode::Strict => return Err(action.error(index, unfit)),
                Err(unfit) => {
                    let target = &action.target;
                    report.skipped.push(format!("overlay action {index}{} {}: {target}", action.name(), unfit.problem));
                }
            }
        }
        Ok(report)
    }

    /// Applies all actions that can be applied, and reports the matches of each.
    pub fn trace(&self, doc: &mut Value) -> Vec<Traced> {
        let actions = self.actions.iter().enumerate();
        let traced = actions.map(|(index, action)| {
            let located = action.target.locate(doc).into_iter();
            let matches =
                located.filter_map(|location| target::get(doc, &location).cloned().map(|value| (location, value)));
            Traced {
                index,
                target: action.target.to_string(),
                description: action.description.clone(),
                matches: matches.collect(),
                problem: action.apply(doc).err().map(|unfit| unfit.problem),
            }
        });
        traced.collect()
    }
}

/// Why an action cannot be applied.
#[derive(Debug)]
struct Unfit {
    problem: String,
    help: &'static str,
}

impl Action {
    /// Applies the action everywhere or nowhere; returns how many places it changed.
    fn apply(&self, doc: &mut Value) -> Result<usize, Unfit> {
        let matches = self.target.locate(doc);
        if matches.is_empty() {
            return Err(Unfit {
                problem: "matches nothing".to_owned(),
                help: "the document has changed: correct the target, or delete the action if it is no longer needed",
            });
        }
        match &self.change {
            Change::Update(update) => {
                for location in &matches {
                    if let Some(value) = target::get(doc, location) {
                        merge::fits(value, update, &Place::Root)?;
                    }
                }
                for location in &matches {
                    if let Some(value) = target::get_mut(doc, location) {
                        merge::merge(value, update);
                    }
                }
            }
            Change::Remove => remove_all(doc, &matches)?,
        }
        Ok(matches.len())
    }

    /// The description in brackets, to be put behind the index.
    fn name(&self) -> String {
        self.description.as_ref().map(|name| format!(" ({name})")).unwrap_or_default()
    }

    fn error(&self, index: usize, unfit: Unfit) -> Error {
        let (root, actions) = (Place::Root, "actions");
        Error::new(format!("overlay action {index}{} {}", self.name(), unfit.problem))
            .at(root.key(actions).index(index))
            .found(format!("target: {}", self.target))
            .help(unfit.help)
    }
}

/// Removes the last match first, so that a removal moves none of those that are still to come.
fn remove_all(doc: &mut Value, matches: &[Location]) -> Result<(), Unfit> {
    if matches.iter().any(Vec::is_empty) {
        return Err(Unfit { problem: "removes the whole document".to_owned(), help: "correct the target" });
    }
    for location in matches.iter().rev() {
        target::remove(doc, location);
    }
    Ok(())
}
