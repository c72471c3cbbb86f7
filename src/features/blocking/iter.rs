//! `BlockingIter`: the items of a stream as an iterator.

use std::pin::Pin;

use futures_core::Stream;

use super::block_on;
use crate::runtime::error::Error;

/// The items of a stream as an iterator, each awaited in this thread.
///
/// ```no_run
/// # fn run(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
/// for review in venice_ai::blocking::iter(venice.characters().reviews("alan-watts")) {
///     println!("{:?}", review?.message);
/// }
/// # Ok(()) }
/// ```
pub fn iter<S: Stream + Unpin>(stream: S) -> BlockingIter<S> {
    BlockingIter { stream, is_refused: false }
}

/// The items of a stream, each awaited in this thread; from [`iter()`].
///
/// It reads no further ahead than the stream itself. Dropping it closes the connection. In a thread of an async runtime the only item is
/// [`ErrorKind::BlockingInAsync`](crate::ErrorKind::BlockingInAsync).
#[derive(Debug)]
#[must_use = "iterators are lazy"]
pub struct BlockingIter<S> {
    stream: S,
    /// Blocking is not possible in this thread.
    is_refused: bool,
}

impl<S> BlockingIter<S> {
    /// The stream, with what was not read yet.
    ///
    /// ```no_run
    /// # fn run(stream: venice_ai::stream::ChatStream) -> Result<(), venice_ai::Error> {
    /// let mut chunks = venice_ai::blocking::iter(stream);
    /// let first = chunks.next().transpose()?;
    /// let rest = venice_ai::blocking::wait(chunks.into_inner().collect())?;
    /// # Ok(()) }
    /// ```
    pub fn into_inner(self) -> S {
        self.stream
    }

    /// The stream: its metadata, its cost.
    pub fn get_ref(&self) -> &S {
        &self.stream
    }

    /// The stream, to change how the rest is read.
    pub fn get_mut(&mut self) -> &mut S {
        &mut self.stream
    }
}

impl<T, E: From<Error>, S: Stream<Item = Result<T, E>> + Unpin> Iterator for BlockingIter<S> {
    type Item = Result<T, E>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_refused {
            return None;
        }
        block_on(std::future::poll_fn(|cx| Pin::new(&mut self.stream).poll_next(cx))).unwrap_or_else(|error| {
            self.is_refused = true;
            Some(Err(error.into()))
        })
    }
}
