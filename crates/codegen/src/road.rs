//! The whole road: the document and its overlays in, Rust code out.

use crate::docs::Docs;
use crate::error::Error;
use crate::lower::{self, Report};
use crate::model::Model;
use crate::names::Names;
use crate::overlay::Overlay;
use crate::{emit, generate as progenitor};
use serde_json::Value;

/// What generation yields.
#[derive(Debug, Clone)]
pub struct Generated {
    /// The Rust source, formatted.
    pub code: String,
    /// How often each pass applied.
    pub report: Report,
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
        let overlay = Overlay::parse(&read("overlay.yaml")?).map_err(|error| error.in_file(OVERLAY))?;
        let names = Names::new(read("names.yaml")?);
        let docs = Docs::new(read("docs.yaml")?);
        Ok(Self { overlay, names, docs })
    }
}

const OVERLAY: &str = "spec/overlay.yaml";

/// Generates the SDK's code.
///
/// # Errors
/// When the document is not valid, an action of the overlay fails, or a construct cannot be expressed in Rust.
pub fn generate(spec: &Value, inputs: &Inputs) -> Result<Generated, Error> {
    generate_corrected(correct(spec, inputs)?, inputs)
}

/// Generates the SDK's code from a corrected document.
///
/// # Errors
/// When the document is not valid, or a construct cannot be expressed in Rust.
pub fn generate_corrected(document: Value, inputs: &Inputs) -> Result<Generated, Error> {
    let mut doc = document.clone();
    let report = lower::lower(&mut doc, &inputs.names)?;
    let mut model = Model::read(&doc);
    inputs.docs.apply(&mut model);
    let file = progenitor::run(&doc, &model)?;
    let file = emit::emit(&file, &model)?;
    Ok(Generated { code: prettyplease::unparse(&file), report, model, document })
}

/// Corrects a document.
///
/// # Errors
/// When an action of the overlay fails.
pub fn correct(spec: &Value, inputs: &Inputs) -> Result<Value, Error> {
    let mut document = spec.clone();
    inputs.names.keep_operation_ids(&mut document);
    inputs.overlay.apply(&mut document).map_err(|error| error.in_file(OVERLAY))?;
    Ok(document)
}
