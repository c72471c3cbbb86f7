//! `InFlight`: futures that are polled together, a bounded number of them, each with the place of its work.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream as _;
use futures_util::stream::FuturesUnordered;

/// Futures under way, of which the caller begins no more than it wants. Nothing is spawned: they go on while this is polled, and end when it
/// is dropped.
pub(crate) struct InFlight<T> {
    flights: FuturesUnordered<Flight<T>>,
}

/// A future, and the place of its work among the caller's.
struct Flight<T> {
    place: usize,
    work: Pin<Box<dyn Future<Output = T> + Send>>,
}

impl<T> InFlight<T> {
    #[cfg(any(feature = "embedding-batch", feature = "tools"))]
    pub(crate) fn len(&self) -> usize {
        self.flights.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.flights.is_empty()
    }

    pub(crate) fn push(&mut self, place: usize, work: Pin<Box<dyn Future<Output = T> + Send>>) {
        self.flights.push(Flight { place, work });
    }

    /// The place and the outcome of the next one that ends; `None` while there is none.
    pub(crate) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<(usize, T)>> {
        Pin::new(&mut self.flights).poll_next(cx)
    }

    /// Drops those whose places are not to be kept.
    #[cfg(feature = "long-speech")]
    pub(crate) fn retain(&mut self, keep: impl Fn(usize) -> bool) {
        self.flights = std::mem::take(&mut self.flights).into_iter().filter(|flight| keep(flight.place)).collect();
    }

    /// The places of those under way.
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
