//! From fragments to tool calls.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::merge;
use crate::types::{ToolCall, ToolCallDelta};

/// The tool calls of one choice.
///
/// Only the `id` of a call is unique: parallel calls have been seen with the same `index`. So a fragment with an id that is known
/// belongs to that call, one with a new id begins a call, and one without (null, missing or empty, as in all but the first
/// fragment of a call) belongs to the newest call at its index.
#[derive(Clone, Debug, Default)]
pub(super) struct ToolCalls {
    /// In the order in which they began.
    calls: BTreeMap<usize, Call>,
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
    pub(super) fn push(&mut self, delta: ToolCallDelta) {
        let ToolCallDelta { index, id, type_, function, extra, .. } = delta;
        let call = self.call(index, id.filter(|id| !id.is_empty()));
        // Fragments repeat the type; it is a word, not a piece of one.
        call.kind = type_.or(call.kind.take());
        if let Some(function) = function {
            // The name comes in one piece, and some backends repeat it.
            match function.name {
                Some(name) if !name.is_empty() => call.name = name,
                _ => {}
            }
            call.arguments.push_str(function.arguments.as_deref().unwrap_or_default());
        }
        merge::replace(&mut call.extra, extra);
    }

    pub(super) fn finish(self) -> Option<Vec<ToolCall>> {
        (!self.calls.is_empty()).then(|| self.calls.into_values().map(Call::finish).collect())
    }

    fn call(&mut self, index: Option<i64>, id: Option<String>) -> &mut Call {
        let of_this_id = |call: &Call| id.is_some() && call.id == id;
        // A call that began without an id takes the first one that comes.
        let takes_this = |call: &Call| id.is_none() || call.id.is_none();
        let at_this_index = |call: &Call| index.is_none() || call.index == index;
        let newest = || self.calls.iter().rev().find(|(_, call)| at_this_index(call));
        let known = self.calls.iter().find(|(_, call)| of_this_id(call));
        let known = known.or_else(|| newest().filter(|(_, call)| takes_this(call)));
        let place = known.map_or(self.calls.len(), |(place, _)| *place);
        let call = self.calls.entry(place).or_default();
        call.index = call.index.or(index);
        call.id = call.id.take().or(id);
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
