//! JSONPath queries (RFC 9535): read once, evaluated on any document.
//!
//! Our own because every user of the SDK compiles it: the crates that do the same rest on macros and parser combinators, which
//! cost a first build three CPU seconds. The tests hold it against one of them.
//!
//! The type system of the RFC is the types of this tree. What gives a value is an [`Operand`], what gives a truth a [`Filter`], what
//! gives nodes a [`Query`]; a query that is not well-typed has no tree, so it is refused where it is read.

mod compare;
mod filter;
mod parse;
mod select;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests;

use serde_json::Value;

use super::target::{Location, Step};
use crate::document::Place;
use compare::Operator;

/// A query, absolute or, in a filter, relative to the value that the filter tests.
#[derive(Debug, Clone)]
pub(super) struct Query {
    absolute: bool,
    /// Whether it matches one value at most, as its syntax tells. Only then is it a value.
    singular: bool,
    segments: Vec<Segment>,
}

#[derive(Debug, Clone)]
struct Segment {
    /// Whether it selects in the values inside as well (`..`).
    descends: bool,
    selectors: Vec<Selector>,
}

#[derive(Debug, Clone)]
enum Selector {
    Name(String),
    Wildcard,
    Index(i64),
    Slice { start: Option<i64>, end: Option<i64>, step: i64 },
    Filter(Filter),
}

/// What is true or false of a value.
#[derive(Debug, Clone)]
enum Filter {
    Or(Vec<Filter>),
    And(Vec<Filter>),
    Not(Box<Filter>),
    Exists(Query),
    Compare(Operand, Operator, Operand),
    /// `match`, which wants the `whole` text, and `search`.
    Matches {
        text: Operand,
        pattern: Operand,
        whole: bool,
    },
}

/// What has a value, or Nothing.
#[derive(Debug, Clone)]
enum Operand {
    Literal(Value),
    Singular(Query),
    Length(Box<Operand>),
    Count(Query),
    Value(Query),
}

impl Query {
    /// Reads an absolute query; the error says at which column what was expected.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        parse::query(text)
    }

    /// The nodelist, in the order of the RFC and with what it has twice.
    pub(super) fn locate(&self, doc: &Value) -> Vec<Location> {
        let mut locations = Vec::new();
        self.select(doc, doc, &mut |place: Place<'_>, _| {
            locations.push(place.steps().into_iter().map(Step::from).collect());
        });
        locations
    }
}
