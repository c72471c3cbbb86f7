//! The passes that turn the corrected document into one that `progenitor` reads well.
//!
//! Each pass is a pure function on the document and reports how often it applied. Their order matters; it is in [`lower`].

pub mod all_of;
pub mod bodies;
pub mod components;
pub mod handles;
pub mod headers;
pub mod hoist;
pub mod integers;
pub mod names;
pub mod nulls;
pub mod parameters;
pub mod patterns;
pub mod references;
pub mod replies;
pub mod scalars;
pub mod schema;
pub mod site;
pub mod unions;

use crate::error::Error;
use crate::names::{Names, unnamed};
use schema::string_enum;
use serde_json::Value;

/// The variant names of an enum's values, by their text, and of a union's arms, by their key.
pub const VARIANTS: &str = "x-variants";
/// Types that are written by hand and that generated ones refer to; no component may have such a name.
pub const HANDWRITTEN: [&str; 5] = [UPLOAD, FILE_INPUT, SECRET, AMOUNT, TIMESTAMP];
/// A file and nothing else.
pub const UPLOAD: &str = "Upload";
/// A file, a URL or base64 text.
pub const FILE_INPUT: &str = "FileInput";
/// A text that is never printed: a string with `x-secret: true`.
pub const SECRET: &str = "Secret";
/// An exact decimal number: a number with `x-amount: true`.
pub const AMOUNT: &str = "Amount";
/// A time: a string with `format: date-time` or `x-timestamp: true`.
pub const TIMESTAMP: &str = "Timestamp";

/// How often each pass applied, in the order in which they ran.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Pass name and the number of places it changed.
    pub passes: Vec<(&'static str, usize)>,
    /// Patterns that are not checked.
    pub notices: Vec<String>,
    /// Operations that cannot be generated, with the reason.
    pub left_out: Vec<String>,
}

impl Report {
    fn add(&mut self, name: &'static str, count: usize) {
        self.passes.push((name, count));
    }
}

/// Runs every pass on `doc` in place.
///
/// # Errors
/// When the document holds a construct that no pass can express; the error names its place. When a type has no name.
pub fn lower(doc: &mut Value, names: &Names) -> Result<Report, Error> {
    let mut report = prepare(doc)?;
    let mut namer = names;
    report.add("hoist", hoist::hoist(doc, &mut namer)?);
    for (name, schema) in doc["components"]["schemas"].as_object_mut().into_iter().flatten() {
        let variants = names.variants(name);
        let is_new = |value: &&str| variants.is_none_or(|variants| variants.get(*value).is_none());
        if let Some(value) = string_enum(schema).into_iter().flatten().find(is_new) {
            return Err(unnamed("a value of an enum", format!("{name}: {value}")));
        }
        if let Some(variants) = variants {
            schema[VARIANTS] = variants.clone();
        }
    }
    Ok(report)
}

/// Runs all passes but the last one, which names the types.
///
/// # Errors
/// When the document holds a construct that no pass can express.
pub fn prepare(doc: &mut Value) -> Result<Report, Error> {
    let mut report = Report::default();
    report.add("components", components::rename(doc));
    report.add("references", references::inline(doc)?);
    report.add("handles", handles::place(doc)?);
    report.add("headers", headers::collect(doc));
    report.add("parameters", parameters::normalise(doc));
    report.add("all_of", all_of::merge(doc)?);
    report.add("nulls", nulls::collapse(doc) + nulls::spread(doc));
    report.add("scalars", scalars::simplify(doc));
    report.notices = patterns::drop_unreadable(doc);
    report.add("patterns", report.notices.len());
    let bodies = bodies::choose(doc);
    report.add("bodies", bodies.count);
    report.left_out = bodies.left_out;
    report.add("replies", replies::choose(doc));
    report.add("unions", unions::simplify(doc));
    report.add("integers", integers::retype(doc));
    Ok(report)
}
