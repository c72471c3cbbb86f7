//! `Outgoing::model`: the model that a request names.

use serde_json::{Map, Value};

use super::{Outgoing, members};

/// The fields that name a model, in the order in which they count.
const FIELDS: [&str; 2] = ["model", "modelId"];

impl Outgoing {
    /// The model that the request names, in its JSON or in its form.
    pub(crate) fn model(&self) -> Option<String> {
        let text = |name: &str| self.form()?.text(name);
        match self.form() {
            Some(_) => FIELDS.into_iter().find_map(text).map(str::to_owned),
            None => Some(model_of(&members(self.body()?, &FIELDS)?)?.1.to_owned()),
        }
    }
}

/// The field of a request that names its model, and the name. A blank one is none.
pub(crate) fn model_of(body: &Map<String, Value>) -> Option<(&'static str, &str)> {
    let named = FIELDS.into_iter().find_map(|field| Some((field, body.get(field)?.as_str()?)));
    named.filter(|(_, name)| !name.trim().is_empty())
}
