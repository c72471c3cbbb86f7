//! `AnswerStream` for programs without async.

use super::AnswerStream;
use crate::runtime::blocking::BlockingIter;

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
