//! Where a run is.

use std::sync::{Mutex, PoisonError};

use super::round::Round;
use super::turn::Turn;
use crate::api::chat::stream::{ChatAccumulator, ChatStream};
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

/// Something that only who owns it looks at. Futures are not `Sync`; in here they do not keep the run, and the errors that have one,
/// from being it.
pub(super) struct Alone<T>(Mutex<T>);

impl<T> Alone<T> {
    pub(super) fn new(value: T) -> Self {
        Self(Mutex::new(value))
    }

    pub(super) fn get_mut(&mut self) -> &mut T {
        self.0.get_mut().unwrap_or_else(PoisonError::into_inner)
    }
}
