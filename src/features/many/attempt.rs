//! One attempt, measured by the time in which somebody waits for it.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use tokio::time::Instant;
use tracing::Instrument;

use super::journal::body_of;
use crate::runtime::error::{Delivery, Error};
use crate::runtime::reply::RawReply;
use crate::runtime::transport::{self, Body, Outgoing, Reply, Trace, failure};

/// How long the reader of a run was away, all in all.
///
/// Replies are not read while the reader does something else with what it was given. That time must not count against them: an answer
/// that lies there, paid for, would be thrown away.
#[derive(Clone, Debug, Default)]
pub(super) struct Away {
    millis: Arc<AtomicU64>,
    left: Option<Instant>,
}

impl Away {
    /// The reader is away, perhaps with what it was given.
    pub(super) fn leave(&mut self) {
        self.left.get_or_insert_with(Instant::now);
    }

    /// It is back.
    pub(super) fn come_back(&mut self) {
        if let Some(left) = self.left.take() {
            let millis = left.elapsed().as_millis().try_into().unwrap_or(u64::MAX);
            self.millis.fetch_add(millis, Ordering::Relaxed);
        }
    }

    fn total(&self) -> Duration {
        Duration::from_millis(self.millis.load(Ordering::Relaxed))
    }
}

/// What an attempt brought.
pub(super) struct Got {
    pub(super) reply: Reply,
    /// The whole body, where it was waited for.
    pub(super) body: Option<Bytes>,
    /// The body goes to the caller as a file.
    pub(super) is_file: bool,
}

/// Sends the request once. With `keep` a file is read to its end too.
pub(super) async fn attempt(
    outgoing: &mut Outgoing,
    limit: Duration,
    away: Away,
    keep: bool,
) -> Result<Box<Got>, Error> {
    let trace = Trace::begin(outgoing);
    let span = trace.span().clone();
    let within = async {
        let sent = Box::pin(in_time(transport::send(outgoing, &trace), limit, &away)).await;
        let reply = sent.unwrap_or_else(|| {
            let error = outgoing.scope.explained(failure::out_of_time(limit)).with_attempts(outgoing.sent);
            let error = if outgoing.sent == 0 { error.with_delivery(Delivery::NotSent) } else { error };
            trace.failed(&error);
            Err(error)
        })?;
        // A reply that is an error must not be kept as an answer.
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
        Ok(Box::new(Got { reply: Reply { meta, body, scope }, body: kept, is_file }))
    };
    within.instrument(span).await
}

/// What comes within the limit, without the time in which the reader was away.
async fn in_time<F: Future>(work: F, limit: Duration, away: &Away) -> Option<F::Output> {
    let begun = away.total();
    let mut granted = Duration::ZERO;
    let mut work = pin!(work);
    let mut timer = pin!(tokio::time::sleep(limit));
    std::future::poll_fn(|cx| {
        if let Poll::Ready(outcome) = work.as_mut().poll(cx) {
            return Poll::Ready(Some(outcome));
        }
        loop {
            ready!(timer.as_mut().poll(cx));
            let owed = away.total().saturating_sub(begun).saturating_sub(granted);
            if owed.is_zero() {
                return Poll::Ready(None);
            }
            granted += owed;
            timer.as_mut().reset(Instant::now() + owed);
        }
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn time_away_does_not_count() {
        let mut away = Away::default();
        let limit = Duration::from_millis(60);
        let work = tokio::time::sleep(Duration::from_millis(100));
        let mut timed = Box::pin(in_time(work, limit, &away));
        assert!(std::future::poll_fn(|cx| Poll::Ready(timed.as_mut().poll(cx))).await.is_pending());
        let mut reader = away.clone();
        reader.leave();
        std::thread::sleep(Duration::from_millis(80));
        reader.come_back();
        assert!(timed.await.is_some());
        away.leave();
        assert_eq!(in_time(std::future::pending::<()>(), Duration::from_millis(5), &away).await, None);
    }
}
