//! `block_on`: runs futures without an async runtime of the caller.

mod iter;

use std::sync::OnceLock;

pub use self::iter::BlockingIter;
use crate::runtime::error::{Error, ErrorKind};

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
