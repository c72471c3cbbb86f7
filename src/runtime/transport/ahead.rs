//! [`ReadAhead`]: reads a body in a task of its own, ahead of its reader, bounded by bytes.
//!
//! An HTTP/1.1 connection hands over one chunk of a body at a time, and waits until it is taken. If every event is a chunk and the reader
//! is the future of `block_on`, each hand-over costs system calls and a thread switch. This task takes the chunks in the scheduler of the
//! connection, and wakes the reader once for all that have arrived.

use std::collections::VecDeque;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use http_body::Body as _;
use tokio::runtime::Handle;
use tokio::task::{AbortHandle, yield_now};

/// Bytes read ahead before back-pressure stops the connection. The last chunk may exceed it.
pub(super) const MAX_BYTES: usize = 64 * 1024;

/// Reads a body ahead. Dropping it cancels the task, which closes the connection.
pub(super) struct ReadAhead {
    queue: Arc<Mutex<Queue>>,
    /// Chunks that were taken from the queue together.
    taken: VecDeque<Bytes>,
    task: AbortHandle,
}

/// The queue between the task and the reader.
#[derive(Default)]
struct Queue {
    chunks: VecDeque<Bytes>,
    bytes: usize,
    end: Option<End>,
    /// The reader, while it waits for a chunk.
    reader: Option<Waker>,
    /// The task, while it waits for room.
    task: Option<Waker>,
}

/// How a body ended.
#[derive(Debug)]
pub(super) enum End {
    Complete,
    Failed(reqwest::Error),
    /// The runtime of the task was shut down.
    Abandoned,
}

impl ReadAhead {
    /// Starts the task.
    pub(super) fn start(body: reqwest::Body, runtime: &Handle) -> Self {
        let queue = Arc::default();
        let task = Task { body, queue: Arc::clone(&queue), is_reader_behind: false };
        Self { queue, taken: VecDeque::new(), task: runtime.spawn(task).abort_handle() }
    }

    /// The next chunk, which is not empty, or how the body ended. Not to be polled after that.
    pub(super) fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<Result<Bytes, End>> {
        if let Some(chunk) = self.taken.pop_front() {
            return Poll::Ready(Ok(chunk));
        }
        let mut queue = lock(&self.queue);
        std::mem::swap(&mut queue.chunks, &mut self.taken);
        queue.bytes = 0;
        if let Some(chunk) = self.taken.pop_front() {
            let task = queue.task.take();
            drop(queue);
            wake(task);
            return Poll::Ready(Ok(chunk));
        }
        if let Some(end) = queue.end.take() {
            return Poll::Ready(Err(end));
        }
        match &mut queue.reader {
            Some(reader) => reader.clone_from(cx.waker()),
            reader => *reader = Some(cx.waker().clone()),
        }
        Poll::Pending
    }
}

impl Drop for ReadAhead {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Moves the chunks of a body to the queue.
struct Task {
    body: reqwest::Body,
    queue: Arc<Mutex<Queue>>,
    /// The queue has chunks that the reader was not woken for.
    is_reader_behind: bool,
}

impl Future for Task {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut has_read = false;
        loop {
            if self.is_full(cx) {
                self.wake_reader();
                return Poll::Pending;
            }
            let Poll::Ready(next) = poll_body(&mut self.body, cx) else { break };
            match next {
                Ok(chunk) => {
                    let mut queue = lock(&self.queue);
                    queue.bytes += chunk.len();
                    queue.chunks.push_back(chunk);
                    has_read = true;
                }
                Err(end) => {
                    lock(&self.queue).end = Some(end);
                    self.wake_reader();
                    return Poll::Ready(());
                }
            }
        }
        if has_read {
            // The connection may have more. After `yield_now` this task is polled again when the runtime has nothing else to do: if nothing
            // has arrived until then, the reader is woken.
            self.is_reader_behind = true;
            let _ = pin!(yield_now()).poll(cx);
        } else if self.is_reader_behind {
            self.wake_reader();
        }
        Poll::Pending
    }
}

