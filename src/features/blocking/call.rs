//! `Call::send_blocking`: a call without async.

use super::block_on;
use crate::runtime::call::Call;
use crate::runtime::error::Error;

impl<T> Call<T> {
    /// Sends the call and waits for the reply, without an async runtime.
    ///
    /// # Errors
    ///
    /// Those of awaiting it; and [`ErrorKind::BlockingInAsync`](crate::ErrorKind::BlockingInAsync) in a thread of a Tokio runtime, where
    /// blocking would stop other tasks: await the call there. In `spawn_blocking` it fails too; use
    /// `Handle::current().block_on(call.into_future())`.
    ///
    /// ```no_run
    /// # use serde_json::Value;
    /// # use venice_ai::http::Method;
    /// let venice = venice_ai::Client::from_env()?;
    /// let models: Value = venice.request(Method::GET, "/models").send_blocking()?;
    /// # Ok::<(), venice_ai::Error>(())
    /// ```
    pub fn send_blocking(self) -> Result<T, Error> {
        let operation = self.core.scope.operation().clone();
        let outcome = block_on(self.into_future());
        outcome.unwrap_or_else(|error| Err(error.with_operation(&operation)))
    }
}
