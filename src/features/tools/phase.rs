//! `Phase`: the state of a tool run.

use super::round::Round;
use super::turn::Turn;
use crate::api::chat::stream::ChatStream;
use crate::features::collect::ChatAccumulator;
use crate::runtime::call::CallFuture;

/// The phase of a run. It owns everything in progress, so that dropping a future of `next` loses nothing.
pub(super) enum Phase {
    /// The conversation is to be sent.
    Ready,
    /// Waiting for a complete reply.
    Asking(CallFuture<Round>),
    /// Waiting for a stream to open.
    Opening(CallFuture<ChatStream>),
    /// Reading a streamed reply.
    Reading(Box<(ChatStream, ChatAccumulator)>),
    /// Running tools.
    Acting(Turn),
    /// The model has answered.
    Finished,
}
