//! The catalogue: cached, looked up, and its models.

mod fetch;
mod lookup;
mod panics;
#[cfg(feature = "pick")]
mod pick;
mod questions;
mod stale;

use serde_json::{Value, json};
use venice_ai::Client;
use venice_ai::models::{Catalogue, CatalogueModel};

use crate::support::replying;

/// A model with an id, a type and a spec.
pub fn model(id: &str, kind: &str, spec: Value) -> Value {
    json!({"id": id, "object": "model", "owned_by": "venice.ai", "type": kind, "model_spec": spec})
}

pub fn list(models: &[Value]) -> Value {
    json!({"object": "list", "type": "all", "data": models})
}

/// The catalogue of a server with this list.
pub async fn catalogue(models: &[Value]) -> Catalogue {
    let (_, venice) = replying(&list(models));
    venice.models().catalogue().await.unwrap()
}

/// The model as the catalogue has it.
pub async fn only(model: Value) -> CatalogueModel {
    let catalogue = catalogue(&[model]).await;
    catalogue.iter().next().unwrap().clone()
}

pub async fn count(venice: &Client) -> usize {
    venice.models().catalogue().await.unwrap().len()
}
