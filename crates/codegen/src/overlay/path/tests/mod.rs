//! Queries by the RFC's own examples, and beside `serde_json_path`.

mod agreement;
mod committed;
mod comparisons;
mod disagreements;
mod examples;
mod functions;
mod refused;
mod words;

use std::panic::catch_unwind;

use serde_json::Value;
use serde_json_path::{JsonPath, PathElement};

use super::super::target::{Location, Step};
use super::Query;
use crate::document::Place;

/// The nodelist as normalised paths, a line of them.
fn located(query: &str, doc: &Value) -> String {
    let locations = Query::parse(query).unwrap_or_else(|error| panic!("{query} {error}")).locate(doc);
    let places: Vec<String> = locations.iter().map(|location| print(location, Place::Root)).collect();
    places.join(" ")
}

fn print(steps: &[Step], place: Place<'_>) -> String {
    match steps.split_first() {
        None => place.to_string(),
        Some((Step::Key(key), rest)) => print(rest, place.key(key)),
        Some((Step::Index(index), rest)) => print(rest, place.index(*index)),
    }
}

/// Asserts each query's nodelist, order and duplicates included.
fn assert_table(doc: &Value, table: &[(&str, &str)]) {
    for (query, expected) in table {
        assert_eq!(located(query, doc), *expected, "{query}");
    }
}

/// Asserts that each filter holds for the members of `$.all`, or for none of them.
fn assert_filters(doc: &Value, table: &[(&str, bool)]) {
    for (filter, holds) in table {
        let expected = if *holds { "$.all[0] $.all[1]" } else { "" };
        assert_eq!(located(&format!("$.all[?{filter}]"), doc), expected, "{filter}");
    }
}

/// The oracle's query. It panics on some texts that end within an escape, which it means to refuse.
fn oracle(text: &str) -> Option<JsonPath> {
    catch_unwind(|| JsonPath::parse(text).ok()).unwrap_or_default()
}

/// Both nodelists as sets.
fn both(query: &Query, oracle: &JsonPath, doc: &Value) -> (Vec<Location>, Vec<Location>) {
    let matches = oracle.query_located(doc);
    let theirs = matches.locations().map(|path| path.iter().map(step).collect()).collect();
    (set(query.locate(doc)), set(theirs))
}

fn step(element: &PathElement<'_>) -> Step {
    match element {
        PathElement::Name(name) => Step::Key((*name).to_owned()),
        PathElement::Index(index) => Step::Index(*index),
    }
}

fn set(mut locations: Vec<Location>) -> Vec<Location> {
    locations.sort_unstable();
    locations.dedup();
    locations
}
