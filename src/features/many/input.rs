//! `Input`: the source of a run's requests, an iterator or a stream.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;

/// The source of requests. Nothing is taken before there is room for it.
pub(super) enum Input<I> {
    Iterator(Box<dyn Iterator<Item = I> + Send>),
    Stream(Pin<Box<dyn Stream<Item = I> + Send>>),
    /// Exhausted.
    End,
}

impl<I> Input<I> {
    /// The number of requests, if it is certain.
    pub(super) fn total(&self) -> Option<u64> {
        let (least, most) = match self {
            Self::Iterator(items) => items.size_hint(),
            Self::Stream(items) => items.size_hint(),
            Self::End => (0, Some(0)),
        };
        most.filter(|most| *most == least).and_then(|most| most.try_into().ok())
    }

    pub(super) fn is_at_end(&self) -> bool {
        matches!(self, Self::End)
    }

    pub(super) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<I>> {
        let item = match self {
            Self::Iterator(items) => items.next(),
            Self::Stream(items) => std::task::ready!(items.as_mut().poll_next(cx)),
            Self::End => None,
        };
        if item.is_none() {
            *self = Self::End;
        }
        Poll::Ready(item)
    }
}
