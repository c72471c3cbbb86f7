//! What an action's target matches.

use std::fmt;

use serde_json::Value;

use super::path::Query;
use crate::document;

/// The way from the document to a value.
pub type Location = Vec<Step>;

/// One step of it. Sorts in the order of the values in an array.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// A member of an object.
    Key(String),
    /// An element of an array.
    Index(usize),
}

/// A JSONPath query, parsed once.
#[derive(Debug, Clone)]
pub struct Target {
    text: String,
    query: Query,
}

impl Target {
    /// Reads a query.
    ///
    /// # Errors
    /// At which column what was expected.
    pub fn parse(text: &str) -> Result<Self, String> {
        Ok(Self { text: text.to_owned(), query: Query::parse(text)? })
    }

    /// Where the matches are: each once, and a value before those inside it.
    #[must_use]
    pub fn locate(&self, doc: &Value) -> Vec<Location> {
        let mut locations = self.query.locate(doc);
        locations.sort_unstable();
        locations.dedup();
        locations
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl From<document::Step<'_>> for Step {
    fn from(step: document::Step<'_>) -> Self {
        match step {
            document::Step::Key(key) => Step::Key(key.to_owned()),
            document::Step::Index(index) => Step::Index(index),
        }
    }
}

/// What is at a place.
#[must_use]
pub fn get<'v>(value: &'v Value, location: &[Step]) -> Option<&'v Value> {
    location.iter().try_fold(value, |value, step| match step {
        Step::Key(key) => value.as_object()?.get(key),
        Step::Index(index) => value.as_array()?.get(*index),
    })
}

pub(super) fn get_mut<'v>(value: &'v mut Value, location: &[Step]) -> Option<&'v mut Value> {
    location.iter().try_fold(value, |value, step| match step {
        Step::Key(key) => value.as_object_mut()?.get_mut(key),
        Step::Index(index) => value.as_array_mut()?.get_mut(*index),
    })
}

/// Takes a value out and keeps the order of those around it.
pub(super) fn remove(doc: &mut Value, location: &[Step]) {
    let Some((last, parent)) = location.split_last() else {
        return;
    };
    match (get_mut(doc, parent), last) {
        (Some(Value::Object(members)), Step::Key(key)) => {
            members.shift_remove(key);
        }
        (Some(Value::Array(items)), Step::Index(index)) if *index < items.len() => {
            items.remove(*index);
        }
        _ => {}
    }
}
