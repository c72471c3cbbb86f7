//! `attempt`, `IdleTime`: one attempt of a batched request; the consumer's idle time does not count.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use tokio::time::Instant;

use super::journal::body_of;
use crate::runtime::error::{Delivery, Error};
use crate::runtime::reply::RawReply;
use crate::runtime::transport::{self, Body, Outgoing, Reply, Trace, failure};

/// How long the consumer of a run did not poll it, in total.
///
/// Replies are not read while the consumer does something else. That time does not count: a paid reply that is already there must not time
/// out.
#[derive(Clone, Debug, Default)]
pub(super) struct IdleTime {
    millis: Arc<AtomicU64>,
    left: Option<Instant>,
}

impl IdleTime {
    /// The consumer stops polling.
    pub(super) fn begin(&mut self) {
        self.left.get_or_insert_with(Instant::now);
    }

    /// The consumer polls again.
    pub(super) fn end(&mut self) {
        if let Some(left) = self.left.take() {
            let millis = left.elapsed().as_millis().try_into().unwrap_or(u64::MAX);
            self.millis.fetch_add(millis, Ordering::Relaxed);
        }
    }

    fn total(&self) -> Duration {
        Duration::from_millis(self.millis.load(Ordering::Relaxed))
    }
}

/// The reply to an attempt.
pub(super) struct AttemptReply {
    pub(super) reply: Reply,
    /// The whole body, if it was read.
    pub(super) body: Option<Bytes>,
    /// Whether the body goes to the caller as a file.
    pub(super) is_file: bool,
}

/// Sends the request once. With `keep` the body of a file is read to its end too.
pub(super) async fn attempt(
    outgoing: &mut Outgoing,
    limit: Duration,
    idle_time: IdleTime,
    keep: bool,
) -> Result<Box<AttemptReply>, Error> {
    let trace = Trace::begin(outgoing);
    let within = async {
        let sent = Box::pin(in_time(transport::send(outgoing, &trace), limit, &idle_time)).await;
        let reply = sent.unwrap_or_else(|| {
            let error = outgoing.scope.explained(failure::out_of_time(limit)).with_attempts(outgoing.sent);
            let error = if outgoing.sent == 0 { error.with_delivery(Delivery::NotSent) } else { error };
            trace.failed(&error);
            Err(error)
        })?;
        // An error reply must not be recorded as an answer.
        reply.check().inspect_err(|error| trace.failed(error))?;
        let Reply { meta, body, scope } = reply;
        let (kept, is_file, body) = match body {
            Body::Whole(bytes) => (Some(bytes.clone()), false, Body::Whole(bytes)),
            Body::Pieces(body) if keep => {
                let bytes = RawReply::new(*body).bytes().await.inspect_err(|error| trace.failed(error))?;
                (Some(bytes.clone()), true, body_of(bytes, true, &scope, &meta))
            }
            pieces => (None, true, pieces),
        };
        Ok(Box::new(AttemptReply { reply: Reply { meta, body, scope }, body: kept, is_file }))
    };
    trace.within(within).await
}

/// Runs work with a time limit, not counting the consumer's idle time.
async fn in_time<F: Future>(work: F, limit: Duration, idle_time: &IdleTime) -> Option<F::Output> {
    let begun = idle_time.total();
    let mut granted = Duration::ZERO;
    let mut work = pin!(work);
    let mut timer = pin!(tokio::time::sleep(limit));
    std::future::poll_fn(|cx| {
        if let Poll::Ready(outcome) = work.as_mut().poll(cx) {
            return Poll::Ready(Some(outcome));
        }
        loop {
            ready!(timer.as_mut().poll(cx));
            let extension = idle_time.total().saturating_sub(begun).saturating_sub(granted);
            if extension.is_zero() {
                return Poll::Ready(None);
            }
            granted += extension;
            timer.as_mut().reset(Instant::now() + extension);
        }
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn idle_time_does_not_count() {
        let mut idle_time = IdleTime::default();
        let limit = Duration::from_millis(60);
        let work = tokio::time::sleep(Duration::from_millis(100));
        let mut timed = Box::pin(in_time(work, limit, &idle_time));
        assert!(std::future::poll_fn(|cx| Poll::Ready(timed.as_mut().poll(cx))).await.is_pending());
        let mut reader = idle_time.clone();
        reader.begin();
        std::thread::sleep(Duration::from_millis(80));
        reader.end();
        assert!(timed.await.is_some());
        idle_time.begin();
        assert_eq!(in_time(std::future::pending::<()>(), Duration::from_millis(5), &idle_time).await, None);
    }
}
