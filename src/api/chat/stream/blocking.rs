//! `ChatStream` for programs without async.

use super::ChatStream;
use crate::runtime::blocking::BlockingIter;

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
}
