//! Runs without async.

use super::{Many, Progress};
use crate::runtime::blocking::BlockingIter;

impl<I, T: 'static> Many<I, T> {
    /// The outcomes as an ordinary iterator, each waited for in this thread. All requests that are on their way go on meanwhile.
    ///
    /// ```no_run
    /// # fn run(venice: venice_ai::Client, requests: Vec<venice_ai::types::ChatCompletionRequest>) -> Result<(), venice_ai::Error> {
    /// for outcome in venice.chat().many(requests).into_blocking_iter() {
    ///     println!("{:?}", outcome?.result.map(|reply| reply.text().into_owned()));
    /// }
    /// # Ok(()) }
    /// ```
    pub fn into_blocking_iter(mut self) -> BlockingIter<Self> {
        self.engine.client = self.engine.client.on_blocking_connections();
        BlockingIter::new(self)
    }
}

impl<I, T: 'static> BlockingIter<Many<I, T>> {
    /// As [`Many::progress`].
    ///
    /// ```no_run
    /// # fn run(venice: venice_ai::Client, requests: Vec<venice_ai::types::ChatCompletionRequest>) {
    /// let answers = venice.chat().many(requests).into_blocking_iter();
    /// println!("{}", answers.progress());
    /// # }
    /// ```
    pub fn progress(&self) -> Progress {
        self.stream().progress()
    }

    /// As [`Many::resume`].
    ///
    /// ```no_run
    /// # fn run(venice: venice_ai::Client, requests: Vec<venice_ai::types::ChatCompletionRequest>) {
    /// let mut answers = venice.chat().many(requests).into_blocking_iter();
    /// if let Some(Err(error)) = answers.find(|outcome| outcome.is_err()) {
    ///     println!("{error}; top up, then go on");
    ///     answers.resume();
    /// }
    /// # }
    /// ```
    pub fn resume(&mut self) {
        self.stream_mut().resume();
        self.reopen();
    }
}
