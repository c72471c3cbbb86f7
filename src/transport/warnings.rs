//! Things worth a warning, each once.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use reqwest::header::HeaderName;

use crate::meta::Meta;

const WARNING: HeaderName = HeaderName::from_static("x-venice-model-deprecation-warning");

/// The models that a client has warned about.
#[derive(Debug, Default)]
pub(crate) struct Warnings {
    models: Mutex<HashSet<Box<str>>>,
}

impl Warnings {
    /// Warns of a model that is going away, once for each.
    pub(super) fn of_deprecation(&self, meta: &Meta) {
        /// A server that makes up names must not fill the memory.
        const MOST_MODELS: usize = 256;
        if !meta.headers().contains_key(WARNING) {
            return;
        }
        let warning = meta.header(WARNING.as_str()).unwrap_or_default();
        let model = meta.model_id().unwrap_or_default();
        let mut models = self.models.lock().unwrap_or_else(PoisonError::into_inner);
        if models.len() < MOST_MODELS && models.insert(model.into()) {
            let date = meta.header("x-venice-model-deprecation-date").unwrap_or("unknown");
            tracing::warn!(model, date, warning, "this model is deprecated");
        }
    }
}
