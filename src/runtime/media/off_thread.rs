//! `OffThread`: blocking file I/O on Tokio's blocking pool.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::runtime::Handle;
use tokio::task::JoinHandle;

/// Work on the blocking pool. It continues when this is dropped, and its result is dropped then.
#[derive(Debug)]
pub(crate) struct OffThread<T>(JoinHandle<io::Result<T>>);

impl<T: Send + 'static> OffThread<T> {
    /// Starts the work. Without a runtime there is no pool, which is an error, not a panic.
    pub(crate) fn start(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<Self> {
        let runtime = Handle::try_current().map_err(io::Error::other)?;
        Ok(Self(runtime.spawn_blocking(work)))
    }

    /// Starts it and waits for it.
    pub(crate) async fn run(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
        Self::start(work)?.await
    }
}

impl<T> Future for OffThread<T> {
    type Output = io::Result<T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Poll::Ready(ready!(Pin::new(&mut self.0).poll(cx)).map_err(io::Error::other)?)
    }
}
