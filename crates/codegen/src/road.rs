//! The whole road: the document and its overlays in, Rust code out.

use crate::error::Error;
use crate::lower::{self, Report};
use crate::model::Model;
use crate::overlay::{Mode, Overlay};
use crate::{api, document, emit, generate as progenitor, lenient};
use serde_json::Value;

/// What generation yields.
#[derive(Debug, Clone)]
pub struct Generated {
    /// The Rust source, formatted.
    pub code: String,
    /// The public items of the code, one a line, sorted.
    pub api: Vec<String>,
    /// How often each pass applied.
    pub report: Report,
    /// Overlay and docs actions that matched nothing, in lenient mode.
    pub skipped: Vec<String>,
    /// The types and operations behind the code.
    pub model: Model,
    /// The document after the overlay and before lowering: the API as it is on the wire.
    pub document: Value,
}

/// Generates the SDK's code.
///
/// `overlay` corrects the document; `docs` holds our sentences and is applied after lowering, when every type has its name. With
/// [`Mode::Strict`] an action that matches nothing is an error, with [`Mode::Lenient`] it is listed in
/// [`Generated::skipped`]: another version of the document than the overlay was written for.
///
/// # Errors
/// When the document is not valid, an action fails, or a construct cannot be expressed in Rust.
pub fn generate(spec: &Value, overlay: &Overlay, docs: &Overlay, mode: Mode) -> Result<Generated, Error> {
    let Lowered { document, lowered: mut doc, report, mut skipped } = lower_document(spec, overlay, mode)?;
    skipped.extend(docs.apply(&mut doc, mode).map_err(|error| error.in_file("spec/docs.yaml"))?.skipped);
    let model = Model::read(&doc)?;
    if mode == Mode::Strict {
        model.rules_hold()?;
    }
    let file = progenitor::run(&doc, &model)?;
    let file = emit::emit(&file, &model)?;
    Ok(Generated { code: prettyplease::unparse(&file), api: api::list(&file), report, skipped, model, document })
}

/// A document on its way, ready for the words of `docs` and for progenitor.
#[derive(Debug, Clone)]
pub struct Lowered {
    /// The document after the overlay and before lowering: the API as it is on the wire.
    pub document: Value,
    /// The document after lowering, in which every shape is a component under the name of its Rust type.
    pub lowered: Value,
    /// How often each pass applied.
    pub report: Report,
    /// Overlay actions that matched nothing, in lenient mode.
    pub skipped: Vec<String>,
}

/// Checks, corrects and lowers a document: everything that decides what its types are called.
///
/// # Errors
/// When the document is not valid, an action fails, or a construct cannot be expressed in Rust.
pub fn lower_document(spec: &Value, overlay: &Overlay, mode: Mode) -> Result<Lowered, Error> {
    document::check(spec)?;
    let mut lowered = spec.clone();
    let mut skipped = overlay.apply(&mut lowered, mode).map_err(|error| error.in_file("spec/overlay.yaml"))?.skipped;
    if mode == Mode::Lenient {
        skipped.extend(lenient::loosen(&mut lowered));
    }
    document::check(&lowered).map_err(|error| error.in_file("the document after the overlay"))?;
    let document = lowered.clone();
    let report = lower::lower(&mut lowered, mode)?;
    Ok(Lowered { document, lowered, report, skipped })
}
