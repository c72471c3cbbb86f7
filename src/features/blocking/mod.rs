//! [`wait`] and [`iter()`]: blocking calls, without async.
//!
//! Everything that can be awaited has `send_blocking()`, or works with [`wait`]; streams become iterators with [`iter()`].
//!
//! ```no_run
//! use venice_ai::blocking;
//! use venice_ai::types::{ChatCompletionRequest, CreateSpeechRequest};
//!
//! let venice = venice_ai::Client::from_env()?;
//! let keys = venice.api_keys().list().send_blocking()?;
//!
//! let speech = venice.audio().speech(CreateSpeechRequest::new("tts-kokoro", "High water at nine.")).send_blocking()?;
//! blocking::wait(speech.save("tide.mp3"))?;
//!
//! let request = ChatCompletionRequest::new("default", ["Tell me a story."]);
//! for text in blocking::iter(venice.chat().stream(request).send_blocking()?.text()) {
//!     print!("{}", text?);
//! }
//! # Ok::<(), venice_ai::Error>(())
//! ```
//!
//! Connections are driven by a single-threaded runtime of the crate, which is started on first use and lives as long as the process. In a
//! thread of a Tokio runtime, where blocking would stop other tasks, all of these fail with [`ErrorKind::BlockingInAsync`]: use `.await`
//! there. In `spawn_blocking` they fail too; use `Handle::current().block_on(…)`.

mod call;
mod iter;

use std::sync::OnceLock;

use tokio::runtime::{Builder, Handle, Runtime};

pub use self::iter::{BlockingIter, iter};
use crate::runtime::error::{Error, ErrorKind};
use crate::runtime::transport::http::BLOCKING_RUNTIME;

/// Waits for a future in this thread.
///
/// # Errors
///
/// Those of the future; and [`ErrorKind::BlockingInAsync`] in a thread of a Tokio runtime.
///
/// ```no_run
/// # fn run(venice: venice_ai::Client) -> Result<(), venice_ai::Error> {
/// let mut reviews = venice.characters().reviews("alan-watts");
/// while let Some(page) = venice_ai::blocking::wait(reviews.next_page()) {
///     println!("{} reviews", page?.items.len());
/// }
/// # Ok(()) }
/// ```
pub fn wait<F>(future: F) -> F::Output
where
    F: IntoFuture,
    F::Output: Waitable,
{
    block_on(future.into_future()).unwrap_or_else(F::Output::refused)
}

/// The outputs that [`wait`] supports: a result, or the next result of a stream.
#[diagnostic::on_unimplemented(
    message = "`wait` cannot wait for an output `{Self}`",
    label = "neither a `Result` nor an `Option` of one",
    note = "its error must be `From<venice_ai::Error>`: blocking in a thread of a Tokio runtime fails with one",
    note = "to block on several calls: `wait` of an `async` block that ends in `Ok::<_, venice_ai::Error>(value)`"
)]
pub trait Waitable: sealed::Sealed {
    /// The output if blocking is not possible.
    #[doc(hidden)]
    fn refused(error: Error) -> Self;
}

impl<T, E: From<Error>> Waitable for Result<T, E> {
    fn refused(error: Error) -> Self {
        Err(error.into())
    }
}

impl<T, E: From<Error>> Waitable for Option<Result<T, E>> {
    fn refused(error: Error) -> Self {
        Some(Err(error.into()))
    }
}

mod sealed {
    pub trait Sealed {}
    impl<T, E> Sealed for Result<T, E> {}
    impl<T, E> Sealed for Option<Result<T, E>> {}
}

/// Runs a future to completion in this thread, with connections and timers on the crate's runtime. Fails in a thread of an async runtime,
/// where it could deadlock.
pub(crate) fn block_on<F: Future>(future: F) -> Result<F::Output, Error> {
    Ok(runtime_here()?.block_on(future))
}

/// The runtime for blocking calls; fails in a thread of another runtime.
pub(crate) fn runtime_here() -> Result<&'static Runtime, Error> {
    if Handle::try_current().is_ok() {
        let message = "a blocking call was made inside an async runtime and nothing was sent; use `.await` here";
        return Err(Error::new(ErrorKind::BlockingInAsync, message));
    }
    runtime()
}

static RUNTIME: OnceLock<Runtime> = OnceLock::new();

fn runtime() -> Result<&'static Runtime, Error> {
    if let Some(runtime) = RUNTIME.get() {
        return Ok(runtime);
    }
    let runtime =
        Builder::new_multi_thread().worker_threads(1).thread_name("venice-ai-blocking").enable_all().build().map_err(
            |error| {
                let message = format!("the runtime of blocking calls cannot be started: {error}");
                Error::configuration(message).with_source(error)
            },
        )?;
    // If two threads start it at once, one of the runtimes is dropped. It has run nothing.
    Ok(RUNTIME.get_or_init(|| {
        BLOCKING_RUNTIME.get_or_init(|| runtime.handle().id());
        runtime
    }))
}
