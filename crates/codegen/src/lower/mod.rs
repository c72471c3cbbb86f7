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
pub mod operation_ids;
pub mod parameters;
pub mod patterns;
pub mod references;
pub mod replies;
pub mod scalars;
pub mod schema;
pub mod unions;

use crate::error::Error;
use crate::names::Names;
use crate::overlay::Mode;
use serde_json::Value;
use std::collections::BTreeMap;

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
    /// What is worth a reader's eye: patterns that are not checked, names that could not be kept; in lenient mode also names of the
    /// overlay that could not be given.
    pub notices: Vec<String>,
    /// Operations that cannot be generated, with the reason.
    pub left_out: Vec<String>,
    /// Where each type is used, as `spec/names.yaml` has it.
    pub places: BTreeMap<String, Vec<String>>,
}

impl Report {
    fn add(&mut self, name: &'static str, count: usize) {
        self.passes.push((name, count));
    }
}

/// Runs every pass on `doc` in place.
///
/// # Errors
/// When the document holds a construct that no pass can express; the error names its place. With [`Mode::Strict`] also when a name
/// of the overlay cannot be given.
pub fn lower(doc: &mut Value, names: &Names, mode: Mode) -> Result<Report, Error> {
    let mut report = Report::default();
    report.add("components", components::rename(doc));
    report.add("references", references::inline(doc)?);
    report.add("operation_ids", operation_ids::fill(doc));
    report.add("handles", handles::place(doc)?);
    report.add("headers", headers::collect(doc));
    report.add("parameters", parameters::normalise(doc));
    report.add("all_of", all_of::merge(doc)?);
    report.add("nulls", nulls::collapse(doc));
    report.add("scalars", scalars::simplify(doc));
    report.notices = patterns::drop_unreadable(doc);
    report.add("patterns", report.notices.len());
    let bodies = bodies::choose(doc);
    report.add("bodies", bodies.count);
    report.left_out = bodies.left_out;
    report.add("replies", replies::choose(doc));
    report.add("unions", unions::simplify(doc));
    report.add("integers", integers::retype(doc));
    let hoisted = hoist::hoist(doc, names, mode)?;
    report.add("hoist", hoisted.count);
    report.notices.extend(hoisted.notices);
    report.places = hoisted.places;
    Ok(report)
}
