//! progenitor: the lowered document in, tokens of types and methods out.

mod document;

use crate::error::Error;
use crate::lower::HANDWRITTEN;
use crate::model::{Kind, Model};
use progenitor::{GenerationSettings, Generator, InterfaceStyle, TypeImpl};
use serde_json::Value;

/// Runs progenitor on what it can read of `doc`.
///
/// String enums and unions are replaced types: progenitor refers to them by name and the emit pass writes them.
///
/// # Errors
/// When progenitor refuses the document, with its words.
pub fn run(doc: &Value, model: &Model) -> Result<syn::File, Error> {
    let spec = document::document(doc)?;
    let mut settings = GenerationSettings::default();
    settings.with_interface(InterfaceStyle::Positional).with_map_type("::std::collections::BTreeMap");
    let impls = || [TypeImpl::Display].into_iter();
    for name in HANDWRITTEN {
        settings.with_replacement(name, format!("crate::{name}"), [].into_iter());
    }
    for (name, kind) in &model.types {
        match kind.kind {
            Kind::Enum(_) => settings.with_replacement(name, format!("types::{name}"), impls()),
            Kind::Union(_) => settings.with_replacement(name, format!("types::{name}"), [].into_iter()),
            Kind::Struct(_) if model.is_unit(name) => {
                settings.with_replacement(name, format!("types::{name}"), [].into_iter())
            }
            Kind::Struct(_) => &mut settings,
        };
    }
    let failed = |found: String| {
        let error = Error::new("progenitor cannot read the lowered document").found(found);
        error.help("a construct of the document needs a lowering pass in crates/codegen/src/lower, or a correction in spec/overlay.yaml")
    };
    // progenitor asserts where it could return an error; a panic here would read like a defect of the user's build.
    let tokens =
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| Generator::new(&settings).generate_tokens(&spec)));
    let tokens = match tokens {
        Ok(Ok(tokens)) => tokens,
        Ok(Err(error)) => return Err(failed(error.to_string())),
        Err(panic) => {
            let text =
                panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
            return Err(failed(text.unwrap_or("a panic without words").to_owned()));
        }
    };
    syn::parse2(tokens).map_err(|error| failed(error.to_string()))
}
