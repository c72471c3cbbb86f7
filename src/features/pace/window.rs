//! `Window::fits`: whether a request may be sent within a rate limit.

use std::time::Instant;

use crate::runtime::transport::window::Window;

impl Window {
    /// Whether `wanted` fits in addition to what is in flight. If not, when the window ends; that may be known later.
    pub(crate) fn fits(&mut self, wanted: u64, on_the_way: u64, now: Instant) -> Result<(), Option<Instant>> {
        self.turn(now);
        let Some(left) = self.left else { return Ok(()) };
        // A request larger than the limit would wait forever; the API decides about it when the whole limit is left.
        let wanted = wanted.min(self.limit.unwrap_or(wanted));
        if on_the_way.saturating_add(wanted) <= left { Ok(()) } else { Err(self.ends) }
    }

    /// Forgets a window that ends later than this.
    #[cfg(feature = "batch")]
    pub(crate) fn forget_beyond(&mut self, latest: Option<Instant>) {
        if latest.is_some_and(|latest| self.ends.is_some_and(|ends| ends > latest)) {
            *self = Self::default();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::runtime::meta::RateLimit;

    fn reported(limit: u64, left: u64, seconds: u64) -> RateLimit {
        RateLimit { limit: Some(limit), remaining: Some(left), resets_in: Some(Duration::from_secs(seconds)) }
    }

    fn after(start: Instant, seconds: u64) -> Instant {
        start + Duration::from_secs(seconds)
    }

    #[test]
    fn an_unknown_limit_allows_everything() {
        assert_eq!(Window::default().fits(1, 1000, Instant::now()), Ok(()));
    }

    #[test]
    fn requests_in_flight_count() {
        let (mut window, now) = (Window::default(), Instant::now());
        window.learn(reported(10, 3, 30), now);
        assert_eq!(window.fits(1, 2, now), Ok(()));
        assert_eq!(window.fits(1, 3, now), Err(Some(after(now, 30))));
    }

    #[test]
    fn out_of_order_replies_do_not_raise_the_rest() {
        let (mut window, now) = (Window::default(), Instant::now());
        window.learn(reported(10, 3, 30), now);
        window.learn(reported(10, 5, 30), now);
        assert!(window.fits(4, 0, now).is_err(), "the reply with 5 left was the earlier one");
        window.learn(reported(10, 9, 90), now);
        assert_eq!(window.fits(9, 0, now), Ok(()), "another window");
        window.learn(reported(10, 0, 0), now);
        assert_eq!(window.fits(9, 0, now), Ok(()), "a late reply from the window before");
    }

    #[test]
    fn a_new_window_is_unused() {
        let (mut window, now) = (Window::default(), Instant::now());
        window.learn(reported(10, 0, 30), now);
        assert!(window.fits(1, 0, after(now, 29)).is_err());
        assert_eq!(window.fits(10, 0, after(now, 30)), Ok(()));
        assert!(window.fits(8, 3, after(now, 30)).is_err(), "what was sent before may arrive now");
    }

    #[test]
    fn more_than_the_limit_is_sent_when_all_of_it_is_left() {
        let (mut window, now) = (Window::default(), Instant::now());
        window.learn(reported(100, 60, 30), now);
        assert!(window.fits(5000, 0, now).is_err());
        assert_eq!(window.fits(5000, 0, after(now, 30)), Ok(()));
        assert!(window.fits(5000, 1, after(now, 30)).is_err(), "and alone");
    }

    #[test]
    fn a_limit_without_a_reset_is_per_minute() {
        let (mut window, now) = (Window::default(), Instant::now());
        let mut endless = reported(10, 0, 0);
        endless.resets_in = None;
        window.learn(endless, now);
        assert_eq!(window.fits(1, 0, now), Err(Some(after(now, 60))));
        window.learn(endless, after(now, 50));
        assert_eq!(window.fits(1, 0, after(now, 60)), Ok(()));
    }

    #[test]
    fn replies_without_headers_are_counted() {
        let (mut window, now) = (Window::default(), Instant::now());
        window.learn(reported(10, 2, 30), now);
        window.spend(1);
        assert_eq!(window.fits(1, 0, now), Ok(()));
        window.spend(1);
        assert!(window.fits(1, 0, now).is_err());
    }
}
