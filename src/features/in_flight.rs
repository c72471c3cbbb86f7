//! `InFlight`: a bounded number of concurrent futures, each with an index.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream as _;
use futures_util::stream::FuturesUnordered;

/// Concurrent futures; the caller bounds their number. No background task: they are polled with this, and dropped with it.
pub(crate) struct InFlight<T> {
    flights: FuturesUnordered<Flight<T>>,
}

/// A future and its index.
struct Flight<T> {
    place: usize,
    work: Pin<Box<dyn Future<Output = T> + Send>>,
}

impl<T> InFlight<T> {
    #[cfg(any(feature = "embedding-batch", feature = "tools"))]
    pub(crate) fn len(&self) -> usize {
        self.flights.len()
    }

    #[cfg(any(feature = "batch", feature = "embedding-batch"))]
    pub(crate) fn is_empty(&self) -> bool {
        self.flights.is_empty()
    }

    pub(crate) fn push(&mut self, place: usize, work: Pin<Box<dyn Future<Output = T> + Send>>) {
        self.flights.push(Flight { place, work });
    }

    /// The index and output of the next one that completes; `None` if there are none.
    pub(crate) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<(usize, T)>> {
        Pin::new(&mut self.flights).poll_next(cx)
    }

    /// Drops those whose index is not to be kept.
    #[cfg(feature = "long-speech")]
    pub(crate) fn retain(&mut self, keep: impl Fn(usize) -> bool) {
        self.flights = std::mem::take(&mut self.flights).into_iter().filter(|flight| keep(flight.place)).collect();
    }

    /// The indices of those in flight.
    pub(crate) fn places(&self) -> impl Iterator<Item = usize> {
        self.flights.iter().map(|flight| flight.place)
    }
}

impl<T> Default for InFlight<T> {
    fn default() -> Self {
        Self { flights: FuturesUnordered::new() }
    }
}

impl<T> Future for Flight<T> {
    type Output = (usize, T);

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<(usize, T)> {
        self.work.as_mut().poll(cx).map(|outcome| (self.place, outcome))
    }
}

impl<T> fmt::Debug for InFlight<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.places()).finish()
    }
}
