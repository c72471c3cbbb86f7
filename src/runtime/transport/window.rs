//! `Window`: the quota of a rate limit, and what is left in its window.

use std::time::{Duration, Instant};

use crate::runtime::meta::RateLimit;

/// The length of a window without a known end. Its limits are per minute.
const USUAL: Duration = Duration::from_secs(60);
/// The end of a window is reported in seconds, so two that are this close are the same.
const SAME: Duration = Duration::from_secs(1);

/// The state of a limit. Replies arrive in any order, so the lowest reported rest of a window counts.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Window {
    pub(crate) limit: Option<u64>,
    pub(crate) left: Option<u64>,
    pub(crate) ends: Option<Instant>,
}

impl Window {
    /// What is left, and when the window ends; `None` if nothing was reported.
    pub(crate) fn left(&mut self, now: Instant) -> Option<(u64, Option<Instant>)> {
        self.turn(now);
        Some((self.left?, self.ends))
    }

    /// Records the limit of a reply.
    pub(crate) fn learn(&mut self, reported: RateLimit, now: Instant) {
        self.turn(now);
        self.limit = reported.limit.or(self.limit);
        let Some(left) = reported.remaining else { return };
        let ends = match reported.resets_in {
            // The reply belongs to the window before.
            Some(wait) if wait.is_zero() && self.left.is_some() => return,
            Some(wait) => now.checked_add(wait),
            None => self.ends.or_else(|| now.checked_add(USUAL)),
        };
        let is_later = match (ends, self.ends) {
            (Some(ends), Some(known)) => ends > known + SAME,
            _ => false,
        };
        self.left = Some(if is_later { left } else { self.left.map_or(left, |known| known.min(left)) });
        self.ends = ends;
    }

    /// Counts a request whose reply did not report the rest.
    pub(crate) fn spend(&mut self, amount: u64) {
        self.left = self.left.map(|left| left.saturating_sub(amount));
    }

    /// After the end of a window a new one is unused.
    pub(crate) fn turn(&mut self, now: Instant) {
        if self.ends.is_some_and(|ends| ends <= now) {
            self.left = self.limit;
            self.ends = self.left.and_then(|_| now.checked_add(USUAL));
        }
    }
}
