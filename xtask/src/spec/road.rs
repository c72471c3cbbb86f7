//! The pipeline from a document to code: import, corrections of the overlay, generation.

use std::path::Path;

use serde_json::Value;
use venice_ai_codegen::{Inputs, yaml};
use venice_ai_spec::{Generated, Mode, generate, import, overlay};

use super::source::Source;
use crate::{failure::Failure, workspace};

/// The file of the sticky names.
pub const NAMES: &str = "names.yaml";

/// What became of a document.
#[derive(Debug)]
pub struct Road {
    /// The text that an import of the document writes.
    pub text: String,
    /// What is generated from it.
    pub generated: Generated,
}

/// Runs a document, imported already or as the vendor has it, through import and generation.
///
/// `folder` holds the [`Inputs`]. With [`Mode::Lenient`] the document may be another version than they were written for; what does
/// not fit it is in `Generated::skipped`.
pub fn run(document: &Source, folder: &Path, mode: Mode) -> Result<Road, Failure> {
    let facts = facts(document)?;
    let generated = generate(&facts, &inputs(folder)?, mode).map_err(|error| error.in_file(document.name.as_str()))?;
    Ok(Road { text: import::render(&facts), generated })
}

/// The facts of a document.
pub fn facts(document: &Source) -> Result<Value, Failure> {
    let named = |error: venice_ai_codegen::Error| error.in_file(document.name.as_str());
    Ok(import::import(&yaml::parse(&document.text).map_err(named)?).map_err(named)?)
}

/// What of a document can be used, and what of it the import could not keep.
pub fn repaired(document: &Source) -> Result<import::Imported, Failure> {
    let named = |error: venice_ai_codegen::Error| error.in_file(document.name.as_str());
    Ok(import::import_repaired(&yaml::parse(&document.text).map_err(named)?).map_err(named)?)
}

/// What a folder has beside its document.
pub fn inputs(folder: &Path) -> Result<Inputs, Failure> {
    overlay::inputs(|name| {
        let path = folder.join(name);
        // A tree that no bump and no check has written to yet has no names.
        if name == NAMES && !path.exists() {
            return Ok(Value::Null);
        }
        Ok(yaml::parse(&workspace::read(&path)?).map_err(|error| error.in_file(workspace::shown(&path)))?)
    })
}
