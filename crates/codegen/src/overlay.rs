//! OpenAPI Overlay 1.0: corrections to a document, kept apart from it.
//!
//! An overlay is a list of actions. Each has a `target`, a JSONPath query (RFC 9535), and either an `update`, merged into
//! every match, or `remove: true`. Actions apply in their order, each to what the one before it left.
//!
//! What people get wrong: `update` adds to arrays and never replaces them, so a new list of enum values takes two actions, one that
//! removes the old list and one that updates the schema above it. And a target of an update is an object or an array; to change a string, update the
//! object that holds it.

mod merge;
mod path;
mod target;

use serde_json::Value;

use crate::document::Place;
use crate::error::Error;
pub use target::{Location, Step, Target, get};

/// A checked overlay, ready to apply.
#[derive(Debug, Clone, Default)]
pub struct Overlay {
    /// Its actions, in their order.
    pub actions: Vec<Action>,
}

/// One correction.
#[derive(Debug, Clone)]
pub struct Action {
    /// What it is about.
    pub target: Target,
    /// Its evidence.
    pub description: Option<String>,
    /// What is merged into each match; none removes them.
    update: Option<Value>,
}

impl Overlay {
    /// Reads an overlay from its document.
    ///
    /// # Errors
    /// An action whose target is not JSONPath, or that does nothing.
    pub fn parse(doc: &Value) -> Result<Self, Error> {
        let actions = doc["actions"].as_array().into_iter().flatten().enumerate().map(|(index, action)| {
            let text = |key: &str| action.get(key).and_then(Value::as_str);
            let wrong = |problem: String| Error::new(problem).at(format!("$.actions[{index}]")).found(action);
            let target = Target::parse(text("target").unwrap_or_default());
            let target = target.map_err(|problem| wrong(format!("the target is not a JSONPath query: {problem}")))?;
            let removes = action["remove"] == true;
            // The specification says that `update` has no effect beside `remove: true`.
            let update = action.get("update").filter(|_| !removes).cloned();
            if update.is_none() && !removes {
                return Err(wrong("an action does nothing".to_owned()).help("add `update`, or `remove: true`"));
            }
            Ok(Action { target, description: text("description").map(|text| text.trim().to_owned()), update })
        });
        Ok(Self { actions: actions.collect::<Result<_, _>>()? })
    }

    /// Applies all actions to the document.
    ///
    /// # Errors
    /// The first action that matches nothing or whose update does not fit what it matches, named by index, target and description; the
    /// document then holds the changes of the actions before it.
    pub fn apply(&self, doc: &mut Value) -> Result<(), Error> {
        for (index, action) in self.actions.iter().enumerate() {
            action.apply(doc).map_err(|unfit| action.error(index, unfit))?;
        }
        Ok(())
    }
}

/// Why an action cannot be applied.
#[derive(Debug)]
pub struct Unfit {
    /// What is wrong.
    pub problem: String,
    help: &'static str,
}

impl Action {
    /// Applies the action everywhere or nowhere.
    ///
    /// # Errors
    /// When it matches nothing, or something that it does not fit.
    pub fn apply(&self, doc: &mut Value) -> Result<(), Unfit> {
        let matches = self.target.locate(doc);
        if matches.is_empty() {
            return Err(Unfit {
                problem: "matches nothing".to_owned(),
                help: "the document has changed: correct the target, or delete the action if it is no longer needed",
            });
        }
        let Some(update) = &self.update else { return remove_all(doc, &matches) };
        for value in matches.iter().filter_map(|location| get(doc, location)) {
            merge::fits(value, update, &Place::Root)?;
        }
        for location in &matches {
            if let Some(value) = target::get_mut(doc, location) {
                merge::merge(value, update);
            }
        }
        Ok(())
    }

    /// The description in brackets, to be put behind the index.
    #[must_use]
    pub fn name(&self) -> String {
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
