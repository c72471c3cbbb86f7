#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use undocumented::undocumented;

use super::*;
use crate::document::{Document, Operation};

fn document() -> Document {
    Document::read(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../spec"))).unwrap()
}

#[path = "../../tests/undocumented/mod.rs"]
mod undocumented;

/// Whether anything of a request may be left out, beside what a bump brought.
fn has_a_choice(document: &Document, operation: Operation<'_>, brought: &BTreeSet<String>) -> bool {
    let known = |name: &str| !brought.contains(&format!("{}: {name}", operation.id));
    let media = document.request_media(operation);
    let bodies = if media.is_empty() { vec![""] } else { media };
    bodies.len() > 1
        || bodies
            .iter()
            .any(|media| document.members(operation, media).iter().any(|(name, required)| !required && known(name)))
}

#[test]
fn every_operation_has_a_minimal_and_a_maximal_request_or_a_reason() {
    let document = document();
    let mut sizes: BTreeMap<&str, BTreeSet<Size>> = BTreeMap::new();
    for case in all() {
        sizes.entry(case.operation).or_default().insert(case.size);
    }
    let undocumented = undocumented();
    // Operations added by a bump have no requests here until they are written.
    let coverage = include_str!("../../../../spec/coverage.toml");
    let brought = |id: &str| {
        ["automatic", "left_out"].iter().any(|kind| coverage.contains(&format!("[[{kind}]]\noperation = \"{id}\"\n")))
    };
    for operation in document.operations().filter(|operation| !brought(operation.id)) {
        let id = operation.id;
        let has = sizes.remove(id).unwrap_or_default();
        let is_without = WITHOUT.iter().any(|(without, reason)| *without == id && !reason.is_empty());
        assert_eq!(has.is_empty(), is_without, "{id}: give it requests in `cases`, or a reason in `WITHOUT`");
        if has.contains(&Size::Only) {
            assert!(
                has.len() == 1 && !has_a_choice(&document, operation, &undocumented),
                "{id}: it has members that may be left out"
            );
        } else if !is_without {
            assert!(has.contains(&Size::Minimal) && has.contains(&Size::Maximal), "{id}: only {has:?}");
        }
    }
    assert!(sizes.is_empty(), "the document does not have {sizes:?}");
}

#[test]
fn what_is_left_out_is_in_the_document() {
    let document = document();
    for case in all() {
        let operation = document.operations().find(|operation| operation.id == case.operation).unwrap();
        let media = document.request_media(operation).into_iter().chain([""]);
        let members: Vec<&str> =
            media.flat_map(|media| document.members(operation, media)).map(|(name, _)| name).collect();
        assert!(case.leaves_out.iter().all(|name| members.contains(name)), "{}: {:?}", case.operation, case.leaves_out);
    }
}

#[test]
fn what_creates_pays_or_needs_a_wallet_is_not_free() {
    for case in all().iter().filter(|case| case.cost == Cost::Free) {
        let reads = ["get", "list", "quote"].iter().any(|verb| case.operation.starts_with(verb));
        let asks_for_the_price = case.operation == "topUpX402Balance" && case.size == Size::Minimal;
        assert!(reads || asks_for_the_price, "{} ({})", case.operation, case.size.word());
    }
}
