//! `Phase`: the state of a tool run.

use super::round::Round;
use super::turn::Turn;
use crate::api::chat::stream::ChatStream;
use crate::features::collect::ChatAccumulator;
use crate::runtime::call::CallFuture;

/// Where a run is. All that is under way lies here, and not in a future that may be dropped.
pub(super) enum Phase {
    /// The conversation is to be sent.
    Ready,
    /// A whole reply is waited for.
    Asking(CallFuture<Round>),
    /// A stream is waited for.
    Opening(CallFuture<ChatStream>),
    /// A reply is being streamed.
    Reading(Box<(ChatStream, ChatAccumulator)>),
    /// Tools are called.
    Acting(Turn),
    /// The model has answered.
    Finished,
}
