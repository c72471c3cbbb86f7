//! `Generated`: the generated code, its public surface, and how much of it is progenitor's.

use std::collections::BTreeMap;
use std::ops::Deref;

use serde_json::Value;
use venice_ai_codegen::{Error, Inputs, generate_corrected};

use crate::names::{Completed, complete};
use crate::overlay::{Mode, correct};
use crate::share::Share;
use crate::{check, docs, rules, surface};

/// What generation yields, and what only developers ask about it.
#[derive(Debug, Clone)]
pub struct Generated {
    generated: venice_ai_codegen::Generated,
    /// The public items of the code, one a line, sorted.
    pub api: Vec<String>,
    /// How much of the code is progenitor's.
    pub share: Share,
    /// What of the overlay does not fit the document, in lenient mode.
    pub skipped: Vec<String>,
    /// What is worth a reader's eye: patterns that are not checked, names that could not be kept; in lenient mode also names of the
    /// overlay that could not be given.
    pub notices: Vec<String>,
    /// Entries of the documentation whose type, field, value or operation does not exist.
    pub stale_docs: Vec<String>,
    /// Where each type is used, as `spec/names.yaml` has it.
    pub places: BTreeMap<String, Vec<String>>,
}

impl Deref for Generated {
    type Target = venice_ai_codegen::Generated;

    fn deref(&self) -> &Self::Target {
        &self.generated
    }
}

/// Generates from the facts of a document, and checks what users' builds take for granted: that the document is valid after the
/// corrections, and with [`Mode::Strict`] that the overlay's rules are about fields that exist.
///
/// # Errors
/// When it is not, or generation fails.
pub fn generate(facts: &Value, inputs: &Inputs, mode: Mode) -> Result<Generated, Error> {
    let (document, skipped) = correct(facts, inputs, mode)?;
    check(&document).map_err(|error| error.in_file("the document after the overlay"))?;
    let generated = of_corrected(document, skipped, inputs, mode)?;
    if mode == Mode::Strict {
        rules::hold(&generated.model)?;
    }
    Ok(generated)
}

/// Generates from a document, and names what `spec/names.yaml` does not have.
///
/// # Errors
/// When generation fails.
pub fn unchecked(facts: &Value, inputs: &Inputs, mode: Mode) -> Result<Generated, Error> {
    let (document, skipped) = correct(facts, inputs, mode)?;
    of_corrected(document, skipped, inputs, mode)
}

fn of_corrected(document: Value, skipped: Vec<String>, inputs: &Inputs, mode: Mode) -> Result<Generated, Error> {
    docs::check(&inputs.docs).map_err(|error| error.in_file("spec/docs.yaml"))?;
    rules::words(&document)?;
    let Completed { names, places, notices } = complete(&document, &inputs.names, mode)?;
    let generated = generate_corrected(document, &Inputs { names, ..inputs.clone() })?;
    let file = syn::parse_file(&generated.code);
    let file = file.map_err(|error| Error::new("the generated code is not Rust").found(error))?;
    let stale_docs = docs::stale(&inputs.docs, &generated.model);
    let notices = generated.report.notices.iter().cloned().chain(notices).collect();
    Ok(Generated {
        generated,
        api: surface::list(&file),
        share: Share::of(&file),
        skipped,
        notices,
        stale_docs,
        places,
    })
}
