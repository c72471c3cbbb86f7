//! `Outgoing::model`: the model of a request.

use serde_json::{Map, Value};

/// The fields for a model, in the order of precedence.
const FIELDS: [&str; 2] = ["model", "modelId"];

#[cfg(model_of_request)]
impl crate::runtime::transport::Outgoing {
    /// The model of the request, from its JSON or its form.
    pub(crate) fn model(&self) -> Option<String> {
        let text = |name: &str| self.form()?.text_of(name);
        match self.form() {
            Some(_) => FIELDS.into_iter().find_map(text).map(str::to_owned),
            None => Some(model_of(&crate::runtime::transport::fields(self.body()?, &FIELDS)?)?.1.to_owned()),
        }
    }
}

/// The field and the model of a request. A blank one counts as absent.
pub(crate) fn model_of(body: &Map<String, Value>) -> Option<(&'static str, &str)> {
    let named = FIELDS.into_iter().find_map(|field| Some((field, body.get(field)?.as_str()?)));
    named.filter(|(_, name)| !name.trim().is_empty())
}
