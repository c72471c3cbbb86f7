//! The whole road: the document and its overlays in, Rust code out.

use crate::docs::Docs;
use crate::error::Error;
use crate::lower::{self, Report};
use crate::model::Model;
use crate::names::Names;
use crate::overlay::{Mode, Overlay};
use crate::{emit, generate as progenitor, lenient};
use serde_json::Value;

/// What generation yields.
#[derive(Debug, Clone)]
pub struct Generated {
    /// The Rust source, formatted.
    pub code: String,
    /// How often each pass applied.
    pub report: Report,
    /// Overlay actions that matched nothing, in lenient mode.
    pub skipped: Vec<String>,
    /// Entries of the documentation whose type, field, value or operation does not exist.
    pub stale_docs: Vec<String>,
    /// The types and operations behind the code.
    pub model: Model,
    /// The document after the overlay and before lowering: the API as it is on the wire.
    pub document: Value,
}

/// What `spec/` has beside the document.
#[derive(Debug, Clone, Default)]
pub struct Inputs {
    /// Corrections of the document.
    pub overlay: Overlay,
    /// The names that operations, types and variants keep.
    pub names: Names,
    /// Our documentation, by the names of the generated types; applied after lowering.
    pub docs: Docs,
}

impl Inputs {
    /// Reads the files `overlay.yaml`, `names.yaml` and `docs.yaml`; `read` gives the tree of one of them.
    ///
    /// # Errors
    /// What `read` fails with, and a file that is not what it should be.
    pub fn read<E: From<Error>>(mut read: impl FnMut(&str) -> Result<Value, E>) -> Result<Self, E> {
        let overlay = Overlay::parse(&read(OVERLAY)?).map_err(|error| error.in_file(shown(OVERLAY)))?;
        let names = Names::parse(&read(NAMES)?).map_err(|error| error.in_file(shown(NAMES)))?;
        let docs = Docs::parse(&read(DOCS)?).map_err(|error| error.in_file(shown(DOCS)))?;
        Ok(Self { overlay, names, docs })
    }
}

const OVERLAY: &str = "overlay.yaml";
const NAMES: &str = "names.yaml";
const DOCS: &str = "docs.yaml";

fn shown(file: &str) -> String {
    format!("spec/{file}")
}

/// Generates the SDK's code.
///
/// With [`Mode::Strict`] an action of the overlay that matches nothing is an error, with [`Mode::Lenient`] it is listed in
/// [`Generated::skipped`]: another version of the document than the overlay was written for. Documentation of what the document
/// does not have is listed in [`Generated::stale_docs`].
///
/// # Errors
/// When the document is not valid, an action fails, or a construct cannot be expressed in Rust.
pub fn generate(spec: &Value, inputs: &Inputs, mode: Mode) -> Result<Generated, Error> {
    let Lowered { document, lowered: mut doc, report, skipped } = lower_document(spec, inputs, mode)?;
    let stale_docs = inputs.docs.apply(&mut doc);
    let model = Model::read(&doc)?;
    let file = progenitor::run(&doc, &model)?;
    let file = emit::emit(&file, &model)?;
    Ok(Generated { code: prettyplease::unparse(&file), report, skipped, stale_docs, model, document })
}

/// A lowered document, to be documented and given to progenitor.
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

/// Corrects and lowers a document: everything that decides what its types are called.
///
/// # Errors
/// When the document is not valid, an action fails, or a construct cannot be expressed in Rust.
pub fn lower_document(spec: &Value, inputs: &Inputs, mode: Mode) -> Result<Lowered, Error> {
    let (document, skipped) = correct(spec, inputs, mode)?;
    let mut lowered = document.clone();
    let report = lower::lower(&mut lowered, &inputs.names, mode)?;
    Ok(Lowered { document, lowered, report, skipped })
}

/// Corrects a document; returns it with the actions of the overlay that matched nothing, in lenient mode.
///
/// # Errors
/// When an action fails.
pub fn correct(spec: &Value, inputs: &Inputs, mode: Mode) -> Result<(Value, Vec<String>), Error> {
    let mut document = spec.clone();
    inputs.names.keep_operation_ids(&mut document);
    let applied = inputs.overlay.apply(&mut document, mode).map_err(|error| error.in_file(shown(OVERLAY)))?;
    let mut skipped = applied.skipped;
    if mode == Mode::Lenient {
        skipped.extend(lenient::loosen(&mut document));
    }
    Ok((document, skipped))
}