impl Task {
    /// Whether the reader has to take what is in the queue before more is read.
    fn is_full(&self, cx: &Context<'_>) -> bool {
        let mut queue = lock(&self.queue);
        let is_full = queue.bytes >= MAX_BYTES;
        if is_full {
            queue.task = Some(cx.waker().clone());
        }
        is_full
    }

    fn wake_reader(&mut self) {
        self.is_reader_behind = false;
        let reader = lock(&self.queue).reader.take();
        wake(reader);
    }
}

/// The task has ended, or its runtime has.
impl Drop for Task {
    fn drop(&mut self) {
        lock(&self.queue).end.get_or_insert(End::Abandoned);
        self.wake_reader();
    }
}

/// The next chunk that is not empty, or how the body ended. Trailers are skipped.
pub(super) fn poll_body(body: &mut reqwest::Body, cx: &mut Context<'_>) -> Poll<Result<Bytes, End>> {
    while let Poll::Ready(frame) = Pin::new(&mut *body).poll_frame(cx) {
        match frame.map(|frame| frame.map(|frame| frame.into_data().unwrap_or_default())) {
            None => return Poll::Ready(Err(End::Complete)),
            Some(Err(error)) => return Poll::Ready(Err(End::Failed(error))),
            Some(Ok(chunk)) if chunk.is_empty() => {}
            Some(Ok(chunk)) => return Poll::Ready(Ok(chunk)),
        }
    }
    Poll::Pending
}

fn lock(queue: &Mutex<Queue>) -> MutexGuard<'_, Queue> {
    queue.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Wakes a task. The queue must not be locked: it may be polled in another thread at once.
fn wake(waker: Option<Waker>) {
    if let Some(waker) = waker {
        waker.wake();
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::convert::Infallible;
    use std::future::poll_fn;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures_util::stream;
    use tokio::runtime::{Builder, Handle};
    use tokio::task::yield_now;

    use super::*;

    const CHUNK: usize = 1000;
    const MAX_CHUNKS: usize = MAX_BYTES.div_ceil(CHUNK);

    /// An endless body, and the number of its chunks that were read.
    fn endless() -> (reqwest::Body, Arc<AtomicUsize>) {
        let count = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&count);
        let chunks = stream::repeat_with(move || {
            counter.fetch_add(1, Ordering::Relaxed);
            Ok::<_, Infallible>(vec![0; CHUNK])
        });
        (reqwest::Body::wrap_stream(chunks), count)
    }

    /// The number of chunks that were read once it no longer changes.
    async fn settled(count: &AtomicUsize) -> usize {
        for _ in 0..1000 {
            yield_now().await;
        }
        count.load(Ordering::Relaxed)
    }

    #[tokio::test]
    async fn no_more_is_read_ahead_than_is_allowed() {
        let (body, count) = endless();
        let mut ahead = ReadAhead::start(body, &Handle::current());
        assert_eq!(settled(&count).await, MAX_CHUNKS);
        for taken in 0..3 * MAX_CHUNKS {
            poll_fn(|cx| ahead.poll_chunk(cx)).await.unwrap();
            let read = settled(&count).await;
            assert!(read <= taken + 1 + 2 * MAX_CHUNKS, "{read} chunks were read when {taken} were asked for");
        }
    }

    #[tokio::test]
    async fn dropping_it_drops_the_body() {
        let (body, count) = endless();
        let ahead = ReadAhead::start(body, &Handle::current());
        settled(&count).await;
        assert_eq!(Arc::strong_count(&count), 2);
        drop(ahead);
        settled(&count).await;
        assert_eq!(Arc::strong_count(&count), 1);
    }

    #[test]
    fn a_runtime_that_is_shut_down_ends_it() {
        let runtime = Builder::new_current_thread().build().unwrap();
        let pending = stream::pending::<Result<Vec<u8>, Infallible>>();
        let mut ahead = ReadAhead::start(reqwest::Body::wrap_stream(pending), runtime.handle());
        drop(runtime);
        let end = ahead.poll_chunk(&mut Context::from_waker(Waker::noop()));
        assert!(matches!(end, Poll::Ready(Err(End::Abandoned))), "{end:?}");
    }
}
