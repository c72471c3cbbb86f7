//! `Read`: decodes the list of models one by one.

use serde::Deserialize as _;
use serde_json::Value;

use super::CatalogueModel;
use crate::api::generated::types::Model;
use crate::runtime::error::Error;
use crate::runtime::lenient::leniently_again;

/// The decoded list of models.
pub(super) struct Read {
    pub(super) models: Vec<CatalogueModel>,
    /// The number that could not be decoded. One incompatible model does not affect the others.
    pub(super) unreadable: usize,
}

/// Decodes the reply of `GET /models`. A list without any readable model is an error.
pub(super) fn models(mut reply: Value) -> Result<Read, Error> {
    let Some(Value::Array(all)) = reply.get_mut("data").map(Value::take) else {
        return Err(Error::decode("the reply has no list of models in `data`"));
    };
    let list = all.len();
    let models: Vec<CatalogueModel> = all.into_iter().filter_map(model).collect();
    let unreadable = list - models.len();
    match (models.len(), unreadable) {
        (0, 1..) => Err(Error::decode(format!("none of the {unreadable} models can be decoded"))),
        _ => Ok(Read { models, unreadable }),
    }
}

fn model(value: Value) -> Option<CatalogueModel> {
    let read = leniently_again(|| Model::deserialize(&value));
    let model = read.ok().filter(|model| !model.id.is_empty())?;
    Some(CatalogueModel::new(model))
}
