//! A document on its way to code: imported, corrected by the overlay of a folder, generated.

use std::path::Path;

use serde_json::Value;
use venice_ai_codegen::{
    Generated, generate, import,
    overlay::{Mode, Overlay},
    yaml,
};

use super::source::Source;
use crate::{failure::Failure, workspace};

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
/// `folder` holds `overlay.yaml` and `docs.yaml`. With [`Mode::Lenient`] the document may be another version than they were
/// written for; what does not fit it stands in [`Generated::skipped`].
pub fn run(document: &Source, folder: &Path, mode: Mode) -> Result<Road, Failure> {
    let facts = facts(document)?;
    let overlay = overlay(&folder.join("overlay.yaml"))?;
    let docs = self::overlay(&folder.join("docs.yaml"))?;
    let generated = generate(&facts, &overlay, &docs, mode).map_err(|error| error.in_file(document.name.as_str()))?;
    Ok(Road { text: import::render(&facts), generated })
}

/// The facts of a document.
pub fn facts(document: &Source) -> Result<Value, Failure> {
    let named = |error: venice_ai_codegen::Error| error.in_file(document.name.as_str());
    Ok(import::import(&yaml::parse(&document.text).map_err(named)?).map_err(named)?)
}

/// An overlay from its file.
pub fn overlay(path: &Path) -> Result<Overlay, Failure> {
    let text = workspace::read(path)?;
    let named = |error: venice_ai_codegen::Error| error.in_file(workspace::shown(path));
    Ok(Overlay::parse(&yaml::parse(&text).map_err(named)?).map_err(named)?)
}
