//! Runs without async.

use super::{FinishedRun, RunEvent, ToolRun, UnfinishedRun};
use crate::api::generated::operations;
use crate::runtime::blocking::block_on;
use crate::runtime::error::Error;

impl ToolRun {
    /// Goes on to the answer in this thread, without an async runtime. The tools run in it too, on the runtime of the crate's blocking
    /// calls, so they can use Tokio.
    ///
    /// # Errors
    /// Those of awaiting it, and [`ErrorKind::BlockingInAsync`](crate::ErrorKind::BlockingInAsync) in a thread that belongs to a Tokio
    /// runtime.
    pub fn send_blocking(mut self) -> Result<FinishedRun, UnfinishedRun> {
        self.resume();
        let mut outcome = Ok(());
        while let Some(event) = self.next_blocking() {
            outcome = event.map(drop);
        }
        self.settle(outcome)
    }

    /// As [`next`](Self::next), waiting in this thread.
    ///
    /// # Errors
    /// As for [`send_blocking`](Self::send_blocking).
    ///
    /// ```no_run
    /// # fn example(mut run: venice_ai::tools::ToolRun) -> Result<(), venice_ai::Error> {
    /// while let Some(event) = run.next_blocking() {
    ///     println!("{:?}", event?);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn next_blocking(&mut self) -> Option<Result<RunEvent, Error>> {
        if self.is_halted {
            return None;
        }
        let on_blocking = self.client.on_blocking_connections();
        let before = std::mem::replace(&mut self.client, on_blocking);
        let event = block_on(self.next());
        // Who goes on with `next` has connections of the runtime that it is called in.
        self.client = before;
        event.unwrap_or_else(|error| {
            self.is_halted = true;
            Some(Err(error.with_operation(&operations::CREATE_CHAT_COMPLETION)))
        })
    }
}
