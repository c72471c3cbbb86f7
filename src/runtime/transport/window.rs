//! `Window`: one rate limit, its quota and what is left in the window.

use std::time::{Duration, Instant};

use crate::runtime::meta::RateLimit;

/// How long a window lasts whose end the API does not tell. Its limits are for a minute.
const USUAL: Duration = Duration::from_secs(60);
/// The end of a window is told to the second, so two that are this close are one.
const SAME: Duration = Duration::from_secs(1);

/// What is known of a limit. Replies come in any order, so the least that was told of a window counts.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Window {
    pub(crate) limit: Option<u64>,
    pub(crate) left: Option<u64>,
    pub(crate) ends: Option<Instant>,
}

impl Window {
    /// What is left, and when the window ends; `None` where nothing was told.
    pub(crate) fn left(&mut self, now: Instant) -> Option<(u64, Option<Instant>)> {
        self.turn(now);
        Some((self.left?, self.ends))
    }

    /// Takes over what a reply tells.
    pub(crate) fn learn(&mut self, told: RateLimit, now: Instant) {
        self.turn(now);
        self.limit = told.limit.or(self.limit);
        let Some(left) = told.remaining else { return };
        let ends = match told.resets_in {
            // The reply belongs to the window before.
            Some(wait) if wait.is_zero() && self.left.is_some() => return,
            Some(wait) => now.checked_add(wait),
            None => self.ends.or_else(|| now.checked_add(USUAL)),
        };
        let is_later = match (ends, self.ends) {
            (Some(told), Some(known)) => told > known + SAME,
            _ => false,
        };
        self.left = Some(if is_later { left } else { self.left.map_or(left, |known| known.min(left)) });
        self.ends = ends;
    }

    /// A request came back and did not tell what is left.
    pub(crate) fn spend(&mut self, amount: u64) {
        self.left = self.left.map(|left| left.saturating_sub(amount));
    }

    /// A window that is over is followed by one of which nothing is used.
    pub(crate) fn turn(&mut self, now: Instant) {
        if self.ends.is_some_and(|ends| ends <= now) {
            self.left = self.limit;
            self.ends = self.left.and_then(|_| now.checked_add(USUAL));
        }
    }
}
