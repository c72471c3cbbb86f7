//! `ResponseStream`, `ResponseTextStream` for programs without async.

use super::{ResponseStream, ResponseTextStream};
use crate::runtime::blocking::{BlockingIter, block_on};
use crate::runtime::error::Error;

impl ResponseStream {
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

impl ResponseTextStream {
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
