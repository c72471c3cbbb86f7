//! Calls without async.

use std::sync::OnceLock;

use crate::runtime::call::Call;
use crate::runtime::error::{Error, ErrorKind};

impl<T> Call<T> {
    /// Sends the call and waits for the reply, without an async runtime.
    ///
    /// The connections are served by a runtime of the crate's own, with one thread, that starts with the first blocking
    /// call and lives as long as the process.
    ///
    /// # Errors
    ///
    /// Those of awaiting it; and [`ErrorKind::BlockingInAsync`] in a thread that belongs to a Tokio runtime, where waiting
    /// would stop other tasks: await the call there. In `spawn_blocking` it is refused too, and
    /// `Handle::current().block_on(call.into_future())` does it.
    ///
    /// ```no_run
    /// # use serde_json::Value;
    /// # use venice_ai::http::Method;
    /// let venice = venice_ai::Client::from_env()?;
    /// let models: Value = venice.request(Method::GET, "/models").send_blocking()?;
    /// # Ok::<(), venice_ai::Error>(())
    /// ```
    pub fn send_blocking(self) -> Result<T, Error> {
        let call = self.on_blocking_connections();
        let operation = call.operation_ref().clone();
        block_on(call.into_future()).unwrap_or_else(|error| Err(error.with_operation(&operation)))
    }
}

/// Whether this thread may wait. One of an async runtime may not: what it waits for might need it.
pub(crate) fn allowed() -> Result<(), Error> {
    if tokio::runtime::Handle::try_current().is_err() {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::BlockingInAsync,
        "a blocking call was made inside an async runtime and nothing was sent; use `.await` here",
    ))
}

/// Runs a future to its end in this thread, its connections and timers on the crate's runtime. Fails in a thread that belongs
/// to an async runtime, where it could wait for itself.
pub(crate) fn block_on<F: Future>(future: F) -> Result<F::Output, Error> {
    allowed()?;
    Ok(runtime()?.block_on(future))
}

fn runtime() -> Result<&'static tokio::runtime::Runtime, Error> {
    static RUNTIME: OnceLock<tokio::runtime::Runtime> = OnceLock::new();
    if let Some(runtime) = RUNTIME.get() {
        return Ok(runtime);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .thread_name("venice-ai-blocking")
        .enable_all()
        .build()
        .map_err(|error| {
            Error::configuration(format!("the runtime of blocking calls cannot be started: {error}")).with_source(error)
        })?;
    // Of two threads that come here at once, one finds its runtime unneeded. It has run nothing.
    Ok(RUNTIME.get_or_init(|| runtime))
}
