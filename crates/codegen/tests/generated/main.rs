//! What holds for all of the generated code, read with `syn` from what the committed document gives.
//!
//! Each rule is a function that returns what breaks it, so that a test can also show that it finds something.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod attributes;
mod enums;
mod handles;
mod inline;
mod json_values;
mod methods;
mod names;
mod shapes;
mod spec;

/// Fails with one line for each finding.
#[track_caller]
fn none(rule: &str, findings: &[String]) {
    assert!(findings.is_empty(), "{rule}: {} findings\n  {}", findings.len(), findings.join("\n  "));
}

/// Generated code that breaks rules, for the rules' own tests.
fn bad(code: &str) -> syn::File {
    syn::parse_file(code).unwrap_or_else(|error| panic!("{error}"))
}
