//! `ToolCalls`: assembles tool calls from fragments.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::{merge, weight};
use crate::api::generated::types::{ToolCall, ToolCallDelta};

/// The tool calls of one choice.
///
/// Only the `id` of a call is unique: parallel calls have been observed with the same `index`. So a fragment with a known id belongs to
/// that call, one with a new id starts a call, and one without an id (null, missing or empty, as in all but the first fragment of a call)
/// belongs to the newest call at its index.
#[derive(Clone, Debug, Default)]
pub(super) struct ToolCalls {
    /// In the order in which they started.
    calls: Vec<Call>,
    /// The position of each call in `calls`.
    by_id: HashMap<String, usize>,
    /// The position of the newest call at each index.
    newest: HashMap<i64, usize>,
}

#[derive(Clone, Debug, Default)]
struct Call {
    index: Option<i64>,
    id: Option<String>,
    kind: Option<String>,
    name: String,
    arguments: String,
    extra: Map<String, Value>,
}

impl ToolCalls {
    /// Adds a fragment. Returns the estimated memory that it takes.
    pub(super) fn push(&mut self, delta: ToolCallDelta) -> usize {
        let ToolCallDelta { index, id, type_, function, extra, .. } = delta;
        let (before, mut size) = (self.calls.len(), weight::of_fields(&extra));
        let call = self.call(index, id.filter(|id| !id.is_empty()));
        // Fragments repeat the type; it is not split.
        call.kind = type_.or(call.kind.take());
        if let Some(function) = function {
            // The name is not split, and some backends repeat it.
            match function.name {
                Some(name) if !name.is_empty() => {
                    size += name.len();
                    call.name = name;
                }
                _ => {}
            }
            let arguments = function.arguments.as_deref().unwrap_or_default();
            size += arguments.len();
            call.arguments.push_str(arguments);
        }
        merge::replace(&mut call.extra, extra);
        let begun = self.calls.len() - before;
        let id = self.calls.last().and_then(|call| call.id.as_ref()).map_or(0, String::len);
        size + begun * (weight::ITEM + 2 * id)
    }

    pub(super) fn finish(self) -> Option<Vec<ToolCall>> {
        (!self.calls.is_empty()).then(|| self.calls.into_iter().map(Call::finish).collect())
    }

    /// The call of a fragment.
    fn call(&mut self, index: Option<i64>, id: Option<String>) -> &mut Call {
        let newest = match index {
            Some(index) => self.newest.get(&index).copied(),
            None => self.calls.len().checked_sub(1),
        };
        let known = match &id {
            // A call that started without an id gets the first one that arrives.
            Some(id) => self.by_id.get(id).copied().or_else(|| newest.filter(|place| self.calls[*place].id.is_none())),
            None => newest,
        };
        let place = known.unwrap_or_else(|| {
            self.calls.push(Call::default());
            self.calls.len() - 1
        });
        let call = &mut self.calls[place];
        if let (None, Some(id)) = (&call.id, id) {
            self.by_id.insert(id.clone(), place);
            call.id = Some(id);
        }
        if let (None, Some(index)) = (call.index, index) {
            call.index = Some(index);
            let newest = self.newest.entry(index).or_insert(place);
            *newest = place.max(*newest);
        }
        call
    }
}

impl Call {
    fn finish(self) -> ToolCall {
        let id = self.id.unwrap_or_default();
        let mut call = ToolCall { id, type_: self.kind, ..ToolCall::default() };
        call.function.name = self.name;
        call.function.arguments = self.arguments;
        call.extra = self.extra;
        call
    }
}
