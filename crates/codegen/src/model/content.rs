//! `Carries`: who gets the content of a request, by the overlay's `x-carries`, `x-sends-on` and `x-harmless`.

use super::{text, texts};
use serde_json::Value;

/// The overlay's word for who gets the content of an operation's request.
pub const CARRIES: &str = "x-carries";
/// The overlay's word for the fields of a request that have the API pass its content to a third party.
pub const SENDS_ON: &str = "x-sends-on";
/// The overlay's word for the names of fields that send nothing to anybody else.
const HARMLESS: &str = "x-harmless";

/// Who gets the content of a request: a prompt, messages, files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Carries {
    /// The overlay does not say.
    #[default]
    Unclassified,
    /// It has none.
    Nothing,
    /// The models that these fields name, of these types; without fields one that the API chooses.
    Models {
        /// Paths of fields; `name[].field` is a field of each item.
        fields: Vec<String>,
        /// Types of models.
        types: Vec<String>,
        /// Paths of fields that name a character, which has a model of its own.
        characters: Vec<String>,
    },
    /// A recipient that is not a model of the catalogue.
    Others(String),
}

/// A field that has the API pass the content to a third party.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SendsOn {
    /// The path of the field.
    pub field: String,
    /// To whom, or what happens to the content.
    pub to: String,
    /// The values with which it does not.
    pub unless: Vec<String>,
}

/// Who gets the content of a request.
pub(super) fn carries(operation: &Value) -> Carries {
    let value = &operation[CARRIES];
    match (value.get("models"), text(value, "others")) {
        _ if *value == "nothing" => Carries::Nothing,
        (Some(models), _) => {
            let (fields, types) = (texts(Some(models)), texts(value.get("types")));
            Carries::Models { fields, types, characters: texts(value.get("characters")) }
        }
        (None, Some(others)) => Carries::Others(others),
        (None, None) => Carries::Unclassified,
    }
}

/// The fields that have the API pass the content to a third party.
pub(super) fn sends_on(operation: &Value) -> Vec<SendsOn> {
    let fields = operation[SENDS_ON].as_object().into_iter().flatten();
    let read = fields.map(|(field, facts)| SendsOn {
        field: field.clone(),
        to: text(facts, "to").unwrap_or_default(),
        unless: texts(facts.get("unless")),
    });
    read.collect()
}

/// The names of fields that send nothing to anybody else, sorted.
pub(super) fn harmless(doc: &Value) -> Vec<String> {
    let mut names = texts(doc.get(HARMLESS));
    names.sort();
    names.dedup();
    names
}
