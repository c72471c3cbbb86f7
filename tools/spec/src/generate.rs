//! `Generated`: the generated code, its public surface, and how much of it is progenitor's.

use std::ops::Deref;

use serde_json::Value;
use venice_ai_codegen::overlay::Mode;
use venice_ai_codegen::{Error, Inputs, correct};

use crate::share::Share;
use crate::{check, rules, surface};

/// What generation yields, and what only developers ask about it.
#[derive(Debug, Clone)]
pub struct Generated {
    generated: venice_ai_codegen::Generated,
    /// The public items of the code, one a line, sorted.
    pub api: Vec<String>,
    /// How much of the code is progenitor's.
    pub share: Share,
}

impl Generated {
    /// Reads what was generated.
    ///
    /// # Errors
    /// When the code is not Rust.
    pub fn of(generated: venice_ai_codegen::Generated) -> Result<Self, Error> {
        let file = syn::parse_file(&generated.code);
        let file = file.map_err(|error| Error::new("the generated code is not Rust").found(error))?;
        Ok(Self { generated, api: surface::list(&file), share: Share::of(&file) })
    }
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
    let (document, _) = correct(facts, inputs, mode)?;
    check(&document).map_err(|error| error.in_file("the document after the overlay"))?;
    let generated = venice_ai_codegen::generate(facts, inputs, mode)?;
    if mode == Mode::Strict {
        rules::hold(&generated.model)?;
    }
    Generated::of(generated)
}
