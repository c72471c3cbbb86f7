//! Runs progenitor: from the lowered document to the syntax tree of types and client.

mod document;

pub(crate) use document::EXTRA;

use crate::error::Error;
use crate::lower::HANDWRITTEN;
use crate::model::Model;
use progenitor::{GenerationSettings, Generator, HooksMode, InterfaceStyle};
use serde_json::Value;

/// Runs progenitor on the lowered document `doc`. What it returns is its whole output: the module `types` and the client.
///
/// # Errors
/// When progenitor refuses the document, with its message.
pub fn run(doc: &Value, model: &Model) -> Result<syn::File, Error> {
    let spec = document::document(doc, model)?;
    let mut settings = GenerationSettings::default();
    settings.with_interface(InterfaceStyle::Positional).with_map_type("::std::collections::BTreeMap");
    // The client's requests are not sent by progenitor: a client without the SDK's hooks must not compile.
    settings.with_hooks(HooksMode::Expected);
    for name in HANDWRITTEN {
        settings.with_replacement(name, format!("crate::{name}"), [].into_iter());
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
            return Err(failed(text.unwrap_or("panicked without a message").to_owned()));
        }
    };
    syn::parse2(tokens).map_err(|error| failed(error.to_string()))
}
