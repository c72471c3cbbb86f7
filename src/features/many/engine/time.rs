//! The times of a run: its limit, and what it waits for.

use std::task::Context;
use std::time::Instant;

use super::Engine;
use crate::features::pace::{Hold, Wait};
use crate::runtime::error::{Delivery, Error, ErrorKind};

impl Engine {
    /// Stops the run, because all remaining requests have to wait too long.
    #[cold]
    pub(super) fn stop_waiting(&mut self, Hold { why, until }: Hold, now: Instant) {
        let longest = self.longest_wait;
        let wait = until.unwrap_or(now).saturating_duration_since(now);
        // A resumed run tries again instead of waiting for a limit that may be wrong.
        self.pacer.forget_waits(longest, now);
        let message = format!(
            "{} requests and the rest of the input were not sent: {why} for another {} s, and {longest:?} is the longest wait of the \
             run; `resume()` tries again",
            self.waiting.len(),
            wait.as_secs(),
        );
        let kind = if why == Wait::Overloaded { ErrorKind::Overloaded } else { ErrorKind::RateLimited };
        self.stop(Error::new(kind, message).with_delivery(Delivery::NotSent).with_retry_after(wait));
    }

    /// Waits until something may be sent again. Returns whether the wait is over.
    #[inline]
    pub(super) fn wait(&mut self, cx: &mut Context<'_>) -> bool {
        let deadline = self.deadline().filter(|_| self.stop.is_none());
        let latest = self.client.clock().now().checked_add(self.longest_wait);
        // A wait beyond the limit is not started: the run stops once nothing else is in flight.
        let in_time = |until: &Instant| latest.is_none_or(|latest| *until <= latest);
        let until = match self.hold.and_then(|hold| hold.until).filter(in_time) {
            Some(until) => Some(deadline.map_or(until, |deadline| until.min(deadline))),
            // Waits for the input or another run. Requests in flight are always awaited.
            None => deadline.filter(|_| self.in_flight == 0),
        };
        let Some(until) = until else {
            self.timer = None;
            return false;
        };
        let clock = self.client.clock();
        let (_, timer) = match &mut self.timer {
            Some(timer) if timer.0 == until => timer,
            timer => timer.insert((until, clock.sleep(until.saturating_duration_since(clock.now())))),
        };
        let over = timer.as_mut().poll(cx).is_ready();
        if over {
            self.timer = None;
        }
        over
    }

    fn deadline(&self) -> Option<Instant> {
        self.limited_from?.checked_add(self.limit?)
    }

    #[inline]
    pub(super) fn is_out_of_time(&mut self) -> bool {
        let (Some(limit), Some(deadline)) = (self.limit, self.deadline()) else { return false };
        if self.stop.is_none() && self.client.clock().now() >= deadline {
            let waiting = self.waiting.len();
            let message = format!(
                "the time limit of the run ({limit:?}) was reached; {waiting} requests and the rest of the input were not sent"
            );
            self.stop(Error::new(ErrorKind::Timeout, message).with_delivery(Delivery::NotSent));
        }
        self.stop.is_some()
    }
}

/// The hold that ends first. An unknown end counts as later.
pub(super) fn sooner(known: Hold, new: Hold) -> Hold {
    match (known.until, new.until) {
        (Some(known_until), Some(until)) if until < known_until => new,
        (None, Some(_)) => new,
        _ => known,
    }
}
