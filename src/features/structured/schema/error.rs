//! `SchemaError`: a type without a strict schema.

use std::fmt;

/// Why a type has no strict schema, and where in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SchemaError {
    type_name: String,
    path: String,
    problem: String,
}

impl SchemaError {
    pub(super) fn new(problem: impl Into<String>) -> Self {
        Self { type_name: String::new(), path: String::new(), problem: problem.into() }
    }

    pub(super) fn of_type(self, name: &str) -> Self {
        Self { type_name: name.to_owned(), ..self }
    }

    /// Prepends a step of the path: a field's name, or `[]` for the items of a list.
    pub(super) fn below(mut self, step: &str) -> Self {
        let dot = if self.path.is_empty() || self.path.starts_with('[') { "" } else { "." };
        self.path.insert_str(0, dot);
        self.path.insert_str(0, step);
        self
    }
}

impl fmt::Display for SchemaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.path {
            "" => write!(f, "the type `{}` {}", self.type_name, self.problem),
            path => write!(f, "`{path}` of the type `{}` {}", self.type_name, self.problem),
        }
    }
}

impl std::error::Error for SchemaError {}
