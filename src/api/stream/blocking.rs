//! Streams for programs without async.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;

use super::{AnswerStream, ChatStream, TextStream};
use crate::runtime::blocking::block_on;
use crate::runtime::error::Error;

/// The items of a stream, each waited for in this thread; from the method `into_blocking_iter` of a stream, such as
/// [`ChatStream::into_blocking_iter`] or [`Pages::into_blocking_iter`](crate::Pages::into_blocking_iter).
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

impl ChatStream {
    /// The chunks as an ordinary iterator, for a stream that was opened with
    /// [`Call::send_blocking`](crate::Call::send_blocking).
    ///
    /// ```no_run
    /// # fn run(stream: venice_ai::stream::ChatStream) -> Result<(), venice_ai::Error> {
    /// for chunk in stream.into_blocking_iter() {
    ///     println!("{:?}", chunk?.choices);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn into_blocking_iter(self) -> BlockingIter<Self> {
        BlockingIter::new(self)
    }

    /// As [`collect`](Self::collect), waiting in this thread.
    ///
    /// # Errors
    ///
    /// The first error of the stream, and [`ErrorKind::BlockingInAsync`](crate::ErrorKind::BlockingInAsync) in a thread that
    /// belongs to an async runtime.
    pub fn collect_blocking(self) -> Result<crate::api::generated::types::ChatCompletion, Error> {
        block_on(self.collect())?
    }
}

impl TextStream {
    /// The pieces as an ordinary iterator, for a stream that was opened with
    /// [`Call::send_blocking`](crate::Call::send_blocking).
    ///
    /// ```no_run
    /// # fn run(stream: venice_ai::stream::ChatStream) -> Result<(), venice_ai::Error> {
    /// for piece in stream.text().into_blocking_iter() {
    ///     print!("{}", piece?);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn into_blocking_iter(self) -> BlockingIter<Self> {
        BlockingIter::new(self)
    }
}

impl AnswerStream {
    /// The pieces as an ordinary iterator, for a stream that was opened with
    /// [`Call::send_blocking`](crate::Call::send_blocking).
    ///
    /// ```no_run
    /// # fn run(stream: venice_ai::stream::ChatStream) -> Result<(), venice_ai::Error> {
    /// for piece in stream.pieces().into_blocking_iter() {
    ///     println!("{:?}", piece?);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn into_blocking_iter(self) -> BlockingIter<Self> {
        BlockingIter::new(self)
    }
}

#[cfg(feature = "unstable")]
impl super::ResponseStream {
    /// The events as an ordinary iterator, for a stream that was opened with
    /// [`Call::send_blocking`](crate::Call::send_blocking).
    ///
    /// ```no_run
    /// # fn run(stream: venice_ai::stream::ResponseStream) -> Result<(), venice_ai::Error> {
    /// for event in stream.into_blocking_iter() {
    ///     println!("{}", event?.kind);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn into_blocking_iter(self) -> BlockingIter<Self> {
        BlockingIter::new(self)
    }

    /// As [`collect`](Self::collect), waiting in this thread.
    ///
    /// # Errors
    ///
    /// The first error of the stream, and [`ErrorKind::BlockingInAsync`](crate::ErrorKind::BlockingInAsync) in a thread that
    /// belongs to an async runtime.
    pub fn collect_blocking(self) -> Result<crate::api::generated::types::ResponsesReply, Error> {
        block_on(self.collect())?
    }
}

#[cfg(feature = "unstable")]
impl super::ResponseTextStream {
    /// The pieces as an ordinary iterator, for a stream that was opened with
    /// [`Call::send_blocking`](crate::Call::send_blocking).
    ///
    /// ```no_run
    /// # fn run(stream: venice_ai::stream::ResponseStream) -> Result<(), venice_ai::Error> {
    /// for piece in stream.text().into_blocking_iter() {
    ///     print!("{}", piece?);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn into_blocking_iter(self) -> BlockingIter<Self> {
        BlockingIter::new(self)
    }
}
