//! `Cached`: the prompt cache. A marked prefix is written once, and read from then on.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use serde_json::Value;

use crate::state::State;

/// Shorter prompts are not cached.
const LEAST_TOKENS: u64 = 1024;

/// The prompt tokens read from the cache, and those written to it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Cached {
    pub(crate) read: u64,
    pub(crate) written: u64,
}

impl Cached {
    pub(super) fn of(state: &mut State, model: &Value, body: &Value) -> Self {
        let messages = body["messages"].as_array().map(Vec::as_slice).unwrap_or_default();
        let Some(last) = messages.iter().rposition(is_marked) else { return Self::default() };
        let prompt = Value::from(&messages[..=last]).to_string();
        let tokens = prompt.len() as u64 / 4;
        if tokens < LEAST_TOKENS {
            return Self::default();
        }
        let mut hasher = DefaultHasher::new();
        (model["id"].as_str(), prompt).hash(&mut hasher);
        if state.prompts.insert(hasher.finish()) {
            Self { read: 0, written: tokens }
        } else {
            Self { read: tokens, written: 0 }
        }
    }
}

fn is_marked(message: &Value) -> bool {
    message["content"].as_array().into_iter().flatten().any(|part| part["cache_control"].is_object())
}
