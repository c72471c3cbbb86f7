//! `Names`: names of models that the list of models does not have.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::api::generated::types::ModelType;

/// Model ids by name and type. Only types that were fetched are here.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    by_type: Vec<(ModelType, Arc<BTreeMap<String, String>>)>,
}

impl Names {
    pub(super) fn add(&mut self, kind: ModelType, names: Arc<BTreeMap<String, String>>) {
        self.by_type.retain(|known| known.0 != kind);
        self.by_type.push((kind, names));
    }

    pub(super) fn of(&self, kind: &ModelType) -> Option<&BTreeMap<String, String>> {
        self.by_type.iter().find(|known| known.0 == *kind).map(|known| &*known.1)
    }

    /// The ids of a name, with their types.
    pub(super) fn of_all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = (&'a ModelType, &'a str)> {
        self.by_type.iter().filter_map(move |(kind, names)| Some((kind, names.get(name)?.as_str())))
    }

    /// All names.
    pub(super) fn all(&self) -> impl Iterator<Item = &str> {
        self.by_type.iter().flat_map(|(_, names)| names.keys()).map(String::as_str)
    }
}

/// The name of a model without a suffix of features (`:enable_web_search=on`).
pub(crate) fn without_suffix(name: &str) -> &str {
    name.split_once(':').map_or(name, |(name, _)| name)
}

/// The equivalent forms of a name: as it is, and without the prefix `venice-`.
pub(super) fn forms(name: &str) -> impl Iterator<Item = &str> {
    let name = without_suffix(name.trim());
    std::iter::once(name).chain(name.strip_prefix("venice-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suffix_and_prefix_are_removed() {
        let forms = |name| forms(name).collect::<Vec<_>>();
        assert_eq!(forms("default:enable_web_search=on&strip_thinking_response=true"), ["default"]);
        assert_eq!(forms("venice-uncensored:character_slug=a"), ["venice-uncensored", "uncensored"]);
        assert_eq!(forms("openai/whisper-large-v3"), ["openai/whisper-large-v3"]);
    }
}
