//! `BlockingIter`: the items of a stream as an ordinary iterator.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;

use super::block_on;
use crate::runtime::error::Error;

/// The items of a stream, each waited for in this thread; from the method `into_blocking_iter` of a stream, such as
/// [`ChatStream::into_blocking_iter`](crate::stream::ChatStream::into_blocking_iter) or [`Pages::into_blocking_iter`](crate::Pages::into_blocking_iter).
///
/// It reads no further ahead than the stream itself. Dropping it closes the connection. In a thread that belongs to an async
/// runtime the first item is [`ErrorKind::BlockingInAsync`](crate::ErrorKind::BlockingInAsync), and there is no second.
#[derive(Debug)]
#[must_use = "an iterator does nothing until it is asked for items"]
pub struct BlockingIter<S> {
    stream: S,
    ended: bool,
}

impl<S> BlockingIter<S> {
    pub(crate) fn new(stream: S) -> Self {
        Self { stream, ended: false }
    }

    /// Waits in this thread for what comes next of the stream.
    pub(crate) fn wait<T>(
        &mut self,
        mut poll: impl FnMut(&mut S, &mut Context<'_>) -> Poll<Option<Result<T, Error>>>,
    ) -> Option<Result<T, Error>> {
        if self.ended {
            return None;
        }
        let item = block_on(std::future::poll_fn(|cx| poll(&mut self.stream, cx)));
        let item = item.unwrap_or_else(|error| {
            self.ended = true;
            Some(Err(error))
        });
        self.ended |= item.is_none();
        item
    }

    /// It has more, though it said that it had not.
    pub(crate) fn reopen(&mut self) {
        self.ended = false;
    }

    pub(crate) fn stream(&self) -> &S {
        &self.stream
    }

    pub(crate) fn stream_mut(&mut self) -> &mut S {
        &mut self.stream
    }

    /// The stream behind it, with what has not been read yet.
    ///
    /// ```no_run
    /// # fn run(stream: venice_ai::stream::ChatStream) -> Result<(), venice_ai::Error> {
    /// let mut chunks = stream.into_blocking_iter();
    /// let first = chunks.next().transpose()?;
    /// let rest = chunks.into_inner().collect_blocking()?;
    /// # Ok(()) }
    /// ```
    pub fn into_inner(self) -> S {
        self.stream
    }
}

impl<T, S: Stream<Item = Result<T, Error>> + Unpin> Iterator for BlockingIter<S> {
    type Item = Result<T, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        self.wait(|stream, cx| Pin::new(stream).poll_next(cx))
    }
}
