//! The list of models, read one by one.

use serde::Deserialize as _;
use serde_json::Value;

use super::CatalogueModel;
use crate::api::generated::types::Model;
use crate::runtime::error::Error;
use crate::runtime::lenient::leniently_again;

/// What a list of models came to.
pub(super) struct Read {
    pub(super) models: Vec<CatalogueModel>,
    /// How many could not be read. One that has changed beyond recognition does not lose the others.
    pub(super) unreadable: usize,
}

/// The models in the reply of `GET /models`, or what is wrong with it. A list of which nothing can be read is no list of models.
pub(super) fn models(mut reply: Value) -> Result<Read, Error> {
    let Some(Value::Array(all)) = reply.get_mut("data").map(Value::take) else {
        return Err(Error::decode("the reply has no list of models in `data`"));
    };
    let listed = all.len();
    let models: Vec<CatalogueModel> = all.into_iter().filter_map(model).collect();
    let unreadable = listed - models.len();
    match (models.len(), unreadable) {
        (0, 1..) => Err(Error::decode(format!("none of the {unreadable} models can be read"))),
        _ => Ok(Read { models, unreadable }),
    }
}

fn model(value: Value) -> Option<CatalogueModel> {
    let read = leniently_again(|| Model::deserialize(&value));
    let model = read.ok().filter(|model| !model.id.is_empty())?;
    Some(CatalogueModel::new(model))
}
