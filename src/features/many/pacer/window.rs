//! `Window::fits`: whether a request may be sent within a rate limit.

use std::time::Instant;

use crate::runtime::transport::window::Window;

impl Window {
    /// Whether `wanted` fits beside what is on its way. If not, when the window ends; by then it may be known sooner.
    pub(crate) fn fits(&mut self, wanted: u64, on_the_way: u64, now: Instant) -> Result<(), Option<Instant>> {
        self.turn(now);
        let Some(left) = self.left else { return Ok(()) };
        // What is larger than the limit would wait for ever; the API decides about it when there is all the room that there can be.
        let wanted = wanted.min(self.limit.unwrap_or(wanted));
        if on_the_way.saturating_add(wanted) <= left { Ok(()) } else { Err(self.ends) }
    }

    /// Forgets a window that ends later than this.
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

    fn told(limit: u64, left: u64, seconds: u64) -> RateLimit {
        RateLimit { limit: Some(limit), remaining: Some(left), resets_in: Some(Duration::from_secs(seconds)) }
    }

    fn after(start: Instant, seconds: u64) -> Instant {
        start + Duration::from_secs(seconds)
    }

    #[test]
    fn nothing_known_is_no_limit() {
        assert_eq!(Window::default().fits(1, 1000, Instant::now()), Ok(()));
    }

    #[test]
    fn what_is_on_its_way_counts() {
        let (mut window, now) = (Window::default(), Instant::now());
        window.learn(told(10, 3, 30), now);
        assert_eq!(window.fits(1, 2, now), Ok(()));
        assert_eq!(window.fits(1, 3, now), Err(Some(after(now, 30))));
    }

    #[test]
    fn replies_that_overtake_each_other_do_not_make_room() {
        let (mut window, now) = (Window::default(), Instant::now());
        window.learn(told(10, 3, 30), now);
        window.learn(told(10, 5, 30), now);
        assert!(window.fits(4, 0, now).is_err(), "the reply with 5 left was the earlier one");
        window.learn(told(10, 9, 90), now);
        assert_eq!(window.fits(9, 0, now), Ok(()), "another window");
        window.learn(told(10, 0, 0), now);
        assert_eq!(window.fits(9, 0, now), Ok(()), "a late reply from the window before");
    }

    #[test]
    fn a_window_that_is_over_is_fresh() {
        let (mut window, now) = (Window::default(), Instant::now());
        window.learn(told(10, 0, 30), now);
        assert!(window.fits(1, 0, after(now, 29)).is_err());
        assert_eq!(window.fits(10, 0, after(now, 30)), Ok(()));
        assert!(window.fits(8, 3, after(now, 30)).is_err(), "what was sent before may arrive now");
    }

    #[test]
    fn more_than_the_limit_is_sent_when_all_of_it_is_left() {
        let (mut window, now) = (Window::default(), Instant::now());
        window.learn(told(100, 60, 30), now);
        assert!(window.fits(5000, 0, now).is_err());
        assert_eq!(window.fits(5000, 0, after(now, 30)), Ok(()));
        assert!(window.fits(5000, 1, after(now, 30)).is_err(), "and alone");
    }

    #[test]
    fn a_limit_without_an_end_is_for_a_minute() {
        let (mut window, now) = (Window::default(), Instant::now());
        let mut endless = told(10, 0, 0);
        endless.resets_in = None;
        window.learn(endless, now);
        assert_eq!(window.fits(1, 0, now), Err(Some(after(now, 60))));
        window.learn(endless, after(now, 50));
        assert_eq!(window.fits(1, 0, after(now, 60)), Ok(()));
    }

    #[test]
    fn replies_without_headers_are_counted() {
        let (mut window, now) = (Window::default(), Instant::now());
        window.learn(told(10, 2, 30), now);
        window.spend(1);
        assert_eq!(window.fits(1, 0, now), Ok(()));
        window.spend(1);
        assert!(window.fits(1, 0, now).is_err());
    }
}
